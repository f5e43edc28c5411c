# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake.rules.items import Keying, each_key, item_of, words_of
from weir.clearinghouse.intake.rules.keys import DIGEST_SIZE, MOST_KEYS, Keyed, exact_keys
from weir.clearinghouse.intake.rules.stacks import frame_of
from weir.clearinghouse.intake.terms.documents import KeyKind
from weir.clearinghouse.intake.terms.items import Affected, Grain, Item, Place

TEXT = st.text(max_size=12)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
PLACES = st.lists(st.builds(Place, TEXT, st.integers(0, 9999), TEXT, TEXT), max_size=3).map(tuple)
ITEMS = st.builds(
    Item,
    where=TEXT,
    grain=st.sampled_from(Grain),
    title=TEXT,
    description=TEXT,
    aliases=st.lists(st.sampled_from(["CVE-2024-1234", "cve-2024-1234", "GHSA-2222-3333-4444", "JIRA-1", ""])).map(
        tuple
    ),
    affected=st.lists(st.builds(Affected, TEXT, TEXT, TEXTS, TEXTS, TEXTS), max_size=2).map(tuple),
    weaknesses=TEXTS,
    severity=TEXT,
    references=TEXTS,
    published=TEXT,
    tool=TEXT,
    rule=TEXT,
    places=PLACES,
    flow=PLACES,
    fingerprints=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    frames=TEXTS,
    status=TEXT,
    justification=TEXT,
)
SECRET = b"s" * 32
STATIC = Item(
    "/runs/0/results/0",
    Grain.STATIC,
    "A length is trusted",
    affected=(Affected("pkg:pypi/made-up"),),
    tool="MadeUp",
    rule="overflow",
    places=(Place("src/a.c", 7, "copy", "copy(to,  from);"),),
)


def kinds(item, scope="somebody"):
    return [KeyKind(key.kind) for key in exact_keys(item, scope)]


@given(ITEMS)
def test_an_item_comes_back_from_its_words(item):
    said, where = words_of(item)
    assert item_of(said + b"\n" + where) == item


@given(ITEMS, TEXT, TEXT)
def test_where_an_item_stood_tells_it_apart_from_none(item, where, other):
    keying = Keying(SECRET, "somebody")
    one, two = keying(item._replace(where=where)), keying(item._replace(where=other))
    assert (one.digest, one.keys) == (two.digest, two.keys)


@given(ITEMS, ITEMS)
def test_items_are_one_exactly_if_they_say_the_same(one, other):
    keying = Keying(SECRET, "somebody")
    same = one._replace(where="") == other._replace(where="")
    assert (keying(one).digest == keying(other).digest) == same


@given(ITEMS)
def test_an_item_of_another_sender_or_instance_has_another_name(item):
    names = {Keying(secret, who)(item).digest for secret in (SECRET, b"t" * 32) for who in ("somebody", "another")}
    assert len(names) == 4


@given(ITEMS)
def test_keys_are_few_and_each_is_there_once(item):
    kept = Keying(SECRET, "somebody")(item)
    keys = list(each_key(kept.keys))
    assert len(set(keys)) == len(keys) <= MOST_KEYS
    assert all(len(key) == DIGEST_SIZE for _, key in keys)
    assert [kind for kind, _ in keys] == [key.kind for key in exact_keys(item, "somebody")]


@given(ITEMS)
def test_no_key_of_code_reaches_beyond_the_code_it_is_about(item):
    """Two senders who do not say whose code it is have nothing in common but known ids."""
    bare = item._replace(affected=())
    shared = set(exact_keys(bare, "one")) & set(exact_keys(bare, "other"))
    assert {key.kind for key in shared} <= {KeyKind.ALIAS.value}


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"places": (Place("src/a.c", 99, "copy", "\tcopy(to, from);\n"),)}, True),
        ({"places": (Place("src/a.c", 7, "copy", "copy(to, other);"),)}, False),
        ({"places": (Place("src/b.c", 7, "copy", "copy(to, from);"),)}, False),
        ({"places": (Place("src/a.c", 7, "paste", "copy(to, from);"),)}, False),
        ({"rule": "another"}, False),
        ({"affected": (Affected("pkg:pypi/other"),)}, False),
        ({"title": "Other words", "tool": "Another"}, True),
    ],
)
def test_one_place_in_one_code_is_one_key(changed, same):
    [wanted] = exact_keys(STATIC, "somebody")
    [found] = exact_keys(STATIC._replace(**changed), "another")
    assert (found == wanted) == same


def test_without_code_the_line_tells_places_apart():
    def at(line):
        return STATIC._replace(places=(Place("src/a.c", line),))

    assert exact_keys(at(7), "x") == exact_keys(at(7), "x") != exact_keys(at(8), "x")


def test_what_each_sort_of_item_has():
    assert kinds(STATIC) == [KeyKind.PLACE]
    assert kinds(STATIC._replace(fingerprints=(("line", "abc"),))) == [KeyKind.FINGERPRINT, KeyKind.PLACE]
    assert kinds(Item("", Grain.ADVISORY, "x", aliases=("CVE-2024-1", "cve-2024-1", "JIRA-7"))) == [KeyKind.ALIAS]
    assert kinds(Item("", Grain.CRASH, "x", frames=("#0 0x12 in parse /a/b.c:3", "main"))) == [KeyKind.STACK]
    assert kinds(Item("", Grain.WORDS, "nothing to hold on to")) == []


@pytest.mark.parametrize("grain", [Grain.WORDS, Grain.CRASH])
def test_what_is_only_mentioned_in_words_makes_nothing_one(grain):
    mention = Item("1", grain, "It looks like CVE-2024-1234", aliases=("CVE-2024-1234",))
    assert exact_keys(mention, "a") == ()
    assert exact_keys(mention._replace(grain=Grain.ADVISORY), "a")[0].kind == KeyKind.ALIAS


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        ("#3 0x55d0f in ns::parse(char const*, int) /src/a.cc:12:3", "ns::parse"),
        ("parse+0x1f4", "parse"),
        ("parse", "parse"),
        ("parse<int>(x)", "parse"),
        ("pkg.Parse(...)", "pkg.Parse"),
        ("parse src/a.rs:12:3", "parse"),
    ],
)
def test_a_frame_is_known_by_its_function(frame, name):
    assert frame_of(frame) == name


@given(st.binary(min_size=1, max_size=80), st.lists(st.binary(max_size=5), max_size=3), st.binary(max_size=300))
def test_a_keyed_digest_is_an_hmac(secret, purpose, words):
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in purpose)
    key = hmac.digest(secret, framed, "sha256")
    assert Keyed(secret, *purpose)(words) == hmac.digest(key, words, "sha256")[:DIGEST_SIZE]
