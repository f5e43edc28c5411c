# SPDX-License-Identifier: Apache-2.0
"""Errands: what follows because a verb was recorded, and is no station of the journey. Letters, and what ends in a room
with whoever left.

Like a row of the flow, an errand is woken by a ledger entry, once for each, with what the entry is about.
"""

from __future__ import annotations

from weir.clearinghouse.scanning import jobs as scanning
from weir.foundation.identity import jobs as identity
from weir.foundation.identity.gates import Mail
from weir.foundation.identity.terms import ApplicationId, InvitationId, PersonId
from weir.foundation.jobs.jobs import JOBS, Act, job
from weir.foundation.jobs.terms import Station
from weir.kernel.moments import Moment

STATIONS = (
    Station("letters: invited", "identity.invite", "identity.send_invitation"),
    Station("letters: admitted", "identity.admit_application", "identity.send_invitation"),
    Station("letters: declined", "identity.decline_application", "identity.answer_application"),
    Station("letters: passkey copied", "identity.record_copied_key", "identity.warn_of_copied_key"),
    Station("claims: person left", "identity.leave", scanning.END_ALL),
    Station("claims: member let go", "identity.end_membership", scanning.END_ALL),
    Station("claims: organization left", "identity.withdraw_organization", scanning.END_ALL),
)


def send_invitation(item: str, *, key: str, now: Moment) -> None:
    """A letter has no idempotency key: it may go out twice, and its link works once."""
    identity.send_invitation(InvitationId(item), post=Mail(), now=now)


def answer_application(item: str, *, key: str, now: Moment) -> None:
    """A letter, as above."""
    identity.answer_application(ApplicationId(item), post=Mail())


def warn_of_copied_key(item: str, *, key: str, now: Moment) -> None:
    """A letter, as above."""
    identity.warn_of_copied_key(PersonId(item), post=Mail())


ACTS: dict[str, Act] = {
    "identity.send_invitation": send_invitation,
    "identity.answer_application": answer_application,
    "identity.warn_of_copied_key": warn_of_copied_key,
    scanning.END_ALL: scanning.end_all,
}


def declare_jobs() -> None:
    """Safe to call again."""
    for name, act in ACTS.items():
        if name not in JOBS:
            job(name)(act)
