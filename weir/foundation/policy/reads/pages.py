# SPDX-License-Identifier: Apache-2.0
"""One page of what an actor may see, newest first, with spoken numbers as the marks between pages."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from weir.foundation.actor import Actor
from weir.foundation.policy.reads.rows import newest_visible, visible_to

M = TypeVar("M", bound=models.Model)


def newest_page(
    actor: Actor, row: type[M], action: str, *, after: str = "", limit: int, where: Q | None = None
) -> tuple[tuple[M, ...], str]:
    """A page's rows, and the number after which the next page begins (empty on the last).

    A number that this actor may not see marks no place: the page begins at the top, as for a number that never was.
    """
    ids = newest_visible(actor, row, action, before=_place_of(actor, row, action, after), limit=limit + 1, where=where)
    shown = ids[:limit]
    rows = row._default_manager.in_bulk(shown)
    page = tuple(rows[each] for each in shown if each in rows)
    return page, str(page[-1].number) if page and len(ids) > limit else ""  # type: ignore[attr-defined]


def _place_of(actor: Actor, row: type[models.Model], action: str, number: str) -> UUID | None:
    if not number:
        return None
    return visible_to(actor, row, action).filter(number=number).values_list("pk", flat=True).first()
