# SPDX-License-Identifier: Apache-2.0
"""Parameters in words, for `--help` and the reference: what one writes there, and what happens when it is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from weir.foundation.shape import Shape
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment

_WORDS: tuple[tuple[type, str], ...] = (
    (bool, "yes or no"),
    (int, "whole number"),
    (float, "number"),
    (Moment, "moment, such as 2026-11-20T12:00:00Z"),
    (date, "day, such as 2026-11-20"),
    (str, "text"),
)


@dataclass(frozen=True)
class Parameter:
    """One parameter as a person fills it in. `kind` is what stands in a list where `many` of it are taken."""

    name: str
    kind: Any
    many: bool
    required: bool
    default: Any = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words of which one is to be chosen; none where anything may be written."""
        if isinstance(self.kind, type) and issubclass(self.kind, Enum):
            return tuple(str(member.value) for member in self.kind if member.value != "")
        return ()

    @property
    def is_plain(self) -> bool:
        """Whether it is written as it is; records are written as JSON."""
        return isinstance(self.kind, type) and issubclass(self.kind, bool | int | float | str | date | Enum)

    @property
    def is_text(self) -> bool:
        return self.kind is str

    @property
    def words(self) -> str:
        """What to write: `text`, `one of a, b`, `number like F-2026-7K3QM-X`."""
        return f"list of {_words(self.kind)}" if self.many else _words(self.kind)

    @property
    def shown_default(self) -> str:
        """What holds when it is left out; nothing where that says nothing."""
        value = self.default.value if isinstance(self.default, Enum) else self.default
        return "" if value in (None, "", (), False) else str(value)


def parameters_of(shape: Shape) -> tuple[Parameter, ...]:
    """All parameters, in the order of the signature."""
    fields: Mapping[str, FieldInfo] = shape.takes.model_fields
    return tuple(_parameter(name, field) for name, field in fields.items())


def words_for(annotation: Any) -> str:
    """An annotation in words, for outcomes too."""
    kind, many = _taken_apart(annotation)
    return f"list of {_words(kind)}" if many else _words(kind)


def _parameter(name: str, field: FieldInfo) -> Parameter:
    kind, many = _taken_apart(field.annotation)
    required = field.is_required()
    return Parameter(name, kind, many, required, None if required else field.default)


def _taken_apart(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in {Union, UnionType}:
        rest = [part for part in get_args(annotation) if part is not NoneType]
        return _taken_apart(rest[0]) if len(rest) == 1 else (annotation, False)
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], True
    return annotation, False


def _words(kind: Any) -> str:
    if not isinstance(kind, type):
        return "JSON"
    if issubclass(kind, Enum):
        return "one of " + ", ".join(str(member.value) for member in kind if member.value != "")
    if issubclass(kind, TypedId):
        return f"number like {kind.example()}" if hasattr(kind, "prefix") else "number of any kind"
    return next((words for known, words in _WORDS if issubclass(kind, known)), kind.__name__)
