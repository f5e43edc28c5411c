# SPDX-License-Identifier: Apache-2.0
"""What is named across all rooms: ledger kinds, errors, and the actions that policies speak of."""

from __future__ import annotations

import inspect
import pkgutil
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module

import weir
from weir.foundation.policy.reads.opened import in_force, policy_files
from weir.foundation.verb import VERBS
from weir.kernel.errors import KINDS, WeirError
from weir.shell.documents.markdown import code, paragraphs, table
from weir.shell.exits import EXIT
from weir.shell.problems import STATUS, Spoken

ABOUT_LEDGER_KINDS = """
Each entry names the verb that was done and the version of what its bytes hold: the outcome of that verb, but for what
is shown once. Published are blinded leaves only. A renamed verb keeps its kind, and older versions are read as long as
there are entries of them.
"""
ABOUT_ERRORS = """
Whatever is refused changed nothing. Every error is one of five kinds; programs act on the kind (`type` in the problem,
the exit code of a command), people read the sentence and the hint.
"""
ABOUT_ACTIONS = """
Every verb and question is an action; what no policy permits is denied. The files lie beside the rooms, in `policies/`,
and are read at start. A `forbid` for all actions is not repeated here: see `policy/house.cedar`.
"""
_STARTS_SOMETHING = ("__main__", ".shell.web")
_COMMENT = re.compile(r"//[^\n]*")
_STATEMENT = re.compile(r'(?:@id\("([^"]*)"\)\s*)?(permit|forbid)\s*\((.*?)\)\s*(?:when|unless|;)', re.DOTALL)


@dataclass(frozen=True)
class Rule:
    """A policy that names an action, by itself or through a group of which it is a part."""

    effect: str
    id: str
    file: str


def ledger_kinds() -> str:
    """What stands in the ledger, and in which schema."""
    rows = []
    for name, verb in sorted(VERBS.items()):
        options = verb.options
        lies = "sealed under the key of its object" if options.sealed else "open in the database"
        about = f"the outcome's `{options.about}`" + (f", or `{options.on}`" if options.on else "")
        rows.append((code(f"{name}/{options.version}"), verb.shape.sentence, about, lies))
    return paragraphs(
        "# Ledger kinds",
        ABOUT_LEDGER_KINDS,
        table(("kind", "what was done", "about", "its bytes"), rows),
    )


def errors() -> str:
    """Every way to be told no."""
    _load_everything()
    parts = [
        "# Errors",
        ABOUT_ERRORS,
        table(
            ("kind", "sentence", "HTTP", "exit code"),
            [
                (code(f"urn:weir:problem:{kind.__name__.lower()}"), _sentence(kind), str(STATUS[kind]), str(EXIT[kind]))
                for kind in KINDS
            ],
        ),
    ]
    for kind in KINDS:
        rows = [(code(_name(each)), _sentence(each), each.hint, _status(each)) for each in _all_of(kind)]
        parts += [f"## {kind.__name__}", table(("error", "sentence", "hint", "HTTP, if its own"), rows)]
    return paragraphs(*parts)


def _load_everything() -> None:
    """An error is known once its module is; which modules are loaded must not decide what the page says."""
    for module in pkgutil.walk_packages(weir.__path__, "weir."):
        if ".migrations" not in module.name and not module.name.endswith(_STARTS_SOMETHING):
            import_module(module.name)


def policy_actions() -> str:
    """What policies may speak of."""
    rows = [
        (code(f'Weir::Action::"{name}"'), ", ".join(map(code, sorted(action.kinds))), spoken_rules(name))
        for name, action in sorted(in_force().actions.items())
    ]
    return paragraphs(
        "# Policy actions", ABOUT_ACTIONS, table(("action", "asked about", "policies that name it"), rows)
    )


def spoken_rules(name: str) -> str:
    """Who lets it be done, and who does not, as the names of policies."""
    return "; ".join(f"{each.effect} {code(each.id)} in {code(each.file)}" for each in rules_for(name)) or "none"


def rules_for(name: str) -> list[Rule]:
    """Policies that name this action."""
    action = in_force().actions.get(name)
    words = [f'"{word}"' for word in {name, *(action.groups if action else ())}]
    return [rule for rule, head in _rules() if any(word in head for word in words)]


@cache
def _rules() -> tuple[tuple[Rule, str], ...]:
    """Every policy with its head, the part that says whom and what it is about."""
    return tuple(
        (Rule(effect, id or "without a name", file), head)
        for file, text in sorted(policy_files().items())
        for id, effect, head in _STATEMENT.findall(_COMMENT.sub("", text))
    )


def _all_of(kind: type[WeirError]) -> list[type[WeirError]]:
    """Those that are told to people; a class that only groups others says so by having no docstring of its own."""
    found: set[type[WeirError]] = set()
    waiting = [kind]
    while waiting:
        for each in waiting.pop().__subclasses__():
            if each.__module__.startswith("weir.") and each not in found:
                found.add(each)
                waiting.append(each)
    return sorted(found, key=_name)


def _name(error: type[WeirError]) -> str:
    room = error.__module__.split(".")
    return f"{room[2] if len(room) > 2 else room[1]}.{error.__name__}"


def _sentence(error: type[WeirError]) -> str:
    return (inspect.getdoc(error) or "").partition("\n\n")[0]


def _status(error: type[WeirError]) -> str:
    return str(int(error.http_status)) if issubclass(error, Spoken) else ""
