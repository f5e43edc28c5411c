# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.load import NotServed, Visitor, ask

BODY = b"0\r\n\r\n" * 50_000  # what ends a chunked answer may stand inside one


class Pages(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["Cookie"]))  # type: ignore[attr-defined]
        self.send_response(503 if self.path == "/full/" else 200)
        if self.path == "/chunked/":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n")
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

    def log_message(self, *said: object) -> None:
        """Tests talk through pytest."""


class Served(ThreadingHTTPServer):
    daemon_threads = True
    seen: list[tuple[str, str]]


@pytest.fixture
def server():
    with Served(("127.0.0.1", 0), Pages) as served:
        served.seen = []
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield served
        served.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/whole/", "/chunked/"])
def test_so_many_pages_are_asked_for_and_every_answer_is_counted(server, path):
    asked = ask(Visitor(server.server_port, "sessionid=one"), path, connections=3, requests=20)
    assert len(asked.seconds) == 20
    assert server.seen == [(path, "sessionid=one")] * 20
    assert asked.rate == pytest.approx(20 / asked.took)


def test_an_answer_that_is_not_the_page_stops_the_measurement(server):
    with pytest.raises(NotServed, match="503"):
        ask(Visitor(server.server_port, ""), "/full/", connections=1, requests=2)
