# SPDX-License-Identifier: Apache-2.0
"""Who takes part and how: organizations, roles, agents, tokens, proofs of control, and what stays after leaving."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from weir.foundation.actor import Actor
from weir.kernel.errors import Conflict, Invalid, Missing, Refused, Unavailable
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment
from weir.kernel.records import unrecorded


class OrganizationId(TypedId, prefix="O"):
    pass


class PersonId(TypedId, prefix="P"):
    pass


class AgentId(TypedId, prefix="A"):
    pass


class InvitationId(TypedId, prefix="I"):
    pass


class TokenId(TypedId, prefix="T"):
    pass


class ApplicationId(TypedId, prefix="AP"):
    pass


class ControlId(TypedId, prefix="CO"):
    pass


class DutyId(TypedId, prefix="DU"):
    pass


class HoldId(TypedId, prefix="HO"):
    pass


class OrganizationKind(StrEnum):
    """What an organization is in the flood: who finds, who fixes, who is hit, who watches."""

    AI_LAB = "ai_lab"
    FINDER = "finder"
    MAINTAINER_PROJECT = "maintainer_project"
    VENDOR = "vendor"
    DISTRIBUTOR = "distributor"
    INFRASTRUCTURE_OPERATOR = "infrastructure_operator"
    FEDERAL_AGENCY = "federal_agency"
    STATE_LOCAL_TRIBAL = "state_local_tribal"
    ISAC = "isac"
    COORDINATOR = "coordinator"
    OVERSIGHT = "oversight"


class Sector(StrEnum):
    """The sixteen critical infrastructure sectors of PPD-21 and NSM-22; NONE for all others."""

    NONE = ""
    CHEMICAL = "chemical"
    COMMERCIAL_FACILITIES = "commercial_facilities"
    COMMUNICATIONS = "communications"
    CRITICAL_MANUFACTURING = "critical_manufacturing"
    DAMS = "dams"
    DEFENSE_INDUSTRIAL_BASE = "defense_industrial_base"
    EMERGENCY_SERVICES = "emergency_services"
    ENERGY = "energy"
    FINANCIAL_SERVICES = "financial_services"
    FOOD_AND_AGRICULTURE = "food_and_agriculture"
    GOVERNMENT_SERVICES_AND_FACILITIES = "government_services_and_facilities"
    HEALTHCARE_AND_PUBLIC_HEALTH = "healthcare_and_public_health"
    INFORMATION_TECHNOLOGY = "information_technology"
    NUCLEAR = "nuclear"
    TRANSPORTATION_SYSTEMS = "transportation_systems"
    WATER_AND_WASTEWATER = "water_and_wastewater"


class Role(StrEnum):
    """What an organization lets one of its people do. In the operating organization these are the staff."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    FINDER = "finder"
    MAINTAINER = "maintainer"
    VENDOR = "vendor"
    INSPECTOR = "inspector"
    MEMBER = "member"


class ControlMethod(StrEnum):
    """How somebody shows that a name is theirs: a DNS record, a file on the site, a file in the repository."""

    DNS = "dns"
    SITE_FILE = "site_file"
    REPOSITORY_FILE = "repository_file"


class Seen(StrEnum):
    """What a gate saw in the place of a challenge."""

    FOUND = "found"
    NOT_FOUND = "not_found"


class ControlState(StrEnum):
    """How far a proof of control has come."""

    UNPROVEN = "unproven"
    WAITS_FOR_A_SECOND_PERSON = "waits_for_a_second_person"
    PROVEN = "proven"


class DutyKind(StrEnum):
    """What does not end by leaving."""

    EMBARGO = "embargo"
    BAN = "ban"
    QUOTA = "quota"


@dataclass(frozen=True)
class Credential:
    """What a token turned out to be: who acts, how often in a minute, and which token it was."""

    actor: Actor
    rate_per_minute: int
    token: TokenId


@dataclass(frozen=True)
class Terms:
    """The terms of taking part, as shown; `digest` is what whoever joins sends back."""

    version: str
    text: str
    digest: str


@dataclass(frozen=True)
class FirstDoor:
    """The one-time way in for the first administrator; the secret is in no row and no record."""

    expires: Moment
    secret: str = unrecorded(default="")


@dataclass(frozen=True)
class Membership:
    """A person in an organization, what they may do there, and under which terms they came."""

    id: PersonId
    organization: OrganizationId
    roles: tuple[Role, ...]
    since: Moment
    terms: str = ""


@dataclass(frozen=True)
class Application:
    """An organization that asks to take part. Its name and contact lie in the row, which can be erased."""

    id: ApplicationId
    kind: OrganizationKind
    sector: Sector
    terms: str


@dataclass(frozen=True)
class ApplicationLine:
    """An application that waits, as an administrator reads it."""

    id: ApplicationId
    organization: str
    kind: OrganizationKind
    sector: Sector
    contact: str
    received: Moment
    banned: bool


@dataclass(frozen=True)
class Admitted:
    """An application that became an organization, and the invitation that goes to its contact."""

    id: ApplicationId
    organization: OrganizationId
    invitation: InvitationId


@dataclass(frozen=True)
class Declined:
    """An application that did not become one. It is told by letter, kept for a month, listed nowhere."""

    id: ApplicationId


@dataclass(frozen=True)
class Invitation:
    """A way in for one person. The answer is the same whether or not that person is here already."""

    id: InvitationId
    organization: OrganizationId
    roles: tuple[Role, ...]
    expires: Moment


@dataclass(frozen=True)
class Offer:
    """What stands behind a link, for whoever holds it."""

    organization: str
    invited_by: str
    roles: tuple[Role, ...]
    expires: Moment


