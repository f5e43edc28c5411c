# SPDX-License-Identifier: Apache-2.0
"""How large a request may be: as WEIR_MAX_BODY says, and as WEIR_DOCUMENT_BYTES where a document is sent by somebody.

What is larger than WEIR_MAX_BODY is never held in memory. Whether whoever sends it may is asked by the door; before
that it is only seen that they bring a token or a cookie at all, and what waits on the disk is bounded.
"""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings

from weir.kernel.errors import Invalid
from weir.shell.problems import Spoken

DOCUMENTS = "/api/v1/documents"
NEW_DOCUMENT = "/documents/new/"
_AROUND = 64 * 1024  # what a form writes around its file


class DocumentTooLarge(Spoken, Invalid):
    """The document is larger than this instance takes."""

    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    hint = "Send it in parts; WEIR_DOCUMENT_BYTES is the operator's limit."


def takes_documents(method: str, path: str) -> bool:
    """Whether this address takes documents; `path` may have a question behind it."""
    return method == "POST" and path.partition("?")[0] in {DOCUMENTS, NEW_DOCUMENT}


def largest_body(method: str, path: str, *, named: bool) -> int:
    """In bytes. `named`: it brings a token, or the cookie of a session."""
    usual = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return max(usual, settings.DOCUMENT_BYTES + _AROUND) if named and takes_documents(method, path) else usual
