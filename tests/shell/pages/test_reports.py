# SPDX-License-Identifier: Apache-2.0
"""The pages on which a report lives: one's own list, the report, its acts, the claim code, the promises."""

from __future__ import annotations

import logging
import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.worlds.people import action_of, text_of
from weir.clearinghouse.intake.models import FactRow, ReportRow
from weir.clearinghouse.intake.terms import ReportState
from weir.foundation.ledger.models import EntryRow
from weir.shell import rates

SAID = {"title": "Overflow", "description": "A length is trusted."}


@pytest.fixture(autouse=True)
def _quick(settings, plain_pages):
    settings.PASSWORD_HASHERS = ["tests.worlds.people.Quick"]


@pytest.fixture
def fin(people):
    return people.browser(people.let_in())


@pytest.fixture
def stranger(people):
    return people.browser()


@pytest.fixture
def page(fin):
    """The page of a report that Fin sent."""
    sent = fin.post(action_of(text_of(fin.get("/report/")), "/report/"), SAID)
    return sent["Location"]


def post(browser, page, what, **fields):
    address = f"{page}{what}/"
    return browser.post(action_of(text_of(browser.get(address)), address), fields)


def test_what_was_filled_in_below_the_fold_is_kept(fin):
    more = {"trigger": "Send one byte more.", "ai_phases": ["finding", "writing"]}
    sent = fin.post(action_of(text_of(fin.get("/report/")), "/report/"), SAID | more)
    shown = text_of(fin.get(sent["Location"]))
    assert "Send one byte more." in shown
    assert "finding, writing" in shown


def test_a_question_goes_to_the_finder_and_the_answer_back(people, fin, ida, page):
    assert post(ida, page, "ask", words="Which version?")["Location"] == page
    shown = text_of(fin.get(page))
    assert "What is needed" in shown
    assert "waits for an answer" in shown
    assert "You were asked" in shown
    assert "The finder was asked" in text_of(ida.get(page))
    assert "Your answer is awaited" in text_of(fin.get("/reports/"))
    assert post(fin, page, "answer", words="It is 1.0.")["Location"] == page
    shown = text_of(fin.get(page))
    assert "Your answer is there." in shown
    assert "What is needed" not in shown
    assert "It is 1.0." in text_of(ida.get(page))


def test_the_page_tells_the_course_and_the_day_on_which_it_was_first_opened(fin, ida, page):
    assert "first opened" not in text_of(fin.get(page))
    ida.get(page)
    shown = text_of(fin.get(page))
    [step] = re.findall(r"(?s)<li>(?:(?!</li>).)*first opened(?:(?!</li>).)*</li>", shown)
    assert re.search(r"<time datetime=\"\d{4}-\d\d-\d\d\">", step), "a day, and no hour"
    assert shown.count("The report was received and sealed.") == 1


def test_a_coordinator_acknowledges_and_assesses_with_reasons(fin, ida, page):
    assert f"{page}acknowledge/" in text_of(ida.get(page))
    assert post(ida, page, "acknowledge")["Location"] == page
    empty = post(ida, page, "assess", assessment="vulnerability", reasons=" ")
    assert (empty.status_code, "An assessment has reasons." in text_of(empty)) == (422, True)
    post(ida, page, "assess", assessment="vulnerability", reasons="It writes past the end.")
    shown = text_of(fin.get(page))
    assert "A vulnerability" in shown
    assert "It writes past the end." in shown
    assert f"{page}acknowledge/" not in text_of(ida.get(page))


def test_a_report_is_taken_back(fin, ida, page):
    assert post(fin, page, "withdraw")["Location"] == page
    shown = text_of(fin.get(page))
    assert "withdrawn" in shown
    assert "No clock runs" in shown
    assert f"{page}amend/" not in shown
    assert page not in text_of(ida.get("/reports/clocks/"))


def test_what_cannot_be_added_is_said_and_kept(fin, page):
    answer = post(fin, page, "amend", words="")
    assert (answer.status_code, "says nothing" in text_of(answer)) == (422, True)
    long = post(fin, page, "amend", severity="x" * 20_001, words="My own words")
    assert long.status_code == 422
    assert "My own words" in text_of(long)


def test_a_double_click_adds_once(fin, page):
    action = action_of(text_of(fin.get(f"{page}amend/")), f"{page}amend/")
    for _ in range(2):
        fin.post(action, {"words": "More."})
    assert FactRow.objects.count() == 1


def test_others_can_neither_see_nor_act(people, ida, page, stranger):
    other = people.browser(people.let_in("Nora Brook"))
    for address in (page, f"{page}amend/", f"{page}ask/", f"{page}nonsense/"):
        assert other.get(address).status_code == 404
        assert stranger.get(address)["Location"].startswith("/account/login/")
    assert ida.post(f"{page}amend/", {"words": "x"}).status_code == 403
    assert not FactRow.objects.exists()


def test_the_promises_stand_on_the_coordinators_list_with_the_next_first(fin, ida, page):
    assert page in text_of(ida.get("/reports/clocks/"))
    assert "/reports/clocks/" in text_of(ida.get("/reports/"))
    assert "/reports/clocks/" not in text_of(fin.get("/reports/"))
    ReportRow.objects.update(acknowledge_by="2020-01-01T00:00:00Z")
    assert "overdue" in text_of(ida.get("/reports/clocks/"))


def test_ones_own_list_asks_no_more_of_the_database_for_more_reports(fin, page):
    def asked():
        with CaptureQueriesContext(connections["default"]) as caught:
            fin.get("/reports/")
        return len(caught)

    asked()
    one = asked()
    for _ in range(2):
        fin.post(action_of(text_of(fin.get("/report/")), "/report/"), SAID)
    assert asked() == one


