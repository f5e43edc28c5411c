# SPDX-License-Identifier: Apache-2.0
"""Whether a migration only adds, so that the release before goes on working on the schema it leaves (decision 0101).

Held for every migration of ours but the first of its app: before that one nothing stood there. What takes something
away is the second step of two, and says in `safe_because` which release had stopped using it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import migrations as does
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Field, GeneratedField, ManyToManyField, UniqueConstraint
from django.db.models.fields import NOT_PROVIDED

REASON = "safe_because"

# Each kind of column can hold all that those before it in its row can.
WIDER = (
    ("CharField", "TextField"),
    ("SlugField", "CharField", "TextField"),
    ("EmailField", "CharField", "TextField"),
    ("URLField", "CharField", "TextField"),
    ("PositiveSmallIntegerField", "PositiveIntegerField", "PositiveBigIntegerField"),
    ("PositiveSmallIntegerField", "SmallIntegerField", "IntegerField", "BigIntegerField"),
    ("PositiveIntegerField", "IntegerField", "BigIntegerField"),
    ("PositiveBigIntegerField", "BigIntegerField"),
)
# What is said of a field and changes nothing that the release before could notice.
_UNSEEN = {*Field.non_db_attrs, "default", "auto_now", "auto_now_add", "db_index", "db_comment"} - {"db_column"}
_LENGTHS = ("max_length", "max_digits")


@dataclass(frozen=True)
class Step:
    """One operation, the models before it and after it, and what this migration made itself."""

    operation: Any
    app: str
    before: ProjectState
    after: ProjectState
    own: frozenset[str]

    def model(self) -> str:
        return str(getattr(self.operation, "model_name", "") or getattr(self.operation, "name", ""))

    def field(self, state: ProjectState) -> Any:
        return state.models[self.app, self.model().lower()].fields[self.operation.name]


def ours(root: Path, loader: MigrationLoader) -> Iterator[tuple[Migration, ProjectState]]:
    """Each migration of an app under `root` that is not the first of its app, with the models as it finds them."""
    labels = {config.label for config in apps.get_app_configs() if Path(config.path).is_relative_to(root)}
    for key in sorted(loader.graph.nodes):
        migration = loader.graph.nodes[key]
        if migration is not None and key[0] in labels and key not in loader.graph.root_nodes(key[0]):
            yield migration, loader.project_state(key, at_end=False)


def objections(migration: Migration, state: ProjectState) -> list[str]:
    """Why this migration is refused; nothing where it only adds, or takes away and says why that is safe."""
    taken = list(taken_away(migration, state))
    reason = getattr(migration, REASON, None)
    if reason is None:
        return taken
    if not isinstance(reason, str) or not reason.strip():
        return [*taken, f"say `{REASON}` without a sentence"]
    return [] if taken else [f"say `{REASON}` where nothing is taken away"]


def taken_away(migration: Migration, state: ProjectState) -> Iterator[str]:
    """What the release before would miss or could no longer write, each as what the migration would do."""
    own: set[str] = set()
    for operation in migration.operations:
        after = state.clone()
        operation.state_forwards(migration.app_label, after)
        if isinstance(operation, does.CreateModel):
            made = after.models[migration.app_label, operation.name.lower()]
            own |= {operation.name.lower(), str(made.options.get("db_table") or f"{made.app_label}_{made.name_lower}")}
        yield from narrowed(Step(operation, migration.app_label, state, after, frozenset(own)))
        state = after


def narrowed(step: Step) -> list[str]:
    """What one operation takes away. A table that this migration makes is nobody's yet, and may be shaped at will."""
    if step.model().lower() in step.own or getattr(step.operation, "table", None) in step.own:
        return []
    for kind, rule in RULES.items():
        if isinstance(step.operation, kind):
            return rule(step)
    return [f"run `{type(step.operation).__name__}`, of which nobody can tell what it leaves behind"]


def fine(step: Step) -> list[str]:
    return []


def gone(step: Step) -> list[str]:
    """Something is removed, renamed, or held to a new rule: the operation's own words say what."""
    said = str(step.operation.describe())
    return [said[:1].lower() + said[1:]]


def added_field(step: Step) -> list[str]:
    field, name = step.operation.field, f"{step.model()}.{step.operation.name}"
    if isinstance(field, GeneratedField | ManyToManyField) or field.null:
        return []
    if field.primary_key or field.unique:
        return [f"add {name}, which only one of the rows that do not name it could have"]
    if field.db_default is NOT_PROVIDED:
        return [f"add {name}, which is neither nullable nor has a default in the database (`db_default`)"]
    return []


def altered_field(step: Step) -> list[str]:
    """Compares what of the two fields reaches the database."""
    was, becomes = step.field(step.before), step.operation.field
    name = f"{step.model()}.{step.operation.name}"
    old, new = shape(was), shape(becomes)
    if not is_wider(was, becomes):
        return [f"make {name} a {kind(becomes)}, which was a {kind(was)}"]
    said = []
    if was.null and not becomes.null:
        said.append(f"make {name} NOT NULL")
    said += [
        f"lessen {key} of {name}" for key in _LENGTHS if is_less(getattr(was, key, None), getattr(becomes, key, None))
    ]
    if was.db_default is not NOT_PROVIDED and becomes.db_default is NOT_PROVIDED and not becomes.null:
        said.append(f"take its default from {name}")
    rest = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)} - {"null", "db_default", *_LENGTHS}
    return said + [f"change {key} of {name}" for key in sorted(rest)]


def is_less(was: int | None, becomes: int | None) -> bool:
    """None is without bound."""
    return becomes is not None and (was is None or becomes < was)


def shape(field: Any) -> dict[str, Any]:
    """What was said of a field and reaches the database."""
    return {key: value for key, value in field.deconstruct()[3].items() if key not in _UNSEEN}


def kind(field: Any) -> str:
    """Ours are called by the kind of column that they make."""
    return str(field.get_internal_type())


def is_wider(was: Any, becomes: Any) -> bool:
    old, new = kind(was), kind(becomes)
    return old == new or any(old in row and new in row and row.index(old) < row.index(new) for row in WIDER)


def removed_constraint(step: Step) -> list[str]:
    """A check may go. What is unique may not: the release before writes `ON CONFLICT` and counts on it."""
    model = step.before.models[step.app, step.model().lower()]
    held = model.get_constraint_by_name(step.operation.name)
    return gone(step) if isinstance(held, UniqueConstraint) else []


RULES: dict[type[Operation], Callable[[Step], list[str]]] = {
    does.CreateModel: fine,
    does.AddIndex: fine,
    does.RenameIndex: fine,
    does.RemoveIndex: fine,  # slower, and right
    does.AlterModelOptions: fine,
    does.AlterModelManagers: fine,
    does.AlterModelTableComment: fine,
    does.AlterConstraint: fine,  # Django's own rule: only what the database does not see
    does.AddField: added_field,
    does.AlterField: altered_field,
    does.RemoveConstraint: removed_constraint,
    does.AddConstraint: gone,
    does.DeleteModel: gone,
    does.RenameModel: gone,
    does.RemoveField: gone,
    does.RenameField: gone,
    does.AlterModelTable: gone,
    does.AlterUniqueTogether: gone,
    does.AlterIndexTogether: gone,
    does.AlterOrderWithRespectTo: gone,
}
