# SPDX-License-Identifier: Apache-2.0
"""Taking reports in."""

from __future__ import annotations

import os
import secrets

from django.conf import settings
from django.db.models import F

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import ReportRow, StrangersDayRow
from weir.clearinghouse.intake.reads import SEALED_CONTEXT
from weir.clearinghouse.intake.terms import AiUse, NoMoreToday, Received, ReportId, ReportState, Submission
from weir.foundation.actor import Actor, ActorKind
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.store.blobs import seal
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical, hexdigest
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("intake.receive_report", sealed=True)
def receive_report(
    actor: Actor,
    title: str,
    description: str,
    component: str = "",
    weakness: str = "",
    ai_use: AiUse = AiUse.UNSAID,
    *,
    now: Moment,
) -> Received:
    """Take in a report of a vulnerability, seal it, and give a receipt.

    Row, sealed words, marking and ledger entry stand or fall together: nobody holds a receipt for a report that is not
    there. Incomplete reports are welcome; the checklist says what would help.
    """
    submission = Submission(title, component, description, weakness, ai_use)
    rules.check_submission(submission)
    words = canonical(submission)
    if actor.kind is ActorKind.ANONYMOUS:
        _spend_as_stranger(len(words), now)
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
    )
    row.save(force_insert=True)
    mark_fresh([row], actor.id, Marking(Tlp.AMBER_STRICT, _shown_to(actor)))
    return Received(number, now, hexdigest(words), code)


def _spend_as_stranger(size: int, now: Moment) -> None:
    """Count one more against what all strangers together may send today. Whether there is room hangs on no one's size:
    else whoever was refused a large report and not a small one would know how much the others sent.
    """
    today = StrangersDayRow.objects.filter(day=now.date())
    room = today.filter(reports__lt=settings.STRANGERS_REPORTS, bytes__lt=settings.STRANGERS_BYTES)
    if room.update(reports=F("reports") + 1, bytes=F("bytes") + size):
        return
    if today.exists():
        raise NoMoreToday(*rules.next_day(now))
    StrangersDayRow.objects.filter(day__lt=now.date()).delete()
    # Of two that begin a day at once, the database lets one; the other is decided again.
    StrangersDayRow.objects.create(day=now.date(), reports=1, bytes=size)


def _shown_to(actor: Actor) -> frozenset[str]:
    """Coordinators, and whoever sent it. An anonymous finder comes back with the claim code instead."""
    own = {f"actor:{actor.id}"} if actor.kind is not ActorKind.ANONYMOUS else set()
    return frozenset(own | {"role:coordinator"})
