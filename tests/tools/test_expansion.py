# SPDX-License-Identifier: Apache-2.0
"""A migration adds, or says why what it takes away is missed by nobody (decision 0101)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import migrations as does
from django.db import models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Index, Q, UniqueConstraint

from tools.expansion import RULES, objections, ours
from weir.foundation.policy.engines.row_security import RowSecurity

ROOT = Path(__file__).parents[2]
MODEL = "casefile"


def before() -> ProjectState:
    """What stands there: one table of one room."""
    state = ProjectState()
    fields: list[tuple[str, models.Field]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("number", models.CharField(max_length=24, unique=True)),
        ("note", models.CharField(max_length=80, null=True)),
        ("size", models.IntegerField(db_default=0)),
        ("share", models.DecimalField(max_digits=6, decimal_places=2)),
        ("slug", models.SlugField()),
    ]
    options = {
        "constraints": [
            UniqueConstraint(fields=["note", "size"], name="once"),
            models.CheckConstraint(condition=Q(size__gte=0), name="positive"),
        ],
        "indexes": [Index(fields=["size"], name="by_size")],
    }
    state.add_model(ModelState("room", "CaseFile", fields, options))
    return state


def refused(*operations, **said) -> list[str]:
    migration = type("Migration", (Migration,), {"operations": list(operations), **said})("0002_later", "room")
    return objections(migration, before())


def new_table():
    fields: list[tuple[str, models.Field]] = [("id", models.BigAutoField(primary_key=True))]
    fields.append(("word", models.CharField(max_length=9)))
    return does.CreateModel("Letter", fields, options={"db_table": "room_letter"})


def altered(name, field):
    return does.AlterField(MODEL, name, field)


ADDS = {
    "a table": new_table(),
    "a nullable column": does.AddField(MODEL, "closed_at", models.DateTimeField(null=True)),
    "a column with a default in the database": does.AddField(MODEL, "tries", models.IntegerField(db_default=0)),
    "a nullable column that is unique": does.AddField(MODEL, "key", models.UUIDField(null=True, unique=True)),
    "a column that the database computes": does.AddField(
        MODEL,
        "twice",
        models.GeneratedField(expression=models.F("size") * 2, output_field=models.IntegerField(), db_persist=True),
    ),
    "a table between two": does.AddField(MODEL, "others", models.ManyToManyField("room.casefile")),
    "an index": does.AddIndex(MODEL, Index(fields=["note"], name="by_note")),
    "one index less": does.RemoveIndex(MODEL, "by_size"),
    "one check less": does.RemoveConstraint(MODEL, "positive"),
    "more room for words": altered("note", models.CharField(max_length=200, null=True)),
    "room without bound": altered("note", models.TextField(null=True)),
    "more room where Django's own length stood": altered("slug", models.SlugField(max_length=99)),
    "larger numbers": altered("size", models.BigIntegerField(db_default=0)),
    "more digits": altered("share", models.DecimalField(max_digits=9, decimal_places=2)),
    "a column that may be empty": altered("size", models.IntegerField(null=True)),
    "what only forms see": altered("size", models.IntegerField("size in bytes", db_default=0, help_text="of all")),
    "another ordering": does.AlterModelOptions(MODEL, {"ordering": ["size"]}),
}

TAKES = {
    "delete model": does.DeleteModel(MODEL),
    "rename model": does.RenameModel("CaseFile", "Folder"),
    "rename table": does.AlterModelTable(MODEL, "folders"),
    "remove field note": does.RemoveField(MODEL, "note"),
    "rename field note": does.RenameField(MODEL, "note", "remark"),
    "add casefile.kind, which is neither nullable": does.AddField(MODEL, "kind", models.CharField(max_length=9)),
    "add casefile.size_2, which is neither nullable": does.AddField(MODEL, "size_2", models.IntegerField(default=0)),
    "add casefile.key, which only one": does.AddField(MODEL, "key", models.IntegerField(db_default=0, unique=True)),
    "make casefile.note NOT NULL": altered("note", models.CharField(max_length=80)),
    "lessen max_length of casefile.note": altered("note", models.CharField(max_length=79, null=True)),
    "lessen max_length of casefile.slug": altered("slug", models.SlugField(max_length=49)),
    "lessen max_digits of casefile.share": altered("share", models.DecimalField(max_digits=5, decimal_places=2)),
    "change decimal_places of casefile.share": altered("share", models.DecimalField(max_digits=6, decimal_places=1)),
    "make casefile.size a SmallIntegerField": altered("size", models.SmallIntegerField(db_default=0)),
    "make casefile.share a FloatField": altered("share", models.FloatField()),
    "take its default from casefile.size": altered("size", models.IntegerField()),
    "change unique of casefile.number": altered("number", models.CharField(max_length=24)),
    "change db_column of casefile.number": altered(
        "number", models.CharField(max_length=24, unique=True, db_column="n")
    ),
    "create constraint large": does.AddConstraint(MODEL, models.CheckConstraint(condition=Q(size__gt=9), name="large")),
    "remove constraint once": does.RemoveConstraint(MODEL, "once"),
    "alter unique_together": does.AlterUniqueTogether(MODEL, {("note", "slug")}),
    "run `RunSQL`": does.RunSQL("DELETE FROM room_casefile"),
    "run `RunPython`": does.RunPython(lambda *_: None),
    "run `SeparateDatabaseAndState`": does.SeparateDatabaseAndState(),
    "run `RowSecurity`": RowSecurity("room_casefile", kind="Weir::Case"),
}


@pytest.mark.parametrize("operation", ADDS.values(), ids=ADDS)
def test_what_adds_passes(operation):
    assert refused(operation) == []


@pytest.mark.parametrize(("begins", "operation"), TAKES.items(), ids=TAKES)
def test_what_takes_away_is_refused_in_one_sentence(begins, operation):
    (said,) = refused(operation)
    assert said.lower().startswith(begins.lower())


def test_every_operation_of_django_has_a_rule_or_is_refused():
    known = {rule for rule in RULES if rule.__module__.startswith("django.")}
    opaque = {does.RunSQL, does.RunPython, does.SeparateDatabaseAndState}
    assert {kind for name in dir(does) if name[0].isupper() and (kind := getattr(does, name)) is not Migration} == (
        known | opaque
    )


def test_a_table_of_its_own_is_shaped_at_will():
    constraint = does.AddConstraint("letter", UniqueConstraint(fields=["word"], name="once_only"))
    column = does.AddField("letter", "size", models.IntegerField())
    assert refused(new_table(), constraint, column, RowSecurity("room_letter", kind="Weir::Letter")) == []


def test_each_operation_is_compared_with_what_the_one_before_left():
    longer = altered("note", models.CharField(max_length=200, null=True))
    shorter = altered("note", models.CharField(max_length=100, null=True))
    assert refused(longer, shorter) == ["lessen max_length of casefile.note"]


def test_the_second_step_of_two_says_why_it_is_safe():
    away = does.RemoveField(MODEL, "note")
    assert refused(away, safe_because="0.2 stopped reading and writing `note`.") == []
    assert refused(away, safe_because=" ") == [
        "remove field note from casefile",
        "say `safe_because` without a sentence",
    ]
    assert refused(new_table(), safe_because="just so") == ["say `safe_because` where nothing is taken away"]


def write(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    head = "from django.db import migrations\nclass Migration(migrations.Migration):\n"
    (folder / f"{name}.py").write_text(head + "".join(f"    {line}\n" for line in body.splitlines()))


NEWEST = max((ROOT / "weir/clearinghouse/findings/migrations").glob("0*.py")).stem
LATER = f'dependencies = [("findings", "{NEWEST}")]\noperations = [migrations.RemoveField("findingrow", "tlp")]\n'


def test_our_own_later_migrations_are_held_to_it_and_nobody_elses(tmp_path, settings, monkeypatch):
    folder = tmp_path / "findings_later"
    shutil.copytree(ROOT / "weir/clearinghouse/findings/migrations", folder)
    write(folder, "0002_less", LATER)
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"findings": "findings_later"}
    held = list(ours(ROOT / "weir", MigrationLoader(None)))
    assert {migration.app_label for migration, _ in held} <= {
        path.parts[-3] for path in ROOT.glob("weir/*/*/migrations/0*")
    }
    assert not any(migration.name == "0001_initial" for migration, _ in held)
    ((migration, state),) = (one for one in held if one[0].name == "0002_less")
    assert objections(migration, state) == ["remove field tlp from findingrow"]


def test_the_check_says_what_to_do_and_fails(tmp_path):
    """On a copy of the tree, as `make check-migrations` runs it."""
    for part in ("weir", "tools"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    later = tmp_path / "weir/clearinghouse/findings/migrations"
    write(later, "0999_sql", LATER.replace('RemoveField("findingrow", "tlp")', 'RunSQL("SELECT 1")'))
    check = [sys.executable, "tools/migrations.py", "--check"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "findings.0999_sql would run `RunSQL`" in done.stdout
    assert "safe_because" in done.stdout
    with (later / "0999_sql.py").open("a") as file:
        file.write('    safe_because = "It reads."\n')
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
