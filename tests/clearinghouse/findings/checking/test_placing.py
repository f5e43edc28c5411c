# SPDX-License-Identifier: Apache-2.0
"""Who says under which cause a finding is held, and what of it lies open."""

from __future__ import annotations

import pytest

from tests.worlds.blind import HELD, NOT_HELD
from weir.clearinghouse.findings.models import CheckedRow, EditionRow
from weir.clearinghouse.findings.rules import checking
from weir.clearinghouse.findings.terms.checking import NoCause, TooManyCauses
from weir.clearinghouse.findings.verbs import (
    offer_to_check,
    place_finding,
    publish_buckets,
    rotate_check_key,
    withhold_from_check,
)
from weir.kernel.errors import Missing, Refused


def test_what_is_withheld_looks_like_what_is_not_held(blind):
    finding = blind.hold()
    withhold_from_check(blind.house.coordinator, finding, now=blind.house.now)
    blind.publish()
    blind.commit(blind.house.outsider, 3)
    assert blind.ask(blind.house.outsider, HELD) == [""]
    offer_to_check(blind.house.coordinator, finding, now=blind.house.now)
    blind.publish()
    assert blind.ask(blind.house.outsider, HELD) == ["received"]


def test_only_who_is_read_in_says_what_may_be_found(blind):
    finding = blind.hold()
    for act in (withhold_from_check, offer_to_check):
        with pytest.raises(Missing):
            act(blind.house.outsider, finding, now=blind.house.now)
    with pytest.raises(Missing):
        place_finding(blind.house.outsider, finding, **vars(HELD), now=blind.house.now)
    with pytest.raises(Refused):
        publish_buckets(blind.house.coordinator, now=blind.house.now)
    with pytest.raises(Refused):
        rotate_check_key(blind.house.coordinator, now=blind.house.now)


def test_a_finding_without_a_place_has_nothing_to_withhold(blind):
    finding = blind.house.correlate(blind.house.report().outcome.id).id
    with pytest.raises(NoCause):
        withhold_from_check(blind.house.coordinator, finding, now=blind.house.now)


def test_nothing_coarser_is_held(blind):
    finding = blind.house.correlate(blind.house.report().outcome.id).id
    for part in vars(HELD):
        with pytest.raises(NoCause):
            place_finding(blind.house.coordinator, finding, **(vars(HELD) | {part: ""}), now=blind.house.now)
    assert not CheckedRow.objects.exists()


def test_a_finding_is_found_under_every_place_it_was_given_and_these_have_an_end(blind):
    finding = blind.hold()
    blind.publish()
    place_finding(blind.house.coordinator, finding, **vars(NOT_HELD), now=blind.house.now)
    again = place_finding(blind.house.coordinator, finding, **vars(HELD), now=blind.house.now)
    assert again.fingerprints == 8
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    assert blind.ask(blind.house.outsider, HELD, NOT_HELD) == ["received", "received"]
    with pytest.raises(TooManyCauses):
        for n in range(checking.MOST_CAUSES):
            place_finding(blind.house.coordinator, finding, **(vars(HELD) | {"symbol": f"f{n}"}), now=blind.house.now)


def test_rows_hold_no_word_and_no_plain_hash_of_a_fingerprint(blind):
    blind.hold()
    blind.publish()
    row = CheckedRow.objects.get()
    kept = bytes(row.fingerprints) + bytes(row.outputs) + bytes(EditionRow.objects.get().data)
    assert b"made-up" not in kept
    assert b"header" not in kept
