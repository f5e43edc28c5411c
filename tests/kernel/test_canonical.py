# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import hashlib
import json
import struct
import time
from dataclasses import dataclass, make_dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel.canonical import (
    LARGEST_INT,
    MAX_DEPTH,
    NotCanonical,
    UnreadableJson,
    canonical,
    digest,
    hexdigest,
    loads,
    plain,
)
from weir.kernel.errors import Invalid
from weir.kernel.ids import Exported, TypedId
from weir.kernel.moments import CivilDeadline, Moment

NOON = Moment(2026, 11, 20, 12, tzinfo=UTC)


class XcanId(TypedId, prefix="XC"):
    """An example."""


class Stage(StrEnum):
    OPEN = "open"


class Grade(IntEnum):
    HIGH = 3


class Count(int):
    """A number with a name of its own."""


class Pair(Enum):
    BOTH = ("a", 1)


@dataclass(frozen=True)
class Inner:
    stage: Stage
    seen: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Outer:
    id: XcanId
    at: Moment
    inner: Inner
    grade: Grade
    blob: bytes
    row: UUID
    none: None = None


def text():
    return st.text(st.characters(codec="utf-8"), max_size=8)


def reads_as_whole(number: float) -> bool:
    return LARGEST_INT < abs(number) < 1e21


def json_values():
    leaves = (
        st.none()
        | st.booleans()
        | st.integers(-LARGEST_INT, LARGEST_INT)
        | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not reads_as_whole(number))
        | text()
    )
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text(), inner, max_size=4), max_leaves=12
    )


def shuffled(value, draw):
    if isinstance(value, dict):
        return {key: shuffled(value[key], draw) for key in draw(st.permutations(list(value)))}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@given(json_values())
def test_what_is_written_reads_back_as_the_same_value(value):
    assert loads(canonical(value)) == value
    assert canonical(loads(canonical(value))) == canonical(value)


@given(json_values(), st.data())
def test_the_order_of_keys_changes_nothing(value, data):
    assert canonical(shuffled(value, data.draw)) == canonical(value)


@given(json_values())
def test_another_reader_finds_the_same_value(value):
    assert json.loads(canonical(value)) == value


