# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.foundation.policy.test_rules import markings
from tests.worlds.policy import NOON, boat
from weir.foundation.policy import rules
from weir.foundation.policy.marks import (
    forget,
    mark,
    mark_fresh,
    markings_of,
    show_through_glass,
    unmark,
)
from weir.foundation.policy.models import AudienceRow, MarkRow, RegimeStatusRow
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.transactions import writing
from weir.kernel.moments import Moment

OURS = Marking(Tlp.AMBER, frozenset({"organization:O-1", "role:coordinator"}))
THEIRS = Marking(Tlp.RED, frozenset({"role:coordinator", "actor:P-1"}), Moment.of(NOON + timedelta(days=3)))


@pytest.fixture
def row(boats):
    row = boat()
    row.save()
    return row


def shown_to(row):
    return set(AudienceRow.objects.filter(kind="Boat", object=row.pk).values_list("key", flat=True))


@pytest.mark.both_databases
def test_the_audience_is_always_that_of_the_combined_marking(row):
    sources = st.sampled_from(["finder", "vendor", "house"])
    steps = st.lists(st.tuples(sources, st.none() | markings()), max_size=8)

    @settings(max_examples=40)
    @given(steps)
    def follow(steps):
        forget(row)
        said: dict[str, Marking] = {}
        for source, marking in steps:
            if marking is None:
                said.pop(source, None)
                combined = unmark(row, source)
            else:
                said[source] = marking
                combined = mark(row, source, marking)
            assert combined == rules.combine(said.values())
            assert shown_to(row) == combined.audience
        assert markings_of(row) == said

    follow()


@pytest.mark.both_databases
def test_a_fresh_object_costs_two_statements(row):
    with CaptureQueriesContext(connection) as queries:
        combined = mark_fresh([row], "finder", OURS)
    beginnings = [query["sql"].split(" (")[0] for query in queries]
    assert beginnings == ["INSERT INTO policy_mark", "INSERT INTO policy_audience"]
    assert shown_to(row) == combined.audience == OURS.audience


def test_many_fresh_objects_are_marked_alike(boats):
    rows = [boat() for _ in range(3)]
    mark_fresh(rows, "finder", THEIRS)
    assert [shown_to(row) for row in rows] == [THEIRS.audience] * 3
    assert markings_of(rows[0]) == {"finder": THEIRS}


def test_what_did_not_change_is_not_written(row):
    mark(row, "finder", OURS)
    with CaptureQueriesContext(connection) as queries:
        mark(row, "finder", OURS)
    assert not [query for query in queries if "policy_audience" in query["sql"] and "SELECT" not in query["sql"]]


def test_a_marking_neither_gives_nor_takes_a_broken_glass(row):
    mark(row, "finder", OURS)
    show_through_glass("Boat", row.pk, "BG-1")
    mark(row, "vendor", THEIRS)
    assert shown_to(row) == {"role:coordinator", "glass:BG-1"}


def test_forgetting_leaves_nothing(row):
    mark(row, "finder", OURS)
    forget(row)
    assert not AudienceRow.objects.exists()
    assert not MarkRow.objects.exists()


def test_what_is_not_protected_cannot_be_marked(row):
    with pytest.raises(TypeError, match="cannot be marked"):
        mark(RegimeStatusRow(id=row.pk), "finder", OURS)


@pytest.mark.both_databases
def test_two_verbs_that_mark_one_object_at_once_both_have_a_say(boats_table, transactional_db):
    row = boat()
    row.save()
    first_has_marked, second_is_through = Event(), Event()

    def second():
        first_has_marked.wait()
        try:
            with writing():
                mark(row, "vendor", THEIRS)
        finally:
            second_is_through.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(second)
        with writing():
            mark(row, "finder", OURS)
            first_has_marked.set()
            assert not second_is_through.wait(0.3), "the second did not wait for the first"
        other.result()
    assert shown_to(row) == rules.combine([OURS, THEIRS]).audience == {"role:coordinator"}
    forget(row)
    boats_table.objects.all().delete()
