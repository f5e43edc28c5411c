# SPDX-License-Identifier: Apache-2.0
"""Two findings that may be one."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.parts import LONG, MARKS, NUMBERS, TARGETS, TITLES, Page, ago, field, form

REASON = field("reason", "Why", "textarea", hint="It is kept.", required=True, maxlength=2000)
INTO = field(
    "into",
    "Which number stays in use, if they are one",
    "radio",
    options=[(number, number) for number in NUMBERS[:2]],
    value=NUMBERS[0],
    required=True,
)
PAIR_LINE = Thing(
    number="PR-2026-7K3QM-X",
    href="#pair",
    kind_label="May be one",
    state="nominated",
    state_label="to be decided",
    at=ago(hours=2),
    title=LONG,
    other_title=TITLES[3],
)
PAIRS: dict[str, Any] = {
    "pairs": [PAIR_LINE] * 3,
    "states": [
        Thing(label=label, href="#state", current=n == 0) for n, label in enumerate(("to be decided", "kept apart"))
    ],
    "prev_href": None,
    "next_href": "#older",
    "queue_href": "#queue",
}


PLACE = "src/codec/quite/deep/in/the/tree/reader_of_headers.c:1204 reader::Header::parse"


def side(n: int) -> Thing:
    return Thing(
        number=NUMBERS[n],
        href="#finding",
        title=TITLES[n],
        state="open",
        state_label="open",
        marking=MARKS[n + 1],
        target=TARGETS[n],
        received=ago(days=n + 1),
        reports=[Thing(number="R-2026-AB2CD-E", href="#report"), Thing(number="R-2026-XY9ZA-4", href="#report")][
            : 2 - n
        ],
        tools=[Thing(document="D-2026-AB2CD-E", href="#document", tool="MadeUpScan heap-overflow", place=PLACE)][:n],
    )


def decided(state: str = "nominated") -> Thing:
    """A pair before or after a person looked at it."""
    labels = {"nominated": "to be decided", "merged": "merged", "kept_apart": "kept apart"}
    said = Thing(by="system", at=ago(hours=2), basis="how alike they are", score=93, explanation="The same symbol.")
    return Thing(
        number="PR-2026-7K3QM-X",
        state=state,
        state_label=labels[state],
        kind_label="May be one",
        sides=[side(0), side(1)],
        nominations=[said, said],
        reason="" if state == "nominated" else "One length field, one fix.",
        decided_by="" if state == "nominated" else "P-2026-7K3QM-X",
        marking="TLP:RED",
        losers=["organization:O-2026-7K3QM-X"] if state == "nominated" else [],
        may_merge=state != "merged",
        may_part=state == "nominated",
        may_split=state == "merged",
    )


PAIR: dict[str, Any] = {"pair": decided(), "form": form(INTO, REASON), "action": "#pair", "pairs_href": "#pairs"}
PAGES: dict[str, Page] = {
    "pairs": ("findings/pairs.html", PAIRS),
    "pairs-empty": ("findings/pairs.html", PAIRS | {"pairs": []}),
    "pair": ("findings/pair.html", PAIR),
    "pair-merged": ("findings/pair.html", PAIR | {"pair": decided("merged"), "form": form(REASON)}),
    "pair-erased": (
        "findings/pair.html",
        PAIR | {"pair": Thing(**(vars(decided("kept_apart")) | {"nominations": []}))},
    ),
}
