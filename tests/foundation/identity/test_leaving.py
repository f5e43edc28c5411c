# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY, get_user, login
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpRequest

from tests.worlds.identity import DAY
from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from weir.foundation.identity import accounts, reads, verbs
from weir.foundation.identity.departures import DEPARTURES
from weir.foundation.identity.models import DutyRow, NumberRow, OrganizationRow, PersonRow
from weir.foundation.identity.terms import (
    DutyKind,
    Exported,
    HoldId,
    HouseStays,
    LinkSpent,
    NoSuchCredential,
    NoSuchNumber,
    NotYours,
    OperatorsOnly,
    OrganizationId,
    OrganizationKind,
    PersonId,
    Role,
    SecondPersonNeeded,
)
from weir.foundation.question import QUESTIONS
from weir.foundation.verb import BOUND
from weir.kernel.errors import Refused, WeirError
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases
FINDER = OrganizationKind.FINDER
STRANGER = PersonId.mint(2026, lambda count: b"\x05" * count)


@pytest.fixture
def ben(world, operator):
    return world.join(operator, "ben@operator.example", operator.organization, Role.COORDINATOR)


@pytest.fixture
def cleo(world, operator):
    return world.join(operator, "cleo@operator.example", operator.organization, Role.ADMINISTRATOR)


def everything_kept() -> str:
    """Every row of identity and of sign-in, as text."""
    names = [
        name for name in connection.introspection.table_names() if name.startswith(("identity_", "account_", "mfa_"))
    ]
    with connection.cursor() as cursor:
        return "\n".join(f"{name} {row}" for name in names for row in _rows(cursor, name))


def _rows(cursor, name):
    cursor.execute(f"SELECT * FROM {name}")
    return cursor.fetchall()


def signed_in(person):
    request = HttpRequest()
    request.session = SessionStore()
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return request


def answer(act):
    """What the asker sees: an answer, or which refusal with which words."""
    try:
        return act()
    except WeirError as no:
        return type(no), no.sentence, no.hint


def test_leaving_ends_everything_at_once(world, operator, ben):
    token = world.token(ben)
    agent = verbs.register_agent(ben, "Bot", ("identity.terms",), 5, Moment.of(world.now + DAY), now=world.now)
    agent_token = verbs.rotate_agent(ben, agent.id, now=world.now)
    request = signed_in(PersonRow.objects.get(number=ben.id))
    assert get_user(request).is_authenticated

    verbs.leave(ben, now=world.now)

    for secret in (token.secret, agent_token.secret):
        with pytest.raises(NoSuchCredential):
            world.bearer(secret)
    assert SESSION_KEY in request.session
    assert not get_user(request).is_authenticated


def test_nothing_but_the_opaque_number_is_left(world, operator, ben):
    person = PersonRow.objects.get(number=ben.id)
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    inside = (str(person.id), person.id.hex, "ben@operator.example", "'Ben'")
    assert [mark for mark in inside[2:] if mark not in everything_kept()] == []
    verbs.leave(ben, now=world.now)
    kept = everything_kept()
    assert [mark for mark in inside if mark in kept] == []
    assert kept.count(ben.id) == 1
    assert NumberRow.objects.filter(number=ben.id).exists()


def test_leaving_twice_is_like_never_having_been_there(world, operator, ben):
    verbs.leave(ben, now=world.now)
    never = Actor(ActorKind.PERSON, STRANGER)
    assert answer(lambda: verbs.leave(ben, now=world.now)) == answer(lambda: verbs.leave(never, now=world.now))


def test_who_left_and_who_never_was_look_the_same_to_everybody(world, operator, ben):
    before = [answer(lambda: reads.list_members(operator)), reads.list_duties(operator)]
    eve = world.join(operator, "eve@operator.example", operator.organization)
    verbs.keep_duty(SYSTEM, eve.id, DutyKind.EMBARGO, Moment.of(world.now + DAY), now=world.now)
    verbs.leave(eve, now=world.now)
    assert reads.list_members(operator) == before[0]
    assert answer(lambda: reads.who_is(operator, eve.id)) == answer(lambda: reads.who_is(operator, STRANGER))
    house = OrganizationId(operator.organization)
    assert answer(lambda: verbs.end_membership(operator, eve.id, house, now=world.now)) == answer(
        lambda: verbs.end_membership(operator, STRANGER, house, now=world.now)
    )


