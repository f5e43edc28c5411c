# SPDX-License-Identifier: Apache-2.0
"""What a member learns who asks blindly, and nothing else."""

from __future__ import annotations

import pytest

from checker import voprf as client
from checker.checking import check
from checker.fingerprints import fingerprints
from tests.worlds.blind import ALIKE, HELD, NOT_HELD, Blind, Direct
from weir.clearinghouse.findings.models import EditionRow
from weir.clearinghouse.findings.rules import buckets
from weir.clearinghouse.findings.terms.checking import Shape


def test_a_member_learns_that_it_is_held_and_the_stage_and_nothing_else(blind):
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    edition, answers = check(Direct(blind.house, blind.house.outsider), [HELD, NOT_HELD])
    assert [vars(each) for each in answers] == [
        {"cause": HELD, "held": True, "stage": "received", "spelling": "exact"},
        {"cause": NOT_HELD, "held": False, "stage": "", "spelling": ""},
    ]
    assert set(vars(edition)) == {"id", "epoch", "public_key", "root"}


def test_whoever_writes_the_same_cause_otherwise_finds_it(blind):
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider)
    [found] = check(Direct(blind.house, blind.house.outsider), [ALIKE])[1]
    assert (found.held, found.spelling) == (True, "rooted")


def test_what_came_after_the_edition_is_not_in_it(blind):
    blind.publish()
    blind.hold()
    blind.commit(blind.house.outsider, 2)
    assert blind.ask(blind.house.outsider, HELD) == [""]
    blind.publish()
    assert blind.ask(blind.house.outsider, HELD) == ["received"]


def test_two_findings_under_one_fingerprint_are_one_entry(blind):
    blind.hold()
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider)
    edition = EditionRow.objects.get()
    cut = buckets.cut(bytes(edition.data), Shape(edition.buckets, edition.slots))
    direct = Direct(blind.house, blind.house.outsider)
    [(secret, element)] = [client.blind(text) for text in fingerprints(*vars(HELD).values())[:1]]
    said = direct.act("findings/evaluate-blinded", edition=edition.number, elements=[element.hex()])
    output = client.unblind(fingerprints(*vars(HELD).values())[0], secret, bytes.fromhex(said["evaluated"][0]))
    place = buckets.place_of(output, edition.buckets)
    slots = [cut[place][at : at + 32] for at in range(0, len(cut[place]), 32)]
    assert sum(buckets.find(output, edition.number, place, slot) is not None for slot in slots) == 1


@pytest.mark.both_databases
def test_a_case_that_was_erased_is_not_held_from_the_next_edition_on(open_house, keys):
    blind = Blind(open_house)
    finding = blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    assert blind.ask(blind.house.outsider, HELD) == ["received"]
    blind.house.erase(finding)
    blind.publish()
    assert blind.ask(blind.house.outsider, HELD) == [""]
