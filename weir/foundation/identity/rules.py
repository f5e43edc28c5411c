# SPDX-License-Identifier: Apache-2.0
"""Who may hand on what, which secret is well made, and when control has to be shown again. Time is handed in."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.identity.terms import (
    AdministratorsOnly,
    ControlMethod,
    ControlState,
    Letter,
    NotARole,
    OperatorsOnly,
    OrganizationKind,
    PeopleOnly,
    Role,
    SecondPersonUnsettled,
    Sector,
    Standing,
    TooWide,
    Unlooked,
)
from weir.kernel.errors import Invalid
from weir.kernel.moments import Moment

TOKEN, DOOR, JOIN = "weir_", "weirdoor_", "weirjoin_"
LONGEST_TOKEN_LIFE = timedelta(days=366)
DOOR_OPEN = timedelta(hours=24)
INVITATION_OPEN = timedelta(days=14)
CHALLENGE_OPEN = timedelta(days=7)
DECLINED_KEPT = timedelta(days=30)
SETTLES = timedelta(days=90)
LONGEST_DUTY = timedelta(days=366 * 5)

# These two speak for somebody else's code, so the organization has to show first that the code is its own.
NEEDS_CONTROL = frozenset({Role.MAINTAINER, Role.VENDOR})

_EVERYBODY = frozenset({Role.ADMINISTRATOR, Role.FINDER, Role.MEMBER})
_BEYOND = {
    OrganizationKind.MAINTAINER_PROJECT: frozenset({Role.MAINTAINER}),
    OrganizationKind.VENDOR: frozenset({Role.VENDOR}),
    OrganizationKind.DISTRIBUTOR: frozenset({Role.VENDOR}),
    OrganizationKind.AI_LAB: frozenset({Role.VENDOR}),
    OrganizationKind.OVERSIGHT: frozenset({Role.INSPECTOR}),
}

_ADDRESS = re.compile(r"[^\s@,;:<>\"()\[\]\\]{1,64}@(?=.{4,189}$)(?:[\w](?:[\w-]{0,61}[\w])?\.)+[\w-]{2,63}")
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_REPOSITORY = re.compile(r"/([\w.-]{1,100})/([\w.-]{1,100}?)(?:\.git)?/?", re.ASCII)
_NAME_LENGTH = 200

# Where a forge shows a file of the default branch as it is. One line per forge; others prove by DNS or by a site file.
FORGES = {
    "github.com": ("raw.githubusercontent.com", "/{owner}/{name}/HEAD/{file}"),
    "gitlab.com": ("gitlab.com", "/{owner}/{name}/-/raw/HEAD/{file}"),
    "codeberg.org": ("codeberg.org", "/api/v1/repos/{owner}/{name}/raw/{file}"),
}
CHALLENGE_FILE = "weir-challenge.txt"


def fresh_secret(prefix: str, randomness: Callable[[int], bytes]) -> str:
    """256 random bits behind a prefix that scanners for leaked secrets can find, with a checksum that spots a typo."""
    return spelled_secret(prefix, randomness(32))


def spelled_secret(prefix: str, chance: bytes) -> str:
    body = base64.b32encode(chance).decode().rstrip("=").lower()
    return prefix + body + _checksum(prefix + body)


def digest_of(secret: str, prefix: str) -> str | None:
    """What a row keeps of a secret, or None for text that no secret of this prefix can be."""
    if len(secret) > 100 or not secret.isascii() or not secret.startswith(prefix):
        return None
    if _checksum(secret[:-7]) != secret[-7:]:
        return None
    return hashed(secret)


def hashed(secret: str) -> str:
    """SHA-256, and no slow hash such as bcrypt or PBKDF2: they make guessing costly, and 2^256 cannot be guessed at any
    speed. A slow hash would make each request pay; a salted one could not be looked up.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(text: str) -> str:
    return base64.b32encode(zlib.crc32(text.encode()).to_bytes(4, "big")).decode().rstrip("=").lower()


