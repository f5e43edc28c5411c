# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.worlds.stops import PowerCut, statements, stop_before
from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.models import FindingReportRow, FindingRow
from weir.clearinghouse.findings.terms import FindingId, FindingState
from weir.clearinghouse.findings.verbs import correlate_report
from weir.clearinghouse.intake.reads import list_reports, read_report
from weir.foundation.actor import SYSTEM
from weir.foundation.store.terms import Erased
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases


def test_correlate_report_opens_a_finding_that_says_what_the_report_said(house):
    report = house.report(title="A length is trusted").outcome.id
    found = house.correlate(report)
    finding = reads.read_finding(house.coordinator, found.id)
    assert (found.new, finding.title, finding.target) == (True, "A length is trusted", "pkg:pypi/made-up@1.0")
    assert [each.id for each in finding.reports] == [report]


def test_told_again_it_says_which_and_changes_nothing(house):
    report = house.report().outcome.id
    first, again = house.correlate(report), house.correlate(report)
    assert (again.id, again.new) == (first.id, False)
    assert FindingRow.objects.count() == FindingReportRow.objects.count() == 1


def test_nobody_but_the_flow_correlates(house):
    report = house.report().outcome.id
    for actor in (house.finder, house.coordinator, house.nobody):
        with pytest.raises(Refused):
            correlate_report(actor, report, now=house.now)
    assert FindingRow.objects.count() == 0


def test_a_finding_is_on_the_queue_of_coordinators_and_of_nobody_else(house):
    found = house.correlate(house.report().outcome.id)
    assert [line.id for line in house.queue(house.coordinator)] == [found.id]
    for actor in (house.finder, house.outsider, house.nobody):
        assert house.queue(actor) == ()
        with pytest.raises(Missing):
            reads.read_finding(actor, found.id)


def test_the_queue_can_be_narrowed_by_state(house):
    found = house.correlate(house.report().outcome.id)
    assert [line.id for line in reads.list_findings(house.coordinator, state=FindingState.OPEN).lines] == [found.id]
    assert reads.list_findings(house.coordinator, state=FindingState.MERGED).lines == ()


def test_a_place_that_one_may_not_see_marks_no_place(house):
    found = house.correlate(house.report().outcome.id)
    never = FindingId.mint(2026, bytes)
    for after in (found.id, never):
        assert reads.list_findings(house.outsider, after=after) == reads.list_findings(house.outsider)


def test_wherever_the_power_goes_no_finding_is_without_its_report_or_its_entry(house):
    house.correlate(house.report().outcome.id)  # the first one fills caches
    places = statements(lambda: house.correlate(house.report().outcome.id)) - statements(house.report)
    report = house.report().outcome.id
    before = FindingRow.objects.count(), house.kinds().count("findings.correlate_report")
    for statement in range(places):
        with pytest.raises(PowerCut), stop_before(statement):
            correlate_report(SYSTEM, report, now=house.now)
        assert (FindingRow.objects.count(), house.kinds().count("findings.correlate_report")) == before
        assert not FindingReportRow.objects.filter(report=report).exists()
    assert house.correlate(report).new


def test_an_erased_case_closes_no_list_and_cannot_be_opened(open_house):
    house = open_house  # a key is destroyed after the commit
    kept, gone = house.report().outcome.id, house.report().outcome.id
    finding = house.correlate(gone).id
    house.correlate(kept)
    for case in (gone, finding):
        house.erase(case)
    titles = [line.title for line in house.queue(house.coordinator)]
    assert sorted(titles) == ["(erased)", "Heap overflow in a parser"]
    assert sorted(line.title for line in list_reports(house.finder).lines) == sorted(titles)
    assert reads.read_finding(house.coordinator, finding).title == "(erased)"
    with pytest.raises(Erased):
        read_report(house.finder, gone)
