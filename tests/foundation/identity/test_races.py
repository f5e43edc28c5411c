# SPDX-License-Identifier: Apache-2.0
"""Two at once: one comes through, and the other finds a plain answer. And a stop anywhere leaves all or nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from tests.worlds.crashes import GONE, gone_after, gone_before, in_child
from tests.worlds.identity import DAY, World, bind
from tests.worlds.stops import PowerCut, stop_before
from weir.foundation.actor import ANONYMOUS, SYSTEM
from weir.foundation.identity import accounts, reads, verbs
from weir.foundation.identity.models import AgentRow, MembershipRow, OrganizationRow, PersonRow, TokenRow
from weir.foundation.identity.terms import (
    LinkSpent,
    NobodyThere,
    NoSuchCredential,
    NotYours,
    OrganizationId,
    Role,
)
from weir.kernel.errors import WeirError
from weir.kernel.moments import Moment

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db(transaction=True, databases="__all__")]


@pytest.fixture
def world(transactional_db, monkeypatch):
    made = World()
    bind(made.records, monkeypatch)
    return made


@pytest.fixture
def operator(world):
    return world.open()


def at_once(*acts):
    """Each in a thread and connection of its own, let go together; what each gave, or how it was refused."""
    gate = threading.Barrier(len(acts))

    def run(act):
        try:
            gate.wait(timeout=10)
            return act()
        except WeirError as no:
            return type(no)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_who_claim_the_first_door_one_comes_through(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)

    def claim(email):
        return lambda: verbs.claim_first_administrator(
            ANONYMOUS, door.secret, email, "Olive", "Operator", now=world.now
        )

    answers = at_once(*(claim(f"olive{n}@operator.example") for n in range(4)))
    assert sum(answer is LinkSpent for answer in answers) == 3
    assert PersonRow.objects.count() == OrganizationRow.objects.count() == MembershipRow.objects.count() == 1


def test_of_two_who_take_up_one_invitation_one_comes_through(world, operator):
    verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    link, terms = world.link_to("ben@operator.example"), reads.terms_in_force().digest
    answers = at_once(*[lambda: verbs.accept_invitation(ANONYMOUS, link, terms, "Ben", now=world.now)] * 3)
    assert sum(answer is LinkSpent for answer in answers) == 2
    assert PersonRow.objects.count() == 2


def test_somebody_who_is_here_takes_up_one_invitation_once(world, operator):
    verbs.invite(operator, "olive@operator.example", OrganizationId(operator.organization), now=world.now)
    link, terms = world.link_to("olive@operator.example"), reads.terms_in_force().digest
    answers = at_once(*[lambda: verbs.accept_invitation(operator, link, terms, now=world.now)] * 3)
    assert sum(answer is LinkSpent for answer in answers) == 2


def test_two_invitations_to_one_mailbox_make_one_person(world, operator):
    terms, links = reads.terms_in_force().digest, []
    for _ in range(2):
        asked = verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
        links.append(accounts.join_secret(asked.id))
    at_once(*(lambda s=link: verbs.accept_invitation(ANONYMOUS, s, terms, "Ben", now=world.now) for link in links))
    assert PersonRow.objects.filter(email="ben@operator.example").count() == 1


def test_what_is_made_while_somebody_leaves_goes_with_them_or_is_not_made(world, operator):
    """On PostgreSQL the two really meet: leaving waits for the lock on the membership, or making finds none."""
    end = Moment.of(world.now + DAY)

    def meet(ben):
        left, made, issued = at_once(
            lambda: verbs.leave(ben, now=world.now),
            lambda: verbs.register_agent(ben, "Bot", ("identity.terms",), 5, end, now=world.now),
            lambda: verbs.issue_token(ben, ("identity.terms",), end, now=world.now),
        )
        assert left.id == ben.id
        assert AgentRow.objects.count() == TokenRow.objects.count() == 0
        assert made is NotYours or made.owner == ben.id
        if issued is not NotYours:
            with pytest.raises(NoSuchCredential):
                world.bearer(issued.secret)

    for n in range(5):
        meet(world.join(operator, f"ben{n}@operator.example", operator.organization))


def test_leaving_twice_at_once_is_leaving_once(world, operator):
    ben = world.join(operator, "ben@operator.example", operator.organization)
    answers = at_once(*[lambda: verbs.leave(ben, now=world.now)] * 3)
    assert sum(answer is NobodyThere for answer in answers) == 2
    assert [act.verb for act in world.records.acts].count("identity.leave") == 1


def test_two_confirmations_and_a_lifting_at_once_leave_a_plain_state(world, operator):
    cleo = world.join(operator, "cleo@operator.example", operator.organization, Role.ADMINISTRATOR)
    hold = verbs.place_hold(operator, cleo.id, now=world.now)
    at_once(
        lambda: verbs.confirm_hold(cleo, hold.id, now=world.now),
        lambda: verbs.lift_hold(cleo, hold.id, now=world.now),
    )
    assert not reads.is_held(cleo.id)


STOPS = [
    (gone_before, accounts, "forget"),
    (gone_after, accounts, "forget"),
    (gone_before, reads, "is_held"),
]


@pytest.mark.parametrize(("stop", "owner", "name"), STOPS, ids=lambda part: getattr(part, "__name__", str(part)))
def test_wherever_leaving_stops_nobody_is_half_gone(world, operator, stop, owner, name):
    ben = world.join(operator, "ben@operator.example", operator.organization)
    token = world.token(ben)

    def leave():
        with stop(owner, name):
            verbs.leave(ben, now=world.now)

    connections.close_all()  # a connection is not shared with a child
    assert in_child(leave) == GONE
    assert world.bearer(token.secret).actor.id == ben.id
    assert [member.id for member in reads.list_members(operator)] == [ben.id, operator.id]
    verbs.leave(ben, now=world.now)
    assert [member.id for member in reads.list_members(operator)] == [operator.id]


def test_a_claim_that_is_cut_off_leaves_the_door_open(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)

    def claim():
        return verbs.claim_first_administrator(ANONYMOUS, door.secret, "o@operator.example", "O", "Op", now=world.now)

    def cut_off():
        with gone_after(accounts, "new_person"):
            claim()

    connections.close_all()
    assert in_child(cut_off) == GONE
    assert PersonRow.objects.count() == 0
    assert claim()


def test_between_any_two_statements_of_leaving_everything_is_as_before(world, operator):
    ben = world.join(operator, "ben@operator.example", operator.organization)
    token = world.token(ben)
    cuts = 0
    while True:
        try:
            with stop_before(cuts):
                verbs.leave(ben, now=world.now)
            break
        except PowerCut:
            cuts += 1
        assert world.bearer(token.secret).actor.id == ben.id
        assert world.actor("ben@operator.example").organization == operator.organization
        assert "identity.leave" not in world.records.text()
    assert cuts > 10
    with pytest.raises(NoSuchCredential):
        world.bearer(token.secret)