@dataclass(frozen=True)
class Agent:
    """A program that acts for somebody: an owner, a scope, a rate and an end."""

    id: AgentId
    owner: PersonId
    organization: OrganizationId
    scopes: tuple[str, ...]
    rate_per_minute: int
    expires: Moment
    name: str = unrecorded(default="")


@dataclass(frozen=True)
class Token:
    """A token as its owner sees it afterwards. Its last use is known to the day only."""

    id: TokenId
    agent: str
    organization: OrganizationId
    scopes: tuple[str, ...]
    created: Moment
    expires: Moment
    last_used: str
    name: str


@dataclass(frozen=True)
class IssuedToken:
    """A token as its owner sees it once. Nobody can show the secret again."""

    id: TokenId
    agent: str
    scopes: tuple[str, ...]
    expires: Moment
    secret: str = unrecorded(default="")


@dataclass(frozen=True)
class Ended:
    """Something that no longer opens anything: a token, an agent, a membership, an organization."""

    id: str


@dataclass(frozen=True)
class Challenge:
    """What to put where, so that everybody can see that the name is yours. It is no secret."""

    id: ControlId
    organization: OrganizationId
    method: ControlMethod
    target: str
    place: str
    value: str
    expires: Moment


@dataclass(frozen=True)
class Evidence:
    """What a gate saw, and a digest of who runs the place, where that can be told."""

    seen: Seen
    fingerprint: str = ""


@dataclass(frozen=True)
class Control:
    """An organization's proof for a target: when it was last seen, and from when it counts. Empty: not yet."""

    id: ControlId
    organization: OrganizationId
    target: str
    proven: str
    counts_from: str


@dataclass(frozen=True)
class ControlLine:
    """A proof of control as the organization's own people see it: what to put where, when it was seen, and from when it
    counts. Empty: not yet.
    """

    id: ControlId
    method: ControlMethod
    target: str
    place: str
    value: str
    expires: Moment
    proven: str
    counts_from: str


@dataclass(frozen=True)
class Profile:
    """The person who asks, as Weir knows them."""

    id: PersonId
    name: str
    email: str
    created: Moment


@dataclass(frozen=True)
class Organization:
    """An organization, as its own people and the operator's administrators see it."""

    id: OrganizationId
    kind: OrganizationKind
    sector: Sector
    operating: bool
    name: str = unrecorded(default="")


@dataclass(frozen=True)
class Member:
    """One line of the list of members, for administrators."""

    id: PersonId
    name: str
    email: str
    roles: tuple[Role, ...]
    since: Moment


@dataclass(frozen=True)
class Known:
    """Whom an opaque number belongs to."""

    id: str
    name: str
    email: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Exported:
    """A part of what is the leaver's, from one room, as JSON text."""

    room: str
    title: str
    content: str


@dataclass(frozen=True)
class Export:
    """Everything here that is yours."""

    profile: Profile
    memberships: tuple[Membership, ...]
    agents: tuple[Agent, ...]
    tokens: tuple[Token, ...]
    others: tuple[Exported, ...]


@dataclass(frozen=True)
class Left:
    """Somebody left. Nothing here says whether anything of theirs had to stay."""

    id: str


@dataclass(frozen=True)
class Duty:
    """What outlasts leaving, and until when. For administrators of the operating organization only."""

    id: DutyId
    about: str
    kind: DutyKind
    ends: Moment


@dataclass(frozen=True)
class Hold:
    """Two people say that something must not be erased for now. It keeps nobody from leaving."""

    id: HoldId
    about: str
    placed_by: PersonId
    confirmed_by: str = ""


@dataclass(frozen=True)
class Swept:
    """How much had run out and is gone."""

    count: int


@dataclass(frozen=True)
class Letter:
    """A letter to one mailbox."""

    to: str
    subject: str
    text: str


class Exporter(Protocol):
    """What of the leaver's a room holds. Asked inside a read."""

    def __call__(self, leaver: str) -> tuple[Exported, ...]: ...


class Eraser(Protocol):
    """Lets go of the leaver's things that nobody else relies on. Called inside the leaver's own transaction."""

    def __call__(self, leaver: str, now: Moment) -> None: ...


class NoSuchCredential(Refused):
    """This token opens nothing here."""

    hint = (
        "Issue a new one under your profile; a token is shown once, ends on its day and works only where it was issued."
    )


class LinkSpent(Refused):
    """This link opens nothing, or no longer does."""

    hint = "Ask whoever sent it for a new one."


class DoorShut(Refused):
    """There is an administrator already, so there is no first door."""

    hint = "Ask an administrator to invite you."


class OtherTerms(Conflict):
    """These are not the terms that hold now."""

    hint = "Read the terms again and send the digest that is shown with them."


class NotYours(Missing):
    """There is nothing of yours under that number."""


class NobodyThere(Missing):
    """Nobody under that number."""

    hint = "Check the number. Who never was here and who left look the same."


class OperatorsOnly(Refused):
    """Only administrators of the organization that runs this instance may do this."""


class AdministratorsOnly(Refused):
    """Only an administrator of that organization may do this."""


class PeopleOnly(Refused):
    """Only a person may do this, for themselves."""

    hint = "Sign in; an agent or a token cannot do it for you."


class TooWide(Refused):
    """That is more than may be handed on."""


class NotARole(Invalid):
    """This organization does not give that role."""


class SecondPersonNeeded(Conflict):
    """This takes somebody else than the one who began it."""

    hint = "Ask a colleague; two people decide, or nothing happens."


class HouseStays(Conflict):
    """The organization that runs this instance cannot withdraw from it."""

    hint = "Its people can leave. To end the instance, stop it."


class OutOfReach(Unavailable):
    """What was to be looked at could not be reached."""


class Unlooked(Invalid):
    """This place is not looked at."""

    hint = "Name a public domain, or an https address of a repository on a forge that is listed in the docs."
