# SPDX-License-Identifier: Apache-2.0
"""Items of documents find their findings."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections

from tests.worlds.stops import PowerCut, statements, stop_before
from weir.clearinghouse.findings import jobs, reads
from weir.clearinghouse.findings.models import (
    CheckedRow,
    DocumentWalkRow,
    FindingItemRow,
    FindingKeyRow,
    FindingRow,
    PairRow,
)
from weir.clearinghouse.findings.reads.items import documents_due
from weir.clearinghouse.findings.terms import FindingState, LinkKind
from weir.clearinghouse.findings.verbs import correlate_items, merge_findings, split_finding
from weir.clearinghouse.intake.jobs import documents as reading_jobs
from weir.clearinghouse.intake.rules.accuracy import FLOOR
from weir.clearinghouse.intake.verbs import receive_document
from weir.foundation.actor import SYSTEM
from weir.foundation.policy.marks import mark
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.store.blobs import receive
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases


def result(symbol, *, package="pkg:npm/made-up", path="src/a.c"):
    return {
        "format": "weir.report/1",
        "title": f"Overflow in {symbol}",
        "description": "A length is trusted.",
        "tool": "MadeUp",
        "rule": "overflow",
        "weaknesses": ["CWE-787"],
        "affected": [{"package": package}],
        "places": [{"path": path, "line": 3, "symbol": symbol}],
    }


def advisory(*aliases, summary="A length is trusted", package="made-up"):
    return {
        "schema_version": "1.6.0",
        "id": aliases[0],
        "aliases": list(aliases[1:]),
        "modified": "2026-11-01T00:00:00Z",
        "summary": summary,
        "affected": [{"package": {"ecosystem": "npm", "name": package}}],
    }


def sarif(*names, path="src/a.c"):
    results = [
        {
            "ruleId": "overflow",
            "message": {"text": f"Overflow in {name}"},
            "locations": [
                {"physicalLocation": {"artifactLocation": {"uri": path}}, "logicalLocations": [{"name": name}]}
            ],
        }
        for name in names
    ]
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "MadeUp"}}, "results": results}]}


def read_in(house, said, actor=None):
    """A document, read to its end; its items have not found their findings yet."""
    received = receive([json.dumps(said).encode()], limit=10**8)
    document = receive_document(actor or house.finder, received, "scan.json", now=house.now).id
    reading_jobs.read_items(document, key="", now=house.now)
    return document


def found(house, said, actor=None):
    return correlate_items(SYSTEM, read_in(house, said, actor), now=house.now)


def opened(house, number):
    return reads.read_finding(house.coordinator, number)


def test_each_item_opens_a_finding_that_says_what_it_said(house):
    done = found(house, sarif("one", "two"))
    assert (len(done.opened), done.joined, done.goes_on_at) == (2, (), None)
    finding = opened(house, done.opened[0])
    assert (finding.title, finding.target) == ("Overflow in one", "src/a.c")
    [item] = finding.items
    assert (item.document, item.tool, item.rule, item.place) == (done.id, "MadeUp", "overflow", "src/a.c one")
    assert (finding.reports, finding.item_count) == ((), 1)


def test_it_stands_on_the_queue_of_coordinators_and_of_nobody_else(house):
    [number] = found(house, sarif("one")).opened
    assert [(line.id, line.reports, line.items) for line in house.queue(house.coordinator)] == [(number, 0, 1)]
    for actor in (house.finder, house.outsider, house.nobody):
        assert house.queue(actor) == ()
        with pytest.raises(Missing):
            opened(replace(house, coordinator=actor), number)


def test_who_may_see_a_finding_only_is_not_told_what_documents_say(house):
    [number] = found(house, sarif("one")).opened
    row = FindingRow.objects.get(number=number)
    mark(row, FindingItemRow.objects.get().document, Marking(Tlp.CLEAR, frozenset({"any"})))
    finding = reads.read_finding(house.outsider, number)
    assert (finding.items, finding.waiting, finding.item_count) == ((), 0, 1)


def test_what_has_an_exact_key_of_a_finding_joins_it_whoever_sent_it(house):
    first = found(house, advisory("CVE-2026-1000", "GHSA-aaaa-bbbb-cccc"))
    second = found(house, advisory("GHSA-aaaa-bbbb-cccc", summary="Said otherwise"), house.outsider)
    assert (second.opened, second.joined) == ((), first.opened)
    finding = opened(house, first.opened[0])
    assert [item.title for item in finding.items] == ["A length is trusted", "Said otherwise"]
    assert FindingRow.objects.count() == 1


def test_without_a_package_one_sender_s_file_is_not_another_s(house):
    first, second = found(house, sarif("one")), found(house, sarif("one", "two"), house.outsider)
    assert (len(first.opened), len(second.opened)) == (1, 2)


def test_two_cves_are_never_one(house):
    """Both go by one GHSA, and each by a CVE of its own: a person looks."""
    first = found(house, advisory("GHSA-aaaa-bbbb-cccc", "CVE-2026-1000"))
    second = found(house, advisory("GHSA-aaaa-bbbb-cccc", "CVE-2026-2000"), house.outsider)
    assert len(second.opened) == 1
    pair = PairRow.objects.get()
    assert {pair.one.number, pair.other.number} == {*first.opened, *second.opened}
    assert pair.kind == LinkKind.RELATED


def test_an_advisory_for_several_contains_the_finding_of_one(house):
    first = found(house, advisory("CVE-2026-1000"))
    second = found(house, advisory("CVE-2026-1000", "CVE-2026-2000"), house.outsider)
    pair = PairRow.objects.get()
    assert (pair.kind, pair.one.number, pair.other.number) == (LinkKind.CONTAINS, *second.opened, *first.opened)


def test_an_item_that_speaks_of_two_findings_joins_one_and_brings_both_up(house):
    one, two = (found(house, advisory(name)).opened[0] for name in ("GHSA-aaaa-bbbb-cccc", "PYSEC-2026-7"))
    third = found(house, advisory("GHSA-aaaa-bbbb-cccc", "PYSEC-2026-7"), house.outsider)
    assert third.opened == ()
    assert set(third.joined) < {one, two}
    pair = PairRow.objects.get()
    assert (pair.kind, {pair.one.number, pair.other.number}) == (LinkKind.SAME, {one, two})


def crash(*functions, package="pkg:npm/made-up", title="It crashes"):
    return {"format": "weir.report/1", "title": title, "affected": [{"package": package}], "stack": list(functions)}


def test_equal_stacks_join_nothing_and_are_brought_up(house):
    first = found(house, crash("parse", "read", "main"))
    second = found(house, crash("parse", "read", "main", title="Another crash"), house.outsider)
    assert (len(first.opened), len(second.opened)) == (1, 1)
    pair = PairRow.objects.get()
    assert (pair.kind, {pair.one.number, pair.other.number}) == (LinkKind.RELATED, {*first.opened, *second.opened})


def test_a_finder_s_documents_open_so_many_a_day_and_the_rest_have_their_turn(house):
    document = read_in(house, sarif(*(f"f{n}" for n in range(FLOOR + 5))))
    done = correlate_items(SYSTEM, document, now=house.now)
    assert (len(done.opened), done.goes_on_at) == (FLOOR, house.now + timedelta(days=1))
    assert list(documents_due(house.now)) == []
    assert correlate_items(SYSTEM, document, now=house.now).opened == ()
    house.later(days=1)
    assert [due.id for due in documents_due(house.now)] == [document]
    assert len(correlate_items(SYSTEM, document, now=house.now).opened) == 5
    assert list(documents_due(house.later(days=9))) == []


def test_two_documents_of_one_finder_share_the_day_and_another_finder_has_one_too(house):
    found(house, sarif(*(f"f{n}" for n in range(FLOOR))))
    assert found(house, sarif("more")).opened == ()
    assert len(found(house, sarif("more"), house.outsider).opened) == 1


def test_what_waits_for_its_turn_and_says_the_same_is_counted(house):
    names = [f"GHSA-aaaa-bbbb-{n:04d}" for n in range(FLOOR + 1)]
    first = found(house, [advisory(name) for name in names[:FLOOR]])
    late = read_in(house, [advisory(name, summary="Said again") for name in reversed(names)])
    assert [opened(house, number).waiting for number in first.opened[:2]] == [1, 1]
    correlate_items(SYSTEM, late, now=house.now)  # there is no room for the very first of it
    assert opened(house, first.opened[0]).waiting == 1
    correlate_items(SYSTEM, late, now=house.later(days=1))
    assert opened(house, first.opened[0]).waiting == 0


def test_what_joins_needs_no_room(house):
    names = [f"CVE-2026-{1000 + n}" for n in range(FLOOR)]
    found(house, [advisory(name) for name in names])
    again = found(house, [advisory(name, summary="Said again") for name in names])
    assert (again.opened, len(again.joined), again.goes_on_at) == ((), FLOOR, None)


def test_the_job_goes_on_until_nothing_is_left(house, monkeypatch):
    monkeypatch.setattr("weir.clearinghouse.findings.verbs.items.AT_ONCE", 3)
    document = read_in(house, sarif(*(f"f{n}" for n in range(8))))
    jobs.walk(document, key="told-once", now=house.now)
    assert (FindingRow.objects.count(), DocumentWalkRow.objects.get().due_at) == (8, None)
    jobs.walk(document, key="told-again", now=house.now)
    assert FindingRow.objects.count() == 8


def test_nobody_but_the_flow_correlates_items(house):
    document = read_in(house, sarif("one"))
    for actor in (house.finder, house.coordinator, house.nobody):
        with pytest.raises(Refused):
            correlate_items(actor, document, now=house.now)
    assert FindingRow.objects.count() == 0


def test_where_the_cause_is_said_in_full_a_blind_check_finds_it(house):
    found(house, result("parse_header"))
    found(house, sarif("no package is said"))
    assert CheckedRow.objects.count() == 1


def test_a_merged_finding_is_joined_where_it_is_and_the_whole_counts_it(house):
    one, two = (found(house, advisory(name)).opened[0] for name in ("GHSA-aaaa-bbbb-cccc", "PYSEC-2026-7"))
    merge_findings(house.coordinator, one, two, "One cause.", now=house.now)
    done = found(house, advisory("PYSEC-2026-7", summary="Said again"), house.outsider)
    assert done.joined == (two,)
    assert (opened(house, one).item_count, opened(house, two).item_count) == (3, 2)
    split_finding(house.coordinator, two, "Two after all.", now=house.now)
    assert (opened(house, one).item_count, opened(house, two).item_count) == (1, 2)
    assert FindingRow.objects.get(number=two).state == FindingState.OPEN


def test_wherever_the_power_goes_no_item_is_half_correlated(house):
    found(house, [advisory("CVE-2026-1"), advisory("CVE-2026-2")])  # the first ones fill caches
    said = [advisory("CVE-2026-3"), advisory("CVE-2026-1", summary="Said again")]
    document = read_in(house, said)
    tables = (FindingRow, FindingItemRow, FindingKeyRow, DocumentWalkRow)
    places = statements(lambda: found(house, [advisory("CVE-2026-4"), advisory("CVE-2026-2", summary="Again")]))
    before = [table.objects.count() for table in tables]
    stopped = 0
    for statement in range(places):
        try:
            with stop_before(statement):
                correlate_items(SYSTEM, document, now=house.now)
        except PowerCut:
            stopped += 1
            assert [table.objects.count() for table in tables] == before
        else:
            break
    assert stopped > 10
    assert DocumentWalkRow.objects.filter(document=document).exists()


def test_two_documents_that_say_the_same_at_once_make_one_finding_of_each(open_house):
    house = open_house
    names = [f"GHSA-aaaa-bbbb-{n:04d}" for n in range(12)]
    senders = (house.finder, house.outsider)
    documents = [
        read_in(house, [advisory(name, summary=f"Said by {n}") for name in order], actor)
        for n, (actor, order) in enumerate(zip(senders, (names, names[::-1]), strict=True))
    ]

    def walk(document):
        try:
            return correlate_items(SYSTEM, document, now=house.now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(walk, documents))
    assert sum(len(each.opened) for each in done) == sum(len(each.joined) for each in done) == len(names)
    lines = house.queue(house.coordinator)
    assert [line.items for line in lines] == [2] * len(names)


def test_an_erased_document_is_walked_no_further_and_what_it_said_is_not_told(open_house):
    house = open_house  # a key is destroyed after the commit
    document = read_in(house, sarif("one", "two"))
    done = correlate_items(SYSTEM, document, now=house.now)
    later = read_in(house, sarif("three"))
    for each in (document, later):
        house.erase(each)
    jobs.walk(later, key="told", now=house.now)
    assert len(house.queue(house.coordinator)) == 2
    assert opened(house, done.opened[0]).items == ()
