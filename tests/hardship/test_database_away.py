# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL goes away in the middle of everything and comes back: nobody restarts Weir, and nothing is lost."""

from __future__ import annotations

import json
import threading
import time
from http.client import HTTPConnection

import pytest

from tests.worlds.cluster import clustered, on_cluster
from tests.worlds.load import flowing

pytestmark = pytest.mark.prove

ANSWERS_WITHIN = 10.0
REPORT = json.dumps({"title": "While it is away", "description": "A length is trusted."}).encode()


@pytest.fixture
def cluster():
    with clustered() as there:
        yield there


@pytest.fixture
def instance(cluster, tmp_path):
    with on_cluster(tmp_path, cluster) as there:
        yield there


def asked(instance, method, path, body=None, **headers):
    """Seconds, status, media type, Retry-After and body."""
    began = time.monotonic()
    connection = HTTPConnection(*instance.address, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    kind = answer.headers["Content-Type"].partition(";")[0]
    return time.monotonic() - began, answer.status, kind, answer.headers["Retry-After"], text


def is_told_clearly(instance):
    """Programs read problem+json, people a page; both soon, with what to do, and without a trace."""
    token = {"Authorization": f"Bearer {instance.tokens['finder']}"}
    post = asked(instance, "POST", "/api/v1/intake/receive-report", REPORT, Content_Type="application/json", **token)
    get = asked(instance, "GET", "/api/v1/intake/list-reports", **token)
    page = asked(instance, "GET", "/log/", Accept="text/html", Cookie="weir-session=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
    for seconds, status, kind, again, text in (post, get, page):
        assert (status, seconds < ANSWERS_WITHIN, bool(again)) == (503, True, True), text
        assert kind == ("text/html" if text is page[4] else "application/problem+json")
        assert "Traceback" not in text
        assert "psycopg" not in text
    told = json.loads(post[4])
    assert told["type"] == "urn:weir:problem:unavailable"
    assert told["hint"]


@pytest.mark.parametrize("falls", [1, 3])
def test_the_database_goes_away_and_all_goes_on(cluster, instance, falls):
    instance.until(lambda: is_up(instance), "it answers")
    with flowing([instance.tokens["finder"], instance.tokens["agent"]], [instance.address]) as journal:
        processes = None
        for _ in range(falls):
            grows(instance, journal)
            processes = processes or instance.processes()
            cluster.go_away()
            is_told_clearly(instance)
            threading.Event().wait(3)  # so long that whoever tries again, has tried and failed
            cluster.start()
        grows(instance, journal)
    assert journal.faults == []
    assert journal.unavailable
    instance.until(lambda: is_done(instance.look()), "the worker goes on where it stood")
    assert instance.processes() == processes, "something had to be started anew"
    nothing_is_lost_or_half_done(instance, journal)


def is_up(instance):
    try:
        return asked(instance, "GET", "/log/checkpoint")[1] == 200
    except OSError:
        return False


def grows(instance, journal):
    """Both go on: reports are acknowledged, and the log is published."""
    told, seen = len(journal.acknowledged), len(set(journal.heads))
    instance.until(lambda: len(journal.acknowledged) >= told + 10, f"reports are taken in; {journal.unavailable[-3:]}")
    instance.until(lambda: len(set(journal.heads)) > seen, "the log grows")


def is_done(found):
    return found["settled"] and not found["waiting"] and found["correlated"] == len(found["reports"])


def nothing_is_lost_or_half_done(instance, journal):
    found = instance.look()
    assert found["reports"] == sorted(each.number for each in journal.acknowledged)
    assert found["received"] == sorted([each.number, each.leaf] for each in journal.acknowledged)
    assert found["found"] == found["reports"]
    verified = instance.weir("ledger", "verify")
    assert verified.returncode == 0, verified.stdout
