# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import io
import json
import os
import random
import tracemalloc
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake.formats import format_of, load_formats
from weir.clearinghouse.intake.formats.sarif import read
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place, Trouble

REAL = Path(os.environ.get("WEIR_DATA", "nowhere")) / "sarif"

RULE: dict[str, Any] = {
    "id": "made/overflow",
    "shortDescription": {"text": "A length is trusted"},
    "helpUri": "https://rules.example/overflow",
    "defaultConfiguration": {"level": "error"},
    "messageStrings": {"default": {"text": "{0} reaches {1}."}},
    "properties": {"tags": ["external/cwe/cwe-022", "security"], "security-severity": "8.1"},
}
LOCATION: dict[str, Any] = {
    "physicalLocation": {
        "artifactLocation": {"uri": "src/a%20b.c", "uriBaseId": "ROOT", "index": 0},
        "region": {"startLine": 7, "snippet": {"text": "copy(to, from);"}},
    },
    "logicalLocations": [{"fullyQualifiedName": "parser::copy"}],
}
RESULT: dict[str, Any] = {
    "ruleId": "made/overflow",
    "ruleIndex": 0,
    "message": {"text": "It is not checked."},
    "locations": [LOCATION],
    "partialFingerprints": {"line": "abc:1"},
}
RUN: dict[str, Any] = {
    "tool": {"driver": {"name": "MadeUp", "rules": [RULE]}},
    "versionControlProvenance": [{"repositoryUri": "https://code.example/made-up"}],
    "originalUriBaseIds": {"ROOT": {"uri": "file:///builds/made-up/"}},
    "results": [RESULT],
}


def document(*results, **changed):
    return {"version": "2.1.0", "$schema": "sarif", "runs": [RUN | {"results": list(results)} | changed]}


def read_of(whole):
    data = whole if isinstance(whole, bytes) else json.dumps(whole).encode()
    return list(read(io.BytesIO(data)))


def only(whole):
    [item] = read_of(whole)
    assert isinstance(item, Item)
    return item


def test_a_result_says_what_its_rule_its_place_and_its_run_say():
    assert only(document(RESULT)) == Item(
        where="/runs/0/results/0",
        grain=Grain.STATIC,
        title="A length is trusted",
        description="It is not checked.",
        affected=(Affected(repository="https://code.example/made-up"),),
        weaknesses=("CWE-22",),
        severity="error, security-severity 8.1",
        references=("https://rules.example/overflow",),
        tool="MadeUp",
        rule="made/overflow",
        places=(Place("src/a b.c", 7, "parser::copy", "copy(to, from);"),),
        fingerprints=(("line", "abc:1"),),
    )


def test_the_format_is_known_by_what_the_file_holds():
    found = format_of(io.BytesIO(json.dumps(document(RESULT)).encode()), "lies.exe")
    assert found is load_formats()["sarif"]
    assert format_of(io.BytesIO(b'{"results": [], "sarif": 1}'), "x.sarif") is not found


@given(st.permutations(list(RUN)), st.permutations(list(RULE)), st.permutations(["version", "$schema", "runs"]))
def test_the_order_of_keys_does_not_matter(run, rule, top):
    ordered = {key: RULE[key] for key in rule}
    shuffled = RUN | {"tool": {"driver": {"rules": [ordered], "name": "MadeUp"}}}
    if run.index("versionControlProvenance") > run.index("results") > run.index("tool"):
        run = [*run[run.index("versionControlProvenance") :], *run[: run.index("versionControlProvenance")]]
    whole = document(RESULT) | {"runs": [{key: shuffled[key] for key in run}]}
    assert only({key: whole[key] for key in top}) == only(document(RESULT))


