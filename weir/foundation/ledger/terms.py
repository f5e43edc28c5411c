# SPDX-License-Identifier: Apache-2.0
"""Nouns of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from weir.kernel.errors import Conflict, Missing, Unavailable
from weir.kernel.moments import Moment
from weir.kernel.notes import NoteKey

PROOF_FORMAT = "weir.proof/1"
RECEIPT_FORMAT = "weir.receipt/1"


class EntryState(StrEnum):
    """What can be said about an entry today."""

    WAITING = "waiting"
    PROVABLE = "provable"
    ERASED = "erased"


@dataclass(frozen=True)
class Cursor:
    """How far a reader of the ledger has come. By transaction first: on PostgreSQL a later id may commit earlier."""

    log: int = 0
    transaction: int = 0
    id: int = 0


@dataclass(frozen=True)
class Line:
    """One entry as the flow and the sequencer see it: where it stands, what was done, to what; never the content."""

    cursor: Cursor
    kind: str
    about: str
    leaf: bytes


@dataclass(frozen=True)
class EntryView:
    """One entry for whoever may see it. `content` is empty once it was erased."""

    leaf: str
    schema: str
    at: Moment
    actor: str
    about: str
    state: EntryState
    content: str = ""
    erased_by: str = ""


@dataclass(frozen=True)
class EntryLine:
    """One entry in a list: what was done, when, by whom; and whether its proof can be had."""

    leaf: str
    kind: str
    at: Moment
    actor: str
    provable: bool


@dataclass(frozen=True)
class Head:
    """The published checkpoint, and the key that verifies it."""

    origin: str
    size: int
    root: str
    checkpoint: str
    vkey: str


@dataclass(frozen=True)
class ProofBundle:
    """The small file that proves one entry to anybody: `verifier/` reads it without us."""

    format: str
    entry: dict[str, str]
    batch: dict[str, object]
    log: dict[str, object]
    checkpoint: str


@dataclass(frozen=True)
class Ticked:
    """What one tick did."""

    tick: int
    entries: int
    waiting: bool


class Notary(Protocol):
    """Who signs, and who remembers outside the database what was published."""

    @property
    def log_key(self) -> NoteKey: ...

    @property
    def receipt_key(self) -> NoteKey: ...

    def blinding_key(self, tick: int) -> bytes: ...

    def last_published(self) -> str: ...

    def remember(self, note: str) -> None:
        """Durable when it returns: after a power cut `last_published` gives this note or a later one."""


class NoSuchEntry(Missing):
    """There is no entry under that leaf that you may see."""


class NotYetProvable(Unavailable):
    """The entry is recorded, and its proof is not published yet."""

    hint = "Ask again after the next tick; the receipt you hold is a signed promise until then."


class KeyReused(Conflict):
    """This idempotency key was used for something else."""

    hint = "Use a fresh key for a new request; send the same body to get the earlier answer again."


class LogNotBehind(Conflict):
    """The log may go on as it is: nothing was published that the database does not know."""

    hint = "`weir ledger verify` checks it whole."


class LogBehind(Conflict):
    """The database is behind the last checkpoint that was published from it."""

    hint = "A backup was restored: run `weir ledger continue`, which starts a new log that names the old one."


class StillRunning(Conflict):
    """Web or worker processes run on this database."""

    hint = "Stop them on every host (`weir up`, `weir web`, `weir worker`), then try again."
