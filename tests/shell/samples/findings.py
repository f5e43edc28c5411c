# SPDX-License-Identifier: Apache-2.0
"""The queue, and a finding."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.parts import LONG, MARKS, STATES, TARGETS, Page, ago, field, row


def filters(*, active: bool) -> Thing:
    states, marks = [("", "Any state"), *STATES], [("", "Any marking"), *((m, m) for m in MARKS)]
    fields = [
        field("text", "Search", hint=""),
        field("state", "State", "select", options=states, value="undecided" if active else ""),
        field("marking", "Marking", "select", options=marks),
        field("age", "Age", "select", options=[("", "every age"), ("7", "the last 7 days")]),
        field("owner", "Whose", "select", options=[("", "everybody"), ("mine", "taken on by me")]),
    ]
    return Thing(fields=fields, active=active, reset_href="#reset")


def work(views: int = 2, *, active: bool = False) -> Thing:
    """What coordinators have besides."""
    counts = [("37+", "open"), ("4", "yours"), ("2", "pairs to decide")]
    names = ["Old and open", "Crashes in parsers", LONG]
    return Thing(
        counts=[Thing(label=label, count=count, href="#count") for count, label in counts],
        views=[
            Thing(name=names[n % 3], href="#view", current=active and n == 0, drop_action="#drop") for n in range(views)
        ],
        save_action="#save" if active else None,
        query="state=open" if active else "",
        bulk_action="#bulk",
    )


def queue(
    rows: list[Thing], *, active: bool = False, stopped: bool = False, works: Thing | None = None
) -> dict[str, Any]:
    return {
        "work": works,
        "stopped": stopped,
        "action": "queue.html",
        "rows": rows,
        "filters": filters(active=active),
        "prev_href": None,
        "shown": len(rows),
        "next_href": "findings-queue-more.html" if stopped or (rows and not active) else None,
        "empty_reason": "No finding is in this state. Show all to see the rest.",
    }


FINDING = Thing(
    number="F-2026-7K3QM-X",
    spoken="Foxtrot, 2026, seven kilo three quebec mike, x-ray",
    title=LONG,
    state="undecided",
    state_label="Undecided",
    marking="TLP:AMBER",
    received=ago(days=3),
    target=TARGETS[0],
    journey=[
        Thing(
            label=name, state="done" if n < 2 else "now" if n == 2 else "later", at=ago(days=3 - n) if n < 3 else None
        )
        for n, name in enumerate(
            ("Intake", "Findings", "Validation", "Exposure", "Priority", "Remediation", "Distribution")
        )
    ],
    mine=False,
    taken=False,
    documents={"items": [], "all": 0, "waiting": 0},
    merged_into=[],
    parts=[Thing(number="F-2026-C0D4W-3", href="#part")],
    reports=[
        Thing(number="R-2026-AB2CD-E", received=ago(days=3), href="#report"),
        Thing(number="R-2026-XY9ZA-4", received=ago(days=1), href=None),
    ],
    facts=[
        Thing(
            station="Intake",
            text="A report was received and sealed.",
            at=ago(days=3),
            entry="E-401",
            proof_url="#proof",
        ),
        Thing(
            station="Findings",
            text="A second report joined: same component, same function.",
            at=ago(days=1),
            entry="E-433",
            proof_url="#p",
        ),
        Thing(
            station="Validation",
            text="The proof ran in the sandbox and came to no verdict.",
            at=ago(hours=1),
            entry="E-440",
            proof_url=None,
        ),
    ],
)


def found(**changed: object) -> dict[str, Any]:
    """The page of the finding, changed so, as somebody sees it who sorts nothing."""
    finding = Thing(**(vars(FINDING) | changed))
    return {"finding": finding, "pairs": [], "queue_href": "#queue", "work_action": None}


STANDING: dict[str, Any] = {"report": Thing(number="R-2026-AB2CD-E", href="#report"), "stage": None}
PAGES: dict[str, Page] = {
    "findings-queue": ("findings/queue.html", queue([row(n) for n in range(14)], works=work())),
    "findings-queue-more": (
        "findings/queue.html",
        queue([row(n) for n in range(14, 20)], active=True, works=work(active=True)),
    ),
    "findings-queue-empty": ("findings/queue.html", queue([], active=True, works=work(0, active=True))),
    "findings-queue-read": ("findings/queue.html", queue([row(n) for n in range(3)])),
    "findings-queue-stopped": ("findings/queue.html", queue([], active=True, stopped=True, works=work(0, active=True))),
    "standing": ("findings/standing.html", STANDING),
    "standing-held": ("findings/standing.html", STANDING | {"stage": "reproduced here"}),
    "finding": ("findings/finding.html", found()),
    "finding-new": ("findings/finding.html", found(facts=[], marking="", title="A short one")),
}
