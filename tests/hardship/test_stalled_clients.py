# SPDX-License-Identifier: Apache-2.0
"""Clients that send half a request and stall, or come in crowds: whoever sends all of it is answered meanwhile."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.servers import served
from tests.worlds.stalling import (
    HALF_A_HEAD,
    REPORT,
    answer,
    asked,
    everything,
    half_a_body,
    head,
    never_reading,
    stalled,
)
from weir.shell.running import doorkeeper
from weir.shell.running.doorkeeper import Arrival

CROWD = 12  # three for each thread that a server has unless told otherwise
SECONDS = 5.0
WHOLE = head(len(REPORT)) + REPORT
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
STALLS = [
    pytest.param(b"", id="nothing"),
    pytest.param(HALF_A_HEAD, id="half a head"),
    pytest.param(half_a_body(), id="half a body"),
    pytest.param(half_a_body("Expect: 100-continue"), id="half a body, told to go on"),
]


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    with served(tmp_path_factory.mktemp("stalled")) as there:
        yield there


@pytest.fixture
def address(instance):
    host, _, port = instance.url.removeprefix("http://").rpartition(":")
    return host, int(port)


def reports(instance):
    with closing(sqlite3.connect(f"{instance.environ['WEIR_HOME']}/weir.sqlite")) as database:
        return int(database.execute("SELECT count(*) FROM intake_report").fetchone()[0])


@pytest.mark.parametrize("sent", STALLS)
def test_others_are_answered_while_clients_stall(instance, address, sent):
    before = reports(instance)
    with stalled(address, CROWD, sent):
        for good in (HEALTH, WHOLE):
            seconds, (status, _, _) = asked(address, good)
            assert status == 200
            assert seconds < SECONDS
    assert reports(instance) == before + 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(head(10**9), 413, id="too long"),
        pytest.param(head(10**30), 413, id="much too long"),
        pytest.param(head(5, "Transfer-Encoding: chunked"), 400, id="two ways to say how long"),
        pytest.param(head(5, "Content-Length: 6"), 400, id="two lengths"),
        pytest.param(
            WHOLE.replace(b"Content-Length:", b"X-Length:").split(b"\r\n\r\n")[0] + b"\r\n\r\n", 422, id="none"
        ),
        pytest.param(
            WHOLE.split(b"Content-Length")[0] + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", 411, id="chunks"
        ),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 100_000, 431, id="a head without end"),
    ],
)
def test_what_will_not_be_taken_is_refused_by_its_head(address, sent, status):
    seconds, (found, _, _) = asked(address, sent)
    assert found == status
    assert seconds < SECONDS


def test_after_an_answer_the_rest_of_a_refused_body_is_no_request(address):
    """Else whoever sits behind the same proxy could be given an answer that is not theirs."""
    with stalled(address, 1, head(10**9) + HEALTH) as [line]:
        assert answer(line)[0] == 413
        assert line.recv(1) == b""


def test_requests_that_come_in_one_piece_are_answered_one_by_one(address):
    last = HEALTH.replace(b"Host", b"Connection: close\r\nHost")
    with stalled(address, 1, HEALTH + WHOLE + last) as [line]:
        assert everything(line).count(b"HTTP/1.1 200 OK") == 3


def test_who_asks_first_is_told_to_go_on(address):
    first, rest = head(len(REPORT), "Expect: 100-continue"), REPORT
    with stalled(address, 1, first) as [line]:
        assert line.recv(1024) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(rest)
        assert answer(line)[0] == 200


@pytest.mark.prove
@pytest.mark.parametrize("sent", STALLS[1:])
def test_a_client_that_stalls_is_told_and_cut(address, sent):
    began = time.monotonic()
    with stalled(address, 1, sent) as [line]:
        status, kind, body = answer(line)
        assert (status, kind) == (408, "application/problem+json")
        assert json.loads(body)["hint"]
        assert line.recv(1) == b""
    assert time.monotonic() - began < doorkeeper.HEAD_WITHIN + SECONDS


@pytest.mark.prove
def test_a_client_that_drips_is_cut_too(address):
    """Each byte comes in good time, and all of them together do not."""
    began = time.monotonic()
    with stalled(address, 1, HALF_A_HEAD) as [line]:
        line.settimeout(0.5)
        while time.monotonic() - began < doorkeeper.HEAD_WITHIN + SECONDS:
            try:
                assert line.recv(1024).startswith(b"HTTP/1.1 408 ")
                break
            except TimeoutError:
                line.sendall(b"x")
        else:
            pytest.fail("it may drip for ever")


def test_others_are_answered_while_clients_do_not_take_their_answers(address):
    with never_reading(address, CROWD, "/api/v1/openapi.json", 100):
        for _ in range(50):
            seconds, (status, _, _) = asked(address, HEALTH)
            assert (status, seconds < SECONDS) == (200, True)


def test_a_client_that_is_slow_gets_all_of_its_answer(address):
    """What does not go out at once is sent as it is taken; the next answer comes behind it."""
    with never_reading(address, 1, "/api/v1/openapi.json", 20) as [line]:
        asked(address, HEALTH)
        line.sendall(HEALTH.replace(b"Host", b"Connection: close\r\nHost"))
        taken = everything(line)
    assert taken.count(b"HTTP/1.1 200 OK") == 21
    assert taken.endswith(b"ok\n\r\n0\r\n\r\n")


def test_more_connections_than_there_is_room_for_turn_the_oldest_away(address):
    with stalled(address, doorkeeper.MOST_CONNECTIONS + 20, HALF_A_HEAD) as lines:
        seconds, (status, _, _) = asked(address, WHOLE)
        assert (status, seconds < SECONDS) == (200, True)
        assert answer(lines[0])[0] == 503


def test_more_bytes_than_there_is_room_for_turn_the_oldest_away(address):
    length = 9_000_000
    with stalled(address, doorkeeper.LEAST_ROOM // length + 2, head(length) + b" " * (length - 1)) as lines:
        seconds, (status, _, _) = asked(address, WHOLE)
        assert (status, seconds < SECONDS) == (200, True)
        assert answer(lines[0])[0] == 503


@given(st.binary(max_size=300), st.binary(max_size=50), st.lists(st.integers(0, 500), max_size=20))
def test_a_request_is_the_same_in_whatever_pieces_it_comes(body, more, cuts):
    sent = head(len(body)) + body + more
    arrival, places = Arrival(0.0, 1000), sorted({min(cut, len(sent)) for cut in cuts} | {0, len(sent)})
    complete = [arrival.add(sent[one:other], 1.0) for one, other in pairwise(places)]
    assert complete == [place >= len(head(len(body)) + body) for place in places[1:]]
    assert b"".join(arrival.pieces()) == head(len(body)) + body
    assert (arrival.whole, bytes(arrival.data[arrival.end :])) == (True, more)


@given(st.sampled_from([b"", b"-1", b"+1", b"1, 1", b"1_0", b"0x1", "\u0661".encode(), b"9" * 16, b"9" * 5000]))
def test_a_length_that_can_be_read_in_two_ways_is_no_length(length):
    arrival = Arrival(0.0, 10**20)
    assert arrival.add(b"POST / HTTP/1.1\r\ncontent-LENGTH : " + length + b"\r\n\r\n", 1.0)
    assert not arrival.whole
