# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest

from weir.clearinghouse.intake import reads, rules
from weir.clearinghouse.intake.models import ReportRow
from weir.clearinghouse.intake.terms import ReportId, ReportState
from weir.foundation.ledger.reads import read_entry
from weir.foundation.policy.models import MarkRow
from weir.kernel.canonical import hexdigest
from weir.kernel.errors import Missing

pytestmark = pytest.mark.both_databases


def test_receive_report_gives_back_what_was_said_to_whoever_said_it(house):
    done = house.report(title="A length is trusted")
    report = reads.read_report(house.finder, done.outcome.id)
    assert (report.submission.title, report.state) == ("A length is trusted", ReportState.RECEIVED)
    words = rules.canonical_words(report.submission)
    assert report.digest == done.outcome.digest == hexdigest(words)


def test_receive_report_seals_every_word(house):
    done = house.report(title="unmistakable words")
    row = ReportRow.objects.get(number=done.outcome.id)
    kept = b"".join(str(value).encode() if not isinstance(value, bytes) else value for value in vars(row).values())
    assert b"unmistakable" not in kept
    assert done.outcome.digest.encode() not in kept


def test_a_report_is_shown_to_its_finder_and_to_coordinators(house):
    number = house.report().outcome.id
    assert reads.read_report(house.coordinator, number).id == number
    for stranger in (house.outsider, house.nobody, replace(house.finder, id="P-2026-CLLGE-T")):
        with pytest.raises(Missing):
            reads.read_report(stranger, number)


def test_what_one_may_not_see_and_what_never_was_sound_alike(house):
    number = house.report().outcome.id
    never = ReportId.mint(2026, bytes)
    said = []
    for each in (number, never):
        with pytest.raises(Missing) as no:
            reads.read_report(house.outsider, each)
        said.append((str(no.value), no.value.hint))
    assert said[0] == said[1]


def test_ones_own_reports_are_ones_own_also_for_a_coordinator(house):
    house.report(title="a finder's")
    own = house.report(title="a coordinator's", actor=house.coordinator).outcome.id
    assert [line.id for line in reads.list_reports(house.coordinator).lines] == [own]
    assert [line.title for line in reads.list_reports(house.finder).lines] == ["a finder's"]


def test_lists_go_on_where_they_stopped_newest_first(house, monkeypatch):
    monkeypatch.setattr("weir.clearinghouse.intake.reads.reports.PAGE", 2)
    sent: list[ReportId] = []
    for number in range(5):
        sent.insert(0, house.report(title=str(number)).outcome.id)
        house.later(minutes=1)
    seen, after = [], ""
    while True:
        page = reads.list_reports(house.finder, after=after)
        seen += [line.id for line in page.lines]
        if not (after := page.after):
            break
    assert seen == sent


def test_without_a_name_there_is_a_claim_code_and_only_its_digest_is_kept(house):
    done = house.report(actor=house.nobody)
    assert len(bytes.fromhex(done.outcome.claim_code)) == rules.CLAIM_CODE_BYTES
    row = ReportRow.objects.get(number=done.outcome.id)
    assert bytes(row.claim_code) == rules.claim_code_digest(done.outcome.claim_code)
    assert done.outcome.claim_code not in read_entry(house.coordinator, done.entry.id).content


def test_with_a_name_there_is_none(house):
    done = house.report()
    assert done.outcome.claim_code == ""
    assert bytes(ReportRow.objects.get().claim_code) == b""


def test_a_report_is_marked_by_its_sender(house):
    house.report()
    mark = MarkRow.objects.get()
    assert (mark.source, mark.tlp) == (house.finder.id, "AMBER+STRICT")
