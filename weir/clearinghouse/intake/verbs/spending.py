# SPDX-License-Identifier: Apache-2.0
"""Bytes of files are counted by day, so that nobody fills the disk."""

from __future__ import annotations

from weir.clearinghouse.intake.models.files import FileRow
from weir.clearinghouse.intake.reads.files import begin_of, refuse_if_spent
from weir.clearinghouse.intake.verbs.receiving import spend_as_stranger
from weir.foundation.actor import Actor, ActorKind
from weir.foundation.policy.rules import root
from weir.kernel.moments import Moment


def spend(actor: Actor, size: int, now: Moment) -> None:
    """Count a file against what its finder may send today, or all strangers together. Called inside a verb."""
    if actor.kind is ActorKind.ANONYMOUS:
        spend_as_stranger(size, now, reports=0)
        return
    refuse_if_spent(actor, now)
    finder = root(actor)
    FileRow.objects.filter(finder=finder, at__lt=begin_of(now)).delete()
    FileRow.objects.create(finder=finder, at=now, size=size)
