# SPDX-License-Identifier: Apache-2.0
"""A long log, written in bulk and sequenced tick by tick; half of its entries sealed, as in a house at work.

python -m bench.scenes.growing ENTRIES
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

from bench.scenes.opened import FINDER, open_house

BATCH = 4096


def main(entries: int) -> None:
    open_house()
    grow(entries)
    print(json.dumps(entries))


def grow(entries: int) -> None:
    """Valid entries, a batch a tick."""
    from django.db import connection, transaction

    from weir.foundation.ledger import reads, rules
    from weir.foundation.ledger.record import INSERT_POSTGRESQL, INSERT_SQLITE, seal_context
    from weir.foundation.ledger.sequencer import Sequencer
    from weir.foundation.store.blobs import seal
    from weir.foundation.transactions import tell_row_security
    from weir.kernel.batch import blind_leaf
    from weir.kernel.moments import Moment
    from weir.shell.clock import now

    statement = INSERT_POSTGRESQL if connection.vendor == "postgresql" else INSERT_SQLITE
    log, at = reads.open_log().id, now()
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
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)
        at = Moment.of(at + timedelta(seconds=2))
        assert sequencer.tick(at)
    while reads.waiting():
        at = Moment.of(at + timedelta(seconds=2))
        sequencer.tick(at)


if __name__ == "__main__":
    main(int(sys.argv[1]))
