# SPDX-License-Identifier: Apache-2.0
"""What every door for programs does first and last: who calls and how often, what came in, and how errors leave."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.request import UnreadablePostError
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from weir.foundation.actor import ANONYMOUS, Actor
from weir.kernel.canonical import loads
from weir.kernel.errors import Invalid, Refused, WeirError
from weir.shell import problems, rates
from weir.shell.accounts import credential_of
from weir.shell.clock import now

View = Callable[..., HttpResponse]
UTF8 = {"utf-8", "utf8"}


class NotAnObject(Invalid):
    """The body is to be one JSON object: names and values in braces."""


class BrokenOff(Invalid):
    """The request ended before its body did."""

    hint = "Send it again; with the same idempotency key nothing is done twice."


def door(view: View) -> View:
    """Bare of cookies and CSRF tokens: a browser's session opens nothing here, so no other site can use it."""

    @csrf_exempt
    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: str) -> HttpResponse:
        try:
            response = view(request, **kwargs)
        except WeirError as error:
            response = problems.answer(request, error)
        budget: rates.Budget | None = getattr(request, "budget", None)
        for name, value in (budget.headers if budget else {}).items():
            response.headers.setdefault(name, value)
        if response.content:
            response.headers["Content-Length"] = str(len(response.content))
        if request.method == "HEAD":
            response.content = b""
        return response

    return wrapped


def allowed(request: HttpRequest, method: str) -> HttpResponse | None:
    """Nothing where the method fits; the answer to OPTIONS; an error otherwise."""
    methods = [method, "OPTIONS"] if method == "POST" else [method, "HEAD", "OPTIONS"]
    if request.method not in methods:
        raise problems.NotThisWay(methods)
    if request.method != "OPTIONS":
        return None
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Allow": ", ".join(methods)})


def caller(request: HttpRequest) -> Actor:
    """Who calls, within the rate that is theirs.

    The host is checked too: a page elsewhere whose name was bound to our address would send no Origin with a GET.
    """
    try:
        request.get_host()
    except DisallowedHost as no:
        raise problems.ForeignHost from no
    origin = request.headers.get("Origin")
    if origin and origin != settings.PUBLIC_URL:
        raise problems.ForeignOrigin
    header = request.headers.get("Authorization", "")
    if not header:
        request.budget = rates.spend_as_stranger(request, now())  # type: ignore[attr-defined]  # ours
        return ANONYMOUS
    try:
        credential = credential_of(header)
    except Refused as no:
        rates.spend_as_stranger(request, now())
        raise problems.NotSignedIn(no.sentence, hint=no.hint) from no
    rate = credential.rate_per_minute or settings.RATE_PER_MINUTE
    request.budget = rates.spend(f"actor:{credential.actor.id}", rate, now())  # type: ignore[attr-defined]  # ours
    return credential.actor


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent: bounded in length and depth, read as every other reader would read it."""
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if request.content_type != "application/json" or charset.lower() not in UTF8:
        raise problems.NotJson
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise problems.NotJson
    if "Transfer-Encoding" in request.headers and "Content-Length" not in request.headers:
        raise problems.NoLength
    try:
        sent = request.body
    except RequestDataTooBig as no:
        raise problems.TooLarge from no
    except UnreadablePostError as no:
        raise BrokenOff from no
    read = loads(sent, max_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    if not isinstance(read, dict):
        raise NotAnObject
    return read


def given_once(request: HttpRequest, content: bytes, *, private: bool) -> HttpResponse:
    """With an ETag, so that whoever polls pays only for what changed. What was sealed is to be kept nowhere."""
    etag = f'"{sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-store" if private else "private, no-cache", "Vary": "Authorization"}
    known = {seen.removeprefix("W/") for seen in parse_etags(request.headers.get("If-None-Match", ""))}
    if known & {etag, "*"}:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(content, content_type="application/json", headers=headers)
