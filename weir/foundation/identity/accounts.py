# SPDX-License-Identifier: Apache-2.0
"""Signing in: who a session or a token is. A named direct writer, because it acts before there is an actor.

Here also stands what allauth and the verbs share: making a person, and forgetting one.
"""

from __future__ import annotations

import hmac
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet

from weir.foundation.actor import ANONYMOUS, Actor, ActorKind
from weir.foundation.identity import rules
from weir.foundation.identity.models import MembershipRow, NumberRow, PersonRow, TokenRow
from weir.foundation.identity.terms import Credential, NoSuchCredential, PersonId, TokenId
from weir.foundation.policy.reads import glass_handles
from weir.kernel.errors import Invalid
from weir.kernel.ids import TypedId, uuid7
from weir.kernel.moments import Moment

Id = TypeVar("Id", bound=TypedId)

_NOWHERE = "0" * 64
_COUNTER = "counter"
_SEEN = (
    "number",
    "digest",
    "audience",
    "scopes",
    "second_factor",
    "expires",
    "last_used",
    "membership__roles",
    "membership__person__number",
    "membership__person__is_active",
    "membership__organization__number",
    "membership__organization__kind",
    "membership__organization__sector",
    "membership__organization__operating",
    "membership__organization__active",
    "membership__organization__controlled_from",
    "agent__number",
    "agent__scopes",
    "agent__rate_per_minute",
)


@dataclass(frozen=True)
class Present:
    """Who is at the keyboard, and what the organization that they act for is called: for the head of their pages."""

    actor: Actor
    organization: str = ""


def actor_of_session(person: PersonRow, organization: str, *, second_factor: bool, now: Moment) -> Actor:
    """Who is at the keyboard, without the name."""
    return present_in_session(person, organization, second_factor=second_factor, now=now).actor


def present_in_session(person: PersonRow, organization: str, *, second_factor: bool, now: Moment) -> Present:
    """Who is at the keyboard, for the organization they chose; without a choice, or when it ended, their first one."""
    if not person.is_active:
        return Present(ANONYMOUS)
    held = person.memberships.select_related("organization").filter(organization__active=True)
    memberships = sorted(held, key=lambda row: (row.organization.number != organization, row.since, row.id))
    if not memberships:
        return Present(Actor(ActorKind.PERSON, person.number, second_factor=second_factor))
    actor = _actor(person.number, memberships[0], second_factor=second_factor, now=now)
    return Present(actor, memberships[0].organization.name)


def _actor(number: str, membership: MembershipRow, *, second_factor: bool, now: Moment) -> Actor:
    organization = membership.organization
    return Actor(
        ActorKind.PERSON,
        number,
        organization=organization.number,
        organization_kind=organization.kind,
        sector=organization.sector,
        roles=rules.roles_in_force(membership.roles, controlled=_reached(organization.controlled_from, now)),
        staff=organization.operating,
        second_factor=second_factor,
        # Who broke the glass for something sees it for an hour; built anew with each call, so the hour ends by itself.
        handles=glass_handles(number, now) if organization.operating else frozenset(),
    )


def actor_of_token(secret: str, now: Moment) -> Credential:
    """Whose token this is: one query. Forged, mistyped, expired, revoked and meant for elsewhere all sound the same.

    The index finds a digest, not a secret, so how long it takes tells nothing that helps to guess one; the comparison
    after it is constant-time all the same.
    """
    digest = rules.digest_of(secret, rules.TOKEN)
    if digest is None:
        raise NoSuchCredential
    row: dict[str, Any] = next(iter(_tokens().filter(digest=digest)), {})
    if not hmac.compare_digest(row.get("digest", _NOWHERE), digest) or not _opens(row, now):
        raise NoSuchCredential
    _note_use(row, now.date())
    return Credential(_bearer(row, now), row["agent__rate_per_minute"] or 0, TokenId(row["number"]))


@cache
def _tokens() -> QuerySet[TokenRow, dict[str, Any]]:
    """Put together once: naming twenty columns of five tables takes longer than the query."""
    rows: QuerySet[TokenRow, dict[str, Any]] = TokenRow.objects.values(*_SEEN)
    return rows


def _opens(row: dict[str, Any], now: Moment) -> bool:
    return bool(
        now < row["expires"]
        and row["audience"] == settings.PUBLIC_URL
        and row["membership__person__is_active"]
        and row["membership__organization__active"]
    )


def _bearer(row: dict[str, Any], now: Moment) -> Actor:
    controlled = _reached(row["membership__organization__controlled_from"], now)
    shared = {
        "organization": row["membership__organization__number"],
        "organization_kind": row["membership__organization__kind"],
        "sector": row["membership__organization__sector"],
        "roles": rules.roles_in_force(row["membership__roles"], controlled=controlled),
        "staff": row["membership__organization__operating"],
        "second_factor": row["second_factor"],
    }
    person, scopes = row["membership__person__number"], frozenset(row["scopes"])
    if row["agent__number"] is None:
        return Actor(ActorKind.PERSON, person, scopes=scopes, **shared)
    return Actor(
        ActorKind.AGENT, row["agent__number"], owner=person, scopes=scopes & set(row["agent__scopes"]), **shared
    )


