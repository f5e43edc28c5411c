# SPDX-License-Identifier: Apache-2.0
"""What a person does about jobs: try again what was set aside, stop what should not go on."""

from __future__ import annotations

import os

from django.core.exceptions import ValidationError

from weir.foundation.actor import Actor
from weir.foundation.jobs.models import JobRow, SetAsideRow
from weir.foundation.jobs.terms import (
    UNFINISHED,
    AlreadyOver,
    Cancelled,
    JobState,
    NoSuchJob,
    NotSetAside,
    Retried,
    SetAsideId,
)
from weir.foundation.verb import verb
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment


@verb("jobs.retry_set_aside")
def retry_set_aside(actor: Actor, item: SetAsideId, *, now: Moment) -> Retried:
    """Try again what a job could not do.

    It keeps its idempotency key, so if it was done after all nothing is done twice. Failing again, it is set aside
    again, under another number.
    """
    row = SetAsideRow.objects.select_for_update().filter(number=item).first()
    if row is None:
        raise NotSetAside
    JobRow.objects.create(
        id=uuid7(now, os.urandom),
        name=row.name,
        items=[[row.item, row.key]],
        total=1,
        state=JobState.WAITING,
        due_at=now,
        changed_at=now,
    )
    SetAsideRow.objects.filter(pk=row.pk).delete()
    return Retried(item, row.name, row.item)


@verb("jobs.cancel_job")
def cancel_job(actor: Actor, job: str, *, now: Moment) -> Cancelled:
    """Stop a batch. What it has done stays done; whoever runs it notices at its next step and lets go."""
    try:
        row = JobRow.objects.select_for_update().filter(id=job).first()
    except (ValueError, ValidationError):
        row = None
    if row is None:
        raise NoSuchJob
    if row.state not in UNFINISHED:
        raise AlreadyOver
    JobRow.objects.filter(id=row.id).update(state=JobState.CANCELLED, runner="", changed_at=now)
    return Cancelled(str(row.id), row.name, row.done)
