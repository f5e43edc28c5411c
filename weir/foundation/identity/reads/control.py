# SPDX-License-Identifier: Apache-2.0
"""What is shown to be whose, and from when it counts."""

from __future__ import annotations

from datetime import datetime

from weir.foundation.actor import Actor
from weir.foundation.identity import rules
from weir.foundation.identity.models import ControlRow
from weir.foundation.identity.terms import (
    Challenge,
    Control,
    ControlId,
    ControlLine,
    ControlMethod,
    ControlState,
    NotYours,
    OrganizationId,
    Standing,
)
from weir.foundation.question import question
from weir.kernel.moments import Moment


@question("identity.control_of")
def control_of(actor: Actor, target: str) -> Control:
    """How far my organization's proof of control over a domain or repository has come."""
    row = _newest_control(actor.organization, target)
    if row is None:
        raise NotYours
    return shown_control(row)


@question("identity.list_controls")
def list_controls(actor: Actor) -> tuple[ControlLine, ...]:
    """My organization's proofs of control and the challenges that wait to be seen, the newest first."""
    rows = ControlRow.objects.filter(organization__number=actor.organization).select_related("organization")
    return tuple(_control_line(row) for row in rows.order_by("-id"))


def control_state(organization: str, target: str, now: Moment) -> tuple[ControlState, str]:
    """How far an organization's proof for a target has come, and why it stands there. For other rooms."""
    row = _newest_control(organization, target)
    return rules.control_state(_standing(row) if row else Standing(), now)


def must_prove_again(organization: str, target: str, since: Moment, now: Moment) -> bool:
    """Whether control has to be shown once more before a full read-in that was asked for at `since`. For other rooms.

    A proof from before the asking does not count, and one that waits for a second person neither.
    """
    row = _newest_control(organization, target)
    if row is None or row.proven is None or row.proven < since:
        return True
    return rules.control_state(_standing(row), now)[0] is not ControlState.PROVEN


def open_challenge(control: ControlId, now: Moment) -> Challenge | None:
    """A challenge that has not been seen yet and may still be. For the job that looks."""
    rows = ControlRow.objects.filter(number=control, proven=None, expires__gt=now, organization__active=True)
    row = rows.select_related("organization").first()
    return challenge_of(row) if row else None


def shown_control(row: ControlRow) -> Control:
    counts = rules.settled_from(_standing(row))
    number, organization = ControlId(row.number), OrganizationId(row.organization.number)
    return Control(number, organization, row.target, _shown(row.proven), _shown(counts))


def challenge_of(row: ControlRow) -> Challenge:
    method = ControlMethod(row.method)
    return Challenge(
        ControlId(row.number),
        OrganizationId(row.organization.number),
        method,
        row.target,
        rules.place_of(method, row.target),
        row.challenge,
        Moment.of(row.expires),
    )


def _control_line(row: ControlRow) -> ControlLine:
    challenge, control = challenge_of(row), shown_control(row)
    return ControlLine(
        challenge.id,
        challenge.method,
        challenge.target,
        challenge.place,
        challenge.value,
        challenge.expires,
        control.proven,
        control.counts_from,
    )


def _newest_control(organization: str, target: str) -> ControlRow | None:
    rows = ControlRow.objects.filter(organization__number=organization, target=target, proven__isnull=False)
    return rows.select_related("organization").order_by("-proven", "-id").first()


def _standing(row: ControlRow) -> Standing:
    moments = (row.proven, row.changed, row.organization.contact_changed, row.seconded)
    return Standing(*(Moment.of(at) if at else None for at in moments))


def _shown(moment: datetime | None) -> str:
    return str(Moment.of(moment)) if moment else ""
