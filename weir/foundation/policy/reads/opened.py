# SPDX-License-Identifier: Apache-2.0
"""The policies of this process: gathered from all rooms once, checked as a whole, then only read."""

from __future__ import annotations

import logging
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from django.apps import apps
from django.db import models

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.policy.engines.cedar import REMEMBERED, Policies
from weir.foundation.policy.engines.filters import filter_of
from weir.foundation.policy.rules import refuses
from weir.foundation.policy.terms import (
    INSTANCE,
    NAMESPACE,
    Action,
    Attribute,
    BadPolicy,
    Filter,
    Holds,
    Kind,
    Nothing,
    Protects,
    Uncompilable,
    Vocabulary,
)
from weir.foundation.question import QUESTIONS, Question
from weir.foundation.verb import VERBS, Verb
from weir.kernel.ids import TypedId

log = logging.getLogger(__name__)

Row = type[models.Model]
Declared = Verb[..., Any] | Question[..., Any]
_HOLDS: tuple[tuple[type[Any], Holds], ...] = (
    (models.BooleanField, Holds.TRUTH),
    (models.IntegerField, Holds.NUMBER),
    (models.CharField, Holds.TEXT),
    (models.TextField, Holds.TEXT),
)


class Opened:
    """Policies, the rows they protect, and what was already worked out from both."""

    def __init__(self, policies: Policies, rows: Mapping[Row, Kind], declared: int, *, strict: bool) -> None:
        self.policies, self.rows, self.declared, self.strict = policies, rows, declared, strict
        self.by_id: dict[type[TypedId], tuple[Row, Kind]] = {
            kind.protects.id: (row, kind) for row, kind in rows.items()
        }
        self.filter_for = lru_cache(maxsize=REMEMBERED)(self._filter_for)

    @property
    def actions(self) -> Mapping[str, Action]:
        return self.policies.vocabulary.actions

    def may(self, actor: Actor, action: str) -> bool:
        """What no policy can change: an unknown action is no, a scope is a fence, and some things take a person."""
        declared = self.actions.get(action)
        in_scope = actor.scopes is None or action in actor.scopes
        return declared is not None and in_scope and not refuses(actor, person_only=declared.person_only)

    def compiled(self, actor: Actor, row: Row, action: str) -> Filter:
        """The filter, or an error that says which policy language SQL does not have."""
        if row not in self.rows or not self.may(actor, action):
            return Nothing()
        kind = self.rows[row]
        return filter_of(self.policies.residuals(actor, action, kind), kind)

    def _filter_for(self, actor: Actor, row: Row, action: str) -> Filter:
        try:
            return self.compiled(actor, row, action)
        except Uncompilable:
            log.exception("%s cannot be filtered in SQL; nothing is shown", action)
            return Nothing()

    def compile_everything(self) -> int:
        """Every filter a list may ask for, for every sort of actor: how many. Raises where one cannot be made."""
        words = words_of(self.policies)
        asked = [
            (actor, row, action)
            for row, kind in self.rows.items()
            for action in {kind.read, *kind.lists} & set(self.actions)
            for actor in sorts_of_actor(words)
        ]
        for actor, row, action in asked:
            self.compiled(actor, row, action)
        return len(asked)


def open_policies(*, strict: bool = True) -> Opened:
    """Read, check and compile all policies, and let this process decide by them. Called before any door opens.

    strict: refuse names that nobody declared. Tests that load only some rooms open without.
    """
    kinds = {row: kind_of(row) for row in apps.get_models() if isinstance(getattr(row, "policy", None), Protects)}
    vocabulary = _vocabulary(kinds, strict=strict)
    policies = Policies(policy_files(), vocabulary, strict=strict)
    opened = Opened(policies, kinds, len(VERBS) + len(QUESTIONS), strict=strict)
    opened.compile_everything()
    _PROCESS.opened = opened
    return opened


@dataclass
class _Process:
    opened: Opened | None = None


_PROCESS = _Process()


def in_force() -> Opened:
    """What was opened. If nobody did, it opens here and now, without what nobody declared."""
    now = _PROCESS.opened
    if now is None or (not now.strict and now.declared != len(VERBS) + len(QUESTIONS)):
        return open_policies(strict=False)
    return now


