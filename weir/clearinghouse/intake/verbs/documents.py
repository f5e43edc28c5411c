# SPDX-License-Identifier: Apache-2.0
"""Documents: received in one go, then recorded item by item, a batch at a time."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from weir.clearinghouse.intake.models.documents import DocumentRow, ItemRow, TroubleRow
from weir.clearinghouse.intake.reads.documents import (
    FOUND_CONTEXT,
    KEYRING,
    SEALED_CONTEXT,
    TROUBLE_CONTEXT,
    digest_key,
    erased_among,
    is_erased,
    item_about,
    known_among,
)
from weir.clearinghouse.intake.rules.items import each_key
from weir.clearinghouse.intake.rules.keys import Keyed
from weir.clearinghouse.intake.terms.documents import (
    Batch,
    DocumentId,
    DocumentState,
    KeyedItem,
    NamelessDocument,
    ReadElsewhere,
    ReceivedDocument,
    RecordedItems,
)
from weir.foundation.actor import Actor
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.rules import root
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.store import rules as sealing
from weir.foundation.store.blobs import discard, keep, open_compartment, seal
from weir.foundation.store.reads import case_key, unseal
from weir.foundation.store.terms import Received
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical, own_object
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

LONGEST_NAME = 300
KEPT_TROUBLES = 1000


@verb("intake.receive_document", sealed=True, internal=True)
def receive_document(actor: Actor, received: Received, name: str, *, now: Moment) -> ReceivedDocument:
    """Take in a document whose bytes have come and lie sealed, and give a receipt.

    Whatever it holds is kept as it came; what it says is read later. The same bytes from the same sender are one
    document, so that a scanner that sends its findings every night adds what is new and nothing else.
    """
    if not 0 < len(name) <= LONGEST_NAME:
        raise NamelessDocument
    open_compartment(KEYRING)
    sent = Keyed(digest_key(), b"document", actor.id.encode())(received.digest)
    if earlier := _earlier(sent):
        transaction.on_commit(lambda: discard(received))
        return _again(earlier)
    number = DocumentId.mint(now.year, os.urandom)
    blob = keep(number, received, media_type="application/octet-stream")
    words = canonical({"blob": blob.name, "digest": blob.digest, "name": name, "size": blob.size})
    row = DocumentRow(
        id=uuid7(now, os.urandom),
        number=number,
        state=DocumentState.RECEIVED,
        received_at=now,
        submitter=actor.id,
        finder=root(actor),
        organization=actor.organization,
        sent=sent,
        sealed=seal(number, words, SEALED_CONTEXT),
    )
    row.save(force_insert=True)
    shown_to = frozenset({f"actor:{actor.id}", "role:coordinator"})
    mark_fresh([row], actor.id, Marking(Tlp.AMBER_STRICT, shown_to))
    return ReceivedDocument(number, now, blob.digest, blob.size)


def _earlier(sent: bytes) -> DocumentRow | None:
    """The document that these bytes are, if it is still there. One that was erased makes way, with all its items."""
    row = DocumentRow.objects.filter(sent=sent).first()
    if row is None or not is_erased(row.number):
        return row
    DocumentRow.objects.filter(pk=row.pk).update(sent=None)
    return None


def _again(row: DocumentRow) -> ReceivedDocument:
    said = own_object(unseal(row.number, bytes(row.sealed), SEALED_CONTEXT))
    number, at = DocumentId(row.number), Moment.of(row.received_at)
    return ReceivedDocument(number, at, said["digest"], said["size"], again=True)


@verb("intake.record_items", sealed=True, internal=True)
def record_items(actor: Actor, document: DocumentId, batch: Batch, *, now: Moment) -> RecordedItems:
    """Keep some of what a document says: items that its sender never sent before, their exact keys, and its troubles.

    Rows, progress and ledger entry stand or fall together. Stop between two batches: the next reader of the document
    goes on behind the last one that was recorded.
    """
    row = DocumentRow.objects.select_for_update().get(number=document)
    if row.state != DocumentState.RECEIVED or row.read != batch.begins_at:
        raise ReadElsewhere
    fresh, lost = _told_apart(batch.items)
    _insert_items(row, fresh)
    _say_again(row, lost)
    _keep_troubles(row, batch)
    added = len(fresh) + len(lost)
    row.read += len(batch.items) + len(batch.troubles)
    row.added += added
    row.known += len(batch.items) - added
    row.troubles += len(batch.troubles)
    if batch.last:
        row.state = DocumentState.READ if batch.format else DocumentState.UNKNOWN
    if batch.format and not row.found:
        row.found = seal(document, batch.format.encode(), FOUND_CONTEXT)
    row.save(update_fields=["read", "added", "known", "troubles", "state", "found"])
    return RecordedItems(
        document,
        batch.begins_at,
        added,
        len(batch.items) - added,
        len(batch.troubles),
        _digest(batch.items),
        DocumentState(row.state),
    )


def _told_apart(items: Sequence[KeyedItem]) -> tuple[list[KeyedItem], list[KeyedItem]]:
    """Those that are not there yet, each once, in their order; and those whose words went with an erased document."""
    by_digest = {item.digest: item for item in reversed(items)}
    known = known_among(by_digest) if by_digest else {}
    erased = erased_among(set(known.values())) if known else set()
    in_order = list(reversed(by_digest.values()))
    fresh = [item for item in in_order if item.digest not in known] if known else in_order
    return fresh, [item for item in in_order if known.get(item.digest) in erased] if erased else []


def _insert_items(row: DocumentRow, fresh: Sequence[KeyedItem]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy_items(cursor, row.pk.bytes, fresh, _sealed(row, fresh))
            return
        items = zip(fresh, _sealed(row, fresh), strict=True)
        cursor.executemany(_INSERT_ITEM, [(item.digest, row.pk.hex, item.keys, sealed) for item, sealed in items])
        keys = [(key, item.digest, kind) for item in fresh for kind, key in each_key(item.keys)]
        cursor.executemany(_INSERT_KEY, keys)


def _say_again(row: DocumentRow, items: Sequence[KeyedItem]) -> None:
    """An item has the keys that it had; only its words were lost."""
    for item, sealed in zip(items, _sealed(row, items), strict=True):
        ItemRow.objects.filter(digest=item.digest).update(document=row, sealed=sealed)


def _sealed(row: DocumentRow, items: Sequence[KeyedItem]) -> list[bytes]:
    """The words of each, bound to its digest: moved to another row, they do not open."""
    seal_words, about = sealing.sealer(case_key(row.number)), item_about(row.number)
    size, chance = sealing.NONCE_SIZE, os.urandom(sealing.NONCE_SIZE * len(items))
    nonces = (chance[place : place + size] for place in range(0, len(chance), size))
    return [seal_words(item.words, about + item.digest, nonce) for item, nonce in zip(items, nonces, strict=True)]


_INSERT_ITEM = "INSERT INTO intake_item (digest, document_id, keys, sealed) VALUES (%s, %s, %s, %s)"
_INSERT_KEY = "INSERT INTO intake_item_key (key, item, kind) VALUES (%s, %s, %s)"


def _copy_items(cursor: Any, document: bytes, fresh: Sequence[KeyedItem], words: Sequence[bytes]) -> None:
    """In PostgreSQL's own binary form (COPY, "Binary Format"): a count of fields, then each with its length before it.

    Written out here, because to have the driver write each of three small rows costs more than to seal the item.
    """
    parts: list[bytes] = [_COPY_BEGIN]
    for item, kept in zip(fresh, words, strict=True):
        parts += (
            _ITEM_ROW.pack(4, 16, item.digest, 16, document, len(item.keys)),
            item.keys,
            _LENGTH.pack(len(kept)),
            kept,
        )
    with cursor.copy("COPY intake_item (digest, document_id, keys, sealed) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"".join([*parts, _COPY_END]))
    keys = [_KEY_ROW.pack(3, 16, key, 16, item.digest, 2, kind) for item in fresh for kind, key in each_key(item.keys)]
    with cursor.copy("COPY intake_item_key (key, item, kind) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(b"".join([_COPY_BEGIN, *keys, _COPY_END]))


_COPY_BEGIN = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END = b"\xff\xff"
_ITEM_ROW, _LENGTH = struct.Struct(">hi16si16si"), struct.Struct(">i")
_KEY_ROW = struct.Struct(">hi16si16sih")


def _keep_troubles(row: DocumentRow, batch: Batch) -> None:
    room = max(KEPT_TROUBLES - row.troubles, 0)
    TroubleRow.objects.bulk_create(
        TroubleRow(document=row, sealed=seal(row.number, json.dumps(trouble).encode(), TROUBLE_CONTEXT))
        for trouble in batch.troubles[:room]
    )


def _digest(items: Sequence[KeyedItem]) -> str:
    said = hashlib.sha256()
    for item in items:
        said.update(item.words)
        said.update(b"\n\n")
    return said.hexdigest()
