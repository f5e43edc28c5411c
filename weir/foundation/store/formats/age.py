# SPDX-License-Identifier: Apache-2.0
"""age (C2SP `age.md`, version 1): what a sender encrypts to named recipients before it comes here.

Such bytes stay as they are: the store seals them again and never opens them. What is recognized is the shape of the
header, no more: nobody but a recipient can tell whether it is sound, or who the recipients are.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

import pyrage  # type: ignore[import-untyped]  # it ships no types

from weir.foundation.store.terms import UnreadableRecipient

HEAD_SIZE = 8 * 1024  # room for some sixty recipients; who sends more has the version line recognized and no list

_VERSION = b"age-encryption.org/v1\n"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_STANZA = re.compile(rb"^-> ([!-~]+)(?: [!-~]+)*$", re.MULTILINE)
_END_OF_HEADER = re.compile(rb"^---(?: |$)", re.MULTILINE)


@dataclass(frozen=True)
class Envelope:
    """What the header says: how it is written down, and by which kinds of key it opens."""

    armored: bool
    kinds: tuple[str, ...]


def recognize(head: bytes) -> Envelope | None:
    """Read the first bytes of a file (HEAD_SIZE of them, or all); None when it is not an age file."""
    armored = head.lstrip(b" \t\r\n").startswith(_ARMOR)
    text = _dearmored(head) if armored else head
    if not text.startswith(_VERSION):
        return None
    header = _END_OF_HEADER.split(text, maxsplit=1)[0]
    return Envelope(armored, tuple(kind.decode("ascii") for kind in _STANZA.findall(header)))


def encrypt_to(recipients: tuple[str, ...], data: bytes, *, armored: bool = False) -> bytes:
    """Encrypt to every recipient named; any one of them can open it."""
    if not recipients:
        raise UnreadableRecipient("Nobody is named, so nobody could open it.")
    sealed: bytes = pyrage.encrypt(data, [_recipient(text.strip()) for text in recipients], armored=armored)
    return sealed


def _recipient(text: str) -> pyrage.x25519.Recipient | pyrage.ssh.Recipient:
    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError:
        raise UnreadableRecipient from None


def _dearmored(head: bytes) -> bytes:
    """The bytes inside, as far as whole lines of them are there."""
    lines = head.replace(b"\r\n", b"\n").lstrip(b" \t\r\n").split(b"\n")[1:]
    body = b"".join(line for line in lines if len(line) == 64)
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""
