# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import override_settings

from tests.worlds.callers import RECEIVE, REPORT, Instance, Program
from weir.shell import doors, rates

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

REPORTS = "/api/v1/intake/list-reports"


@pytest.fixture
def instance():
    return Instance()


@pytest.fixture
def finder(instance):
    return Program(instance.token(instance.finder))


def told(response, status):
    """The problem, which is one in every respect."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(response.content)
    assert problem["status"] == status
    assert problem["type"].startswith("urn:weir:problem:")
    assert problem["title"]
    assert "Traceback" not in response.content.decode()
    return problem


def test_a_verb_gives_its_outcome_the_entry_and_a_receipt(instance, finder):
    before = instance.entries()
    answer = finder.post(RECEIVE, REPORT).json()
    assert answer["answer"]["id"].startswith("R-")
    assert answer["entry"]["schema"] == "intake.receive_report/1"
    assert answer["entry"]["again"] is False
    receipt = json.loads(answer["receipt"])
    assert receipt["payloadType"] == "application/vnd.weir.receipt+json"
    assert instance.entries() == before + 1


def test_the_receipt_names_what_it_is_for(instance, finder):
    from base64 import b64decode

    answer = finder.post(RECEIVE, REPORT).json()
    promised = json.loads(b64decode(json.loads(answer["receipt"])["payload"]))
    assert promised["subject"] == answer["answer"]["id"]
    assert b64decode(promised["leaf"]).hex() == answer["entry"]["leaf"]


def test_a_question_gives_its_answer_and_changes_nothing(instance, finder):
    number = finder.post(RECEIVE, REPORT).json()["answer"]["id"]
    before = instance.entries()
    answer = finder.get("/api/v1/intake/read-report", {"report": number})
    assert answer.json()["submission"]["title"] == REPORT["title"]
    assert instance.entries() == before


def test_what_others_sent_looks_like_what_was_never_sent(instance, finder):
    number = finder.post(RECEIVE, REPORT).json()["answer"]["id"]
    stranger = Program()
    seen = told(stranger.get("/api/v1/intake/read-report", {"report": number}), 404)
    never = told(stranger.get("/api/v1/intake/read-report", {"report": "R-2026-7K3QM-8"}), 404)
    assert seen == never


def test_what_a_person_does_on_a_page_is_refused_to_every_token_with_the_pages_address(instance, finder, settings):
    agent = Program(instance.agent(instance.finder, "intake.list_reports"))
    before = instance.entries()
    for name, page in doors.on_pages().items():
        path = f"/api/v1/{name.replace('.', '/').replace('_', '-')}"
        for program in (Program(), finder, agent):
            problem = told(program.post(path, {}), 403)
            assert problem["type"] == "urn:weir:problem:refused"
            assert f"{settings.PUBLIC_URL}{page}" in problem["title"]
            assert f"{settings.PUBLIC_URL}{page}" in problem["hint"]
    assert instance.entries() == before


# Doing things once ----------------------------------------------------------------------------------------------------


def test_the_same_key_and_body_give_the_same_answer_once(instance, finder):
    first = finder.post(RECEIVE, REPORT, Idempotency_Key="one").json()
    before = instance.entries()
    second = finder.post(RECEIVE, REPORT, Idempotency_Key="one").json()
    assert second["entry"].pop("again") is True
    first["entry"].pop("again")
    assert second == first
    assert instance.entries() == before


def test_another_body_under_the_same_key_is_a_conflict(instance, finder):
    finder.post(RECEIVE, REPORT, Idempotency_Key="one")
    before = instance.entries()
    told(finder.post(RECEIVE, REPORT | {"title": "Other"}, Idempotency_Key="one"), 409)
    assert instance.entries() == before


def test_another_caller_may_use_the_same_key(instance, finder):
    first = finder.post(RECEIVE, REPORT, Idempotency_Key="one").json()
    other = Program(instance.token(instance.coordinator)).post(RECEIVE, REPORT, Idempotency_Key="one").json()
    assert other["answer"]["id"] != first["answer"]["id"]


@pytest.mark.parametrize("key", ["", "x" * 201, "k\u00e9y", "a\tb"])
def test_a_key_that_cannot_be_told_from_others_is_refused(instance, finder, key):
    before = instance.entries()
    told(finder.post(RECEIVE, REPORT, Idempotency_Key=key), 422)
    assert instance.entries() == before


# Bad input ------------------------------------------------------------------------------------------------------------

BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "text": b'"report"',
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a name twice": b'{"title": "a", "title": "b", "description": "c"}',
    "not a number": b'{"title": NaN, "description": "c"}',
    "deeply nested": b'{"title": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deeply nested and unclosed": b'{"title": ' + b"[" * 100_000,
    "half a surrogate": b'{"title": "\\ud800", "description": "c"}',
    "a null character": b'{"title": "a\\u0000b", "description": "c"}',
    "a number for text": b'{"title": 1, "description": "c"}',
    "a huge number": b'{"title": ' + b"9" * 400 + b', "description": "c"}',
    "a number of thousands of digits": b'{"title": ' + b"9" * 40_000 + b', "description": "c"}',
    "null": b'{"title": null, "description": "c"}',
    "a missing part": b'{"title": "a"}',
    "an unknown part": b'{"title": "a", "description": "c", "colour": "red"}',
    "the actor": b'{"title": "a", "description": "c", "actor": "system", "now": "2020-01-01T00:00:00Z"}',
    "no such choice": b'{"title": "a", "description": "c", "ai_use": "perhaps"}',
    "an object for text": b'{"title": {"$ne": ""}, "description": "c"}',
}


@pytest.mark.parametrize("name", BODIES)
def test_what_cannot_be_read_is_a_clear_problem_and_changes_nothing(instance, finder, name):
    before = instance.entries()
    problem = told(finder.post(RECEIVE, BODIES[name]), 422)
    assert problem["type"] == "urn:weir:problem:invalid"
    assert instance.entries() == before


def test_faults_name_places_and_repeat_no_value(finder):
    problem = told(finder.post(RECEIVE, {"title": 1, "description": "hunter2", "colour": "secret"}), 422)
    assert set(problem["faults"]) == {"/'colour'"}
    problem = told(finder.post(RECEIVE, {"title": 1}), 422)
    assert set(problem["faults"]) == {"/title", "/description"}


def test_a_million_faults_are_not_a_million_sentences(finder):
    many = {f"name{index}": "x" * 10 for index in range(50_000)}
    response = finder.post(RECEIVE, many)
    assert len(told(response, 422)["faults"]) == 20
    assert len(response.content) < 5_000


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"content_type": "text/plain"}, 415),
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_type": "multipart/form-data; boundary=x"}, 415),
        ({"content_type": ""}, 415),
        ({"content_type": "application/json; charset=utf-16"}, 415),
        ({"Content_Encoding": "gzip"}, 415),
    ],
)
def test_only_json_in_utf8_is_read(instance, finder, header, status):
    before = instance.entries()
    told(finder.post(RECEIVE, json.dumps(REPORT).encode(), **header), status)
    assert instance.entries() == before


def test_json_may_say_that_it_is_utf8(finder):
    assert finder.post(RECEIVE, REPORT, content_type="application/json; charset=UTF-8").status_code == 200


def test_an_oversized_body_is_refused_before_it_is_read(instance, finder):
    before = instance.entries()
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        told(finder.post(RECEIVE, REPORT | {"description": "x" * 2000}), 413)
    assert instance.entries() == before


def test_a_body_in_chunks_is_told_to_bring_its_length(finder):
    answer = finder.browser.generic(
        "POST",
        RECEIVE,
        CONTENT_TYPE="application/json",
        headers={"Authorization": f"Bearer {finder.token}", "Transfer-Encoding": "chunked"},
    )
    told(answer, 411)


# How it is called -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", RECEIVE, "POST, OPTIONS"),
        ("PUT", RECEIVE, "POST, OPTIONS"),
        ("DELETE", RECEIVE, "POST, OPTIONS"),
        ("HEAD", RECEIVE, "POST, OPTIONS"),
        ("TRACE", RECEIVE, "POST, OPTIONS"),
        ("BREW", RECEIVE, "POST, OPTIONS"),
        ("POST", REPORTS, "GET, HEAD, OPTIONS"),
        ("PATCH", REPORTS, "GET, HEAD, OPTIONS"),
        ("POST", "/api/v1/openapi.json", "GET, HEAD, OPTIONS"),
    ],
)
def test_the_wrong_method_is_told_the_right_ones(instance, finder, method, path, allowed):
    before = instance.entries()
    response = finder.do(method, path)
    assert response.status_code == 405
    assert response.headers["Allow"] == allowed
    assert instance.entries() == before


def test_options_tells_the_methods_and_asks_nothing_of_the_caller():
    response = Program("forged").do("OPTIONS", RECEIVE)
    assert (response.status_code, response.headers["Allow"]) == (204, "POST, OPTIONS")


def test_head_is_the_answer_without_its_content(finder):
    full, head = finder.get(REPORTS), finder.do("HEAD", REPORTS)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["ETag"] == full.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(full.content))


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v2/intake/receive-report",
        "/api/v1/intake",
        "/api/v1/intake/receive_report",
        "/api/v1/intake/Receive-Report",
        "/api/v1/intake/receive-report/",
        "/api/v1/intake/../intake/receive-report",
        "/api/v1/intake/..%2f..%2fsettings",
        "/api/v1/intake/receive-report%0a",
        "/api/v1//intake/receive-report",
        "/api/v1/__class__/__init__",
        "/api/v1/ledger/note-reading",
        "/api/v1/findings/correlate-report",
        "/api/v1/intake/\u0440eceive-report",
        "/api/v1/" + "x" * 5000,
    ],
)
def test_there_is_nothing_under_any_other_path(instance, finder, path):
    before = instance.entries()
    told(finder.get(path), 404)
    told(finder.post(path, REPORT), 404)
    assert instance.entries() == before


@pytest.mark.parametrize(
    "query",
    [
        "report=%ff%fe",
        "report=R-2026-7K3QM-8&report=R-2026-7K3QM-8",
        "report=R-2026-7K3QM-8&also=this",
        "report",
        "report=nonsense",
        "&".join(f"a{index}=1" for index in range(200)),
        "report=" + "9" * 5000,
        "",
    ],
)
def test_a_query_that_cannot_be_read_is_a_clear_problem(finder, query):
    told(finder.get(f"/api/v1/intake/read-report?{query}"), 422)


@pytest.mark.parametrize("path", ["/api/v1/intake/receive-report%00", f"{REPORTS}?after=a%00b", f"{REPORTS}?%00=a"])
def test_an_address_with_a_null_character_is_no_address(instance, finder, path):
    before = instance.entries()
    assert finder.get(path).status_code in {400, 404, 422}
    assert finder.post(path, REPORT).status_code in {400, 404, 405, 422}
    assert instance.entries() == before


# Who calls ------------------------------------------------------------------------------------------------------------


def test_a_query_that_is_not_utf8_is_not_guessed_at(finder):
    told(finder.get(f"{REPORTS}?after=%ff"), 422)
    told(finder.browser.generic("GET", REPORTS, QUERY_STRING="after=\xff", headers=finder._headers({})), 422)


def test_expired_revoked_forged_and_foreign_tokens_open_nothing(instance, monkeypatch):
    from weir.foundation.identity import verbs
    from weir.shell.clock import now

    issued = instance.issued(instance.finder)
    assert Program(issued.secret).get(REPORTS).status_code == 200
    verbs.revoke_token(instance.finder, issued.id, now=now())
    short = instance.token(instance.finder, seconds=90)
    elsewhere = instance.token(instance.finder)
    before = instance.entries()
    forged = issued.secret[:-1] + ("0" if issued.secret[-1] != "0" else "1")
    for secret in (issued.secret, forged, "weir_", "x" * 10_000, "\u00e9"):
        problem = told(Program(secret).post(RECEIVE, REPORT), 401)
        assert problem["type"] == "urn:weir:problem:refused"
    with override_settings(PUBLIC_URL="https://other.example"):
        told(Program(elsewhere).post(RECEIVE, REPORT), 401)
    later = now().of(now() + timedelta(hours=1))
    monkeypatch.setattr("weir.shell.accounts.now", lambda: later)
    told(Program(short).post(RECEIVE, REPORT), 401)
    assert instance.entries() == before


@pytest.mark.parametrize("header", ["Basic b2xpdmU6cGFzcw==", "Bearer", "Bearer ", "bearer  ", "weir_abc", "Token x"])
def test_what_is_no_bearer_token_is_told_so(header):
    response = Program().get(REPORTS, Authorization=header)
    told(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_scope_is_a_fence(instance):
    narrow = Program(instance.token(instance.finder, "intake.list_reports"))
    assert narrow.get(REPORTS).status_code == 200
    before = instance.entries()
    told(narrow.post(RECEIVE, REPORT), 403)
    assert instance.entries() == before


def test_pages_of_other_sites_cannot_use_it(instance, finder):
    before = instance.entries()
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        told(finder.post(RECEIVE, REPORT, Origin=origin), 403)
    assert instance.entries() == before


def test_its_own_pages_may(finder, settings):
    assert finder.post(RECEIVE, REPORT, Origin=settings.PUBLIC_URL).status_code == 200


def test_another_name_bound_to_our_address_opens_nothing(finder):
    told(finder.get(REPORTS, Host="evil.example"), 421)


def test_a_browser_that_is_signed_in_is_a_stranger_here(instance):
    from weir.foundation.identity.models import PersonRow

    browser = Program()
    browser.browser.force_login(
        PersonRow.objects.get(number=instance.finder.id), "allauth.account.auth_backends.AuthenticationBackend"
    )
    told(browser.get("/api/v1/identity/myself"), 403)


# How often ------------------------------------------------------------------------------------------------------------


def test_whoever_calls_too_fast_is_told_when_to_come_back(instance):
    agent = Program(instance.agent(instance.finder, "intake.list_reports", rate=3))
    answers = [agent.get(REPORTS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"calls";q=3;w=60'
    assert answers[0].headers["RateLimit"] == '"calls";r=2;t=20'
    told(answers[3], 429)
    assert int(answers[3].headers["Retry-After"]) in range(1, 21)


def test_guessing_tokens_is_counted_by_address(settings):
    settings.RATE_PER_MINUTE = 30
    rates.forget()
    guesses = [Program(f"weir_{number}").get(REPORTS).status_code for number in range(5)]
    assert guesses == [401, 401, 401, 429, 429]


# What is given --------------------------------------------------------------------------------------------------------


def test_what_did_not_change_is_not_given_twice(finder):
    first = finder.get("/api/v1/identity/terms")
    etag = first.headers["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = finder.get("/api/v1/identity/terms", If_None_Match=known)
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert finder.get("/api/v1/identity/terms", If_None_Match='"other"').status_code == 200


def test_what_was_sealed_is_kept_nowhere(finder):
    assert finder.get(REPORTS).headers["Cache-Control"] == "no-store"
    assert finder.get("/api/v1/identity/terms").headers["Cache-Control"] == "private, no-cache"


def test_pages_lead_on_to_the_last(finder, monkeypatch):
    monkeypatch.setattr("weir.clearinghouse.intake.reads.reports.PAGE", 2)
    sent = [finder.post(RECEIVE, REPORT).json()["answer"]["id"] for _ in range(5)]
    seen, path = [], REPORTS
    while path:
        page = finder.get(path)
        seen += [line["id"] for line in page.json()["lines"]]
        link = page.headers.get("Link", "")
        assert bool(link) == bool(page.json()["after"])
        path = link.partition(">")[0].removeprefix("<")
    assert sorted(seen) == sorted(sent)
    assert len(seen) == 5


def test_a_bug_of_ours_is_told_under_a_reference_and_never_as_a_trace(finder, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("weir.shell.doors.Operation.ask", broken)
    problem = told(finder.get(REPORTS), 503)
    assert "secret detail" not in json.dumps(problem)
    assert problem["reference"] in caplog.text
