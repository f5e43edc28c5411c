# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.policy import LIST, NOON, BoatRow, boat, harbor, ids, person
from weir.foundation.actor import ANONYMOUS
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.reads import newest_visible, visible_to
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.policy.reads.rows import merged_tips
from weir.foundation.policy.terms import Marking, Tlp
from weir.kernel.moments import Moment

BY_AUDIENCE = """permit (principal, action, resource is Weir::Boat)
    when { resource.audience.containsAny(principal.keys) };"""
NEW_ONLY = BY_AUDIENCE + 'forbid (principal, action, resource is Weir::Boat) when { resource.state == "old" };'
EVERYTHING = "permit (principal, action, resource is Weir::Boat);"
COORDINATOR = person("P-zoe", "coordinator", organization="O-1")


def fleet(count, marking_of, state_of=lambda _: "new"):
    rows = [boat(state_of(n), n, at=Moment.of(NOON + timedelta(seconds=n))) for n in range(count)]
    BoatRow.objects.bulk_create(rows)
    for n, row in enumerate(rows):
        mark_fresh([row], "harbor", Marking(Tlp.GREEN, frozenset(marking_of(n))))
    return rows[::-1]


@pytest.mark.both_databases
@pytest.mark.parametrize("policies", [BY_AUDIENCE, NEW_ONLY, EVERYTHING])
def test_pages_walked_to_the_end_give_what_the_filter_gives(boats, under, policies):
    under(harbor(policies))
    keys = ["role:coordinator", "organization:O-1", "organization:O-9"]
    fleet(60, lambda n: {keys[n % 3], keys[n % 2]}, lambda n: ["new", "old"][n % 5 == 0])
    expected = list(visible_to(COORDINATOR, BoatRow, LIST).order_by("-pk").values_list("pk", flat=True))

    @settings(max_examples=25)
    @given(st.integers(1, 70), st.sampled_from([None, Q(depth__gt=30), Q(depth__lt=0)]))
    def walk(limit, where):
        wanted = [id for id in expected if where is None or id in set(boats.filter(where).values_list("pk", flat=True))]
        found, before = [], None
        while page := newest_visible(COORDINATOR, BoatRow, LIST, before=before, limit=limit, where=where):
            assert len(page) <= limit
            found += page
            before = page[-1]
        assert found == wanted

    walk()
    assert expected


def test_windows_grow_until_the_page_is_full_and_give_no_row_twice(boats, under):
    under(harbor(BY_AUDIENCE))
    rows = fleet(400, lambda _: {"role:coordinator"})
    with CaptureQueriesContext(connection) as queries:
        found = newest_visible(COORDINATOR, BoatRow, LIST, limit=4, where=Q(depth__in=[399, 350, 150, 1]))
    assert found == [rows[n].id for n in (0, 49, 249, 398)]
    assert len(queries) == 4


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_the_same_statements_however_many_rows_it_has(boats, under, count):
    under(harbor(BY_AUDIENCE))
    fleet(count, lambda _: {"role:coordinator"})
    with CaptureQueriesContext(connection) as queries:
        newest_visible(COORDINATOR, BoatRow, LIST, limit=50)
    assert len(queries) == 1


def test_a_stranger_sees_an_empty_page(boats, under):
    under(harbor(BY_AUDIENCE))
    fleet(3, lambda _: {"role:coordinator"})
    assert newest_visible(ANONYMOUS, BoatRow, LIST, limit=50) == []


def test_a_page_names_the_number_that_the_next_one_follows(boats, under):
    under(harbor(BY_AUDIENCE))
    rows = fleet(5, lambda _: {"role:coordinator"})
    first, further = newest_page(COORDINATOR, BoatRow, LIST, limit=3)
    second, end = newest_page(COORDINATOR, BoatRow, LIST, after=further, limit=3)
    assert ids([*first, *second]) == ids(rows)
    assert (further, end) == (rows[2].number, "")


def plan(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return [line[3] for line in cursor.fetchall()]


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the plan is SQLite's")
def test_each_key_is_read_from_the_tip_of_its_run_in_the_index(boats):
    steps = plan(merged_tips(3), ["Boat", "a", "f" * 32, 50] * 3 + [50])
    searches = [step for step in steps if "policy_audience" in step]
    assert len(searches) == 3
    for step in searches:
        assert step.startswith("SEARCH policy_audience USING COVERING INDEX")
        assert "(kind=? AND key=? AND object<?)" in step
    # What is sorted are the few that the branches let through, never the index itself.
    assert not any("ORDER BY" in step and "TEMP B-TREE" in step for step in steps[: steps.index(searches[0]) + 1])
