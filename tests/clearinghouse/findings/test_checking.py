# SPDX-License-Identifier: Apache-2.0
"""The blind check as its members and its attackers use it."""

from __future__ import annotations

import base64
import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from checker import voprf as client
from checker.checking import AT_ONCE, Cause, Cheated, check
from checker.fingerprints import fingerprints
from tests.worlds.blind import ALIKE, HELD, NOT_HELD, Blind, Direct
from weir.clearinghouse.findings.gates import CheckKeyFolder
from weir.clearinghouse.findings.jobs import editions_due, publish
from weir.clearinghouse.findings.models import CheckedRow, CheckSpentRow, EditionRow
from weir.clearinghouse.findings.reads import bind_check_keys, check_buckets, check_terms, prove_edition
from weir.clearinghouse.findings.reads.checking import check_keys
from weir.clearinghouse.findings.rules import buckets, checking
from weir.clearinghouse.findings.terms.checking import (
    EditionGone,
    EditionId,
    MoreThanCommitted,
    NoCause,
    NoEdition,
    NoSuchBucket,
    NotElements,
    Shape,
    Stage,
    TooManyCauses,
)
from weir.clearinghouse.findings.verbs import (
    evaluate_blinded,
    offer_to_check,
    place_finding,
    publish_buckets,
    rotate_check_key,
    withhold_from_check,
)
from weir.clearinghouse.intake.terms import CommitmentCounts
from weir.foundation.actor import SYSTEM, ActorKind
from weir.foundation.ledger.models import EntryRow
from weir.kernel import merkle
from weir.kernel.errors import Missing, Refused
from weir.kernel.moments import Moment
from weir.kernel.ristretto import BadElement


@pytest.fixture
def keys(tmp_path):
    """A key folder of this test's own."""
    before = check_keys()
    bind_check_keys(CheckKeyFolder(tmp_path))
    yield tmp_path
    bind_check_keys(before)


@pytest.fixture
def blind(house, keys):
    return Blind(house)


def seeds(folder):
    return sorted(path.name for path in folder.iterdir())


# What is answered -----------------------------------------------------------------------------------------------------


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


# What may be found ----------------------------------------------------------------------------------------------------


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


# The bound ------------------------------------------------------------------------------------------------------------


def test_without_a_commitment_nothing_is_evaluated(blind):
    blind.hold()
    blind.publish()
    with pytest.raises(MoreThanCommitted):
        blind.ask(blind.house.outsider, HELD)


def test_each_commitment_is_good_for_four_and_no_more(blind):
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    blind.ask(blind.house.outsider, HELD, NOT_HELD)
    with pytest.raises(MoreThanCommitted) as no:
        one_more(blind, blind.house.outsider)
    assert no.value.sentence == "You may have 0 more fingerprints checked, not 1."
    assert "open them" in no.value.hint


def test_what_was_refused_was_not_spent(blind):
    blind.publish()
    blind.commit(blind.house.outsider)
    with pytest.raises(MoreThanCommitted):
        one_more(blind, blind.house.outsider, times=5)
    one_more(blind, blind.house.outsider, times=4)


def test_agents_spend_what_is_their_owners(blind):
    agent = replace(
        blind.house.outsider, kind=ActorKind.AGENT, id="A-2026-AGENT-T", owner=blind.house.outsider.id, scopes=None
    )
    agent = replace(agent, scopes=frozenset({"findings.evaluate_blinded"}))
    blind.publish()
    blind.commit(blind.house.outsider)
    one_more(blind, agent, times=3)
    with pytest.raises(MoreThanCommitted):
        one_more(blind, blind.house.outsider, times=2)


def test_commitments_that_stay_unopened_shrink_what_may_be_asked(blind, settings):
    settings.CHECK_BOUND = 40
    blind.publish()
    blind.commit(blind.house.outsider, 10)
    one_more(blind, blind.house.outsider, times=40)
    blind.house.later(days=15)
    blind.commit(blind.house.outsider, 10)
    with pytest.raises(MoreThanCommitted):
        one_more(blind, blind.house.outsider)


