# SPDX-License-Identifier: Apache-2.0
"""CVE JSON 5: what the CNA says, then what others added in ADP containers, as one item."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Said, first_line, unique
from weir.clearinghouse.intake.formats.flowing import Rows, read_each
from weir.clearinghouse.intake.formats.heads import on_top
from weir.clearinghouse.intake.formats.packages import ANY, generic, of_collection, of_cpe, of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place, Trouble

SCORES = ("cvssV4_0", "cvssV3_1", "cvssV3_0", "cvssV2_0")
_CWE = re.compile(r"\bCWE[- ](\d{1,5})\b")


def looks_like(head: bytes, filename: str) -> bool:
    return on_top(head, "containers") or on_top(head, "cveMetadata")


ROWS = Rows(lambda found: "containers" in found)


@written_as("cve", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    return read_each(stream, _items, ROWS)


def _items(record: Said) -> Iterator[Item]:
    about, parts = record.inner("cveMetadata"), record.inner("containers")
    cna = parts.inner("cna")
    containers = [cna, *parts.each("adp")]
    id, description = about.text("cveId"), _in_english(cna, "descriptions") or _in_english(cna, "rejectedReasons")
    title = next(filter(None, (one.text("title") for one in containers)), "") or first_line(description) or id
    if not title:
        record.trouble("", "This record has neither id nor title nor description, so nothing was taken from it.")
        return
    affected = [one for container in containers for one in container.each("affected")]
    yield Item(
        where=record.pointer,
        grain=Grain.ADVISORY,
        title=title,
        description=description,
        aliases=unique((id,)),
        affected=tuple(each for one in affected for each in _affected(one)),
        weaknesses=unique(*map(_weaknesses, containers)),
        severity=next(filter(None, map(_severity, containers)), ""),
        references=unique(one.text("url") for container in containers for one in container.each("references")),
        published=about.text("datePublished") or cna.text("datePublic"),
        places=tuple(place for one in affected for place in _places(one)),
        status="rejected" if about.text("state") == "REJECTED" else "",
    )


def _in_english(said: Said, name: str) -> str:
    texts = [(one.text("lang"), one.text("value")) for one in said.each(name)]
    english = [text for language, text in texts if language.lower().startswith("en")]
    return next(filter(None, (*english, *(text for _, text in texts))), "")


def _affected(said: Said) -> Iterator[Affected]:
    """Versions that are commits go with the repository, all others with the package."""
    kept = said.text("defaultStatus") == "affected"
    versions = list(said.each("versions"))
    commits = [one for one in versions if one.text("versionType") == "git"]
    package, repository = _package(said), said.text("repo")
    numbers = [one for one in versions if one.text("versionType") != "git"]
    if commits:
        yield _together(commits, kept=kept).of("", repository)
    bounds = _together(numbers, kept=kept)
    if any(bounds) or (not commits and (package or repository)):
        yield bounds.of(package, repository)


def _package(said: Said) -> str:
    package, _ = of_purl(said.text("packageURL"))
    if said.has("packageURL") and not package:
        said.trouble("packageURL", "This is no purl; the package was taken from the other names.")
    name = said.text("packageName")
    package = package or (of_collection(said.text("collectionURL"), name) if name else "")
    named = package or generic(said.text("vendor"), said.text("product") or name)
    return named or next((cpe for cpe, _ in map(of_cpe, said.texts("cpes")) if cpe), "")


def _together(versions: list[Said], *, kept: bool) -> Bounds:
    parts = [_bounds(one, kept=kept) for one in versions]
    return Bounds(*(tuple(text for part in parts for text in part[at]) for at in range(len(Bounds._fields))))


def _bounds(said: Said, *, kept: bool) -> Bounds:
    version, status = said.text("version"), said.text("status")
    below, upto = said.text("lessThan"), said.text("lessThanOrEqual")
    fixed = tuple(one.text("at") for one in said.each("changes") if one.text("status") == "unaffected")
    if status == "unaffected":
        return _between(version, below) if kept else Bounds()
    if status not in ("affected", ""):
        return Bounds()
    if below or upto or fixed:
        start = "0" if version.lower() in ANY else version
        return Bounds((start,), (*_bound(below), *fixed), (), _bound(upto))
    return Bounds() if version.lower() in ANY else Bounds(versions=(version,))


def _between(version: str, below: str) -> Bounds:
    """Where all is affected by default, what is not begins where it was fixed and ends where it is affected again."""
    begin, end = _bound(version.replace("*", "")), _bound("" if "*" in below else below)
    return Bounds(introduced=end, fixed=() if begin == ("0",) else begin)


def _bound(version: str) -> tuple[str, ...]:
    return () if version.lower() in ANY else (version,)


def _weaknesses(container: Said) -> tuple[str, ...]:
    found: list[str] = []
    for said in container.each("problemTypes"):
        for one in said.each("descriptions"):
            told = _CWE.search(one.text("description"))
            found.append(one.text("cweId") or (f"CWE-{told[1]}" if told else ""))
    return unique(found)


def _severity(container: Said) -> str:
    metrics = list(container.each("metrics"))
    vectors = (one.inner(name).text("vectorString") for name in SCORES for one in metrics if one.has(name))
    return next(filter(None, vectors), "")


def _places(said: Said) -> Iterator[Place]:
    yield from (Place(path) for path in said.texts("programFiles"))
    yield from (Place("", symbol=one.text("name")) for one in said.each("programRoutines") if one.has("name"))
