# SPDX-License-Identifier: Apache-2.0
"""A document as it is, as the body of a request: sealed while it is read, whatever its size and whatever it calls
itself. What is known of it afterwards is asked like everything else: `intake.read_document`, `intake.list_documents`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from email.message import Message
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError

from weir.clearinghouse.intake.reads.files import refuse_if_spent
from weir.clearinghouse.intake.terms.sending import SentAs
from weir.clearinghouse.intake.verbs.sending import send_document, take
from weir.foundation.ledger import reads as ledger
from weir.foundation.policy.reads import ask
from weir.foundation.store.blobs import discard, receive
from weir.foundation.transactions import reading
from weir.kernel.canonical import plain
from weir.kernel.errors import Invalid
from weir.shell import problems
from weir.shell.api.entrance import BrokenOff, allowed, caller, door
from weir.shell.clock import now

_BLOCK = 64 * 1024
_WHERE = {SentAs.REPORT: "read-report?report=", SentAs.DOCUMENT: "read-document?document="}


class NameTwice(Invalid):
    """A document has one name."""

    hint = "Give `?name=` once, percent-encoded UTF-8; or none, and name it in Content-Disposition."


class Compressed(problems.Spoken, Invalid):
    """A document is sent as it is, not compressed on the way."""

    http_status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    hint = "Send it without Content-Encoding."


@door
def send(request: HttpRequest) -> HttpResponse:
    """Whether it may be sent is asked before its first byte is read."""
    if answered := allowed(request, "POST"):
        return answered
    actor, length = caller(request), _length_of(request)
    with reading(actor):
        ask(actor, send_document.name, None)
    refuse_if_spent(actor, now())
    name = _name_of(request)
    with ExitStack() as undo:
        received = receive(_pieces(request), limit=settings.DOCUMENT_BYTES)
        undo.callback(discard, received)
        if received.size != length:
            raise BrokenOff
        done = take(actor, received, name, now=now())
        undo.pop_all()
    sent = done.outcome
    entry = {"leaf": done.entry.id, "schema": done.entry.schema, "at": str(done.entry.at), "again": done.again}
    told: dict[str, Any] = {"answer": plain(sent), "entry": entry, "receipt": ledger.receipt(done.entry, str(sent.id))}
    status = HTTPStatus.OK if sent.again else HTTPStatus.CREATED
    return JsonResponse(told, status=status, headers={"Location": f"/api/v1/intake/{_WHERE[sent.kind]}{sent.id}"})


def _length_of(request: HttpRequest) -> int:
    """How long it is said to be; the doorkeeper and the boundary have seen that this is not too much."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Compressed
    said = request.META.get("CONTENT_LENGTH") or ""
    if "Transfer-Encoding" in request.headers or not said.isdecimal():
        raise problems.NoLength
    return int(said)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    try:
        while piece := request.read(_BLOCK):
            yield piece
    except UnreadablePostError as no:
        raise BrokenOff from no


def _name_of(request: HttpRequest) -> str:
    """As its sender calls it; it tells nothing of what it holds."""
    given = request.GET.getlist("name")
    if len(given) > 1:
        raise NameTwice
    if given:
        return given[0]
    head = Message()
    head["Content-Disposition"] = request.headers.get("Content-Disposition", "").replace("\n", " ").replace("\r", " ")
    return head.get_filename("") or ""
