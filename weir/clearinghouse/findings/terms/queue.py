# SPDX-License-Identifier: Apache-2.0
"""How somebody looks at the queue: what narrows it, how much there is, and the views that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from weir.clearinghouse.findings.terms.findings import FindingId, FindingState
from weir.foundation.policy.terms import Tlp
from weir.kernel.errors import Conflict, Invalid, Missing
from weir.kernel.ids import TypedId
from weir.kernel.records import unrecorded

MOST_VIEWS = 20
LONGEST_NAME = 60
LONGEST_TEXT = 100


class ViewId(TypedId, prefix="SV"):
    """A view that somebody saved."""


@dataclass(frozen=True)
class Narrowed:
    """What the queue is narrowed to; nothing is the whole queue. `since` and `before` are days, in UTC."""

    state: FindingState | None = None
    marking: Tlp | None = None
    since: date | None = None
    before: date | None = None
    mine: bool = False
    text: str = ""


@dataclass(frozen=True)
class Counts:
    """How much there is, counted among the newest `among`; `whole` when that was all there is."""

    open: int
    mine: int
    pairs: int
    among: int
    whole: bool


@dataclass(frozen=True)
class View:
    """A view that somebody saved: its name, and the filters of the queue's page."""

    id: ViewId
    name: str = unrecorded(default="")
    query: str = unrecorded(default="")


@dataclass(frozen=True)
class Taken:
    """Who has taken a finding on; empty when it was handed back."""

    id: FindingId
    owner: str


class NoSuchView(Missing):
    """You have no view of that number."""


class TooManyViews(Conflict):
    """You have saved as many views as there is room for."""

    hint = f"Drop one of the {MOST_VIEWS} first."


class UnfitView(Invalid):
    """A view needs a name, and filters that the queue has."""

    hint = f"Give it a name of 1 to {LONGEST_NAME} characters."


class TooLongSearch(Invalid):
    """The search is longer than any title."""

    hint = f"Use at most {LONGEST_TEXT} characters."