@pytest.mark.both_databases
def test_two_requests_at_once_do_not_spend_the_same_commitment(open_house, keys):
    blind = Blind(open_house)
    blind.publish()
    blind.commit(open_house.outsider, 2)
    one_more(blind, open_house.outsider, times=4)  # from here on there is a row to wait for

    def ask(_: int) -> str:
        try:
            one_more(blind, open_house.outsider, times=4)
        except MoreThanCommitted:
            return "refused"
        finally:
            connections.close_all()
        return "answered"

    with ThreadPoolExecutor(4) as several:
        told = list(several.map(ask, range(4)))
    assert sorted(told) == ["answered", "refused", "refused", "refused"]


def test_one_member_spends_nothing_of_anothers(blind):
    blind.publish()
    blind.commit(blind.house.outsider)
    blind.commit(blind.house.finder)
    one_more(blind, blind.house.outsider, times=4)
    one_more(blind, blind.house.finder, times=4)


def one_more(blind, member, times=1):
    elements = tuple(client.blind(os.urandom(8))[1].hex() for _ in range(times))
    newest = EditionRow.objects.latest("made_at").number
    return evaluate_blinded(member, EditionId(newest), elements, now=blind.house.now)


# A member who registers what nobody will ever open, as often as it likes, asks as much as it may, and waits.
acts = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.integers(1, 60)),
        st.tuples(st.just("ask"), st.integers(1, 200)),
        st.tuples(st.just("wait"), st.integers(1, 20)),
    ),
    max_size=60,
)


class Guesser:
    """What the database would say of a member, by hand: when each commitment was made, what was spent when."""

    def __init__(self, most):
        self.most, self.day = most, 0
        self.committed: list[int] = []
        self.opened = 0
        self.spent: list[tuple[int, int]] = []

    def left(self):
        stale = sum(self.day - day > checking.WINDOW.days for day in self.committed)
        lately = sum(n for day, n in self.spent if self.day - day <= checking.WINDOW.days)
        counts = CommitmentCounts(len(self.committed), stale, self.opened)
        return checking.room_left(counts, self.asked, lately, self.most)

    @property
    def asked(self):
        return sum(n for _, n in self.spent)

    def ask(self, n):
        self.spent.append((self.day, min(n, self.left())))


@given(acts, st.integers(4, 120))
def test_whoever_opens_nothing_gets_no_more_than_the_bound_ever(told, most):
    guesser = Guesser(most)
    for act, n in told:
        if act == "commit":
            guesser.committed += [guesser.day] * n
        elif act == "ask":
            guesser.ask(n)
        else:
            guesser.day += n
        assert guesser.asked <= min(most, checking.FOR_EACH * len(guesser.committed))


@given(acts, st.integers(4, 120), st.integers(0, 30))
def test_each_report_that_is_opened_is_worth_four_more_and_not_one_above(told, most, opened):
    guesser = Guesser(most)
    for step, (act, n) in enumerate(told):
        if act == "commit":
            guesser.committed += [guesser.day] * n
        elif act == "ask":
            guesser.ask(n)
        else:
            guesser.day += n
        if step % 3 == 0 and guesser.committed and guesser.opened < opened:
            guesser.committed.pop(0)
            guesser.opened += 1
        assert guesser.asked <= most + checking.FOR_EACH * guesser.opened


def test_an_honest_finder_who_opens_in_time_is_never_held_up():
    finder = Guesser(40)
    for _ in range(30):
        finder.committed += [finder.day] * 5
        finder.ask(20)
        finder.day += 13
        finder.opened, finder.committed = finder.opened + 5, []
    assert finder.asked == 30 * 20


def test_what_was_spent_counts_until_the_commitment_is_stale(blind, settings):
    """At the last instant of the window the commitment is not stale yet, so what it paid for must still count."""
    settings.CHECK_BOUND = 4
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    one_more(blind, blind.house.outsider, times=4)
    blind.house.later(days=checking.WINDOW.days)
    with pytest.raises(MoreThanCommitted):
        one_more(blind, blind.house.outsider)


