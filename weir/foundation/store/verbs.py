# SPDX-License-Identifier: Apache-2.0
"""Erasing a case: its key is dropped, and with it everything that was ever sealed under it, in every backup too."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.store import reads
from weir.foundation.store.blobs import remove_files
from weir.foundation.store.models import BlobRow, CompartmentRow, PendingDestructionRow
from weir.foundation.store.terms import AlreadyErased, Compartment, Erasure, Repeated
from weir.foundation.transactions import reading, writing
from weir.foundation.verb import HeldBack, refuse_if_held, verb
from weir.kernel.errors import Invalid, Missing
from weir.kernel.moments import Moment

LONGEST_REASON = 500


@verb(
    "store.erase_compartment",
    on="compartment",
    person_only=True,
    page="/acts/store.erase_compartment/",
    two_people=True,
)
def erase_compartment(
    actor: Actor,
    compartment: Compartment,
    reason: str,
    *,
    now: Moment,
) -> Erasure:
    """Erase a case for good: nobody can read it again, not from a backup either. There is no way back.

    The mark, the pending destruction and the ledger's entry stand or fall together. The key itself lies outside the
    database and is destroyed right after the commit; if we stop in between, the pending row has it destroyed later, and
    until then the case is closed already. A transaction cannot do both, and the other order could destroy the key of a
    case that the ledger never heard was erased.
    """
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Invalid(
            f"Give the ground in 1 to {LONGEST_REASON} characters.", faults={"/reason": "is empty or too long"}
        )
    row = CompartmentRow.objects.select_for_update().filter(name=compartment).first()
    if row is None:
        raise Missing
    if row.erased_at is not None:
        raise AlreadyErased
    refuse_if_held(actor, str(compartment))
    CompartmentRow.objects.filter(id=row.id).update(erased_at=now)
    PendingDestructionRow.objects.create(compartment=row, due_at=now)
    transaction.on_commit(partial(reads.forget, str(compartment)))
    # Robust: if it fails now, the verb has still happened, and the job finishes it.
    transaction.on_commit(lambda: finish_destructions(Moment.of(datetime.now(UTC))), robust=True)
    return Erasure(compartment, reason)


@verb("store.repeat_erasure", internal=True)
def repeat_erasure(actor: Actor, key: str, *, now: Moment) -> Repeated:
    """After a restore: mark a case once more whose key had been destroyed since the backup was made.

    The key is gone already; the journal of the key store says so. This entry stands in for the one that was lost, so
    that the ledger says of every case that it was erased.
    """
    row = CompartmentRow.objects.select_for_update().filter(id=UUID(key)).first()
    if row is None:
        raise Missing
    if row.erased_at is not None:
        raise AlreadyErased
    CompartmentRow.objects.filter(id=row.id).update(erased_at=now)
    PendingDestructionRow.objects.create(compartment=row, due_at=now)
    transaction.on_commit(partial(reads.forget, row.name))
    return Repeated(row.name)


def finish_destructions(now: Moment) -> int:
    """The second half of `erase_compartment`, for all that are due; how many there were. Safe to run again.

    A key whose case is held back by now is kept, and destroyed once the hold has ended. One that is gone already, after
    a restore, no hold brings back.
    """
    pending = PendingDestructionRow.objects.filter(due_at__lte=now)
    gone = {line.key for line in reads.key_store().journal()} if pending.exists() else set()
    due = [
        key for key, name in pending.values_list("compartment_id", "compartment__name") if key in gone or _is_free(name)
    ]
    if not due:
        return 0
    reads.key_store().destroy(due, now)
    # Stop here: the keys are gone and the rows still pending. The next run destroys nothing twice and goes on below.
    names = list(BlobRow.objects.filter(compartment_id__in=due).values_list("name", flat=True))
    remove_files(names)
    # Stop here: rows name files that are gone, in cases that nobody can open. The next run takes the rows away.
    with writing():
        BlobRow.objects.filter(compartment_id__in=due).delete()
        PendingDestructionRow.objects.filter(compartment_id__in=due).delete()
    return len(due)


def _is_free(name: str) -> bool:
    try:
        with reading(SYSTEM):
            refuse_if_held(SYSTEM, name)
    except HeldBack:
        return False
    return True
