# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from weir.kernel.errors import Conflict, Invalid, Missing, Refused, Unavailable
from weir.shell.client import Client, NobodyAnswers, NotAnAddress, TokenInTheClear


class Scripted(HTTPServer):
    """What it is to answer, and what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Told)
        self.seen, self.answers = [], []


class Told(BaseHTTPRequestHandler):
    """Answers as the test says."""

    server: Scripted

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.seen.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        told = self.server.answers.pop(0)
        if told is None:
            self.close_connection = True
            return  # the line breaks
        status, kind, body = told
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815 - the standard library's names

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    listening = Scripted()
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listening
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture
def client(server):
    return Client(f"http://127.0.0.1:{server.server_port}", "weir_secret")


JSON = "application/json"


def test_a_broken_line_is_tried_once_more_with_the_same_key(server, client):
    server.answers = [None, (200, JSON, b'{"answer": 1}')]
    assert client.act("room/do-it", {"title": "x"}) == {"answer": 1}
    first, second = ({name.lower(): value for name, value in seen[2].items()} for seen in server.seen)
    assert first["idempotency-key"] == second["idempotency-key"]
    assert len(first["idempotency-key"]) >= 20
    assert server.seen[0][3] == server.seen[1][3]


def test_two_acts_never_share_a_key(server, client):
    server.answers = [(200, JSON, b"{}")] * 2
    client.act("room/do-it", {})
    client.act("room/do-it", {})
    first, second = ({name.lower(): value for name, value in seen[2].items()} for seen in server.seen)
    assert first["idempotency-key"] != second["idempotency-key"]


def test_a_line_that_stays_broken_is_told(server, client):
    server.answers = [None, None]
    with pytest.raises(NobodyAnswers):
        client.act("room/do-it", {})


@pytest.mark.parametrize("kind", [Refused, Missing, Conflict, Invalid, Unavailable])
def test_a_problem_becomes_the_error_that_it_was(server, client, kind):
    told = {"type": f"urn:weir:problem:{kind.__name__.lower()}", "title": "No.", "status": 400, "hint": "Try less."}
    server.answers = [(400, "application/problem+json", json.dumps(told | {"faults": {"/a": "is b"}}).encode())]
    with pytest.raises(kind) as no:
        client.ask("room/ask", {})
    assert (no.value.sentence, no.value.hint) == ("No.", "Try less.")
    assert kind is not Invalid or no.value.faults == {"/a": "is b"}


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (502, "text/html", b"<h1>Bad Gateway</h1>"),
        (200, "text/html", b"<h1>Welcome</h1>"),
        (500, JSON, b"[]"),
        (500, JSON, b'{"type": 5}'),
        (599, JSON, b'{"type": "urn:weir:problem:made-up", "title": "x"}'),
        (302, "text/html", b""),
        (404, JSON, b"\xff\xfe"),
        (404, JSON, b'{"type": "urn:weir:problem:missing", "title": "x", "faults": 7}'),
    ],
)
def test_what_is_not_weir_is_named_as_such(server, client, status, media_type, body):
    server.answers = [(status, media_type, body)]
    with pytest.raises(Unavailable) as no:
        client.ask("room/ask", {})
    assert "--server" in no.value.hint


def test_lists_and_truths_stand_in_a_query_as_the_api_reads_them(server, client):
    server.answers = [(200, JSON, b"{}")]
    client.ask("room/ask", {"names": ["a", "b"], "loud": True, "number": 7, "text": "x&y"})
    assert server.seen[0][1] == "/api/v1/room/ask?names=a&names=b&loud=true&number=7&text=x%26y"


@pytest.mark.parametrize("url", ["", "example.org", "ftp://example.org", "http://", "file:///etc/passwd", "https:///x"])
def test_what_is_no_address_is_told_before_anything_is_sent(url):
    with pytest.raises(NotAnAddress):
        Client(url)


def test_a_token_does_not_cross_a_network_in_the_clear():
    with pytest.raises(TokenInTheClear):
        Client("http://weir.example.org", "weir_secret")
    assert Client("http://weir.example.org").token == ""
    assert Client("https://weir.example.org", "weir_secret").url == "https://weir.example.org"
