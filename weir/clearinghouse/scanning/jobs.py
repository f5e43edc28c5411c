# SPDX-License-Identifier: Apache-2.0
"""Leases end by the clock. The row is the truth: reads pass over a lease that ran out, whenever this comes round."""

from __future__ import annotations

from weir.clearinghouse.scanning.reads import due_claims
from weir.clearinghouse.scanning.terms import ClaimId
from weir.clearinghouse.scanning.verbs import lapse_claim
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import due_rows, job
from weir.kernel.moments import Moment

LAPSE = "scanning.lapse_claim"


@job(LAPSE)
def lapse(item: str, *, key: str, now: Moment) -> object:
    return lapse_claim.perform(SYSTEM, ClaimId(item), now=now, idempotency_key=key)


due_rows("scanning.due_claims", due_claims, wakes=LAPSE)
