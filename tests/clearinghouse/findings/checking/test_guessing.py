# SPDX-License-Identifier: Apache-2.0
"""Whoever guesses gets no further than the bound, however it goes about it."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.blind import named
from weir.clearinghouse.findings.rules import checking
from weir.clearinghouse.findings.terms.checking import MoreThanCommitted
from weir.clearinghouse.intake.terms import CommitmentCounts

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


def test_guessing_through_a_package_finds_at_most_what_the_bound_allows(blind, settings):
    """The attack: every function of a small package, one class, all from commitments that will never be opened."""
    settings.CHECK_BOUND = 60
    functions = [f"f{n}" for n in range(40)]
    for held in random.Random(3).sample(functions, 5):
        blind.hold(named(held))
    blind.publish()
    found, asked = 0, 0
    for _ in range(8):
        blind.commit(blind.house.outsider, 20)
        for name in functions[asked:]:
            try:
                found += blind.ask(blind.house.outsider, named(name)) == ["received"]
            except MoreThanCommitted:
                break
            asked += 1
        blind.house.later(days=20)
    assert asked == settings.CHECK_BOUND // 4
    assert found <= 5
