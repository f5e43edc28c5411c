# SPDX-License-Identifier: Apache-2.0
"""What does not end by leaving: duties with an end, and legal holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.foundation.identity.terms.people import PersonId
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment


class DutyId(TypedId, prefix="DU"):
    pass


class HoldId(TypedId, prefix="HO"):
    pass


class DutyKind(StrEnum):
    """What does not end by leaving."""

    EMBARGO = "embargo"
    BAN = "ban"
    QUOTA = "quota"


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
