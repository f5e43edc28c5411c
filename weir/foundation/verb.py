# SPDX-License-Identifier: Apache-2.0
"""Verbs: the only writers. One decorator holds the four beats, ask, decide, write, record, in one transaction.

The list `VERBS` is what API, commands, MCP tools, permissions and docs are drawn from. Who asks and who records is
bound by the shell at start, so that policy, identity and the ledger can declare verbs too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from django.db import IntegrityError

from weir.foundation.actor import Actor
from weir.foundation.shape import Shape, enroll, shape_of
from weir.foundation.transactions import writing
from weir.kernel.canonical import canonical, plain
from weir.kernel.errors import Conflict
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment
from weir.kernel.records import recorded

P = ParamSpec("P")
T = TypeVar("T")
_TRIES = 4


@dataclass(frozen=True)
class Entry:
    """What the ledger made of one act: its public name, the schema of its bytes, and the blinded leaf it will show."""

    id: str
    schema: str
    leaf: bytes
    at: Moment


@dataclass(frozen=True)
class Earlier:
    """The answer that was already given under an idempotency key."""

    entry: Entry
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a door hands back: the outcome, and the entry that proves it. `again` says it had happened before."""

    outcome: T
    entry: Entry
    again: bool = False


class Ask(Protocol):
    """May this actor do this, to this object? Silence is yes; `Refused` or `Missing` is no."""

    def __call__(self, actor: Actor, action: str, on: TypedId | None) -> None: ...


class Record(Protocol):
    """Keeps what was done. Both are called inside the verb's transaction."""

    def write(self, actor: Actor, act: Act, *, last: bool) -> Entry:
        """`last`: nothing else is written in this transaction, so the entry may take the commit along."""

    def recall(self, actor: Actor, verb: str, key: str, body: bytes) -> Earlier | None: ...


@dataclass(frozen=True)
class Act:
    """One thing that was done, ready to be recorded.

    `compartment` names the case under whose key the bytes are sealed; empty means that they may lie open in the
    database. `key` and `body` are the idempotency key and the canonical bytes of what was asked, when a door gave them.
    """

    verb: str
    version: int
    about: str
    content: bytes
    compartment: str
    now: Moment
    key: str = ""
    body: bytes = b""


class HeldBack(Conflict):
    """Two people hold this back from being erased."""

    hint = "Look through the legal holds: on it, on whoever acted on it, or on their organization. One of them stands."


class Witness(Protocol):
    """Keeps that somebody is about to read what is sealed. If it cannot be kept, it is not read."""

    def __call__(self, actor: Actor, question: str, about: str) -> None: ...


class Second(Protocol):
    """Uses up what another person has confirmed: this verb, with these parameters, once. Refuses where nobody has."""

    def __call__(self, actor: Actor, verb: str, on: str, parameters: bytes, now: Moment) -> None: ...


class HoldBack(Protocol):
    """Refuses while two people hold this back from being erased, and says that only to whoever may know of holds."""

    def __call__(self, actor: Actor, number: str) -> None: ...


@dataclass
class Bindings:
    """Bound once by the shell; until then every verb refuses to run, which is the safe way to be half configured."""

    ask: Ask | None = None
    record: Record | None = None
    witness: Witness | None = None
    second: Second | None = None
    hold_back: HoldBack | None = None


BOUND = Bindings()


def refuse_if_held(actor: Actor, number: str) -> None:
    """Asked by whatever erases, right before it does: a legal hold comes first, and who cannot ask does not erase."""
    if BOUND.hold_back is None:
        msg = "nobody is bound who knows of legal holds: start through weir.shell"
        raise RuntimeError(msg)
    BOUND.hold_back(actor, number)


