# SPDX-License-Identifier: Apache-2.0
"""What all download: of one size, new each time, and provable."""

from __future__ import annotations

import json
import os
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.blind import Blind, named
from weir.clearinghouse.findings.jobs import editions_due, publish
from weir.clearinghouse.findings.models import EditionRow
from weir.clearinghouse.findings.reads import check_buckets, check_terms, prove_edition
from weir.clearinghouse.findings.rules import buckets
from weir.clearinghouse.findings.terms.checking import EditionGone, NoEdition, NoSuchBucket, Shape, Stage
from weir.clearinghouse.findings.verbs import evaluate_blinded, rotate_check_key
from weir.foundation.actor import SYSTEM, ActorKind
from weir.foundation.ledger.models import EntryRow
from weir.kernel import merkle
from weir.kernel.moments import Moment


def test_an_edition_has_one_size_whatever_is_held(blind):
    blind.publish()
    empty = bytes(EditionRow.objects.get().data)
    for n in range(20):
        blind.hold(named(f"f{n}"))
    blind.publish()
    full = bytes(EditionRow.objects.order_by("-made_at")[0].data)
    assert len(empty) == len(full)
    one, other = EntryRow.objects.filter(kind="findings.publish_buckets").order_by("id")
    assert len(bytes(one.body)) == len(bytes(other.body))
    assert set(json.loads(bytes(other.body))["outcome"]) == {"id", "epoch", "public_key", "buckets", "slots", "root"}


def test_two_editions_have_nothing_in_common_slot_by_slot(blind):
    blind.hold()
    blind.publish()
    blind.publish()
    one, other = (bytes(row.data) for row in EditionRow.objects.all())
    slots = [{data[at : at + 32] for at in range(0, len(data), 32)} for data in (one, other)]
    assert not slots[0] & slots[1]


def test_two_editions_are_kept_and_what_is_older_is_gone(blind):
    numbers = [blind.publish().id for _ in range(4)]
    assert set(EditionRow.objects.values_list("number", flat=True)) == set(numbers[2:])
    with pytest.raises(EditionGone):
        check_buckets(blind.house.outsider, numbers[0])
    with pytest.raises(EditionGone):
        evaluate_blinded(blind.house.outsider, numbers[0], ("0" * 64,), now=blind.house.now)


def test_before_the_first_edition_the_answer_is_to_wait(blind, administrator):
    with pytest.raises(NoEdition):
        check_terms(blind.house.outsider)
    with pytest.raises(NoEdition):
        rotate_check_key(administrator, now=blind.house.now)


def test_a_bucket_that_is_full_leaves_some_out_by_chance_and_breaks_nothing():
    held = {os.urandom(64): Stage.RECEIVED for _ in range(10)}
    filled = buckets.fill(held, "CE-2026-00000-0", Shape(1, 4), os.urandom)
    found = [output for output in held if buckets.find(output, "CE-2026-00000-0", 0, filled.data)]
    assert (len(filled.data), filled.left_out, len(found)) == (4 * 32, 6, 4)


@given(st.sets(st.binary(min_size=64, max_size=64), max_size=20), st.integers(1, 9), st.integers(20, 30))
def test_what_is_held_is_found_and_what_is_not_is_not(outputs, count, slots):
    shape, number = Shape(count, slots), "CE-2026-00000-0"
    filled = buckets.fill(dict.fromkeys(outputs, Stage.FIXED), number, shape, os.urandom)
    cut = buckets.cut(filled.data, shape)
    for output in outputs:
        place = buckets.place_of(output, count)
        assert buckets.find(output, number, place, cut[place]) is Stage.FIXED
    for output in (os.urandom(64) for _ in range(5)):
        assert buckets.find(output, number, 0, cut[0]) is None


def test_every_stage_fits_its_slot():
    assert all(len(stage.encode()) <= buckets.STAGE_SIZE for stage in Stage)
    sealed = {len(buckets.seal(bytes(64), stage, "e", 0)) for stage in Stage}
    assert sealed == {buckets.SLOT_SIZE}


def test_some_buckets_come_with_their_way_to_the_root(blind):
    edition = blind.publish()
    shown = check_buckets(blind.house.outsider, edition.id, (0, 7, 255))
    whole = check_buckets(blind.house.outsider, edition.id)
    assert (shown.whole, whole.some, len(shown.some)) == ("", (), 3)
    for bucket in shown.some:
        data = b64decode(bucket.data)
        path = [bytes.fromhex(step) for step in bucket.path]
        assert data == b64decode(whole.whole)[bucket.index * len(data) :][: len(data)]
        merkle.check_inclusion(merkle.leaf_hash(data), bucket.index, edition.buckets, path, bytes.fromhex(edition.root))
    for wrong in (-1, 256):
        with pytest.raises(NoSuchBucket):
            check_buckets(blind.house.outsider, edition.id, (wrong,))


@pytest.mark.both_databases
def test_an_edition_can_be_proved_to_anybody(open_house, keys):
    blind = Blind(open_house)
    edition = blind.publish()
    blind.house.tick()
    proof = prove_edition(blind.house.outsider, edition.id)
    said = json.loads(b64decode(proof.entry["bytes"]))
    assert said["about"] == edition.id
    assert said["outcome"]["root"] == edition.root
    assert said["outcome"]["public_key"] == check_terms(blind.house.outsider).public_key


def test_due_rows_tell_of_one_edition_at_a_time(blind, settings):
    assert [due.id for due in editions_due(blind.house.now)] == ["first"]
    edition = blind.publish().id
    assert list(editions_due(Moment.of(blind.house.now + timedelta(minutes=settings.CHECK_MINUTES - 1)))) == []
    [due] = editions_due(blind.house.later(minutes=settings.CHECK_MINUTES))
    assert due.id == edition
    assert due.due_at <= blind.house.now < Moment.of(datetime(2100, 1, 1, tzinfo=UTC))


def test_a_job_that_runs_twice_makes_one_edition(blind):
    for _ in range(2):
        publish("first", key="the same", now=blind.house.now)
    assert EditionRow.objects.count() == 1
    assert SYSTEM.kind is ActorKind.SYSTEM
