# SPDX-License-Identifier: Apache-2.0
"""May this actor do this, to this object? Implements `Ask`. Silence is yes."""

from __future__ import annotations

from typing import Any

from django.db import connections, models, router

from weir.foundation.actor import Actor
from weir.foundation.policy.reads.opened import Opened, Row, in_force
from weir.foundation.policy.rules import refuses
from weir.foundation.policy.terms import Holds, Kind, NotAllowed, NothingHere, OutOfScope, PersonOnly
from weir.kernel.errors import Invalid
from weir.kernel.ids import TypedId, any_id

_JOINED = {
    "sqlite": "group_concat(shown.key, char(31))",
    "postgresql": "string_agg(shown.key, chr(31))",
}
_BLANK: dict[Holds, Any] = {Holds.TEXT: "", Holds.NUMBER: 0, Holds.TRUTH: False}
_AS = {Holds.TEXT: str, Holds.NUMBER: int, Holds.TRUTH: bool}


def ask(actor: Actor, action: str, on: TypedId | None) -> None:
    """Raises unless policy allows it. What the actor may not even see is answered as if it did not exist."""
    now = in_force()
    _refuse_outright(now, actor, action)
    if on is None:
        if not now.policies.allows(actor, action):
            raise NotAllowed
        return
    found = now.by_id.get(type(on))
    if found is None:
        raise NothingHere
    row, kind = found
    seen = attributes_of(row, kind, on)
    # A number that does not exist is decided about all the same, so that the time taken does not tell which it was.
    looked_at = seen if seen is not None else _blank(kind)
    allowed = now.policies.allows_on(actor, action, kind, on, looked_at)
    if allowed and seen is not None:
        return
    may_read = now.may(actor, kind.read)
    readable = may_read and now.policies.allows_on(actor, kind.read, kind, on, looked_at)
    if readable and seen is not None:
        raise NotAllowed
    raise NothingHere


def may_see(actor: Actor, about: str) -> bool:
    """Whether this actor may read the object of this number, whatever its kind. For rooms that keep numbers only."""
    try:
        number = any_id(about)
        ask(actor, in_force().by_id[type(number)][1].read, number)
    except (Invalid, KeyError, NotAllowed, OutOfScope, PersonOnly, NothingHere):
        return False
    return True


def attributes_of(row: Row, kind: Kind, number: TypedId) -> dict[str, Any] | None:
    """The row as Cedar sees it, its audience included; one statement."""
    connection = connections[router.db_for_read(row)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(row, kind, connection.vendor), [kind.protects.name, str(number)])
        found = cursor.fetchone()
    if found is None:
        return None
    *values, keys = found
    each = zip(kind.attributes.items(), values, strict=True)
    attributes = {name: _AS[attribute.holds](value) for (name, attribute), value in each}
    return attributes | {"audience": keys.split("\x1f") if keys else []}


def _refuse_outright(now: Opened, actor: Actor, action: str) -> None:
    if now.may(actor, action):
        return
    declared = now.actions.get(action)
    if declared and refuses(actor, person_only=declared.person_only):
        raise PersonOnly
    if actor.scopes is not None and action not in actor.scopes:
        raise OutOfScope
    raise NotAllowed


def _blank(kind: Kind) -> dict[str, Any]:
    return {name: _BLANK[attribute.holds] for name, attribute in kind.attributes.items()} | {"audience": []}


_STATEMENTS: dict[tuple[Row, str], str] = {}


def _statement(row: Row, kind: Kind, vendor: str) -> str:
    if (row, vendor) not in _STATEMENTS:
        _STATEMENTS[row, vendor] = _written(row, kind, vendor)
    return _STATEMENTS[row, vendor]


def _written(row: Row, kind: Kind, vendor: str) -> str:
    quote = connections["default"].ops.quote_name
    meta = row._meta
    columns = [f"this.{quote(_column(meta.get_field(each.column)))}, " for each in kind.attributes.values()]
    return (
        f"SELECT {''.join(columns)}(SELECT {_JOINED[vendor]} FROM policy_audience AS shown"  # noqa: S608 (names from models)
        f" WHERE shown.object = this.{quote(_column(meta.pk))} AND shown.kind = %s)"
        f" FROM {quote(meta.db_table)} AS this WHERE this.number = %s"
    )


def _column(field: Any) -> str:
    assert isinstance(field, models.Field)
    assert field.column
    return field.column
