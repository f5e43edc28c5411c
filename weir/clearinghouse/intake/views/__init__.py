# SPDX-License-Identifier: Apache-2.0
"""Pages of intake. Each file draws one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.views.acting import act_on_report
from weir.clearinghouse.intake.views.attaching import attach
from weir.clearinghouse.intake.views.claiming import claim, claim_attach
from weir.clearinghouse.intake.views.documents import my_documents, new_document, show_document
from weir.clearinghouse.intake.views.following import clocks, my_reports, show_report
from weir.clearinghouse.intake.views.reporting import report

__all__ = [
    "act_on_report",
    "attach",
    "claim",
    "claim_attach",
    "clocks",
    "my_documents",
    "my_reports",
    "new_document",
    "report",
    "show_document",
    "show_report",
]
