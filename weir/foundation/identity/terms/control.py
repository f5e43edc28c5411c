# SPDX-License-Identifier: Apache-2.0
"""Proofs of control: what is put where, what was seen there, and from when it counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.foundation.identity.terms.organizations import OrganizationId
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment


class ControlId(TypedId, prefix="CO"):
    pass


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
class Standing:
    """What a proof of control rests on: when it was seen, when who runs the place or the contact changed, and when a
    second person looked since. None: not so far.
    """

    proven: Moment | None = None
    changed: Moment | None = None
    contact_changed: Moment | None = None
    seconded: Moment | None = None


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
