# SPDX-License-Identifier: Apache-2.0
"""Questions to jobs: what runs, how far it has come, what waits for a person."""

from __future__ import annotations

from weir.foundation.actor import Actor
from weir.foundation.jobs.models import JobRow, LeaseRow, SetAsideRow
from weir.foundation.jobs.terms import (
    UNFINISHED,
    JobsStatus,
    JobState,
    JobStatus,
    SetAside,
    SetAsideId,
    WorkerStatus,
)
from weir.foundation.question import Page, present, question
from weir.kernel.moments import Moment

PAGE = 50


@question("jobs.status")
def status(actor: Actor) -> JobsStatus:
    """What the workers are doing, how far each batch has come, and what waits."""
    now = present()
    newest = JobRow.objects.filter(state__in=UNFINISHED).defer("items").order_by("due_at")[:PAGE]
    return JobsStatus(
        workers=workers(now),
        jobs=tuple(_status(row) for row in newest),
        lag=lag(now),
        set_aside=SetAsideRow.objects.count(),
    )


@question("jobs.list_set_aside")
def list_set_aside(actor: Actor, after: str = "") -> Page[SetAside]:
    """What jobs could not do and why, newest first. Each waits for `jobs.retry_set_aside`."""
    rows = SetAsideRow.objects.order_by("-id")
    if after and (last := SetAsideRow.objects.filter(number=SetAsideId.parse(after)).first()):
        rows = rows.filter(id__lt=last.id)
    found = list(rows[: PAGE + 1])
    lines = tuple(_set_aside(row) for row in found[:PAGE])
    return Page(lines, after=lines[-1].id if len(found) > PAGE else "")


def workers(now: Moment) -> tuple[WorkerStatus, ...]:
    """Every slot that was ever taken and not given up; for the page, and for doctor."""
    return tuple(
        WorkerStatus(row.executor, row.host, row.pid, row.until > now, Moment.of(row.seen_at), row.trouble)
        for row in LeaseRow.objects.order_by("executor")
    )


def lag(now: Moment) -> int:
    """Batches that are due and that nobody has begun."""
    return JobRow.objects.filter(state__in=(JobState.WAITING, JobState.SENT), due_at__lte=now).count()


def settled() -> bool:
    """Whether no batch is left to do; for tests and for a stop that waits."""
    return not JobRow.objects.filter(state__in=UNFINISHED).exists()


def _status(row: JobRow) -> JobStatus:
    return JobStatus(
        id=str(row.id),
        name=row.name,
        state=JobState(row.state),
        done=row.done,
        total=row.total,
        set_aside=row.set_aside,
        attempts=row.turn,
        due_at=Moment.of(row.due_at),
        trouble=row.trouble,
    )


def _set_aside(row: SetAsideRow) -> SetAside:
    return SetAside(SetAsideId(row.number), row.name, row.item, row.sentence, Moment.of(row.at))