@pytest.mark.parametrize(
    ("changed", "field", "wanted"),
    [
        ({"ruleId": "made/overflow/here"}, "title", "A length is trusted"),
        ({"ruleId": None, "rule": {"index": 0}}, "rule", "made/overflow"),
        (
            {"ruleId": "X1", "ruleIndex": None, "rule": {"id": "X1", "toolComponent": {"index": 0}}},
            "title",
            "Of an extension",
        ),
        ({"ruleId": "CVE-2024-12345", "ruleIndex": None}, "aliases", ("CVE-2024-12345",)),
        ({"ruleId": "CVE-2024-12345", "ruleIndex": None}, "grain", Grain.ADVISORY),
        ({"message": {"id": "default", "arguments": ["this", "that"]}}, "description", "this reaches that."),
        ({"message": {"text": "{0} and {7}", "arguments": ["one"]}}, "description", "one and {7}"),
        ({"level": "note", "rank": 42.0}, "severity", "note, security-severity 8.1, rank 42"),
        ({"properties": {"security-severity": "9.8"}}, "severity", "error, security-severity 9.8"),
        ({"taxa": [{"id": "787", "toolComponent": {"name": "CWE"}}]}, "weaknesses", ("CWE-22", "CWE-787")),
        ({"properties": {"cwe": "CWE-327: Broken"}}, "weaknesses", ("CWE-22", "CWE-327")),
        ({"suppressions": [{"kind": "external", "justification": "a test"}]}, "status", "suppressed"),
        ({"suppressions": [{"kind": "external", "justification": "a test"}]}, "justification", "a test"),
        ({"suppressions": [{"kind": "external", "status": "rejected"}]}, "status", ""),
        (
            {"fingerprints": {"b": "2", "a": {"deep": "1"}}, "partialFingerprints": None},
            "fingerprints",
            (("a/deep", "1"), ("b", "2")),
        ),
        (
            {"codeFlows": [{"threadFlows": [{"locations": [{"location": LOCATION}]}]}]},
            "flow",
            (Place("src/a b.c", 7, "parser::copy", "copy(to, from);"),),
        ),
    ],
)
def test_what_a_result_may_say(changed, field, wanted):
    extension = {"name": "More", "rules": [{"id": "X1", "name": "Of an extension"}]}
    tool = {"driver": RUN["tool"]["driver"], "extensions": [extension]}
    assert getattr(only(document(RESULT | changed, tool=tool)), field) == wanted


@pytest.mark.parametrize(
    ("artifact", "path"),
    [
        ({"uri": "src/x.c"}, "src/x.c"),
        ({"uri": "./src/x.c"}, "src/x.c"),
        ({"uri": "src\\x.c"}, "src/x.c"),
        ({"uri": "file:///builds/made-up/src/x.c"}, "src/x.c"),
        ({"uri": "file:///elsewhere/x.c"}, "/elsewhere/x.c"),
        ({"uri": "x.c", "uriBaseId": "DEEP"}, "src/deep/x.c"),
        ({"uri": "x.c", "uriBaseId": "LOOP"}, "loop/" * 8 + "x.c"),
        ({"index": 1}, "src/deep/of-the-table.c"),
        ({"index": 99}, ""),
        ({}, ""),
    ],
)
def test_paths_are_told_from_the_root_of_what_was_scanned(artifact, path):
    bases = RUN["originalUriBaseIds"] | {
        "SRC": {"uri": "src/", "uriBaseId": "ROOT"},
        "DEEP": {"uri": "deep", "uriBaseId": "SRC"},
        "LOOP": {"uri": "loop/", "uriBaseId": "LOOP"},
    }
    table = [{"location": {"uri": "first.c"}}, {"location": {"uri": "of-the-table.c", "uriBaseId": "DEEP"}}]
    result = RESULT | {"locations": [{"physicalLocation": {"artifactLocation": artifact}}]}
    before = {"tool": RUN["tool"], "originalUriBaseIds": bases, "artifacts": table, "results": [result]}
    after = {"tool": RUN["tool"], "originalUriBaseIds": bases, "results": [result], "artifacts": table}
    for run in (before, after):
        assert only({"runs": [run]}).places[0].path == path


def test_what_is_not_wrong_is_no_item():
    fine = [RESULT | {"kind": "pass"}, RESULT | {"kind": "notApplicable"}, RESULT | {"baselineState": "absent"}]
    assert read_of(document(*fine)) == []


def test_what_cannot_be_read_is_named_and_the_rest_is_kept():
    wrong = [RESULT | {"message": "text"}, RESULT | {"locations": {}}, 7, RESULT | {"fingerprints": {"a": 1}}, {}]
    found = read_of(document(RESULT, *wrong, RESULT))
    assert [each.where for each in found] == [
        "/runs/0/results/0",
        "/runs/0/results/1/message",
        "/runs/0/results/2/locations",
        "/runs/0/results/3",
        "/runs/0/results/4/fingerprints",
        "/runs/0/results/5/message",
        "/runs/0/results/6",
    ]
    assert [type(each) for each in found] == [Item, *[Trouble] * 5, Item]


def test_halves_of_surrogate_pairs_are_replaced():
    item = only(json.dumps(document(RESULT | {"message": {"text": "half \ud800 and whole \U0001f600"}})).encode())
    assert item.description == "half \ufffd and whole \U0001f600"


def test_bytes_that_are_not_utf8_are_replaced_and_told():
    data = json.dumps(document(RESULT)).encode().replace(b"It is not", b"It \xff not")
    item, trouble = read_of(data)
    assert item.description == "It \ufffd not checked."
    assert "UTF-8" in trouble.what


