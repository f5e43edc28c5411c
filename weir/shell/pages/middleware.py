# SPDX-License-Identifier: Apache-2.0
"""Around every request: headers, the moment, who acts, and one place where errors become answers."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest, DisallowedHost, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from weir.foundation.actor import ANONYMOUS, Actor, ActorKind
from weir.kernel.errors import Invalid, Unavailable, WeirError
from weir.shell import bodies, problems, rates
from weir.shell.accounts import end_if_over, lacks_second_factor, must_show_factor_first, present
from weir.shell.clock import now

log = logging.getLogger("weir.web")

CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002 - a line each, to be read and compared
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
if settings.HTTPS:
    HEADERS["Strict-Transport-Security"] = "max-age=31536000"
Handler = Callable[[HttpRequest], HttpResponse]

# Doors for programs look at no cookie, and answer for themselves.
_FOR_PROGRAMS = ("/api", "/mcp", "/log/tile/", "/log/checkpoint", "/log/keys", "/static/", "/healthz")
# What is alike for everybody ends no session, and waits for no second factor.
_KNOW_NOBODY = (*_FOR_PROGRAMS, "/log/")
# Where staff may go without a second factor: to set one up, to come in, to leave.
_ON_THE_WAY = (*_KNOW_NOBODY, "/account/", "/leave/", "/join/", "/first-administrator/")

_FACTORS = "/account/2fa/"
_SHOWING = {"mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


class Unspeakable(Invalid):
    """The request cannot be read."""

    hint = "An address or a cookie holds characters that none has."


class Boundary:
    """The outermost layer: what leaves here has its headers, and never a stack trace."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = now()  # type: ignore[attr-defined]  # ours, read by views and templates
        response = _turned_away(request) or self.following(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            response = problems.answer(request, problems.NotThisWay(response.headers["Allow"].split(", ")))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith(("/static/", "/log/")):
            response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Every error of a view comes by here; the last one is told to the log only, under a reference."""
        if isinstance(error, Http404 | PermissionDenied):
            return None  # Django calls our page for these
        if isinstance(error, WeirError):
            return problems.answer(request, error)
        if isinstance(error, RequestDataTooBig):
            return problems.answer(request, problems.TooLarge())
        if isinstance(error, SuspiciousOperation | BadRequest | UnicodeError | MultiPartParserError):
            return problems.answer(request, Unspeakable(), status=HTTPStatus.BAD_REQUEST)
        reference = secrets.token_hex(6)
        log.error("unexpected error, reference %s", reference, exc_info=error)
        sentence = "The database did not answer." if isinstance(error, DatabaseError) else "Something went wrong here."
        return problems.answer(request, Unavailable(sentence), status=503, reference=reference)


def _turned_away(request: HttpRequest) -> HttpResponse | None:
    """What no view has to look at. A health check may call us by any name, since it is told nothing."""
    try:
        if request.path != "/healthz":
            request.get_host()
    except DisallowedHost:
        return problems.answer(request, problems.ForeignHost())
    if _holds_nul(request):
        return problems.answer(request, Unspeakable(), status=HTTPStatus.BAD_REQUEST)
    named = bool(request.headers.get("Authorization") or request.COOKIES)
    # As it was written: the doorkeeper, which reads no escapes, went by that.
    method, path, length = request.method or "", request.META.get("RAW_URI", request.path), _length(request)
    if length > bodies.largest_body(method, path, named=named):
        sent = bodies.takes_documents(method, path) and named
        return problems.answer(request, bodies.DocumentTooLarge() if sent else problems.TooLarge())
    return None


def _holds_nul(request: HttpRequest) -> bool:
    """PostgreSQL keeps no NUL; in a quoted cookie it can be written as an octal."""
    query = request.META.get("QUERY_STRING", "")
    return "%00" in query or any("\0" in text for text in (request.path, query, *request.COOKIES.values()))


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdecimal() else 0


class WhoActs:
    """`request.actor` for every view of ours, from the session. The account pages are not ours, and ask for nobody."""

    def __init__(self, following: Handler) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith(_KNOW_NOBODY):
            end_if_over(request, request.now)  # type: ignore[attr-defined]
        return self.following(request)

    def process_view(
        self, request: HttpRequest, view: Handler, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Forms have the rate that calls have; staff is led to the second factor before it can be refused anything."""
        if not request.path.startswith("/account/"):
            request.actor = _acting(request)  # type: ignore[attr-defined]  # as `Asked` says
        if request.path.startswith(_KNOW_NOBODY):
            return None
        if request.method == "POST":
            try:
                _spend(request)
            except rates.TooFast as error:
                return problems.answer(request, error)
        place = _led_to(request)
        if not place:
            return None
        messages.warning(request, _("Show a second factor here, or set one up; then everything is open."))
        return redirect(f"{place}?{urlencode({'next': request.get_full_path()})}")


def _acting(request: HttpRequest) -> Actor:
    return ANONYMOUS if request.path.startswith(_FOR_PROGRAMS) else present(request).actor


def _led_to(request: HttpRequest) -> str:
    if request.path.startswith(_FACTORS):
        way = request.resolver_match and request.resolver_match.url_name
        return "" if way in _SHOWING else must_show_factor_first(request)
    if request.method != "GET" or request.path.startswith(_ON_THE_WAY):
        return ""
    return lacks_second_factor(request)


def _spend(request: HttpRequest) -> None:
    actor, at = present(request).actor, request.now  # type: ignore[attr-defined]
    if actor.kind is ActorKind.ANONYMOUS:
        rates.spend_as_stranger(request, at)
    else:
        rates.spend(f"actor:{actor.id}", settings.RATE_PER_MINUTE, at)
