# SPDX-License-Identifier: Apache-2.0
"""No document is too broken: items and troubles come out, the same ones each time, and nothing else.

What once went wrong stands in `corpus/` as `broken_*` and is read again here.
"""

import copy
import io
import json
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearinghouse.intake.formats.reading import CORPUS, all_of, name_of, taken
from weir.clearinghouse.intake.formats import FORMATS, documents, format_of
from weir.clearinghouse.intake.formats.documents import DEEPEST, LARGEST, MOST_TROUBLES, MOST_VALUES
from weir.clearinghouse.intake.terms import Item, Trouble

FILES = {path.name: path.read_bytes() for path in sorted(CORPUS.iterdir())}
GOLDEN = {name: data for name, data in FILES.items() if not name.startswith("broken_")}
NAMES = {name: name_of(data) for name, data in GOLDEN.items()}
DOCUMENTS = {name: json.loads(data) for name, data in GOLDEN.items() if name.endswith(".json")}
WHOLE = sorted(set(NAMES.values()) - {"words", "mail", "osv-scanner"})
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["pkg:npm/a@1", "CWE-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def read(name, data):
    """Twice, and alike, and quickly."""
    begun = time.process_time()
    found = all_of(name, data)
    assert all(isinstance(one, Item | Trouble) for one in found)
    assert all(type(one.where) is str and one.title for one in found if isinstance(one, Item))
    assert all(one.what for one in found if isinstance(one, Trouble))
    assert found == all_of(name, data)
    assert time.process_time() - begun < 5
    repr(found).encode()  # no half characters came through
    return found


def read_as_it_looks(name, data):
    read(name, data)
    found = name_of(data)
    if found != name:
        read(found, data)


def places(value, path=()):
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in children:
        yield from places(inner, (*path, step))


PLACES = [(name, path) for name, document in DOCUMENTS.items() for path in places(document) if path]


@pytest.mark.parametrize("name", FILES)
def test_every_file_of_the_corpus_is_read_by_every_format(name):
    for each in list(FORMATS):
        read(each, FILES[name])


@given(st.sampled_from(sorted(GOLDEN)), st.floats(0, 1))
def test_cut_off_anywhere(name, share):
    data = GOLDEN[name]
    found = read(NAMES[name], data[: int(len(data) * share)])
    if share < 1:
        assert found


@given(st.sampled_from(sorted(GOLDEN)), st.integers(1, 20), st.randoms(use_true_random=False))
def test_bits_flipped_anywhere(name, flips, chance):
    data = bytearray(GOLDEN[name])
    for _ in range(flips):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    read_as_it_looks(NAMES[name], bytes(data))


@given(st.sampled_from(PLACES), VALUES)
def test_any_value_may_be_of_any_type(place, value):
    name, path = place
    document = copy.deepcopy(DOCUMENTS[name])
    held = document
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    read_as_it_looks(NAMES[name], json.dumps(document).encode())


@given(
    st.sampled_from(PLACES),
    st.sampled_from(["NaN", "1e999", "9" * 5_000, '"\\ud800"', '{"a": 1, "a": 2}', "-Infinity"]),
)
def test_a_value_that_json_readers_take_differently_costs_its_own_place_only(place, spelled):
    name, path = place
    document = copy.deepcopy(DOCUMENTS[name])
    held = document
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = "put it here"
    found = read(NAMES[name], json.dumps(document).replace('"put it here"', spelled).encode())
    if path[0] in ("vulnerabilities", "statements") and len(path) > 2 and path[1] > 0:
        assert [one for one in found if isinstance(one, Item) and one.where.startswith(f"/{path[0]}/0")]


@given(st.sampled_from(sorted(GOLDEN)), st.binary(max_size=200))
def test_any_bytes_at_all(name, data):
    read_as_it_looks(NAMES[name], data)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"[" * 100_000, f"nested more than {DEEPEST} deep"),
        (b'{"a":' * 150 + b"1" + b"}" * 150, f"nested more than {DEEPEST} deep"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b"", "nothing in it"),
        (b"7", "Expected an object, found a number."),
        (b"{", "not JSON"),
        ("{}".encode("utf-16"), "UTF-8"),
    ],
)
def test_what_cannot_be_read_at_all_is_told(name, data, what):
    items, troubles = taken(name, data)
    assert not items
    assert any(what in one.what for one in troubles)
    assert len(troubles) <= 2


