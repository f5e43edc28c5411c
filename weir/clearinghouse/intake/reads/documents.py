# SPDX-License-Identifier: Apache-2.0
"""Documents and their items: for whoever sent them, for the job that reads them, and for findings."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connections

from weir.clearinghouse.intake.models.documents import DocumentRow, ItemKeyRow, ItemRow, TroubleRow
from weir.clearinghouse.intake.rules.items import item_of
from weir.clearinghouse.intake.terms.documents import Document, DocumentId, DocumentLine, DocumentState, KeptItem
from weir.clearinghouse.intake.terms.items import Item, Trouble
from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.jobs.terms import Due
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.question import Page, question
from weir.foundation.store import rules as sealing
from weir.foundation.store.reads import case_key, key_of, unseal
from weir.foundation.store.terms import Erased
from weir.foundation.transactions import reading
from weir.kernel.canonical import own_object
from weir.kernel.moments import Moment

PAGE = 50
SHOWN_TROUBLES = 100
DUE_AT_ONCE = 200
# No case bears this name: it is where the key lies under which digests are kept.
KEYRING = "intake.digests"
SEALED_CONTEXT = "intake.document"
FOUND_CONTEXT = "intake.document/found"
TROUBLE_CONTEXT = "intake.trouble"
ITEM_CONTEXT = "intake.item"
ERASED = "(erased)"


@dataclass(frozen=True)
class Unread:
    """A document as the job that reads it needs it."""

    id: DocumentId
    submitter: str
    name: str
    blob: str
    size: int
    read: int
    state: DocumentState


@question("intake.read_document", on="document", sealed=True)
def read_document(actor: Actor, document: DocumentId) -> Document:
    """One document: how far it was read, what came of it, and what could not be read."""
    row = DocumentRow.objects.get(number=document)
    said = _said(row)
    return Document(
        id=DocumentId(row.number),
        name=said["name"],
        format=_found(row),
        state=DocumentState(row.state),
        received_at=Moment.of(row.received_at),
        submitter=row.submitter,
        size=said["size"],
        digest=said["digest"],
        read=row.read,
        added=row.added,
        known=row.known,
        troubles=row.troubles,
        first_troubles=_troubles(row),
    )


@question("intake.list_documents", filtered=True, sealed=True)
def list_documents(actor: Actor, after: str = "") -> Page[DocumentLine]:
    """The documents you sent, newest first."""
    own = replace(actor, staff=False)
    rows, further = newest_page(own, DocumentRow, "intake.list_documents", after=after, limit=PAGE)
    return Page(tuple(_line(row) for row in rows), further)


def unread_documents(now: Moment) -> list[Due]:
    """Documents that nobody has read to their end, the oldest first."""
    with reading(SYSTEM):
        waiting = DocumentRow.objects.filter(state=DocumentState.RECEIVED).order_by("received_at")
        rows = waiting.values_list("number", "received_at")[:DUE_AT_ONCE]
        return [Due(number, Moment.of(received_at)) for number, received_at in rows]


def unread(document: DocumentId) -> Unread:
    """How far the house has read it."""
    with reading(SYSTEM):
        row = DocumentRow.objects.get(number=document)
    said = _opened(row)
    return Unread(document, row.submitter, said["name"], said["blob"], said["size"], row.read, DocumentState(row.state))


def digest_key() -> bytes:
    """The instance's key under which digests of what can be guessed are kept. It lies in the key store, as case keys
    do, and not in the database.
    """
    return sealing.derive(case_key(KEYRING), b"intake/digests")


def is_erased(document: str) -> bool:
    try:
        key_of(document)
    except Erased:
        return True
    return False


def known_among(digests: Collection[bytes]) -> dict[bytes, Any]:
    """Which of these items are there already, each with the row of the document it came with; for verbs."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_KNOWN, [b"".join(digests)])
        else:
            places = ", ".join(["%s"] * len(digests))
            cursor.execute(f"{_KNOWN_IN} ({places})", list(digests))
        return {bytes(digest): document for digest, document in cursor.fetchall()}


def erased_among(documents: Collection[Any]) -> set[Any]:
    """Which of these rows of documents say nothing any more. Rows are named as the database keeps them."""
    rows = DocumentRow.objects.filter(pk__in=documents).values_list("pk", "number")
    own = connections["default"].features.has_native_uuid_field
    return {pk if own else pk.hex for pk, number in rows if is_erased(number)}


