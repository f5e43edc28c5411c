# SPDX-License-Identifier: Apache-2.0
"""How the database is emptied after a test that committed for real: what was written in, and no more.

Django's way empties every table and then makes its content types and permissions anew, for each model. Nobody here
changes those two, so they are left as they are, which is most of what the end of a test takes.
"""

from __future__ import annotations

from typing import Any

from django.core.management.color import no_style
from django.db import connections
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}
# A table's file is empty after TRUNCATE, and grows with any row, whoever may see it.
WRITTEN = "SELECT name FROM unnest(%s::text[]) name WHERE pg_relation_size(quote_ident(name)::regclass) > 0"


def empty(alias: str) -> None:
    connection, tables = connections[alias], _tables(alias)
    if on_postgres := connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(WRITTEN, [tables])
            tables = [name for (name,) in cursor.fetchall()]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, allow_cascade=on_postgres))


def _tables(alias: str) -> list[str]:
    names = connections[alias].introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(names) - KEPT)


def _teardown(case: Any) -> None:
    for alias in case._databases_names(include_mirrors=False):
        empty(alias)


TransactionTestCase._fixture_teardown = _teardown  # type: ignore[attr-defined]
