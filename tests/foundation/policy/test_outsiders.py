# SPDX-License-Identifier: Apache-2.0
"""What an outsider can see does not change with what is hidden."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.worlds.policy import LIST, NOON, READ, BoatId, BoatRow, boat, harbor, person
from weir.foundation.actor import ANONYMOUS
from weir.foundation.policy.marks import forget, mark_fresh
from weir.foundation.policy.reads import ask, newest_visible, visible_to
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.policy.terms import Marking, Tlp
from weir.kernel.errors import WeirError
from weir.kernel.moments import Moment

POLICIES = """permit (principal, action, resource is Weir::Boat)
    when { resource.audience.containsAny(principal.keys) };"""
OUTSIDERS = [ANONYMOUS, person("P-out", organization="O-out")]
PUBLIC = Marking(Tlp.CLEAR, frozenset({"any"}))
EMBARGOED = Marking(Tlp.AMBER_STRICT, frozenset({"organization:O-1", "role:coordinator"}), NOON)


def launch(second, marking):
    row = boat(at=Moment.of(NOON + timedelta(seconds=second)))
    row.save()
    mark_fresh([row], "harbor", marking)
    return row


def told(actor, numbers):
    """Everything that policy gives an actor: lists, pages, and what it says to each number."""
    lines = list(visible_to(actor, BoatRow, LIST).order_by("pk").values_list("number", flat=True))
    first, further = newest_page(actor, BoatRow, LIST, limit=2)
    second, _ = newest_page(actor, BoatRow, LIST, after=further, limit=2)
    pages = [[row.number for row in page] for page in (first, second)]
    return lines, pages, newest_visible(actor, BoatRow, LIST, limit=3), [answer(actor, number) for number in numbers]


def answer(actor, number):
    with CaptureQueriesContext(connection) as queries:
        try:
            ask(actor, READ, number)
        except WeirError as no:
            return type(no), no.sentence, no.hint, len(queries)
    return len(queries)


@pytest.mark.both_databases
def test_two_worlds_that_differ_in_what_is_embargoed_look_alike_from_outside(boats, under):
    under(harbor(POLICIES))

    @settings(max_examples=25)
    @given(st.lists(st.sampled_from(["public", "embargoed"]), max_size=8))
    def alike(kinds):
        for row in boats.all():
            forget(row)
        boats.all().delete()
        public = [launch(n, PUBLIC) for n, kind in enumerate(kinds) if kind == "public"]
        hidden_numbers = [BoatId.mint(2026, os.urandom) for kind in kinds if kind == "embargoed"]
        numbers = [BoatId(row.number) for row in public] + hidden_numbers
        before = [told(actor, numbers) for actor in OUTSIDERS]
        places = [n for n, kind in enumerate(kinds) if kind == "embargoed"]
        for number, place in zip(hidden_numbers, places, strict=True):
            row = launch(place, EMBARGOED)
            boats.filter(pk=row.pk).update(number=number)
        assert [told(actor, numbers) for actor in OUTSIDERS] == before
        if hidden_numbers:
            assert told(person("P-in", organization="O-1"), numbers) != before[1]

    alike()
