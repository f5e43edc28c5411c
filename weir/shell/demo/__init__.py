# SPDX-License-Identifier: Apache-2.0
"""The small made-up world of `weir up --demo`: an empty instance filled through verbs, as people would fill it.

It says that it is made up in every name, and lies under `.example`, where nobody has a mailbox. Findings are not made
here: the worker makes them of reports and documents, by the flow that they all take. Stop anywhere: what is there
stays, and the next start finds a world that is smaller.
"""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth import get_user_model

from weir.clearinghouse.intake.verbs import receive_report, send_document
from weir.clearinghouse.scanning.verbs import claim_target, register_target, renew_claim, weigh_target
from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor
from weir.foundation.identity import accounts, verbs
from weir.foundation.identity.reads import terms_in_force
from weir.foundation.identity.terms import OrganizationId
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.terms import Cursor
from weir.kernel.errors import Conflict, Missing
from weir.kernel.moments import Moment
from weir.shell.clock import now
from weir.shell.demo.documents import DOCUMENTS
from weir.shell.demo.people import ADMINISTRATOR, COORDINATOR, GUESTS, LAB_ONE, STAFF, Person
from weir.shell.demo.reports import CLAIMS, EXPOSURE, REPORTS

HOUSE = "Example Treasury Clearinghouse (made up)"
WEEKS = timedelta(days=26)
TOTP_PERIOD = 30
_OF_ANY_INSTANCE = {"identity.open_first_door", "identity.sweep_ended"}


class NotEmpty(Conflict):
    """This instance holds something, and a made-up world is put into an empty one only."""

    hint = "Start without --demo and WEIR_DEMO, or point WEIR_HOME (and WEIR_DATABASE) at somewhere empty."


class NotMadeUp(Missing):
    """There is no made-up person of that name here."""

    hint = "Made-up people with a second factor: administrator, coordinator. They are there after `weir up --demo`."


def seed() -> Iterator[str]:
    """Fill this instance, and tell how to come in. On one that is filled already, tell only that."""
    if is_here():
        yield f"The made-up world is here already. `{_weir()} demo code coordinator` gives its second factor now."
        yield f"Its password was shown when it was made; to begin anew, remove {settings.HOME}."
        return
    _check_empty()
    yield "Filling this instance with a small made-up world ..."
    present = now()
    start = Moment.of(present - WEEKS)
    # One for all of them: they are one world, and it is shown in one line.
    password = secrets.token_urlsafe(12)
    encoded = accounts.encoded(password)
    _staff(encoded, start)
    _guests(encoded, start)
    _reports(start, present)
    _scanning(present)
    _documents(present)
    yield from _how_to_sign_in(password, present)


def code_of(person: str, at: Moment) -> str:
    """What an authenticator app would show now for somebody made up."""
    known = {each.email.partition("@")[0]: each.email for each in STAFF}
    secret = _secret_of(known.get(person, ""))
    if not secret or not is_here():
        raise NotMadeUp
    return _code(secret, at)


def is_here() -> bool:
    """Whether this instance holds the made-up world, however it was started this time."""
    return bool(_people().filter(email=ADMINISTRATOR.email, name=ADMINISTRATOR.name).exists())


def _check_empty() -> None:
    lines = ledger.lines_after(Cursor(ledger.open_log().id), 1_000)
    if _people().exists() or any(line.kind not in _OF_ANY_INSTANCE for line in lines):
        raise NotEmpty


def _staff(encoded: str, start: Moment) -> None:
    door = verbs.open_first_door(SYSTEM, now=start)
    verbs.claim_first_administrator(
        ANONYMOUS, door.secret, ADMINISTRATOR.email, ADMINISTRATOR.name, HOUSE, encoded, now=start
    )
    _enroll(ADMINISTRATOR.email)
    administrator = _actor(ADMINISTRATOR.email, start)
    _bring_in(administrator, administrator.organization, COORDINATOR, encoded, start)
    _enroll(COORDINATOR.email)


