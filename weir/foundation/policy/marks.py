# SPDX-License-Identifier: Apache-2.0
"""Markings as rows, and the audience that follows from them. Called inside the verb that receives or changes an object.

Direct SQL, because every report received passes here: two statements for an object that is new. If we stop between them
the verb's transaction is gone and so are both. On an object that exists, `mark` costs two looks more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connections, models

from weir.foundation.policy.models import AudienceRow, MarkRow
from weir.foundation.policy.rules import combine
from weir.foundation.policy.terms import GLASS, Marking, Protects, Tlp
from weir.kernel.moments import EPOCH, MILLISECOND, Moment

_INSERT_MARK = "INSERT INTO policy_mark (object, source, tlp, audience, embargo_ms) VALUES (%s, %s, %s, %s, %s)"
_UPSERT_MARK = (
    f"{_INSERT_MARK} ON CONFLICT (object, source) DO UPDATE"
    " SET tlp = excluded.tlp, audience = excluded.audience, embargo_ms = excluded.embargo_ms"
)
_OTHERS = "SELECT tlp, audience, embargo_ms FROM policy_mark WHERE object = %s AND source <> %s"
_SHOWN_TO = "SELECT key FROM policy_audience WHERE object = %s AND kind = %s"
_DELETE_KEY = "DELETE FROM policy_audience WHERE kind = %s AND key = %s AND object = %s"
_INSERT_KEYS = "INSERT INTO policy_audience (kind, key, object) VALUES "


def mark(row: models.Model, source: str, marking: Marking) -> Marking:
    """Set how one source wants this object to be handled, and give back what holds now for all sources together."""
    _hold(row)
    with connections["default"].cursor() as cursor:
        cursor.execute(_UPSERT_MARK, _mark_values(row, source, marking))
        cursor.execute(_OTHERS, [_stored(row.pk), source])
        others = [_as_marking(*found) for found in cursor.fetchall()]
        return _show(cursor, row, combine([marking, *others]))


def mark_fresh(rows: Sequence[models.Model], source: str, marking: Marking) -> Marking:
    """The same for rows that were created in this very transaction and that nobody marked yet: nothing is looked up."""
    combined = combine((marking,))
    with connections["default"].cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(_INSERT_MARK, _mark_values(rows[0], source, marking))
            _insert_keys(cursor, rows[0], combined.audience)
        else:
            cursor.executemany(_INSERT_MARK, [_mark_values(row, source, marking) for row in rows])
            keys = [(_kind(row), key, _stored(row.pk)) for row in rows for key in sorted(combined.audience)]
            cursor.executemany(f"{_INSERT_KEYS}(%s, %s, %s)", keys)
    return combined


def unmark(row: models.Model, source: str) -> Marking:
    """This source no longer has a say. Of an object that no source marks any more, nobody is shown anything."""
    _hold(row)
    MarkRow.objects.filter(object=row.pk, source=source).delete()
    with connections["default"].cursor() as cursor:
        return _show(cursor, row, combine(markings_of(row).values()))


def forget(row: models.Model) -> None:
    """The object is going: so do its markings and its audience, the broken glass included."""
    MarkRow.objects.filter(object=row.pk).delete()
    AudienceRow.objects.filter(object=row.pk).delete()


def show_through_glass(kind: str, object: UUID, number: str) -> None:
    """Show one object to whoever holds this glass. Nobody holds it any more once its hour is over."""
    AudienceRow.objects.create(kind=kind, key=f"{GLASS}{number}", object=object)


def markings_of(row: models.Model) -> dict[str, Marking]:
    """Every source and what it said."""
    found = MarkRow.objects.filter(object=row.pk).values_list("source", "tlp", "audience", "embargo_ms")
    return {source: _as_marking(tlp, audience, embargo_ms) for source, tlp, audience, embargo_ms in found}


def _hold(row: models.Model) -> None:
    """Two verbs that mark one object wait for each other: otherwise each would combine without the other's marking.

    On SQLite a verb holds the only write lock anyway.
    """
    connection = connections["default"]
    if connection.vendor == "postgresql":
        meta = row._meta
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT FROM {connection.ops.quote_name(meta.db_table)} WHERE {meta.pk.column} = %s FOR UPDATE",
                [row.pk],
            )


def _show(cursor: Any, row: models.Model, combined: Marking) -> Marking:
    """Make the audience that of the combined marking; what did not change is not touched."""
    kind, this = _kind(row), _stored(row.pk)
    cursor.execute(_SHOWN_TO, [this, kind])
    before = {key for (key,) in cursor.fetchall() if not key.startswith(GLASS)}
    if gone := before - combined.audience:
        cursor.executemany(_DELETE_KEY, [(kind, key, this) for key in sorted(gone)])
    _insert_keys(cursor, row, combined.audience - before)
    return combined


def _insert_keys(cursor: Any, row: models.Model, keys: Iterable[str]) -> None:
    if wanted := sorted(keys):
        kind, this = _kind(row), _stored(row.pk)
        places = ", ".join(["(%s, %s, %s)"] * len(wanted))
        cursor.execute(_INSERT_KEYS + places, [value for key in wanted for value in (kind, key, this)])


def _mark_values(row: models.Model, source: str, marking: Marking) -> tuple[Any, ...]:
    embargo = (marking.embargo_until - EPOCH) // MILLISECOND if marking.embargo_until else 0
    audience = "\n".join(sorted(marking.audience))
    return _stored(row.pk), source, marking.tlp.value, audience, embargo


def _as_marking(tlp: str, audience: str, embargo_ms: int) -> Marking:
    embargo = Moment.of(EPOCH + embargo_ms * MILLISECOND) if embargo_ms else None
    return Marking(Tlp(tlp), frozenset(audience.split("\n")) - {""}, embargo)


def _kind(row: models.Model) -> str:
    return _kind_of(type(row))


@cache
def _kind_of(model: type[models.Model]) -> str:
    protects = getattr(model, "policy", None)
    if not isinstance(protects, Protects):
        raise TypeError(f"{model.__name__} says no `policy = Protects(...)`, so it cannot be marked")
    return protects.name


def _stored(id: UUID) -> UUID | str:
    """As the database keeps it: PostgreSQL has a type for it, SQLite has text."""
    return id if connections["default"].features.has_native_uuid_field else id.hex
