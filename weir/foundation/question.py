# SPDX-License-Identifier: Apache-2.0
"""Questions: what can be asked, under one name for page, API, command and MCP tool. They change nothing.

A question about one object asks policy for that object again; a list is filtered in SQL by the same policies
(`policy.reads.visible_to`), so it needs no asking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from weir.foundation.shape import Shape, enroll, shape_of
from weir.foundation.transactions import reading
from weir.foundation.verb import BOUND
from weir.kernel.moments import Moment

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some lines, and where to go on: the name that the next question takes as `after`; empty on the last page."""

    lines: tuple[T, ...]
    after: str = ""


class Question(Generic[P, T]):
    """A named read."""

    def __init__(self, function: Callable[P, T], name: str, options: Options) -> None:
        update_wrapper(self, function)
        self.function, self.name, self.options = function, name, options
        self.room, _, self.word = name.partition(".")

    @cached_property
    def shape(self) -> Shape:
        return shape_of(self.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        if BOUND.ask is None or BOUND.witness is None:
            msg = "no policy and no ledger are bound: start through weir.shell"
            raise RuntimeError(msg)
        actor: Any = args[0]
        on = self.shape.named(args, kwargs)[self.options.on] if self.options.on else None
        if not self.options.filtered:
            with reading(actor):
                BOUND.ask(actor, self.name, on)
        if self.options.sealed:
            # Stop here: the ledger says that something was read and nothing was. The other order would be a silent
            # read.
            BOUND.witness(actor, self.name, str(on or self.name))
        with reading(actor):
            return self.function(*args, **kwargs)


@dataclass(frozen=True)
class Options:
    """on: the parameter that names the object policy is asked about. filtered: every row given was filtered by policy
    in SQL, so nothing is asked. sealed: what is given was sealed, so the ledger is told before the first byte goes out.
    """

    on: str = ""
    filtered: bool = False
    sealed: bool = False


def present(now: Moment | None = None) -> Moment:
    """What time it is for a question. Pages hand it in; other doors do not, so it is looked up here."""
    return now or Moment.of(datetime.now(UTC))


QUESTIONS: dict[str, Question[..., Any]] = {}


def question(name: str, **options: Any) -> Callable[[Callable[P, T]], Question[P, T]]:
    """Declare a question under its one name."""

    def declare(function: Callable[P, T]) -> Question[P, T]:
        return enroll(QUESTIONS, Question(function, name, Options(**options)))

    return declare