def test_a_document_of_too_many_values_is_not_held():
    found = documents.value_of(b"[0" + b",0" * MOST_VALUES + b"]")
    assert isinstance(found, Trouble)
    assert "values" in found.what


@pytest.mark.parametrize("name", ["mail", "words"])
def test_what_is_too_long_is_not_read(name, monkeypatch):
    monkeypatch.setattr(documents, "LARGEST", 1_000)
    items, (trouble,) = taken(name, b" " * 1_001)
    assert not items
    assert "longer than" in trouble.what
    assert LARGEST == 32 * 1024 * 1024


def test_a_mark_before_the_document_does_no_harm():
    assert taken("osv", b"\xef\xbb\xbf" + GOLDEN["osv.json"]) == taken("osv", GOLDEN["osv.json"])


def test_faults_without_end_are_not_listed_without_end():
    items, troubles = taken("osv", {"id": "X-1", "aliases": [7] * 5_000})
    assert len(items) == 1
    assert len(troubles) == MOST_TROUBLES + 1
    assert "More than" in troubles[-1].what


@pytest.mark.parametrize("name", GOLDEN)
def test_a_document_is_known_by_what_it_holds(name):
    found = format_of(io.BytesIO(GOLDEN[name]))
    assert found == FORMATS[NAMES[name]]
    assert {name_of(GOLDEN[name], filename) for filename in ("report.xml", "x.sarif", "a.eml")} == {NAMES[name]}
    assert name.partition(".")[0].replace("_", "-") == NAMES[name]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_known_in_whatever_order_it_is_written(name):
    keys = list(DOCUMENTS[name])
    for seed in range(5):
        random.Random(seed).shuffle(keys)
        data = json.dumps({key: DOCUMENTS[name][key] for key in keys}).encode()
        assert name_of(data) == NAMES[name]


MANY = range(10_000)
NAMED = [f"P{at}" for at in MANY]


def csaf(tree, **vulnerability):
    document = {"document": {"csaf_version": "2.0", "title": "Tea"}, "product_tree": tree}
    return {**document, "vulnerabilities": [{"cve": "CVE-2026-1", **vulnerability}]}


COSTLY = {
    "one large group that many name": (
        "csaf",
        csaf(
            {"product_groups": [{"group_id": "G", "product_ids": NAMED}]},
            product_status={"known_affected": ["P"]},
            threats=[{"details": "Tea", "group_ids": ["G"]} for _ in MANY],
        ),
    ),
    "a reason for each product": (
        "csaf",
        csaf(
            {},
            product_status={"known_not_affected": NAMED},
            flags=[{"label": f"because of {name}", "product_ids": [name]} for name in NAMED],
            threats=[{"details": "Tea", "product_ids": [name]} for name in NAMED],
        ),
    ),
    "many versions of one product": (
        "csaf",
        csaf(
            {
                "full_product_names": [
                    {"product_id": one, "name": one, "product_identification_helper": {"purl": f"pkg:npm/tea@{one}"}}
                    for one in NAMED
                ]
            },
            product_status={"known_affected": NAMED, "fixed": NAMED},
        ),
    ),
    "many events": (
        "osv",
        {
            "id": "X-1",
            "affected": [{"ranges": [{"type": "GIT", "events": [{"introduced": one} for one in NAMED * 5]}]}],
        },
    ),
    "many versions": (
        "cyclonedx",
        {
            "vulnerabilities": [
                {"id": "X", "affects": [{"ref": "pkg:npm/tea", "versions": [{"version": one} for one in NAMED]}]}
            ]
        },
    ),
    "a long range": (
        "cyclonedx",
        {
            "vulnerabilities": [
                {"id": "X", "affects": [{"ref": "pkg:npm/tea", "versions": [{"range": f"vers:npm/{'|'.join(NAMED)}"}]}]}
            ]
        },
    ),
    "many names of the same": ("osv", {"id": "X-1", "aliases": NAMED * 5}),
    "many products": (
        "openvex",
        {"statements": [{"vulnerability": "X", "status": "fixed", "products": [f"pkg:npm/{one}" for one in NAMED]}]},
    ),
}


@pytest.mark.parametrize(("name", "document"), COSTLY.values(), ids=COSTLY)
def test_what_is_named_many_times_costs_no_square(name, document):
    begun = time.process_time()
    items, _ = taken(name, document)
    assert items
    assert time.process_time() - begun < 4
