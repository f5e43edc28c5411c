# SPDX-License-Identifier: Apache-2.0
"""Documents are read: by whatever format fits, batch by batch, in memory that does not grow with them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO, cast

from weir.clearinghouse.intake.engines.apart import Task, read_apart, read_here
from weir.clearinghouse.intake.formats import format_of
from weir.clearinghouse.intake.formats.streams import Reopened
from weir.clearinghouse.intake.reads.documents import Unread, digest_key, unread, unread_documents
from weir.clearinghouse.intake.terms.documents import Batch, DocumentId, DocumentState, ReadElsewhere
from weir.clearinghouse.intake.terms.items import Trouble
from weir.clearinghouse.intake.verbs.documents import record_items
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import due_rows, job
from weir.foundation.store.reads import open_blob
from weir.kernel.moments import Moment

LONG = 4 * 1024 * 1024  # bytes; to read them takes about as long as to start a process

UNKNOWN = Trouble("", "Nobody here knows this format. docs/formats.md names those that are read.")


@job("intake.read_items")
def read_items(item: str, *, key: str, now: Moment) -> None:
    """Read one document on from where it was left. Stop anywhere: what was recorded stays, the rest is read again."""
    document, begun = unread(DocumentId(item)), time.monotonic()
    if document.state is not DocumentState.RECEIVED:
        return
    try:
        for batch in batches(document):
            record_items(SYSTEM, document.id, batch, now=Moment.of(now + timedelta(seconds=time.monotonic() - begun)))
    except ReadElsewhere:
        return


def batches(document: Unread) -> Iterator[Batch]:
    """What is left to be recorded, in pieces. A long document is read in a process of its own, so that reading and
    recording go on at once; and so is any that another package reads, since only there time and memory are bounded.
    """

    def begin() -> Iterator[bytes]:
        return open_blob(document.id, document.blob)

    found = format_of(cast("BinaryIO", Reopened(begin)), document.name)
    if found is None:
        yield Batch(document.read, (), (UNKNOWN,), last=True)
        return
    read, task = document.read, Task(found.name, document.read, digest_key(), document.submitter)
    for piece in (read_apart if document.size >= LONG or found.by else read_here)(begin, task):
        yield Batch(read, piece.items, piece.troubles, found.name)
        read += len(piece.items) + len(piece.troubles)
    yield Batch(read, (), (), found.name, last=True)


due_rows("intake.documents", unread_documents, wakes="intake.read_items")
