# SPDX-License-Identifier: Apache-2.0
"""Sealing: what was sealed comes back, and nothing else opens."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.store import rules
from weir.foundation.store.terms import Damaged

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
NONCE = bytes(12)
ABOUT = rules.context("F-2026-7K3QM-X", "report/body")
CHUNK = 16  # small, so that few bytes make many chunks


@pytest.fixture(autouse=True, scope="module")
def small_chunks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "CHUNK_SIZE", CHUNK)
        yield


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


def sealed_chunks(data: bytes) -> list[bytes]:
    return list(rules.seal_stream(KEY, [data]))


def opened(blocks: list[bytes]) -> bytes:
    return b"".join(rules.open_stream(KEY, blocks))


def flipped(data: bytes, place: int, bit: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


@given(st.binary(max_size=100))
def test_something_small_comes_back(data):
    assert rules.unseal(KEY, rules.sealer(KEY)(data, ABOUT, NONCE), ABOUT) == data


@given(st.binary(max_size=40), st.integers(0), st.integers(0, 7))
def test_no_flipped_bit_opens(data, place, bit):
    with pytest.raises(Damaged):
        rules.unseal(KEY, flipped(rules.sealer(KEY)(data, ABOUT, NONCE), place, bit), ABOUT)


@given(st.binary(max_size=40), st.integers(0))
def test_no_part_opens(data, place):
    sealed = rules.sealer(KEY)(data, ABOUT, NONCE)
    with pytest.raises(Damaged):
        rules.unseal(KEY, sealed[: place % len(sealed)], ABOUT)


@given(st.binary(max_size=80))
def test_what_nobody_sealed_does_not_open(noise):
    with pytest.raises(Damaged):
        rules.unseal(KEY, noise, ABOUT)
    with pytest.raises(Damaged):
        rules.open_header(KEY, noise, ABOUT)


@pytest.mark.parametrize(
    ("key", "about"),
    [
        (OTHER_KEY, ABOUT),
        (KEY, rules.context("F-2026-7K3QM-X", "report/title")),
        (KEY, rules.context("F-2026-XXXXX-X", "report/body")),
        (KEY, b""),
    ],
)
def test_it_opens_only_where_it_belongs(key, about):
    with pytest.raises(Damaged):
        rules.unseal(key, rules.sealer(KEY)(b"secret", ABOUT, NONCE), about)


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_no_two_contexts_look_alike(one, other):
    assert (rules.context(*one) == rules.context(*other)) == (one == other)


def test_the_small_form_of_today_opens_forever():
    sealed = bytes.fromhex("010000000000000000000000003432fcc4a24a44d4feba7ef1750bf58ed5011ed6e189")
    assert rules.unseal(KEY, sealed, ABOUT) == b"secret"


def test_the_stream_form_of_today_opens_forever():
    blocks = [
        bytes.fromhex("7dd9c3bbdb58e6d86688c5506c58f4eb47e2d5a7300053cddbc3c743aa057c9e"),
        bytes.fromhex("1bc4bf0c70fec6565ae2eb02e64b40d6b8"),
    ]
    assert opened(blocks) == b"seventeen letters"


@given(st.binary(max_size=5 * CHUNK))
def test_a_stream_comes_back(data):
    assert opened(sealed_chunks(data)) == data


@given(st.integers(0, 4))
def test_a_stream_that_ends_with_its_chunk_comes_back(chunks):
    data = b"x" * (chunks * CHUNK)
    assert opened(sealed_chunks(data)) == data
    assert len(sealed_chunks(data)) == max(chunks, 1)


@given(st.binary(max_size=5 * CHUNK), st.lists(st.integers(0), max_size=6))
def test_how_a_stream_arrives_makes_no_difference(data, places):
    assert list(rules.seal_stream(KEY, cut(data, places))) == sealed_chunks(data)


@given(st.binary(min_size=1, max_size=4 * CHUNK), st.integers(0), st.integers(0, 7))
def test_no_flipped_bit_of_a_stream_opens(data, place, bit):
    blocks = sealed_chunks(data)
    which = place % len(blocks)
    blocks[which] = flipped(blocks[which], place, bit)
    with pytest.raises(Damaged):
        opened(blocks)


@given(st.binary(min_size=CHUNK + 1, max_size=6 * CHUNK), st.data())
def test_chunks_open_only_whole_and_in_their_order(data, chance):
    blocks = sealed_chunks(data)
    order = chance.draw(st.lists(st.integers(0, len(blocks) - 1), max_size=len(blocks) + 2))
    rearranged = [blocks[index] for index in order]
    if rearranged == blocks:
        assert opened(rearranged) == data
        return
    with pytest.raises(Damaged):
        opened(rearranged)


@given(st.binary(max_size=3 * CHUNK), st.binary(max_size=3 * CHUNK))
def test_two_streams_do_not_make_a_third(one, other):
    ahead = list(rules.seal_stream(OTHER_KEY, [one]))
    with pytest.raises(Damaged):
        opened(ahead[:-1] + sealed_chunks(other)[1:] or ahead)


def test_nothing_is_given_before_it_was_verified():
    blocks = sealed_chunks(b"a" * CHUNK + b"b" * CHUNK + b"c")
    blocks[1] = flipped(blocks[1], 0, 0)
    given_out: list[bytes] = []
    with pytest.raises(Damaged):
        given_out.extend(rules.open_stream(KEY, blocks))
    assert given_out == [b"a" * CHUNK]


def test_an_empty_chunk_at_the_end_is_not_another_way_to_say_the_same():
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(KEY)
    blocks = [
        cipher.encrypt(rules._chunk_nonce(0, last=False), b"x" * CHUNK, rules.STREAM),
        cipher.encrypt(rules._chunk_nonce(1, last=True), b"", rules.STREAM),
    ]
    with pytest.raises(Damaged):
        opened(blocks)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.integers(0, 2**63))
def test_a_header_comes_back_and_has_one_size(file_key, digest, size):
    header = rules.Header(file_key, digest, size)
    sealed = rules.seal_header(KEY, header, ABOUT, NONCE)
    assert rules.open_header(KEY, sealed, ABOUT) == header
    assert len(sealed) == rules.HEADER_SIZE


def test_a_header_is_no_small_thing_and_the_other_way_round():
    sealed = rules.seal_header(KEY, rules.Header(KEY, KEY, 1), ABOUT, NONCE)
    with pytest.raises(Damaged):
        rules.unseal(KEY, rules.SMALL + sealed[1:], ABOUT)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.binary(max_size=32))
def test_the_same_bytes_have_another_name_in_another_case(one, other, digest):
    assert (rules.blob_name(one, digest) == rules.blob_name(other, digest)) == (one == other)
