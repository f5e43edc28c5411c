# SPDX-License-Identifier: Apache-2.0
"""Targets: what they are called, what rules hold, what was done to them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from weir.clearinghouse.scanning.models import ChangeRow, CoverageRow, RuleRow, TargetRow
from weir.clearinghouse.scanning.reads.overlaps import index_key
from weir.clearinghouse.scanning.rules import cells, effort, projects
from weir.clearinghouse.scanning.terms import (
    CoverageBand,
    ProjectRules,
    RuleLine,
    RuleSource,
    Target,
    TargetId,
    TargetKind,
    TargetLine,
)
from weir.foundation.actor import Actor
from weir.foundation.policy.reads.pages import newest_page
from weir.foundation.question import Page, present, question
from weir.kernel.moments import Moment

PAGE = 50
MOST_COVERAGE = 2000


@question("scanning.list_targets", filtered=True)
def list_targets(actor: Actor, after: str = "") -> Page[TargetLine]:
    """Targets of which maintainers or staff said something, the newest first. Who scans them is not told."""
    rows, further = newest_page(
        actor, TargetRow, "scanning.list_targets", after=after, limit=PAGE, where=Q(listed=True)
    )
    return Page(tuple(TargetLine(TargetId(row.number), row.locator, TargetKind(row.kind)) for row in rows), further)


@question("scanning.read_target", on="target")
def read_target(actor: Actor, target: TargetId, *, now: Moment | None = None) -> Target:
    """A target, the rules that bind whoever scans it, where each came from, and how much it was scanned weeks ago."""
    return target_of(target, present(now))


def target_of(target: TargetId, now: Moment) -> Target:
    """For verbs and questions that have asked policy already."""
    row = TargetRow.objects.get(number=target)
    rules, lines = rules_of(target)
    return Target(target, row.locator, TargetKind(row.kind), row.home, rules, lines, _coverage(row, now))


def rules_of(target: TargetId) -> tuple[ProjectRules, tuple[RuleLine, ...]]:
    """The rules that hold, and all that was said. For other rooms too: `rules.deliveries.may_deliver` takes them."""
    rows = RuleRow.objects.filter(target__number=target).order_by("id")
    return projects.holding(rule_line(row) for row in rows)


def scans_of(target: TargetRow, until: Moment) -> list[tuple[int, float, float]]:
    """Method, hours and share that still counts, of each scan that was done before then."""
    cell = cells.cell_of(index_key(), target.number, "")
    rows = CoverageRow.objects.filter(cell__gte=cell, cell__lt=cells.beyond(cell), at__lte=until).order_by("-at")
    changes = list(ChangeRow.objects.filter(target=target).values_list("at", "permille"))
    return [
        (
            method,
            effort.hours_of(band),
            effort.still_counts((until - Moment.of(at)).total_seconds() / 86_400, _since(at, changes)),
        )
        for method, band, at in rows.values_list("method", "band", "at")[:MOST_COVERAGE]
    ]


def _since(at: object, changes: Iterable[tuple[object, int]]) -> list[float]:
    return [permille / 1000 for changed, permille in changes if changed > at]  # type: ignore[operator]  # both are moments


def _coverage(row: TargetRow, now: Moment) -> tuple[CoverageBand, ...]:
    """By method: the band of all hours together, and what share of them still counts; nothing younger than that."""
    told: dict[int, list[tuple[float, float]]] = {}
    for method, hours, left in scans_of(row, Moment.of(now - effort.DELAY)):
        told.setdefault(method, []).append((hours, left))
    return tuple(_band(method, scans) for method, scans in sorted(told.items()))


def _band(method: int, scans: list[tuple[float, float]]) -> CoverageBand:
    hours = sum(hours for hours, _ in scans)
    left = sum(hours * left for hours, left in scans) / hours
    fresh = 10 * round(10 * left)
    return CoverageBand(cells.METHOD_OF[method], effort.band_of(int(hours)).name.lower(), fresh)


def rule_line(row: RuleRow) -> RuleLine:
    return RuleLine(row.name, row.value, RuleSource(row.source), row.place, Moment.of(row.set_at))
