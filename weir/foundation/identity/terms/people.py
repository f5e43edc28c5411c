# SPDX-License-Identifier: Apache-2.0
"""People, where they belong, and whom an opaque number belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from weir.foundation.identity.terms.organizations import OrganizationId, Role
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment


class PersonId(TypedId, prefix="P"):
    pass


@dataclass(frozen=True)
class Membership:
    """A person in an organization, what they may do there, and under which terms they came."""

    id: PersonId
    organization: OrganizationId
    roles: tuple[Role, ...]
    since: Moment
    terms: str = ""


@dataclass(frozen=True)
class Profile:
    """The person who asks, as Weir knows them."""

    id: PersonId
    name: str
    email: str
    created: Moment


@dataclass(frozen=True)
class NewAddress:
    """Somebody signs in with another address from now on. Which one is not said: it stays with the person."""

    id: PersonId


@dataclass(frozen=True)
class CopiedKey:
    """Somebody's passkey showed a counter that had not grown, so another device may hold it. Which key is not said."""

    id: PersonId


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
