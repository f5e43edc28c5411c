# SPDX-License-Identifier: Apache-2.0
"""Taking reports in."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import F

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import ReportRow, StrangersDayRow
from weir.clearinghouse.intake.reads import SEALED_CONTEXT, line_of
from weir.clearinghouse.intake.terms import (
    NO_DETAILS,
    AiUse,
    ClockName,
    Details,
    LineIsFull,
    NoMoreToday,
    Received,
    ReportId,
    ReportState,
    Submission,
)
from weir.foundation.actor import Actor, ActorKind
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.rules import root
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import hexdigest
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


class Turn(NamedTuple):
    """When a report has its turn, in whose line, how far that line reaches now, and how much has come in it."""

    at: Moment
    finder: str = ""
    full_at: Moment | None = None
    line_bytes: int = 0


@verb("intake.receive_report", sealed=True)
def receive_report(
    actor: Actor,
    title: str,
    description: str,
    component: str = "",
    weakness: str = "",
    ai_use: AiUse = AiUse.UNSAID,
    details: Details = NO_DETAILS,
    *,
    now: Moment,
) -> Received:
    """Take in a report of a vulnerability, seal it, and give a receipt.

    Row, sealed words, marking and ledger entry stand or fall together: nobody holds a receipt for a report that is not
    there. Incomplete reports are welcome; the checklist says what would help.
    """
    submission = Submission(title, component, description, weakness, ai_use, details)
    rules.check_submission(submission)
    words = rules.canonical_words(submission)
    if actor.kind is ActorKind.ANONYMOUS:
        spend_as_stranger(len(words), now)
    turn = Turn(now) if actor.kind is ActorKind.ANONYMOUS else _turn_of(root(actor), len(words), now)
    number = ReportId.mint(now.year, os.urandom)
    code = secrets.token_hex(rules.CLAIM_CODE_BYTES) if actor.kind is ActorKind.ANONYMOUS else ""
    row = ReportRow(
        id=uuid7(now, os.urandom),
        number=number,
        state=ReportState.RECEIVED,
        received_at=now,
        submitter=actor.id,
        organization=actor.organization,
        sealed=seal(number, words, SEALED_CONTEXT),
        claim_code=rules.claim_code_digest(code) if code else b"",
        finder=turn.finder,
        turn_at=turn.at,
        full_at=turn.full_at,
        line_bytes=turn.line_bytes,
        acknowledge_by=rules.due_of(ClockName.ACKNOWLEDGE, turn.at),
        assess_by=rules.due_of(ClockName.ASSESS, turn.at),
    )
    row.save(force_insert=True)
    mark_fresh([row], actor.id, Marking(Tlp.AMBER_STRICT, _shown_to(actor, code)))
    return Received(number, now, hexdigest(words), code, turn.at if turn.at > now else None)


def _turn_of(finder: str, size: int, now: Moment) -> Turn:
    """When coordinators begin to work on this: at once, or once those that came before from the same finder had their
    turn. Only what waits is bounded, and whoever meets the bound is told when there is room.

    Nothing is held: the line is read off the finder's own reports. Of two that are sent at the same instant both may
    have the same turn, and neither waits for the other.
    """
    line = line_of(finder)
    come = line.bytes + size
    turn_at, full_at = rules.turn(line.full_at or now, now, rules.allowance(line.record))
    if turn_at > now:
        _refuse_beyond_the_line(finder, come, now)
    return Turn(turn_at, finder, full_at, come)


def _refuse_beyond_the_line(finder: str, come: int, now: Moment) -> None:
    """What waits is what came less what has had its turn: each report remembers how much had come with it."""
    line = ReportRow.objects.filter(finder=finder).order_by("-turn_at", "-line_bytes")
    had_turn = line.filter(turn_at__lte=now).values_list("line_bytes", flat=True).first()
    if come - (had_turn or 0) <= settings.LINE_BYTES:
        return
    first = line.filter(turn_at__gt=now).order_by("turn_at").values_list("turn_at", flat=True).first()
    until = Moment.of(first or now + timedelta(days=1))
    raise LineIsFull(until, rules.waits_for(until, now))


def spend_as_stranger(size: int, now: Moment, *, reports: int = 1) -> None:
    """Count this against what all strangers together may send today. Whether there is room hangs on no one's size:
    else whoever was refused a large report and not a small one would know how much the others sent.
    """
    today = StrangersDayRow.objects.filter(day=now.date())
    room = today.filter(reports__lt=settings.STRANGERS_REPORTS, bytes__lt=settings.STRANGERS_BYTES)
    if room.update(reports=F("reports") + reports, bytes=F("bytes") + size):
        return
    if today.exists():
        raise NoMoreToday(*rules.next_day(now))
    StrangersDayRow.objects.filter(day__lt=now.date()).delete()
    # Of two that begin a day at once, the database lets one; the other is decided again.
    StrangersDayRow.objects.create(day=now.date(), reports=reports, bytes=size)


def _shown_to(actor: Actor, code: str) -> frozenset[str]:
    """Coordinators, and whoever sent it: under their name, or with the claim code."""
    own = f"actor:{actor.id}" if actor.kind is not ActorKind.ANONYMOUS else rules.claim_key(code)
    return frozenset({own, "role:coordinator"})
