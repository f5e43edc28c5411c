# SPDX-License-Identifier: Apache-2.0
"""The fourth beat: one row, written inside the verb's transaction, without a lock that another writer would wait for.

A named direct writer: it is what `verb.py` calls, so it cannot itself be a verb. It speaks SQL, to the driver itself,
because it stands in every verb of Weir, and what the ORM and Django's cursor do around so small a row is most of its
cost.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db import connection

from weir.foundation.actor import Actor
from weir.foundation.ledger import rules
from weir.foundation.ledger.terms import KeyReused
from weir.foundation.verb import Act, Earlier, Entry
from weir.kernel.batch import blind_leaf
from weir.kernel.canonical import digest, own_object
from weir.kernel.moments import MILLISECOND, Moment

EPOCH = Moment(1970, 1, 1, tzinfo=UTC)
INSERT = (
    "INSERT INTO ledger_entry (log, {transaction}kind, version, actor, about, compartment, at_ms, body, salt, leaf)"
    " VALUES (%s, {zero}%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
# On PostgreSQL the column's default is the transaction's own id (see the first migration).
INSERT_SQLITE = INSERT.format(transaction='"transaction", ', zero="0, ").replace("%s", "?")
INSERT_POSTGRESQL = INSERT.format(transaction="", zero="")
REMEMBER_SQLITE = "INSERT INTO ledger_replay (key, body, at_ms, entry) VALUES (?, ?, ?, last_insert_rowid())"
REMEMBER_POSTGRESQL = (
    f"WITH kept AS ({INSERT_POSTGRESQL} RETURNING id)"  # noqa: S608 - a constant of ours, with places for values
    " INSERT INTO ledger_replay (key, body, at_ms, entry) SELECT %s::bytea, %s::bytea, %s, id FROM kept"
)
RECALL = (
    "SELECT r.body, e.kind, e.version, e.compartment, e.at_ms, e.body, e.salt, e.leaf"
    " FROM ledger_replay r JOIN ledger_entry e ON e.id = r.entry WHERE r.key = %s"
)

Seal = Callable[[str, bytes, str], bytes]
Unseal = Callable[[str, bytes, str], bytes]


@dataclass(frozen=True)
class Recorder:
    """Implements `Record`. `log` says which log is open; `seal` and `unseal` come from the store."""

    log: Callable[[], int]
    seal: Seal
    unseal: Unseal

    def write(self, actor: Actor, act: Act, *, last: bool) -> Entry:
        schema = f"{act.verb}/{act.version}"
        entry = rules.entry_bytes(about=act.about, actor=actor.id, at=act.now, content=act.content, schema=schema)
        salt = os.urandom(rules.SALT_SIZE)
        leaf = blind_leaf(salt, entry)
        body = entry
        if act.compartment:
            body, salt = self.seal(act.compartment, salt + entry, seal_context(leaf)), b""
        at_ms = milliseconds(act.now)
        row = (self.log(), act.verb, act.version, actor.id, act.about, act.compartment, at_ms, body, salt, leaf)
        replay: tuple[Any, ...] = ()
        if act.key:
            replay = rules.replay_key(actor.id, act.verb, act.key), digest(act.body), at_ms
        keep_entry(row, replay, last=last)
        return Entry(leaf.hex(), schema, leaf, act.now)

    def recall(self, actor: Actor, verb: str, key: str, body: bytes) -> Earlier | None:
        with connection.cursor() as cursor:
            cursor.execute(RECALL, [rules.replay_key(actor.id, verb, key)])
            row = cursor.fetchone()
        if row is None:
            return None
        asked, kind, version, compartment, at_ms, kept, salt, leaf = (_plain(value) for value in row)
        if asked != digest(body):
            raise KeyReused
        entry = open_body(self.unseal, compartment, kept, salt, leaf)[1]
        content = own_object(rules.content_of(entry))
        return Earlier(Entry(leaf.hex(), f"{kind}/{version}", leaf, moment_of(at_ms)), content)


def keep_entry(row: tuple[Any, ...], replay: tuple[Any, ...], *, last: bool) -> None:
    """The entry's row, and under which key it is told again, by the driver's own cursor. We stand inside the verb's
    transaction, so the connection is open.

    Replay keys are unique: of two that race with one key, the second waits for the first and then finds its answer.
    On PostgreSQL each statement is a round trip, which costs more than what it does: both rows go in one, and the last
    one of a transaction takes the commit along. Django, whose turn to commit comes next, finds it done.
    """
    with connection.wrap_database_errors:
        driver = connection.connection
        if connection.vendor == "postgresql":
            insert = REMEMBER_POSTGRESQL if replay else INSERT_POSTGRESQL
            # Stop before this line: nothing happened. After it all of it did, and only the answer is missing.
            driver.execute(f"{insert}; COMMIT" if last else insert, row + replay)
            return
        driver.execute(INSERT_SQLITE, row)
        if replay:
            driver.execute(REMEMBER_SQLITE, replay)


def open_body(unseal: Unseal, compartment: str, body: bytes, salt: bytes, leaf: bytes) -> tuple[bytes, bytes]:
    """Salt and canonical bytes of a row."""
    if not compartment:
        return salt, body
    opened = unseal(compartment, body, seal_context(leaf))
    return opened[: rules.SALT_SIZE], opened[rules.SALT_SIZE :]


def seal_context(leaf: bytes) -> str:
    """Ties sealed bytes to their entry: moved to another row, they do not open."""
    return f"ledger.entry:{leaf.hex()}"


def moment_of(at_ms: int) -> Moment:
    return Moment.of(EPOCH + at_ms * MILLISECOND)


def milliseconds(moment: Moment) -> int:
    return (moment - EPOCH) // MILLISECOND


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
