# SPDX-License-Identifier: Apache-2.0
"""The second wall: PostgreSQL itself shows a row only to whoever holds one of the keys it is shown to.

It stands behind the filters and knows less than they do: no attributes, no forbids. What it stops is a query in which
the filter was forgotten. SQLite has no such wall, and neither has a superuser: `row_security_state` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connections
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

# The keys are read once per statement, not once per row, because they stand in a subquery of their own. The other one
# is no EXISTS: PostgreSQL may turn that into a hash of all that the reader may see (300,000 rows: 100 ms, not 1).
RAISE = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY weir_audience ON {table}
    USING (
        (SELECT current_setting('weir.beat', true) = 'writing')
        OR (
            SELECT true FROM policy_audience AS shown
            WHERE shown.kind = '{kind}' AND shown.object = {table}.id
            AND shown.key = ANY ((SELECT string_to_array(current_setting('weir.keys', true), E'\\x1f'))::text[])
            LIMIT 1
        )
    )
    WITH CHECK (current_setting('weir.beat', true) = 'writing');
"""
LOWER = """
DROP POLICY weir_audience ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


class RowSecurity(Operation):
    """A migration operation: `RowSecurity("findings_finding", kind="Weir::Finding")`, after policy's first migration.

    A later data migration on such a table must first say `SET LOCAL weir.beat = 'writing'`, or it finds no rows.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, table: str, kind: str) -> None:
        self.table, self.kind = table, kind

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Rows and columns stay as they are."""

    def database_forwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        self._run(schema_editor, RAISE)

    def database_backwards(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        self._run(schema_editor, LOWER)

    def describe(self) -> str:
        return f"Row security on {self.table}"

    def _run(self, schema_editor: BaseDatabaseSchemaEditor, sql: str) -> None:
        if schema_editor.connection.vendor == "postgresql":
            table = schema_editor.quote_name(self.table)
            schema_editor.execute(sql.format(table=table, kind=self.kind.partition("::")[2]), params=None)


class Wall(StrEnum):
    STANDS = "stands"
    ABSENT = "absent"
    BYPASSED = "bypassed"


@dataclass(frozen=True)
class RowSecurityState:
    """Whether the second wall stands for the role that Weir connects as, and on which tables."""

    wall: Wall
    sentence: str
    tables: tuple[str, ...] = ()


def row_security_state() -> RowSecurityState:
    """For `weir doctor`."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return RowSecurityState(Wall.ABSENT, "SQLite has no row security; the filters stand alone.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        passes = cursor.fetchone()[0]
        cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = 'weir_audience' ORDER BY tablename")
        tables = tuple(name for (name,) in cursor.fetchall())
    if passes:
        sentence = (
            "The database role is a superuser or has BYPASSRLS: row security does not bind it. Use a plain owner."
        )
        return RowSecurityState(Wall.BYPASSED, sentence, tables)
    return RowSecurityState(Wall.STANDS, f"Row security binds this role on {len(tables)} tables.", tables)
