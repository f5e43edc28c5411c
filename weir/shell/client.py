# SPDX-License-Identifier: Apache-2.0
"""The API as the `weir` command and the stdio MCP server call it: one token, one key per act, one retry."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from weir.kernel.errors import KINDS, Invalid, Unavailable, WeirError

# It tells every address that it calls, and ours hold the numbers of things.
logging.getLogger("httpx").setLevel(logging.WARNING)

_KINDS = {kind.__name__.lower(): kind for kind in KINDS}
_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_LONG_TIMEOUT = httpx.Timeout(600.0, connect=5.0)  # what is large is sealed and synced before it is answered
MCP_VERSION = "2025-11-25"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NobodyAnswers(Unavailable):
    """The instance does not answer."""

    hint = "Start it with `weir up`, or name another with --server or WEIR_URL."


class NotAnAddress(Invalid):
    """That is no address of an instance."""

    hint = "Write it with its scheme, such as https://weir.example.org."


class TokenInTheClear(Invalid):
    """A token is sent over https, or to this machine itself; anybody on the way could read it otherwise."""

    hint = "Use the https address of the instance."


@dataclass(frozen=True)
class Client:
    """An instance, and the token with which to call it; without one, the caller is a stranger."""

    url: str
    token: str = ""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NotAnAddress(f"{self.url!r} is no address of an instance.")
        if self.token and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise TokenInTheClear

    def ask(self, path: str, given: Mapping[str, Any]) -> Any:
        """A question's answer."""
        return self._send("GET", f"/api/v1/{path}", params=_in_query(given)).json()

    def act(self, path: str, given: Mapping[str, Any], key: str = "") -> dict[str, Any]:
        """Do a verb: answer, entry and receipt. Sent once more if the line broke: the key makes that safe."""
        headers = {"Idempotency-Key": key or fresh_key()}
        return dict(self._send_twice("POST", f"/api/v1/{path}", json=dict(given), headers=headers).json())

    def send(self, name: str, content: Iterable[bytes], size: int) -> dict[str, Any]:
        """A document as it is. It is not sent again by itself; sent again, the same bytes are the same document."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        named = {"name": name} if name else {}
        sent = self._send(
            "POST", "/api/v1/documents", params=named, content=content, headers=headers, timeout=_LONG_TIMEOUT
        )
        return dict(sent.json())

    def tools(self, method: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One call of the instance's MCP door, as safe to repeat as `act` if a key is in it; its errors are raised."""
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": dict(parameters)}
        told = self._send_twice("POST", "/mcp", json=asked, headers={"MCP-Protocol-Version": MCP_VERSION}).json()
        return dict(told["result"])

    def _send_twice(self, method: str, path: str, **request: Any) -> httpx.Response:
        """A stranger's key is kept nowhere, so theirs is sent once: whether it arrived is for them to judge."""
        try:
            return self._send(method, path, **request)
        except NobodyAnswers:
            if not self.token:
                raise
            return self._send(method, path, **request)

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Accept": "application/json"} | request.pop("headers", {})
        request.setdefault("timeout", _TIMEOUT)
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = httpx.request(method, f"{self.url}{path}", headers=headers, **request)
        except httpx.TransportError as error:
            raise NobodyAnswers(f"{self.url} does not answer ({type(error).__name__}).") from error
        except httpx.InvalidURL as error:
            raise NotAnAddress(f"{self.url!r} is no address of an instance.") from error
        if not answer.is_success:
            raise _error_of(answer)
        if not answer.headers.get("Content-Type", "").startswith("application/json"):
            raise Unavailable("What answers there is not Weir.", hint="Look at the address: --server or WEIR_URL.")
        return answer


def fresh_key() -> str:
    """Random, so that nobody else's key is ever the same."""
    return secrets.token_urlsafe(18)


def _error_of(answer: httpx.Response) -> WeirError:
    try:
        told = answer.json()
        if "jsonrpc" in told:
            return Invalid(str(told["error"]["message"]))
        kind, sentence, hint = _KINDS[told["type"].rpartition(":")[2]], str(told["title"]), str(told.get("hint", ""))
        faults = {str(place): str(fault) for place, fault in told.get("faults", {}).items()}
    except (json.JSONDecodeError, UnicodeError, KeyError, TypeError, AttributeError):
        sentence = f"What answers there said {answer.status_code}, and not as Weir says it."
        return Unavailable(sentence, hint="Look at the address: --server or WEIR_URL.")
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        hint = f"Try again in {answer.headers.get('Retry-After', 'some')} seconds."
    if kind is Invalid:
        return Invalid(sentence, hint=hint, faults=faults)
    return kind(sentence, hint=hint)


def _in_query(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in given.items():
        many = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        pairs += [(name, _text(each)) for each in many]
    return pairs


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
