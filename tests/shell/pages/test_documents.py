# SPDX-License-Identifier: Apache-2.0
"""The pages of documents, and what leads to them."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.clearinghouse.intake.engines.test_whole import REPORT, SARIF
from tests.worlds.people import action_of, text_of
from weir.clearinghouse.intake.jobs import documents as job
from weir.clearinghouse.intake.models import AttachmentRow, DocumentRow
from weir.clearinghouse.intake.models.files import FileRow
from weir.foundation.identity.terms import Role
from weir.foundation.store.reads import blobs_folder
from weir.shell.clock import now

BROKEN = b'{"runs": [{"tool": {"driver": {"name": "MadeUp"}}, "results": [{"message": {"text": "one"}}, 5'
FINE = json.dumps(
    {"runs": [{"tool": {"driver": {"name": "MadeUp"}}, "results": [{"message": {"text": "a"}}]}]}
).encode()


@pytest.fixture(autouse=True)
def _quick(settings, plain_pages):
    settings.PASSWORD_HASHERS = ["tests.worlds.people.Quick"]


@pytest.fixture
def fin(people):
    return people.browser(people.let_in())


def sends(browser, data=FINE, name="night.sarif"):
    return browser.post("/documents/new/", {"file": SimpleUploadedFile(name, data)})


def read(page):
    job.read_items(page.rstrip("/").rpartition("/")[2], key="", now=now())


def incoming():
    return set((blobs_folder() / "incoming").glob("*"))


def test_a_file_is_sent_read_and_listed(fin):
    assert "You have sent no document" in text_of(fin.get("/documents/"))
    assert "SARIF 2.1.0" in text_of(fin.get("/documents/new/"))
    page = sends(fin, BROKEN)["Location"]
    waiting = text_of(fin.get(page))
    assert "It is received and sealed." in waiting
    assert "It is being read" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    read(page)
    shown = text_of(fin.get(page))
    assert "hx-trigger" not in shown
    assert "What could not be read" in shown
    listed = text_of(fin.get("/documents/"))
    assert "night.sarif" in listed
    assert "1 new item" in listed


def test_the_same_file_again_leads_to_where_it_is(fin):
    first, again = sends(fin)["Location"], sends(fin, name="another")["Location"]
    assert first == again
    assert "It was sent before" in text_of(fin.get(again))
    assert DocumentRow.objects.count() == 1


def test_a_format_that_nobody_knows_is_said_with_what_follows(fin):
    page = sends(fin, b"PK\x03\x04" + bytes(99), "night.sarif")["Location"]
    read(page)
    shown = text_of(fin.get(page))
    assert "zip archive" in shown
    assert "The file is kept, sealed, as it came" in shown


def test_a_report_leads_to_its_own_page_and_says_what_is_still_awaited(fin):
    page = sends(fin, json.dumps(REPORT).encode(), "report.json")["Location"]
    assert page.startswith("/reports/R-")
    shown = text_of(fin.get(page))
    assert "proof.py, fix.diff" in shown
    assert str(REPORT["title"]) in shown


def test_a_name_with_folders_is_shown_without(fin):
    page = fin.post("/documents/new/", {"file": SimpleUploadedFile("x", FINE)}, headers={})["Location"]
    assert "/etc" not in text_of(fin.get(page))
    sent = b'--b\r\nContent-Disposition: form-data; name="file"; filename="..\\..\\etc\\night.sarif"\r\n\r\n' + SARIF
    told = fin.generic("POST", "/documents/new/", sent + b"\r\n--b--\r\n", "multipart/form-data; boundary=b")
    assert "<bdi>night.sarif</bdi>" in text_of(fin.get(told["Location"]))


def test_nobody_else_sees_it_and_a_coordinator_does(people, fin):
    page = sends(fin)["Location"]
    assert people.browser(people.let_in("Nora Brook")).get(page).status_code == 404
    assert people.browser().get(page).status_code == 302
    cora = people.browser(people.colleague("Cora", Role.COORDINATOR))
    assert "night.sarif" in text_of(cora.get(page))
    assert "night.sarif" not in text_of(cora.get("/documents/"))


@pytest.mark.parametrize("data", [None, b""])
def test_a_form_without_a_file_says_so_and_leaves_nothing(fin, data):
    before = incoming()
    answer = fin.post("/documents/new/", {} if data is None else {"file": SimpleUploadedFile("a", b"")})
    if data is None:
        assert (answer.status_code, "There is a problem" in text_of(answer)) == (422, True)
    assert incoming() == before


def test_what_is_too_large_is_said_in_the_form_and_leaves_nothing(fin, settings):
    settings.DOCUMENT_BYTES, before = 100_000, incoming()
    answer = sends(fin, b" " * 100_001)
    assert (answer.status_code, "More than 100000 bytes came." in text_of(answer)) == (422, True)
    assert incoming() == before


def test_no_other_site_sends(fin):
    strict = Client(enforce_csrf_checks=True, headers={"Host": "localhost"})
    strict.cookies = fin.cookies
    before = incoming()
    assert sends(strict).status_code == 403
    assert incoming() == before
    assert not DocumentRow.objects.exists()


def test_strangers_are_led_to_sign_in(people):
    stranger = people.browser()
    for path in ("/documents/", "/documents/new/"):
        assert stranger.get(path)["Location"].startswith("/account/login/")
    assert '"/documents/' not in text_of(stranger.get("/report/"))


def test_what_a_finder_attaches_counts_into_their_day(fin, settings):
    page = fin.post(action_of(text_of(fin.get("/report/")), "/report/"), {"title": "a", "description": "b"})["Location"]

    def attaches():
        return fin.post(f"{page}attach/", {"role": "proof", "file": SimpleUploadedFile("proof.bin", b"x" * 500)})

    settings.FINDER_BYTES = 400
    assert attaches()["Location"] == page
    for full in (attaches(), sends(fin)):
        assert (full.status_code, int(full["Retry-After"]) > 5) == (503, True)
        assert "No more files are taken from you today" in text_of(full)
    assert (AttachmentRow.objects.count(), FileRow.objects.count(), DocumentRow.objects.count()) == (1, 1, 0)


def test_every_report_leads_to_what_is_told_of_duplicates(people, fin):
    sent = [
        fin.post(action_of(text_of(fin.get("/report/")), "/report/"), {"title": title, "description": "b"})["Location"]
        for title in ("one", "another")
    ]
    for page in sent:
        held = page.replace("/reports/", "/held/")
        assert f'href="{held}"' in text_of(fin.get(page))
        assert fin.get(held).status_code == 200


def test_finders_have_documents_and_coordinators_promises_in_the_navigation(people, fin):
    cora = people.browser(people.colleague("Cora", Role.COORDINATOR))
    assert '<a href="/documents/" aria-current="page">' in text_of(fin.get("/documents/"))
    assert '"/reports/clocks/"' not in text_of(fin.get("/documents/"))
    shown = text_of(cora.get("/reports/clocks/"))
    assert '<a href="/reports/clocks/" aria-current="page">' in shown
    assert '<a href="/reports/">' in shown, "one place is where one is"
