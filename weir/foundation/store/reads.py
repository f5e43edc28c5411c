# SPDX-License-Identifier: Apache-2.0
"""What is sealed, opened for whoever was let in: policy was asked before, by the question or verb that calls this."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import BinaryIO
from weakref import WeakValueDictionary

from django.conf import settings
from django.db import transaction

from weir.foundation.actor import Actor
from weir.foundation.question import question
from weir.foundation.store import rules
from weir.foundation.store.models import BlobRow, CompartmentRow, PendingDestructionRow
from weir.foundation.store.terms import (
    Blob,
    Compartment,
    CompartmentReport,
    CompartmentState,
    Damaged,
    Erased,
    KeyId,
    KeyStore,
)
from weir.kernel.errors import Missing, Unavailable
from weir.kernel.moments import Moment

REMEMBERED = 50_000
_bound: list[KeyStore] = []
_committed: dict[str, KeyId] = {}


class FreshCompartment:
    """A compartment whose row this transaction added or saw. It hangs on the transaction's list of what to do after the
    commit, which Django cuts back whenever it rolls back, savepoints too: while it hangs there, the row is there.

    A verb seals its words and then its entry: the second is sealed by what opened for the first. Nobody keeps it longer
    than the transaction, so a key that is erased meanwhile is gone with it.
    """

    def __init__(self, name: str, key: KeyId) -> None:
        self.name, self.key = name, key

    @cached_property
    def seal(self) -> Callable[[bytes, bytes, bytes], bytes]:
        return rules.sealer(key_store().open_key(self.key))

    def __call__(self) -> None:
        remember(self.name, self.key)


_fresh: WeakValueDictionary[str, FreshCompartment] = WeakValueDictionary()


def bind_key_store(store: KeyStore) -> None:
    """Called once by the shell, and by each test with a store of its own."""
    _bound[:] = [store]
    forget()


def key_store() -> KeyStore:
    if not _bound:
        msg = "no key store is bound: start through weir.shell"
        raise RuntimeError(msg)
    return _bound[0]


def unseal(compartment: str, sealed: bytes, context: str) -> bytes:
    """Open what `blobs.seal` sealed; `Erased` when its key was dropped."""
    return rules.unseal(case_key(compartment), sealed, rules.context(compartment, context))


def open_cases(compartments: Collection[str]) -> dict[str, bytes]:
    """The keys of these cases, for whoever goes through many (`rules.opener`).

    A case whose key cannot be had is left out, and `unseal` says why.
    """
    rows = CompartmentRow.objects.filter(name__in=compartments, erased_at=None)
    names = dict(rows.values_list("id", "name"))
    with suppress(Unavailable):
        return {names[key]: opened for key, opened in key_store().open_keys(names).items()}
    return {}


def case_key(compartment: str) -> bytes:
    return key_store().open_key(key_of(compartment))


def key_of(compartment: str) -> KeyId:
    """The id of a compartment's key. Ids never change, so they are remembered; keys are the key store's to remember."""
    if (known := remembered(compartment)) is not None:
        return known
    row = CompartmentRow.objects.filter(name=compartment).only("id", "erased_at").first()
    if row is None:
        raise Missing
    if row.erased_at is not None:
        raise Erased
    remember_if_committed(compartment, row.id)
    return row.id


def remembered(compartment: str) -> KeyId | None:
    if (known := _committed.get(compartment)) is not None:
        return known
    found = fresh(compartment)
    return None if found is None else found.key


def fresh(compartment: str) -> FreshCompartment | None:
    """What this transaction added or saw, if that was not undone since."""
    found = _fresh.get(compartment)
    if found is not None and any(entry[1] is found for entry in reversed(transaction.get_connection().run_on_commit)):
        return found
    return None


def remember(compartment: str, key: KeyId) -> None:
    if len(_committed) >= REMEMBERED:
        _committed.clear()
    _committed[compartment] = key


def remember_if_committed(compartment: str, key: KeyId) -> None:
    """To be called when the row was added or seen: inside a transaction it may be its own, and still be undone."""
    seen = _fresh[compartment] = FreshCompartment(compartment, key)
    transaction.on_commit(seen)


def forget(compartment: str = "") -> None:
    """Forget one compartment's key id, or all of them."""
    if compartment:
        _committed.pop(compartment, None)
    else:
        _committed.clear()


def open_blob(compartment: str, name: str) -> Iterator[bytes]:
    """The bytes of a blob, chunk by chunk, each verified before it is given. A bad beginning is said here, at once."""
    row, key = _row_of(compartment, name), case_key(compartment)
    about = rules.context(compartment, row.name)
    _header_of(row, key, about)
    return _chunks(row, key, about)


def blob_of(compartment: str, name: str) -> Blob:
    """What is known of a blob; its digest comes out of the sealed header."""
    row = _row_of(compartment, name)
    header = _header_of(row, case_key(compartment), rules.context(compartment, row.name))
    return Blob(row.name, header.size, header.digest.hex(), row.media_type, row.sender_sealed)


def blobs_folder() -> Path:
    return Path(settings.HOME) / "blobs"


def path_of(name: str) -> Path:
    return blobs_folder() / name[:2] / name


@question("store.compartment_state", on="compartment")
def compartment_state(actor: Actor, compartment: Compartment) -> CompartmentReport:
    """Whether a case is there, is being erased, or is gone, and how many large things lie in it."""
    row = CompartmentRow.objects.filter(name=compartment).first()
    if row is None:
        raise Missing
    pending = PendingDestructionRow.objects.filter(compartment=row).exists()
    erased_at = Moment.of(row.erased_at) if row.erased_at else None
    return CompartmentReport(
        compartment, _state(erased_at, pending=pending), BlobRow.objects.filter(compartment=row).count(), erased_at
    )


def _state(erased_at: Moment | None, *, pending: bool) -> CompartmentState:
    if erased_at is None:
        return CompartmentState.OPEN
    return CompartmentState.ERASING if pending else CompartmentState.ERASED


def _row_of(compartment: str, name: str) -> BlobRow:
    row = BlobRow.objects.filter(compartment_id=key_of(compartment), name=name).first()
    if row is None:
        raise Missing
    return row


@contextmanager
def _file_of(row: BlobRow) -> Iterator[BinaryIO]:
    try:
        with path_of(row.name).open("rb") as file:
            yield file
    except FileNotFoundError:
        raise Damaged("The file of a blob is not there.") from None
    except OSError as no:
        raise Unavailable(f"The file of a blob cannot be read: {no.strerror}.") from no


def _header_of(row: BlobRow, key: bytes, about: bytes) -> rules.Header:
    with _file_of(row) as file:
        return rules.open_header(key, file.read(rules.HEADER_SIZE), about)


def _chunks(row: BlobRow, key: bytes, about: bytes) -> Iterator[bytes]:
    with _file_of(row) as file:
        # Read again: it may have been stored anew since, under another file key.
        header = rules.open_header(key, file.read(rules.HEADER_SIZE), about)
        yield from rules.open_stream(header.file_key, iter(lambda: file.read(rules.SEALED_CHUNK_SIZE), b""))
