# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import copy
import pickle
import string
import subprocess
import sys
import uuid
from dataclasses import dataclass
from datetime import UTC, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from weir.kernel import ids
from weir.kernel.errors import Invalid
from weir.kernel.ids import (
    CROCKFORD,
    Exported,
    MisheardId,
    TypedId,
    any_id,
    as_heard,
    check_character,
    id_classes,
    uuid7,
)
from weir.kernel.moments import Moment


class XenonId(TypedId, prefix="X"):
    """An example."""


class XylophoneId(TypedId, prefix="XIL"):
    """An example whose prefix has letters that the other characters leave out."""


@dataclass(frozen=True)
class Parcel:
    id: XenonId
    twin: Exported | None = None


def minted(cls: type[TypedId] = XenonId):
    return st.builds(
        lambda year, body: cls.mint(year, always(body), len(body)),
        st.integers(2000, 2999),
        st.binary(min_size=5, max_size=8),
    )


def always(chance: bytes):
    def randomness(count: int) -> bytes:
        return chance

    return randomness


def refusal(read, text: str) -> MisheardId | None:
    try:
        read(text)
    except MisheardId as no:
        return no
    return None


def compact(number: TypedId) -> str:
    return number.replace("-", "")


def hyphened(symbols: str, prefix_length: int) -> str:
    prefix, rest = symbols[:prefix_length], symbols[prefix_length:]
    return f"{prefix}-{rest[:4]}-{rest[4:-1]}-{rest[-1]}"


def test_the_number_in_our_documents_is_a_sound_one():
    assert check_character("F20267K3QM") == "X"


@given(minted(), minted(XylophoneId))
def test_what_is_minted_reads_back_from_its_canonical_form(short, long):
    assert XenonId(str(short)) == XenonId.parse(short) == any_id(short) == short
    assert type(any_id(long)) is XylophoneId


def test_every_single_wrong_character_is_found_wherever_it_stands():
    for number in (XenonId.example(), XylophoneId.mint(2999, always(b"\x00\x1f\x07\x00\x0a\x1e\x11\x05"), 8)):
        symbols, length = compact(number), len(number.prefix)
        for place, right in enumerate(symbols):
            possible = string.ascii_uppercase if place < length else CROCKFORD
            for wrong in set(possible) - {right}:
                misheard = symbols[:place] + wrong + symbols[place + 1 :]
                assert check_character(misheard[:-1]) != misheard[-1], misheard
                with pytest.raises(MisheardId):
                    any_id(hyphened(misheard, length))
                with pytest.raises(MisheardId):
                    type(number)(hyphened(misheard, length))


@given(minted(), st.data())
def test_one_wrong_character_is_never_taken(number, data):
    symbols = compact(number)
    place = data.draw(st.integers(1, len(symbols) - 1))
    wrong = data.draw(st.sampled_from(CROCKFORD).filter(lambda symbol: symbol != symbols[place]))
    with pytest.raises(MisheardId):
        XenonId(hyphened(symbols[:place] + wrong + symbols[place + 1 :], 1))


@given(minted(XylophoneId))
def test_no_swap_of_two_characters_is_taken_neighbours_or_not(number):
    symbols = compact(number)
    for one, other in combinations(range(len(symbols)), 2):
        swapped = list(symbols)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        if swapped != list(symbols):
            with pytest.raises(MisheardId):
                any_id("".join(swapped))


def test_no_two_places_weigh_alike_so_the_proof_covers_every_length():
    weights = [table["1"] for table in ids._WEIGHTS]
    assert len({1, *weights}) == len(weights) + 1
    assert 0 not in weights
    for table in ids._WEIGHTS:
        assert len({table[letter] for letter in string.ascii_uppercase}) == 26
        assert len({table[symbol] for symbol in CROCKFORD}) == 32


@pytest.mark.parametrize(
    "said",
    [
        "x 2026 7k3qm {check}",
        "X20267K3QM{check}",
        " x-2o26-7k3qm-{check} ",
        "X - 2026 - 7K3 QM - {check}",
        "X\u20132026\u20137K3QM\u2013{check}",
        "x, 2026, 7 k 3 q m, {check}",
    ],
)
def test_it_listens_like_a_person(said):
    check = XenonId.example()[-1]
    assert XenonId.parse(said.format(check=check.lower())) == XenonId.example()


