# SPDX-License-Identifier: Apache-2.0
"""The Model Context Protocol over HTTP: one POST, one JSON answer, no session.

Both eras of the protocol are served: the handshake of 2025 and before, and the request of 2026-07-28 that brings its
own envelope. The package's wire types check what comes in and shape what goes out; its servers are asynchronous, and
the verbs are not (docs/decisions/0061-mcp.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from mcp_types import (
    CLIENT_CAPABILITIES_META_KEY,
    HEADER_MISMATCH,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    PARSE_ERROR,
    PROTOCOL_VERSION_META_KEY,
    SERVER_INFO_META_KEY,
    UNSUPPORTED_PROTOCOL_VERSION,
    methods,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, LATEST_HANDSHAKE_VERSION, MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from weir import __version__
from weir.foundation.actor import Actor
from weir.kernel.canonical import UnreadableJson
from weir.shell.api.entrance import NotAnObject, allowed, body_of, caller, door
from weir.shell.api.views import LONGEST_KEY
from weir.shell.mcp import tools

VERSION_HEADER = "MCP-Protocol-Version"
# Who sends no header speaks this one, says the specification.
WITHOUT_HEADER = "2025-03-26"
CAPABILITIES = {"tools": {"listChanged": False}}
_STATUS = {METHOD_NOT_FOUND: HTTPStatus.NOT_FOUND}


class Mistaken(Exception):
    """A call that cannot be made as it was sent."""

    def __init__(self, code: int, message: str, **data: Any) -> None:
        self.code, self.message, self.data = code, message, data
        super().__init__(message)


@dataclass(frozen=True)
class Call:
    """One JSON-RPC request, and the version of the protocol it is made in."""

    method: str
    parameters: Mapping[str, Any]
    version: str

    @property
    def modern(self) -> bool:
        return self.version in MODERN_PROTOCOL_VERSIONS

    @property
    def meta(self) -> Mapping[str, Any]:
        found = self.parameters.get("_meta")
        return found if isinstance(found, dict) else {}


@door
def serve(request: HttpRequest) -> HttpResponse:
    """One message of a client. A stream of our own is never opened, so GET is not for us."""
    if answered := allowed(request, "POST"):
        return answered
    actor = caller(request)
    try:
        sent = body_of(request)
    except UnreadableJson as error:
        return _failed(None, Mistaken(PARSE_ERROR, error.sentence))
    except NotAnObject as error:
        return _failed(None, Mistaken(INVALID_REQUEST, error.sentence))
    if "id" not in sent or "method" not in sent:
        return _taken_note(sent)
    try:
        return _told(sent["id"], "result", _answered(actor, _call_of(request, sent)))
    except Mistaken as no:
        return _failed(sent["id"], no)


def _taken_note(sent: Mapping[str, Any]) -> HttpResponse:
    """Notifications, and answers to what we never ask, are taken and forgotten."""
    if sent.get("jsonrpc") == "2.0" and ({"method", "result", "error"} & set(sent)):
        return HttpResponse(status=HTTPStatus.ACCEPTED)
    return _failed(None, Mistaken(INVALID_REQUEST, "This is no JSON-RPC 2.0 message."))


def _call_of(request: HttpRequest, sent: Mapping[str, Any]) -> Call:
    method, parameters = sent["method"], sent.get("params", {})
    if sent.get("jsonrpc") != "2.0" or not isinstance(method, str) or not isinstance(parameters, dict):
        raise Mistaken(INVALID_REQUEST, "This is no JSON-RPC 2.0 request.")
    call = Call(method, parameters, _version_of(request, method, parameters))
    try:
        methods.validate_client_request(method, call.version, parameters)
    except KeyError:
        raise Mistaken(METHOD_NOT_FOUND, "Method not found") from None
    except ValidationError:
        raise Mistaken(
            INVALID_PARAMS, "The parameters of this call do not have the shape that MCP gives them."
        ) from None
    return call


def _version_of(request: HttpRequest, method: str, parameters: Mapping[str, Any]) -> str:
    """A call of 2026-07-28 says twice what it is, for those on the way and for us: both have to say the same."""
    header = request.headers.get(VERSION_HEADER)
    meta = parameters.get("_meta")
    stated: Any = meta.get(PROTOCOL_VERSION_META_KEY) if isinstance(meta, dict) else None
    if stated is None and (header is None or header in HANDSHAKE_PROTOCOL_VERSIONS):
        return header or WITHOUT_HEADER
    if not isinstance(stated, str) or not isinstance(meta, dict) or CLIENT_CAPABILITIES_META_KEY not in meta:
        raise Mistaken(INVALID_PARAMS, "params._meta lacks the envelope that this version of the protocol asks for.")
    twice: dict[str, Any] = {VERSION_HEADER: stated, "Mcp-Method": method}
    if method == "tools/call":
        twice["Mcp-Name"] = parameters.get("name")
    for name, said in twice.items():
        if request.headers.get(name) != said:
            raise Mistaken(HEADER_MISMATCH, f"The header {name} and the body do not say the same.")
    if stated not in MODERN_PROTOCOL_VERSIONS:
        supported = [*HANDSHAKE_PROTOCOL_VERSIONS, *MODERN_PROTOCOL_VERSIONS]
        raise Mistaken(
            UNSUPPORTED_PROTOCOL_VERSION, "Unsupported protocol version", supported=supported, requested=stated
        )
    return stated


def _answered(actor: Actor, call: Call) -> dict[str, Any]:
    match call.method:
        case "initialize":
            result = _introduced(call)
        case "server/discover":
            result = _described()
        case "ping":
            result = {}
        case "tools/list":
            result = {"tools": tools.listed(actor)} | ({"ttlMs": 0, "cacheScope": "private"} if call.modern else {})
        case "tools/call":
            result = _called(actor, call)
        case _:
            raise Mistaken(METHOD_NOT_FOUND, "Method not found")
    return _shaped(call, result)


def _introduced(call: Call) -> dict[str, Any]:
    asked = call.parameters["protocolVersion"]
    spoken = asked if asked in HANDSHAKE_PROTOCOL_VERSIONS else LATEST_HANDSHAKE_VERSION
    return {
        "protocolVersion": spoken,
        "capabilities": CAPABILITIES,
        "serverInfo": _who_serves(),
        "instructions": tools.INSTRUCTIONS,
    }


def _described() -> dict[str, Any]:
    return {
        "supportedVersions": list(MODERN_PROTOCOL_VERSIONS),
        "capabilities": CAPABILITIES,
        "instructions": tools.INSTRUCTIONS,
        "ttlMs": 0,
        "cacheScope": "private",
    }


def _who_serves() -> dict[str, str]:
    return {"name": "weir", "title": f"Weir, {settings.INSTANCE}", "version": __version__}


def _called(actor: Actor, call: Call) -> dict[str, Any]:
    key = call.meta.get(tools.KEY, "")
    if not isinstance(key, str) or len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Mistaken(INVALID_PARAMS, f"{tools.KEY} is at most {LONGEST_KEY} printable ASCII characters.")
    try:
        return tools.called(actor, call.parameters["name"], call.parameters.get("arguments") or {}, key)
    except tools.NoSuchTool as no:
        raise Mistaken(INVALID_PARAMS, f"{no.sentence} {no.hint}") from None


def _shaped(call: Call, result: dict[str, Any]) -> dict[str, Any]:
    """As the version of the caller knows it; the 2026 one has every answer say what it is and who gave it."""
    if call.modern:
        meta = {SERVER_INFO_META_KEY: _who_serves()} | result.get("_meta", {})
        result = result | {"resultType": "complete", "_meta": meta}
    return methods.serialize_server_result(call.method, call.version, result)


def _told(id: Any, word: str, what: Any, status: int = HTTPStatus.OK) -> HttpResponse:
    return JsonResponse({"jsonrpc": "2.0", "id": id, word: what}, status=status)


def _failed(id: Any, no: Mistaken) -> HttpResponse:
    error = {"code": no.code, "message": no.message} | ({"data": no.data} if no.data else {})
    return _told(
        id if isinstance(id, str | int) else None, "error", error, _STATUS.get(no.code, HTTPStatus.BAD_REQUEST)
    )


urlpatterns = [path("mcp", serve, name="mcp")]
