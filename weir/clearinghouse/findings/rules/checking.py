# SPDX-License-Identifier: Apache-2.0
"""How much a member may have checked, and what is believed of what comes in.

Fingerprints can be guessed, so every evaluation is a guess that may be right. It is bounded by what somebody who really
found something has at hand: reports to commit to. Whoever opens nothing gets at most `most` evaluations, ever (a
property test plays it): what was spent within the window counts itself, and what was spent before it left commitments
that are stale by now and count four each.
"""

from __future__ import annotations

import re
from datetime import timedelta

from weir.clearinghouse.findings.terms import FindingState
from weir.clearinghouse.findings.terms.checking import NotElements, Stage
from weir.clearinghouse.intake.terms import GOES_STALE_AFTER, CommitmentCounts

FOR_EACH = 4
MOST_AT_ONCE = 1024
MOST_CAUSES = 16
WINDOW: timedelta = GOES_STALE_AFTER

_ELEMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)


def room_left(commitments: CommitmentCounts, spent: int, lately: int, most: int) -> int:
    """How many more fingerprints. `spent` ever, `lately` within the window; both of this member alone.

    A window's last instant still counts: a commitment is not stale before it is over.
    """
    registered = FOR_EACH * (commitments.waiting + commitments.opened) - spent
    bound = most - FOR_EACH * commitments.stale - lately
    return max(0, min(registered, bound))


def elements_of(texts: tuple[str, ...]) -> list[bytes]:
    """Blinded elements as they were sent; whether they are elements of the group shows when they are evaluated."""
    if not 0 < len(texts) <= MOST_AT_ONCE or not all(map(_ELEMENT.fullmatch, texts)):
        raise NotElements
    return [bytes.fromhex(text) for text in texts]


def stage_of(state: FindingState) -> Stage:
    """What members are told of a finding. Later rooms bring further stages; a merged one is held like any other."""
    return Stage.RECEIVED


def furthest(one: Stage, other: Stage) -> Stage:
    """Of two findings under one fingerprint one entry is held, so that nobody can count them."""
    order = list(Stage)
    return max(one, other, key=order.index)
