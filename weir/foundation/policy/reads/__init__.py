# SPDX-License-Identifier: Apache-2.0
"""Questions to policy. Rooms use `visible_to`, `newest_visible` and `may_see`; the shell binds `ask` and
opens policies.

`opened.py` gathers the files, `asking.py` decides about one object, `rows.py` filters many, `pages.py` shows them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from weir.foundation.actor import Actor
from weir.foundation.policy.models import GlassRow, NoticeRow, PendingActRow, RegimeStatusRow
from weir.foundation.policy.reads.asking import ask, may_see
from weir.foundation.policy.reads.opened import in_force, open_policies
from weir.foundation.policy.reads.rows import newest_visible, visible_to
from weir.foundation.policy.terms import (
    GLASS,
    BrokenGlass,
    NothingHere,
    Notice,
    PendingAct,
    PendingActId,
    Regime,
    RegimeStatus,
)
from weir.foundation.question import question
from weir.kernel.documents import read
from weir.kernel.moments import Moment

__all__ = [
    "ask",
    "glass_handles",
    "list_broken_glass",
    "list_notices",
    "list_pending_acts",
    "list_regimes",
    "may_see",
    "newest_visible",
    "open_policies",
    "policy_version",
    "read_pending_act",
    "visible_to",
]

_REGIMES = Path(__file__).parents[1] / "tables" / "legal_regimes.json"
_MOST = 200


def policy_version() -> str:
    """The digest of all policy files that this process decides by."""
    return in_force().policies.version


@question("policy.read_pending_act", on="pending")
def read_pending_act(actor: Actor, pending: PendingActId) -> PendingAct:
    """One act that waits for a second person."""
    row = visible_to(actor, PendingActRow, "policy.read_pending_act").filter(number=pending).first()
    if row is None:
        raise NothingHere
    return row.as_term()


@question("policy.list_pending_acts", filtered=True)
def list_pending_acts(actor: Actor) -> tuple[PendingAct, ...]:
    """Acts that wait for a second person, the newest first."""
    rows = visible_to(actor, PendingActRow, "policy.list_pending_acts").order_by("-id")[:_MOST]
    return tuple(row.as_term() for row in rows)


@question("policy.list_broken_glass", filtered=True)
def list_broken_glass(actor: Actor) -> tuple[BrokenGlass, ...]:
    """Who broke the glass for what, and why; the newest first."""
    rows = visible_to(actor, GlassRow, "policy.list_broken_glass").order_by("-id")[:_MOST]
    return tuple(row.as_term() for row in rows)


@question("policy.list_notices", filtered=True)
def list_notices(actor: Actor) -> tuple[Notice, ...]:
    """What administrators must see; the newest first."""
    rows = visible_to(actor, NoticeRow, "policy.list_notices").order_by("-id")[:_MOST]
    return tuple(row.as_term() for row in rows)


@question("policy.list_regimes")
def list_regimes(actor: Actor) -> tuple[Regime, ...]:
    """Legal regimes, each with the status that the operator entered, its day and its source. No claim is made."""
    newest = {row.regime: row for row in RegimeStatusRow.objects.order_by("as_of", "id")}
    return tuple(_as_entered(regime, newest.get(regime.regime)) for regime in regimes().values())


def glass_handles(person: str, now: Moment) -> frozenset[str]:
    """Keys that a person holds for this hour because a glass was broken. Whoever builds an Actor adds them to its
    handles: so the hour ends by itself, with the next call.
    """
    held = GlassRow.objects.filter(by=person, until__gt=now).values_list("number", flat=True)
    return frozenset(f"{GLASS}{number}" for number in held)


@cache
def regimes() -> dict[str, Regime]:
    """The table of legal regimes as it ships: every status unknown, because only an operator can know it."""
    table = read(_REGIMES.read_bytes())
    as_of = table.member("as_of").day()
    found = {}
    for node in table.member("regimes").items():
        texts = {word: node.member(word).text() for word in ("regime", "name", "concerns", "citation")}
        found[texts["regime"]] = Regime(**texts, status=RegimeStatus.UNKNOWN, as_of=as_of, source="")
    return found


def _as_entered(regime: Regime, row: RegimeStatusRow | None) -> Regime:
    if row is None:
        return regime
    entered = RegimeStatus(row.status), row.as_of, row.source, row.set_by
    return Regime(regime.regime, regime.name, regime.concerns, regime.citation, *entered)
