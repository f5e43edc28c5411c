# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel.moments import Moment
from weir.shell import rates

NOON = Moment(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _full():
    rates.forget()


def at(seconds):
    return Moment.of(NOON + timedelta(seconds=seconds))


def calls(caller, rate, seconds):
    """Which of these calls get through."""
    through = []
    for second in seconds:
        try:
            rates.spend(caller, rate, at(second))
            through.append(second)
        except rates.TooFast:
            continue
    return through


@given(st.integers(1, 50), st.lists(st.floats(0, 300), max_size=200).map(sorted))
def test_nobody_gets_more_than_a_bucket_and_what_fills_it(rate, seconds):
    rates.forget()
    through = calls("somebody", rate, seconds)
    for first in range(len(through)):
        for last in range(first, len(through)):
            spent, passed = last - first + 1, through[last] - through[first]
            assert spent <= rate + passed * rate / 60 + 1


@given(st.integers(1, 300))
def test_whoever_waits_as_long_as_told_is_let_through(rate):
    rates.forget()
    calls("somebody", rate, [0] * rate)
    with pytest.raises(rates.TooFast) as no:
        rates.spend("somebody", rate, NOON)
    wait = int(dict(no.value.headers)["Retry-After"])
    assert rates.spend("somebody", rate, at(wait)).per_minute == rate


def test_callers_do_not_spend_each_others_calls():
    assert calls("one", 2, [0, 0, 0]) == [0, 0]
    assert calls("other", 2, [0, 0, 0]) == [0, 0]


def test_a_clock_that_is_set_back_takes_nothing_away():
    assert calls("somebody", 3, [100, 0, 0]) == [100, 0, 0]


def test_the_budget_tells_what_is_left():
    assert rates.spend("somebody", 60, NOON).headers == {
        "RateLimit-Policy": '"calls";q=60;w=60',
        "RateLimit": '"calls";r=59;t=1',
    }


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(rates, "MOST_CALLERS", 10)
    for number in range(50):
        rates.spend(f"caller {number}", 5, NOON)
    assert len(rates._buckets) == 10


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("a\nb", "unknown"),
    ],
)
def test_a_caller_is_counted_by_the_network_that_is_theirs(address, network):
    assert rates.network_of(address) == network


def test_forwarded_addresses_count_only_from_a_proxy_that_is_trusted(rf, settings):
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": "198.51.100.9, 203.0.113.5"})
    assert rates.address_of(request) == "192.0.2.1"
    settings.TRUSTED_PROXIES = ("192.0.2.1",)
    assert rates.address_of(request) == "203.0.113.5"
    settings.TRUSTED_PROXIES = ("192.0.2.1", "203.0.113.5")
    assert rates.address_of(request) == "198.51.100.9"
