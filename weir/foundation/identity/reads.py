# SPDX-License-Identifier: Apache-2.0
"""What can be asked about who takes part. Nobody can list who does not: no question knows declined or departed ones.

The lines that the policies draw are drawn here once more, because policy itself stands on this room.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from hmac import compare_digest
from importlib.resources import files

from django.conf import settings
from django.db.models import QuerySet

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.identity import rules
from weir.foundation.identity.accounts import join_secret, mark_of
from weir.foundation.identity.departures import DEPARTURES
from weir.foundation.identity.models import (
    AgentRow,
    ApplicationRow,
    ControlRow,
    DutyRow,
    HoldRow,
    InvitationRow,
    MembershipRow,
    OrganizationRow,
    PersonRow,
    TokenRow,
)
from weir.foundation.identity.terms import (
    Agent,
    AgentId,
    ApplicationId,
    ApplicationLine,
    Challenge,
    Control,
    ControlId,
    ControlLine,
    ControlMethod,
    ControlState,
    Duty,
    DutyId,
    DutyKind,
    Export,
    Exported,
    Hold,
    HoldId,
    InvitationId,
    Known,
    Letter,
    LinkSpent,
    Member,
    Membership,
    NobodyThere,
    NotYours,
    Offer,
    Organization,
    OrganizationId,
    OrganizationKind,
    PersonId,
    Profile,
    Role,
    Sector,
    Terms,
    Token,
    TokenId,
)
from weir.foundation.question import question
from weir.kernel.canonical import hexdigest
from weir.kernel.moments import Moment


@cache
def terms_in_force() -> Terms:
    """The newest text in `tables/terms`. Older ones stay beside it: somebody joined under them."""
    folder = files("weir.foundation.identity") / "tables" / "terms"
    newest = max((entry for entry in folder.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    text = newest.read_bytes()
    return Terms(newest.name.removesuffix(".md"), text.decode(), hexdigest(text))


@question("identity.terms")
def terms(actor: Actor) -> Terms:
    """The terms of taking part that hold now, and the digest that whoever joins sends back."""
    return terms_in_force()


@question("identity.myself")
def myself(actor: Actor) -> Profile:
    """Who I am here."""
    return _profile(_person(actor))


@question("identity.my_memberships")
def my_memberships(actor: Actor) -> tuple[Membership, ...]:
    """Where I belong, as what, since when, and under which terms."""
    return tuple(membership_of(row) for row in _memberships(actor.id))


@question("identity.my_organization")
def my_organization(actor: Actor) -> Organization:
    """The organization that I act for now."""
    row = OrganizationRow.objects.filter(number=actor.organization, active=True).first()
    if row is None:
        raise NobodyThere
    return organization_of(row)


@question("identity.my_agents")
def my_agents(actor: Actor) -> tuple[Agent, ...]:
    """The agents that I answer for."""
    rows = AgentRow.objects.filter(membership__person__number=actor.id).select_related(*_UPWARDS)
    return tuple(agent_of(row) for row in rows.order_by("id"))


@question("identity.my_tokens")
def my_tokens(actor: Actor) -> tuple[Token, ...]:
    """My tokens and those of my agents: what they open, until when, and the day of their last use."""
    rows = TokenRow.objects.filter(membership__person__number=actor.id).select_related("agent", *_UPWARDS)
    return tuple(token_of(row) for row in rows.order_by("id"))


@question("identity.export_mine")
def export_mine(actor: Actor) -> Export:
    """Everything here that is mine, as plain data; the same before leaving as on any other day."""
    rules.check_person(actor)
    return Export(
        _profile(_person(actor)),
        my_memberships.function(actor),
        my_agents.function(actor),
        my_tokens.function(actor),
        _exported(actor.id),
    )


@question("identity.export_organization")
def export_organization(actor: Actor) -> tuple[Exported, ...]:
    """Everything here that is my organization's, as plain data."""
    rules.check_administers(actor, actor.organization)
    return _exported(actor.organization)


@question("identity.control_of")
def control_of(actor: Actor, target: str) -> Control:
    """How far my organization's proof of control over a domain or repository has come."""
    row = _newest_control(actor.organization, target)
    if row is None:
        raise NotYours
    return shown_control(row)


@question("identity.list_controls")
def list_controls(actor: Actor) -> tuple[ControlLine, ...]:
    """My organization's proofs of control and the challenges that wait to be seen, the newest first."""
    rows = ControlRow.objects.filter(organization__number=actor.organization).select_related("organization")
    return tuple(_control_line(row) for row in rows.order_by("-id"))


@question("identity.list_members")
def list_members(actor: Actor, organization: str = "") -> tuple[Member, ...]:
    """The people of an organization, for its administrators and for the operator's; without a name, my own."""
    number = organization or actor.organization
    rules.check_administers(actor, number)
    rows = MembershipRow.objects.filter(organization__number=number).select_related("person")
    return tuple(
        Member(PersonId(row.person.number), row.person.name, row.person.email, _roles(row.roles), Moment.of(row.since))
        for row in rows.order_by("person__name", "id")
    )


