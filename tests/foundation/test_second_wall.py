# SPDX-License-Identifier: Apache-2.0
"""Row security on the tables that ship: a query that forgot its filter shows nothing."""

from __future__ import annotations

import pytest
from django.db import connection

from weir.clearinghouse.findings.models import FindingRow
from weir.clearinghouse.intake.models import ReportRow
from weir.foundation.actor import SYSTEM
from weir.foundation.transactions import reading

pytestmark = pytest.mark.both_databases


@pytest.fixture
def told(open_house):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row security; the filter is its only wall (docs/rooms/policy.md)")
    open_house.correlate(open_house.report().outcome.id)
    return open_house


def test_outside_any_reading_nothing_is_there(told):
    assert (ReportRow.objects.count(), FindingRow.objects.count()) == (0, 0)


def test_a_forgotten_filter_shows_an_outsider_nothing(told):
    with reading(told.outsider):
        assert (ReportRow.objects.count(), FindingRow.objects.count()) == (0, 0)


def test_a_finder_is_shown_the_report_and_not_the_finding(told):
    with reading(told.finder):
        assert (ReportRow.objects.count(), FindingRow.objects.count()) == (1, 0)


def test_a_coordinator_and_the_house_are_shown_both(told):
    for actor in (told.coordinator, SYSTEM):
        with reading(actor):
            assert (ReportRow.objects.count(), FindingRow.objects.count()) == (1, 1)


def test_reading_cannot_write(told):
    with pytest.raises(Exception, match="row-level security"), reading(told.coordinator):
        FindingRow.objects.create(
            id="00000000-0000-7000-8000-000000000000",
            number="F-x",
            state="open",
            received_at=told.now,
            tlp="RED",
            sealed=b"",
        )
