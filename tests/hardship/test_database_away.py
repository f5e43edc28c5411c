# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL goes away in the middle of everything and comes back: nobody restarts Weir, and nothing is lost."""

from __future__ import annotations

import json
import threading

import pytest

from tests.worlds.cluster import clustered, unattended
from tests.worlds.load import flowing

pytestmark = pytest.mark.prove

ANSWERS_WITHIN = 10.0
GIVEN_UP_WITHIN = 30.0  # what is being waited for, a knock, and another connection
REPORT = json.dumps({"title": "While it is away", "description": "A length is trusted."}).encode()


@pytest.fixture
def cluster():
    with clustered() as there:
        yield there


@pytest.fixture
def instance(cluster, tmp_path):
    with unattended(tmp_path, cluster.url, tmp_path) as there:
        yield there


def is_told_clearly(instance, within=ANSWERS_WITHIN):
    """Programs read problem+json, people a page; both soon, with what to do, and without a trace."""
    token = instance.bearer("finder")
    kind = "application/json"
    post = instance.asked("POST", "/api/v1/intake/receive-report", REPORT, Content_Type=kind, Authorization=token)
    get = instance.asked("GET", "/api/v1/intake/list-reports", Authorization=token)
    page = instance.asked("GET", "/log/", Accept="text/html")
    for told in (post, get, page):
        assert (told.status, told.seconds < within, bool(told.again)) == (503, True, True), told
        assert "Traceback" not in told.text
        assert "psycopg" not in told.text
    assert [told.kind for told in (post, get, page)] == ["application/problem+json"] * 2 + ["text/html"]
    read = json.loads(post.text)
    assert read["type"] == "urn:weir:problem:unavailable"
    assert read["hint"]


@pytest.mark.parametrize("falls", [1, 3])
def test_the_database_goes_away_and_all_goes_on(cluster, instance, falls):
    instance.until(instance.is_up, "it answers")
    with flowing([instance.tokens["finder"]] * 2, [instance.address]) as journal:
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


def test_the_database_stands_still_and_is_not_gone_and_all_goes_on(cluster, instance):
    instance.until(instance.is_up, "it answers")
    with flowing([instance.tokens["finder"]] * 2, [instance.address]) as journal:
        grows(instance, journal)
        processes = instance.processes()
        with cluster.stopped():
            is_told_clearly(instance, within=GIVEN_UP_WITHIN)
            is_told_clearly(instance)
            doctor = instance.weir("doctor")
            assert doctor.returncode
            assert "did not answer" in doctor.stdout
            instance.until(
                lambda: "The database did not do it" in instance.log("worker").read_text(), "the log says so"
            )
        grows(instance, journal)
    assert journal.faults == []
    assert journal.unavailable
    instance.until(lambda: is_done(instance.look()), "the worker goes on where it stood")
    assert instance.processes() == processes, "something had to be started anew"
    nothing_is_lost_or_half_done(instance, journal)


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
