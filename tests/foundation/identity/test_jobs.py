# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import re

import pytest
from django.core import mail

from tests.worlds.forges import internet
from weir.foundation.actor import ANONYMOUS, SYSTEM
from weir.foundation.identity import gates, jobs, reads, rules, verbs
from weir.foundation.identity.models import OrganizationRow
from weir.foundation.identity.terms import (
    ControlId,
    ControlMethod,
    ControlState,
    InvitationId,
    LinkSpent,
    NobodyThere,
    NotYours,
    OrganizationId,
    OrganizationKind,
    OutOfReach,
    PersonId,
    Role,
    SecondPersonNeeded,
    SecondPersonUnsettled,
    Seen,
    Unlooked,
)
from weir.kernel.errors import Conflict, Invalid, Refused
from weir.kernel.moments import Moment

pytestmark = pytest.mark.both_databases
PROJECT = OrganizationKind.MAINTAINER_PROJECT
HOUSE = "example.org"


@pytest.fixture(scope="module")
def net_for_all(tmp_path_factory):
    with internet(tmp_path_factory.mktemp("internet")) as made:
        yield made


@pytest.fixture
def net(net_for_all):
    net_for_all.records.clear()
    net_for_all.records["example.org", "NS"] = ["ns1.example.net."]
    net_for_all.broken = False
    return net_for_all


@pytest.fixture
def ada(world, operator):
    return world.organization(operator, PROJECT, "project.example")


@pytest.fixture
def mia(world, ada):
    return world.join(ada, "mia@project.example", ada.organization, Role.MAINTAINER)


def prove(world, net, actor, target=HOUSE):
    """Ask, put the record there, look."""
    asked = verbs.ask_control(actor, ControlMethod.DNS, target, now=world.now)
    net.records[asked.place, "TXT"] = [f'"{asked.value}"']
    return jobs.check_control(asked.id, lookout=net.lookout(), now=world.now)


def state(world, actor, target=HOUSE):
    return reads.control_state(actor.organization, target, world.now)[0]


def roles(world, email):
    return world.actor(email).roles


def test_control_is_shown_and_waits_for_a_second_person(world, net, operator, ada, mia):
    assert state(world, ada) is ControlState.UNPROVEN
    assert mia.roles == set()
    control = prove(world, net, mia)
    assert state(world, ada) is ControlState.WAITS_FOR_A_SECOND_PERSON
    with pytest.raises(SecondPersonNeeded):
        verbs.second_control(mia, control.id, now=world.now)
    verbs.second_control(ada, control.id, now=world.now)
    assert state(world, ada) is ControlState.PROVEN
    assert roles(world, "mia@project.example") == {"maintainer"}
    assert reads.control_of(mia, HOUSE).counts_from == str(world.now)


def test_without_a_second_person_it_counts_after_ninety_days(world, net, mia):
    token = world.token(mia, days=200)
    prove(world, net, mia)
    world.later(days=89)
    assert roles(world, "mia@project.example") == set()
    assert world.bearer(token.secret).actor.roles == set()
    world.later(days=1)
    assert roles(world, "mia@project.example") == {"maintainer"}
    assert world.bearer(token.secret).actor.roles == {"maintainer"}


def test_the_challenge_of_one_is_no_proof_for_another(world, net, operator, mia):
    eve = world.organization(operator, PROJECT, "eve.example")
    prove(world, net, mia)
    asked = verbs.ask_control(eve, ControlMethod.DNS, HOUSE, now=world.now)
    jobs.check_control(asked.id, lookout=net.lookout(), now=world.now)
    assert state(world, eve) is ControlState.UNPROVEN


def test_who_takes_over_a_domain_waits_again(world, net, ada, mia):
    verbs.second_control(ada, prove(world, net, mia).id, now=world.now)
    world.later(days=1)
    prove(world, net, mia)
    assert state(world, ada) is ControlState.PROVEN
    net.records["example.org", "NS"] = ["ns1.elsewhere.net."]
    world.later(days=1)
    prove(world, net, mia)
    assert state(world, ada) is ControlState.WAITS_FOR_A_SECOND_PERSON


def test_another_organization_with_the_same_target_waits_and_then_the_first_one_too(world, net, operator, ada, mia):
    verbs.second_control(ada, prove(world, net, mia).id, now=world.now)
    eve = world.organization(operator, PROJECT, "eve.example")
    world.later(days=100)
    prove(world, net, eve)
    assert state(world, eve) is ControlState.WAITS_FOR_A_SECOND_PERSON
    world.later(days=1)
    prove(world, net, mia)
    assert state(world, ada) is ControlState.WAITS_FOR_A_SECOND_PERSON


