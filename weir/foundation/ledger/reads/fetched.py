# SPDX-License-Identifier: Apache-2.0
"""Rows as the driver gives them, for the few questions whose answer is mostly bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connections, router

from weir.foundation.ledger.models import EntryRow


def fetched(statement: str, parameters: Sequence[int | bytes]) -> list[tuple[Any, ...]]:
    """From where the ORM would read. On PostgreSQL in binary, which Django's own cursor cannot: as text, bytes come as
    twice as many hexadecimal digits, and a batch's leaves take twice as long as all else in a proof.
    """
    connection = connections[router.db_for_read(EntryRow)]
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return psycopg.Cursor(connection.connection).execute(statement, parameters, binary=True).fetchall()
