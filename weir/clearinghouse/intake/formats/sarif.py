# SPDX-License-Identifier: Apache-2.0
"""SARIF 2.1.0 (OASIS), result by result: a run may have millions, and is never held as a whole.

Rules, files and logical locations are looked up in tables of the run, which may stand behind the results. Where a table
is missing when the first result asks for it, the document is read once to its end for the tables alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.sarif_tables import NO_RULE, Rule, Tables, Wrong, cwes_in, listed, record, text
from weir.clearinghouse.intake.formats.streams import Broken, Scanner
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place, Trouble

MOST_PLACES = 100
MOST_STEPS = 200
LONGEST_TITLE = 300
_NOTHING_WRONG = {"pass", "notApplicable"}
_RESULT = {"ruleId", "ruleIndex", "rule", "locations", "kind", "level"}


def looks_like(head: bytes, filename: str) -> bool:
    """One object with runs in it, and a word that only SARIF has beside them."""
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return begin == b"{" and b'"runs"' in head and any(word in head for word in (b"sarif", b'"results"', b'"tool"'))


@written_as("sarif", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    """Every result that is something wrong, in the document's order."""
    begin = stream.tell()
    scanner = Scanner(stream)
    try:
        for key in scanner.members():
            if key == "runs":
                for index in scanner.entries():
                    yield from _run(scanner, stream, begin, index)
            else:
                scanner.skip()
    except Broken as no:
        yield Trouble("", f"Reading stopped early: {no}. Send the whole file again, as the tool wrote it.")
    if scanner.mended:
        yield Trouble("", "Some bytes are not UTF-8 and were replaced. Save the file as UTF-8.")


def _run(scanner: Scanner, stream: BinaryIO, begin: int, index: int) -> Iterator[Item | Trouble]:
    tables = Tables(f"/runs/{index}")
    for key in scanner.members():
        if key == "results" and scanner.peek() == "[":
            if not tables.complete_enough:
                here = stream.tell()
                stream.seek(begin)
                tables = _tables_of(Scanner(stream), index)
                stream.seek(here)
            tables.ahead = _Ahead(stream, begin, index)
            yield from tables.new_troubles()
            yield from _results(scanner, tables)
        else:
            tables.take(key, scanner)
    yield from tables.new_troubles()


class _Ahead:
    """Looks through the whole document for the tables of one run, when a result asks for what is not there yet."""

    def __init__(self, stream: BinaryIO, begin: int, index: int) -> None:
        self._stream, self._begin, self._index = stream, begin, index

    def __call__(self) -> Tables:
        here = self._stream.tell()
        self._stream.seek(self._begin)
        try:
            return _tables_of(Scanner(self._stream), self._index)
        finally:
            self._stream.seek(here)


def _tables_of(scanner: Scanner, wanted: int) -> Tables:
    """The tables of one run and nothing else. What is broken there is told when the results are read."""
    tables = Tables(f"/runs/{wanted}")
    try:
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
    except Broken:
        pass
    return tables


def _results(scanner: Scanner, tables: Tables) -> Iterator[Item | Trouble]:
    where = f"{tables.where}/results/"
    for index, found in enumerate(scanner.elements(_is_result)):
        if isinstance(found, Broken):
            yield Trouble(f"{where}{index}", f"This cannot be read: {found}. Reading went on where it could.")
            continue
        try:
            item = _item(tables, found, f"{where}{index}")
        except Wrong as no:
            yield Trouble(f"{where}{index}{no.where}", f"{no.what}. Correct it and send the file again.")
            continue
        if item is not None:
            yield _whole(item) if scanner.halves else item
    yield from tables.new_troubles()


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
