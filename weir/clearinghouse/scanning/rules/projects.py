# SPDX-License-Identifier: Apache-2.0
"""Which of a project's rules hold, when several sources say something; and which values a rule can have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from weir.clearinghouse.scanning.rules.locators import path_of, within
from weir.clearinghouse.scanning.terms import (
    AiPolicy,
    NotARule,
    NotScanned,
    ProjectRules,
    RuleLine,
    RuleSource,
    Verdict,
)
from weir.kernel.errors import Invalid

LONGEST_CONTACT = 300
_STRENGTH = {source: step for step, source in enumerate(RuleSource)}
# What only the maintainers themselves can say. Text that was imported may be forged, old, or of another project: it
# never turns a delivery elsewhere by itself, nor lifts a cap.
BY_MAINTAINERS = frozenset({"contact", "most_open", "most_new", "paused", "least", "digest_days"})


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
            raise ValueError(f"is no number from {least} to {most}")
        return int(text)

    return read


def _truth(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise ValueError("is yes or no")
    return text == "yes"


def _contact(text: str) -> str:
    if len(text) > LONGEST_CONTACT or not text.isprintable():
        raise ValueError(f"has more than {LONGEST_CONTACT} characters, or some that cannot be shown")
    return text.strip()


def _paths(text: str) -> tuple[str, ...]:
    try:
        return tuple(sorted({path_of(line) for line in text.splitlines() if line.strip()}))
    except Invalid as no:
        raise ValueError(no.sentence) from no


def _one_of(choices: type[AiPolicy | Verdict]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text not in set(choices):
            raise ValueError("is one of " + ", ".join(choices))
        return choices(text)

    return read


READ: Mapping[str, Callable[[str], Any]] = {
    "contact": _contact,
    "most_open": _number(0, 1000),
    "most_new": _number(0, 1000),
    "paused": _truth,
    "no_scan": _truth,
    "closed_paths": _paths,
    "ai_policy": _one_of(AiPolicy),
    "embargo_days": _number(0, 90),
    "least": _one_of(Verdict),
    "digest_days": _number(7, 90),
}


def check_values(given: Mapping[str, str]) -> None:
    """Every fault at once, each at its place."""
    faults = {}
    for name, text in given.items():
        try:
            READ[name](text)
            if (name, text) == ("least", Verdict.UNREVIEWED):
                raise ValueError("is at least reproduced: nothing below that is delivered to anybody")
        except ValueError as no:
            faults[f"/{name}"] = str(no)
    if faults:
        raise NotARule(faults=faults)


def holding(lines: Iterable[RuleLine]) -> tuple[ProjectRules, tuple[RuleLine, ...]]:
    """The rules that hold, and all that was said with a mark at what holds.

    The maintainers come first, then text of the project's own. Of what only maintainers can say, imported text is shown
    and does not hold.
    """
    told = sorted(lines, key=lambda line: (line.name, _STRENGTH[line.source]))
    chosen: dict[str, RuleLine] = {}
    for line in told:
        believed = line.source is RuleSource.MAINTAINER or line.name not in BY_MAINTAINERS
        if believed and line.name in READ:
            chosen.setdefault(line.name, line)
    values = {name: READ[name](line.value) for name, line in chosen.items()}
    shown = tuple(_marked(line, holds=chosen.get(line.name) is line) for line in told)
    return ProjectRules(**values), (*shown, *_unsaid(chosen))


def check_open_to_scanning(rules: ProjectRules, paths: Iterable[str]) -> None:
    """A project's no binds everybody."""
    if rules.no_scan:
        raise NotScanned
    for path in paths:
        if any(within(path, closed) for closed in rules.closed_paths):
            raise NotScanned(f"The maintainers do not want {path or 'this'} scanned.")


def said_as(value: Any) -> str:
    """A value as its rule reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "\n".join(value) if isinstance(value, tuple) else str(value)


def _marked(line: RuleLine, *, holds: bool) -> RuleLine:
    return RuleLine(line.name, line.value, line.source, line.place, line.at, holds)


def _unsaid(chosen: Mapping[str, RuleLine]) -> tuple[RuleLine, ...]:
    plain = ProjectRules()
    names = [each.name for each in fields(ProjectRules) if each.name not in chosen]
    return tuple(RuleLine(name, said_as(getattr(plain, name)), RuleSource.DEFAULT) for name in names)