def many(count):
    """Results that each say their number."""
    return [RESULT | {"message": {"text": f"number {n}"}, "guid": str(n)} for n in range(count)]


@given(st.data())
def test_cut_off_anywhere_what_came_before_is_kept(data):
    whole = json.dumps(document(*many(5))).encode()
    cut = data.draw(st.integers(0, len(whole) - 1))
    found = read_of(whole[:cut])
    items = [each for each in found if isinstance(each, Item)]
    sound = whole[:cut].count(b'"guid": "') - (
        not whole[:cut].rstrip(b"]} ").endswith(b'"') or whole[cut - 1 : cut] != b"}"
    )
    assert len(items) >= min(max(sound, 0), 5) - 1
    assert items == read_of(whole)[: len(items)]
    assert any(isinstance(each, Trouble) for each in found)


@given(st.integers(0, 10**6), st.integers(0, 7))
def test_with_a_bit_flipped_the_other_results_are_kept(place, bit):
    whole = bytearray(json.dumps(document(*many(12))).encode())
    begin = whole.index(b'"results"') + 12
    at = begin + place % (len(whole) - begin - 3)
    whole[at] ^= 1 << bit
    found = read_of(bytes(whole))
    assert (
        len({each.description for each in found if isinstance(each, Item)} & {f"number {n}" for n in range(12)}) >= 10
    )


def places_in(value, at=()):
    yield at
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places_in(inner, (*at, key))


WHOLE = document(RESULT | {"codeFlows": [{"threadFlows": [{"locations": [{"location": LOCATION}]}]}]}, RESULT)


@given(
    st.sampled_from([at for at in places_in(WHOLE) if at]),
    st.sampled_from([None, 0, -1.5, True, "", "x", [], {}, [[]], [{}], {"text": 1}, 10**400]),
)
def test_wrong_types_anywhere_raise_nothing(at, value):
    changed: Any = copy.deepcopy(WHOLE)
    inside = changed
    for key in at[:-1]:
        inside = inside[key]
    inside[at[-1]] = value
    found = read_of(changed)
    assert all(isinstance(each, Item | Trouble) for each in found)
    assert found == read_of(changed)


class Endless(io.RawIOBase):
    """A document that is written while it is read."""

    def __init__(self, count):
        super().__init__()
        self._parts, self._at = self._written(count), 0

    @staticmethod
    def _written(count):
        head, tail = json.dumps(document("HERE")).encode().split(b'"HERE"')
        one = json.dumps(RESULT).encode()
        yield head
        for _ in range(count - 1):
            yield one + b","
        yield one + tail

    def tell(self):
        return self._at

    def read(self, size=-1):
        data = next(self._parts, b"")
        self._at += len(data)
        return data


def test_memory_does_not_grow_with_the_file():
    tracemalloc.start()
    assert sum(isinstance(each, Item) for each in read(cast("BinaryIO", Endless(4000)))) == 4000
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert used < 500_000 < 4000 * len(json.dumps(RESULT))


def test_a_flood_of_brackets_ends_soon():
    for flood in (b"[" * 300_000, b"{},{" * 50_000, b'{"a":[{},' * 20_000, b'"' * 300_001):
        found = read_of(b'{"runs": [{"tool": {"driver": {"name": "x"}}, "results": [' + flood)
        assert any(isinstance(each, Trouble) for each in found)


@pytest.mark.realdata
def test_real_files_are_read_whole():
    seen = 0
    for path in sorted(REAL.iterdir()):
        with path.open("rb") as file:
            found = format_of(file, path.name)
            if found is None or found.name != "sarif":
                continue
            items = list(found.read(file))
        results = [each for run in json.loads(path.read_bytes())["runs"] for each in run.get("results") or ()]
        wanted = [each for each in results if each.get("kind") not in {"pass", "notApplicable"}]
        assert [each for each in items if isinstance(each, Trouble)] == []
        assert len(items) == len(wanted), path.name
        assert all(isinstance(each, Item) and each.title and each.tool for each in items), path.name
        seen += len(items)
    assert seen > 500


@pytest.mark.realdata
def test_real_files_that_were_damaged_raise_nothing():
    chance = random.Random(7)
    for path in sorted(REAL.iterdir()):
        data = bytearray(path.read_bytes())
        if not 0 < len(data) < 150_000:
            continue
        for _ in range(3):
            hurt = bytearray(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)
            for _ in range(chance.randrange(1, 20)):
                if hurt:
                    hurt[chance.randrange(len(hurt))] ^= 1 << chance.randrange(8)
            assert all(isinstance(each, Item | Trouble) for each in read_of(bytes(hurt)))
