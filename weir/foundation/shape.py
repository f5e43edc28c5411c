# SPDX-License-Identifier: Apache-2.0
"""The shape of a call: what a verb or question takes and gives, read from its signature, for every door alike."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from weir.kernel.errors import Invalid


class Unreadable(Invalid):
    """What came in does not have the shape that this takes."""

    hint = "Correct the places named; the shape is in the API description and in `--help`."


@dataclass(frozen=True)
class Shape:
    """Parameters (without the actor and the keyword-only ones, which doors never fill) and the outcome."""

    takes: type[BaseModel]
    gives: TypeAdapter[Any]
    sentence: str
    story: str
    names: tuple[str, ...] = field(default=())

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Turn what a stranger sent into parameters, or say where it is wrong. Nothing is coerced silently."""
        try:
            model = self.takes.model_validate(dict(given))
        except ValidationError as error:
            raise Unreadable(faults=faults_of(error)) from None
        return {name: getattr(model, name) for name in self.names}

    def named(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of one call by name; `args` begins with the actor; defaults stay out."""
        return dict(zip(self.names, args[1:], strict=False)) | {
            name: kwargs[name] for name in self.names if name in kwargs
        }


class Named(Protocol):
    """What is known to every door by one name."""

    name: str


N = TypeVar("N", bound=Named)


def enroll(names: dict[str, Any], declared: N) -> N:
    """Add to the list that the doors are drawn from; a name is given once."""
    if declared.name in names:
        msg = f"{declared.name} is declared twice"
        raise RuntimeError(msg)
    names[declared.name] = declared
    return declared


def shape_of(function: Callable[..., Any]) -> Shape:
    """Read the signature: the first parameter is the actor, keyword-only ones belong to the house."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    own = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    fields: dict[str, Any] = {p.name: (hints[p.name], ... if p.default is p.empty else p.default) for p in own}
    name = "".join(word.title() for word in function.__name__.split("_"))
    takes = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
    sentence, _, story = (inspect.getdoc(function) or "").partition("\n")
    return Shape(takes, TypeAdapter(hints["return"]), sentence, story.strip(), tuple(fields))


def faults_of(error: ValidationError) -> dict[str, str]:
    """JSON pointer to sentence. Values that were sent are not repeated: they may be the secret."""
    return {
        "/" + "/".join(str(part) for part in fault["loc"]): fault["msg"]
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    }
