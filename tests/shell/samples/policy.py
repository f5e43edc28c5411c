# SPDX-License-Identifier: Apache-2.0
"""Acts that take two persons, broken glass, and regimes."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.parts import JUST_NOW, Page, ago, field, form

WHY = field("reason", "Why", "textarea", required=True, maxlength=2000)
ERASING = form(field("compartment", "Number of the case", required=True, maxlength=24), WHY)
BREAKING = form(field("on", "Number of what you must see", hint="R-..., F-...", required=True), WHY)
REGIME = form(
    field("regime", "Regime", "select", options=[("cra", "Cyber Resilience Act")], required=True),
    field("as_of", "As of", "date", required=True),
    field("source", "Source", required=True),
)
REGIMES = [
    Thing(
        name="Cyber Resilience Act",
        concerns="Products with digital elements.",
        citation="Regulation (EU) 2024/2847",
        status="in force",
        as_of="2026-09-11",
        source="The register, looked at on that day",
        claim="Weir shows what its operator entered and does not claim that any law protects anybody.",
    )
]
GLASS = Thing(
    on="F-2026-7K3QM-X", by="P-2026-7K3QM-F", reason="The plant is on fire.", at=ago(minutes=9), until=ago(minutes=-51)
)


def act(number: str, state: str, label: str, **more: Any) -> Thing:
    rest = {"mine": False, "confirm_action": None, "do_href": None}
    said = {"act": "store.erase_compartment", "reason": "compartment: R-2026-AB2CD-E, reason: The finder asked for it."}
    return Thing(number=number, state=state, state_label=label, until=ago(hours=-3), **(rest | said | more))


ACTS = {
    "acts": [
        act("PA-2026-7K3QM-X", "waiting", "waits for a second person", confirm_action="#confirm"),
        act("PA-2026-C0D4W-3", "waiting", "waits for a second person", mine=True),
        act("PA-2026-QZ81H-9", "proven", "confirmed: may be done once", do_href="#do"),
        act("PA-2026-M5TN2-R", "closed", "done"),
    ],
    "kinds": [Thing(sentence="Erase a case for good.", href="#erase")],
    "glass_href": "#glass",
    "regimes_href": "#regimes",
}
PAGES: dict[str, Page] = {
    "acts": ("policy/acts.html", ACTS),
    "acts-idle": ("policy/acts.html", ACTS | {"acts": []}),
    "act": ("policy/act.html", JUST_NOW | {"form": ERASING, "acts_href": "#acts"}),
    "glass": ("policy/glass.html", JUST_NOW | {"form": BREAKING, "broken": [GLASS]}),
    "glass-whole": ("policy/glass.html", JUST_NOW | {"form": BREAKING, "broken": []}),
    "regimes": ("policy/regimes.html", JUST_NOW | {"form": REGIME, "regimes": REGIMES}),
    "regimes-shown": ("policy/regimes.html", JUST_NOW | {"form": None, "regimes": REGIMES}),
}
