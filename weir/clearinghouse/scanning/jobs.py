# SPDX-License-Identifier: Apache-2.0
"""Leases end by the clock, and with whoever held them. The row is the truth: reads pass over a lease that ran out,
whenever this comes round.
"""

from __future__ import annotations

from weir.clearinghouse.scanning.reads import due_claims, open_claims_of
from weir.clearinghouse.scanning.terms import ClaimId
from weir.clearinghouse.scanning.verbs import end_claim, lapse_claim
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import due_rows, job
from weir.foundation.transactions import reading
from weir.kernel.moments import Moment

LAPSE = "scanning.lapse_claim"
END_ALL = "scanning.end_claims_of"


@job(LAPSE)
def lapse(item: str, *, key: str, now: Moment) -> object:
    return lapse_claim.perform(SYSTEM, ClaimId(item), now=now, idempotency_key=key)


@job(END_ALL)
def end_all(item: str, *, key: str, now: Moment) -> None:
    """The claims of a person or an organization that left, each by a verb of its own. Stop anywhere: it is called
    again, and finds what is left.
    """
    with reading(SYSTEM):
        found = open_claims_of(item)
    for claim in found:
        end_claim.perform(SYSTEM, claim, now=now, idempotency_key=f"{key}:{claim}")


due_rows("scanning.due_claims", due_claims, wakes=LAPSE)
