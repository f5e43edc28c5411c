# SPDX-License-Identifier: Apache-2.0
"""A document as the body of a request."""

from __future__ import annotations

import io
import json

import pytest

from tests.clearinghouse.intake.engines.test_whole import REPORT, SARIF
from tests.worlds.callers import Instance, Program
from weir.clearinghouse.intake.jobs import documents as job
from weir.clearinghouse.intake.models import DocumentRow, ReportRow
from weir.clearinghouse.intake.models.files import FileRow
from weir.foundation.actor import SYSTEM
from weir.foundation.store.reads import blobs_folder
from weir.foundation.transactions import reading
from weir.shell.clock import now

SEND = "/api/v1/documents"

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def instance():
    return Instance()


@pytest.fixture
def finder(instance):
    return Program(instance.token(instance.finder))


def incoming():
    return set((blobs_folder() / "incoming").glob("*"))


def test_a_scan_is_sent_read_and_seen_by_nobody_else(instance, finder):
    told = finder.post(f"{SEND}?name=night.sarif", SARIF[:-2] + b', {"results": [{"message": {"text": "one"}}]}]}')
    assert told.status_code == 201, told.content
    answer = told.json()["answer"]
    assert (answer["kind"], answer["again"]) == ("document", False)
    assert "payloadType" in told.json()["receipt"]
    job.read_items(answer["id"], key="", now=now())
    found = finder.get(told.headers["Location"]).json()
    assert (found["name"], found["state"]) == ("night.sarif", "read")
    listed = finder.get("/api/v1/intake/list-documents").json()["lines"]
    assert [line["id"] for line in listed] == [answer["id"]]
    lab = instance._organization("Another", "finder")
    other = Program(instance.token(instance._person(lab, "nora", "finder", "administrator")))
    assert other.get(told.headers["Location"]).status_code == 404
    assert other.get("/api/v1/intake/list-documents").json()["lines"] == []
    assert Program().get(told.headers["Location"]).status_code == 404


def test_the_same_again_says_so_and_adds_nothing(finder):
    first, again = (finder.post(f"{SEND}?name={name}", SARIF) for name in ("one", "other"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["answer"]["again"] is True
    assert first.json()["answer"]["id"] == again.json()["answer"]["id"]
    assert len(finder.get("/api/v1/intake/list-documents").json()["lines"]) == 1


def test_a_report_is_answered_with_its_own_receipt(finder):
    told = finder.post(f"{SEND}?name=r.json", json.dumps(REPORT).encode())
    assert (told.status_code, told.json()["entry"]["schema"]) == (201, "intake.receive_report/1")
    assert finder.get(told.headers["Location"]).json()["submission"]["title"] == REPORT["title"]
    assert [each["name"] for each in told.json()["answer"]["awaited"]] == ["proof.py", "fix.diff"]


@pytest.mark.parametrize("kind", ["application/json", "image/png", "application/x-www-form-urlencoded", "text/html"])
def test_what_it_calls_itself_decides_nothing(finder, kind):
    told = finder.post(f"{SEND}?name=holiday.png", SARIF, content_type=kind)
    job.read_items(told.json()["answer"]["id"], key="", now=now())
    assert finder.get(told.headers["Location"]).json()["format"] == "sarif"


@pytest.mark.parametrize(
    ("query", "header", "name"),
    [
        ("", 'attachment; filename="../../night.sarif"', "night.sarif"),
        ("", "attachment; filename*=utf-8''n%C3%A4cht.sarif", "nächt.sarif"),
        ("?name=a/b.sarif", 'attachment; filename="c"', "b.sarif"),
        ("", "", "document"),
        ("", "attachment; filename=", "document"),
    ],
)
def test_its_name_is_a_name_without_folders(finder, query, header, name):
    told = finder.post(f"{SEND}{query}", SARIF, Content_Disposition=header)
    assert finder.get(told.headers["Location"]).json()["name"] == name


def test_who_may_not_send_is_told_before_the_first_byte(instance, monkeypatch):
    from weir.shell.api import documents

    monkeypatch.setattr(documents, "receive", lambda *_, **__: pytest.fail("a byte was taken"))
    reporter = Program(instance.agent(instance.finder, "intake.receive_report"))
    assert reporter.post(SEND, SARIF).status_code == 403
    assert Program().post(SEND, SARIF).status_code == 403
    assert Program("made up").post(SEND, SARIF).status_code == 401


def test_a_scope_for_sending_is_enough_for_whatever_it_becomes(instance):
    sender = Program(instance.agent(instance.finder, "intake.send_document"))
    assert sender.post(SEND, SARIF).status_code == 201
    assert sender.post(f"{SEND}?name=a.md", b"# Overflow").status_code == 201


def test_what_is_too_large_is_said_with_whose_limit_it_is(finder, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.DOCUMENT_BYTES = 1000, 100_000
    before, larger = incoming(), b" " * 50_000 + SARIF
    assert finder.post(SEND, larger).status_code == 201
    told = finder.post(SEND, b" " * 200_000)
    assert (told.status_code, told.headers["Content-Type"]) == (413, "application/problem+json")
    assert "WEIR_DOCUMENT_BYTES" in told.json()["hint"]
    almost = finder.post(SEND, b" " * 120_000)
    assert (almost.status_code, "100000" in almost.json()["title"]) == (422, True)
    assert Program().post(SEND, larger).status_code == 413
    assert incoming() == before


def test_what_breaks_off_leaves_nothing(finder):
    before = incoming()
    half = {"CONTENT_LENGTH": "9999", "wsgi.input": io.BytesIO(SARIF)}
    own = {"Authorization": f"Bearer {finder.token}"}
    sent = finder.browser.generic("POST", SEND, SARIF, "text/plain", headers=own, **half)
    assert (sent.status_code, sent.json()["title"]) == (422, "The request ended before its body did.")
    assert incoming() == before
    with reading(SYSTEM):
        assert [rows.objects.count() for rows in (DocumentRow, ReportRow, FileRow)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("", {"Content_Encoding": "gzip"}, 415),
        ("?name=a&name=b", {}, 422),
    ],
)
def test_what_cannot_be_told_is_said(finder, query, headers, status):
    told = finder.post(f"{SEND}{query}", SARIF, **headers)
    assert (told.status_code, told.headers["Content-Type"]) == (status, "application/problem+json")


def test_a_day_that_is_spent_says_when_to_come_back(finder, settings):
    settings.FINDER_BYTES = 10
    assert finder.post(SEND, SARIF).status_code == 201
    told = finder.post(SEND, SARIF)
    assert (told.status_code, int(told.headers["Retry-After"]) > 5) == (503, True)


def test_only_posts_are_taken(finder):
    assert (finder.get(SEND).status_code, finder.do("PUT", SEND).status_code) == (405, 405)
    assert finder.do("OPTIONS", SEND).headers["Allow"] == "POST, OPTIONS"


def test_it_is_a_tool_for_agents(instance):
    agent = Program(instance.agent(instance.finder, "intake.send_document", "intake.read_document"))

    def call(tool, **arguments):
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        return agent.post("/mcp", asked).json()["result"]

    sent = call("intake.send_document", name="night.sarif", text=SARIF.decode())
    number = sent["structuredContent"]["answer"]["id"]
    found = call("intake.read_document", document=number)["structuredContent"]["answer"]
    assert (found["name"], found["state"]) == ("night.sarif", "received")
    refused = call("intake.send_document", name="x", base64="no base64!")
    assert (refused["isError"], "Base64" in refused["content"][0]["text"]) == (True, True)