def grantable(kind: OrganizationKind, *, operating: bool) -> frozenset[Role]:
    """Which roles an organization gives. The operating one gives all but those that speak for others' code."""
    if operating:
        return frozenset(Role) - NEEDS_CONTROL
    return _EVERYBODY | _BEYOND.get(kind, frozenset())


def roles_given(asked: Iterable[Role], kind: OrganizationKind, *, operating: bool) -> tuple[Role, ...]:
    """The roles asked for, in one order and without repeats, or a refusal that names the one that cannot be given."""
    roles = frozenset(asked) or frozenset({Role.MEMBER})
    if beyond := sorted(roles - grantable(kind, operating=operating)):
        raise NotARole(f"This organization does not give the role {beyond[0]}.")
    return tuple(sorted(roles))


def roles_in_force(roles: Iterable[str], *, controlled: bool) -> frozenset[str]:
    """A maintainer or vendor who has not shown control is a member like others."""
    return frozenset(roles) if controlled else frozenset(roles) - NEEDS_CONTROL


def is_operator(actor: Actor) -> bool:
    return actor.staff and Role.ADMINISTRATOR in actor.roles and actor.second_factor


def check_operator(actor: Actor) -> None:
    if not is_operator(actor):
        raise OperatorsOnly


def administers(actor: Actor, organization: str) -> bool:
    """Administrators answer for their own organization, operators for each; staff never without a second factor."""
    if is_operator(actor):
        return True
    own = Role.ADMINISTRATOR in actor.roles and actor.organization == organization
    return own and (actor.second_factor or not actor.staff)


def check_administers(actor: Actor, organization: str) -> None:
    if not administers(actor, organization):
        raise AdministratorsOnly


def check_person(actor: Actor) -> None:
    """Some things a person does for themselves: neither an agent nor a token does them."""
    if actor.kind is not ActorKind.PERSON or actor.scopes is not None:
        raise PeopleOnly


def check_scopes(scopes: Collection[str], known: Mapping[str, bool]) -> tuple[str, ...]:
    """`known` maps each name there is to whether a token may carry it."""
    if not scopes:
        raise Invalid("A token opens something: name at least one verb or question.")
    if unknown := sorted(set(scopes) - set(known)):
        raise Invalid(f"There is no verb or question named {unknown[0]}.")
    if closed := sorted(name for name in set(scopes) if not known[name]):
        raise TooWide(f"Only a person may do {closed[0]}, never a token or an agent.")
    return tuple(sorted(set(scopes)))


def check_end(expires: Moment, now: Moment, longest: timedelta) -> Moment:
    if not now < expires <= now + longest:
        raise Invalid(f"The end lies within {longest.days} days from now.", faults={"/expires": "out of range"})
    return expires


def address(text: str) -> str:
    """A mail address in the one form in which it is kept, so that the same mailbox never stands twice."""
    plain = text.strip().lower()
    if not _ADDRESS.fullmatch(plain):
        raise Invalid("That is not a mail address.", faults={"/email": "not a mail address"})
    return plain


