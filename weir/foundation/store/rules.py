# SPDX-License-Identifier: Apache-2.0
"""How bytes are sealed. Pure: keys, nonces and bytes in, bytes out.

A small thing is one AES-256-GCM message. A large one is a stream of 64 KiB chunks under a key of its own (the STREAM
construction of Hoang, Reyhanitabar, Rogaway and Vizár, CRYPTO 2015): the nonce counts the chunks and marks the last, so
that a chunk changed, dropped, moved, repeated or added does not open. The stream's key, size and digest lie in a header
that is sealed under the case key, so that a stream is bound to its case and name although it was written before either
was known, and dropping the case key drops the stream.

Each form begins with one byte that names it. A new form gets a new byte; old ones stay readable.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from weir.foundation.store.terms import Damaged

KEY_SIZE = 32
NONCE_SIZE = 12
TAG_SIZE = 16
CHUNK_SIZE = 64 * 1024
SEALED_CHUNK_SIZE = CHUNK_SIZE + TAG_SIZE
DIGEST_SIZE = 32

SMALL = b"\x01"
STREAM = b"\x02"
HEADER_SIZE = 1 + NONCE_SIZE + KEY_SIZE + DIGEST_SIZE + 8 + TAG_SIZE


def context(*parts: str) -> bytes:
    """What a sealed thing is and where it belongs, so that it opens nowhere else. Each part follows its length: no two
    lists of parts look alike.
    """
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def derive(case_key: bytes, purpose: bytes) -> bytes:
    """One key per purpose, so that none serves two algorithms: one block of HKDF-Expand (RFC 5869)."""
    return hmac.digest(case_key, b"weir/store/" + purpose + b"\x01", "sha256")


def sealer(case_key: bytes) -> Callable[[bytes, bytes, bytes], bytes]:
    """What seals small things of one case; what hangs on its key alone is worked out once. The nonce is random: with
    2^32 messages under one case key the odds of two alike stay below 2^-32 (NIST SP 800-38D, 8.3).
    """
    cipher = AESGCM(derive(case_key, b"small"))

    def sealed(data: bytes, about: bytes, nonce: bytes) -> bytes:
        return SMALL + nonce + cipher.encrypt(nonce, data, SMALL + about)

    return sealed


def unseal(case_key: bytes, sealed: bytes, about: bytes) -> bytes:
    nonce = _nonce_after(SMALL, sealed)
    return _opened(derive(case_key, b"small"), nonce, sealed[1 + NONCE_SIZE :], SMALL + about)


def opener(case_key: bytes, compartment: str) -> Callable[[bytes, str], bytes]:
    """`unseal` for many small things of one case: what hangs on its key and name alone is worked out once."""
    cipher, begin = AESGCM(derive(case_key, b"small")), SMALL + context(compartment)

    def opened(sealed: bytes, about: str) -> bytes:
        nonce = _nonce_after(SMALL, sealed)
        try:
            return cipher.decrypt(nonce, sealed[1 + NONCE_SIZE :], begin + context(about))
        except InvalidTag:
            raise Damaged from None

    return opened


def blob_name(case_key: bytes, digest: bytes) -> str:
    """The name of some bytes in one case. Whoever lacks its key cannot tell whether two cases hold the same bytes."""
    return hmac.digest(derive(case_key, b"name"), digest, "sha256").hex()


@dataclass(frozen=True)
class Header:
    """What is needed to read a stream, and to know that all of it was read."""

    file_key: bytes
    digest: bytes
    size: int


def seal_header(case_key: bytes, header: Header, about: bytes, nonce: bytes) -> bytes:
    inside = header.file_key + header.digest + header.size.to_bytes(8, "big")
    return STREAM + nonce + AESGCM(derive(case_key, b"stream")).encrypt(nonce, inside, STREAM + about)


def open_header(case_key: bytes, sealed: bytes, about: bytes) -> Header:
    nonce = _nonce_after(STREAM, sealed)
    inside = _opened(derive(case_key, b"stream"), nonce, sealed[1 + NONCE_SIZE :], STREAM + about)
    file_key, digest, size = inside[:KEY_SIZE], inside[KEY_SIZE : KEY_SIZE + DIGEST_SIZE], inside[-8:]
    return Header(file_key, digest, int.from_bytes(size, "big"))


def seal_stream(file_key: bytes, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Seal pieces of any size as chunks of one size. A file key seals one stream, ever: its nonces only count."""
    cipher = AESGCM(file_key)
    count, held = 0, bytearray()
    for piece in pieces:
        held += piece
        # A full chunk waits until it is known whether it is the last one.
        while len(held) > CHUNK_SIZE:
            yield cipher.encrypt(_chunk_nonce(count, last=False), bytes(held[:CHUNK_SIZE]), STREAM)
            del held[:CHUNK_SIZE]
            count += 1
    yield cipher.encrypt(_chunk_nonce(count, last=True), bytes(held), STREAM)


def open_stream(file_key: bytes, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Open sealed chunks, as they were cut: `blocks` are of SEALED_CHUNK_SIZE, only the last may be shorter.

    Nothing is given before it was verified: what was given is a true beginning, and a missing end is `Damaged`.
    """
    waiting: bytes | None = None
    count = 0
    for block in blocks:
        if waiting is not None:
            yield _opened(file_key, _chunk_nonce(count, last=False), waiting, STREAM)
            count += 1
        waiting = block
    if waiting is None:
        raise Damaged
    final = _opened(file_key, _chunk_nonce(count, last=True), waiting, STREAM)
    if not final and count:
        raise Damaged  # our writer ends on an empty chunk only when there is nothing else: one stream per plaintext
    yield final


def _chunk_nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(NONCE_SIZE - 1, "big") + (b"\x01" if last else b"\x00")


def _nonce_after(form: bytes, sealed: bytes) -> bytes:
    if sealed[:1] != form or len(sealed) < 1 + NONCE_SIZE + TAG_SIZE:
        raise Damaged
    return sealed[1 : 1 + NONCE_SIZE]


def _opened(key: bytes, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(nonce, sealed, about)
    except InvalidTag:
        raise Damaged from None
