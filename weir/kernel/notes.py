# SPDX-License-Identifier: Apache-2.0
"""Signed notes and the checkpoint of the log (C2SP signed-note and tlog-checkpoint), with Ed25519 keys.

A note is a text that people can read, and under it the signatures. Nothing in a text may be believed before `open_note`
has found the signature of a key that the reader already trusts.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from weir.kernel.errors import Invalid
from weir.kernel.merkle import HASH_SIZE, MAX_SIZE

ED25519 = b"\x01"
MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100  # the specification asks for at least 16
_ID_SIZE = 4
_CHECKPOINT_LINES = 4  # origin, size, root, and nothing after the last newline
_DASH = "\u2014 "
_NUMBER = re.compile("0|[1-9][0-9]{0,18}", re.ASCII)
_VKEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", re.ASCII)


class BadNote(Invalid):
    """This is not a signed note, or nobody you trust has signed it."""

    hint = "Fetch the note again, and compare the key with the one its owner publishes."


class BadKey(Invalid):
    """This is not the key of a signer of notes."""

    hint = "A key reads: a name without spaces or plus signs, a plus, eight hex digits, a plus, base64."


@dataclass(frozen=True)
class VerifierKey:
    """A signer as others know them: a name and an Ed25519 public key, which together make the key id."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public) != HASH_SIZE:
            raise BadKey(f"An Ed25519 public key has {HASH_SIZE} bytes, not {len(self.public)}.")

    @property
    def key_id(self) -> bytes:
        """Four bytes that say which key to try. They prove nothing: another key with the same id is easy to find."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:_ID_SIZE]

    def vkey(self) -> str:
        """The key as one line of text, to be published and configured."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read such a line; refused if its id does not belong to its name and key."""
        match = _VKEY.fullmatch(text)
        encoded = _unbase64(match[3]) if match else None
        if match is None or encoded is None:
            raise BadKey
        key = cls(match[1], encoded[1:])
        if key.vkey() != text:
            raise BadKey("Name, id and Ed25519 key of this line do not belong together.")
        return key

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether this signature over the message is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class NoteKey:
    """A signer: a name and an Ed25519 private key, handed in by whoever keeps it."""

    name: str
    private: Ed25519PrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        _check_name(self.name)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Self:
        """The key that grows out of these 32 secret random bytes."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private.public_key().public_bytes_raw())

    def vkey(self) -> str:
        """The public half as a line of text."""
        return self.verifier().vkey()

    def sign(self, message: bytes) -> bytes:
        """The bare signature over these bytes."""
        return self.private.sign(message)


@dataclass(frozen=True)
class Opened:
    """A text, and which of the trusted keys have signed it."""

    text: str
    by: tuple[VerifierKey, ...]


@dataclass(frozen=True)
class Checkpoint:
    """How large the log is and what its root is, in the words that get signed."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if not all(lines) or any("\n" in line for line in lines):
            raise BadNote("Origin and extensions of a checkpoint are lines that are not empty.")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise BadNote(f"A checkpoint has a size from 0 to 2**63 - 1 and a root of {HASH_SIZE} bytes.")

    def text(self) -> str:
        """The text of the note."""
        return "\n".join([self.origin, str(self.size), _base64(self.root), *self.extensions, ""])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note that has been opened; every checkpoint has one spelling."""
        lines = text.split("\n")
        if len(lines) < _CHECKPOINT_LINES or lines[-1] or not _NUMBER.fullmatch(lines[1]):
            raise BadNote("This is not the text of a checkpoint.")
        root = _unbase64(lines[2])
        if root is None:
            raise BadNote("The root of this checkpoint is not base64.")
        return cls(lines[0], int(lines[1]), root, tuple(lines[3:-1]))


def sign(text: str, keys: Sequence[NoteKey]) -> str:
    """The note: the text, an empty line, one signature per key."""
    message = _message(text)
    if not keys:
        raise BadNote("A note needs at least one signature.")
    lines = [f"{_DASH}{key.name} {_base64(key.verifier().key_id + key.sign(message))}\n" for key in keys]
    return _short("".join([text, "\n", *lines]))


def open_note(note: str, verifier_keys: Sequence[VerifierKey]) -> Opened:
    """The text, once at least one trusted key has signed it.

    Signatures of strangers are passed over, as the specification asks. A trusted key's signature that does not hold
    spoils the whole note: somebody has changed something.
    """
    text, signatures = _halves(note)
    message = _message(text)
    trusted = {(key.name, key.key_id): key for key in verifier_keys}
    by = []
    for name, key_id, signature in signatures:
        key = trusted.get((name, key_id))
        if key and not key.has_signed(message, signature):
            raise BadNote(f"The signature of {name} does not belong to this text.")
        by += [key] if key else []
    if not by:
        raise BadNote("Nobody you trust has signed this note.")
    return Opened(text, tuple(dict.fromkeys(by)))


def _halves(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text, and the signatures below its last empty line."""
    at = _short(note).rfind("\n\n")
    lines = note[at + 2 :].split("\n")
    if at < 0 or lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise BadNote(f"A note is a text, an empty line, and then 1 to {MAX_SIGNATURES} signatures.")
    return note[: at + 1], [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    signature = _unbase64(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or signature is None or len(signature) <= _ID_SIZE:
        raise BadNote("A line under the note is not a signature.")
    return name, signature[:_ID_SIZE], signature[_ID_SIZE:]


def _short(note: str) -> str:
    if len(note) > MAX_NOTE:
        raise BadNote(f"A note has at most {MAX_NOTE} characters.")
    return note


def _message(text: str) -> bytes:
    """What is signed: the text with its last newline, in UTF-8."""
    if not text.endswith("\n") or not _is_plain(text.replace("\n", "")):
        raise BadNote("A note ends with a newline and has no other control characters.")
    return text.encode()


def _is_plain(text: str) -> bool:
    """Nothing that a terminal obeys, and no half of a surrogate pair, which UTF-8 cannot say."""
    return not any(letter < " " or "\ud800" <= letter <= "\udfff" for letter in text)


def _is_name(name: str) -> bool:
    return bool(name) and _is_plain(name) and "+" not in name and not any(map(str.isspace, name))


def _check_name(name: str) -> None:
    if not _is_name(name):
        raise BadKey("The name of a key is not empty and has no spaces, control characters or plus signs.")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str) -> bytes | None:
    """The bytes, if this is their one exact spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:  # also what a letter outside ASCII raises
        return None
    return data if _base64(data) == text else None
