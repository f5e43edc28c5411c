# SPDX-License-Identifier: Apache-2.0
"""The five kinds of error as answers: a page for people, problem+json (RFC 9457) for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from weir.kernel.errors import Conflict, Invalid, Missing, Refused, Unavailable, WeirError, kind_of

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[WeirError], int] = {Refused: 403, Missing: 404, Conflict: 409, Invalid: 422, Unavailable: 503}
RETRY_AFTER = 5


class Spoken:
    """What HTTP has a status of its own for. The kind stays one of the five: programs need to know only these."""

    http_status: ClassVar[int]
    headers: tuple[tuple[str, str], ...] = ()


class NotSignedIn(Spoken, Refused):
    """The token that was sent opens nothing here."""

    http_status = HTTPStatus.UNAUTHORIZED
    hint = "Issue a new one under your profile: a token ends on its day and works only where it was issued."
    headers = (("WWW-Authenticate", 'Bearer error="invalid_token"'),)


class ForeignOrigin(Refused):
    """This request comes from a page of another site."""

    hint = "Call the API from a program, with a token; browsers of other sites are not served."


class ForeignHost(Spoken, Refused):
    """This instance is not known under the host that was asked for."""

    http_status = HTTPStatus.MISDIRECTED_REQUEST
    hint = "Use the address that WEIR_PUBLIC_URL names."


class NotThisWay(Spoken, Invalid):
    """This is not how it is called."""

    http_status = HTTPStatus.METHOD_NOT_ALLOWED
    hint = "Verbs are called with POST, questions with GET."

    def __init__(self, methods: Iterable[str]) -> None:
        allowed = ", ".join(methods)
        self.headers = (("Allow", allowed),)
        super().__init__(f"This takes {allowed}.")


class NotJson(Spoken, Invalid):
    """The body is to be one JSON object in UTF-8, sent as application/json and not compressed."""

    http_status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    hint = "Set Content-Type: application/json, and see /api/v1/openapi.json for the shape."
    headers = (("Accept", "application/json"),)


class NoLength(Spoken, Invalid):
    """The request does not say how long its body is."""

    http_status = HTTPStatus.LENGTH_REQUIRED
    hint = "Send Content-Length; a body in chunks is not read."


class TooLarge(Spoken, Invalid):
    """The request is larger than this instance takes."""

    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    hint = "Send less at once; WEIR_MAX_BODY is the operator's limit."


class TooSlow(Spoken, Invalid):
    """The request did not come whole in the time that there is for it."""

    http_status = HTTPStatus.REQUEST_TIMEOUT
    hint = "Send it again, without long pauses; with the same idempotency key nothing is done twice."


class TooMany(Unavailable):
    """More is on its way in than there is room for."""


def status_of(error: WeirError) -> int:
    return int(getattr(error, "http_status", 0) or STATUS[kind_of(error)])


def body(error: WeirError, status: int = 0, reference: str = "") -> dict[str, Any]:
    """What a program reads. `type` names the kind, so that it can act without reading the sentence."""
    kind = kind_of(error).__name__.lower()
    told: dict[str, Any] = {
        "type": f"urn:weir:problem:{kind}",
        "title": error.sentence,
        "status": status or status_of(error),
    }
    if error.hint:
        told["hint"] = error.hint
    if isinstance(error, Invalid) and error.faults:
        told["faults"] = error.faults
    if reference:
        told["reference"] = reference
    return told


def answer(request: HttpRequest, error: WeirError, *, status: int = 0, reference: str = "") -> HttpResponse:
    """The answer in the form the caller reads."""
    told = body(error, status, reference)
    if wants_json(request):
        response = _for_programs(told)
    else:
        page = {
            "status": told["status"],
            "sentence": error.sentence,
            "hint": error.hint,
            "faults": told.get("faults", {}),
            "reference": reference,
            "page_title": error.sentence,
        }
        response = render(request, "error.html", page, status=told["status"])
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = str(RETRY_AFTER)
    for name, value in getattr(error, "headers", ()):
        response.headers[name] = value
    return response


def bare(error: WeirError) -> bytes:
    """The whole answer as bytes, for whom the server turns away before there is a request."""
    told = body(error)
    text = json.dumps(told).encode()
    head = {"Content-Type": MEDIA_TYPE, "Content-Length": len(text), "Cache-Control": "no-store", "Connection": "close"}
    if isinstance(error, Unavailable):
        head["Retry-After"] = RETRY_AFTER
    first = f"HTTP/1.1 {told['status']} {HTTPStatus(told['status']).phrase}"
    lines = [first, *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + text


def _for_programs(told: dict[str, Any]) -> HttpResponse:
    return JsonResponse(told, status=told["status"], content_type=MEDIA_TYPE)


def wants_json(request: HttpRequest) -> bool:
    """Doors for programs answer programs; elsewhere the caller says what it reads."""
    return request.path.startswith(
        ("/api", "/mcp", "/log/tile/", "/log/checkpoint", "/log/keys")
    ) or not request.accepts("text/html")
