# SPDX-License-Identifier: Apache-2.0
"""kill -9, at any moment, under load: what was acknowledged is there once, and all that was begun is finished."""

from __future__ import annotations

import json
import random
import threading
from itertools import pairwise

import pytest

from tests.worlds import fleet as fleets
from tests.worlds import load, workers
from tests.worlds.callers import Instance
from verifier import checks
from verifier.reading import read_bundle, read_keys, read_receipt
from weir.clearinghouse.findings.models import FindingReportRow, FindingRow
from weir.clearinghouse.intake.models import ReportRow
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs import reads as jobs
from weir.foundation.jobs.models import SetAsideRow
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.models import EntryRow
from weir.foundation.ledger.reads.verification import verify
from weir.foundation.transactions import reading
from weir.kernel import merkle, notes, tiles
from weir.kernel.canonical import plain

pytestmark = pytest.mark.both_databases

TOGETHER_EVERY = 10  # so often not one falls, but all at once
LOOKED_AT_EVERY = 20


@pytest.fixture
def instance(transactional_db):
    """An instance that nobody used, on a queue that nobody used."""
    workers.fresh_queue()
    return Instance()


@pytest.mark.prove
def test_two_hundred_kills_lose_nothing_and_double_nothing(instance, rounds, seed, tmp_path):
    survive(instance, rounds(200), seed, tmp_path, workers=2)


def test_ten_kills_lose_nothing_and_double_nothing(instance, seed, tmp_path):
    survive(instance, range(10), seed, tmp_path, workers=1)


def survive(instance, kills, seed, folder, *, workers):
    chance = random.Random(seed)
    tokens = [instance.token(instance.finder, "intake.receive_report") for _ in range(2)]
    with fleets.running(folder, chance, webs=2, workers=workers) as fleet:
        with load.flowing(tokens, fleet.addresses) as journal:
            for number in kills:
                some_work(fleet, journal, chance)
                fleet.kill_all() if number % TOGETHER_EVERY == TOGETHER_EVERY - 1 else fleet.kill_one()
                if number % LOOKED_AT_EVERY == 0:
                    nothing_acknowledged_is_lost(journal)
            seen = len(set(journal.heads))
            fleet.until(lambda: len(set(journal.heads)) > seen + 1, "the log grows on")
        assert journal.faults == []
        fleet.until(lambda: all_is_done(journal), "all is done")
        every_report_is_there_once(journal)
        every_finding_is_there_once(journal)
        heads_agree(journal, fleet)
        assert fleet.end() == [0] * len(fleet.members)
        unforeseen = [member.name for member in fleet.members if "Traceback" in member.said()]
        assert unforeseen == [], fleet.members[0].said()
    found = verify()
    # The house's own chores may have written after the last tick; that nothing reported waits is shown by the proofs.
    assert (found.faults, found.ticks) == ([], ledger.open_log().size)
    assert found.entries >= 2 * len(journal.acknowledged)
    proofs_convince(instance, journal)


def some_work(fleet, journal, chance):
    """Let the programs be answered a few times, and then a moment more or less: so the next kill falls anywhere."""
    wanted = len(journal.acknowledged) + chance.randrange(1, 8)
    fleet.until(
        lambda: len(journal.acknowledged) >= wanted,
        f"somebody is answered; {journal.faults[-3:]} {journal.unavailable[-3:]} {journal.broken_off}",
    )
    threading.Event().wait(chance.uniform(0, 0.2))


def reports():
    with reading(SYSTEM):
        return sorted(ReportRow.objects.values_list("number", flat=True))


def entries(kind):
    with reading(SYSTEM):
        return sorted(
            (about, bytes(leaf).hex())
            for about, leaf in EntryRow.objects.filter(kind=kind).values_list("about", "leaf")
        )


def nothing_acknowledged_is_lost(journal):
    told = {each.number for each in list(journal.acknowledged)}
    assert told <= set(reports())


def all_is_done(journal):
    with reading(SYSTEM):
        return (
            FindingReportRow.objects.count() >= len(journal.acknowledged)
            and jobs.settled()
            and not ledger.unfiled().exists()
        )


def every_report_is_there_once(journal):
    """One for each key that was ever sent, since each was sent until it was answered; and no other."""
    assert len({each.key for each in journal.acknowledged}) == len(journal.acknowledged)
    assert sorted(each.number for each in journal.acknowledged) == reports()
    assert sorted((each.number, each.leaf) for each in journal.acknowledged) == entries("intake.receive_report")


def every_finding_is_there_once(journal):
    told = sorted(each.number for each in journal.acknowledged)
    with reading(SYSTEM):
        assert sorted(FindingReportRow.objects.values_list("report", flat=True)) == told
        assert FindingRow.objects.count() == len(told)
        assert not SetAsideRow.objects.exists()
    assert len(entries("findings.correlate_report")) == len(told)


def heads_agree(journal, fleet):
    """Every head that anybody saw is the beginning of every later one, by the tiles that anybody can fetch."""
    key = notes.VerifierKey.parse(ledger.notary().log_key.vkey())
    seen = [notes.Checkpoint.parse(notes.open_note(note, [key]).text) for note in journal.heads]
    assert [head.size for head in seen] == sorted(head.size for head in seen), "the log shrank"
    leaves = leaf_hashes(fleet.addresses[0], seen[-1].size)
    for older, newer in pairwise(seen):
        path = merkle.consistency_path(older.size, leaves[: newer.size])
        merkle.check_consistency(older.size, older.root, newer.size, newer.root, path)


def leaf_hashes(address, size):
    """The leaves of the public tree, out of its tiles."""
    found = b""
    for index in range(-(-size // tiles.WIDTH)):
        name = tiles.TileName(0, index, min(tiles.WIDTH, size - index * tiles.WIDTH))
        status, content = fleets.ask(address, f"/log/{name.path()}")
        assert status == 200
        found += content
    return [found[at : at + merkle.HASH_SIZE] for at in range(0, len(found), merkle.HASH_SIZE)]


def proofs_convince(instance, journal):
    """Somebody who has only the verifier, the keys and what the programs kept is convinced of each report."""
    log_keys, receipt_keys = (read_keys([key.vkey()]) for key in (ledger.notary().log_key, ledger.notary().receipt_key))
    for told in journal.acknowledged:
        bundle = read_bundle(json.dumps(plain(ledger.prove_entry(instance.finder, told.leaf))).encode())
        receipt = read_receipt(told.receipt.encode())
        found = list(checks.run(checks.steps_for(bundle, log_keys, receipt, receipt_keys, "")))
        assert {check.result for check in found} == {"ok"}, found
        assert bundle.leaf.hex() == told.leaf
