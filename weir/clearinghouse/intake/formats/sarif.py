# SPDX-License-Identifier: Apache-2.0
"""SARIF 2.1.0 (OASIS), result by result: a run may have millions, and is never held as a whole.

Rules, files and logical locations are looked up in tables of the run, which may stand behind the results. Where a table
is missing when the first result asks for it, the document is read once to its end for the tables alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, cast

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Troubles
from weir.clearinghouse.intake.formats.sarif_rows import NO_RULE, Rule, Wrong, cwes_in, listed, record, text
from weir.clearinghouse.intake.formats.sarif_tables import AGAIN, Tables
from weir.clearinghouse.intake.formats.streams import Broken, Scanner
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place, Trouble

MOST_PLACES = 100
MOST_STEPS = 200
LONGEST_TITLE = 300
MOST_LOOKED = 1024 * 1024 * 1024  # bytes
LANDMARK = r'"(results)"\s{0,99}:\s{0,99}(?=\[)|"(tool)"\s{0,99}:\s{0,99}(?=\{\s{0,99}"(?:driver|extensions)")'
Read = Iterator[Item | Trouble]
_NOTHING_WRONG = {"pass", "notApplicable"}
_RESULT = {"ruleId", "ruleIndex", "rule", "locations", "kind", "level"}


def looks_like(head: bytes, filename: str) -> bool:
    """One object with runs in it, and a word that only SARIF has beside them."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return begin == b"{" and b'"runs"' in head and any(word in head for word in (b"sarif", b'"results"', b'"tool"'))


@written_as("sarif", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    """Every result that is something wrong, in the document's order."""
    return _Reading(stream).document()


class _Reading:
    """One document on its way through: in which run we are, and what of it is known so far."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._begin = stream, stream.tell()
        self._scanner, self._troubles = Scanner(stream, LANDMARK), Troubles()
        self._looked = 0  # bytes that were read a second time
        self._begin_run(0)

    def _begin_run(self, index: int) -> None:
        self._run, self._tables = index, Tables(f"/runs/{index}", self._troubles)
        self._next = 0  # the place of the next result

    def document(self) -> Read:
        try:
            for key in self._scanner.members():
                if key == "runs":
                    for index in self._scanner.entries():
                        self._begin_run(index)
                        for part in self._scanner.members():
                            yield from self._member(part)
                else:
                    self._scanner.skip()
        except Broken as no:
            self._troubles.add("", f"Something is lost after {self._place()}: {no}. {AGAIN}")
            yield from self._rest()
        if self._scanner.mended:
            self._troubles.add("", "Some bytes are not UTF-8 and were replaced. Save the file as UTF-8.")
        yield from self._troubles.handed_on()

    def _rest(self) -> Read:
        """Behind something broken: at whatever is surely the tool of a run, or its results."""
        while key := self._scanner.to_landmark():
            if self._tables.complete_enough if key == "tool" else self._next:
                self._begin_run(self._run + 1)
            with suppress(Broken):
                yield from self._member(key)

    def _member(self, key: str) -> Read:
        """One member of a run."""
        if key == "results" and self._scanner.peek() == "[":
            if not self._tables.complete_enough:
                self._tables = self._look_ahead() or self._tables
            self._tables.ahead = self._look_ahead
            yield from self._results()
        else:
            self._tables.take(key, self._scanner)
        yield from self._troubles.handed_on()

    def _results(self) -> Read:
        where = f"{self._tables.where}/results/"
        for index, found in enumerate(self._scanner.elements(_is_result), start=self._next):
            self._next = index + 1
            item = None
            if isinstance(found, Broken):
                self._troubles.add(f"{where}{index}", f"This cannot be read: {found}. Reading went on where it could.")
            else:
                try:
                    item = _item(self._tables, found, f"{where}{index}")
                except Wrong as no:
                    self._troubles.add(f"{where}{index}{no.where}", f"{no.what}. {AGAIN}")
            if item is not None:
                yield _whole(item) if self._scanner.halves else item
            if self._troubles.waiting:
                yield from self._troubles.handed_on()

    def _place(self) -> str:
        return f"{self._tables.where}/results/{self._next - 1}" if self._next else self._tables.where

    def _look_ahead(self) -> Tables | None:
        """The tables of this run from the whole document, if a result asks for what is not there yet. None once this
        was done so often that whoever wrote the document must mean it.
        """
        here = self._stream.tell()
        if self._looked > 8 * here + min(64 * here, MOST_LOOKED):
            self._troubles.add(
                f"{self._tables.where}/tool", "Too many runs have their tool behind their results. Put it before."
            )
            return None
        self._stream.seek(self._begin)
        try:
            return _tables_of(Scanner(self._stream), self._run, self._troubles)
        finally:
            self._looked += self._stream.tell() - self._begin
            self._stream.seek(here)


def _tables_of(scanner: Scanner, wanted: int, troubles: Troubles) -> Tables:
    """The tables of one run and nothing else. What is broken there is told when the results are read."""
    tables = Tables(f"/runs/{wanted}", troubles)
    with suppress(Broken):
        for key in scanner.members():
            if key != "runs":
                scanner.skip()
                continue
            for index in scanner.entries():
                if index != wanted:
                    scanner.skip()
                    continue
                for part in scanner.members():
                    tables.take(part, scanner)
                return tables
    return tables


def _is_result(found: Any) -> bool:
    """Whether this is surely a result, and not some other part of one: only results have these keys beside it."""
    return isinstance(found, dict) and "message" in found and not _RESULT.isdisjoint(found)


def _item(tables: Tables, result: Any, where: str) -> Item | None:
    """One result in our words; None where it says that nothing is wrong."""
    if type(result) is not dict:
        raise Wrong("", "A result is to be an object")
    get = result.get
    if get("kind") in _NOTHING_WRONG or get("baselineState") == "absent":
        return None
    rule_id, rule = tables.rule_of(result)
    message = tables.message_of(get("message"), rule)
    places = tuple(_place(tables, each) for each in listed(get("locations"), "/locations")[:MOST_PLACES])
    if not (message or rule_id or places):
        raise Wrong("/message", "A result says at least what it is about, by message, rule or location")
    properties = record(get("properties"), "/properties")
    suppressed, justification = _suppression(get("suppressions"))
    return Item(
        where,
        Grain.ADVISORY if rule.aliases else Grain.STATIC,
        rule.title or message.partition("\n")[0][:LONGEST_TITLE] or rule_id,
        message,
        rule.aliases,
        tables.affected,
        _weaknesses(result, properties, rule),
        _severity(result, properties, rule),
        rule.references,
        "",
        tables.tool,
        rule_id,
        places,
        _flow(tables, get("codeFlows")) if "codeFlows" in result else (),
        _fingerprints(result),
        (),
        suppressed,
        justification,
    )


def _place(tables: Tables, location: Any) -> Place:
    location = record(location, "/locations")
    physical = record(location.get("physicalLocation"), "/locations")
    region = record(physical.get("region"), "/locations")
    snippet = region.get("snippet") or record(physical.get("contextRegion"), "/locations").get("snippet")
    line = region.get("startLine", 0)
    return Place(
        tables.path_of(physical.get("artifactLocation")),
        line if type(line) is int and 0 <= line < 2**31 else 0,
        tables.symbol_of(location.get("logicalLocations")),
        text(record(snippet, "/locations").get("text")) if snippet else "",
    )


def _flow(tables: Tables, flows: Any) -> tuple[Place, ...]:
    """The steps of the first way through the code; tools that know several give the shortest first."""
    for flow in listed(flows, "/codeFlows")[:1]:
        for thread in listed(record(flow, "/codeFlows").get("threadFlows"), "/codeFlows")[:1]:
            steps = listed(record(thread, "/codeFlows").get("locations"), "/codeFlows")[:MOST_STEPS]
            return tuple(_place(tables, record(step, "/codeFlows").get("location")) for step in steps)
    return ()


def _fingerprints(result: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Both kinds, by name. A tool that nests them gets the names joined."""
    found: list[tuple[str, str]] = []
    for kind in ("fingerprints", "partialFingerprints"):
        if (given := result.get(kind)) is not None:
            for name, value in record(given, f"/{kind}").items():
                if type(value) is str:
                    found.append((name, value))
                elif type(value) is dict:
                    found += [(f"{name}/{inner}", deep) for inner, deep in value.items() if type(deep) is str]
                else:
                    raise Wrong(f"/{kind}", "A fingerprint is to be a text")
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


def _severity(result: dict[str, Any], properties: dict[str, Any], rule: Rule) -> str:
    """The tool's own words: its level, and its rank and security-severity where it gives them."""
    said = text(result.get("level")) or rule.level or "warning"
    security = properties.get("security-severity") or rule.security
    if security:
        said += f", security-severity {security}" if isinstance(security, str | int | float) else ""
    rank = result.get("rank", rule.rank)
    return f"{said}, rank {rank:g}" if type(rank) in {int, float} and 0 <= rank <= 100 else said


def _weaknesses(result: dict[str, Any], properties: dict[str, Any], rule: Rule) -> tuple[str, ...]:
    more: list[str] = []
    if "taxa" in result:
        for taxon in listed(result["taxa"], "/taxa"):
            more += cwes_in(taxon)
    if "cwe" in properties:
        more += cwes_in(properties["cwe"])
    if "tags" in properties:
        more += cwes_in(properties["tags"])
    return tuple(dict.fromkeys((*rule.weaknesses, *more))) if more else rule.weaknesses


def _suppression(given: Any) -> tuple[str, str]:
    """A result that somebody looked at and put aside, and why. It counts once nobody still asks or has refused."""
    if not given:
        return "", ""
    said = [record(each, "/suppressions") for each in listed(given, "/suppressions")]
    if any(each.get("status", "accepted") != "accepted" for each in said):
        return "", ""
    return "suppressed", next((words for each in said if (words := text(each.get("justification")))), "")


def _whole(value: Any) -> Any:
    """The same without halves of surrogate pairs, which no UTF-8 can carry."""
    if isinstance(value, Grain):
        return value
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Item | Place | Affected):
        return type(value)(*map(_whole, value))
    return tuple(map(_whole, value)) if isinstance(value, tuple) else cast("int", value)


__all__ = ["NO_RULE", "looks_like", "read"]