def test_a_number_is_never_given_twice(world, operator, ben, monkeypatch):
    verbs.leave(ben, now=world.now)
    minted = iter([PersonId(ben.id), PersonId(ben.id), STRANGER])
    monkeypatch.setattr(PersonId, "mint", lambda *_: next(minted))
    assert accounts.fresh_number(PersonId, world.now) == STRANGER


def test_who_comes_back_is_somebody_new(world, operator, ben):
    verbs.leave(ben, now=world.now)
    again = world.join(operator, "ben@operator.example", operator.organization)
    assert again.id != ben.id
    assert again.roles == {"member"}


def test_what_is_mine_is_handed_out_as_plain_data(world, operator, ben, monkeypatch):
    token = world.token(ben)
    mine = Exported("intake", "Reports", json.dumps([1]))
    monkeypatch.setattr(DEPARTURES, "exporters", (lambda leaver: (mine,) if leaver == ben.id else (),))
    export = reads.export_mine(ben)
    assert (export.profile.id, export.profile.email) == (ben.id, "ben@operator.example")
    assert [m.organization for m in export.memberships] == [ben.organization]
    assert [t.id for t in export.tokens] == [token.id]
    assert export.others == (mine,)
    assert reads.export_mine(operator).others == ()


def test_every_room_lets_go_or_nobody_has_left(world, operator, ben, monkeypatch):
    told = []

    def note(leaver, now):
        told.append(leaver)

    def full_disk(leaver, now):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(DEPARTURES, "erasers", (note, full_disk))
    token = world.token(ben)
    with pytest.raises(OSError, match="No space"):
        verbs.leave(ben, now=world.now)
    assert world.bearer(token.secret).actor.id == ben.id
    assert "identity.leave" not in world.records.text()
    monkeypatch.setattr(DEPARTURES, "erasers", (note,))
    verbs.leave(ben, now=world.now)
    assert told == [ben.id, ben.id]


def test_staff_without_a_second_factor_can_still_leave(world, operator, ben):
    verbs.leave(world.actor("ben@operator.example", second_factor=False), now=world.now)
    assert not PersonRow.objects.filter(number=ben.id).exists()


def test_duties_stay_until_their_day_for_the_operators_eyes_only(world, operator, ben):
    ends = Moment.of(world.now + 30 * DAY)
    duty = verbs.keep_duty(operator, ben.id, DutyKind.EMBARGO, ends, now=world.now)
    verbs.leave(ben, now=world.now)
    assert reads.list_duties(operator) == (duty,)
    assert reads.duties_of(ben.id, world.now) == (duty,)
    ada = world.organization(operator, FINDER, "finders.example")
    with pytest.raises(OperatorsOnly):
        reads.list_duties(ada)
    world.later(days=30)
    assert reads.duties_of(ben.id, world.now) == ()
    verbs.sweep_ended(SYSTEM, now=world.now)
    assert DutyRow.objects.count() == 0


def test_no_duty_is_without_an_end(world, operator, ben):
    for ends in (world.now, Moment.of(world.now + 6 * 366 * DAY)):
        with pytest.raises(WeirError):
            verbs.keep_duty(operator, ben.id, DutyKind.BAN, ends, now=world.now)


def test_a_hold_takes_two(world, operator, ben, cleo):
    hold = verbs.place_hold(operator, ben.id, now=world.now)
    assert not reads.is_held(ben.id)
    with pytest.raises(SecondPersonNeeded):
        verbs.confirm_hold(operator, hold.id, now=world.now)
    assert not reads.is_held(ben.id)
    verbs.confirm_hold(cleo, hold.id, now=world.now)
    assert reads.is_held(ben.id)
    with pytest.raises(SecondPersonNeeded):
        verbs.lift_hold(operator, hold.id, now=world.now)
    verbs.lift_hold(cleo, hold.id, now=world.now)
    assert not reads.is_held(ben.id)