def test_changed_contacts_wait_too(world, net, ada, mia):
    control = prove(world, net, mia)
    verbs.second_control(ada, control.id, now=world.now)
    world.later(days=1)
    verbs.change_contact(ada, OrganizationId(ada.organization), "new@project.example", now=world.now)
    assert state(world, ada) is ControlState.WAITS_FOR_A_SECOND_PERSON
    assert roles(world, "mia@project.example") == set()
    world.later(hours=1)
    verbs.second_control(ada, control.id, now=world.now)
    assert roles(world, "mia@project.example") == {"maintainer"}


def test_what_rests_on_somebody_whose_address_changed_waits_too(world, net, operator, ada, mia):
    control = prove(world, net, mia)
    verbs.second_control(ada, control.id, now=world.now)
    world.later(days=1)
    verbs.record_email(SYSTEM, PersonId(ada.id), "ada@elsewhere.example", now=world.now)
    assert state(world, ada) is ControlState.PROVEN, "it rests on mia, who asked for it"
    verbs.record_email(SYSTEM, PersonId(mia.id), "mia@elsewhere.example", now=world.now)
    assert state(world, ada) is ControlState.WAITS_FOR_A_SECOND_PERSON
    assert roles(world, "mia@elsewhere.example") == set()
    world.later(hours=1)
    again = prove(world, net, mia)
    assert state(world, ada) is ControlState.WAITS_FOR_A_SECOND_PERSON, "asking again does not shorten it"
    with pytest.raises(SecondPersonUnsettled):
        verbs.second_control(ada, again.id, now=world.now)
    verbs.second_control(operator, again.id, now=world.now)
    assert roles(world, "mia@elsewhere.example") == {"maintainer"}


def test_whoever_changed_their_address_is_no_second_person_for_ninety_days(world, net, ada, mia):
    verbs.record_email(SYSTEM, PersonId(ada.id), "ada@elsewhere.example", now=world.now)
    world.later(days=89)
    control = prove(world, net, mia)
    with pytest.raises(SecondPersonUnsettled):
        verbs.second_control(ada, control.id, now=world.now)
    assert roles(world, "mia@project.example") == set()
    world.later(days=1)
    verbs.second_control(ada, control.id, now=world.now)
    assert roles(world, "mia@project.example") == {"maintainer"}


def test_whoever_took_over_a_mailbox_inherits_no_settled_proof(world, net, ada, mia):
    verbs.second_control(ada, prove(world, net, mia).id, now=world.now)
    world.later(days=1)
    verbs.record_email(SYSTEM, PersonId(ada.id), "ada@elsewhere.example", now=world.now)
    world.later(hours=1)
    prove(world, net, ada)
    assert state(world, ada) is ControlState.WAITS_FOR_A_SECOND_PERSON
    world.later(days=90)
    assert state(world, ada) is ControlState.PROVEN


def test_only_the_house_records_an_address_and_only_a_free_one_of_somebody_here(world, mia, ada):
    for actor, person, email, error in (
        (ada, mia.id, "new@project.example", Refused),
        (SYSTEM, PersonId.mint(2026, os.urandom), "new@project.example", NobodyThere),
        (SYSTEM, mia.id, "ada@project.example", Conflict),
        (SYSTEM, mia.id, "no address", Invalid),
    ):
        with pytest.raises(error):
            verbs.record_email(actor, PersonId(person), email, now=world.now)
    assert verbs.record_email(SYSTEM, PersonId(mia.id), "New@Project.example", now=world.now).id == mia.id
    assert "new@project.example" not in str(world.records.acts)


def test_control_is_shown_again_before_each_full_read_in(world, net, ada, mia):
    asked_before = world.now
    verbs.second_control(ada, prove(world, net, mia).id, now=world.now)
    assert not reads.must_prove_again(ada.organization, HOUSE, asked_before, world.now)
    world.later(hours=1)
    assert reads.must_prove_again(ada.organization, HOUSE, world.now, world.now)
    read_in = world.now
    world.later(hours=1)
    prove(world, net, mia)
    assert not reads.must_prove_again(ada.organization, HOUSE, read_in, world.now)
    assert reads.must_prove_again(ada.organization, "other.example.org", read_in, world.now)


def test_a_proof_that_waits_is_none_yet(world, net, ada, mia):
    prove(world, net, mia)
    assert reads.must_prove_again(ada.organization, HOUSE, world.now, world.now)


