# SPDX-License-Identifier: Apache-2.0
"""What the results of a SARIF run refer to: rules, files, logical locations, bases of addresses. Short and bounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, islice
from typing import Any
from urllib.parse import unquote

from weir.clearinghouse.intake.formats.documents import Troubles
from weir.clearinghouse.intake.formats.sarif_rows import (
    LONGEST_SHARED,
    NO_RULE,
    Rule,
    Wrong,
    aliases_of,
    artifact_of,
    is_row,
    listed,
    messages_of,
    record,
    rule_of,
    short,
    symbol_of,
    text,
)
from weir.clearinghouse.intake.formats.streams import Broken, Scanner
from weir.clearinghouse.intake.terms import Affected

ROOM = 24 * 1024 * 1024  # characters that one run's tables may hold
REMEMBERED = 20_000
LONGEST_WORDS = 20_000
LONGEST_KNOWN = 1_000  # characters of what is looked up by a text
DEEPEST_BASE = 8
DEEPEST_ID = 16
MOST_BASES = 100
AGAIN = "Correct it and send the file again."
TOO_LONG = "The tables of this run are too long to be held. Send its results in several files."

_PLACEHOLDER = re.compile(r"\{(\d{1,3})\}")


class Tables:
    """The tables of one run. `ahead` looks for those that stand behind the results."""

    def __init__(self, where: str, troubles: Troubles) -> None:
        self.where, self.tool = where, ""
        self.affected: tuple[Affected, ...] = ()
        self.ahead: Callable[[], Tables | None] | None = None
        self._driver: list[Rule] = []
        self._extensions: list[list[Rule]] = []
        self._by_id: dict[str, Rule] = {}
        self._messages: dict[str, str] = {}
        self._roots: tuple[str, ...] = ()
        self._artifacts: list[Any] = []
        self._logical: list[str] = []
        self._bases: dict[str, Any] = {}
        self._paths: dict[Any, str] = {}
        self._by_result: dict[Any, tuple[str, Rule]] = {}
        self._troubles = troubles
        self._room = ROOM

    @property
    def complete_enough(self) -> bool:
        """Whether results can be read: we know whose they are."""
        return bool(self.tool)

    # Filling ----------------------------------------------------------------------------------------------------------

    def take(self, key: str, scanner: Scanner) -> None:
        """One member of the run, which begins here."""
        opens = scanner.peek()
        if key == "tool" and opens == "{":
            self._take_tool(scanner)
        elif key == "artifacts" and opens == "[":
            self._fill(self._artifacts, scanner, f"{self.where}/artifacts", artifact_of)
        elif key == "logicalLocations" and opens == "[":
            self._fill(self._logical, scanner, f"{self.where}/logicalLocations", symbol_of)
        elif key == "originalUriBaseIds" and opens == "{":
            self._take_bases(scanner.value())
        elif key == "versionControlProvenance" and opens == "[":
            found = scanner.value()
            uri = short(found[0].get("repositoryUri")) if found and type(found[0]) is dict else ""
            self.affected = (Affected(repository=uri),) if uri else ()
        else:
            scanner.skip()

    def _take_bases(self, found: dict[str, Any]) -> None:
        """Those that are described; each address is compared with every one that is the root of something."""
        known = {
            name: base
            for name, base in found.items()
            if type(base) is dict and len(text(base.get("uri"))) <= LONGEST_SHARED
        }
        if len(known) < len(found) or len(known) > MOST_BASES:
            what = f"Only the first {MOST_BASES} of these that are objects with a short `uri` are read."
            self._troubles.add(f"{self.where}/originalUriBaseIds", what)
        self._bases = dict(islice(known.items(), MOST_BASES))
        roots = (text(base.get("uri")).strip() for base in self._bases.values())
        self._roots = tuple(root for root in roots if ":" in root)

    def _take_tool(self, scanner: Scanner) -> None:
        for key in scanner.members():
            opens = scanner.peek()
            if key == "driver" and opens == "{":
                self._take_component(scanner, self._driver, f"{self.where}/tool/driver")
            elif key == "extensions" and opens == "[":
                for index in scanner.entries():
                    if scanner.peek() == "{" and self._room > 0:
                        self._extensions.append([])
                        self._room -= 100
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
                known = len(rules)
                uncertain = self._fill(rules, scanner, f"{where}/rules", rule_of)
                for rule in chain(islice(rules, known, None), uncertain):
                    self._by_id.setdefault(rule.id, rule)
            elif key == "name" and opens == '"' and rules is self._driver:
                self.tool = short(scanner.value())
            elif key == "globalMessageStrings" and opens == "{":
                found = scanner.value()
                if self._room > 0:
                    self._messages |= dict(messages_of(found))
                    self._room -= len(str(self._messages))
            else:
                scanner.skip()

    def _fill(
        self, table: list[Any], scanner: Scanner, where: str, row_of: Callable[[dict[str, Any]], Any]
    ) -> list[Any]:
        """One row after the other. What is of a wrong type keeps its place, since others are found by theirs. Behind
        something broken no place is certain: such rows are handed back, to be found by their names.
        """
        uncertain: list[Any] = []
        rows = table
        for index, found in enumerate(scanner.elements(is_row)):
            if isinstance(found, Broken):
                self._troubles.add(f"{where}/{index}", f"This cannot be read: {found}. Reading went on where it could.")
                rows = uncertain
            elif self._room > 0:
                rows.append(self._row(found, f"{where}/{index}", row_of))
        return uncertain

    def _row(self, found: Any, where: str, row_of: Callable[[dict[str, Any]], Any]) -> Any:
        try:
            row = row_of(record(found, ""))
        except Wrong as no:
            self._troubles.add(f"{where}{no.where}", f"{no.what}. {AGAIN}")
            row = row_of({})
        self._room -= 100 + len(str(row))
        if self._room <= 0:
            self._troubles.add(where, TOO_LONG)
        return row

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
        for _ in range(DEEPEST_ID):
            if general in self._by_id:
                return id, self._by_id[general]
            general = general.rpartition("/")[0]
            if not general:
                break
        # A rule that nobody describes may still be called by the number of a known vulnerability.
        return id, Rule(aliases=aliases) if (aliases := aliases_of(id)) else NO_RULE

    def message_of(self, message: Any, rule: Rule) -> str:
        message = record(message, "/message")
        said = message.get("text")
        if type(said) is not str:
            id = text(message.get("id"))
            said = rule.messages.get(id) or self._messages.get(id) or text(message.get("markdown"))
        if arguments := message.get("arguments"):
            given = listed(arguments, "/message/arguments")
            said = _filled(said, given)
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
        path = self._path(text(uri), text(base))[:LONGEST_SHARED]
        _remember(self._paths, (artifact.get("uri"), artifact.get("uriBaseId"), index), path)
        return path

    def symbol_of(self, logical: Any) -> str:
        """The first logical location that has a name."""
        for each in listed(logical, "/locations"):
            location = record(each, "/locations")
            if name := symbol_of(location):
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
            for root in self._roots:
                if uri.startswith(root):
                    return unquote(uri[len(root) :]).lstrip("/")
            return unquote(uri.removeprefix("file://"))
        for _ in range(DEEPEST_BASE):
            known = self._bases.get(base, {})
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
        if found is None:
            return False
        self._driver, self._extensions, self._by_id = found._driver, found._extensions, found._by_id  # noqa: SLF001
        self._artifacts, self._logical = found._artifacts, found._logical  # noqa: SLF001 - another of our own class
        self._bases, self._roots, self.affected = found._bases, found._roots, found.affected  # noqa: SLF001 - likewise
        self._by_result.clear()
        self._paths.clear()
        return True


def _remember(known: dict[Any, Any], key: Any, value: Any) -> None:
    if len(known) < REMEMBERED and not any(type(part) is str and len(part) > LONGEST_KNOWN for part in key):
        with suppress(TypeError):  # an object or a list stands where a text or a number should
            known[key] = value


def _filled(said: str, given: list[Any]) -> str:
    """The message with its arguments in their places, up to where it is cut off: an argument may stand at each."""
    pieces: list[str] = []
    at = length = 0
    for found in _PLACEHOLDER.finditer(said):
        pieces += (said[at : found.start()], _argument(given, found)[:LONGEST_WORDS])
        at, length = found.end(), length + found.start() - at + len(pieces[-1])
        if length > LONGEST_WORDS:
            return "".join(pieces)
    return "".join((*pieces, said[at:]))


def _argument(given: list[Any], found: re.Match[str]) -> str:
    place = int(found[1])
    return text(given[place]) if place < len(given) else found[0]