def test_guessing_through_a_package_finds_at_most_what_the_bound_allows(blind, settings):
    """The attack: every function of a small package, one class, all from commitments that will never be opened."""
    settings.CHECK_BOUND = 60
    functions = [f"f{n}" for n in range(40)]
    for held in random.Random(3).sample(functions, 5):
        blind.hold(replace_symbol(held))
    blind.publish()
    found, asked = 0, 0
    for _ in range(8):
        blind.commit(blind.house.outsider, 20)
        for name in functions[asked:]:
            try:
                found += blind.ask(blind.house.outsider, replace_symbol(name)) == ["received"]
            except MoreThanCommitted:
                break
            asked += 1
        blind.house.later(days=20)
    assert asked == settings.CHECK_BOUND // 4
    assert found <= 5


def replace_symbol(name):
    return Cause(HELD.package, HELD.path, name, HELD.weakness)


# What the house sees --------------------------------------------------------------------------------------------------


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


# Sizes and editions ---------------------------------------------------------------------------------------------------


def test_an_edition_has_one_size_whatever_is_held(blind):
    blind.publish()
    empty = bytes(EditionRow.objects.get().data)
    for n in range(20):
        blind.hold(replace_symbol(f"f{n}"))
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


def test_before_the_first_edition_the_answer_is_to_wait(blind):
    administrator = replace(blind.house.coordinator, id="P-2026-ADMNS-T", roles=frozenset({"administrator"}))
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
        data = _b64(bucket.data)
        path = [bytes.fromhex(step) for step in bucket.path]
        assert data == _b64(whole.whole)[bucket.index * len(data) :][: len(data)]
        merkle.check_inclusion(merkle.leaf_hash(data), bucket.index, edition.buckets, path, bytes.fromhex(edition.root))
    for wrong in (-1, 256):
        with pytest.raises(NoSuchBucket):
            check_buckets(blind.house.outsider, edition.id, (wrong,))


def _b64(text):
    return base64.b64decode(text, validate=True)


# The key --------------------------------------------------------------------------------------------------------------


def test_a_new_key_holds_the_same_and_the_old_ones_outputs_open_nothing(blind, keys):
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    before = check_terms(blind.house.outsider)
    assert blind.ask(blind.house.outsider, HELD) == ["received"]
    administrator = replace(blind.house.coordinator, id="P-2026-ADMNS-T", roles=frozenset({"administrator"}))
    rotate_check_key(administrator, now=blind.house.now)
    blind.publish()
    after = check_terms(blind.house.outsider)
    assert (before.epoch, after.epoch) == (1, 2)
    assert before.public_key != after.public_key
    assert blind.ask(blind.house.outsider, HELD) == ["received"]
    assert seeds(keys) == ["check-1.seed", "check-2.seed"]
    blind.publish()
    assert seeds(keys) == ["check-2.seed"], "the old seed goes once an edition under the new key is committed"


def test_a_check_that_began_before_a_rotation_ends_under_the_old_key(blind):
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider)
    direct = Direct(blind.house, blind.house.outsider)
    began = direct.ask("findings/check-terms")
    administrator = replace(blind.house.coordinator, id="P-2026-ADMNS-T", roles=frozenset({"administrator"}))
    rotate_check_key(administrator, now=blind.house.now)
    blind.publish()
    [text] = fingerprints(*vars(HELD).values())[:1]
    secret, element = client.blind(text)
    said = direct.act("findings/evaluate-blinded", edition=began["edition"], elements=[element.hex()])
    client.check(
        bytes.fromhex(began["public_key"]),
        [element],
        [bytes.fromhex(said["evaluated"][0])],
        bytes.fromhex(said["proof"]),
    )
    assert said["epoch"] == 1
    assert secret


def test_a_key_ends_when_it_has_served_its_time(blind, settings):
    epochs = [blind.publish().epoch]
    blind.house.later(days=settings.CHECK_KEY_DAYS)
    epochs.append(blind.publish().epoch)
    assert epochs == [1, 2]