def policy_files() -> dict[str, str]:
    """All `policies/*.cedar` of all rooms, by room and file name."""
    return {
        f"{app.label}/{path.name}": path.read_text(encoding="utf-8")
        for app in apps.get_app_configs()
        for path in sorted(Path(app.path).glob("policies/*.cedar"))
    }


def kind_of(row: Row) -> Kind:
    protects: Protects = row.policy  # type: ignore[attr-defined]  # asked for by the caller
    where = row._meta.label
    if not protects.kind.startswith(f"{NAMESPACE}::") or protects.kind == INSTANCE:
        raise BadPolicy(f"{where}: a kind is written {NAMESPACE}::Name, not {protects.kind}.")
    if not isinstance(row._meta.pk, models.UUIDField):
        raise BadPolicy(f"{where}: a protected row has a UUID as its primary key.")
    attributes = {name: _attribute(row, name, column) for name, column in protects.attributes.items()}
    room = row._meta.app_label
    lists = protects.lists or tuple({f"{room}.list_{protects.word}s"} & set(QUESTIONS))
    return Kind(protects, protects.read or f"{room}.read_{protects.word}", lists, attributes)


def _attribute(row: Row, name: str, column: str) -> Attribute:
    place = f"{row._meta.label}.{column}, policy's `{name}`,"
    column_field = row._meta.get_field(column)
    if not isinstance(column_field, models.Field) or column_field.null:
        raise BadPolicy(f"{place} may be NULL, and a forbid lets through what it cannot compare.")
    for field, holds in _HOLDS:
        if isinstance(column_field, field):
            return Attribute(column_field.name, holds)
    raise BadPolicy(f"{place} is neither text nor a number nor true or false.")


def _vocabulary(rows: Mapping[Row, Kind], *, strict: bool) -> Vocabulary:
    kinds = {kind.type: kind for kind in rows.values()}
    named: dict[str, set[str]] = {}
    for kind in kinds.values():
        for action in (kind.read, *kind.lists):
            named.setdefault(action, set()).add(kind.type)
    declared: dict[str, Declared] = {**VERBS, **QUESTIONS}
    if strict and (missing := sorted(set(named) - set(declared))):
        raise BadPolicy(f"Rows are read by {', '.join(missing)}, which no room declares.")
    actions = {name: _action(act, kinds, named.get(name, set()), strict=strict) for name, act in declared.items()}
    rooms = {f"{app.label}.*" for app in apps.get_app_configs()}
    return Vocabulary(
        actions, kinds, frozenset({"verbs", "questions"} | rooms).union(*(a.groups for a in actions.values()))
    )


def _action(declared: Declared, kinds: Mapping[str, Kind], listed: set[str], *, strict: bool) -> Action:
    on = _kinds_on(declared, kinds, strict=strict) if declared.options.on else set()
    word = "verbs" if isinstance(declared, Verb) else "questions"
    return Action(
        declared.name,
        frozenset((on | listed) if on or listed or declared.options.on else {INSTANCE}),
        person_only=getattr(declared.options, "person_only", False),
        groups=(f"{declared.room}.*", word),
    )


def _kinds_on(declared: Declared, kinds: Mapping[str, Kind], *, strict: bool) -> set[str]:
    """The kinds that the parameter named by `on` can mean."""
    hint = get_type_hints(declared.function)[declared.options.on]
    wanted = [each for each in _alternatives(hint) if isinstance(each, type) and issubclass(each, TypedId)]
    found = {kind.type for kind in kinds.values() if any(issubclass(kind.protects.id, each) for each in wanted)}
    if strict and not found:
        raise BadPolicy(
            f"{declared.name} acts on `{declared.options.on}`, and no row protects that kind of object.",
            hint="Give the row a `policy = Protects(...)` with the id that the parameter has.",
        )
    return found


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in {Union, types.UnionType} else (hint,)


def words_of(policies: Policies) -> frozenset[str]:
    """Every string that some policy compares with: an actor who holds them all reaches every branch."""
    return frozenset(_strings(list(policies.conditions())))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def sorts_of_actor(words: frozenset[str]) -> Iterator[Actor]:
    for kind, staff, second_factor, held in product(ActorKind, (False, True), (False, True), (frozenset[str](), words)):
        yield Actor(kind, "one", roles=held, staff=staff, second_factor=second_factor, handles=held, organization="one")
