# SPDX-License-Identifier: Apache-2.0
"""Many rows at once, each database in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection


def pour(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table, inside the caller's transaction."""
    named = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({named}) VALUES ({places})", list(rows))
            return
        # COPY passes by row security, so PostgreSQL refuses it on tables that have it: by a table beside, then.
        cursor.execute(f"CREATE TEMP TABLE poured ON COMMIT DROP AS SELECT {named} FROM {table} LIMIT 0")
        with cursor.copy(f"COPY poured ({named}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"INSERT INTO {table} ({named}) SELECT {named} FROM poured")
        cursor.execute("DROP TABLE poured")


def settle() -> None:
    """What the database does by itself within minutes: it counts its rows, and plans as in a house at work."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
