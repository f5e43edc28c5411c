# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.ledger import rules
from weir.kernel.batch import Batch
from weir.kernel.canonical import canonical, loads, own_object
from weir.kernel.moments import Moment

names = st.from_regex(r"[A-Za-z0-9:._-]{0,40}", fullmatch=True)
moments = st.datetimes(timezones=st.just(UTC)).map(Moment.of)
contents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(names, names, moments, contents)
def test_set_in_bytes_are_what_the_library_would_write(about, actor, at, content):
    schema = "findings.correlate_report/1"
    written = rules.entry_bytes(about=about, actor=actor, at=at, content=canonical(content), schema=schema)
    assert written == canonical({"about": about, "actor": actor, "at": at, "outcome": content, "schema": schema})


@given(names, moments, contents)
def test_the_content_comes_out_as_it_went_in(about, at, content):
    bytes_in = canonical(content)
    entry = rules.entry_bytes(about=about, actor="system", at=at, content=bytes_in, schema="a.b/1")
    assert rules.content_of(entry) == bytes_in
    assert own_object(entry)["outcome"] == loads(bytes_in)


@given(st.dictionaries(st.integers(0, 65535), st.binary(min_size=32, max_size=32), max_size=40))
def test_places_survive_packing(places):
    packed = rules.pack_places(places)
    assert rules.unpack_places(packed) == places
    assert len(packed) == 34 * len(places)


@given(names, names, names, names)
def test_idempotency_keys_of_different_callers_never_meet(one, other, verb, key):
    if one != other:
        assert rules.replay_key(one, verb, key) != rules.replay_key(other, verb, key)


hashes = st.integers(0, 2**32).map(lambda number: number.to_bytes(32, "big"))
trees = st.integers(1, 8).flatmap(
    lambda depth: st.builds(
        Batch,
        st.just(depth),
        st.integers(0, 2**40),
        st.binary(min_size=32, max_size=32),
        st.dictionaries(st.integers(0, 2**depth - 1), hashes, min_size=1),
    )
)


@given(trees, st.data())
def test_a_path_by_the_crown_is_the_path_of_the_whole_batch(tree, data):
    place = data.draw(st.sampled_from(sorted(tree.places)))
    packed, crown = rules.pack_places(tree.places), rules.pack_places(tree.nodes(tree.depth // 2))
    empty = replace(tree, places={})
    assert rules.batch_path(empty, packed, crown, place) == tree.path(place)
    assert rules.batch_path(empty, packed, rules.crown_of(tree), place) == tree.path(place)


@given(st.dictionaries(st.integers(0, 65535), hashes, max_size=40), st.integers(0, 65536), st.integers(0, 65536))
def test_places_between_two_are_all_of_them_and_no_others(places, first, last):
    found = rules.unpack_between(rules.pack_places(places), first, last)
    assert found == {place: leaf for place, leaf in places.items() if first <= place < last}


def test_only_a_batch_that_is_worth_it_gets_a_crown():
    leaf = bytes(32)
    few = Batch(12, 0, bytes(32), dict.fromkeys(range(64), leaf))
    many = Batch(12, 0, bytes(32), dict.fromkeys(range(0, 4096, 32), leaf))
    assert rules.crown_of(few) == b""
    assert len(rules.crown_of(many)) == 64 * rules.PACKED_SIZE
