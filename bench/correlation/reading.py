# SPDX-License-Identifier: Apache-2.0
"""Advisories of a folder as records to compare, with every identifier hidden, and the identifiers beside them.

A form is known by what a record holds, never by the name of its file or of its source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from weir.clearinghouse.findings.engines.records import Record, record_of
from weir.clearinghouse.findings.rules.causes import CVE
from weir.clearinghouse.intake.terms.items import Affected, Grain, Item, Place

HIDDEN = "(hidden)"
IDENTIFIERS = re.compile(
    r"(?:cve|can)[-_\s\u2010-\u2015]*\d{4}[-_\s\u2010-\u2015]+\d{3,}"
    r"|ghsa(?:[-_][23456789cfghjmpqrvwx]{4}){3}"
    r"|\b(?:pysec|rustsec|go|osv|gsd|gms|dsa|dla|rhsa|usn|euvd|bit|mal|snyk|hsec|asb)[-_]\d{4}[-_]\d+"
    r"|\b(?:19|20)\d{2}-\d{4,}\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\d[\w.+!-]*")
LOWER = re.compile(r"(?:>=|~>|\^|~|=)\s*v?(\d[\w.+-]*)")
UPPER = re.compile(r"<\s*v?(\d[\w.+-]*)")


class Labeled(NamedTuple):
    """A record without any identifier, and which ones it had."""

    source: str
    ids: frozenset[str]
    record: Record

    @property
    def cves(self) -> frozenset[str]:
        return frozenset(each for each in self.ids if CVE.fullmatch(each))


def labeled(data: Path) -> list[Labeled]:
    """All records of the folder that have a CVE or GHSA. Of others nobody knows which of them are one."""
    folder = data / "advisories" if (data / "advisories").is_dir() else data
    found = []
    for path in sorted(folder.glob("*.jsonl*")):
        for line in lines_of(path):
            ids = frozenset(each.upper() for each in line["_ids"])
            if any(each.startswith(("CVE-", "GHSA-")) for each in ids) and (item := item_of(line["record"])):
                found.append(Labeled(line["_source"], ids, hidden(record_of(item, line["_source"]), ids)))
    return found


def lines_of(path: Path) -> Iterator[Any]:
    raw = path.read_bytes()
    text = zstandard.ZstdDecompressor().decompressobj().decompress(raw) if path.suffix == ".zst" else raw
    return (json.loads(line) for line in text.decode("utf-8").split("\n") if line.strip())


def hidden(record: Record, ids: Iterable[str]) -> Record:
    """Without anything that looks like an identifier, and without its own, whatever they look like."""
    own = sorted(
        {part for each in ids for part in (each, each.partition("-")[2]) if len(part) > 6}, key=len, reverse=True
    )
    mine = re.compile("|".join(map(re.escape, own)) or r"(?!)", re.IGNORECASE)

    def hide(text: str) -> str:
        return IDENTIFIERS.sub(HIDDEN, mine.sub(HIDDEN, text))

    return record._replace(
        title=hide(record.title),
        text=hide(record.text),
        links=tuple(hide(link) for link in record.links),
        symbols=tuple(hide(symbol) for symbol in record.symbols),
        packages=tuple(hide(package) for package in record.packages),
    )


def item_of(record: Any) -> Item | None:
    """By form; None for one that is not known."""
    for holds, read in FORMS:
        if all(field in record for field in holds):
            return read(record)
    return None


def _osv(record: Any) -> Item:
    inner = [each.get("ecosystem_specific") or {} for each in record["affected"]]
    imports = [part for each in inner for part in each.get("imports") or []]
    functions = [name for each in inner for name in (each.get("affects") or {}).get("functions") or []]
    symbols = [name for part in imports for name in (part.get("path"), *(part.get("symbols") or []))] + functions
    return Item(
        where="",
        grain=Grain.ADVISORY,
        title=record.get("summary") or "",
        description=record.get("details") or "",
        affected=tuple(_osv_affected(each) for each in record["affected"]),
        weaknesses=tuple((record.get("database_specific") or {}).get("cwe_ids") or ()),
        severity=next((each.get("score") or "" for each in record.get("severity") or []), ""),
        references=tuple(each["url"] for each in record.get("references") or [] if each.get("url")),
        published=record.get("published") or "",
        places=tuple(Place("", symbol=str(symbol)) for symbol in symbols if symbol),
    )


def _osv_affected(said: Any) -> Affected:
    package = said.get("package") or {}
    events = [event for ranges in said.get("ranges") or [] for event in ranges.get("events") or []]
    return Affected(
        package=f"{package.get('ecosystem', '')}/{package.get('name', '')}" if package else "",
        introduced=tuple(str(event["introduced"]) for event in events if event.get("introduced")),
        fixed=tuple(str(event["fixed"]) for event in events if event.get("fixed")),
    )


def _cve(record: Any) -> Item:
    said = record["containers"]["cna"]
    affected = said.get("affected") or []
    return Item(
        where="",
        grain=Grain.ADVISORY,
        title=said.get("title") or "",
        description="\n".join(each.get("value") or "" for each in said.get("descriptions") or []),
        affected=tuple(
            Affected(
                package=each.get("packageName") or f"{each.get('vendor', '')}/{each.get('product', '')}",
                introduced=tuple(str(v["version"]) for v in each.get("versions") or [] if v.get("version")),
                fixed=tuple(str(v["lessThan"]) for v in each.get("versions") or [] if v.get("lessThan")),
            )
            for each in affected
        ),
        weaknesses=tuple(
            found[0]
            for each in said.get("problemTypes") or []
            for told in each.get("descriptions") or []
            if (found := re.search(r"CWE-\d+", f"{told.get('cweId', '')} {told.get('description', '')}"))
        ),
        references=tuple(each["url"] for each in said.get("references") or [] if each.get("url")),
        published=record.get("cveMetadata", {}).get("datePublished") or "",
        places=tuple(Place("", symbol=r["name"]) for each in affected for r in each.get("programRoutines") or []),
    )


def _ruby(record: Any) -> Item:
    package = f"rubygems/{record['gem']}" if "gem" in record else f"rubies/{record['engine']}"
    patched = " ".join(record.get("patched_versions") or [])
    return Item(
        where="",
        grain=Grain.ADVISORY,
        title=record.get("title") or "",
        description=record.get("description") or "",
        affected=(Affected(package, fixed=tuple(LOWER.findall(patched))),),
        references=tuple(filter(None, (record.get("url"), *((record.get("related") or {}).get("url") or ())))),
        published=str(record.get("date") or ""),
    )


def _php(record: Any) -> Item:
    branches = (record.get("branches") or {}).values()
    versions = " ".join(bound for branch in branches for bound in _all(branch.get("versions")))
    return Item(
        where="",
        grain=Grain.ADVISORY,
        title=record.get("title") or "",
        affected=(
            Affected(
                f"packagist/{str(record['reference']).partition('://')[2]}",
                introduced=tuple(LOWER.findall(versions)),
                fixed=tuple(UPPER.findall(versions)),
            ),
        ),
        references=tuple(filter(None, (record.get("link"),))),
        published=min((str(branch["time"]) for branch in branches if branch.get("time")), default=""),
    )


def _npm(record: Any) -> Item:
    return Item(
        where="",
        grain=Grain.ADVISORY,
        title=record.get("title") or "",
        description=record.get("overview") or "",
        affected=(Affected(f"npm/{record['module_name']}", fixed=_versions(record.get("patched_versions"))),),
        severity=record.get("cvss_vector") or "",
        references=tuple(link for each in _all(record.get("references")) for link in re.findall(r"https?://\S+", each)),
        published=record.get("publish_date") or record.get("created_at") or "",
    )


def _node(record: Any) -> Item:
    return Item(
        where="",
        grain=Grain.ADVISORY,
        title=record.get("description") or "",
        description=record.get("overview") or "",
        affected=(Affected("nodejs/node", fixed=_versions(record.get("patched"))),),
        references=tuple(filter(None, (record.get("ref"),))),
    )


def _kev(record: Any) -> Item:
    return Item(
        where="",
        grain=Grain.ADVISORY,
        title=record.get("vulnerabilityName") or "",
        description=record.get("shortDescription") or "",
        affected=(Affected(f"{record.get('vendorProject', '')}/{record.get('product', '')}"),),
        weaknesses=tuple(record.get("cwes") or ()),
        references=tuple(re.findall(r"https?://[^\s;]+", record.get("notes") or "")),
        published=record.get("dateAdded") or "",
    )


def _all(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else [str(each) for each in said or []]


def _versions(said: Any) -> tuple[str, ...]:
    return tuple(LOWER.findall(" ".join(_all(said))))


FORMS: tuple[tuple[tuple[str, ...], Callable[[Any], Item]], ...] = (
    (("id", "affected"), _osv),
    (("containers",), _cve),
    (("gem",), _ruby),
    (("engine",), _ruby),
    (("reference", "branches"), _php),
    (("module_name",), _npm),
    (("cveID",), _kev),
    (("vulnerable", "patched"), _node),
)
