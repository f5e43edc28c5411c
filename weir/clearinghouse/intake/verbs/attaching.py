# SPDX-License-Identifier: Apache-2.0
"""Files that belong to a report: sealed as they come, named and dated, opened by nobody here."""

from __future__ import annotations

import os

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models import AttachmentRow, ReportRow
from weir.clearinghouse.intake.reads import ATTACHMENT_CONTEXT
from weir.clearinghouse.intake.terms import (
    Act,
    Attached,
    ReportId,
    ReportState,
    Role,
    TooManyFiles,
    UnfitFile,
)
from weir.clearinghouse.intake.verbs.spending import spend
from weir.foundation.actor import Actor
from weir.foundation.store.blobs import keep, put, seal
from weir.foundation.store.terms import Blob, Received
from weir.foundation.verb import verb
from weir.kernel.canonical import canonical
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

MOST_FILES = 50
LONGEST_NAME = 200
_ANY_BYTES = "application/octet-stream"  # what a sender calls it is not believed, and nobody opens it here


@verb("intake.attach_file", on="report", sealed=True)
def attach_file(actor: Actor, report: ReportId, name: str, role: Role, content: str, *, now: Moment) -> Attached:
    """Attach a file to your report: a proof, a patch, tests, or what else belongs to it. `content` is Base64.

    It is sealed with the report. What you encrypted yourself stays as you encrypted it. On the report's page files are
    sealed as they come, whatever their size.
    """
    row, file = _ready(report, name), rules.decoded(content)
    spend(actor, len(file), now)
    return _attached(row, name, role, put(report, [file], media_type=_ANY_BYTES, limit=len(file)), now)


@verb("intake.attach_upload", on="report", sealed=True, internal=True)
def attach_upload(
    actor: Actor, report: ReportId, name: str, role: Role, received: Received, *, now: Moment
) -> Attached:
    """Attach what has come through the page and lies sealed already, in one short write."""
    row = _ready(report, name)
    spend(actor, received.size, now)
    return _attached(row, name, role, keep(report, received, media_type=_ANY_BYTES), now)


def _ready(report: ReportId, name: str) -> ReportRow:
    row = ReportRow.objects.select_for_update().get(number=report)
    rules.after(Act.ATTACH, ReportState(row.state))
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise UnfitFile(faults={"/name": f"is empty, or longer than {LONGEST_NAME} characters"})
    if row.attachments.count() >= MOST_FILES:
        raise TooManyFiles
    return row


def _attached(row: ReportRow, name: str, role: Role, kept: Blob, now: Moment) -> Attached:
    if not kept.size:
        raise UnfitFile(faults={"/content": "is empty"})
    told = {"name": name, "role": role, "digest": kept.digest, "sender_sealed": kept.sender_sealed}
    AttachmentRow.objects.create(
        id=uuid7(now, os.urandom),
        report=row,
        blob=kept.name,
        size=kept.size,
        at=now,
        sealed=seal(row.number, canonical(told), ATTACHMENT_CONTEXT),
    )
    return Attached(ReportId(row.number), now, kept.digest, kept.size, kept.sender_sealed)