_KNOWN_IN = "SELECT digest, document_id FROM intake_item WHERE digest IN"
# All in one piece, cut by the database: to write an array of thousands costs the driver more than to look them all up.
_KNOWN = (
    "WITH asked AS (SELECT %s::bytea AS digests)"
    " SELECT digest, document_id FROM intake_item WHERE digest = ANY (ARRAY ("
    "SELECT substring(digests FROM place FOR 16) FROM asked, generate_series(1, length(digests), 16) AS place))"
)


def items_of(document: DocumentId, *, after: int = 0, limit: int = 1000) -> list[tuple[int, KeptItem]]:
    """Items of one document in the order in which they were kept, each with the place to go on after."""
    rows = ItemRow.objects.filter(document__number=document, id__gt=after).order_by("id")
    key, begin = case_key(document), item_about(document)
    return [
        (row.id, KeptItem(bytes(row.digest), document, _item(key, begin, row), bytes(row.keys)))
        for row in rows.only("id", "digest", "sealed", "keys")[:limit]
    ]


def items_named(document: DocumentId, digests: Collection[bytes]) -> dict[bytes, Item]:
    """What these items of a document say; nothing, once it was erased."""
    try:
        key, begin = case_key(document), item_about(document)
    except Erased:
        return {}
    rows = ItemRow.objects.filter(document__number=document, digest__in=list(digests))
    return {bytes(row.digest): _item(key, begin, row) for row in rows.only("digest", "sealed")}


def finder_of(document: DocumentId) -> str:
    """The person who answers for what this document says. Of old documents that is not kept apart from the sender."""
    finder, submitter = DocumentRow.objects.values_list("finder", "submitter").get(number=document)
    return finder or submitter


def items_with(keys: Collection[bytes], kinds: Collection[int], *, limit: int) -> set[bytes]:
    """Which items have one of these exact keys, of all that was ever sent."""
    rows = ItemKeyRow.objects.filter(key__in=list(keys), kind__in=list(kinds)).values_list("item", flat=True)
    return {bytes(digest) for digest in rows[:limit]}


def shared_keys() -> Iterator[tuple[int, tuple[bytes, ...]]]:
    """Every exact key that several items have: its kind, and these items. One pass through an index, in its order."""
    # A cursor of the database's own: the driver would first fetch all of them.
    with connections["default"].chunked_cursor() as cursor:
        cursor.execute("SELECT key, kind, item FROM intake_item_key ORDER BY key")
        rows = (row for chunk in iter(lambda: cursor.fetchmany(5000), []) for row in chunk)
        for (_key, kind), sharing in groupby(rows, key=itemgetter(0, 1)):
            items = tuple(bytes(item) for _, _, item in sharing)
            if len(items) > 1:
                yield kind, items


def item_about(document: str) -> bytes:
    """What is authenticated with every item of a document; the item's digest follows."""
    return sealing.context(document, ITEM_CONTEXT)


def _item(key: bytes, begin: bytes, row: ItemRow) -> Any:
    return item_of(sealing.unseal(key, bytes(row.sealed), begin + bytes(row.digest)))


def _opened(row: DocumentRow) -> dict[str, Any]:
    return own_object(unseal(row.number, bytes(row.sealed), SEALED_CONTEXT))


def _said(row: DocumentRow) -> dict[str, Any]:
    """What was sealed; of a case whose key was dropped only that it was here."""
    try:
        return _opened(row)
    except Erased:
        return {"name": ERASED, "digest": "", "size": 0}


def _found(row: DocumentRow) -> str:
    try:
        return unseal(row.number, bytes(row.found), FOUND_CONTEXT).decode() if row.found else ""
    except Erased:
        return ""


def _troubles(row: DocumentRow) -> tuple[Trouble, ...]:
    kept = TroubleRow.objects.filter(document=row).order_by("id").values_list("sealed", flat=True)[:SHOWN_TROUBLES]
    try:
        return tuple(Trouble(*json.loads(unseal(row.number, bytes(each), TROUBLE_CONTEXT))) for each in kept)
    except Erased:
        return ()


def _line(row: DocumentRow) -> DocumentLine:
    return DocumentLine(
        DocumentId(row.number),
        _said(row)["name"],
        DocumentState(row.state),
        Moment.of(row.received_at),
        row.added,
        row.known,
        row.troubles,
    )
