# SPDX-License-Identifier: Apache-2.0
"""What policy protects has the second wall behind it: a migration raises row security on every such table."""

from __future__ import annotations

from django.apps import apps
from django.db.migrations.loader import MigrationLoader

from weir.foundation.policy.engines.row_security import RowSecurity
from weir.foundation.policy.terms import Protects

# Policy's own. Staff alone are shown them, and it must read some to know which keys somebody holds.
UNWALLED = {"policy_glass", "policy_notice", "policy_pending_act"}


def test_every_protected_table_has_a_wall_of_its_kind():
    policies = {row._meta.db_table: getattr(row, "policy", None) for row in apps.get_models()}
    protected = {(table, policy.kind) for table, policy in policies.items() if isinstance(policy, Protects)}
    protected = {(table, kind) for table, kind in protected if table not in UNWALLED}
    migrations = MigrationLoader(None, ignore_no_migrations=True).disk_migrations.values()
    walls = {
        (operation.table, operation.kind)
        for migration in migrations
        for operation in migration.operations
        if isinstance(operation, RowSecurity)
    }
    assert protected
    assert protected - walls == set()
