# SPDX-License-Identifier: Apache-2.0
"""Addresses that only a bench serves: the queue without any policy, and the same rows as bare JSON.

Same server, same session, same statement for the rows, same unsealing. What they leave out is what is measured:
policy's filter and walls, and the note of who read what; the second leaves out the page as well.
"""

from __future__ import annotations

import json

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.models import FindingRow
from weir.clearinghouse.findings.views import draw_queue
from weir.foundation.question import Page
from weir.foundation.store.reads import unseal
from weir.foundation.transactions import READER


def newest() -> list[FindingRow]:
    """A page of rows and one more, as anyone would ask for them."""
    alias = READER if connection.vendor == "sqlite" else "default"
    return list(FindingRow.objects.using(alias).order_by("-id")[: reads.PAGE + 1])


@login_required
def queue_without_policy(request: HttpRequest) -> HttpResponse:
    rows = newest()
    shown = rows[: reads.PAGE]
    return draw_queue(
        request, Page(tuple(reads.line_of(row) for row in shown), shown[-1].number if len(rows) > reads.PAGE else "")
    )


@login_required
def bare_json(request: HttpRequest) -> HttpResponse:
    """As plain as a Django view can be: rows, opened, dumped by the standard library."""
    told = [
        {
            "id": row.number,
            **json.loads(unseal(row.number, bytes(row.sealed), reads.SEALED_CONTEXT)),
            "state": row.state,
            "received_at": row.received_at.isoformat(),
            "reports": row.reports,
            "marking": row.tlp,
        }
        for row in newest()[: reads.PAGE]
    ]
    return HttpResponse(json.dumps(told), content_type="application/json")


urlpatterns = [
    path("bench/queue/", queue_without_policy),
    path("bench/json/", bare_json),
    path("", include("weir.shell.urls")),
]