# Without a name


def code_of(browser):
    sent = browser.post(action_of(text_of(browser.get("/report/")), "/report/"), SAID)
    found = re.search(r'id="claim"[^>]*value="([0-9a-f]{40})"', text_of(sent))
    assert found
    return found[1]


def test_somebody_without_a_name_comes_back_with_the_code_and_goes_on(people, stranger, ida):
    code = code_of(stranger)
    another = people.browser()
    opened = another.post("/claim/", {"claim_code": code})
    assert opened.status_code == 200
    assert "A length is trusted." in text_of(opened)
    asked = another.post("/claim/", {"claim_code": code, "does": "amend"})
    assert "In your own words" in text_of(asked)
    assert "says nothing" not in text_of(asked)
    added = another.post("/claim/", {"claim_code": code, "does": "amend", "sent": "yes", "words": "It is worse."})
    assert "It is added." in text_of(added)
    assert "It is worse." in text_of(added)
    empty = another.post("/claim/", {"claim_code": code, "does": "amend", "sent": "yes"})
    assert (empty.status_code, "says nothing" in text_of(empty)) == (422, True)
    another.post("/claim/", {"claim_code": code, "does": "withdraw", "sent": "yes"})
    assert ReportRow.objects.get().state == ReportState.WITHDRAWN
    assert another.post("/claim/", {"claim_code": code, "does": "assess"}).status_code == 404


def test_the_code_stands_in_no_address_cookie_log_session_or_row(people, stranger, caplog, settings):
    caplog.set_level(logging.DEBUG)
    code = code_of(stranger)
    another = people.browser()
    pages = [another.post("/claim/", {"claim_code": code} | more) for more in ({}, {"does": "amend"})]
    for answer in pages:
        assert "Location" not in answer
        assert not re.search(rf'(href|action|src)="[^"]*{code}', text_of(answer))
        assert answer["Cache-Control"] == "no-store"
    assert all(code not in cookie.value for cookie in another.cookies.values())
    assert all(code not in str(session.get_decoded()) for session in Session.objects.all())
    assert code not in caplog.text
    assert all(code.encode() not in bytes(body) for body in EntryRow.objects.values_list("body", flat=True))


def test_a_wrong_code_opens_nothing_and_does_not_come_back_over_the_wire(stranger):
    answer = stranger.post("/claim/", {"claim_code": "5a" * 20})
    assert answer.status_code == 404
    assert "opens nothing here" in text_of(answer)
    assert "5a5a" not in text_of(answer)
    assert stranger.get("/claim/?claim_code=x").status_code == 200


def test_guessing_codes_is_bounded_by_the_rate(stranger, settings):
    settings.RATE_PER_MINUTE = 30
    rates.forget()
    answers = [stranger.post("/claim/", {"claim_code": f"{n:040x}"}).status_code for n in range(5)]
    assert answers == [404, 404, 404, 429, 429]


# Files


def test_a_file_is_attached_on_the_page_and_listed_by_digest(fin, page):
    from hashlib import sha256

    from django.core.files.uploadedfile import SimpleUploadedFile

    content = b"x" * 3_000_000  # more than Django keeps in memory: it would lie readable in a temporary file
    sent = fin.post(f"{page}attach/", {"role": "proof", "file": SimpleUploadedFile("proof.bin", content)})
    assert sent["Location"] == page
    shown = text_of(fin.get(page))
    assert "proof.bin" in shown
    assert sha256(content).hexdigest() in shown
    assert "The file is attached and sealed." in shown


def test_a_form_without_its_file_or_its_role_says_so(fin, page):
    from django.core.files.uploadedfile import SimpleUploadedFile

    for fields in ({"role": "proof"}, {"file": SimpleUploadedFile("a", b"x")}, {}):
        answer = fin.post(f"{page}attach/", fields)
        assert (answer.status_code, "There is a problem" in text_of(answer)) == (422, True)


def test_nobody_else_attaches_and_no_other_site_does(people, fin, ida, page):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    fields = {"role": "proof", "file": SimpleUploadedFile("a", b"x")}
    assert ida.post(f"{page}attach/", fields).status_code == 403
    assert people.browser(people.let_in("Nora Brook")).post(f"{page}attach/", fields).status_code == 404
    strict = Client(enforce_csrf_checks=True, headers={"Host": "localhost"})
    strict.cookies = fin.cookies
    assert strict.post(f"{page}attach/", fields).status_code == 403


def test_somebody_without_a_name_attaches_with_the_code_and_nobody_without_it(people, stranger, settings):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from weir.clearinghouse.intake.models import AttachmentRow
    from weir.foundation.store.reads import blobs_folder

    def sent(code, content=b"x" * 500):
        fields = {"claim_code": code, "role": "proof", "file": SimpleUploadedFile("proof.bin", content)}
        return stranger.post("/claim/attach/", fields)

    code = code_of(stranger)
    asked = text_of(stranger.post("/claim/", {"claim_code": code, "does": "attach"}))
    assert 'enctype="multipart/form-data"' in asked
    assert "proof.bin" in text_of(sent(code))
    left = list((blobs_folder() / "incoming").glob("*"))
    assert sent("5a" * 20).status_code == 404
    settings.STRANGERS_BYTES = 400
    full = sent(code)
    assert (full.status_code, "No more reports without a name" in text_of(full)) == (503, True)
    assert AttachmentRow.objects.count() == 1
    assert list((blobs_folder() / "incoming").glob("*")) == left, "what is not kept goes"