def test_a_key_that_was_lost_is_followed_by_a_new_one(blind, keys, caplog):
    blind.hold()
    blind.publish()
    (keys / "check-1.seed").unlink()
    assert blind.publish().epoch == 2
    assert "A new key begins." in caplog.text
    blind.commit(blind.house.outsider)
    assert blind.ask(blind.house.outsider, HELD) == ["received"]


def test_seeds_are_for_their_owner_only(blind, keys):
    blind.publish()
    assert [(path.stat().st_mode & 0o777, path.stat().st_size) for path in keys.iterdir()] == [(0o600, 32)]


# What must not pass ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "elements", [(), ("00",), ("G" * 64,), ("AB" * 32,), ("ab" * 32 + "\n",), ("ab" * 32,) * (AT_ONCE + 1)]
)
def test_what_is_not_spelled_as_elements_is_refused(blind, elements):
    edition = blind.publish().id
    blind.commit(blind.house.outsider)
    with pytest.raises(NotElements):
        evaluate_blinded(blind.house.outsider, edition, elements, now=blind.house.now)


def test_the_identity_is_not_evaluated_and_costs_nothing(blind):
    edition = blind.publish().id
    blind.commit(blind.house.outsider)
    with pytest.raises(BadElement):
        evaluate_blinded(blind.house.outsider, edition, ("00" * 32,), now=blind.house.now)
    one_more(blind, blind.house.outsider, times=4)


def test_strangers_learn_nothing_at_all(blind):
    edition = blind.publish().id
    for asked in (
        check_terms,
        lambda who: check_buckets(who, edition),
        lambda who: prove_edition(who, edition),
        lambda who: evaluate_blinded(who, edition, ("ab" * 32,), now=blind.house.now),
    ):
        with pytest.raises(Refused):
            asked(blind.house.nobody)


class Liar(Direct):
    """An instance that changes what it says."""

    def __init__(self, house, member, **lies):
        super().__init__(house, member)
        self.lies = lies

    def ask(self, question, **parameters):
        return {**super().ask(question, **parameters), **self.lies}

    def act(self, verb, **parameters):
        return {**super().act(verb, **parameters), **self.lies}


ANOTHER_POINT = client.blind(b"x")[1].hex()


@pytest.mark.parametrize(
    "lies",
    [
        {"root": "00" * 32},
        {"whole": "AAAA"},
        {"public_key": ANOTHER_POINT},
        {"evaluated": [ANOTHER_POINT] * 4},
        {"evaluated": ["00" * 32] * 4},
        {"evaluated": ["00"] * 4},
        {"evaluated": []},
        {"proof": "00" * 64},
        {"proof": ""},
    ],
    ids=["root", "whole", "public key", "other points", "no points", "short points", "none", "proof", "no proof"],
)
def test_the_client_believes_no_liar(blind, lies):
    blind.publish()
    blind.commit(blind.house.outsider)
    with pytest.raises((Cheated, client.NotProved)):
        check(Liar(blind.house, blind.house.outsider, **lies), [HELD])


def test_the_client_refuses_a_key_that_another_member_was_not_given(blind):
    blind.publish()
    blind.commit(blind.house.outsider)
    with pytest.raises(Cheated):
        check(Direct(blind.house, blind.house.outsider), [HELD], trusted_key="00" * 32)


@pytest.mark.both_databases
def test_an_edition_can_be_proved_to_anybody(open_house, keys):
    blind = Blind(open_house)
    edition = blind.publish()
    blind.house.tick()
    proof = prove_edition(blind.house.outsider, edition.id)
    said = json.loads(_b64(proof.entry["bytes"]))
    assert said["about"] == edition.id
    assert said["outcome"]["root"] == edition.root
    assert said["outcome"]["public_key"] == check_terms(blind.house.outsider).public_key


def test_nothing_that_is_held_is_read_to_answer(blind):
    """So neither the time nor the size of an answer can hang on it."""
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider, 3)
    one_more(blind, blind.house.outsider)  # the first one makes the row in which they are counted
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
