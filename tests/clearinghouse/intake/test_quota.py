# SPDX-License-Identifier: Apache-2.0
"""What all strangers together may send in a day."""

from __future__ import annotations

import pytest

from weir.clearinghouse.intake.models import ReportRow, StrangersDayRow
from weir.clearinghouse.intake.rules import next_day
from weir.clearinghouse.intake.terms import NoMoreToday
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases


def test_a_full_day_is_told_alike_whatever_filled_it(house, settings):
    said = []
    for reports, bytes_ in ((2, 10**9), (10**6, 200)):
        settings.STRANGERS_REPORTS, settings.STRANGERS_BYTES = reports, bytes_
        StrangersDayRow.objects.all().delete()
        house.report(actor=house.nobody)
        house.report(actor=house.nobody)
        for title in ("small", "large" * 50):
            with pytest.raises(NoMoreToday) as no:
                house.report(title=title, actor=house.nobody)
            said.append((no.value.sentence, no.value.hint, no.value.headers))
    assert len(set(said)) == 1
    assert ReportRow.objects.count() == 4
    assert said[0][0].endswith("2026-11-21T00:00:00.000Z.")
    assert said[0][2] == (("Retry-After", str(12 * 3600)),)


def test_it_begins_anew_at_midnight_and_yesterday_is_let_go(house, settings):
    settings.STRANGERS_REPORTS = 1
    house.report(actor=house.nobody)
    with pytest.raises(NoMoreToday):
        house.report(actor=house.nobody)
    house.later(hours=12)
    house.report(actor=house.nobody)
    assert [row.day.isoformat() for row in StrangersDayRow.objects.all()] == ["2026-11-21"]


def test_whoever_has_a_name_is_not_counted_with_strangers(house, settings):
    settings.STRANGERS_REPORTS = 1
    house.report()
    assert not StrangersDayRow.objects.exists()
    house.report(actor=house.nobody)
    house.report()
    assert ReportRow.objects.count() == 3


def test_what_is_refused_is_not_counted(house, settings):
    from weir.clearinghouse.intake.terms import EmptyReport

    with pytest.raises(EmptyReport):
        house.report(title=" ", actor=house.nobody)
    assert not StrangersDayRow.objects.exists()


@pytest.mark.parametrize(
    ("now", "seconds"),
    [("2026-11-20T00:00:00Z", 86_400), ("2026-12-31T23:59:59.999Z", 1), ("2028-02-28T23:59:00Z", 60)],
)
def test_the_next_day_is_never_already_here(now, seconds):
    until, wait = next_day(Moment.parse(now))
    assert wait == seconds
    assert until > Moment.parse(now)
    assert (until.hour, until.minute, until.second) == (0, 0, 0)
