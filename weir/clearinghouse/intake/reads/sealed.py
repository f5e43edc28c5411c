# SPDX-License-Identifier: Apache-2.0
"""What lies sealed in the rows of a report, opened. Policy was asked before, by whoever calls this."""

from __future__ import annotations

from typing import Any

from weir.clearinghouse.intake.models import AttachmentRow, FactRow
from weir.clearinghouse.intake.terms import AiPhase, AiUse, Attachment, Details, Role, Submission, Words
from weir.foundation.store.reads import unseal
from weir.kernel.canonical import own_object
from weir.kernel.moments import Moment

SEALED_CONTEXT = "intake.report"
FACT_CONTEXT = "intake.fact"
ATTACHMENT_CONTEXT = "intake.attachment"


def submission_from(words: bytes) -> Submission:
    """What was left out says what holds anyway; a report of the first days has every part but the details."""
    said = own_object(words)
    whole = {"component": "", "ai_use": AiUse.UNSAID} | said
    return Submission(**(whole | {"ai_use": AiUse(whole["ai_use"]), "details": _details(said.get("details", {}))}))


def words_of(report: str, row: FactRow) -> Words:
    said = own_object(unseal(report, bytes(row.sealed), FACT_CONTEXT))
    return Words(**(said | {"details": _details(said["details"])}))


def attachment_of(report: str, row: AttachmentRow) -> Attachment:
    said = own_object(unseal(report, bytes(row.sealed), ATTACHMENT_CONTEXT))
    return Attachment(
        name=said["name"],
        role=Role(said["role"]),
        size=row.size,
        digest=said["digest"],
        at=Moment.of(row.at),
        sender_sealed=said["sender_sealed"],
    )


def _details(said: dict[str, Any]) -> Details:
    phases = tuple(AiPhase(phase) for phase in said.get("ai_phases", ()))
    return Details(**(said | {"ai_phases": phases}))