def test_looking_somebody_up_is_itself_recorded(world, operator, ben, monkeypatch):
    looked = []
    monkeypatch.setattr(BOUND, "witness", lambda *told: looked.append(told[:2]))
    assert reads.who_is(operator, ben.id).email == "ben@operator.example"
    assert looked == [(operator, "identity.who_is")]


def test_a_hold_of_one_person_holds_nothing(world, operator, ben):
    verbs.place_hold(operator, ben.id, now=world.now)
    verbs.leave(ben, now=world.now)
    assert "ben@operator.example" not in everything_kept()


def test_who_is_held_leaves_like_others_and_is_erased_when_the_hold_ends(world, operator, ben, cleo):
    token, request = world.token(ben), signed_in(PersonRow.objects.get(number=ben.id))
    hold = verbs.place_hold(operator, ben.id, now=world.now)
    verbs.confirm_hold(cleo, hold.id, now=world.now)
    assert verbs.leave(ben, now=world.now).id == ben.id

    with pytest.raises(NoSuchCredential):
        world.bearer(token.secret)
    assert not get_user(request).is_authenticated
    assert (
        accounts.actor_of_session(PersonRow.objects.get(number=ben.id), "", second_factor=True, now=world.now)
        == ANONYMOUS
    )
    assert ben.id not in {member.id for member in reads.list_members(operator)}
    assert answer(lambda: reads.who_is(operator, ben.id)) == answer(lambda: reads.who_is(operator, STRANGER))
    assert answer(lambda: verbs.leave(ben, now=world.now)) == answer(
        lambda: verbs.leave(Actor(ActorKind.PERSON, STRANGER), now=world.now)
    )
    assert not EmailAddress.objects.filter(email="ben@operator.example").exists()
    assert "ben@operator.example" in everything_kept()

    verbs.lift_hold(cleo, hold.id, now=world.now)
    assert "ben@operator.example" not in everything_kept()


def test_who_is_held_can_come_back_with_the_same_address(world, operator, ben, cleo):
    verbs.confirm_hold(cleo, verbs.place_hold(operator, ben.id, now=world.now).id, now=world.now)
    verbs.leave(ben, now=world.now)
    assert world.join(operator, "ben@operator.example", operator.organization).id != ben.id


def test_as_long_as_one_hold_stands_nothing_is_erased(world, operator, ben, cleo):
    holds = [verbs.place_hold(operator, ben.id, now=world.now) for _ in range(2)]
    for hold in holds:
        verbs.confirm_hold(cleo, hold.id, now=world.now)
    verbs.leave(ben, now=world.now)
    verbs.lift_hold(cleo, holds[0].id, now=world.now)
    assert "ben@operator.example" in everything_kept()
    verbs.lift_hold(cleo, holds[1].id, now=world.now)
    assert "ben@operator.example" not in everything_kept()


def test_only_operators_hold(world, operator, ben):
    ada = world.organization(operator, FINDER, "finders.example")
    hold = verbs.place_hold(operator, ben.id, now=world.now)
    for actor in (ada, ben, world.actor("olive@operator.example", second_factor=False)):
        with pytest.raises(OperatorsOnly):
            verbs.place_hold(actor, ben.id, now=world.now)
        with pytest.raises(OperatorsOnly):
            verbs.confirm_hold(actor, hold.id, now=world.now)


def test_a_hold_that_is_not_there_cannot_be_confirmed(world, operator):
    with pytest.raises(NotYours):
        verbs.confirm_hold(operator, HoldId.mint(2026, lambda count: b"\x01" * count), now=world.now)
    with pytest.raises(NoSuchNumber):
        verbs.place_hold(operator, STRANGER, now=world.now)


