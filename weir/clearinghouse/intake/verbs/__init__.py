# SPDX-License-Identifier: Apache-2.0
"""The only writers of intake. Each file does one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.verbs.attaching import attach_file, attach_upload
from weir.clearinghouse.intake.verbs.claiming import claimant_with, open_by_code
from weir.clearinghouse.intake.verbs.committing import commit_report, open_commitment
from weir.clearinghouse.intake.verbs.documents import receive_document, record_items
from weir.clearinghouse.intake.verbs.following import (
    acknowledge_report,
    amend_report,
    answer_question,
    ask_finder,
    assess_report,
    note_overdue,
    withdraw_report,
)
from weir.clearinghouse.intake.verbs.receiving import receive_report
from weir.clearinghouse.intake.verbs.sending import send_document
from weir.clearinghouse.intake.verbs.tracking import record_track_record

__all__ = [
    "acknowledge_report",
    "amend_report",
    "answer_question",
    "ask_finder",
    "assess_report",
    "attach_file",
    "attach_upload",
    "claimant_with",
    "commit_report",
    "note_overdue",
    "open_by_code",
    "open_commitment",
    "receive_document",
    "receive_report",
    "record_items",
    "record_track_record",
    "send_document",
    "withdraw_report",
]
