# SPDX-License-Identifier: Apache-2.0
"""A long log: how fast it is verified, how long a proof takes, what memory both need.

python -m bench.scenes.proving ENTRIES      half of the entries sealed, as in a house at work
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time
from datetime import timedelta

from bench.scenes.opened import FINDER, open_house

PROOFS = 300
BATCH = 4096


def main(entries: int) -> None:
    open_house()
    from weir.foundation.ledger import reads
    from weir.foundation.ledger.reads.verification import verify

    leaves = grow(entries)
    started = time.perf_counter()
    found = verify()
    took = time.perf_counter() - started
    assert not found.faults, found.faults[:3]
    assert found.entries == entries
    seconds = []
    for leaf in random.Random(7).sample(leaves, min(PROOFS, len(leaves))):
        started = time.perf_counter()
        reads.prove_entry(FINDER, leaf)
        seconds.append(time.perf_counter() - started)
    told = {
        "verified": entries / took,
        "hashed": bare_hashing(),
        "proof": statistics.median(seconds),
        "memory": peak(),
        "ticks": found.ticks,
    }
    print(json.dumps(told))


def grow(entries: int) -> list[str]:
    """Valid entries, written in bulk, and sequenced tick by tick. Returns a sample of leaves."""
    from django.db import connection, transaction

    from weir.foundation.ledger import reads, rules
    from weir.foundation.ledger.record import INSERT_POSTGRESQL, INSERT_SQLITE, seal_context
    from weir.foundation.ledger.sequencer import Sequencer
    from weir.foundation.store.blobs import seal
    from weir.foundation.transactions import tell_row_security
    from weir.kernel.batch import blind_leaf
    from weir.kernel.moments import Moment
    from weir.shell.clock import now

    statement = (INSERT_POSTGRESQL if connection.vendor == "postgresql" else INSERT_SQLITE).removesuffix(
        " RETURNING id"
    )
    log, at, kept = reads.open_log().id, now(), []
    sequencer = Sequencer(reads.notary(), timedelta(seconds=1), 12)
    content = b'{"digest":"' + b"0" * 64 + b'","id":"R-2026-MADEP-X","received_at":"2026-11-20T12:00:00.000Z"}'
    for first in range(0, entries, BATCH):
        rows = []
        with transaction.atomic():
            tell_row_security(beat="writing", keys=frozenset())
            for number in range(first, min(first + BATCH, entries)):
                about = f"R-{number:012d}"
                entry = rules.entry_bytes(
                    about=about, actor=FINDER.id, at=at, content=content, schema="intake.receive_report/1"
                )
                salt = os.urandom(32)
                leaf = blind_leaf(salt, entry)
                compartment = f"C-{number // 8:010d}" if number % 2 else ""
                body = seal(compartment, salt + entry, seal_context(leaf)) if compartment else entry
                at_ms = int(at.timestamp() * 1000)
                sealed_salt = b"" if compartment else salt
                rows.append(
                    (log, "intake.receive_report", 1, FINDER.id, about, compartment, at_ms, body, sealed_salt, leaf)
                )
                if number % 97 == 0:
                    kept.append(leaf.hex())
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)
        at = Moment.of(at + timedelta(seconds=2))
        assert sequencer.tick(at)
    while reads.waiting():
        at = Moment.of(at + timedelta(seconds=2))
        sequencer.tick(at)
    return kept


def bare_hashing() -> float:
    """Leaves a second that this machine hashes with nothing around it: the physical limit of verifying."""
    from weir.kernel.batch import blind_leaf

    salt, entry = os.urandom(32), os.urandom(300)
    started = time.perf_counter()
    for _ in range(200_000):
        blind_leaf(salt, entry)
    return 200_000 / (time.perf_counter() - started)


def peak() -> int:
    """Kilobytes at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(int(sys.argv[1]))
