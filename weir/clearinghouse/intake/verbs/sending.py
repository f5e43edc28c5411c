# SPDX-License-Identifier: Apache-2.0
"""Files that come through any door: what is a report in itself becomes one, and everything else is a document.

It is decided here, for page, API, command and MCP alike.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.engines.whole import LARGEST, File, Whole, could_be_whole, whole_report
from weir.clearinghouse.intake.formats.streams import Reopened
from weir.clearinghouse.intake.reads.files import refuse_if_spent
from weir.clearinghouse.intake.rules.names import plain_name
from weir.clearinghouse.intake.terms import Received as ReceivedReport
from weir.clearinghouse.intake.terms import UnfitFile
from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.clearinghouse.intake.terms.sending import NothingSent, SentAs, SentDocument
from weir.clearinghouse.intake.verbs.attaching import attach_upload
from weir.clearinghouse.intake.verbs.documents import LONGEST_NAME, receive_document
from weir.clearinghouse.intake.verbs.receiving import receive_report
from weir.clearinghouse.intake.verbs.spending import spend
from weir.foundation.actor import Actor
from weir.foundation.store import rules as sealing
from weir.foundation.store.blobs import discard, receive
from weir.foundation.store.terms import Received
from weir.foundation.transactions import writing
from weir.foundation.verb import Done, verb
from weir.kernel.canonical import canonical
from weir.kernel.moments import Moment

NAMELESS = "document"


@verb("intake.send_document", sealed=True)
def send_document(actor: Actor, name: str, text: str = "", base64: str = "", *, now: Moment) -> SentDocument:
    """Send a document that a tool or a person wrote, as `text` or as `base64`; a report, if it is one in itself.

    SARIF, OSV, CVE, CSAF, CycloneDX, OpenVEX and osv-scanner are read item by item, later; what is not known is kept
    all the same. weir.report/1, a mail and Markdown become a report at once. What is large is sent as it is, by
    `weir documents send` or `POST /api/v1/documents`.
    """
    if bool(text) == bool(base64):
        raise NothingSent
    data = text.encode() if text else _decoded(base64)
    with ExitStack() as undo:
        received = receive([data], limit=settings.DOCUMENT_BYTES)
        undo.callback(discard, received)
        sent = take(actor, received, name, now=now).outcome
        undo.pop_all()
    return sent


def _decoded(base64: str) -> bytes:
    try:
        return rules.decoded(base64)
    except UnfitFile:
        raise NothingSent(faults={"/base64": "is not Base64"}) from None


def take(actor: Actor, received: Received, name: str, *, now: Moment) -> Done[SentDocument]:
    """Keep a file whose bytes have come, as what it is, with the entry that proves it.

    Whoever may send a document may do what becomes of it: a scope is asked for the one name. All of it stands or falls
    together, so that nobody holds a receipt for a mail whose files are not there.
    """
    may, name = replace(actor, scopes=None), plain_name(name, LONGEST_NAME, NAMELESS)
    refuse_if_spent(actor, now)
    whole = _whole(received, name)
    with writing():
        if whole is None:
            spend(actor, received.size, now)
            done = receive_document.perform(may, received, name, now=now)
            return Done(_as_document(done.outcome), done.entry, done.again)
        # Files that it holds are counted as they are attached.
        spend(actor, max(received.size - sum(len(file.data) for file in whole.files), 0), now)
        sent = _as_report(may, whole, received, now)
        transaction.on_commit(lambda: discard(received))
        return sent


def _as_document(outcome: Any) -> SentDocument:
    return SentDocument(
        outcome.id, SentAs.DOCUMENT, outcome.received_at, outcome.digest, outcome.size, again=outcome.again
    )


def _as_report(actor: Actor, whole: Whole, received: Received, now: Moment) -> Done[SentDocument]:
    """The same words from the same sender are one report, so that a file that is sent again is not reported again."""
    said = whole.submission
    parameters = {name: getattr(said, name) for name in ("title", "description", "component", "weakness", "ai_use")}
    key = _key(whole, received)
    done = receive_report.perform(actor, **parameters, details=said.details, now=now, idempotency_key=key)
    outcome: ReceivedReport = done.outcome
    documents: tuple[DocumentId, ...] = ()
    if not done.again:
        for file in whole.files:
            attach_upload(actor, outcome.id, file.name, file.role, _sealed(file), now=now)
        documents = tuple(receive_document(actor, _sealed(each), each.name, now=now).id for each in whole.documents)
    return Done(
        SentDocument(
            outcome.id,
            SentAs.REPORT,
            outcome.received_at,
            received.digest.hex(),
            received.size,
            again=done.again,
            attached=() if done.again else tuple(file.name for file in whole.files),
            documents=documents,
            awaited=whole.awaited,
            troubles=whole.troubles,
        ),
        done.entry,
        done.again,
    )


def _key(whole: Whole, received: Received) -> str:
    """Under a secret of the instance: what is kept of it confirms no guess."""
    about = canonical(whole.submission) + received.digest
    return salted_hmac("weir.intake.sending", b64encode(about).decode(), algorithm="sha256").hexdigest()


def _sealed(file: File) -> Received:
    """Undone, it leaves a file that nobody can open, and the sweep takes it away."""
    return receive([file.data], limit=len(file.data))


def _whole(received: Received, name: str) -> Whole | None:
    def begin() -> Iterator[bytes]:
        return _opened(received)

    if received.size > LARGEST or not received.size:
        return None
    format = could_be_whole(cast("BinaryIO", Reopened(begin)), name, received.size)
    return whole_report(b"".join(begin()), name, format) if format else None


def _opened(received: Received) -> Iterator[bytes]:
    """What came, read back by the only process that can."""
    with io.BufferedReader(io.FileIO(received.path)) as file:
        file.seek(sealing.HEADER_SIZE)
        yield from sealing.open_stream(received.file_key, iter(lambda: file.read(sealing.SEALED_CHUNK_SIZE), b""))
