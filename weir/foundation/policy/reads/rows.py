# SPDX-License-Identifier: Apache-2.0
"""The rows an actor may see, filtered in SQL by the policies that decide about each; and the newest, fast."""

from __future__ import annotations

from functools import cache
from typing import TypeVar
from uuid import UUID

from django.db import connections, models, router
from django.db.models import Exists, OuterRef, Q, QuerySet

from weir.foundation.actor import Actor
from weir.foundation.policy.models import AudienceRow
from weir.foundation.policy.reads.opened import in_force
from weir.foundation.policy.rules import besides, needs_key
from weir.foundation.policy.terms import And, Compare, Everything, Filter, HoldsKey, Not, Nothing, Or

M = TypeVar("M", bound=models.Model)

_LAST = UUID(int=2**128 - 1)
_MOST_KEYS = 400  # SQLite joins at most 500 selects into one
_FIRST_WINDOW, _WIDEST = 100, 4000


def visible_to(actor: Actor, row: type[M], action: str) -> QuerySet[M]:
    """The rows of this kind about which policy says yes to this action. Fails closed: an error is no rows."""
    return row._default_manager.filter(condition_of(in_force().filter_for(actor, row, action), _name(row)))


def newest_visible(
    actor: Actor,
    row: type[models.Model],
    action: str,
    *,
    before: UUID | None = None,
    limit: int,
    where: Q | None = None,
) -> list[UUID]:
    """Ids of the newest rows that `visible_to` would give, newest first, older than `before`.

    Reads a page, not a table. Where a reader sees what is shown to one of some keys, the newest of each key are read
    from the index of the audience and merged; where a reader sees everything, the newest rows are. `where` is looked at
    after that, in windows that grow: if it drops nearly all, use `visible_to` and an index of your own.
    """
    wanted = in_force().filter_for(actor, row, action)
    keys = needs_key(wanted)
    if keys is None or len(keys) > _MOST_KEYS:
        return _newest_rows(row, wanted, before or _LAST, limit, where)
    found: list[UUID] = []
    rest = besides(wanted, keys)
    plain = isinstance(rest, Everything) and where is None
    window, edge = limit if plain else max(limit * 2, _FIRST_WINDOW), before or _LAST
    while keys and len(found) < limit:
        shown = newest_shown(row, keys, edge, window)
        found += shown if plain else _kept(row, shown, rest, where)
        if len(shown) < window:
            break
        window, edge = min(window * 4, _WIDEST), shown[-1]
    return found[:limit]


def newest_shown(row: type[models.Model], keys: frozenset[str], before: UUID, limit: int) -> list[UUID]:
    """The newest objects shown to one of these keys: the tip of each key's run in the index, merged."""
    connection = connections[router.db_for_read(row) or "default"]
    native = connection.features.has_native_uuid_field
    kind, edge = _name(row), before if native else before.hex
    values = [value for key in sorted(keys) for value in (kind, key, edge, limit)]
    with connection.cursor() as cursor:
        cursor.execute(merged_tips(len(keys)), [*values, limit])
        return [each if native else UUID(hex=each) for (each,) in cursor.fetchall()]


def condition_of(wanted: Filter, kind: str) -> Q:  # noqa: PLR0911 - one line for each word a filter has
    """The filter as Django says it."""
    match wanted:
        case Everything():
            return Q()
        case Nothing():
            return Q(pk__in=[])
        case Compare(column, relation, literal):
            return Q(**{f"{column}__{relation}": literal})
        case HoldsKey(keys):
            return Q(Exists(AudienceRow.objects.filter(object=OuterRef("pk"), kind=kind, key__in=sorted(keys))))
        case Not(part):
            return ~condition_of(part, kind)
        case And(parts):
            return Q(*(condition_of(part, kind) for part in parts))
        case Or(parts):
            return Q(*(condition_of(part, kind) for part in parts), _connector=Q.OR)
    raise TypeError(f"{type(wanted).__name__} has no condition")


@cache
def merged_tips(branches: int) -> str:
    # Each branch stops by itself after `limit` index entries; only those few are merged and sorted.
    branch = (
        "SELECT object FROM (SELECT object FROM policy_audience"
        " WHERE kind = %s AND key = %s AND object < %s ORDER BY object DESC LIMIT %s) AS tip"
    )
    return f"{' UNION '.join([branch] * branches)} ORDER BY object DESC LIMIT %s"


def _newest_rows(row: type[models.Model], wanted: Filter, before: UUID, limit: int, where: Q | None) -> list[UUID]:
    rows = row._default_manager.filter(condition_of(wanted, _name(row)), where or Q(), pk__lt=before)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:limit])


def _kept(row: type[models.Model], shown: list[UUID], rest: Filter, where: Q | None) -> list[UUID]:
    rows = row._default_manager.filter(pk__in=shown).filter(condition_of(rest, _name(row)), where or Q())
    kept = set(rows.values_list("pk", flat=True))
    return [each for each in shown if each in kept]


def _name(row: type[models.Model]) -> str:
    kind = in_force().rows.get(row)
    return kind.protects.name if kind else ""