def test_an_organization_withdraws_and_takes_its_agents_along(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    ben = world.join(ada, "ben@finders.example", ada.organization, Role.FINDER)
    token = world.token(ben)
    verbs.withdraw_organization(ada, OrganizationId(ada.organization), now=world.now)
    with pytest.raises(NoSuchCredential):
        world.bearer(token.secret)
    assert world.actor("ben@finders.example").organization == ""
    assert answer(lambda: reads.who_is(operator, ada.organization)) == answer(lambda: reads.who_is(operator, STRANGER))
    assert [line.name for line in reads.list_organizations(operator)] == ["Operator"]
    assert everything_kept().count(ada.organization) == 1


def test_a_held_organization_withdraws_all_the_same(world, operator, cleo):
    ada = world.organization(operator, FINDER, "finders.example")
    token = world.token(ada)
    hold = verbs.place_hold(operator, ada.organization, now=world.now)
    verbs.confirm_hold(cleo, hold.id, now=world.now)
    verbs.withdraw_organization(ada, OrganizationId(ada.organization), now=world.now)
    with pytest.raises(NoSuchCredential):
        world.bearer(token.secret)
    assert [line.name for line in reads.list_organizations(operator)] == ["Operator"]
    assert OrganizationRow.objects.filter(number=ada.organization).exists()
    verbs.lift_hold(cleo, hold.id, now=world.now)
    assert not OrganizationRow.objects.filter(number=ada.organization).exists()


def test_the_house_itself_stays(world, operator):
    with pytest.raises(HouseStays):
        verbs.withdraw_organization(operator, OrganizationId(operator.organization), now=world.now)


def test_nobody_withdraws_anothers_organization(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    eve = world.organization(operator, FINDER, "others.example")
    with pytest.raises(WeirError):
        verbs.withdraw_organization(eve, OrganizationId(ada.organization), now=world.now)
    assert world.actor("ada@finders.example").organization == ada.organization


def test_after_a_restore_endings_are_repeated_and_links_end(world, operator, ben):
    ada = world.organization(operator, FINDER, "finders.example")
    revoked, kept = world.token(operator), world.token(operator)
    verbs.invite(operator, "x@operator.example", OrganizationId(operator.organization), now=world.now)
    link = world.link_to("x@operator.example")
    journal = (ben.id, ada.organization, revoked.id, STRANGER)
    for _ in range(2):
        verbs.repeat_endings(SYSTEM, journal, now=world.now)
    assert [member.id for member in reads.list_members(operator)] == [operator.id]
    assert [line.name for line in reads.list_organizations(operator)] == ["Operator"]
    assert [token.id for token in reads.my_tokens(operator)] == [kept.id]
    with pytest.raises(LinkSpent):
        reads.offer_behind(link, world.now)


@pytest.mark.parametrize("act", [verbs.sweep_ended, lambda actor, now: verbs.repeat_endings(actor, (), now=now)])
def test_only_the_house_sweeps_and_repeats(world, operator, act):
    with pytest.raises(Refused):
        act(operator, now=world.now)


OWN = {name: question for name, question in QUESTIONS.items() if name.startswith("identity.")}
ASKED_WITH = {
    "identity.who_is": lambda other: (other.id,),
    "identity.list_members": lambda other: (other.organization,),
    "identity.control_of": lambda _: ("others.example",),
}


def all_answers(actor, other):
    return {
        name: answer(lambda q=q, n=name: q(actor, *ASKED_WITH.get(n, lambda _: ())(other))) for name, q in OWN.items()
    }


def test_no_question_tells_an_outsider_or_a_member_who_else_is_here(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    ben = world.join(ada, "ben@finders.example", ada.organization, Role.FINDER)
    askers = [ANONYMOUS, ada, ben]
    eve = Actor(ActorKind.PERSON, STRANGER, organization=OrganizationId.mint(2026, lambda count: b"\x05" * count))
    absent = [all_answers(asker, eve) for asker in askers]

    eve = world.organization(operator, OrganizationKind.VENDOR, "others.example")
    verbs.apply(ANONYMOUS, "More", FINDER, "x@more.example", reads.terms_in_force().digest, now=world.now)
    assert [all_answers(asker, eve) for asker in askers] == absent

    verbs.withdraw_organization(eve, OrganizationId(eve.organization), now=world.now)
    verbs.leave(eve, now=world.now)
    assert [all_answers(asker, eve) for asker in askers] == absent


def test_the_enumeration_of_questions_would_notice_a_leak(world, operator):
    before = all_answers(operator, operator)
    world.organization(operator, FINDER, "finders.example")
    after = all_answers(operator, operator)
    assert {name for name in OWN if before[name] != after[name]} == {"identity.list_organizations"}
