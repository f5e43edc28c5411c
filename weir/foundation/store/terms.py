# SPDX-License-Identifier: Apache-2.0
"""The nouns of the store, its refusals, and the seam behind which keys lie."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias
from uuid import UUID

from weir.kernel.errors import Conflict, Invalid, Missing, Unavailable
from weir.kernel.ids import TypedId, any_id
from weir.kernel.moments import Moment
from weir.kernel.spelled import schema_from_text

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

KeyId: TypeAlias = UUID


class AnyNumber:
    """How doors read and show the number of a case, whatever kind of case it is."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return schema_from_text(cls.read)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "description": "The number of any kind of case.", "examples": ["F-2026-7K3QM-X"]}

    @staticmethod
    def read(value: object) -> TypedId:
        if isinstance(value, TypedId):
            return value
        return any_id(value if isinstance(value, str) else "")


Compartment: TypeAlias = Annotated[TypedId, AnyNumber]


class CompartmentState(StrEnum):
    """Where a compartment stands. There is no way back."""

    OPEN = "open"
    ERASING = "erasing"
    ERASED = "erased"


@dataclass(frozen=True)
class CompartmentReport:
    """A compartment, and how much of what is large lies in it."""

    id: Compartment
    state: CompartmentState
    blobs: int
    erased_at: Moment | None = None


@dataclass(frozen=True)
class Erasure:
    """A case whose key is dropped. The reason lies open in the ledger: it names the ground, and nothing of the case."""

    id: Compartment
    reason: str


@dataclass(frozen=True)
class Repeated:
    """A case that was marked as erased once more."""

    id: str


@dataclass(frozen=True)
class Blob:
    """Something large, at rest. `name` is keyed by its compartment: the same bytes elsewhere bear another one.

    `digest` (SHA-256, hexadecimal) is for whoever may read the bytes; it lies sealed. `sender_sealed` says that the
    bytes came encrypted to recipients whom the sender named: whoever operates this instance cannot read them.
    """

    name: str
    size: int
    digest: str
    media_type: str
    sender_sealed: bool = False


@dataclass(frozen=True)
class Received:
    """Bytes that came and belong to no compartment yet: a file that only this process can read, until it is kept."""

    path: Path
    file_key: bytes
    digest: bytes
    size: int
    sender_sealed: bool

    def __repr__(self) -> str:
        return f"Received({self.size} bytes)"


@dataclass(frozen=True)
class Swept:
    """What a sweep took away."""

    files: int
    bytes: int


@dataclass(frozen=True)
class DestroyedKey:
    """One line of the journal that outlives every backup: this key was destroyed then, and stays so."""

    key: KeyId
    at: Moment


class Grade(StrEnum):
    """How much a concern matters: the operator should know, or should not go on."""

    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Concern:
    """One thing that `weir doctor` says about the keys."""

    grade: Grade
    sentence: str
    hint: str


class KeyStore(Protocol):
    """Where case keys lie: outside the database and its backups. A provider keeps these promises.

    `take` gives a key that is durable already and that nobody else was given, in any thread or process; what is given
    back to it must never have been used. `open_key` works until `destroy` has returned, and in no process after that; a
    key that was destroyed is `Erased`, one that is merely not there is `Unavailable`. `open_keys` is for whoever goes
    through many: it leaves out what cannot be had. `destroy` may be stopped anywhere and called again. `journal` tells
    all that was ever destroyed here.
    """

    def take(self) -> KeyId: ...

    def give_back(self, key: KeyId) -> None: ...

    def open_key(self, key: KeyId) -> bytes: ...

    def open_keys(self, keys: Collection[KeyId]) -> dict[KeyId, bytes]: ...

    def destroy(self, keys: Collection[KeyId], now: Moment) -> None: ...

    def journal(self) -> tuple[DestroyedKey, ...]: ...

    def concerns(self, data: Path) -> tuple[Concern, ...]: ...


class Erased(Missing):
    """This was erased: its key is destroyed, and nobody can read it again."""

    hint = "The ledger still shows that it existed and when it was erased."


class AlreadyErased(Conflict):
    """This case was erased before."""

    hint = "Nothing is left to do; what is still pending finishes by itself."


class TooLarge(Invalid):
    """More came than is taken here."""

    hint = "Send less, or split it."


class UnreadableRecipient(Invalid):
    """This is not a recipient that something can be encrypted to."""

    hint = "Give age recipients (age1...) or SSH public keys (ssh-ed25519 ..., ssh-rsa ...)."


class Damaged(Unavailable):
    """What lies here is not what was sealed here."""

    hint = "Restore it from a backup. `weir ledger verify` says whether anything else was changed."


class KeysUnavailable(Unavailable):
    """The keys cannot be reached, so nothing sealed can be read or written."""

    hint = "`weir doctor` says what is the matter with the key folder (WEIR_KEYS). Nothing was changed."


class NoRoom(Unavailable):
    """The disk did not take it."""

    hint = "Make room under WEIR_HOME, or make it writable, then send it again. Nothing was changed."
