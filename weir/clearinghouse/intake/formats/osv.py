# SPDX-License-Identifier: Apache-2.0
"""OSV: one record, a list of them, or the answer of a service that wraps them in `vulns`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Said, first_line, unique
from weir.clearinghouse.intake.formats.flowing import Rows, read_each
from weir.clearinghouse.intake.formats.heads import on_top
from weir.clearinghouse.intake.formats.packages import of_ecosystem, of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds
from weir.clearinghouse.intake.formats.stacks import frames_in
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place, Trouble

SCORES = ("CVSS_V4", "CVSS_V3", "CVSS_V2")
BESIDE_ID = ("modified", "affected", "schema_version", "aliases", "details", "summary")


def looks_like(head: bytes, filename: str) -> bool:
    return on_top(head, "affected") or on_top(head, "vulns") or any(on_top(head, "id", name) for name in BESIDE_ID)


def is_record(found: dict[str, Any]) -> bool:
    """Whether this is surely a record, and no part of one."""
    return "id" in found and ("affected" in found or "modified" in found)


ROWS = Rows(is_record, "vulns")


@written_as("osv", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    return read_each(stream, _items, ROWS)


def _items(said: Said) -> Iterator[Item]:
    if said.has("vulns"):
        for record in said.each("vulns"):
            yield from items_of(record)
    else:
        yield from items_of(said)


def items_of(record: Said, tool: str = "") -> Iterable[Item]:
    """The one item of a record, or none where nothing names it. Wrappers of records ask here."""
    id, summary, details = record.text("id"), record.text("summary"), record.text("details")
    if not (id or summary or details):
        record.trouble("", "This record has neither id nor summary nor details, so nothing was taken from it.")
        return ()
    affected = list(record.each("affected"))
    item = Item(
        where=record.pointer,
        grain=Grain.ADVISORY,
        title=summary or first_line(details) or id,
        description=details,
        aliases=unique((id,), record.texts("aliases")),
        affected=tuple(each for one in affected for each in _affected(one)),
        weaknesses=_weaknesses(record, affected),
        severity=_severity(record, affected),
        references=unique(one.text("url") for one in record.each("references")),
        published=record.text("published"),
        tool=tool,
        places=tuple(place for one in affected for place in _places(one)),
        frames=frames_in(details),
        status="withdrawn" if record.text("withdrawn") else "",
    )
    return (item,)


def _affected(said: Said) -> Iterator[Affected]:
    """One for each range, so that bounds that belong together stay together; listed versions go with the first."""
    package, listed = _package(said), said.texts("versions")
    for one in said.each("ranges"):
        bounds = _bounds(one)
        if one.text("type") == "GIT":
            yield bounds.of("", one.text("repo"))
        else:
            yield bounds._replace(versions=listed).of(package)
            listed = ()
    if listed or (package and not said.has("ranges")):
        yield Bounds(versions=listed).of(package)


def _package(said: Said) -> str:
    named = said.inner("package")
    package, _ = of_purl(named.text("purl"))
    if named.has("purl") and not package:
        named.trouble("purl", "This is no purl; the package was taken from its ecosystem and name.")
    return package or of_ecosystem(named.text("ecosystem"), named.text("name"))


def _bounds(said: Said) -> Bounds:
    """`limit` acts like `fixed`: nothing from there on is affected by what this range says."""
    found: dict[str, list[str]] = {"introduced": [], "fixed": [], "limit": [], "last_affected": []}
    for event in said.each("events"):
        for name, kept in found.items():
            version = event.text(name)
            if version and (name, version) != ("limit", "*"):
                kept.append(version)
    fixed = (*found["fixed"], *found["limit"])
    return Bounds(tuple(found["introduced"]), fixed, (), tuple(found["last_affected"]))


def _severity(record: Said, affected: list[Said]) -> str:
    """The newest vector; else the word that the source itself uses."""
    said = [one for each in (record, *affected) for one in each.each("severity")]
    scores = {one.text("type"): one.text("score") for one in reversed(said)}
    vectors = (scores[name] for name in SCORES if scores.get(name))
    word = record.value.get("database_specific", {})
    word = word.get("severity") if isinstance(word, dict) else None
    return next(vectors, "") or (word if isinstance(word, str) else "")


def _weaknesses(record: Said, affected: list[Said]) -> tuple[str, ...]:
    """From the part that each source fills as it likes, so that nothing in it is a fault."""
    found: list[Any] = []
    for said in (record, *affected):
        own = said.value.get("database_specific")
        for ids in (own.get("cwe_ids"), own.get("cwes")) if isinstance(own, dict) else ():
            found += ids if isinstance(ids, list) else ()
    named = (one.get("cweId") if isinstance(one, dict) else one for one in found)
    return unique(one for one in named if isinstance(one, str))


def _places(said: Said) -> Iterator[Place]:
    """Symbols that are known to be affected, as Go (imports) and RustSec (functions) write them into their own part."""
    own = said.value.get("ecosystem_specific")
    own = own if isinstance(own, dict) else {}
    for one in own["imports"] if isinstance(own.get("imports"), list) else ():
        path = one.get("path") if isinstance(one, dict) else None
        if isinstance(path, str):
            listed = one["symbols"] if isinstance(one.get("symbols"), list) else ()
            symbols = [name for name in listed if isinstance(name, str)]
            yield from (Place(path, symbol=name) for name in symbols or [""])
    affects = own.get("affects")
    functions = affects.get("functions") if isinstance(affects, dict) else None
    if isinstance(functions, list | dict):
        yield from (Place("", symbol=name) for name in functions if isinstance(name, str))
