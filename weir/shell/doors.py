# SPDX-License-Identifier: Apache-2.0
"""What API, command and MCP tool have in common: one list of what can be done and asked, one way to do it.

A door parses, calls one of these, renders. It never decides. What only a person may do, on a page, is not on the list:
whoever asks for it here is told the address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, get_origin

from django.conf import settings
from pydantic import ValidationError

from weir.foundation.actor import Actor, ActorKind
from weir.foundation.ledger import reads as ledger
from weir.foundation.policy.reads import ask
from weir.foundation.question import QUESTIONS, Page, Question
from weir.foundation.shape import Shape, Unreadable, faults_of
from weir.foundation.verb import VERBS, Verb
from weir.kernel.canonical import LARGEST_INT, plain
from weir.kernel.errors import Missing, Refused, WeirError
from weir.kernel.spelled import quoted
from weir.shell.clock import now

MOST_FAULTS = 20


class NoSuchOperation(Missing):
    """Weir does not know this verb or question."""

    hint = "`weir --help`, or /api/v1/openapi.json, lists what can be done and asked."


class OnItsPage(Refused):
    """A person does this, signed in, on a page; no program does, whoever's token it has."""

    hint = "Open the page in a browser and sign in."

    def __init__(self, name: str, page: str, instance: str = "") -> None:
        at = f"{instance or settings.PUBLIC_URL}{page}"
        super().__init__(f"{name} is done on the page {at}, signed in.", hint=f"Open {at} in a browser and sign in.")


@dataclass(frozen=True)
class Operation:
    """A verb or a question, as a door offers it."""

    name: str
    does: Verb[..., Any] | Question[..., Any]

    @property
    def writes(self) -> bool:
        return isinstance(self.does, Verb)

    @property
    def sealed(self) -> bool:
        return self.does.options.sealed

    @property
    def on(self) -> str:
        """The parameter that names the object; empty where there is none."""
        return self.does.options.on

    @property
    def shape(self) -> Shape:
        return self.does.shape

    @property
    def words(self) -> tuple[str, str]:
        """Room and word as people type them: `intake receive-report`."""
        return self.does.room, self.does.word.replace("_", "-")

    @property
    def path(self) -> str:
        return "/".join(self.words)

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Parameters from JSON: text is text and a number is a number, nothing is guessed."""
        self._refuse_unfit(given)
        try:
            model = self.shape.takes.model_validate_json(json.dumps(given), strict=True)
        except ValidationError as error:
            raise Unreadable(faults=_first(faults_of(error).items())) from None
        return {name: getattr(model, name) for name in self.shape.names}

    def read_text(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Parameters from where all is text, such as a query: a list is a name that comes several times."""
        given: dict[str, Any] = {}
        for name, text in pairs:
            if self._is_list(name):
                given.setdefault(name, []).append(text)
            elif name in given:
                raise Unreadable(faults={f"/{quoted(name)}": "stands twice"})
            else:
                given[name] = text
        self._refuse_unfit(given)
        try:
            return self.shape.read(given)
        except Unreadable as no:
            raise Unreadable(faults=_first(no.faults.items())) from None

    def ask(self, actor: Actor, parameters: Mapping[str, Any]) -> Any:
        """A question's answer as plain data."""
        return plain(self.does(actor, **parameters))

    def act(self, actor: Actor, parameters: Mapping[str, Any], key: str = "") -> dict[str, Any]:
        """Do a verb: its outcome as plain data, the entry that was made, and the receipt for it.

        A stranger's key is not kept: all strangers are one actor, so it would answer whoever guesses it (0103).
        """
        assert isinstance(self.does, Verb)
        kept = "" if actor.kind is ActorKind.ANONYMOUS else key
        done = self.does.perform(actor, **parameters, now=now(), idempotency_key=kept)
        about = str(getattr(done.outcome, self.does.options.about, "") or parameters.get(self.on) or "")
        entry = {"leaf": done.entry.id, "schema": done.entry.schema, "at": str(done.entry.at), "again": done.again}
        return {"answer": plain(done.outcome), "entry": entry, "receipt": ledger.receipt(done.entry, about)}

    @property
    def pages(self) -> bool:
        """Whether the answer is a page, with a way to go on."""
        return get_origin(self.shape.gives._type) is Page  # noqa: SLF001 - pydantic gives no other way to ask

    def _is_list(self, name: str) -> bool:
        field = self.shape.takes.model_fields.get(name)
        return field is not None and get_origin(field.annotation) is tuple

    def _refuse_unfit(self, given: Mapping[str, Any]) -> None:
        """Names that are not there, and values that no database, log or reader would all hold alike."""
        strange = ((f"/{quoted(name)}", "is not a parameter") for name in given if name not in self.shape.names)
        if faults := _first([*islice(strange, MOST_FAULTS), *islice(_unfit(given), MOST_FAULTS)]):
            raise Unreadable(faults=faults)


def operations() -> dict[str, Operation]:
    """Everything a door for programs offers, by name, in the order of the rooms."""
    verbs = {name: Operation(name, verb) for name, verb in VERBS.items() if not verb.options.internal}
    offered = {name: found for name, found in verbs.items() if name not in on_pages()}
    return offered | {name: Operation(name, question) for name, question in QUESTIONS.items()}


def on_pages() -> dict[str, str]:
    """What a person does on a page, and where."""
    return {name: verb.options.page for name, verb in VERBS.items() if verb.options.person_only}


def operation(name: str) -> Operation:
    """The one of that name."""
    verb = VERBS.get(name)
    if verb is not None and verb.options.person_only:
        raise OnItsPage(name, verb.options.page)
    if verb is not None and not verb.options.internal:
        return Operation(name, verb)
    if name in QUESTIONS:
        return Operation(name, QUESTIONS[name])
    raise NoSuchOperation


def offered_to(actor: Actor) -> dict[str, Operation]:
    """What this actor could ever do. Whether an object lets them is asked when they try."""
    return {name: found for name, found in operations().items() if _could_ever(actor, found)}


def _could_ever(actor: Actor, found: Operation) -> bool:
    if actor.scopes is not None and found.name not in actor.scopes:
        return False
    if found.on or getattr(found.does.options, "filtered", False):
        return True
    try:
        ask(actor, found.name, None)
    except WeirError:
        return False
    return True


def _unfit(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and "\0" in value:
        yield place, "holds a null character"
    elif isinstance(value, int) and abs(value) > LARGEST_INT:
        yield place, "is a larger number than every reader holds exactly"
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _unfit(name, f"{place}/{quoted(name)}")
            yield from _unfit(part, f"{place}/{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _unfit(part, f"{place}/{index}")


def _first(faults: Any) -> dict[str, str]:
    """So many that somebody can mend them; not as many as somebody can send."""
    return dict(islice(faults, MOST_FAULTS))
