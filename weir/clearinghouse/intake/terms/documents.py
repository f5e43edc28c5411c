# SPDX-License-Identifier: Apache-2.0
"""Documents: files that others wrote, each with any number of items. How they come, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from weir.clearinghouse.intake.terms.items import Item, Trouble
from weir.kernel.errors import Conflict, Invalid
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment


class DocumentId(TypedId, prefix="D"):
    """One document, as it came in."""


class DocumentState(StrEnum):
    """Where a document stands. One that is in no format we know is kept all the same: somebody can look at it."""

    RECEIVED = "received"
    READ = "read"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ReceivedDocument:
    """The answer to whoever sends a document. `again`: the same sender sent these very bytes before, under this number;
    nothing was added. `digest` is SHA-256 over the bytes.
    """

    id: DocumentId
    received_at: Moment
    digest: str
    size: int
    again: bool = False


class KeyKind(IntEnum):
    """By what two items are found to be one. Kept as numbers: there are millions."""

    ALIAS = 1
    FINGERPRINT = 2
    PLACE = 3
    STACK = 4


class ExactKey(NamedTuple):
    """What items of one cause have in common, letter by letter. It tells what it is about: keyed before it is kept."""

    kind: int
    words: bytes


class KeyedItem(NamedTuple):
    """One item, ready to be kept: `digest` names it among all of its sender's, `keys` are its exact keys in one piece.

    Both are keyed by the instance, so that nobody who guesses an item finds the guess confirmed.
    """

    digest: bytes
    keys: bytes
    words: bytes


@dataclass(frozen=True)
class Batch:
    """Some of what a document says, in its order. `begins_at` counts all that stands before it, troubles too; `last`
    says that nothing comes after it. `format` is empty where nobody knows the format.
    """

    begins_at: int
    items: tuple[KeyedItem, ...]
    troubles: tuple[Trouble, ...] = ()
    format: str = ""
    last: bool = False


@dataclass(frozen=True)
class RecordedItems:
    """What one batch came to. `known`: items that this sender had sent before; `digest` commits to the words of all."""

    id: DocumentId
    begins_at: int
    added: int
    known: int
    troubles: int
    digest: str
    state: DocumentState


@dataclass(frozen=True)
class Document:
    """A document, opened: how far it was read, and the first of what could not be."""

    id: DocumentId
    name: str
    format: str
    state: DocumentState
    received_at: Moment
    submitter: str
    size: int
    digest: str
    read: int
    added: int
    known: int
    troubles: int
    first_troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True)
class DocumentLine:
    """A document in a list of one's own."""

    id: DocumentId
    name: str
    state: DocumentState
    received_at: Moment
    added: int
    known: int
    troubles: int


class KeptItem(NamedTuple):
    """One item as it is kept: its name inside this instance, the document it came with, what it says, its exact keys in
    one piece.
    """

    digest: bytes
    document: DocumentId
    item: Item
    keys: bytes


class NamelessDocument(Invalid):
    """A document's name is 1 to 300 characters."""

    hint = "Give the file's name, without folders."


class ReadElsewhere(Conflict):
    """Somebody else is reading this document, or has read it."""

    hint = "Nothing is to be done: whoever reads it goes on."
