# SPDX-License-Identifier: Apache-2.0
"""Targets, claims and what is known of both."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.parts import JUST_NOW, Page, ago, field, form

BOARD: dict[str, Any] = {
    "rows": [
        Thing(
            href="#claim",
            locator="https://code.example/meadow/gate",
            paths=paths,
            methods="Fuzzing, Reading by people",
            state=state,
            state_label=state,
            until=ago(days=-5),
            overlap=overlap,
            tone=tone,
            bar=Thing(x=x, lease=105, rest_x=x + 105, rest=150 if state == "live" else 0),
        )
        for paths, state, overlap, tone, x in (
            ("src/parser, src/frames", "live", "same code, another way", "warn", 180),
            ("all of the code", "waiting", "same code, same way", "warn", 150),
            ("docs", "lapsed", "nobody near", "good", 0),
        )
    ],
    "now_at": 210,
    "next_href": "#older",
    "targets_href": "#targets",
    "capacity_href": "#capacity",
    "number": "P-2026-7K3QM-F",
    "standing": Thing(capacity=20, held=24, allowed=40, ended=7, kept=5, answers_left=31),
    "suggestions": [
        Thing(
            href="#target",
            locator="pkg:cargo/streamlet",
            hours=15,
            reasons=("Exposure 100.", "No scan of it is known that still counts."),
        )
    ],
}
TARGET = Thing(
    number="TG-2026-7K3QM-X",
    locator="https://code.example/meadow/gate",
    kind="repository",
    home="code.example",
    no_scan=False,
    rules=[
        Thing(label="Where reports go", value="security@gate.example", source="the maintainers", place="", holds=True),
        Thing(
            label="Contact that the project states",
            value="mailto:other@gate.example",
            source="security.txt",
            place="https://gate.example/.well-known/security.txt, line 2",
            holds=False,
        ),
    ],
    coverage=[Thing(method="Fuzzing", effort="deep", fresh=80)],
    claim_href="#claim",
    rules_href="#rules",
    control_href="#control",
)
CLAIM_FORM = form(
    field("methods", "How do you scan?", "checkbox", options=[("fuzzing", "Fuzzing"), ("manual", "Reading by people")]),
    field("paths", "Which folders?", "textarea", hint="One on each line."),
    field("days", "For how many days?", "number", value="14", required=True),
)
CHOICES = field(
    "choice", "What do you make of it?", "radio", options=[("go_on", "I go on"), ("wait", "I wait")], value="go_on"
)
CLAIM_PAGE: dict[str, Any] = {
    "claim": Thing(
        number="CL-2026-7K3QM-X",
        locator="https://code.example/meadow/gate",
        target_href="#target",
        paths=["src/parser"],
        methods=["Fuzzing"],
        weaknesses=("CWE-787",),
        commits="v1.2..v1.4",
        authority="Our own program",
        state="live",
        state_label="live",
        began=ago(days=2),
        until=ago(days=-5),
        ends=ago(days=-12),
        units=4,
        overlap="same code, same way",
        tone="warn",
        heir="P-2026-C0D4W-3",
        met=[Thing(claim="CL-2026-C0D4W-3", organization="O-2026-C0D4W-3")],
        coverage=[Thing(at=ago(days=1), said={"tool": "a fuzzer", "edges": "61 %"}, own={"hours": "37"})],
    ),
    "held": True,
    "offered": False,
    "open": True,
    "actions": {"renew": "#renew", "release": "#release", "take-over": "#take"},
    "forms": Thing(
        narrow=Thing(form=form(field("paths", "Which folders?", "textarea")), action="#narrow"),
        heir=Thing(form=form(field("to", "Number of the participant", required=True)), action="#heir"),
        coverage=Thing(form=form(field("hours", "Hours", "number", required=True)), action="#coverage"),
    ),
}
PAGES: dict[str, Page] = {
    "scanning-claims": ("scanning/board.html", BOARD),
    "scanning-claims-none": ("scanning/board.html", BOARD | {"rows": [], "suggestions": [], "next_href": None}),
    "targets": (
        "scanning/targets.html",
        JUST_NOW
        | {
            "form": form(field("locator", "Which software?", required=True)),
            "rows": [Thing(locator="pkg:cargo/streamlet", href="#target", kind="package")],
            "next_href": "#more",
        },
    ),
    "targets-none": (
        "scanning/targets.html",
        JUST_NOW | {"form": form(field("locator", "Which software?", required=True)), "rows": [], "next_href": None},
    ),
    "scanning-target": ("scanning/target.html", {"target": TARGET}),
    "target-closed": (
        "scanning/target.html",
        {"target": Thing(**(vars(TARGET) | {"no_scan": True, "coverage": [], "home": ""}))},
    ),
    "project-rules": (
        "scanning/project.html",
        JUST_NOW
        | {
            "target": TARGET,
            "form": form(field("contact", "Where reports go", value="security@gate.example")),
            "importing": form(field("text", "Its text", "textarea", required=True)),
            "import_action": "#import",
        },
    ),
    "claim-form": (
        "scanning/claim_form.html",
        JUST_NOW
        | {"target": Thing(locator=TARGET.locator, href="#t"), "form": CLAIM_FORM, "answer": None, "choosing": False},
    ),
    "claim-form-told": (
        "scanning/claim_form.html",
        JUST_NOW
        | {
            "target": Thing(locator=TARGET.locator, href="#t"),
            "form": form(CHOICES, *CLAIM_FORM.fields),
            "answer": Thing(level="warning", heading="same code, another way", left=31),
            "choosing": True,
        },
    ),
    "capacity": (
        "scanning/capacity.html",
        JUST_NOW
        | {"form": form(field("hours_a_week", "Hours a week", "number", required=True)), "board_href": "#board"},
    ),
    "scanning-claim": ("scanning/claim.html", CLAIM_PAGE),
    "scanning-claim-offered": ("scanning/claim.html", CLAIM_PAGE | {"held": False, "offered": True}),
}
