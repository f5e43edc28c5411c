# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.forms import Field, Form, tried
from weir.foundation.identity.rules import LONGEST_DUTY
from weir.foundation.identity.views import until, whole
from weir.kernel.errors import Conflict, Invalid, Missing, Unavailable, WeirError
from weir.kernel.moments import EPOCH

FORM = Form((Field("name", "Name"), Field("secret", "Secret", "password")))


def _sent(**texts: str) -> Any:
    return RequestFactory().post("/", texts)


def _refusing(error: WeirError) -> Any:
    def does(given: dict[str, Any]) -> None:
        raise error

    return does


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_form_does_nothing(method):
    attempt = tried(getattr(RequestFactory(), method)("/"), FORM, _refusing(AssertionError()))  # type: ignore[arg-type]
    assert (attempt.outcome, attempt.form, attempt.status) == (None, FORM, 200)


def test_what_was_done_comes_with_an_empty_form_for_the_next_time():
    attempt = tried(_sent(name="Ada", secret="s"), FORM, lambda given: given)
    assert attempt.outcome == {"name": "Ada", "secret": "s"}
    assert attempt.form == FORM


@pytest.mark.parametrize(("kind", "status"), [(Invalid, 422), (Conflict, 409), (Unavailable, 503)])
def test_what_can_be_mended_comes_back_with_what_was_typed(kind, status):
    attempt = tried(_sent(name="Ada", secret="s"), FORM, _refusing(kind("Not so.")))
    assert (attempt.outcome, attempt.status, attempt.form.errors) == (None, status, ("Not so.",))
    assert [field.value for field in attempt.form.fields] == ["Ada", ""]


def test_what_cannot_be_mended_here_is_a_page_of_its_own():
    with pytest.raises(Missing):
        tried(_sent(name="Ada"), FORM, _refusing(Missing()))


TYPED = st.text(max_size=30) | st.integers(0, 10**30).map(str)


@given(TYPED, st.integers(1, 9))
def test_any_text_is_a_bounded_number(text, digits):
    assert 0 <= whole(text, digits) < 10**digits


@given(st.integers(0, 10**9 - 1))
def test_a_number_that_was_typed_is_that_number(number):
    assert whole(str(number), 9) == number


@given(TYPED)
def test_no_text_for_days_is_a_moment_out_of_reach(text):
    read = until({"days": text, "name": "Ada"}, EPOCH, "ends")
    assert set(read) == {"name", "ends"}
    assert read["ends"] >= EPOCH


def test_all_days_that_may_be_picked_can_be_said():
    assert until({"days": str(LONGEST_DUTY.days)}, EPOCH)["expires"] == EPOCH + LONGEST_DUTY
