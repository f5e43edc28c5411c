# SPDX-License-Identifier: Apache-2.0
"""What the results of a SARIF run refer to: rules, files, logical locations, bases of addresses. Short and bounded.

Of a rule only what an item says is kept, so that a run with a thousand long help texts costs little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import unquote

from weir.clearinghouse.intake.formats.streams import Broken, Scanner
from weir.clearinghouse.intake.terms import Affected, Trouble

ROOM = 24 * 1024 * 1024  # characters that one run's tables may hold
REMEMBERED = 20_000
LONGEST_WORDS = 20_000
DEEPEST_BASE = 8

_CWE = re.compile(r"\bcwe[-_/: ]*0*([1-9][0-9]{0,4})\b", re.IGNORECASE)
_KNOWN_AS = re.compile(r"\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{(\d{1,3})\}")
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
    messages: tuple[tuple[str, str], ...] = ()


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


def cwes_in(value: Any) -> list[str]:
    """Every CWE that a tag, a list of tags, or a reference to a taxonomy names."""
    if type(value) is str:
        return [f"CWE-{number}" for number in _CWE.findall(value)]
    if type(value) is list:
        return [cwe for each in value for cwe in cwes_in(each)]
    if type(value) is dict:
        taxonomy, id = value.get("toolComponent"), text(value.get("id"))
        named = type(taxonomy) is dict and text(taxonomy.get("name")).upper() == "CWE"
        return cwes_in(f"CWE-{id}" if named and id.isdecimal() else id)
    return []


class Tables:
    """The tables of one run. `ahead` looks for those that stand behind the results."""

    def __init__(self, where: str) -> None:
        self.where, self.tool = where, ""
        self.affected: tuple[Affected, ...] = ()
        self.ahead: Callable[[], Tables] | None = None
        self._driver: list[Rule] = []
        self._extensions: list[list[Rule]] = []
        self._by_id: dict[str, Rule] = {}
        self._messages: dict[str, str] = {}
        self._artifacts: list[Any] = []
        self._logical: list[str] = []
        self._bases: dict[str, Any] = {}
        self._paths: dict[Any, str] = {}
        self._by_result: dict[Any, tuple[str, Rule]] = {}
        self._troubles: list[Trouble] = []
        self._room = ROOM

    @property
    def complete_enough(self) -> bool:
        """Whether results can be read: we know whose they are."""
        return bool(self.tool)

    def new_troubles(self) -> Iterator[Trouble]:
        """Those since the last time."""
        told, self._troubles = self._troubles, []
        yield from told

    # Filling ----------------------------------------------------------------------------------------------------------

    def take(self, key: str, scanner: Scanner) -> None:
        """One member of the run, which begins here."""
        opens = scanner.peek()
        if key == "tool" and opens == "{":
            self._take_tool(scanner)
        elif key == "artifacts" and opens == "[":
            self._fill(self._artifacts, scanner, "artifacts", lambda found: _short(record(found.get("location"), "")))
        elif key == "logicalLocations" and opens == "[":
            self._fill(self._logical, scanner, "logicalLocations", _symbol)
        elif key == "originalUriBaseIds" and opens == "{":
            self._bases = scanner.value()
        elif key == "versionControlProvenance" and opens == "[":
            found = scanner.value()
            uri = text(found[0].get("repositoryUri")) if found and type(found[0]) is dict else ""
            self.affected = (Affected(repository=uri),) if uri else ()
        else:
            scanner.skip()

    def _take_tool(self, scanner: Scanner) -> None:
        for key in scanner.members():
            opens = scanner.peek()
            if key == "driver" and opens == "{":
                self._take_component(scanner, self._driver, f"{self.where}/tool/driver")
            elif key == "extensions" and opens == "[":
                for index in scanner.entries():
                    if scanner.peek() == "{":
                        self._extensions.append([])
                        at = f"{self.where}/tool/extensions/{index}"
                        self._take_component(scanner, self._extensions[-1], at)
                    else:
                        scanner.skip()
            else:
                scanner.skip()

    def _take_component(self, scanner: Scanner, rules: list[Rule], where: str) -> None:
        for key in scanner.members():
            opens = scanner.peek()
            if key == "rules" and opens == "[":
                self._fill(rules, scanner, f"{where}/rules", _rule)
                for rule in rules:
                    self._by_id.setdefault(rule.id, rule)
            elif key == "name" and opens == '"' and rules is self._driver:
                self.tool = scanner.value()[:LONGEST_WORDS]
            elif key == "globalMessageStrings" and opens == "{":
                self._messages |= dict(_messages(scanner.value()))
            else:
                scanner.skip()

    def _fill(self, table: list[Any], scanner: Scanner, where: str, short: Callable[[dict[str, Any]], Any]) -> None:
        """One row after the other. What cannot be read keeps its place, since others are found by theirs."""
        where = where if where.startswith("/") else f"{self.where}/{where}"
        for index, found in enumerate(scanner.elements(lambda each: type(each) is dict)):
            row: Any = NO_RULE if short is _rule else ""
            if isinstance(found, Broken):
                self._troubles.append(Trouble(f"{where}/{index}", f"This cannot be read: {found}."))
            elif self._room > 0:
                try:
                    row = short(record(found, ""))
                except Wrong as no:
                    self._troubles.append(Trouble(f"{where}/{index}{no.where}", f"{no.what}."))
                self._room -= 100 + len(str(row))
                if self._room <= 0:
                    self._troubles.append(
                        Trouble(f"{where}/{index}", "The tables of this run are too long to be held.")
                    )
            table.append(row)

    # Looking up -------------------------------------------------------------------------------------------------------

    def rule_of(self, result: dict[str, Any]) -> tuple[str, Rule]:
        """The rule's id and what is known of it, by index, by id, or by the first parts of an id."""
        id, index, reference = result.get("ruleId"), result.get("ruleIndex"), result.get("rule")
        if reference is None:
            try:
                return self._by_result[id, index]
            except (KeyError, TypeError):
                found = self._rule_at(text(id), index, self._driver)
                _remember(self._by_result, (id, index), found)
                return found
        reference = record(reference, "/rule")
        component = record(reference.get("toolComponent"), "/rule").get("index")
        rules = self._driver
        if type(component) is int and 0 <= component < len(self._extensions):
            rules = self._extensions[component]
        return self._rule_at(text(id) or text(reference.get("id")), reference.get("index", index), rules)

    def _rule_at(self, id: str, index: Any, rules: list[Rule]) -> tuple[str, Rule]:
        if type(index) is int and index >= 0:
            if index >= len(rules) and self._look_ahead():
                return self._rule_at(id, index, self._driver)
            if index < len(rules) and (not id or id == rules[index].id or id.startswith(f"{rules[index].id}/")):
                return id or rules[index].id, rules[index]
        general = id
        while general:
            if general in self._by_id:
                return id, self._by_id[general]
            general = general.rpartition("/")[0]
        # A rule that nobody describes may still be called by the number of a known vulnerability.
        return id, Rule(aliases=_aliases(id)) if id and _KNOWN_AS.search(id) else NO_RULE

    def message_of(self, message: Any, rule: Rule) -> str:
        message = record(message, "/message")
        said = message.get("text")
        if type(said) is not str:
            id = text(message.get("id"))
            said = dict(rule.messages).get(id) or self._messages.get(id) or text(message.get("markdown"))
        if arguments := message.get("arguments"):
            given = listed(arguments, "/message/arguments")
            said = _PLACEHOLDER.sub(lambda found: _argument(given, found), said)
        return said[:LONGEST_WORDS]

    def path_of(self, artifact: Any) -> str:
        """The file, as seen from the root of what was scanned where that can be told."""
        artifact = record(artifact, "/locations")
        uri, base, index = artifact.get("uri"), artifact.get("uriBaseId"), artifact.get("index")
        try:
            return self._paths[uri, base, index]
        except (KeyError, TypeError):
            pass
        if type(uri) is not str and type(index) is int and index >= 0:
            if index >= len(self._artifacts):
                self._look_ahead()
            known = self._artifacts[index] if index < len(self._artifacts) else ""
            uri, base = known if type(known) is tuple else ("", "")
        path = self._path(text(uri), text(base))
        _remember(self._paths, (artifact.get("uri"), artifact.get("uriBaseId"), index), path)
        return path

    def symbol_of(self, logical: Any) -> str:
        """The first logical location that has a name."""
        for each in listed(logical, "/locations"):
            location = record(each, "/locations")
            if name := _symbol(location):
                return name
            index = location.get("index")
            if type(index) is int and index >= 0:
                if index >= len(self._logical):
                    self._look_ahead()
                if index < len(self._logical):
                    return self._logical[index]
        return ""

    def _path(self, uri: str, base: str) -> str:
        """Bases that lead to a place on somebody's disk are left away, those within the scanned tree are put before."""
        uri = uri.strip().replace("\\", "/")
        if ":" in uri.partition("/")[0]:
            for name in self._bases:
                root = text(record(self._bases.get(name), "/originalUriBaseIds").get("uri")).strip()
                if ":" in root and uri.startswith(root):
                    return unquote(uri[len(root) :]).lstrip("/")
            return unquote(uri.removeprefix("file://"))
        for _ in range(DEEPEST_BASE):
            known = record(self._bases.get(base), "/originalUriBaseIds")
            before = text(known.get("uri")).strip()
            if not before or ":" in before or before.startswith("/"):
                break
            uri, base = f"{before.rstrip('/')}/{uri}", text(known.get("uriBaseId"))
        return unquote(uri.removeprefix("./"))

    def _look_ahead(self) -> bool:
        """Once: whether anything was found by reading the whole run for its tables."""
        if self.ahead is None:
            return False
        ahead, self.ahead = self.ahead, None
        found = ahead()
        self._driver, self._extensions, self._by_id = found._driver, found._extensions, found._by_id  # noqa: SLF001
        self._artifacts, self._logical = found._artifacts, found._logical  # noqa: SLF001 - another of our own class
        self._bases, self.affected = found._bases, found.affected  # noqa: SLF001 - likewise
        self._by_result.clear()
        self._paths.clear()
        return True


