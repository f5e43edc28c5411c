# SPDX-License-Identifier: Apache-2.0
"""A browser's worth of HTTP: sign in as people do, then ask for one page again and again on connections that stay open.

Everything is bounded: so many connections, so many requests, loopback only.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

PATIENCE = 60.0
_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_END_OF_CHUNKS = b"\r\n0\r\n\r\n"


class NotServed(Exception):
    """The server gave something else than the page that was to be measured."""


@dataclass(frozen=True)
class Visitor:
    """Somebody with a session at a server."""

    port: int
    cookie: str

    def page(self, path: str) -> str:
        """One page, read and checked."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path, headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status != 200:
            raise NotServed(f"{path}: {answer.status}")
        return text

    def request(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n\r\n".encode()


def sign_in(port: int, email: str, password: str) -> Visitor:
    """Through the form, as everyone: the session is a real one."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/account/login/")
    answer = connection.getresponse()
    token = _FIELD.search(answer.read().decode())
    forgery = _cookies(answer.headers.get_all("Set-Cookie", []))
    if token is None:
        raise NotServed("/account/login/ shows no form")
    body = urlencode({"login": email, "password": password, "csrfmiddlewaretoken": token[1]})
    headers = {
        "Cookie": forgery,
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{port}",
    }
    connection.request("POST", "/account/login/", body, headers)
    answer = connection.getresponse()
    answer.read()
    cookie = _cookies(answer.headers.get_all("Set-Cookie", []))
    connection.close()
    if answer.status != 302 or "session" not in cookie:
        raise NotServed(f"signing in as {email}: {answer.status}")
    return Visitor(port, cookie)


def _cookies(lines: list[str]) -> str:
    return "; ".join(line.partition(";")[0] for line in lines)


@dataclass
class Asked:
    """How long each request took, and how long all of them took together."""

    took: float = 0.0
    seconds: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.took


def ask(visitor: Visitor, path: str, *, connections: int, requests: int) -> Asked:
    """Each connection asks again as soon as it was answered, until so many requests were."""
    asked, wire = Asked(), visitor.request(path)
    with selectors.DefaultSelector() as waiting, ExitStack() as ends:
        sent: dict[socket.socket, float] = {}
        begun = time.perf_counter()
        for _ in range(connections):
            each = ends.enter_context(socket.create_connection(("127.0.0.1", visitor.port), timeout=PATIENCE))
            waiting.register(each, selectors.EVENT_READ, bytearray())
            sent[each] = time.perf_counter()
            each.sendall(wire)
        left = requests - connections
        while sent:
            for key, _ in waiting.select(PATIENCE):
                each = key.fileobj  # type: ignore[assignment]
                if not _answered(each, key.data):
                    continue
                asked.seconds.append(time.perf_counter() - sent.pop(each))
                if left > 0:
                    left -= 1
                    sent[each] = time.perf_counter()
                    each.sendall(wire)
        asked.took = time.perf_counter() - begun
    return asked


def _answered(connection: socket.socket, so_far: bytearray) -> bool:
    """Whether the answer is whole now; if so, the buffer is empty again."""
    piece = connection.recv(262_144)
    so_far += piece
    if not piece or (len(so_far) >= 12 and so_far[9:12] != b"200"):
        raise NotServed(bytes(so_far[:200]).decode(errors="replace"))
    head = so_far.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = re.search(rb"(?i)\r\ncontent-length: (\d+)", so_far[:head])
    whole = len(so_far) >= head + 4 + int(length[1]) if length else so_far.endswith(_END_OF_CHUNKS)
    if whole:
        so_far.clear()
    return whole


def wait_for(port: int, alive: Callable[[], bool]) -> None:
    """Until the server answers; if it ends instead, say so."""
    deadline = time.monotonic() + PATIENCE
    while alive() and time.monotonic() < deadline:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            time.sleep(0.05)
    raise NotServed("the server did not start")