def _note_use(row: dict[str, Any], today: date) -> None:
    """Once a day: a finer trail would tell when people work, and each call would wait for the writer."""
    if row["last_used"] == today:
        return
    # A full disk or a read-only database must not lock out those who only read.
    with suppress(DatabaseError), transaction.atomic():
        TokenRow.objects.filter(number=row["number"]).update(last_used=today)


def _reached(moment: datetime | None, now: Moment) -> bool:
    return moment is not None and moment <= now


def fresh_number(kind: type[Id], now: Moment) -> Id:
    """A number that nobody has, had or will have: it stays taken when its holder is forgotten."""
    while True:
        number = kind.mint(now.year, secrets.token_bytes)
        try:
            with transaction.atomic():
                NumberRow.objects.create(number=number)
            return number
        except IntegrityError:
            continue


def new_person(email: str, name: str, encoded_password: str, now: Moment) -> PersonRow:
    """Somebody whose address is known to be theirs: they came by a letter to it, or hold the terminal."""
    person = PersonRow(
        id=uuid7(now, secrets.token_bytes),
        number=fresh_number(PersonId, now),
        email=rules.address(email),
        name=rules.name(name),
        password=checked(encoded_password),
        created=now,
    )
    person.save(force_insert=True)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def encoded(password: str, email: str = "", name: str = "") -> str:
    """What is kept of a password: Django's PBKDF2, which needs nothing more to be installed.

    Doors call it before the verb: it takes a good part of a second on purpose, and a verb holds the write lock.
    """
    try:
        validate_password(password, PersonRow(email=email, name=name))
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), faults={"/password": "too weak"}) from None
    return make_password(password)


def checked(encoded_password: str) -> str:
    """A password as `encoded` gives it; none means that the person signs in otherwise."""
    if not encoded_password:
        return make_password(None)
    try:
        identify_hasher(encoded_password)
    except ValueError:
        raise Invalid(
            "A password comes here only as its digest.", faults={"/encoded_password": "not a digest"}
        ) from None
    return encoded_password


def shut_out(person: PersonRow) -> None:
    """They left and a legal hold keeps their row: no password, address, passkey or session opens anything any more.

    The address moves aside, so that whoever comes back with it finds no trace of an earlier stay.
    """
    person.is_active, person.kept_email, person.email = False, person.email, f"{person.id}@held.invalid"
    person.set_unusable_password()
    person.save(update_fields=["is_active", "kept_email", "email", "password"])
    EmailAddress.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()
    # A passkey alone signs in, and would tell its holder that something is still here.
    Authenticator.objects.filter(user=person).delete()


def counts_on(key: Authenticator, shown: int) -> bool:
    """Keep the signature counter that a passkey has just shown; no, if it had shown as much before: then it is another
    device with the same key. Of two that show one count at once, the second waits and is refused.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(pk=key.pk)
        kept = row.data.get(_COUNTER, row.wrap().authenticator_data.counter)
        if not rules.counter_grows(kept, shown):
            return False
        if shown != kept:
            row.data[_COUNTER] = shown
            row.save(update_fields=["data"])
    return True


def forget(person: PersonRow) -> None:
    """The row goes, and with it addresses, second factors and whatever hangs on it; sessions lead to nobody.

    The number stays taken in `NumberRow`, which says nothing else.
    """
    person.delete()


def end_sign_ins(now: Moment) -> None:
    """Every session, and every link that would set a new password: those hang on when somebody last signed in."""
    Session.objects.all().delete()
    PersonRow.objects.update(last_login=now)


def sweep_sessions(now: Moment) -> int:
    """Let go of sessions that ran out; how many. They open nothing any more, and would tell who signed in when."""
    return Session.objects.filter(expire_date__lte=now).delete()[0]


def join_secret(invitation: str) -> str:
    """The secret of an invitation's link, derived again by whoever sends the letter: no row, job or entry holds it.

    It hangs on the instance's session key, so a changed key ends every open invitation.
    """
    return rules.spelled_secret(rules.JOIN, _keyed("identity.invitation", invitation))


def mark_of(email: str) -> str:
    """What a ban keeps of an address. Keyed: addresses can be guessed, and a plain digest would confirm a guess."""
    return _keyed("identity.ban", rules.address(email)).hex()


def _keyed(purpose: str, text: str) -> bytes:
    return hmac.digest(str(settings.SECRET_KEY).encode(), f"{purpose}\0{text}".encode(), "sha256")