def _remember(known: dict[Any, Any], key: Any, value: Any) -> None:
    if len(known) < REMEMBERED:
        with suppress(TypeError):  # an object or a list stands where a text or a number should
            known[key] = value


def _rule(found: dict[str, Any]) -> Rule:
    id = text(found.get("id"))
    configuration = record(found.get("defaultConfiguration"), "/defaultConfiguration")
    properties = record(found.get("properties"), "/properties")
    title = text(record(found.get("shortDescription"), "/shortDescription").get("text")) or text(found.get("name"))
    help_uri = text(found.get("helpUri"))
    cwes = cwes_in(properties.get("tags")) + cwes_in(properties.get("cwe"))
    for relation in listed(found.get("relationships"), "/relationships"):
        cwes += cwes_in(record(relation, "/relationships").get("target"))
    return Rule(
        id,
        title.strip()[:300],
        (help_uri,) if help_uri else (),
        tuple(dict.fromkeys(cwes)),
        _aliases(id),
        text(configuration.get("level")),
        configuration.get("rank"),
        properties.get("security-severity"),
        tuple(_messages(record(found.get("messageStrings"), "/messageStrings"))),
    )


def _messages(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, message in found.items():
        if type(message) is dict and (said := text(message.get("text")) or text(message.get("markdown"))):
            yield name, said[:LONGEST_WORDS]


def _aliases(id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_KNOWN_AS.findall(id)))


def _argument(given: list[Any], found: re.Match[str]) -> str:
    place = int(found[1])
    return text(given[place]) if place < len(given) else found[0]


def _short(location: dict[str, Any]) -> tuple[str, str]:
    return text(location.get("uri")), text(location.get("uriBaseId"))


def _symbol(found: dict[str, Any]) -> str:
    return text(found.get("fullyQualifiedName")) or text(found.get("name"))