def name(text: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > _NAME_LENGTH or not plain.isprintable():
        raise Invalid(f"A name has 1 to {_NAME_LENGTH} printable characters.", faults={"/name": "not a name"})
    return plain


def check_sector(kind: OrganizationKind, sector: Sector) -> None:
    """An operator of critical infrastructure belongs to a sector; an ISAC may; nobody else says one."""
    if kind is OrganizationKind.INFRASTRUCTURE_OPERATOR and sector is Sector.NONE:
        raise Invalid("An infrastructure operator names its sector.", faults={"/sector": "missing"})
    may = {OrganizationKind.INFRASTRUCTURE_OPERATOR, OrganizationKind.ISAC}
    if sector is not Sector.NONE and kind not in may:
        raise Invalid("Only infrastructure operators and ISACs have a sector.", faults={"/sector": "does not apply"})


def target_of(method: ControlMethod, text: str) -> str:
    """The domain or repository in the one form in which it is kept, or a refusal to look at such a place."""
    plain = text.strip().lower().rstrip(".") if method is not ControlMethod.REPOSITORY_FILE else text.strip()
    if method is not ControlMethod.REPOSITORY_FILE:
        if not _DOMAIN.fullmatch(plain):
            raise Unlooked("That is not a public domain.")
        return plain
    url = urlsplit(plain)
    path = _REPOSITORY.fullmatch(url.path)
    if url.scheme != "https" or url.netloc not in FORGES or path is None or {".", ".."} & set(path.groups()):
        raise Unlooked("That is not a repository on a forge that is looked at.")
    return f"https://{url.netloc}/{path[1]}/{path[2]}"


def place_of(method: ControlMethod, target: str) -> str:
    """Where the challenge belongs: the name of a TXT record, or the address of a file."""
    if method is ControlMethod.DNS:
        return f"_weir-challenge.{target}"
    if method is ControlMethod.SITE_FILE:
        return f"https://{target}/.well-known/{CHALLENGE_FILE}"
    url = urlsplit(target)
    host, path = FORGES[url.netloc]
    _, owner, repository = url.path.split("/")
    return f"https://{host}{path.format(owner=owner, name=repository, file=CHALLENGE_FILE)}"


def invitation_letter(to: str, organization: str, link: str, expires: Moment) -> Letter:
    return Letter(
        to,
        f"You are invited to {organization} on Weir",
        f"{organization} invites you to take part in its name. Read the terms here, and decide:\n\n{link}\n\n"
        f"It works once, until {expires}. If you did not expect this letter, do nothing.\n",
    )


def copied_key_letter(to: str) -> Letter:
    return Letter(
        to,
        "A passkey of yours may have been copied",
        "Somebody tried to sign in to Weir as you with a passkey that showed an older count than it had shown before."
        " It was refused.\n\nEither another device holds a copy of the key, or your own device was put back to an"
        " earlier state. Sign in in another way, remove the passkey under Sign-in and security, and add it anew. If you"
        " do not know why it happened, tell the operator.\n",
    )


def counter_grows(kept: int, shown: int) -> bool:
    """Whether a passkey's signature counter is what its only holder would show. Devices without one show zero."""
    return shown > kept or shown == kept == 0


def decline_letter(to: str, organization: str) -> Letter:
    return Letter(
        to,
        "Your application",
        f"The application of {organization} was not taken up. It is erased within {DECLINED_KEPT.days} days.\n",
    )


def settled_from(at: Standing) -> Moment | None:
    """From when a proof counts.

    Who takes over a project or its mailbox can answer any challenge: for 90 days after either changed the proof waits,
    unless a second person has looked since.
    """
    if at.proven is None:
        return None
    changes = [change for change in (at.changed, at.contact_changed) if change and not _looked_at(change, at)]
    return max([at.proven, *(change + SETTLES for change in changes)])


def control_state(at: Standing, now: Moment) -> tuple[ControlState, str]:
    """How far a proof has come, and why it stands there."""
    counts = settled_from(at)
    if counts is None:
        return ControlState.UNPROVEN, "the challenge has not been seen in its place"
    if counts <= now:
        return ControlState.PROVEN, "the challenge was seen in its place"
    fresh = at.changed and now < at.changed + SETTLES and not _looked_at(at.changed, at)
    what = "control" if fresh else "contacts"
    return ControlState.WAITS_FOR_A_SECOND_PERSON, f"{what} changed within {SETTLES.days} days"


def check_settled(contact_changed: Moment | None, now: Moment) -> None:
    """A second person is one as long as nobody can have become them by their mailbox alone."""
    if contact_changed is not None and now < contact_changed + SETTLES:
        raise SecondPersonUnsettled


def _looked_at(change: Moment, at: Standing) -> bool:
    return at.seconded is not None and at.seconded >= change
