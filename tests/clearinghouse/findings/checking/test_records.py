# SPDX-License-Identifier: Apache-2.0
"""What the house itself gets to see of a check."""

from __future__ import annotations

import json

from django.db import connection
from django.test.utils import CaptureQueriesContext

from checker import voprf as client
from checker.fingerprints import fingerprints
from tests.worlds.blind import HELD, NOT_HELD
from weir.clearinghouse.findings.models import CheckSpentRow, EditionRow
from weir.clearinghouse.findings.terms.checking import EditionId
from weir.clearinghouse.findings.verbs import evaluate_blinded
from weir.foundation.ledger.models import EntryRow


def test_every_query_is_on_record_with_blinded_elements_only(blind):
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    for cause in (HELD, NOT_HELD):
        blind.ask(blind.house.outsider, cause)
    entries = EntryRow.objects.filter(kind="findings.evaluate_blinded")
    assert entries.count() == 2
    for entry in entries:
        said = json.loads(bytes(entry.body))
        assert said["actor"] == blind.house.outsider.id
        assert set(said["outcome"]) == {"id", "edition", "epoch", "elements", "evaluated", "proof"}
        assert len(said["outcome"]["elements"]) == 4
        assert b"made-up" not in bytes(entry.body)
    one, other = (len(bytes(entry.body)) for entry in entries)
    assert one == other, "held or not, the entry is of one size"


def test_the_same_question_never_looks_the_same(blind):
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    for _ in range(2):
        blind.ask(blind.house.outsider, HELD)
    bodies = EntryRow.objects.filter(kind="findings.evaluate_blinded").values_list("body", flat=True)
    sent = [element for body in bodies for element in json.loads(bytes(body))["outcome"]["elements"]]
    assert len(set(sent)) == 8


def test_a_repeated_call_is_answered_alike_and_counts_once(blind):
    blind.publish()
    blind.commit(blind.house.outsider)
    elements = tuple(client.blind(bytes([n]))[1].hex() for n in range(4))
    edition = EditionId(EditionRow.objects.get().number)
    one, other = (
        evaluate_blinded.perform(
            blind.house.outsider, edition, elements, now=blind.house.now, idempotency_key="the same"
        )
        for _ in range(2)
    )
    assert one.outcome == other.outcome
    assert other.again
    assert CheckSpentRow.objects.get().elements == 4


def test_nothing_that_is_held_is_read_to_answer(blind):
    """So neither the time nor the size of an answer can hang on it."""
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider, 3)
    blind.spend(blind.house.outsider)  # the first one makes the row in which they are counted
    told = []
    for cause in (HELD, NOT_HELD):
        elements = tuple(client.blind(text)[1].hex() for text in fingerprints(*vars(cause).values()))
        with CaptureQueriesContext(connection) as seen:
            evaluate_blinded(
                blind.house.outsider, EditionId(EditionRow.objects.get().number), elements, now=blind.house.now
            )
        told.append([query["sql"].split(" WHERE ")[0][:60] for query in seen])
    assert [len(seen) for seen in told] == [len(told[0])] * 2
    assert not any("findings_checked" in query for query in told[0])
