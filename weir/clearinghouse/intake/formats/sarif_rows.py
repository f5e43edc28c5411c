# SPDX-License-Identifier: Apache-2.0
"""The rows of a SARIF run's tables, and the small readers that results and rows share. Pure.

Of a rule only what an item says is kept, so that a run with a thousand long help texts costs little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

# What stands once in a table and is said again by each result that names it in a few bytes: bounded, so that a document
# does not become many times as long by being read.
LONGEST_SHARED = 4_000
MOST_SHARED = 100
LONGEST_TOLD = 100

_CWE = re.compile(r"\bcwe[-_/: ]*0*([1-9][0-9]{0,4})\b", re.IGNORECASE)
_KNOWN_AS = re.compile(r"\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})\b", re.IGNORECASE)
_ROW = {"id", "location", "name", "fullyQualifiedName"}
_NOTHING: dict[str, Any] = {}


class Wrong(Exception):
    """Something in a result is not of the kind that the standard says."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(what)
        self.where, self.what = where, what


class Rule(NamedTuple):
    """What items take from a rule."""

    id: str = ""
    title: str = ""
    references: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    level: str = ""
    rank: Any = None
    security: Any = None
    messages: Mapping[str, str] = MappingProxyType({})


NO_RULE = Rule()


def record(value: Any, where: str) -> dict[str, Any]:
    """This object; one that is left out is empty."""
    if type(value) is dict:
        return value
    if value is None:
        return _NOTHING
    raise Wrong(where, "An object should stand here")


def listed(value: Any, where: str) -> list[Any]:
    if type(value) is list:
        return value
    if value is None:
        return []
    raise Wrong(where, "A list should stand here")


def text(value: Any) -> str:
    """Texts are texts; whatever else stands in their place says nothing."""
    return value if type(value) is str else ""


def short(value: Any) -> str:
    """A text that many results may share."""
    return text(value)[:LONGEST_SHARED]


def cwes_in(value: Any, deeper: int = 3) -> list[str]:
    """Every CWE that a tag, a list of tags, or a reference to a taxonomy names."""
    if type(value) is str:
        return [f"CWE-{number}" for number in _CWE.findall(value)]
    if type(value) is list:
        return [cwe for each in value for cwe in cwes_in(each, deeper - 1)] if deeper else []
    if type(value) is dict:
        taxonomy, id = value.get("toolComponent"), text(value.get("id"))
        named = type(taxonomy) is dict and text(taxonomy.get("name")).upper() == "CWE"
        return cwes_in(f"CWE-{id}" if named and id.isdecimal() else id)
    return []


def rule_of(found: dict[str, Any]) -> Rule:
    id = short(found.get("id"))
    configuration = record(found.get("defaultConfiguration"), "/defaultConfiguration")
    properties = record(found.get("properties"), "/properties")
    title = text(record(found.get("shortDescription"), "/shortDescription").get("text")) or text(found.get("name"))
    help_uri = short(found.get("helpUri"))
    cwes = cwes_in(properties.get("tags")) + cwes_in(properties.get("cwe"))
    for relation in listed(found.get("relationships"), "/relationships"):
        cwes += cwes_in(record(relation, "/relationships").get("target"))
    return Rule(
        id,
        title.strip()[:300],
        (help_uri,) if help_uri else (),
        tuple(dict.fromkeys(cwes))[:MOST_SHARED],
        aliases_of(id),
        text(configuration.get("level"))[:LONGEST_TOLD],
        _told(configuration.get("rank")),
        _told(properties.get("security-severity")),
        dict(messages_of(record(found.get("messageStrings"), "/messageStrings"))),
    )


def messages_of(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, message in found.items():
        if type(message) is dict and (said := text(message.get("text")) or text(message.get("markdown"))):
            yield name, said[:LONGEST_SHARED]


def aliases_of(id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_KNOWN_AS.findall(id)))


def _told(value: Any) -> Any:
    """A number or a short text; whatever else stands there says nothing."""
    return text(value)[:LONGEST_TOLD] or value if type(value) in {str, int, float} else None


def is_row(found: Any) -> bool:
    """Whether this is surely a row of a table, and not a result or some other part of one."""
    return type(found) is dict and not _ROW.isdisjoint(found) and "message" not in found


def artifact_of(found: dict[str, Any]) -> tuple[str, str]:
    location = record(found.get("location"), "/location")
    return short(location.get("uri")), short(location.get("uriBaseId"))


def symbol_of(found: dict[str, Any]) -> str:
    return short(found.get("fullyQualifiedName")) or short(found.get("name"))
