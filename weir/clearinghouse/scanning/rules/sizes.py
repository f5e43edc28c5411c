# SPDX-License-Identifier: Apache-2.0
"""How much one may hold at once: enough to work, too little to fence off the field.

The figures are data that people may argue about, version sizes/1; docs/decisions/0112 says why these.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta

from weir.clearinghouse.scanning.rules.locators import MOST_PATHS, paths_of
from weir.clearinghouse.scanning.terms import Method, NotAScope, Scope, TargetId, TooWide
from weir.kernel.moments import Moment

# What a path weighs by its depth: all of the code, a folder at the top, one below that, and so on.
WEIGHTS = (16, 8, 4, 2, 1)
NEWCOMER, TRUSTED = 32, 128
UNITS_AN_HOUR = 2
UNSAID_CAPACITY = 20
OF_AN_ORGANIZATION = 512
LEASE = timedelta(days=7)
LONGEST = timedelta(days=30)
ANSWERS_A_DAY = 40
MOST_HOURS = 100_000
LIMITS = {"commits": 200, "authority": 500}
_WEAKNESS = re.compile(r"CWE-[1-9][0-9]{0,5}")


def units_of(paths: Collection[str], methods: Collection[Method]) -> int:
    """How wide a claim is: its paths by their depth, once for each method."""
    depths = (path.count("/") + 1 if path else 0 for path in paths)
    return len(methods) * sum(WEIGHTS[min(depth, len(WEIGHTS) - 1)] for depth in depths)


def allowed_units(capacity: int, ended: int, kept: int) -> int:
    """How wide all claims of one participant may be together.

    By what they can do in a week, and by their record: of the claims that ended, the share in which something was
    scanned. Whoever is new stands in the middle. One claim on one folder deep down is always allowed.
    """
    share = (kept + 1) / (ended + 2)
    by_record = NEWCOMER + int((TRUSTED - NEWCOMER) * share)
    return max(1, min(by_record, capacity * UNITS_AN_HOUR))


def check_size(units: int, held: int, allowed: int, of_organization: int) -> None:
    if held + units > allowed:
        raise TooWide(f"This is {units} units wide; you hold {held} of {allowed}.")
    if of_organization + units > OF_AN_ORGANIZATION:
        raise TooWide(f"Your organization holds {of_organization} units of {OF_AN_ORGANIZATION}.")


def scope_of(
    target: TargetId,
    paths: tuple[str, ...],
    methods: Collection[Method],
    weaknesses: Collection[str] = (),
    commits: str = "",
    authority: str = "",
) -> Scope:
    """What was said, in one spelling; or what is wrong with it."""
    faults = {}
    if not methods:
        faults["/methods"] = "is empty"
    if len(paths) > MOST_PATHS:
        faults["/paths"] = f"names {len(paths)}; {MOST_PATHS} fit"
    named = tuple(sorted({weakness.strip().upper() for weakness in weaknesses if weakness.strip()}))
    if not all(map(_WEAKNESS.fullmatch, named)) or len(named) > MOST_PATHS:
        faults["/weaknesses"] = "are named as CWE-787, at most sixteen of them"
    for name, text in (("commits", commits), ("authority", authority)):
        if len(text) > LIMITS[name]:
            faults[f"/{name}"] = f"has {len(text)} characters; {LIMITS[name]} fit"
    if faults:
        raise NotAScope(faults=faults)
    in_order = tuple(method for method in Method if method in set(methods))
    return Scope(target, paths_of(tuple(paths)), in_order, named, commits.strip(), authority.strip())


def lease_until(now: Moment, ends: Moment) -> Moment:
    """Kept alive for a week at a time, and never beyond its window."""
    return min(Moment.of(now + LEASE), ends)


def window_end(now: Moment, days: int) -> Moment:
    if not 1 <= days <= LONGEST.days:
        raise NotAScope(faults={"/days": f"is {days}; a claim lasts from 1 to {LONGEST.days} days"})
    return Moment.of(now + timedelta(days=days))


def check_hours(hours: int, name: str = "hours") -> None:
    if not 1 <= hours <= MOST_HOURS:
        raise NotAScope(faults={f"/{name}": f"is {hours}"})
