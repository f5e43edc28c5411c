# SPDX-License-Identifier: Apache-2.0
"""A verifiable oblivious pseudo-random function: VOPRF of RFC 9497, suite ristretto255-SHA512.

One side holds a key and does not see what is asked; the other side gets the key's function of its input and does not
see the key; and a proof, one for a whole batch, shows that it was the key whose public half everybody knows. Names are
the RFC's; each function names its section. Randomness is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha512
from hmac import compare_digest

from weir.kernel import ristretto
from weir.kernel.errors import Invalid
from weir.kernel.ristretto import SIZE

MODE_VOPRF = 1
CONTEXT = b"OPRFV1-" + bytes([MODE_VOPRF]) + b"-ristretto255-SHA512"
PROOF_SIZE = 2 * SIZE
OUTPUT_SIZE = 64
MOST_IN_A_BATCH = 2**16 - 1

Randomness = Callable[[int], bytes]


class BadBatch(Invalid):
    """A batch has at least one element and at most 65,535, and as many answers as questions."""

    hint = "Ask in several batches."


class NotByThatKey(Invalid):
    """The proof does not show that this was evaluated under the key that was named."""

    hint = "Fetch the public key again and compare it with what others were given; keep the answer if they differ."


@dataclass(frozen=True)
class KeyPair:
    """The key of a function. Only `public` may be shown."""

    secret: bytes
    public: bytes


@dataclass(frozen=True)
class Blinded:
    """An input as its owner keeps it: the blind must stay with the owner, the element may be sent."""

    input: bytes
    blind: bytes
    element: bytes


@dataclass(frozen=True)
class Evaluation:
    """What comes back for a batch: an element for each one sent, and one proof for all of them."""

    elements: tuple[bytes, ...]
    proof: bytes


def derive_key(seed: bytes, info: bytes) -> KeyPair:
    """DeriveKeyPair (section 3.2.1)."""
    derived = seed + _sized(info)
    for counter in range(256):
        secret = _hash_to_scalar(derived + bytes([counter]), b"DeriveKeyPair" + CONTEXT)
        if any(secret):
            return KeyPair(secret, ristretto.base_times(secret))
    raise AssertionError("256 hashes in a row were zero")


def blind(input: bytes, random: Randomness) -> Blinded:
    """Blind (section 3.3.2): what is sent says nothing about the input, whatever the other side can compute."""
    secret = random_scalar(random)
    return Blinded(input, secret, ristretto.times(secret, _hash_to_group(input)))


def blind_evaluate(key: KeyPair, blinded: Sequence[bytes], random: Randomness) -> Evaluation:
    """BlindEvaluate (section 3.3.2), for a batch under one proof."""
    _check_size(len(blinded))
    evaluated = tuple(ristretto.times(key.secret, element) for element in blinded)
    return Evaluation(evaluated, _prove(key, blinded, evaluated, random_scalar(random)))


def finalize(blinded: Sequence[Blinded], evaluation: Evaluation, public: bytes) -> tuple[bytes, ...]:
    """Finalize (section 3.3.2): the outputs, if the proof holds for all of them."""
    verify(public, [each.element for each in blinded], evaluation)
    return tuple(
        _output(each.input, ristretto.times(ristretto.scalar_inverse(each.blind), element))
        for each, element in zip(blinded, evaluation.elements, strict=True)
    )


def evaluate(key: KeyPair, input: bytes) -> bytes:
    """Evaluate (section 3.3.1): what the owner of the key computes without anybody's help."""
    return _output(input, ristretto.times(key.secret, _hash_to_group(input)))


def verify(public: bytes, blinded: Sequence[bytes], evaluation: Evaluation) -> None:
    """VerifyProof (section 2.2.2)."""
    _check_size(len(blinded))
    if len(evaluation.elements) != len(blinded):
        raise BadBatch
    c, s = evaluation.proof[:SIZE], evaluation.proof[SIZE:]
    if not (ristretto.is_scalar(c) and ristretto.is_scalar(s)):
        raise NotByThatKey
    weights = list(_weights(public, blinded, evaluation.elements))
    m, z = _sum(weights, blinded), _sum(weights, evaluation.elements)
    t2 = ristretto.plus(ristretto.base_times(s), ristretto.times(c, public))
    t3 = ristretto.plus(ristretto.times(s, m), ristretto.times(c, z))
    if not compare_digest(_challenge(public, m, z, t2, t3), c):
        raise NotByThatKey


def random_scalar(random: Randomness) -> bytes:
    """Uniform up to one part in 2^259: 64 bytes, reduced."""
    return ristretto.scalar_from(random(64))


def _prove(key: KeyPair, blinded: Sequence[bytes], evaluated: Sequence[bytes], r: bytes) -> bytes:
    """GenerateProof with ComputeCompositesFast (section 2.2.1): whoever has the key sums one side only."""
    m = _sum(_weights(key.public, blinded, evaluated), blinded)
    z = ristretto.times(key.secret, m)
    c = _challenge(key.public, m, z, ristretto.base_times(r), ristretto.times(r, m))
    return c + ristretto.scalar_less_product(r, c, key.secret)


def _weights(public: bytes, blinded: Sequence[bytes], evaluated: Sequence[bytes]) -> Iterable[bytes]:
    """One scalar for each pair, fixed by all that is in the batch: so nobody can make two wrongs cancel out."""
    seed = _sized(sha512(_sized(public) + _sized(b"Seed-" + CONTEXT)).digest())
    for i, (c, d) in enumerate(zip(blinded, evaluated, strict=True)):
        yield _hash_to_scalar(seed + i.to_bytes(2, "big") + _sized(c) + _sized(d) + b"Composite")


def _sum(weights: Iterable[bytes], elements: Sequence[bytes]) -> bytes:
    terms = (ristretto.times(weight, element) for weight, element in zip(weights, elements, strict=True))
    total = next(terms)
    for term in terms:
        total = ristretto.plus(total, term)
    return total


def _challenge(public: bytes, *parts: bytes) -> bytes:
    return _hash_to_scalar(b"".join(map(_sized, (public, *parts))) + b"Challenge")


def _output(input: bytes, element: bytes) -> bytes:
    return sha512(_sized(input) + _sized(element) + b"Finalize").digest()


def _hash_to_group(input: bytes) -> bytes:
    return ristretto.from_hash(_expanded(input, b"HashToGroup-" + CONTEXT))


def _hash_to_scalar(data: bytes, tag: bytes = b"HashToScalar-" + CONTEXT) -> bytes:
    return ristretto.scalar_from(_expanded(data, tag))


def _expanded(message: bytes, tag: bytes) -> bytes:
    """expand_message_xmd of RFC 9380 (section 5.3.1) with SHA-512, for 64 bytes: one block is enough."""
    tagged = tag + bytes([len(tag)])
    first = sha512(bytes(128) + message + b"\x00\x40\x00" + tagged).digest()
    return sha512(first + b"\x01" + tagged).digest()


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _check_size(size: int) -> None:
    if not 0 < size <= MOST_IN_A_BATCH:
        raise BadBatch
