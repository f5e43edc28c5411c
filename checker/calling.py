# SPDX-License-Identifier: Apache-2.0
"""Talks to an instance over its JSON API, with the standard library."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

PATIENCE = 60.0
LARGEST = 64 * 1024 * 1024
NOT_FOUND = 404
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NoAnswer(Exception):
    """The instance did not answer, or refused; the text says what it said."""


class Gone(NoAnswer):
    """There is nothing under that name any more: an edition, once two newer ones are out."""


class Instance:
    """One connection to one instance, kept open; `token` is that of a member."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NoAnswer("The address of an instance looks like https://weir.example.org.")
        if token and parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise NoAnswer("A token is sent over https, or to this machine itself: use the https address.")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=PATIENCE)
        self._token = token

    def close(self) -> None:
        self._connection.close()

    def ask(self, question: str, **parameters: str) -> Any:
        """A question changes nothing."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self._call("GET", f"/api/v1/{question}{query}")

    def act(self, verb: str, **parameters: Any) -> Any:
        """The answer of a verb. It has a key of its own, so that a broken connection cannot make it count twice."""
        return self._call("POST", f"/api/v1/{verb}", json.dumps(parameters).encode(), os.urandom(16).hex())["answer"]

    def _call(self, method: str, path: str, body: bytes | None = None, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            said = answer.read(LARGEST)
        except (OSError, HTTPException) as no:
            self._connection.close()
            raise NoAnswer(f"The instance did not answer: {no}.") from None
        return _read(answer.status, said)


def _read(status: int, said: bytes) -> Any:
    try:
        told = json.loads(said)
    except ValueError:
        raise NoAnswer(f"What answers ({status}) is not Weir.") from None
    if status != 200:
        told = told if isinstance(told, dict) else {}
        kind = Gone if status == NOT_FOUND else NoAnswer
        raise kind(" ".join(str(told.get(part, "")) for part in ("title", "hint")).strip() or f"Status {status}.")
    return told
