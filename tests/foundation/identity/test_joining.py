# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.worlds.identity import DAY
from weir.foundation.actor import ANONYMOUS, SYSTEM
from weir.foundation.identity import accounts, reads, rules, verbs
from weir.foundation.identity.models import (
    ApplicationRow,
    FirstDoorRow,
    InvitationRow,
    MembershipRow,
    OrganizationRow,
    PersonRow,
)
from weir.foundation.identity.terms import (
    AdministratorsOnly,
    DoorShut,
    DutyKind,
    LinkSpent,
    NobodyThere,
    NotARole,
    OperatorsOnly,
    OrganizationId,
    OrganizationKind,
    OtherTerms,
    Role,
    Sector,
)
from weir.kernel.errors import Invalid, Refused
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases
FINDER = OrganizationKind.FINDER


def claim(world, secret, email="olive@operator.example"):
    return verbs.claim_first_administrator(ANONYMOUS, secret, email, "Olive", "Operator", now=world.now)


def test_the_first_door_leads_to_the_first_administrator(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)
    membership = claim(world, door.secret)
    actor = world.actor("olive@operator.example")
    assert actor.id == membership.id
    assert actor.staff
    assert actor.roles == {"administrator", "coordinator"}
    assert actor.organization_kind == "coordinator"
    assert door.secret not in world.records.text()


def test_the_first_door_opens_once(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)
    claim(world, door.secret)
    with pytest.raises(LinkSpent):
        claim(world, door.secret, "mallory@elsewhere.example")
    assert PersonRow.objects.count() == 1


def test_there_is_no_first_door_where_somebody_administers(world, operator):
    with pytest.raises(DoorShut):
        verbs.open_first_door(SYSTEM, now=world.now)
    assert FirstDoorRow.objects.count() == 0


def test_a_first_door_from_before_does_not_open_once_somebody_administers(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)
    world.open()
    with pytest.raises(LinkSpent):
        claim(world, door.secret, "mallory@elsewhere.example")


def test_who_becomes_administrator_by_invitation_shuts_the_first_door(world, operator):
    house = OrganizationId(operator.organization)
    verbs.invite(operator, "cleo@operator.example", house, (Role.ADMINISTRATOR,), now=world.now)
    verbs.leave(operator, now=world.now)
    door = verbs.open_first_door(SYSTEM, now=world.now)
    link, terms = world.link_to("cleo@operator.example"), reads.terms_in_force().digest
    verbs.accept_invitation(ANONYMOUS, link, terms, "Cleo", now=world.now)
    with pytest.raises(LinkSpent):
        claim(world, door.secret, "mallory@elsewhere.example")


def test_only_the_last_link_printed_works(world):
    earlier = verbs.open_first_door(SYSTEM, now=world.now)
    last = verbs.open_first_door(SYSTEM, now=world.now)
    with pytest.raises(LinkSpent):
        claim(world, earlier.secret)
    assert claim(world, last.secret)


@pytest.mark.parametrize("hours", [24, 25])
def test_the_first_door_shuts_after_a_day(world, hours):
    door = verbs.open_first_door(SYSTEM, now=world.now)
    world.later(hours=hours)
    with pytest.raises(LinkSpent):
        claim(world, door.secret)


def test_nobody_but_the_system_opens_the_first_door(world):
    with pytest.raises(Refused):
        verbs.open_first_door(ANONYMOUS, now=world.now)


def test_a_claim_that_fails_leaves_the_door_open(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)
    with pytest.raises(Invalid):
        claim(world, door.secret, "not an address")
    assert OrganizationRow.objects.count() == 0
    assert claim(world, door.secret)


def test_when_the_last_administrator_left_a_new_door_leads_into_the_same_organization(world, operator):
    verbs.leave(operator, now=world.now)
    door = verbs.open_first_door(SYSTEM, now=world.now)
    membership = claim(world, door.secret, "next@operator.example")
    assert membership.organization == operator.organization


def test_a_password_comes_as_its_digest_and_is_taken_as_such(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)
    digest = accounts.encoded("correct horse battery staple")
    verbs.claim_first_administrator(ANONYMOUS, door.secret, "o@operator.example", "O", "Op", digest, now=world.now)
    person = PersonRow.objects.get(email="o@operator.example")
    assert person.check_password("correct horse battery staple")
    assert not person.check_password(digest)
    assert digest not in world.records.text()


def test_a_bare_password_is_not_taken_for_a_digest(world):
    door = verbs.open_first_door(SYSTEM, now=world.now)
    with pytest.raises(Invalid):
        verbs.claim_first_administrator(
            ANONYMOUS, door.secret, "o@operator.example", "O", "Op", "hunter2", now=world.now
        )


