# SPDX-License-Identifier: Apache-2.0
"""What the scored stage looks at: an item of any format, brought to one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from weir.clearinghouse.intake.terms.items import Item

UNKNOWN_DAY = -1
SEPARATORS = re.compile(r"[-_.]+")
EPOCH = date(1970, 1, 1).toordinal()


class Record(NamedTuple):
    """One record. `catalogue` names the list that it comes from, where that list keeps one entry for each cause and
    package, as advisory databases do; reports of finders have none.
    """

    title: str = ""
    text: str = ""
    packages: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    introduced: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    severity: str = ""
    day: int = UNKNOWN_DAY
    catalogue: str = ""


def record_of(item: Item, catalogue: str = "") -> Record:
    """What an item says that can be compared."""
    return Record(
        title=item.title,
        text=item.description,
        packages=_once(_package(each.package or each.repository) for each in item.affected),
        links=_once((*item.references, *(each.repository for each in item.affected))),
        fixed=_once(version.strip() for each in item.affected for version in each.fixed),
        introduced=_once(version.strip() for each in item.affected for version in each.introduced if version != "0"),
        weaknesses=_once(weakness.upper() for weakness in item.weaknesses),
        symbols=_once(place.symbol for place in item.places),
        severity=item.severity.strip().lower(),
        day=_day(item.published),
        catalogue=catalogue,
    )


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))


def _package(purl: str) -> str:
    """A purl or an address without scheme, version and qualifiers, in one spelling."""
    bare = purl.strip().lower().partition("?")[0].partition("#")[0].removeprefix("pkg:").removeprefix("https://")
    name, _, _ = bare.rpartition("@") if "@" in bare.rpartition("/")[2] else (bare, "", "")
    return SEPARATORS.sub("-", name.removesuffix(".git").replace("%40", "@"))


def _day(said: str) -> int:
    try:
        day = date.fromisoformat(said.strip()[:10])
    except ValueError:
        return UNKNOWN_DAY
    return day.toordinal() - EPOCH if day.year > 1980 else UNKNOWN_DAY
