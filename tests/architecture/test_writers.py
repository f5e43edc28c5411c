# SPDX-License-Identifier: Apache-2.0
"""Only verbs write: no other file saves, creates, changes or deletes a row, through the ORM or in SQL."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The writers below the verbs. Each is a decision: see docs/decisions/0003-who-may-write.md.
DIRECT_WRITERS = {
    "weir/foundation/identity/accounts.py",  # allauth's adapter: sign-in happens before there is an actor
    "weir/foundation/jobs/cursor.py",  # where the flow has read to
    "weir/foundation/jobs/leases.py",  # which process runs which worker slot
    "weir/foundation/jobs/progress.py",  # how far a batch has come
    "weir/foundation/ledger/record.py",  # the fourth beat itself
    "weir/foundation/ledger/sequencer.py",  # entries become leaves and checkpoints
    "weir/foundation/policy/marks.py",  # markings are set inside the verb that sets them
    "weir/foundation/store/gates/case_file.py",  # wrapped keys: a file outside the database and its backups
    "weir/foundation/store/blobs.py",  # bytes are kept before the verb that names them commits
}

ALWAYS = {
    "abulk_create",
    "abulk_update",
    "aget_or_create",
    "aupdate_or_create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
}
# Also the names of harmless things (`digest.update(b)`, `client.delete(url)`): Django's take no positional argument.
KEYWORD_ONLY = {"save", "create", "update", "delete", "asave", "acreate", "aupdate", "adelete"}

SQL = re.compile(
    r"\s*(INSERT\s+(OR\s+\w+\s+)?INTO|REPLACE\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|TRUNCATE|COPY|MERGE)\s"
)


def writes(source: str) -> list[int]:
    """The lines at which this source writes rows."""
    return sorted({line for node in ast.walk(ast.parse(source)) for line in _written_at(node)})


def _written_at(node: ast.AST) -> list[int]:
    match node:
        case ast.Call(func=ast.Attribute(attr=name), args=positional):
            return [node.lineno] if name in ALWAYS or (name in KEYWORD_ONLY and not positional) else []
        case ast.Constant(value=str(text)):
            return [node.lineno] if SQL.match(text) else []
    return []


def may_write(path: str) -> bool:
    """Whether this file is a verb, a migration or a named direct writer."""
    parts = Path(path).parts
    return path in DIRECT_WRITERS or parts[3:4] in [("verbs.py",), ("verbs",), ("migrations",)]


def test_only_verbs_write():
    paths = (str(path.relative_to(ROOT)) for path in sorted((ROOT / "weir").rglob("*.py")))
    offences = [f"{path}:{line}" for path in paths if not may_write(path) for line in writes((ROOT / path).read_text())]
    assert offences == []


@pytest.mark.parametrize(
    "snippet",
    [
        "row.save()",
        "row.save(update_fields=['state'])",
        "Row.objects.create(name=name)",
        "Row.objects.filter(id=id).update(state='out')",
        "Row.objects.all().delete()",
        "Row.objects.bulk_create(rows)",
        "Row.objects.bulk_update(rows, ['state'])",
        "Row.objects.get_or_create(name=name)",
        "Row.objects.update_or_create(name=name)",
        "await row.asave()",
        "cursor.execute('INSERT INTO t VALUES (1)')",
        "cursor.execute('  UPDATE t SET x = 1')",
        "SWEEP = 'DELETE FROM t WHERE due < %s'",
        "cursor.execute(f'INSERT OR IGNORE INTO {table} VALUES (1)')",
        "with cursor.copy('COPY t FROM STDIN') as pipe: pass",
    ],
)
def test_a_write_is_seen(snippet):
    source = f"async def act():\n    {snippet}" if "await" in snippet else snippet
    assert writes(source)


@pytest.mark.parametrize(
    "snippet",
    [
        "digest.update(block)",
        "seen.update({'a': 1})",
        "client.delete('/api/v1/reports')",
        "image.save('page.png')",
        "Row.objects.filter(id=id)",
        "cursor.execute('SELECT 1')",
        "hint = 'Delete the file, then try again.'",
        "'''Update the cursor, then set the clock.'''",
    ],
)
def test_what_writes_nothing_is_left_alone(snippet):
    assert writes(snippet) == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("weir/clearinghouse/intake/verbs.py", True),
        ("weir/clearinghouse/intake/verbs/receive.py", True),
        ("weir/clearinghouse/intake/migrations/0001_initial.py", True),
        ("weir/foundation/jobs/cursor.py", True),
        ("weir/clearinghouse/intake/jobs.py", False),
        ("weir/clearinghouse/intake/cursor.py", False),
        ("weir/shell/verbs.py", False),
    ],
)
def test_who_may_write(path, allowed):
    assert may_write(path) == allowed