def test_no_name_server_leaves_the_question_open(world, net, mia):
    asked = verbs.ask_control(mia, ControlMethod.DNS, HOUSE, now=world.now)
    net.broken = True
    with pytest.raises(OutOfReach):
        jobs.check_control(asked.id, lookout=net.lookout(), now=world.now)
    net.broken = False
    net.records[asked.place, "TXT"] = [f'"{asked.value}"']
    jobs.check_control(asked.id, lookout=net.lookout(), now=world.now)
    assert reads.control_of(mia, HOUSE).proven == str(world.now)


def test_looking_twice_changes_nothing(world, net, mia):
    control = prove(world, net, mia)
    recorded = len(world.records.acts)
    assert jobs.check_control(control.id, lookout=net.lookout(), now=world.now) is None
    assert len(world.records.acts) == recorded


def test_a_challenge_runs_out(world, net, mia):
    asked = verbs.ask_control(mia, ControlMethod.DNS, HOUSE, now=world.now)
    world.later(days=7)
    verbs.record_control(SYSTEM, asked.id, Seen.FOUND, now=world.now)
    assert state(world, mia) is ControlState.UNPROVEN


def test_only_the_house_records_what_was_seen(world, operator, mia):
    asked = verbs.ask_control(mia, ControlMethod.DNS, HOUSE, now=world.now)
    for actor in (mia, operator, ANONYMOUS):
        with pytest.raises(Refused):
            verbs.record_control(actor, asked.id, Seen.FOUND, now=world.now)


def test_the_proofs_of_others_are_not_there(world, net, operator, ada, mia):
    eve = world.organization(operator, PROJECT, "eve.example")
    control = prove(world, net, mia)
    unknown = ControlId.mint(2026, lambda count: b"\x03" * count)
    for number in (control.id, unknown):
        with pytest.raises(NotYours):
            verbs.second_control(eve, number, now=world.now)
    with pytest.raises(NotYours):
        reads.control_of(eve, HOUSE)


def test_a_place_inside_is_not_even_asked_for(world, mia):
    for target in ("localhost", "127.0.0.1", "metadata"):
        with pytest.raises(Unlooked):
            verbs.ask_control(mia, ControlMethod.SITE_FILE, target, now=world.now)


def test_the_letter_holds_the_link_that_works(world, operator):
    asked = verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    jobs.send_invitation(asked.id, post=gates.Mail(), now=world.now)
    jobs.send_invitation(asked.id, post=gates.Mail(), now=world.now)
    first, again = mail.outbox
    assert first.to == ["ben@operator.example"]
    assert first.body == again.body
    [secret] = re.findall(r"/join/(\S+)", str(first.body))
    offer = reads.offer_behind(secret, world.now)
    assert (offer.organization, offer.invited_by) == ("Operator", "Olive Operator")
    verbs.accept_invitation(ANONYMOUS, secret, reads.terms_in_force().digest, "Ben", now=world.now)
    assert world.actor("ben@operator.example").staff
    with pytest.raises(LinkSpent):
        reads.offer_behind(secret, world.now)


def test_there_is_no_letter_for_what_is_no_longer_open(world, operator):
    asked = verbs.invite(operator, "ben@operator.example", OrganizationId(operator.organization), now=world.now)
    late = Moment.of(world.now + rules.INVITATION_OPEN)
    jobs.send_invitation(asked.id, post=gates.Mail(), now=late)
    jobs.send_invitation(InvitationId.mint(2026, lambda n: b"\x01" * n), post=gates.Mail(), now=world.now)
    assert mail.outbox == []


def test_who_was_declined_is_told_by_letter(world, operator):
    terms = reads.terms_in_force().digest
    asked = verbs.apply(ANONYMOUS, "Finders", OrganizationKind.FINDER, "a@f.example", terms, now=world.now)
    jobs.answer_application(asked.id, post=gates.Mail())
    assert mail.outbox == []
    verbs.decline_application(operator, asked.id, now=world.now)
    jobs.answer_application(asked.id, post=gates.Mail())
    assert mail.outbox[0].to == ["a@f.example"]


def test_an_organization_name_cannot_write_mail_headers(world, operator):
    terms = reads.terms_in_force().digest
    name = "Finders\nBcc: everybody@else.example"
    asked = verbs.apply(ANONYMOUS, name, OrganizationKind.FINDER, "a@f.example", terms, now=world.now)
    admitted = verbs.admit_application(operator, asked.id, now=world.now)
    jobs.send_invitation(admitted.invitation, post=gates.Mail(), now=world.now)
    assert mail.outbox[0].recipients() == ["a@f.example"]
    assert "\n" not in mail.outbox[0].subject
    assert OrganizationRow.objects.get(number=admitted.organization).name == "Finders Bcc: everybody@else.example"
