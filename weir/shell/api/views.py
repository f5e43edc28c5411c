# SPDX-License-Identifier: Apache-2.0
"""The JSON door: every verb is a POST, every question a GET, under the name it has everywhere.

It knows tokens and strangers, never the session of a browser: so no other site can make a browser act here.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from weir.kernel.errors import Invalid
from weir.shell import doors
from weir.shell.api import documents, openapi
from weir.shell.api.entrance import allowed, body_of, caller, door, given_once

PREFIX = "api/v1"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 200
MOST_PARAMETERS = 100


class UnfitKey(Invalid):
    """An idempotency key is 1 to 200 printable ASCII characters; best a random one."""

    hint = "Make a fresh random key for each thing you do, and send the same one when you try that again."


class UnreadableQuery(Invalid):
    """The part of the address after the question mark cannot be read."""

    hint = "Write it as name=value&name=value, percent-encoded UTF-8."


@door
def operate(request: HttpRequest, room: str, word: str) -> HttpResponse:
    """One verb or question."""
    if "_" in word:
        raise doors.NoSuchOperation
    found = doors.operation(f"{room}.{word.replace('-', '_')}")
    if answered := allowed(request, "POST" if found.writes else "GET"):
        return answered
    actor = caller(request)
    if found.writes:
        key = _key_of(request)
        return JsonResponse(found.act(actor, found.read(body_of(request)), key))
    answer = found.ask(actor, found.read_text(_query_of(request)))
    response = given_once(request, _encoded(answer), private=found.sealed)
    if found.pages and answer["after"]:
        response.headers["Link"] = f'<{_next(request, answer["after"])}>; rel="next"'
    return response


def _key_of(request: HttpRequest) -> str:
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return ""
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise UnfitKey
    return key


def _query_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Django puts a replacement character where the query is not UTF-8; here that is an error."""
    try:
        raw = str(request.META.get("QUERY_STRING", "")).encode("latin-1").decode()
        return parse_qsl(
            raw, keep_blank_values=True, strict_parsing=bool(raw), errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError as no:
        raise UnreadableQuery from no


def _next(request: HttpRequest, after: str) -> str:
    kept = [(name, text) for name, text in _query_of(request) if name != "after"]
    return f"{request.path}?{urlencode([*kept, ('after', after)])}"


def _encoded(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


@door
def describe(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, drawn from the same list as the door itself."""
    return allowed(request, "GET") or given_once(request, openapi.encoded(), private=False)


@door
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Whatever else is asked for under /api/."""
    raise doors.NoSuchOperation


urlpatterns = [
    path(f"{PREFIX}/openapi.json", describe, name="openapi"),
    path(f"{PREFIX}/documents", documents.send, name="send-document"),
    path(f"{PREFIX}/<slug:room>/<slug:word>", operate, name="operate"),
    path("api", unknown),
    path("api/", unknown),
    path("api/<path:rest>", unknown),
]
