# SPDX-License-Identifier: Apache-2.0
"""Sealing and keeping: the store's direct writer, called inside other rooms' verbs, in their transaction.

What is small is sealed to bytes that lie in the caller's row. What is large comes in two steps: `receive` takes the
stream and seals it under a key that only this process has, with no transaction open and no case named; `keep` makes it
part of a case, inside the verb's transaction, in one short write. A slow sender holds up nobody's write lock.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections

from weir.foundation.store import rules
from weir.foundation.store.formats import age
from weir.foundation.store.models import BlobRow
from weir.foundation.store.reads import (
    blobs_folder,
    case_key,
    fresh,
    key_of,
    key_store,
    path_of,
    remember_if_committed,
    remembered,
)
from weir.foundation.store.terms import Blob, KeyId, NoRoom, Received, Swept, TooLarge
from weir.kernel.errors import Unavailable
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

ORPHANED_AFTER = 24 * 60 * 60
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM}

# One statement for a case that is new, which is the usual one; `ON CONFLICT` because two verbs may open the same case.
_ADD_COMPARTMENT = "INSERT INTO store_compartment (id, name) VALUES (%s, %s) ON CONFLICT (name) DO NOTHING RETURNING id"


def seal(compartment: str, data: bytes, context: str) -> bytes:
    """Seal something small under the key of its case; the first thing sealed opens the compartment.

    `context` says what it is ("intake.report/body"): sealed bytes open under no other context and in no other case.
    """
    return _sealer(compartment)(data, rules.context(compartment, context), os.urandom(rules.NONCE_SIZE))


def _sealer(compartment: str) -> Callable[[bytes, bytes, bytes], bytes]:
    key = open_compartment(compartment)
    here = fresh(compartment)
    return here.seal if here else rules.sealer(key_store().open_key(key))


def open_compartment(compartment: str) -> KeyId:
    """The id of the compartment's key; a row that is added for it stands or falls with the caller's verb."""
    if (known := remembered(compartment)) is not None:
        return known
    spare = key_store().take()
    # The key is durable by now. Stop here, or roll back: it stays a key that nobody uses.
    connection = connections["default"]
    own_uuids = connection.features.has_native_uuid_field
    with connection.cursor() as cursor:
        cursor.execute(_ADD_COMPARTMENT, [spare if own_uuids else spare.hex, compartment])
        added = cursor.fetchone() is not None
    if not added:
        key_store().give_back(spare)
        return key_of(compartment)
    remember_if_committed(compartment, spare)
    return spare


def put(compartment: str, stream: Iterable[bytes], *, media_type: str, limit: int) -> Blob:
    """Receive and keep in one go, for streams that are here already."""
    received = receive(stream, limit=limit)
    with ExitStack() as undo:
        undo.callback(discard, received)
        kept = keep(compartment, received, media_type=media_type)
        undo.pop_all()
    return kept


def receive(stream: Iterable[bytes], *, limit: int) -> Received:
    """Seal a stream as it comes, in memory that does not grow with it. More than `limit` bytes is `TooLarge`.

    Stop anywhere: a file is left that nobody can open, since its key was only in memory, and a sweep takes it away.
    """
    file_key, meter = os.urandom(rules.KEY_SIZE), _Meter(limit)
    path = blobs_folder() / "incoming" / secrets.token_hex(16)
    with ExitStack() as undo:
        undo.callback(path.unlink, missing_ok=True)
        with _disk():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = undo.enter_context(
                os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb", buffering=0)
            )
            file.write(bytes(rules.HEADER_SIZE))
        for block in rules.seal_stream(file_key, meter.over(stream)):
            with _disk():
                _write_all(file.fileno(), block)
        with _disk():
            os.fsync(file.fileno())
        file.close()
        undo.pop_all()
    return Received(path, file_key, meter.sha256.digest(), meter.size, age.recognize(bytes(meter.head)) is not None)


def keep(compartment: str, received: Received, *, media_type: str) -> Blob:
    """Make what was received part of a case. The same bytes kept twice in one case are one blob; in two cases, two."""
    key = open_compartment(compartment)
    case = case_key(compartment)
    name = rules.blob_name(case, received.digest)
    header = rules.Header(received.file_key, received.digest, received.size)
    sealed = rules.seal_header(case, header, rules.context(compartment, name), os.urandom(rules.NONCE_SIZE))
    with _disk():
        _settle_file(received.path, sealed, path_of(name))
    # Stop here: a whole file without a row. The sweep takes it away after a day, or the same bytes come and replace it.
    row = BlobRow(
        id=uuid7(Moment.of(datetime.now(UTC)), os.urandom),
        compartment_id=key,
        name=name,
        size=received.size,
        media_type=media_type,
        sender_sealed=received.sender_sealed,
    )
    BlobRow.objects.bulk_create([row], ignore_conflicts=True)
    return Blob(name, received.size, received.digest.hex(), media_type, received.sender_sealed)


def discard(received: Received) -> None:
    """Take away what was received and will not be kept."""
    received.path.unlink(missing_ok=True)


def remove_files(names: Iterable[str]) -> None:
    for name in names:
        path_of(name).unlink(missing_ok=True)


def sweep(now: Moment) -> Swept:
    """Take away files that no row names: from uploads and verbs that were stopped. Only such as are older than a day: a
    younger one may belong to a verb that is about to commit.
    """
    files = size = 0
    for path in _orphans(now):
        size += path.stat().st_size
        path.unlink(missing_ok=True)
        files += 1
    return Swept(files, size)


def _orphans(now: Moment) -> Iterator[Path]:
    for folder in sorted(blobs_folder().glob("*/")):
        old = {path.name: path for path in folder.iterdir() if now.timestamp() - path.stat().st_mtime > ORPHANED_AFTER}
        named = BlobRow.objects.filter(name__in=list(old)).values_list("name", flat=True)
        for name in sorted(old.keys() - set(named)):
            yield old[name]


def _settle_file(path: Path, header: bytes, home: Path) -> None:
    """Complete the file, then give it its name: under that name nobody sees half a file, after a power cut either."""
    with path.open("r+b") as file:
        file.write(header)
        file.flush()
        os.fsync(file.fileno())
    home.parent.mkdir(exist_ok=True, mode=0o700)
    path.replace(home)
    for folder in (home.parent, home.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write_all(handle: int, block: bytes) -> None:
    """A disk that is nearly full takes a part and says so only by its count."""
    view = memoryview(block)
    while view:
        view = view[os.write(handle, view) :]


class _Meter:
    """Counts and hashes what passes, and keeps the first of it."""

    def __init__(self, limit: int) -> None:
        self.limit, self.size = limit, 0
        self.sha256, self.head = hashlib.sha256(), bytearray()

    def over(self, stream: Iterable[bytes]) -> Iterator[bytes]:
        for piece in stream:
            self.size += len(piece)
            if self.size > self.limit:
                raise TooLarge(f"More than {self.limit} bytes came.")
            self.sha256.update(piece)
            self.head += piece[: age.HEAD_SIZE - len(self.head)]
            yield piece


@contextmanager
def _disk() -> Iterator[None]:
    """Only around what we do with the disk: what fails in the sender's stream is the sender's."""
    try:
        yield
    except OSError as no:
        if no.errno in _FULL:
            raise NoRoom(f"The disk did not take it: {no.strerror}.") from no
        raise Unavailable(f"The disk failed: {no.strerror}.") from no
