# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.actor import Actor
from weir.foundation.question import Options, Question
from weir.foundation.shape import Unreadable
from weir.shell import doors
from weir.shell.doors import Operation


@dataclass(frozen=True)
class Seen:
    """What came in."""

    number: int


def counted(
    actor: Actor,
    number: int,
    names: tuple[str, ...] = (),
    loud: bool | None = None,  # noqa: FBT001 - verbs have truths, too
) -> Seen:
    """A question with a number, a list and a choice."""
    return Seen(number)


COUNTED = Operation("made_up.counted", Question(counted, "made_up.counted", Options()))


def test_nothing_internal_is_offered():
    from weir.foundation.verb import VERBS

    internal = {name for name, verb in VERBS.items() if verb.options.internal}
    assert internal
    assert not internal & set(doors.operations())
    for name in internal:
        with pytest.raises(doors.NoSuchOperation):
            doors.operation(name)


def test_what_a_person_does_on_a_page_is_offered_to_no_program_and_whoever_asks_is_told_where(settings):
    assert {"identity.leave", "policy.break_glass", "store.erase_compartment"} <= set(doors.on_pages())
    assert not set(doors.on_pages()) & set(doors.operations())
    for name, page in doors.on_pages().items():
        with pytest.raises(doors.OnItsPage) as no:
            doors.operation(name)
        assert f"{settings.PUBLIC_URL}{page}" in no.value.sentence


def test_every_operation_is_found_under_its_own_path_and_no_other():
    paths = {found.path for found in doors.operations().values()}
    assert len(paths) == len(doors.operations())
    for name, found in doors.operations().items():
        room, word = found.path.split("/")
        assert f"{room}.{word.replace('-', '_')}" == name


@pytest.mark.parametrize("given_value", ["7", 7.0, True, None, [7]])
def test_json_that_says_another_type_is_not_guessed_at(given_value):
    with pytest.raises(Unreadable):
        COUNTED.read({"number": given_value})
    assert COUNTED.read({"number": 7})["number"] == 7


def test_in_a_query_all_is_text_and_lists_come_one_by_one():
    read = COUNTED.read_text([("number", "7"), ("names", "a"), ("names", "b"), ("loud", "true")])
    assert read == {"number": 7, "names": ("a", "b"), "loud": True}
    with pytest.raises(Unreadable):
        COUNTED.read_text([("number", "7"), ("number", "8")])


@given(st.integers(min_value=2**53) | st.integers(max_value=-(2**53)))
def test_a_number_that_not_every_reader_holds_is_refused(number):
    with pytest.raises(Unreadable) as no:
        COUNTED.read({"number": number})
    assert set(no.value.faults) == {"/number"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["number", "names", "loud"]) | st.text(), JSON, max_size=5))
def test_whatever_comes_is_read_or_refused_with_places(anything):
    faults = refused(COUNTED.read, anything)
    assert faults is None or 0 < len(faults) <= doors.MOST_FAULTS


@given(st.lists(st.tuples(st.sampled_from(["number", "names", "loud"]) | st.text(), st.text()), max_size=6))
def test_whatever_stands_in_a_query_is_read_or_refused_with_places(pairs):
    faults = refused(COUNTED.read_text, pairs)
    assert faults is None or 0 < len(faults) <= doors.MOST_FAULTS


def refused(read, given_value):
    """Where it was refused, or nothing; any other error is one of this test."""
    try:
        read(given_value)
    except Unreadable as no:
        return no.faults
    return None