def test_the_sample_of_rfc_8785_section_3_2_2_comes_out():
    sent = rb"""{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    assert canonical(loads(sent)).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_sort_by_utf_16_as_in_rfc_8785_section_3_2_3():
    sent = rb"""{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"}"""
    written = json.loads(canonical(loads(sent)), object_pairs_hook=lambda pairs: [name for _, name in pairs])
    assert written == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


@pytest.mark.parametrize(
    ("bits", "written"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"),
        ("41b3de4355555556", "333333333.3333334"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_in_rfc_8785_appendix_b(bits, written):
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_reads_back_exactly(number):
    assert float(canonical(number)) == number


@given(st.floats(2.0**53, 1e21, exclude_max=True))
def test_a_large_float_is_written_without_exponent_so_a_second_writing_asks_for_text(number):
    # RFC 8785 wants it so, and Python reads the digits as a whole number, which is not the float any more.
    with pytest.raises(NotCanonical, match="whole number beyond"):
        canonical(loads(canonical(number)))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(number):
    with pytest.raises(NotCanonical, match="is not a number in JSON"):
        canonical({"x": number})


def test_whole_numbers_that_not_every_reader_holds_are_sent_as_text():
    assert canonical([LARGEST_INT, -LARGEST_INT]) == b"[9007199254740991,-9007199254740991]"
    for number in (LARGEST_INT + 1, -LARGEST_INT - 1, 10**5000):
        with pytest.raises(NotCanonical) as no:
            canonical(number)
        assert no.value.hint == "Send it as a string."


def test_our_own_values_become_what_json_can_say():
    value = Outer(
        XcanId.example(), NOON, Inner(Stage.OPEN, (date(2026, 11, 20),)), Grade.HIGH, b"\xfb\xff", UUID(int=7)
    )
    assert plain(value) == {
        "id": str(XcanId.example()),
        "at": "2026-11-20T12:00:00.000Z",
        "inner": {"stage": "open", "seen": ["2026-11-20"]},
        "grade": 3,
        "blob": "-_8",
        "row": "00000000-0000-0000-0000-000000000007",
        "none": None,
    }
    assert plain(Pair.BOTH) == ["a", 1]
    assert plain(MappingProxyType({Stage.OPEN: True})) == {"open": True}
    assert plain(CivilDeadline(date(2026, 11, 20), time_of_day(17), "Europe/Berlin")) == {
        "day": "2026-11-20",
        "at": "17:00:00",
        "zone": "Europe/Berlin",
    }
    assert plain(Exported("weir.example.org", XcanId.example())) == f"urn:weir:weir.example.org:{XcanId.example()}"


def test_what_becomes_plain_is_of_the_plain_types_themselves():
    # Subclasses of str and int would carry their own __str__ into templates and other writers.
    made = plain({Stage.OPEN: [Stage.OPEN, XcanId.example(), Grade.HIGH, Count(7)]})
    assert isinstance(made, dict)
    ((key, parts),) = made.items()
    assert isinstance(parts, list)
    assert [type(part) for part in (key, *parts)] == [str, str, str, int, int]


@dataclass
class Loose:
    a: int = 1


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({1, 2}, "set has no order"),
        (frozenset("a"), "frozenset has no order"),
        (NOON.plain(), "datetime may mean several"),
        (datetime(2026, 11, 20), "datetime may mean several"),  # noqa: DTZ001 - refused for it
        (Loose(), "Loose may still change"),
        (Decimal(1), "Decimal has no canonical form"),
        (1j, "complex has no canonical form"),
        (Loose, "type has no canonical form"),
        ({1: "a"}, "A key is text, not int"),
        ({None: "a"}, "A key is text, not NoneType"),
    ],
)
def test_what_has_no_one_form_is_refused_and_the_sentence_says_why(value, why):
    with pytest.raises(NotCanonical, match=why) as no:
        plain(value)
    assert isinstance(no.value, Invalid)
    assert no.value.hint


def test_a_refusal_points_at_the_place():
    with pytest.raises(NotCanonical) as no:
        plain({"good": [1], "a/b": [0, {"m~n": float("nan")}]})
    assert no.value.faults == {"/a~1b/1/m~0n": "nan is not a number in JSON."}
    with pytest.raises(NotCanonical) as no:
        plain(Inner(Stage.OPEN, (date(2026, 11, 20), NOON.plain())))
    assert list(no.value.faults) == ["/seen/1"]


def test_half_a_surrogate_pair_is_refused_in_text_and_key():
    for value in ("\ud800", {"\udfff": 1}, ["a\udc00"]):
        with pytest.raises(NotCanonical, match="surrogate"):
            canonical(value)


def test_depth_is_bounded_in_writing_as_in_reading():
    value: object = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    assert loads(canonical(value)) == value
    with pytest.raises(NotCanonical, match="nested more than 64 deep"):
        canonical([value])
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(NotCanonical, match="nested more than 64 deep"):
        canonical(endless)


def test_a_digest_is_of_bytes_as_they_are_and_of_values_in_canonical_form():
    assert digest(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hexdigest({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", "nothing in it"),
        (b" \n", "nothing in it"),
        (b"\xff\xfe{\x00}\x00", "Byte 0 is not UTF-8"),
        (b'"\xed\xa0\x80"', "Byte 1 is not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b'{"a":1,"b":2,"a":3}', "The key 'a' stands twice"),
        (b'{"a":1,"\\u0061":3}', "The key 'a' stands twice"),
        (b'[{"x":{"a":1,"a":1}}]', "The key 'a' stands twice"),
        (b"[NaN]", "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"1e999", "The number '1e999' is too large"),
        (b"[-1e999]", "too large"),
        (b"1" * 5000, "thousands of digits"),
        (b'"\\ud800"', "half of a surrogate pair"),
        (b'{"\\uDC00":1}', "half of a surrogate pair"),
        (b'["\\udc00\\ud800"]', "half of a surrogate pair"),
        (b"{'a':1}", "not JSON at line 1, column 2"),
        (b"[1,\n2,]", "not JSON at line 2"),
        (b'"\t"', "not JSON"),
        (b"[01]", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"\xc2\xa0{}", "not JSON"),
        (b'"\\u 123"', "not JSON"),
        (b"[" * 65 + b"]" * 65, "nested more than 64 deep"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested more than 64 deep"),
        (b"[" * 1_000_000, "nested more than 64 deep"),
    ],
)
def test_json_from_outside_that_readers_may_take_differently_is_refused(sent, why):
    with pytest.raises(UnreadableJson, match=why) as no:
        loads(sent)
    assert isinstance(no.value, Invalid)
    assert no.value.hint


def test_length_is_bounded_before_anything_is_read():
    assert loads(b"[1]", max_bytes=3) == [1]
    with pytest.raises(UnreadableJson, match="4 bytes long; 3 are allowed"):
        loads(b"\xff\xff\xff\xff", max_bytes=3)


def test_brackets_inside_text_do_not_count_as_depth():
    for told in ("[" * 500, '\\"[{' * 100, "\\\\"):
        sent = json.dumps([told] * 70, ensure_ascii=False).encode()
        assert loads(sent) == [told] * 70


def test_wide_is_not_deep():
    sent = b"[" + b",".join([b"[{}]"] * 5000) + b"]"
    assert loads(sent, max_depth=3) == [[{}]] * 5000
    with pytest.raises(UnreadableJson, match="nested more than 2 deep"):
        loads(sent, max_depth=2)


def test_whole_surrogate_pairs_and_escaped_backslashes_are_fine():
    assert loads(b'["\\ud83d\\ude00","\\\\ud800"]') == ["\U0001f600", "\\ud800"]


@given(st.binary(max_size=60) | text().map(str.encode) | st.text('[]{}",:\\u0d81e-+. ', max_size=60).map(str.encode))
def test_whatever_is_sent_it_is_read_or_refused_and_nothing_else_happens(sent):
    try:
        value = loads(sent)
    except UnreadableJson:
        return
    assert json.loads(sent) == value


@pytest.mark.parametrize(
    "sent",
    [
        b'"' + b'\\"' * 400_000,
        b'["' + b"\\" * 800_001,
        b"[" * 70 + b'"' * 800_001,
        b'["' + b'\\"[' * 300_000,
    ],
    ids=["quotes escaped", "backslashes", "quotes", "brackets in unfinished text"],
)
def test_crafted_text_costs_no_more_than_its_length(sent):
    started = time.perf_counter()
    with pytest.raises(UnreadableJson):
        loads(sent)
    assert time.perf_counter() - started < 2


def test_a_record_of_fifteen_fields_is_looked_up_once_per_class(monkeypatch):
    from weir.kernel import canonical as module

    record = make_dataclass("Record", [f"f{number}" for number in range(15)], frozen=True)
    first = plain(record(*range(15)))
    monkeypatch.setattr(module, "fields", None)
    assert plain(record(*range(15))) == first


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.one_of(
    st.text(st.characters(max_codepoint=127)), ANY_TEXT, st.sampled_from(["\uffff", "\U00010000", "\ue000"])
)
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INT, LARGEST_INT)
    | ANY_TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(ANY_JSON)
def test_the_quick_way_writes_what_the_library_for_rfc_8785_writes(value):
    assert canonical(value) == rfc8785.dumps(value)
