# SPDX-License-Identifier: Apache-2.0
"""Whatever comes in, what goes out is a page or problem+json, with its headers, and never a trace."""

from __future__ import annotations

import io
import json

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path

from weir.kernel.errors import KINDS, kind_of
from weir.shell import accounts, problems, urls
from weir.shell.pages import middleware

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("plain_pages")]

TRACE = ("Traceback", "site-packages", ".py", "Exception")


def broken(request):
    raise OperationalError("disk I/O error in /secret/place")


def unforeseen(request):
    raise ZeroDivisionError("a secret")


class Routes:
    """The real addresses, and some that break."""

    handler400, handler403, handler404 = urls.handler400, urls.handler403, urls.handler404
    handler429, handler500 = urls.handler429, urls.handler500
    urlpatterns = (
        *urls.urlpatterns,
        path("breaks/database", broken),
        path("breaks/code", unforeseen),
        *(
            path(f"breaks/{kind.__name__.lower()}", lambda *_, kind=kind: (_ for _ in ()).throw(kind()))
            for kind in KINDS
        ),
    )


@pytest.fixture
def browser():
    return Client(raise_request_exception=False, headers={"Host": "localhost", "Accept": "text/html"})


@pytest.fixture
def breaking(settings, browser):
    settings.ROOT_URLCONF = Routes
    return browser


def is_a_page_of_ours(answer):
    html = answer.content.decode()
    assert "<h1>" in html
    assert not [word for word in TRACE if word in html]
    for name, value in middleware.HEADERS.items():
        assert answer.headers[name] == value
    return html


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_error_is_a_page_to_people_and_problem_json_to_programs(breaking, kind):
    address, status = f"/breaks/{kind.__name__.lower()}", problems.STATUS[kind]
    page = breaking.get(address)
    assert (page.status_code, kind().sentence in is_a_page_of_ours(page)) == (status, True)
    program = breaking.get(address, headers={"Accept": "application/json"})
    told = json.loads(program.content)
    assert (program.status_code, program["Content-Type"]) == (status, problems.MEDIA_TYPE)
    assert told["type"].endswith(kind_of(kind()).__name__.lower())


@pytest.mark.parametrize("what", ["database", "code"])
def test_what_nobody_foresaw_is_told_to_the_log_under_a_reference_and_to_nobody_else(breaking, what, caplog):
    answer = breaking.get(f"/breaks/{what}")
    html = is_a_page_of_ours(answer)
    assert answer.status_code == 503
    assert "secret" not in html
    reference = next(record.args[0] for record in caplog.records if record.name == "weir.web")
    assert reference in html


def test_what_breaks_around_the_views_is_a_page_too(breaking, monkeypatch):
    def stop(request, at):
        raise OperationalError("no such table in /secret/place")

    monkeypatch.setattr(middleware, "end_if_over", stop)
    breaking.cookies["weir-session"] = "x" * 32
    answer = breaking.get("/")
    assert answer.status_code == 503
    assert "secret" not in is_a_page_of_ours(answer)


def test_a_page_that_cannot_know_who_looks_is_still_a_page(breaking, monkeypatch):
    def stop(request):
        raise OperationalError("gone")

    monkeypatch.setattr(middleware, "end_if_over", lambda *_: None)
    monkeypatch.setattr(accounts, "present_of", stop)
    breaking.cookies["weir-session"] = "x" * 32
    assert is_a_page_of_ours(breaking.get("/breaks/database"))


ODD = [
    ("/nowhere", 404),
    ("/reports/..%2f..%2fetc%2fpasswd/", 404),
    ("/reports/%ff%fe/", 302),
    ("/%00", 400),
    ("/reports/R%00/", 400),
    ("/report/?key=%00", 400),
    ("/report/?key=" + "x" * 2000, 200),
    ("/log/tile/0/%2e%2e/%2e%2e", 422),
    ("/log/tile/0/x%zz", 422),
    ("/static/../../etc/passwd", 404),
    ("/findings/?after=%F0%28%8C%28", 302),
    ("/account/password/reset/key/zzz-%00/", 400),
    ("/account/confirm-email/" + "x" * 500 + "/", 200),
]


