# SPDX-License-Identifier: Apache-2.0
"""Erasing a case: all of it or nothing, and what is pending is finished."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connections

from tests.worlds.crashes import GONE, gone_after, gone_before, in_child
from tests.worlds.keys import MemoryKeyStore
from weir.foundation.actor import Actor, ActorKind
from weir.foundation.shape import Unreadable
from weir.foundation.store import reads, verbs
from weir.foundation.store.blobs import put, seal
from weir.foundation.store.gates import FileKeyStore
from weir.foundation.store.models import BlobRow, CompartmentRow, PendingDestructionRow
from weir.foundation.store.reads import compartment_state, open_blob, path_of, unseal
from weir.foundation.store.terms import AlreadyErased, CompartmentReport, CompartmentState, Erased, Erasure
from weir.foundation.store.verbs import erase_compartment, finish_destructions
from weir.foundation.transactions import reading
from weir.foundation.verb import VERBS, HeldBack
from weir.kernel.errors import Invalid, Missing
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment

pytestmark = [pytest.mark.django_db(transaction=True, databases="__all__"), pytest.mark.both_databases]

ADMINISTRATOR = Actor(ActorKind.PERSON, "P-2026-ADMIN-T", roles=frozenset({"administrator"}), staff=True)
REASON = "asked for by the finder"


class CaseId(TypedId, prefix="XST"):
    """Cases of these tests."""


CASE, OTHER_CASE = CaseId.example(), CaseId.mint(2026, bytes)


@pytest.fixture
def case(keys, home, ledger) -> bytes:
    """A case with something small and something large in it, and another one beside it."""
    seal(OTHER_CASE, b"beside", "report/body")
    put(CASE, [b"x" * 100_000], media_type="application/zip", limit=100_000)
    return seal(CASE, b"secret", "report/body")


def erase(now: Moment) -> Erasure:
    return erase_compartment(ADMINISTRATOR, CASE, REASON, now=now)


def blob_name() -> str:
    return BlobRow.objects.get(compartment__name=CASE).name


def test_an_erased_case_is_gone_and_the_one_beside_it_is_not(case, ledger, now):
    beside = seal(OTHER_CASE, b"still here", "report/body")
    name = blob_name()
    assert erase(now) == Erasure(CASE, REASON)
    for act in (
        lambda: unseal(CASE, case, "report/body"),
        lambda: open_blob(CASE, name),
        lambda: seal(CASE, b"more", "report/body"),
    ):
        with pytest.raises(Erased):
            act()
    assert not path_of(name).exists()
    assert not BlobRow.objects.exists()
    assert unseal(OTHER_CASE, beside, "report/body") == b"still here"


def test_the_entry_lies_open_because_the_key_it_would_be_sealed_under_is_gone(case, ledger, now):
    erase(now)
    (act,) = ledger.acts
    assert (act.verb, act.about, act.compartment) == ("store.erase_compartment", CASE, "")
    assert json.loads(act.content) == {"id": CASE, "reason": REASON}


def test_an_erasure_that_cannot_be_recorded_has_not_happened(case, ledger, now):
    ledger.broken = True
    with pytest.raises(RuntimeError):
        erase(now)
    assert unseal(CASE, case, "report/body") == b"secret"
    assert not PendingDestructionRow.objects.exists()


def test_a_key_store_that_is_away_leaves_the_case_closed_and_the_destruction_pending(case, keys, ledger, now):
    if not isinstance(keys, MemoryKeyStore):
        pytest.skip("a folder is away when it is unmounted, which a test may not do")
    keys.unreachable = True
    erase(now)
    with pytest.raises(Erased):
        unseal(CASE, case, "report/body")
    assert compartment_state(ADMINISTRATOR, CASE).state is CompartmentState.ERASING
    keys.unreachable = False
    assert finish_destructions(Moment.of(now + timedelta(minutes=1))) == 1
    assert [line.key for line in keys.journal()] == [CompartmentRow.objects.get(name=CASE).id]
    assert compartment_state(ADMINISTRATOR, CASE).state is CompartmentState.ERASED


STOPS = [
    (gone_before, "finish_destructions"),
    (gone_before, "remove_files"),
    (gone_after, "remove_files"),
    (gone_before, "writing"),
]


@pytest.mark.parametrize(("stop", "name"), STOPS)
def test_wherever_it_stops_after_the_commit_the_erasure_is_finished_at_the_next_start(
    case, keys, ledger, now, stop, name
):
    if isinstance(keys, MemoryKeyStore):
        pytest.skip("its keys end with the child")
    file = path_of(blob_name())
    connections.close_all()

    def act() -> None:
        # The body of the verb in a transaction of its own, so that only what follows the commit meets the stop.
        from django.db import transaction

        with stop(verbs, name), transaction.atomic():
            erase_compartment.function(ADMINISTRATOR, CASE, REASON, now=now)

    assert in_child(act) == GONE
    assert PendingDestructionRow.objects.count() == 1
    reads.forget()  # as a process that starts now
    with pytest.raises(Erased):
        unseal(CASE, case, "report/body")
    assert finish_destructions(Moment.of(now + timedelta(minutes=1))) == 1
    assert finish_destructions(Moment.of(now + timedelta(minutes=2))) == 0
    assert not file.exists()
    assert not PendingDestructionRow.objects.exists()
    assert compartment_state(ADMINISTRATOR, CASE).state is CompartmentState.ERASED
    assert len(keys.journal()) == 1


def test_another_process_that_has_the_key_in_hand_loses_it(case, keys, ledger, now):
    if not isinstance(keys, FileKeyStore):
        pytest.skip("keys in memory are in one process")
    elsewhere, key = FileKeyStore(keys.folder), CompartmentRow.objects.get(name=CASE).id
    assert len(elsewhere.open_key(key)) == 32
    erase(now)
    with pytest.raises(Erased):
        elsewhere.open_key(key)
    elsewhere.close()


def test_a_case_that_is_held_back_is_not_erased(case, keys, ledger, now):
    ledger.held.add(CASE)
    with pytest.raises(HeldBack):
        erase(now)
    assert unseal(CASE, case, "report/body") == b"secret"
    assert not PendingDestructionRow.objects.exists()


def test_a_pending_destruction_waits_while_the_case_is_held_back_and_keeps_no_other_waiting(case, keys, ledger, now):
    ledger.held.add(CASE)
    for row in CompartmentRow.objects.all():
        PendingDestructionRow.objects.create(compartment=row, due_at=now)
    beside = CompartmentRow.objects.get(name=OTHER_CASE).id
    assert finish_destructions(now) == 1
    assert [line.key for line in keys.journal()] == [beside]
    ledger.held.clear()
    assert finish_destructions(now) == 1


def test_a_key_that_is_gone_already_is_brought_back_by_no_hold(case, keys, ledger, now):
    row = CompartmentRow.objects.get(name=CASE)
    keys.destroy([row.id], now)
    PendingDestructionRow.objects.create(compartment=row, due_at=now)
    ledger.held.add(CASE)
    assert finish_destructions(now) == 1


def test_what_is_not_yet_due_waits(case, ledger, now):
    row = CompartmentRow.objects.get(name=CASE)
    PendingDestructionRow.objects.create(compartment=row, due_at=now)
    assert finish_destructions(Moment.of(now - timedelta(seconds=1))) == 0
    assert unseal(CASE, case, "report/body") == b"secret"


def test_it_happens_once(case, ledger, now):
    erase(now)
    with pytest.raises(AlreadyErased):
        erase(now)
    assert len(ledger.acts) == 1


def test_a_case_without_anything_sealed_is_missing(keys, home, ledger, now):
    with pytest.raises(Missing):
        erase(now)
    with pytest.raises(Missing):
        compartment_state(ADMINISTRATOR, CASE)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_it_needs_a_ground(case, ledger, now, reason):
    with pytest.raises(Invalid):
        erase_compartment(ADMINISTRATOR, CASE, reason, now=now)
    assert unseal(CASE, case, "report/body") == b"secret"


def test_only_people_erase_and_policy_is_asked_about_the_case(case, ledger, now):
    erase(now)
    assert VERBS["store.erase_compartment"].options.person_only
    assert ledger.asked == [
        ("store.erase_compartment", CASE),
        ("second person for store.erase_compartment", CASE),
    ]


def test_a_state_tells_what_is_there(case, ledger, now):
    assert compartment_state(ADMINISTRATOR, CASE) == CompartmentReport(CASE, CompartmentState.OPEN, 1)
    erase(now)
    assert compartment_state(ADMINISTRATOR, CASE) == CompartmentReport(CASE, CompartmentState.ERASED, 0, now)


def test_a_case_is_read_where_reading_cannot_write(case, ledger):
    reads.forget()
    with reading(ADMINISTRATOR):
        assert unseal(CASE, case, "report/body") == b"secret"


def test_doors_hand_over_the_number_of_any_kind_of_case():
    read = erase_compartment.shape.read({"compartment": str(CASE).lower().replace("-", " "), "reason": REASON})
    assert read == {"compartment": CASE, "reason": REASON}
    assert type(read["compartment"]) is CaseId
    for wrong in ("../etc", "", 7, None, ["XST"]):
        with pytest.raises(Unreadable):
            erase_compartment.shape.read({"compartment": wrong, "reason": REASON})
    assert erase_compartment.shape.takes.model_json_schema()["properties"]["compartment"]["type"] == "string"


def test_the_answer_is_the_same_when_it_is_read_back():
    assert erase_compartment.shape.gives.validate_python({"id": str(CASE), "reason": REASON}) == Erasure(CASE, REASON)
