# SPDX-License-Identifier: Apache-2.0
"""The function of RFC 9497: the RFC's own vectors, small ones of ours, and what must not pass."""

from __future__ import annotations

import json
import os
import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel import ristretto, voprf
from weir.kernel.ristretto import BadElement
from weir.kernel.voprf import BadBatch, Evaluation, NotByThatKey

KEY = voprf.derive_key(bytes(32), b"ours")
OTHER = voprf.derive_key(bytes(32), b"another's")
IDENTITY = bytes(32)
OURS = json.loads((Path(__file__).parent / "voprf.json").read_text())


def scalars(*texts):
    """Randomness that gives these scalars in turn: 64 bytes each, which are below the order as they stand."""
    waiting = [bytes.fromhex(text).ljust(64, b"\0") for text in texts]
    return lambda _size: waiting.pop(0)


def holds(suite):
    """One suite of vectors, in the form of the RFC's own."""
    key = voprf.derive_key(bytes.fromhex(suite["seed"]), bytes.fromhex(suite["keyInfo"]))
    assert (key.secret.hex(), key.public.hex()) == (suite["skSm"], suite["pkSm"])
    for vector in suite["vectors"]:
        inputs, blinds, elements, evaluated, outputs = (
            vector[name].split(",") for name in ("Input", "Blind", "BlindedElement", "EvaluationElement", "Output")
        )
        blinded = [voprf.blind(bytes.fromhex(i), scalars(b)) for i, b in zip(inputs, blinds, strict=True)]
        assert [each.element.hex() for each in blinded] == elements
        evaluation = voprf.blind_evaluate(key, [each.element for each in blinded], scalars(vector["Proof"]["r"]))
        assert [each.hex() for each in evaluation.elements] == evaluated
        assert evaluation.proof.hex() == vector["Proof"]["proof"]
        assert [each.hex() for each in voprf.finalize(blinded, evaluation, key.public)] == outputs
        assert [voprf.evaluate(key, bytes.fromhex(i)).hex() for i in inputs] == outputs


@pytest.mark.realdata
def test_the_vectors_of_the_rfc_hold():
    suites = json.loads((Path(os.environ["WEIR_DATA"]) / "voprf/allVectors.json").read_text())
    [ours] = [each for each in suites if each["identifier"] == "ristretto255-SHA512" and each["mode"] == 1]
    assert sorted(vector["Batch"] for vector in ours["vectors"]) == [1, 1, 2]
    holds(ours)


def test_vectors_of_our_own_hold():
    holds(OURS)


def batch(*inputs, key=KEY):
    blinded = [voprf.blind(each, os.urandom) for each in inputs]
    return blinded, voprf.blind_evaluate(key, [each.element for each in blinded], os.urandom)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=4), st.binary(min_size=32, max_size=32))
def test_asked_blindly_it_gives_what_the_owner_of_the_key_computes(inputs, seed):
    key = voprf.derive_key(seed, b"")
    blinded, evaluation = batch(*inputs, key=key)
    assert list(voprf.finalize(blinded, evaluation, key.public)) == [voprf.evaluate(key, each) for each in inputs]


def test_what_is_sent_differs_each_time_and_the_output_does_not():
    sent: set[bytes] = set()
    outputs: set[bytes] = set()
    for _ in range(4):
        blinded, evaluation = batch(b"the same")
        sent.add(blinded[0].element)
        outputs.update(voprf.finalize(blinded, evaluation, KEY.public))
    assert (len(sent), len(outputs)) == (4, 1)


def test_another_key_is_another_function():
    assert voprf.evaluate(KEY, b"x") != voprf.evaluate(OTHER, b"x")
    blinded, evaluation = batch(b"x", key=OTHER)
    with pytest.raises(NotByThatKey):
        voprf.finalize(blinded, evaluation, KEY.public)


def test_one_wrong_answer_in_a_batch_spoils_the_proof():
    blinded, evaluation = batch(b"a", b"b", b"c")
    wrong = ristretto.times(OTHER.secret, blinded[1].element)
    answers = [evaluation.elements[0], wrong, evaluation.elements[2]]
    swapped = [evaluation.elements[1], evaluation.elements[0], evaluation.elements[2]]
    for elements in (answers, swapped):
        with pytest.raises(NotByThatKey):
            voprf.finalize(blinded, Evaluation(tuple(elements), evaluation.proof), KEY.public)


def test_two_wrongs_that_cancel_out_in_a_plain_sum_do_not():
    """One answer is moved up by an element and the other down by the same."""
    blinded, evaluation = batch(b"a", b"b")
    moved = ristretto.from_hash(bytes([1]) * 64)
    back = ristretto.times((ristretto.ORDER - 1).to_bytes(32, "little"), moved)
    one, other = evaluation.elements
    forged = (ristretto.plus(one, moved), ristretto.plus(other, back))
    assert ristretto.plus(*forged) == ristretto.plus(one, other)
    with pytest.raises(NotByThatKey):
        voprf.verify(KEY.public, [each.element for each in blinded], Evaluation(forged, evaluation.proof))


def test_a_proof_in_which_any_bit_was_turned_is_refused():
    blinded, evaluation = batch(b"a")
    for bit in range(0, 512, 7):
        proof = bytearray(evaluation.proof)
        proof[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NotByThatKey):
            voprf.verify(KEY.public, [blinded[0].element], Evaluation(evaluation.elements, bytes(proof)))


def test_a_proof_has_one_spelling():
    """A scalar plus the order is the same number; taken too, one proof could be shown as two."""
    blinded, evaluation = batch(b"a")
    c = int.from_bytes(evaluation.proof[:32], "little") + ristretto.ORDER
    with pytest.raises(NotByThatKey):
        voprf.verify(
            KEY.public,
            [blinded[0].element],
            Evaluation(evaluation.elements, c.to_bytes(32, "little") + evaluation.proof[32:]),
        )


@pytest.mark.parametrize("proof", [b"", bytes(63), bytes(65)])
def test_a_proof_has_its_length(proof):
    blinded, evaluation = batch(b"a")
    with pytest.raises(NotByThatKey):
        voprf.verify(KEY.public, [blinded[0].element], Evaluation(evaluation.elements, proof))


@pytest.mark.parametrize("element", [IDENTITY, b"", bytes(31), bytes([1]) * 32, b"\xff" * 32, bytes(33)])
def test_what_is_no_element_is_not_evaluated(element):
    with pytest.raises(BadElement):
        voprf.blind_evaluate(KEY, [element], os.urandom)


def test_random_bytes_are_evaluated_or_refused_and_nothing_else():
    chance = random.Random(7)
    evaluated = 0
    for _ in range(100):
        try:
            voprf.blind_evaluate(KEY, [chance.randbytes(32)], os.urandom)
            evaluated += 1
        except BadElement:
            pass
    assert 0 < evaluated < 30  # one encoding in sixteen or so


@pytest.mark.parametrize("size", [0, 2**16])
def test_a_batch_has_its_bounds(size):
    with pytest.raises(BadBatch):
        voprf.blind_evaluate(KEY, [KEY.public] * size, os.urandom)


def test_as_many_answers_as_questions():
    blinded, evaluation = batch(b"a", b"b")
    with pytest.raises(BadBatch):
        voprf.verify(KEY.public, [blinded[0].element], evaluation)


def test_keys_follow_from_seed_and_purpose():
    keys = [voprf.derive_key(bytes([n]) * 32, info) for n in range(3) for info in (b"", b"a", b"b")]
    assert len({key.public for key in keys}) == 9
    assert all(one != other for one, other in pairwise(keys))
    assert voprf.derive_key(bytes(32), b"ours") == KEY
