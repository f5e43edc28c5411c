# SPDX-License-Identifier: Apache-2.0
"""Signed messages in DSSE v1 envelopes: receipts, verdicts, anything that a machine reads and somebody vouches for.

What is signed is the payload and its type together (the pre-authentication encoding), so that a message of one kind
can never be passed off as another. Keys are written as in `notes`. Give envelopes and notes different keys: each
format keeps its own messages apart, and neither knows of the other's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from weir.kernel.errors import Invalid
from weir.kernel.notes import NoteKey, VerifierKey

MAX_ENVELOPE = 16 * 1024 * 1024
MAX_SIGNATURES = 100
_TO_STANDARD = str.maketrans("-_", "+/")


class BadEnvelope(Invalid):
    """This is not an envelope that enough of the trusted keys have signed."""

    hint = "Ask the sender for the envelope again, unchanged, and compare the keys with those that its signers publish."


@dataclass(frozen=True)
class Signature:
    """A signature, and a hint whose it may be. The hint is not signed: it only saves trying every key."""

    sig: bytes
    keyid: str = ""


@dataclass(frozen=True)
class Envelope:
    """A payload of a type, and signatures that have not been checked yet."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if not self.payload_type:
            raise BadEnvelope("An envelope says of what type its payload is.")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise BadEnvelope(f"An envelope has 1 to {MAX_SIGNATURES} signatures.")

    def to_json(self) -> str:
        """The envelope as JSON, always spelled the same way."""
        return json.dumps(
            {
                "payloadType": self.payload_type,
                "payload": _base64(self.payload),
                "signatures": [_signature_as_json(signature) for signature in self.signatures],
            },
            separators=(",", ":"),
        )

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Read an envelope. Members that the specification does not know are ignored; no name may come twice."""
        read = _read(text)
        signatures = read.get("signatures")
        if not isinstance(signatures, list):
            raise BadEnvelope("The signatures of an envelope are a list.")
        return cls(
            _text(read, "payloadType"),
            _bytes(read, "payload"),
            tuple(_signature_from_json(signature) for signature in signatures),
        )


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: type and payload, each behind its length, so that nothing can slide between them."""
    try:
        kind = payload_type.encode()
    except UnicodeEncodeError:
        raise BadEnvelope("The type of this payload is not text.") from None
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def key_id(key: VerifierKey) -> str:
    """How a key of ours is hinted at in an envelope: its name and its id in notes."""
    return f"{key.name}+{key.key_id.hex()}"


def seal(payload_type: str, payload: bytes, keys: Sequence[NoteKey]) -> Envelope:
    """The payload in an envelope that all these keys have signed."""
    message = pre_authentication_encoding(payload_type, payload)
    signatures = (Signature(key.sign(message), key_id(key.verifier())) for key in keys)
    return Envelope(payload_type, payload, tuple(signatures))


def open_envelope(
    envelope: Envelope, verifier_keys: Iterable[VerifierKey], threshold: int = 1, *, payload_type: str = ""
) -> bytes:
    """The payload, once `threshold` different trusted keys have signed it, if it is of the type that is asked for.

    Keys are counted, not names or signatures: one key under two names is one signer. A hint is never believed; a
    signature without one, or with a wrong one, is tried with every key.
    """
    if threshold < 1:
        raise BadEnvelope("At least one signature must be asked for.")
    if payload_type and envelope.payload_type != payload_type:
        raise BadEnvelope("This envelope holds a payload of another type than the one asked for.")
    message = pre_authentication_encoding(envelope.payload_type, envelope.payload)
    trusted = {key.public: key for key in verifier_keys}
    signers = {
        public
        for public, key in trusted.items()
        if any(key.has_signed(message, signature.sig) for signature in envelope.signatures)
    }
    if len(signers) < threshold:
        raise BadEnvelope(f"{len(signers)} of the trusted keys have signed this; {threshold} must.")
    return envelope.payload


def _read(text: str | bytes) -> dict[str, Any]:
    if len(text) > MAX_ENVELOPE:
        raise BadEnvelope(f"An envelope has at most {MAX_ENVELOPE} bytes.")
    try:
        read = json.loads(text.decode() if isinstance(text, bytes) else text, object_pairs_hook=_once)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, a number without end; or nested to exhaust the stack
        raise BadEnvelope("An envelope is JSON.") from None
    if not isinstance(read, dict):
        raise BadEnvelope("An envelope is a JSON object.")
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may pick different ones of two members with one name; so there are none such."""
    if len(dict(pairs)) != len(pairs):
        raise BadEnvelope("A member of this envelope comes twice.")
    return dict(pairs)


def _text(read: dict[str, Any], name: str) -> str:
    value = read.get(name, "")  # the specification lets empty members be left out
    if not isinstance(value, str):
        raise BadEnvelope(f"The member {name} of an envelope is text.")
    return value


def _bytes(read: dict[str, Any], name: str) -> bytes:
    """Both alphabets of base64 must be accepted."""
    try:
        return base64.b64decode(_text(read, name).translate(_TO_STANDARD), validate=True)
    except ValueError:
        raise BadEnvelope(f"The member {name} of an envelope is base64.") from None


def _signature_as_json(signature: Signature) -> dict[str, str]:
    hint = {"keyid": signature.keyid} if signature.keyid else {}
    return {**hint, "sig": _base64(signature.sig)}


def _signature_from_json(read: object) -> Signature:
    if not isinstance(read, dict):
        raise BadEnvelope("A signature of an envelope is a JSON object.")
    return Signature(_bytes(read, "sig"), _text(read, "keyid"))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
