# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from weir.foundation.jobs.jobs import JOBS
from weir.foundation.verb import VERBS
from weir.kernel.errors import Invalid
from weir.kernel.moments import Moment
from weir.shell import flow
from weir.shell.flow import FLOW, Direction, Row, circles
from weir.shell.running import errands


def test_every_verb_and_every_kind_of_the_flow_exists():
    assert {row.verb for row in FLOW} | {row.kind for row in FLOW if row.kind} <= set(VERBS)


def test_every_station_is_woken_by_what_a_station_before_it_leaves():
    for row in FLOW:
        wakers = [other for other in FLOW if row.station in other.wakes]
        assert bool(wakers) == bool(row.kind), f"{row.station}: an entrance is woken by nobody, all others by somebody"
        assert not row.kind or row.kind in {other.verb for other in wakers}


def test_whatever_is_woken_is_a_station():
    stations = {row.station for row in FLOW}
    assert {name for row in FLOW for name in row.wakes} <= stations


def test_forward_rows_only_wake_stations_further_on():
    order = [row.station for row in FLOW]
    back = [
        (row.station, name)
        for row in FLOW
        if row.direction is Direction.FORWARD
        for name in row.wakes
        if order.index(name) <= order.index(row.station)
    ]
    assert back == []


def test_every_circle_has_a_stated_stop():
    assert [circle for circle in circles() if not any(row.stop for row in circle)] == []


def test_each_row_that_is_woken_reads_the_ledger_under_a_name_of_its_own():
    names = [station.name for station in (*flow.stations(), *errands.STATIONS)]
    assert len(set(names)) == len(names)
    assert {station.job for station in flow.stations()} == {row.verb for row in FLOW if row.kind}
    twice = (Row("a", "", "a.one", "", kind="b.one"), Row("a", "", "a.two", "", kind="b.two"))
    assert [station.name for station in flow.stations(twice)] == ["a", "a: b.two"]


def row(station: str, *wakes: str) -> Row:
    return Row(station, "", "", "", wakes)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((row("a", "b"), row("b", "c"), row("c")), []),
        ((row("a", "b"), row("b", "a")), ["ab"]),
        ((row("a", "a"),), ["a"]),
        ((row("a", "b"), row("b", "c"), row("c", "b", "a")), ["abc", "bc"]),
        ((row("a", "b"), row("a", "c"), row("b", "a"), row("c", "a")), ["ab", "ac"]),
    ],
)
def test_circles_are_found_and_told_once(rows, expected):
    assert sorted("".join(row.station for row in circle) for circle in circles(rows)) == expected


def test_a_woken_row_calls_its_verb_with_what_the_entry_is_about(house):
    flow.declare_jobs()
    report = house.report().outcome.id
    for _ in range(2):
        JOBS["findings.correlate_report"](str(report), key="one entry", now=house.now)
    assert house.kinds() == ["intake.receive_report", "findings.correlate_report"]


def test_an_entry_about_something_else_is_refused_before_anything_is_done(house):
    flow.declare_jobs()
    with pytest.raises(Invalid):
        JOBS["findings.correlate_report"]("not a report", key="one entry", now=Moment.of(house.now))
    assert house.kinds() == []
