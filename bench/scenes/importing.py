# SPDX-License-Identifier: Apache-2.0
"""A large SARIF file comes in: received, read, correlated by exact keys, stored. After each batch the same rows once
more, bare, into tables with the same columns and indexes, in the same database and with as many commits.

python -m bench.scenes.importing RESULTS      prints seconds, rates round by round, and the peak of memory
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.scenes import sarif_stream
from bench.scenes.opened import FINDER, open_house

ROUNDS = 20
BLOCK = 1024 * 1024
LIMIT = 16 * 1024**3
TABLES = {
    "intake_item": ("digest", "document_id", "keys", "sealed"),
    "intake_item_key": ("key", "item", "kind"),
}
TYPES = {"intake_item": ("bytea", "uuid", "bytea", "bytea"), "intake_item_key": ("bytea", "bytea", "int2")}


def main(results: int) -> None:
    open_house()
    path = Path(os.environ["WEIR_HOME"]) / "made-up.sarif"
    sarif_stream.write(path, results)
    megabytes = path.stat().st_size / 1e6
    bare = Bare()
    first = imported(path, bare)
    again = imported(path)
    with path.open("a") as file:
        file.write("\n")
    changed = imported(path)
    whole = first["receiving"] + first["correlating"]
    # What is done once for the whole file is spread over the rounds by how many results each had.
    rounds = [(count, took + whole * count / results, bare_took) for count, took, bare_took in first["rounds"]]
    told = {
        "results": results,
        "megabytes": megabytes,
        "first": sum(took for _, took, _ in rounds),
        "imported": [count / took for count, took, _ in rounds],
        "bare": [count / took for count, _, took in rounds],
        "parts": {name: first[name] for name in ("receiving", "reading", "recording", "correlating")},
        "shared": first["shared"],
        "again": again["receiving"] + again["reading"] + again["recording"],
        "added_again": again["added"],
        "changed": changed["receiving"] + changed["reading"] + changed["recording"],
        "added_changed": changed["added"],
        "memory": max(each["memory"] for each in (first, again, changed)),
    }
    print(json.dumps(told))


def imported(path: Path, bare: Bare | None = None) -> dict[str, Any]:
    """One file through the verbs and the job, and how long each part took."""
    from weir.clearinghouse.intake.jobs.documents import batches
    from weir.clearinghouse.intake.reads.documents import shared_keys, unread
    from weir.clearinghouse.intake.verbs.documents import receive_document, record_items
    from weir.foundation.actor import SYSTEM
    from weir.foundation.store.blobs import receive
    from weir.shell.clock import now

    told: dict[str, Any] = {"reading": 0.0, "recording": 0.0, "added": 0, "memory": 0, "rounds": []}
    clock = time.perf_counter
    begun = clock()
    with path.open("rb") as file:
        received = receive(iter(lambda: file.read(BLOCK), b""), limit=LIMIT)
    document = receive_document(FINDER, received, path.name, now=now())
    told["receiving"] = clock() - begun
    if document.again:
        return told
    left = batches(unread(document.id))
    while True:
        begun = clock()
        batch = next(left, None)
        told["reading"] += (took := clock() - begun)
        if batch is None:
            break
        begun = clock()
        recorded = record_items(SYSTEM, document.id, batch, now=now())
        told["recording"] += (writing := clock() - begun)
        told["added"] += recorded.added
        told["memory"] = max(told["memory"], peak())
        if bare is not None and batch.items:
            with nobody_else():
                told["rounds"].append((recorded.added, took + writing, bare.insert()))
    begun = clock()
    told["shared"] = sum(1 for _ in shared_keys())
    told["correlating"] = clock() - begun
    told["rounds"] = list(_joined(told["rounds"]))
    return told


@contextmanager
def nobody_else() -> Iterator[None]:
    """The process that reads ahead stands still meanwhile: neither side is to gain by the other's time."""
    others = children()
    for other in others:
        os.kill(other, signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            os.kill(other, signal.SIGCONT)


def children() -> list[int]:
    """Those of this process; Linux tells."""
    return [int(child) for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()]


def peak() -> int:
    """The most that this process and those it started ever held, in KiB."""
    held = 0
    for process in [os.getpid(), *children()]:
        status = Path(f"/proc/{process}/status").read_text()
        held += int((status.partition("VmHWM:")[2].split() or ["0"])[0])  # of one that has ended nothing is told
    return held


def _joined(batches: list[tuple[int, float, float]]) -> Iterator[tuple[int, float, float]]:
    """So many rounds out of many batches."""
    size = max(len(batches) // ROUNDS, 1)
    for start in range(0, len(batches), size):
        part = batches[start : start + size]
        yield sum(each[0] for each in part), sum(each[1] for each in part), sum(each[2] for each in part)


class Bare:
    """Twins of the two tables, and the rows that came last, put there by the quickest way that each database has."""

    def __init__(self) -> None:
        from django.db import connection

        self._last = 0
        with connection.cursor() as cursor:
            for table in TABLES:
                if connection.vendor == "postgresql":
                    cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
                    continue
                cursor.execute("SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table])
                for (statement,) in cursor.fetchall():
                    cursor.execute(statement.replace(table, f"bare_{table}").replace(' INDEX "', ' INDEX "bare_'))

    def insert(self) -> float:
        """Seconds for the rows of the last batch, from the first statement to the end of the commit."""
        from django.db import connection, transaction

        rows = self._new_rows()
        begun = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            for table, columns in TABLES.items():
                named = ", ".join(columns)
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY bare_{table} ({named}) FROM STDIN (FORMAT BINARY)") as copy:
                        copy.set_types(TYPES[table])
                        for row in rows[table]:
                            copy.write_row(row)
                else:
                    places = ", ".join(["%s"] * len(columns))
                    cursor.executemany(f"INSERT INTO bare_{table} ({named}) VALUES ({places})", rows[table])
        return time.perf_counter() - begun

    def _new_rows(self) -> dict[str, list[Any]]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, digest, document_id, keys, sealed FROM intake_item WHERE id > %s ORDER BY id", [self._last]
            )
            found = cursor.fetchall()
        self._last = found[-1][0] if found else self._last
        items = [(bytes(row[1]), row[2], bytes(row[3]), bytes(row[4])) for row in found]
        keys = [
            (keys[place + 1 : place + 17], digest, keys[place])
            for digest, _, keys, _ in items
            for place in range(0, len(keys), 17)
        ]
        return {"intake_item": items, "intake_item_key": keys}


if __name__ == "__main__":
    main(int(sys.argv[1]))
