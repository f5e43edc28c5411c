# SPDX-License-Identifier: Apache-2.0
"""How somebody comes in: the terms of taking part, the first door, applications, invitations, and their letters."""

from __future__ import annotations

from dataclasses import dataclass

from weir.foundation.identity.terms.organizations import OrganizationId, OrganizationKind, Role, Sector
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment
from weir.kernel.records import unrecorded


class ApplicationId(TypedId, prefix="AP"):
    pass


class InvitationId(TypedId, prefix="I"):
    pass


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
class Letter:
    """A letter to one mailbox."""

    to: str
    subject: str
    text: str