class Verb(Generic[P, T]):
    """A thing that can be done: function, permission, ledger kind, API path, command and MCP tool in one name."""

    def __init__(self, function: Callable[P, T], name: str, options: Options) -> None:
        update_wrapper(self, function)
        self.function, self.name, self.options = function, name, options
        self.room, _, self.word = name.partition(".")

    @cached_property
    def shape(self) -> Shape:
        return shape_of(self.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.perform(*args, **kwargs).outcome  # type: ignore[arg-type]  # a key is a door's, never a parameter

    def perform(self, *args: Any, idempotency_key: str = "", **kwargs: Any) -> Done[T]:
        """Do it, or give the answer that was given already under this key.

        When the database finds something twice that may be there once, it is decided again on what is there by then: a
        number drawn at random was taken, or two raced and the other's answer is found now.
        """
        body = canonical(self.shape.named(args, kwargs)) if idempotency_key else b""
        for _ in range(_TRIES - 1):
            with suppress(IntegrityError):
                return self._four_beats(args, kwargs, idempotency_key, body)
        return self._four_beats(args, kwargs, idempotency_key, body)

    def _four_beats(self, args: tuple[Any, ...], kwargs: dict[str, Any], key: str, body: bytes) -> Done[T]:
        """Ask, decide, write, record: asked before anything is read, recorded before anything is visible."""
        if BOUND.ask is None or BOUND.record is None:
            msg = "no policy and no ledger are bound: start through weir.shell"
            raise RuntimeError(msg)
        actor, now = args[0], kwargs["now"]
        on = self.shape.named(args, kwargs)[self.options.on] if self.options.on else None
        with writing() as outermost:
            BOUND.ask(actor, self.name, on)
            if key and (earlier := BOUND.record.recall(actor, self.name, key, body)):
                return Done(self.shape.gives.validate_python(dict(earlier.content)), earlier.entry, again=True)
            if self.options.two_people:
                self._second_person(actor, on, args, kwargs)
            outcome = self.function(*args, **kwargs)
            entry = BOUND.record.write(actor, self._act(outcome, on, now, key, body), last=outermost)
        # Stop before this line: nothing happened, or all of it did and the caller was not told. The same call with the
        # same key then gives the same answer, which is why every door sends one.
        return Done(outcome, entry)

    def _second_person(self, actor: Actor, on: TypedId | None, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if BOUND.second is None:
            msg = "nobody is bound who knows of second persons: start through weir.shell"
            raise RuntimeError(msg)
        BOUND.second(actor, self.name, str(on or ""), self.whole(self.shape.named(args, kwargs)), kwargs["now"])

    def whole(self, given: Mapping[str, Any]) -> bytes:
        """The canonical bytes of all parameters, defaults included: what one person proposes and another confirms."""
        return canonical(self.shape.read({name: plain(value) for name, value in given.items()}))

    def _act(self, outcome: object, on: TypedId | None, now: Moment, key: str, body: bytes) -> Act:
        about = str(getattr(outcome, self.options.about, "") or on or "")
        compartment = about if self.options.sealed else ""
        return Act(self.name, self.options.version, about, recorded(outcome), compartment, now, key, body)


@dataclass(frozen=True)
class Options:
    """How a verb differs from the plain one.

    on: the parameter that names the object policy is asked about. about: the attribute of the outcome that names what
    the entry is about. sealed: the entry's bytes are sealed under that object's key. person_only: done by a person who
    is signed in, on the page that `page` is the address of, and by no program, whoever's token it has (docs/decisions,
    0102). two_people: another person has confirmed it first. internal: called by the house, so no door offers it.
    version: of the entry's schema.
    """

    on: str = ""
    about: str = "id"
    sealed: bool = False
    person_only: bool = False
    page: str = ""
    two_people: bool = False
    internal: bool = False
    version: int = 1


VERBS: dict[str, Verb[..., Any]] = {}


def verb(name: str, **options: Any) -> Callable[[Callable[P, T]], Verb[P, T]]:
    """Declare a verb under its one name, `room.verb_object`."""

    def declare(function: Callable[P, T]) -> Verb[P, T]:
        return enroll(VERBS, Verb(function, name, Options(**options)))

    return declare
