# SPDX-License-Identifier: Apache-2.0
"""Verbs and questions: one section each, under the name that every door uses."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from weir.foundation.question import QUESTIONS
from weir.foundation.verb import VERBS
from weir.shell.commands.spoken import parameters_of, words_for
from weir.shell.documents.kinds import spoken_rules
from weir.shell.documents.markdown import code, paragraphs, table
from weir.shell.doors import Operation

ABOUT_VERBS = """
What can be done. A verb asks policy, decides, writes and records, in one transaction; its outcome comes with the ledger
entry and a signed receipt. Send an `Idempotency-Key` and trying again is safe.
"""
ABOUT_QUESTIONS = """
What can be asked. A question changes nothing. Lists are filtered by policy in the database; a question about one object
asks policy for that object. What was sealed is given only after the ledger was told who reads it.
"""


def verbs() -> str:
    """Everything that can be done."""
    found = [Operation(name, VERBS[name]) for name in sorted(VERBS)]
    return paragraphs(
        "# Verbs",
        ABOUT_VERBS,
        *(_section(each) for each in found),
    )


def questions() -> str:
    """Everything that can be asked."""
    found = [Operation(name, QUESTIONS[name]) for name in sorted(QUESTIONS)]
    return paragraphs(
        "# Questions",
        ABOUT_QUESTIONS,
        *(_section(each) for each in found),
    )


def _section(found: Operation) -> str:
    return paragraphs(
        f"## {found.name}",
        found.shape.sentence,
        found.shape.story,
        _notes(found),
        _parameters(found),
        _outcome(found),
        _doors(found),
        f"Policies that name it: {spoken_rules(found.name)}.",
    )


def _notes(found: Operation) -> str:
    options = found.does.options
    notes = {
        "person_only": "For people only: it is done on a page, signed in, and by no program.",
        "two_people": "It takes two people: one proposes it, another confirms it.",
        "internal": "Called by Weir itself; no door offers it.",
        "sealed": "Sealed: what it records or shows lies under the key of its case.",
        "filtered": "Gives only what policy lets you see.",
    }
    return " ".join(said for name, said in notes.items() if getattr(options, name, False))


def _parameters(found: Operation) -> str:
    rows = [
        (code(each.name), each.words, "yes" if each.required else "", code(each.shown_default))
        for each in parameters_of(found.shape)
    ]
    return table(("parameter", "what it is", "required", "otherwise"), rows) or "It takes no parameters."


def _outcome(found: Operation) -> str:
    gives = get_type_hints(found.does.function)["return"]
    record, said = _record_of(gives)
    if not is_dataclass(record):
        return f"Gives {said}."
    hints = get_type_hints(record)
    rows = [(code(each.name), words_for(hints[each.name]), _shown_once(each.metadata)) for each in fields(record)]
    return paragraphs(
        f"Gives {said}: {(record.__doc__ or '').strip().partition(chr(10))[0]}",
        table(("field", "what it is", ""), rows),
    )


def _record_of(gives: Any) -> tuple[Any, str]:
    """The record that an answer is made of, and how many of it there are."""
    if get_origin(gives) is tuple:
        return get_args(gives)[0], f"a list of {code(get_args(gives)[0].__name__)}"
    if arguments := get_args(gives):
        return arguments[0], f"pages of {code(arguments[0].__name__)}, newest first, with `after` to go on"
    return gives, code(gives.__name__)


def _shown_once(metadata: Any) -> str:
    return "shown once, never recorded" if metadata.get("recorded") is False else ""


def _doors(found: Operation) -> str:
    if getattr(found.does.options, "internal", False):
        return ""
    if page := getattr(found.does.options, "page", ""):
        kind = code(f"{found.name}/{VERBS[found.name].options.version}")
        return table(("door", "name there"), [("page", code(page)), ("ledger kind", kind)])
    room, word = found.words
    rows = [
        ("API", code(f"{'POST' if found.writes else 'GET'} /api/v1/{found.path}")),
        ("command", code(f"weir {room} {word}")),
        ("MCP tool", code(found.name)),
    ]
    if found.writes:
        rows.append(("ledger kind", code(f"{found.name}/{VERBS[found.name].options.version}")))
    return table(("door", "name there"), rows)