@question("identity.list_organizations")
def list_organizations(actor: Actor) -> tuple[Organization, ...]:
    """The organizations that take part, for the operator's administrators."""
    rules.check_operator(actor)
    return tuple(organization_of(row) for row in OrganizationRow.objects.filter(active=True).order_by("name", "id"))


@question("identity.list_applications")
def list_applications(actor: Actor) -> tuple[ApplicationLine, ...]:
    """The applications that wait, the oldest first. Those that were declined are nowhere."""
    rules.check_operator(actor)
    marks = set(DutyRow.objects.filter(kind=DutyKind.BAN).exclude(mark="").values_list("mark", flat=True))
    rows = ApplicationRow.objects.filter(declined=None).order_by("id")
    return tuple(
        ApplicationLine(
            ApplicationId(row.number),
            row.organization,
            OrganizationKind(row.kind),
            Sector(row.sector),
            row.contact,
            Moment.of(row.received),
            banned=mark_of(row.contact) in marks,
        )
        for row in rows
    )


@question("identity.list_duties")
def list_duties(actor: Actor) -> tuple[Duty, ...]:
    """Embargo duties, bans and spent quotas, and until when each of them lasts."""
    rules.check_operator(actor)
    return tuple(duty_of(row) for row in DutyRow.objects.order_by("ends", "id"))


@question("identity.list_holds")
def list_holds(actor: Actor) -> tuple[Hold, ...]:
    """Legal holds, and which of them wait for a second person."""
    rules.check_operator(actor)
    return tuple(hold_of(row) for row in HoldRow.objects.order_by("id"))


@question("identity.who_is", sealed=True)
def who_is(actor: Actor, number: str) -> Known:
    """Whom an opaque number belongs to. Who left and who never was look the same. The asking itself is recorded."""
    rules.check_operator(actor)
    if person := PersonRow.objects.filter(number=number, is_active=True).first():
        return Known(number, person.name, person.email)
    if organization := OrganizationRow.objects.filter(number=number, active=True).first():
        return Known(number, organization.name, organization.contact)
    if agent := AgentRow.objects.filter(number=number).select_related("membership__person").first():
        return Known(number, agent.name, owner=agent.membership.person.number)
    raise NobodyThere


def control_state(organization: str, target: str, now: Moment) -> tuple[ControlState, str]:
    """How far an organization's proof for a target has come, and why it stands there. For other rooms."""
    row = _newest_control(organization, target)
    return rules.control_state(*(_moments(row) if row else (None, None, None, None)), now=now)


def must_prove_again(organization: str, target: str, since: Moment, now: Moment) -> bool:
    """Whether control has to be shown once more before a full read-in that was asked for at `since`. For other rooms.

    A proof from before the asking does not count, and one that waits for a second person neither.
    """
    row = _newest_control(organization, target)
    if row is None or row.proven is None or row.proven < since:
        return True
    return rules.control_state(*_moments(row), now=now)[0] is not ControlState.PROVEN


def open_challenge(control: ControlId, now: Moment) -> Challenge | None:
    """A challenge that has not been seen yet and may still be. For the job that looks."""
    rows = ControlRow.objects.filter(number=control, proven=None, expires__gt=now, organization__active=True)
    row = rows.select_related("organization").first()
    return challenge_of(row) if row else None


def invitation_letter(invitation: InvitationId, now: Moment) -> Letter | None:
    """The letter of an invitation that is still open. Nowhere else is its link ever put together."""
    rows = InvitationRow.objects.filter(number=invitation, expires__gt=now, organization__active=True)
    row = rows.select_related("organization").first()
    if row is None:
        return None
    link = f"{settings.PUBLIC_URL}/join/{join_secret(row.number)}"
    return rules.invitation_letter(row.email, row.organization.name, link, Moment.of(row.expires))


def offer_behind(secret: str, now: Moment) -> Offer:
    """What a link offers, for the page on which it is taken up. Spent, forged, expired and banned look the same."""
    row = offered(secret, now).select_related("organization").first()
    if row is None or not still_offered(row, secret, now):
        raise LinkSpent
    inviter = PersonRow.objects.filter(number=row.invited_by).values_list("name", flat=True).first()
    return Offer(row.organization.name, inviter or "", _roles(row.roles), Moment.of(row.expires))


def offered(secret: str, now: Moment) -> QuerySet[InvitationRow]:
    digest = rules.digest_of(secret, rules.JOIN) or ""
    return InvitationRow.objects.filter(digest=digest, expires__gt=now, organization__active=True)


def still_offered(row: InvitationRow, secret: str, now: Moment) -> bool:
    """Whether the link still holds: made under the session key of today, and for somebody who is not banned."""
    return compare_digest(join_secret(row.number), secret) and not is_banned(row.email, now)


def decline_letter(application: ApplicationId) -> Letter | None:
    row = ApplicationRow.objects.filter(number=application, declined__isnull=False).first()
    return rules.decline_letter(row.contact, row.organization) if row else None


