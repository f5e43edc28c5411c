# SPDX-License-Identifier: Apache-2.0
"""Clients that send a part and then nothing, or never take their answer: real sockets, as an attacker opens them."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse

Address = tuple[str, int]

HALF_A_HEAD = b"POST /api/v1/intake/receive-report HTTP/1.1\r\nHost: localhost\r\nContent-Ty"
REPORT = json.dumps({"title": "Half of it", "description": "A length is trusted. " * 400}).encode()


def head(length: int, *more: str, path: str = "/api/v1/intake/receive-report") -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, *more, "", ""]).encode()


def half_a_body(*more: str) -> bytes:
    return head(len(REPORT), *more) + REPORT[: len(REPORT) // 2]


@contextmanager
def stalled(address: Address, count: int, sent: bytes) -> Iterator[list[socket.socket]]:
    """So many clients that have sent this and keep their connection open."""
    with ExitStack() as open_:
        lines = []
        for _ in range(count):
            line = open_.enter_context(socket.create_connection(address, timeout=30))
            line.sendall(sent)
            lines.append(line)
        yield lines


@contextmanager
def never_reading(address: Address, count: int, path: str, times: int) -> Iterator[list[socket.socket]]:
    """Clients that ask for more than all buffers on the way hold, and take none of it."""
    asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * times
    with ExitStack() as open_:
        lines = []
        for _ in range(count):
            line = open_.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.settimeout(30)
            line.connect(address)
            line.sendall(asked)
            lines.append(line)
        yield lines


def answer(line: socket.socket) -> tuple[int, str, bytes]:
    """Status, media type and body of what the server said on this connection."""
    response = HTTPResponse(line)
    response.begin()
    return response.status, response.headers.get("Content-Type", ""), response.read()


def asked(address: Address, sent: bytes) -> tuple[float, tuple[int, str, bytes]]:
    """How long one good client waited, and what it was told."""
    began = time.monotonic()
    with socket.create_connection(address, timeout=30) as line:
        line.sendall(sent)
        told = answer(line)
    return time.monotonic() - began, told


def everything(line: socket.socket) -> bytes:
    """All that the server says until it closes."""
    return b"".join(iter(lambda: line.recv(65536), b""))