@pytest.mark.parametrize(("address", "status"), ODD)
def test_an_odd_address_gets_a_clear_answer(browser, address, status):
    answer = browser.get(address, HTTP_ACCEPT="text/html")
    assert answer.status_code == status
    assert not [word for word in TRACE if word in answer.content.decode()]


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:x", "a" * 300, "[::1", "local host", "localhost,evil.example", "\x7f"]
)
def test_a_host_that_is_not_ours_is_not_served(browser, host):
    answer = browser.get("/", headers={"Host": host})
    assert answer.status_code == 421
    is_a_page_of_ours(answer)


def test_a_health_check_may_call_by_any_name_and_learns_nothing(browser):
    answer = browser.get("/healthz", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "GÉT"])
@pytest.mark.parametrize("address", ["/", "/report/", "/log/", "/account/logout/", "/leave/export.json", "/healthz"])
def test_a_method_that_is_not_there_is_said(browser, address, method):
    answer = browser.generic(method, address)
    assert answer.status_code in {405, 302, 403}  # an address behind the door asks to sign in; a form without its token
    if answer.status_code == 405:
        assert "GET" in answer["Allow"] or "POST" in answer["Allow"]
        is_a_page_of_ours(answer)


@pytest.mark.parametrize("address", ["/", "/report/", "/log/", "/nowhere", "/account/login/", "/healthz"])
def test_head_says_what_get_would_without_saying_it(browser, address):
    head, get = browser.head(address), browser.get(address)
    assert (head.status_code, head.content) == (get.status_code, b"")


def test_a_body_that_is_too_large_is_not_read(browser, settings):
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("it was read")

    large = str(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    answer = browser.generic(
        "POST",
        "/report/",
        CONTENT_LENGTH=large,
        CONTENT_TYPE="application/x-www-form-urlencoded",
        **{"wsgi.input": Unread()},
    )
    assert answer.status_code == 413
    is_a_page_of_ours(answer)


BODIES = [
    (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
    (b"title=%ff%00&description=%zz", "application/x-www-form-urlencoded"),
    (b"--x\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\n", "multipart/form-data"),
    (b"--x\r\n", "multipart/form-data; boundary=\xe9"),
    (b"{}", "application/json"),
    (b"&".join(b"a=1" for _ in range(2000)), "application/x-www-form-urlencoded"),
    (b"title=a", "text/plain; charset=no-such-charset"),
    (b"title=a", "application/x-www-form-urlencoded; charset=no-such-charset"),
]


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_an_odd_body_gets_a_clear_answer_and_changes_nothing(browser, body, kind):
    from weir.clearinghouse.intake.models import ReportRow

    answer = browser.generic("POST", "/report/", body, content_type=kind)
    assert 400 <= answer.status_code < 500
    is_a_page_of_ours(answer)
    assert not ReportRow.objects.exists()


COOKIES = [
    "weir-session=forged",
    "weir-session=" + "a" * 5000,
    'weir-session="\\000aaaaaaaaaaaa"',
    "weir-session=one; weir-session=two",
    "weir-session=; weir-form=; messages=forged",
    "weir-session=../../etc/passwd; weir-form=<script>",
    "=; ;;;=;\xff",
]


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_forged_or_doubled_cookie_opens_nothing_and_breaks_nothing(browser, cookie):
    for address in ("/", "/report/", "/reports/", "/account/login/"):
        answer = browser.get(address, headers={"Cookie": cookie})
        assert answer.status_code in {200, 302, 400}
        assert answer.headers.get("Location", "/account/login/").startswith("/account/login/")


def test_strangers_cannot_send_forms_without_end(browser, settings):
    settings.RATE_PER_MINUTE = 50
    answers = [browser.post("/report/", {"title": "x"}).status_code for _ in range(8)]
    assert answers == [422] * 5 + [429] * 3
    assert browser.get("/report/").status_code == 200


def test_pages_are_kept_by_nobody_and_tiles_by_everybody(browser):
    assert browser.get("/report/")["Cache-Control"] == "no-store"
    assert "no-store" not in browser.get("/log/").headers.get("Cache-Control", "")