def test_letters_that_look_like_digits_are_heard_as_digits():
    number = XenonId.mint(2010, always(bytes([0, 1, 1, 0, 5])))
    assert number.startswith("X-2010-01105-")
    assert XenonId.parse(number.replace("2010-01105", "2o1O-oIlO5")) == number


def test_a_prefix_keeps_its_letters_even_those_that_look_like_digits():
    assert XylophoneId.parse(compact(XylophoneId.example()).lower()).prefix == "XIL"


@given(minted())
def test_hearing_a_canonical_form_changes_nothing(number):
    assert as_heard(number) == number


@given(st.text(max_size=100))
def test_junk_is_refused_with_a_sentence_and_a_hint_and_nothing_else_happens(text):
    for read in (XenonId, XenonId.parse, any_id, Exported.parse):
        if (no := refusal(read, text)) is not None:
            assert isinstance(no, Invalid)
            assert no.hint
            assert 0 < len(no.sentence) < 600
            assert no.sentence.isascii()
            assert no.sentence.isprintable()


def test_a_refusal_says_what_looks_wrong():
    with pytest.raises(MisheardId, match="is a XylophoneId; what is wanted here is a XenonId, which begins with X"):
        XenonId.parse(XylophoneId.example())
    with pytest.raises(MisheardId, match="No kind of thing here has numbers that begin with XQ"):
        any_id("XQ-2026-7K3QM-X")
    with pytest.raises(MisheardId, match="has a U") as no:
        XenonId.parse("X-2026-7KUQM-X")
    assert no.value.hint == "Was it a V?"
    with pytest.raises(MisheardId, match="does not have the form"):
        XenonId.parse("X-2026-7K3-X")


def test_a_refusal_never_tells_which_check_character_would_fit():
    right = XenonId.example()
    wrong = right[:-1] + next(symbol for symbol in "VWYZ" if symbol != right[-1])
    with pytest.raises(MisheardId, match=r"one character of .* is wrong, or two were swapped") as no:
        XenonId.parse(wrong)
    assert not no.value.sentence.endswith(right[-1])
    assert right not in no.value.sentence


def test_direct_construction_takes_the_canonical_form_only():
    with pytest.raises(MisheardId):
        XenonId(XenonId.example().lower())
    with pytest.raises(MisheardId):
        XenonId(XenonId.example() + "\n")


def test_letters_that_only_become_ascii_in_capitals_are_not_heard():
    with pytest.raises(MisheardId):
        XylophoneId.parse("xıl" + compact(XylophoneId.example())[3:])  # noqa: RUF001 - a dotless i


def test_a_prefix_is_declared_once_and_the_error_names_both():
    with pytest.raises(TypeError, match=r"Usurper and .*XenonId both declare the prefix 'X'"):

        class Usurper(TypedId, prefix="X"):
            pass

    assert dict(id_classes())["X"] is XenonId


@pytest.mark.parametrize("prefix", ["", "x", "XABC", "X1", "Ä"])
def test_a_prefix_is_one_to_three_capital_letters(prefix):
    with pytest.raises(TypeError, match="one to three capital letters"):
        type("Odd", (TypedId,), {}, prefix=prefix)


def test_minting_uses_all_characters_alike():
    numbers = [XenonId.mint(2026, always(bytes([byte] * 5))) for byte in range(256)]
    assert sorted(number[7] for number in numbers) == sorted(CROCKFORD * 8)


def test_minting_refuses_a_source_that_gives_fewer_bytes_than_asked():
    with pytest.raises(ValueError, match="asked for 5 random bytes and got 2"):
        XenonId.mint(2026, always(b"ab"))
    for year, length in ((1999, 5), (3000, 5), (2026, 4), (2026, 9)):
        with pytest.raises(ValueError, match="no number has"):
            XenonId.mint(year, bytes, length)


def test_it_can_be_read_out():
    number = XenonId.mint(2026, always(bytes([7, 19, 3, 23, 20])))
    assert number.spoken().startswith("X, 2026, seven kilo three quebec mike, ")
    assert len(set(ids._SPELLING.values())) == 32
    for symbol, word in ids._SPELLING.items():
        assert symbol.isdigit() or word[0].upper() == symbol


def test_copies_and_pickles_keep_the_class():
    number = XenonId.example()
    for twin in (pickle.loads(pickle.dumps(number)), copy.deepcopy(number)):  # noqa: S301 - our own bytes
        assert type(twin) is XenonId
        assert twin == number


