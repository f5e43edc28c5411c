# SPDX-License-Identifier: Apache-2.0
"""How a commitment is made and checked. Whoever commits computes the same on their own side, without us."""

from __future__ import annotations

import hmac
import re
from dataclasses import fields, is_dataclass
from hashlib import sha256

from weir.clearinghouse.intake.terms import GOES_STALE_AFTER, NotACommitment, Submission
from weir.kernel.canonical import canonical
from weir.kernel.moments import Moment

LABEL = b"weir/intake/commitment/1\0"
_THIRTY_TWO_BYTES = re.compile(r"[0-9a-f]{64}", re.ASCII)


def thirty_two_bytes(text: str, place: str) -> bytes:
    """What came as 64 hexadecimal digits."""
    if not _THIRTY_TWO_BYTES.fullmatch(text):
        raise NotACommitment(faults={f"/{place}": "is not 64 hexadecimal digits, in small letters"})
    return bytes.fromhex(text)


def canonical_words(submission: Submission) -> bytes:
    """The report as RFC 8785 writes it, without what was left out: what is sealed, receipted and committed to.

    A part that says what holds anyway (empty, or the default) is left out, so that a later release with more parts
    still opens what was committed to under this one.
    """
    return canonical(_said(submission))


def commitment_to(salt: bytes, words: bytes) -> bytes:
    """Hiding by the salt, binding by the hash. The salt has one length, so no two pairs run together."""
    return sha256(LABEL + salt + words).digest()


def opens(commitment: bytes, salt: bytes, submission: Submission) -> bool:
    return hmac.compare_digest(commitment, commitment_to(salt, canonical_words(submission)))


def has_gone_stale(committed_at: Moment, now: Moment) -> bool:
    return now - committed_at > GOES_STALE_AFTER


def _said(record: object) -> dict[str, object]:
    """Each part that differs from what holds when it is left out, and the same within records."""
    assert is_dataclass(record)
    said: dict[str, object] = {}
    for each in fields(record):
        value = getattr(record, each.name)
        if value in (each.default, ""):
            continue
        said[each.name] = _said(value) if is_dataclass(value) else value
    return said