def test_an_application_becomes_an_organization_with_its_own_administrator(world, operator):
    ada = world.organization(operator, OrganizationKind.INFRASTRUCTURE_OPERATOR, "grid.example", Sector.ENERGY)
    assert ada.roles == {"administrator"}
    assert not ada.staff
    assert {"kind:infrastructure_operator", "sector:energy", f"organization:{ada.organization}"} <= ada.keys
    assert not any(key.startswith("role:") for key in ada.keys)
    assert reads.list_applications(operator) == ()


def test_terms_that_are_not_those_in_force_are_not_accepted(world, operator):
    with pytest.raises(OtherTerms):
        verbs.apply(ANONYMOUS, "Finders", FINDER, "ada@finders.example", "0" * 64, now=world.now)
    verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    with pytest.raises(OtherTerms):
        verbs.accept_invitation(ANONYMOUS, world.link_to("ben@operator.example"), "", "Ben", now=world.now)
    assert InvitationRow.objects.count() == 1


def test_the_terms_that_were_accepted_are_recorded(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    digest = reads.terms(ANONYMOUS).digest
    assert [m.terms for m in reads.my_memberships(ada)] == [digest]
    joined = [act for act in world.records.acts if act.verb == "identity.accept_invitation"]
    assert digest in joined[-1].content.decode()


def test_no_record_holds_a_name_or_an_address(world, operator):
    world.organization(operator, FINDER, "finders.example", name="Remarkable Finders")
    verbs.change_contact(operator, OrganizationId(operator.organization), "door@operator.example", now=world.now)
    text = world.records.text().lower()
    assert "example" not in text
    assert "remarkable" not in text
    assert "ada" not in text.replace("administrator", "")


def test_a_declined_application_is_listed_nowhere_and_gone_after_a_month(world, operator):
    asked = verbs.apply(ANONYMOUS, "Finders", FINDER, "a@f.example", reads.terms_in_force().digest, now=world.now)
    verbs.decline_application(operator, asked.id, now=world.now)
    assert reads.list_applications(operator) == ()
    with pytest.raises(NobodyThere):
        verbs.admit_application(operator, asked.id, now=world.now)
    world.later(days=31)
    verbs.sweep_ended(SYSTEM, now=world.now)
    assert ApplicationRow.objects.count() == 0


def test_only_the_operator_admits(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    asked = verbs.apply(ANONYMOUS, "Others", FINDER, "a@o.example", reads.terms_in_force().digest, now=world.now)
    for actor in (ada, ANONYMOUS, world.actor("olive@operator.example", second_factor=False)):
        with pytest.raises(OperatorsOnly):
            verbs.admit_application(actor, asked.id, now=world.now)
    assert [line.id for line in reads.list_applications(operator)] == [asked.id]


def test_an_administrator_invites_into_their_own_organization_only(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    ben = world.join(ada, "ben@finders.example", ada.organization, Role.FINDER)
    assert ben.roles == {"finder"}
    with pytest.raises(AdministratorsOnly):
        verbs.invite(ada, "eve@finders.example", OrganizationId(operator.organization), now=world.now)
    with pytest.raises(AdministratorsOnly):
        verbs.invite(ben, "eve@finders.example", OrganizationId(ada.organization), now=world.now)


def test_nobody_becomes_staff_by_an_invitation_from_elsewhere(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    with pytest.raises(NotARole):
        verbs.invite(ada, "eve@f.example", OrganizationId(ada.organization), (Role.COORDINATOR,), now=world.now)


def test_an_invitation_works_once(world, operator):
    verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    link, terms = world.link_to("ben@operator.example"), reads.terms_in_force().digest
    verbs.accept_invitation(ANONYMOUS, link, terms, "Ben", now=world.now)
    with pytest.raises(LinkSpent):
        verbs.accept_invitation(ANONYMOUS, link, terms, "Ben", now=world.now)
    assert link not in world.records.text()


def test_an_invitation_ends(world, operator):
    verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    link = world.link_to("ben@operator.example")
    world.later(days=14)
    with pytest.raises(LinkSpent):
        verbs.accept_invitation(ANONYMOUS, link, reads.terms_in_force().digest, "Ben", now=world.now)


def test_a_new_session_key_ends_every_open_link(world, operator, settings):
    verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    link = world.link_to("ben@operator.example")
    settings.SECRET_KEY = "another key of this instance, after a restore"
    with pytest.raises(LinkSpent):
        verbs.accept_invitation(ANONYMOUS, link, reads.terms_in_force().digest, "Ben", now=world.now)
    with pytest.raises(LinkSpent):
        reads.offer_behind(link, world.now)


def test_who_has_an_account_signs_in_to_accept(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    verbs.invite(operator, "ada@finders.example", OrganizationId(operator.organization), now=world.now)
    link, terms = world.link_to("ada@finders.example"), reads.terms_in_force().digest
    with pytest.raises(Refused, match="has an account"):
        verbs.accept_invitation(ANONYMOUS, link, terms, "Ada", now=world.now)
    membership = verbs.accept_invitation(ada, link, terms, now=world.now)
    assert {m.organization for m in reads.my_memberships(ada)} == {membership.organization, ada.organization}
    assert world.actor("ada@finders.example", organization=membership.organization).staff


def test_a_letter_that_somebody_else_opens_while_signed_in_does_nothing(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    with pytest.raises(LinkSpent):
        link = world.link_to("ben@operator.example")
        verbs.accept_invitation(ada, link, reads.terms_in_force().digest, "Ben", now=world.now)
    assert MembershipRow.objects.count() == 2


def test_a_token_opens_no_invitation_and_an_invitation_no_api(world, operator):
    verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    with pytest.raises(Refused):
        world.bearer(world.link_to("ben@operator.example"))
    with pytest.raises(LinkSpent):
        token = world.token(operator).secret
        verbs.accept_invitation(ANONYMOUS, token, reads.terms_in_force().digest, "Ben", now=world.now)


def test_who_invites_learns_nothing_about_accounts(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    stranger = verbs.invite(ada, "nobody@else.example", OrganizationId(ada.organization), now=world.now)
    known = verbs.invite(ada, "olive@operator.example", OrganizationId(ada.organization), now=world.now)
    member = verbs.invite(ada, "ada@finders.example", OrganizationId(ada.organization), now=world.now)
    answers = [(i.organization, i.roles, i.expires) for i in (stranger, known, member)]
    assert answers[0] == answers[1] == answers[2]
    assert rules.JOIN not in str((stranger, known, member))


def test_an_application_is_answered_alike_whoever_asks(world, operator):
    world.organization(operator, FINDER, "finders.example", name="Finders")
    terms = reads.terms_in_force().digest
    again = verbs.apply(ANONYMOUS, "Finders", FINDER, "ada@finders.example", terms, now=world.now)
    other = verbs.apply(ANONYMOUS, "Others", FINDER, "ada@others.example", terms, now=world.now)
    assert (again.kind, again.sector, again.terms) == (other.kind, other.sector, other.terms)


def test_who_was_banned_finds_links_spent_until_the_ban_ends(world, operator):
    ben = world.join(operator, "ben@operator.example", operator.organization)
    verbs.keep_duty(operator, ben.id, DutyKind.BAN, Moment.of(world.now + 30 * DAY), now=world.now)
    verbs.leave(ben, now=world.now)
    verbs.invite(operator, "Ben@operator.example", OrganizationId(operator.organization), now=world.now)
    with pytest.raises(LinkSpent):
        link = world.link_to("ben@operator.example")
        verbs.accept_invitation(ANONYMOUS, link, reads.terms_in_force().digest, "Ben", now=world.now)
    world.later(days=30)
    again = world.join(operator, "ben@operator.example", operator.organization)
    assert again.id != ben.id


def test_roles_are_said_anew_and_tokens_follow(world, operator):
    ben = world.join(operator, "ben@operator.example", operator.organization, Role.COORDINATOR)
    token = world.token(ben)
    verbs.change_roles(operator, ben.id, OrganizationId(operator.organization), (Role.MEMBER,), now=world.now)
    assert world.bearer(token.secret).actor.roles == {"member"}


def test_who_is_let_go_loses_tokens_and_agents_in_the_same_moment(world, operator):
    ben = world.join(operator, "ben@operator.example", operator.organization, Role.COORDINATOR)
    token = world.token(ben)
    verbs.end_membership(operator, ben.id, OrganizationId(operator.organization), now=world.now)
    with pytest.raises(Refused):
        world.bearer(token.secret)
    assert world.actor("ben@operator.example").organization == ""
    assert not world.actor("ben@operator.example").staff


def test_nobody_changes_the_roles_of_others_elsewhere(world, operator):
    ada = world.organization(operator, FINDER, "finders.example")
    house = OrganizationId(operator.organization)
    with pytest.raises(AdministratorsOnly):
        verbs.change_roles(ada, operator.id, house, (Role.MEMBER,), now=world.now)
    with pytest.raises(AdministratorsOnly):
        verbs.end_membership(ada, operator.id, house, now=world.now)


def test_every_text_of_terms_is_known_by_its_bytes():
    shown = reads.terms_in_force()
    assert rules.hashed(shown.text) == shown.digest
    assert shown.version in shown.text
