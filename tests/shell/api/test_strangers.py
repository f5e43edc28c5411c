# SPDX-License-Identifier: Apache-2.0
"""Strangers are all one actor: what one of them sends must tell nothing to another."""

from __future__ import annotations

import re

import pytest

from tests.worlds.callers import RECEIVE, REPORT, Instance, Program
from tests.worlds.people import action_of, text_of
from weir.clearinghouse.intake.models import ReportRow

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
CODE = re.compile(r'id="claim"[^>]*value="([0-9a-f]{40})"')


@pytest.fixture(autouse=True)
def _instance(plain_pages):
    return Instance()


def test_a_key_of_a_stranger_tells_nothing_to_whoever_guesses_it():
    sent = [Program().post(RECEIVE, REPORT, Idempotency_Key="guessed").json() for _ in range(2)]
    sent.append(Program().post(RECEIVE, REPORT | {"title": "Another"}, Idempotency_Key="guessed").json())
    assert [each["entry"]["again"] for each in sent] == [False] * 3
    assert len({each["answer"]["id"] for each in sent}) == 3
    assert len({each["answer"]["claim_code"] for each in sent} - {""}) == 3


def test_nor_does_it_at_the_door_for_agents():
    asked = {"name": "intake.receive_report", "arguments": REPORT, "_meta": {"weir/idempotency-key": "guessed"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
    sent = [Program().post("/mcp", call).json()["result"]["structuredContent"] for _ in range(2)]
    assert [each["entry"]["again"] for each in sent] == [False, False]
    assert sent[0]["answer"]["id"] != sent[1]["answer"]["id"]


def test_a_forms_key_is_its_browsers_own():
    one, other = Program().browser, Program().browser
    action = action_of(text_of(one.get("/report/")), "/report/")
    other.get("/report/")
    first = one.post(action, REPORT)
    guess = other.post(action, REPORT)
    assert CODE.search(text_of(first))
    assert CODE.search(text_of(guess))
    assert "was shown then" not in text_of(guess)
    assert ReportRow.objects.count() == 2
    assert "was shown then" in text_of(one.post(action, REPORT))
    assert ReportRow.objects.count() == 2


def test_a_day_that_is_full_says_when_to_come_back_through_every_door(settings):
    settings.STRANGERS_REPORTS = 1
    assert Program().post(RECEIVE, REPORT).status_code == 200
    refused = Program().post(RECEIVE, REPORT)
    assert refused.status_code == 503
    assert refused.json()["type"] == "urn:weir:problem:unavailable"
    wait = int(refused.headers["Retry-After"])
    assert 0 < wait <= 86_400
    call = {"name": "intake.receive_report", "arguments": REPORT}
    said = Program().post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}).json()["result"]
    assert said["isError"]
    assert re.search(r"try again in \d{2,} seconds", said["content"][0]["text"]) or wait < 10
    browser = Program().browser
    page = browser.post(action_of(text_of(browser.get("/report/")), "/report/"), REPORT)
    assert page.status_code == 503
    assert REPORT["description"] in text_of(page)
    assert ReportRow.objects.count() == 1