def _guests(encoded: str, start: Moment) -> None:
    administrator, terms = _actor(ADMINISTRATOR.email, start), terms_in_force().digest
    for guest in GUESTS:
        first, *others = guest.people
        asked = verbs.apply(ANONYMOUS, guest.name, guest.kind, first.email, terms, guest.sector, now=start)
        admitted = verbs.admit_application(administrator, asked.id, now=start)
        link = accounts.join_secret(admitted.invitation)
        verbs.accept_invitation(ANONYMOUS, link, terms, first.name, encoded, now=start)
        for other in others:
            _bring_in(_actor(first.email, start), admitted.organization, other, encoded, start)


def _bring_in(by: Actor, organization: str, person: Person, encoded: str, at: Moment) -> None:
    invited = verbs.invite(by, person.email, OrganizationId(organization), person.roles, now=at)
    link = accounts.join_secret(invited.id)
    verbs.accept_invitation(ANONYMOUS, link, terms_in_force().digest, person.name, encoded, now=at)


def _reports(start: Moment, present: Moment) -> None:
    """Spread evenly; none in the future, or the clock would seem to go back."""
    step = (present - start) / (len(REPORTS) + 1)
    for number, (who, title, component, weakness, ai_use) in enumerate(REPORTS, 1):
        at = Moment.of(start + step * number)
        actor = _actor(who, at) if who else ANONYMOUS
        description = f"Made up, to show what a report looks like.\n\n{title}."
        receive_report(actor, title, description, component, weakness, ai_use, now=at)


def _scanning(present: Moment) -> None:
    """Targets, how much stands on them, and who is at work on what; each lease was kept alive until today."""
    targets = {}
    for locator, exposure in EXPOSURE.items():
        targets[locator] = register_target(_actor(LAB_ONE, present), locator, now=present).id
        weigh_target(_actor(COORDINATOR.email, present), targets[locator], exposure, now=present)
    for who, locator, methods, paths, hours, days in CLAIMS:
        began, actor = Moment.of(present - timedelta(days=days)), _actor(who, present)
        claimed = claim_target(actor, targets[locator], methods, paths, hours=hours, now=began)
        renew_claim(actor, claimed.id, now=present)


def _documents(present: Moment) -> None:
    for who, name, text in DOCUMENTS:
        send_document(_actor(who, present), name, text(), now=present)


def _enroll(email: str) -> None:
    """A second factor, as staff need one; what an authenticator app would hold lies in the database, and only here."""
    TOTP.activate(_people().get(email=email), generate_totp_secret())


def _how_to_sign_in(password: str, present: Moment) -> Iterator[str]:
    yield f"Everybody here is made up. They all sign in at {settings.PUBLIC_URL}/account/login/ with this password:"
    yield f"  {password}"
    for person in STAFF:
        secret = _secret_of(person.email)
        label = quote(f"{settings.INSTANCE}:{person.email}")
        yield f"  {person.email}  second factor now: {_code(secret, present)}"
        yield f"    otpauth://totp/{label}?secret={secret}&issuer={quote(settings.INSTANCE)}"
    for guest in GUESTS:
        yield f"  {guest.people[0].email}  {guest.name}"
    yield f"`{_weir()} demo code coordinator` gives the second factor of the moment. The password is not shown again."


def _weir() -> str:
    """How it is typed here: after `make run` it stands in the checkout and not on the PATH."""
    started, found = Path(sys.argv[0]), shutil.which("weir")
    if started.name != "weir" or (found and started.exists() and started.samefile(found)):
        return "weir"
    return str(started)


def _secret_of(email: str) -> str:
    found = Authenticator.objects.filter(user__email=email, type=Authenticator.Type.TOTP).first()
    return str(decrypt(found.data["secret"])) if found else ""


def _code(secret: str, at: Moment) -> str:
    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // TOTP_PERIOD)))


def _actor(email: str, at: Moment) -> Actor:
    return accounts.actor_of_session(_people().get(email=email), "", second_factor=True, now=at)


def _people() -> Any:
    return get_user_model().objects
