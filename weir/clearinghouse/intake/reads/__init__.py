# SPDX-License-Identifier: Apache-2.0
"""Questions to intake. Each file answers about one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.reads.clocks import list_clocks, overdue
from weir.clearinghouse.intake.reads.commitments import commitments_of, list_commitments, read_commitment
from weir.clearinghouse.intake.reads.documents import items_of, list_documents, read_document, shared_keys
from weir.clearinghouse.intake.reads.following import read_course
from weir.clearinghouse.intake.reads.records import line_of, track_record
from weir.clearinghouse.intake.reads.reports import list_reports, read_report, report_for
from weir.clearinghouse.intake.reads.sealed import ATTACHMENT_CONTEXT, FACT_CONTEXT, SEALED_CONTEXT

__all__ = [
    "ATTACHMENT_CONTEXT",
    "FACT_CONTEXT",
    "SEALED_CONTEXT",
    "commitments_of",
    "items_of",
    "line_of",
    "list_clocks",
    "list_commitments",
    "list_documents",
    "list_reports",
    "overdue",
    "read_commitment",
    "read_course",
    "read_document",
    "read_report",
    "report_for",
    "shared_keys",
    "track_record",
]