def test_schemas_read_it_as_a_person_would_say_it():
    adapter = TypeAdapter(Parcel)
    parcel = adapter.validate_python({"id": XenonId.example().lower().replace("-", " ")})
    assert parcel == Parcel(XenonId.example())
    assert type(parcel.id) is XenonId
    assert adapter.validate_json(adapter.dump_json(parcel)) == parcel
    assert type(adapter.dump_python(parcel)["id"]) is XenonId
    exported = Parcel(XenonId.example(), Exported("weir.example.org", XenonId.example()))
    assert adapter.validate_json(adapter.dump_json(exported)) == exported
    assert adapter.validate_python(exported) == exported


@pytest.mark.parametrize("sent", ["X-2026-7K3QM-{hint}", 7, None])
def test_schemas_refuse_with_our_sentence_as_a_value_error(sent):
    with pytest.raises(ValidationError) as no:
        TypeAdapter(XenonId).validate_python(sent)
    assert isinstance(no.value, ValueError)
    (told,) = no.value.errors()
    assert "Ask for it again" in told["msg"] or "It looks like" in told["msg"]


def test_schemas_show_pattern_and_example():
    for mode in ("validation", "serialization"):
        schema = TypeAdapter(XenonId).json_schema(mode=mode)
        assert schema["type"] == "string"
        assert schema["examples"] == [str(XenonId.example())]
        assert schema["pattern"] == "^X-2[0-9]{3}-[0-9A-HJKMNP-TV-Z]{5,8}-[0-9A-HJKMNP-TV-Z]$"


def test_the_kernel_stands_without_pydantic():
    found = subprocess.run(
        [sys.executable, "-c", "import sys, weir.kernel.canonical; print('pydantic_core' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "False\n"


@given(st.integers(0, 2**47), st.binary(min_size=10, max_size=10))
def test_a_uuid_tells_version_variant_and_millisecond_of_rfc_9562(milliseconds, chance):
    now = Moment(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    made = uuid7(now, always(chance))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == milliseconds


def test_the_example_of_rfc_9562_comes_out():
    # Appendix A.6: rand_a is 0xCC3, rand_b is 0x18C4DC0C0C07398F with the two bits of the variant left out.
    chance = ((0xCC3 << 62) | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    now = Moment.parse("2022-02-22T14:22:22.00-05:00")
    assert uuid7(now, always(chance)) == uuid.UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


def test_every_random_bit_of_a_uuid_is_used():
    now = Moment(2026, 11, 20, tzinfo=UTC)
    seen = {uuid7(now, always((1 << bit).to_bytes(10, "big"))) for bit in range(74)}
    assert len(seen) == 74


@given(st.integers(0, 2**41), st.integers(1, 2**30))
def test_later_uuids_sort_later(milliseconds, more):
    early = Moment(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    late = early + timedelta(milliseconds=more)
    assert uuid7(early, lambda count: b"\xff" * count) < uuid7(late, bytes)


def test_a_uuid_cannot_tell_a_time_before_1970():
    with pytest.raises(ValueError, match="before 1970"):
        uuid7(Moment(1969, 12, 31, tzinfo=UTC), bytes)


@given(minted(), st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{1,9}){0,3}", fullmatch=True))
def test_an_exported_number_carries_its_instance(number, instance):
    exported = Exported(instance, number)
    assert str(exported) == f"urn:weir:{instance}:{number}"
    assert Exported.parse(str(exported)) == exported
    assert Exported.parse(f"URN:Weir:{instance}:{number.lower()}") == exported


@pytest.mark.parametrize(
    "text",
    ["", "urn:weir:", "urn:isbn:a:{id}", "urn:weir::{id}", "urn:weir:A:{id}", "urn:weir:-a:{id}", "urn:weir:a:b:{id}"],
)
def test_an_exported_number_without_a_proper_instance_is_refused(text):
    with pytest.raises(MisheardId):
        Exported.parse(text.format(id=XenonId.example()))


def test_what_is_too_long_to_be_said_is_refused_before_it_is_looked_at():
    number = XenonId.example()
    assert any_id("-" * 60 + number) == number
    with pytest.raises(MisheardId, match="does not have the form"):
        any_id("-" * 80 + number)
