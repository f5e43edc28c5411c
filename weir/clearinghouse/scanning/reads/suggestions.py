# SPDX-License-Identifier: Apache-2.0
"""What to scan next. Only what is public, late or the asker's own goes in: a hit that is not published cannot show."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from weir.clearinghouse.scanning.models import RuleRow, TargetRow, YieldRow
from weir.clearinghouse.scanning.reads.claims import capacity_of
from weir.clearinghouse.scanning.reads.targets import rule_line, scans_of
from weir.clearinghouse.scanning.rules import effort, projects, suggesting
from weir.clearinghouse.scanning.rules.suggesting import Candidate, Share
from weir.clearinghouse.scanning.terms import Suggestion, TargetId
from weir.foundation.actor import Actor
from weir.foundation.policy.reads import visible_to
from weir.foundation.policy.rules import root
from weir.foundation.question import present, question
from weir.kernel.moments import Moment

MOST_CONSIDERED = 200
MOST_SUGGESTED = 20


@question("scanning.suggest_targets")
def suggest_targets(actor: Actor, hours: int = 0, *, now: Moment | None = None) -> tuple[Suggestion, ...]:
    """What to scan with so many hours (yours of a week, if you name none), and why each."""
    at = present(now)
    told_until = Moment.of(at - effort.DELAY)
    rows = visible_to(actor, TargetRow, "scanning.list_targets").filter(listed=True).order_by("-exposure", "number")
    considered = list(_open_to_scanning(rows[:MOST_CONSIDERED]))
    candidates = {row.number: _candidate(row, told_until, at) for row in considered}
    plan = suggesting.shares(tuple(candidates.values()), hours or capacity_of(root(actor)))
    locators = {row.number: row.locator for row in considered}
    return tuple(_suggestion(share, locators[share.candidate.name]) for share in plan[:MOST_SUGGESTED])


def _open_to_scanning(rows: Iterable[TargetRow]) -> Iterable[TargetRow]:
    """Not what maintainers closed, nor where nothing that is found could be taken in."""
    for row in rows:
        rules, _ = projects.holding(rule_line(rule) for rule in RuleRow.objects.filter(target=row).order_by("id"))
        if not (rules.no_scan or rules.paused) and min(rules.most_new, rules.most_open) > 0:
            yield row


def _candidate(row: TargetRow, told_until: Moment, now: Moment) -> Candidate:
    scans = scans_of(row, told_until)
    hits = YieldRow.objects.filter(target=row, published_at__lte=now).aggregate(hits=Count("id"))["hits"]
    return Candidate(
        row.number,
        row.exposure,
        hours=sum(hours * left for _, hours, left in scans),
        hits=hits,
        hits_hours=sum(hours for _, hours, _ in scans),
    )


def _suggestion(share: Share, locator: str) -> Suggestion:
    of = share.candidate
    reasons = [f"Exposure {of.exposure}."]
    reasons.append(
        f"Scanning of it that still counts: {effort.band_of(int(of.hours)).name.lower()}."
        if of.hours >= 1
        else "No scan of it is known that still counts."
    )
    if of.hits:
        reasons.append(f"{of.hits} published findings came of scanning it.")
    return Suggestion(TargetId(of.name), locator, share.hours, round(share.gain * 1000), tuple(reasons))
