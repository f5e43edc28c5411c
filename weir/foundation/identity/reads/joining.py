# SPDX-License-Identifier: Apache-2.0
"""Who may come in, and on what terms: the text in force, applications, invitations, and the letters about them."""

from __future__ import annotations

from functools import cache
from hmac import compare_digest
from importlib.resources import files

from django.conf import settings
from django.db.models import QuerySet

from weir.foundation.actor import Actor
from weir.foundation.identity import rules
from weir.foundation.identity.accounts import join_secret, mark_of
from weir.foundation.identity.models import ApplicationRow, DutyRow, InvitationRow, MembershipRow, PersonRow
from weir.foundation.identity.reads.staying import is_banned
from weir.foundation.identity.terms import (
    ApplicationId,
    ApplicationLine,
    DutyKind,
    InvitationId,
    Letter,
    LinkSpent,
    Offer,
    OrganizationKind,
    Role,
    Sector,
    Terms,
)
from weir.foundation.question import question
from weir.kernel.canonical import hexdigest
from weir.kernel.moments import Moment


@question("identity.terms")
def terms(actor: Actor) -> Terms:
    """The terms of taking part that hold now, and the digest that whoever joins sends back."""
    return terms_in_force()


@cache
def terms_in_force() -> Terms:
    """The newest text in `tables/terms`. Older ones stay beside it: somebody joined under them."""
    folder = files("weir.foundation.identity") / "tables" / "terms"
    newest = max((entry for entry in folder.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    text = newest.read_bytes()
    return Terms(newest.name.removesuffix(".md"), text.decode(), hexdigest(text))


@question("identity.list_applications")
def list_applications(actor: Actor) -> tuple[ApplicationLine, ...]:
    """The applications that wait, the oldest first. Those that were declined are nowhere."""
    rules.check_operator(actor)
    marks = set(DutyRow.objects.filter(kind=DutyKind.BAN).exclude(mark="").values_list("mark", flat=True))
    rows = ApplicationRow.objects.filter(declined=None).order_by("id")
    return tuple(_application(row, banned=mark_of(row.contact) in marks) for row in rows)


def _application(row: ApplicationRow, *, banned: bool) -> ApplicationLine:
    number, kind, sector = ApplicationId(row.number), OrganizationKind(row.kind), Sector(row.sector)
    return ApplicationLine(number, row.organization, kind, sector, row.contact, Moment.of(row.received), banned)


def has_administrator() -> bool:
    """Whether anybody administers this instance."""
    rows = MembershipRow.objects.filter(organization__operating=True).values_list("roles", flat=True)
    return any(Role.ADMINISTRATOR in roles for roles in rows)


def offer_behind(secret: str, now: Moment) -> Offer:
    """What a link offers, for the page on which it is taken up. Spent, forged, expired and banned look the same."""
    row = offered(secret, now).select_related("organization").first()
    if row is None or not still_offered(row, secret, now):
        raise LinkSpent
    inviter = PersonRow.objects.filter(number=row.invited_by).values_list("name", flat=True).first()
    return Offer(row.organization.name, inviter or "", tuple(map(Role, row.roles)), Moment.of(row.expires))


def offered(secret: str, now: Moment) -> QuerySet[InvitationRow]:
    digest = rules.digest_of(secret, rules.JOIN) or ""
    return InvitationRow.objects.filter(digest=digest, expires__gt=now, organization__active=True)


def still_offered(row: InvitationRow, secret: str, now: Moment) -> bool:
    """Whether the link still holds: made under the session key of today, and for somebody who is not banned."""
    return compare_digest(join_secret(row.number), secret) and not is_banned(row.email, now)


def invitation_letter(invitation: InvitationId, now: Moment) -> Letter | None:
    """The letter of an invitation that is still open. Nowhere else is its link ever put together."""
    rows = InvitationRow.objects.filter(number=invitation, expires__gt=now, organization__active=True)
    row = rows.select_related("organization").first()
    if row is None:
        return None
    link = f"{settings.PUBLIC_URL}/join/{join_secret(row.number)}"
    return rules.invitation_letter(row.email, row.organization.name, link, Moment.of(row.expires))


def decline_letter(application: ApplicationId) -> Letter | None:
    row = ApplicationRow.objects.filter(number=application, declined__isnull=False).first()
    return rules.decline_letter(row.contact, row.organization) if row else None