def duties_of(number: str, now: Moment) -> tuple[Duty, ...]:
    """What somebody still owes, here or gone. For other rooms, which enforce it."""
    return tuple(duty_of(row) for row in DutyRow.objects.filter(about=number, ends__gt=now).order_by("id"))


def is_banned(email: str, now: Moment) -> bool:
    """Whether this address was banned, and the ban has not ended; also when whoever had it left since."""
    return DutyRow.objects.filter(kind=DutyKind.BAN, mark=mark_of(email), ends__gt=now).exists()


def has_administrator() -> bool:
    """Whether anybody administers this instance."""
    rows = MembershipRow.objects.filter(organization__operating=True).values_list("roles", flat=True)
    return any(Role.ADMINISTRATOR in roles for roles in rows)


def is_held(number: str) -> bool:
    """Whether two people hold this back from being erased."""
    return HoldRow.objects.filter(about=number).exclude(confirmed_by="").exists()


_UPWARDS = ("membership__person", "membership__organization")


def membership_of(row: MembershipRow) -> Membership:
    return Membership(
        PersonId(row.person.number),
        OrganizationId(row.organization.number),
        _roles(row.roles),
        Moment.of(row.since),
        row.terms,
    )


def agent_of(row: AgentRow) -> Agent:
    return Agent(
        AgentId(row.number),
        PersonId(row.membership.person.number),
        OrganizationId(row.membership.organization.number),
        tuple(row.scopes),
        row.rate_per_minute,
        Moment.of(row.expires),
        row.name,
    )


def token_of(row: TokenRow) -> Token:
    return Token(
        TokenId(row.number),
        row.agent.number if row.agent else "",
        OrganizationId(row.membership.organization.number),
        tuple(row.scopes),
        Moment.of(row.created),
        Moment.of(row.expires),
        row.last_used.isoformat() if row.last_used else "",
        row.name,
    )


def organization_of(row: OrganizationRow) -> Organization:
    kind, sector = OrganizationKind(row.kind), Sector(row.sector)
    return Organization(OrganizationId(row.number), kind, sector, row.operating, row.name)


def duty_of(row: DutyRow) -> Duty:
    return Duty(DutyId(row.number), row.about, DutyKind(row.kind), Moment.of(row.ends))


def hold_of(row: HoldRow) -> Hold:
    return Hold(HoldId(row.number), row.about, PersonId(row.placed_by), row.confirmed_by)


def shown_control(row: ControlRow) -> Control:
    counts = rules.settled_from(*_moments(row))
    number, organization = ControlId(row.number), OrganizationId(row.organization.number)
    return Control(number, organization, row.target, _shown(row.proven), _shown(counts))


def challenge_of(row: ControlRow) -> Challenge:
    method = ControlMethod(row.method)
    return Challenge(
        ControlId(row.number),
        OrganizationId(row.organization.number),
        method,
        row.target,
        rules.place_of(method, row.target),
        row.challenge,
        Moment.of(row.expires),
    )


def _control_line(row: ControlRow) -> ControlLine:
    challenge, control = challenge_of(row), shown_control(row)
    return ControlLine(
        challenge.id,
        challenge.method,
        challenge.target,
        challenge.place,
        challenge.value,
        challenge.expires,
        control.proven,
        control.counts_from,
    )


def _moments(row: ControlRow) -> tuple[Moment | None, Moment | None, Moment | None, Moment | None]:
    moments = (row.proven, row.changed, row.organization.contact_changed, row.seconded)
    proven, changed, contact, seconded = (Moment.of(at) if at else None for at in moments)
    return proven, changed, contact, seconded


def _shown(moment: datetime | None) -> str:
    return str(Moment.of(moment)) if moment else ""


def _newest_control(organization: str, target: str) -> ControlRow | None:
    rows = ControlRow.objects.filter(organization__number=organization, target=target, proven__isnull=False)
    return rows.select_related("organization").order_by("-proven", "-id").first()


def _person(actor: Actor) -> PersonRow:
    row = PersonRow.objects.filter(number=actor.id, is_active=True).first() if actor.kind is ActorKind.PERSON else None
    if row is None:
        raise NobodyThere
    return row


def _profile(row: PersonRow) -> Profile:
    return Profile(PersonId(row.number), row.name, row.email, Moment.of(row.created))


def _memberships(person: str) -> list[MembershipRow]:
    return list(
        MembershipRow.objects.filter(person__number=person)
        .select_related("person", "organization")
        .order_by("since", "id")
    )


def _exported(leaver: str) -> tuple[Exported, ...]:
    return tuple(part for export in DEPARTURES.exporters for part in export(leaver))


def _roles(words: list[str]) -> tuple[Role, ...]:
    return tuple(Role(word) for word in words)


def organization_names(numbers: Collection[str]) -> dict[str, str]:
    """What several organizations call themselves, by number."""
    return dict(OrganizationRow.objects.filter(number__in=numbers, active=True).values_list("number", "name"))
