# SPDX-License-Identifier: Apache-2.0
"""Which files are a report in themselves, and what goes where in it."""

from __future__ import annotations

import io
import json
from email.message import EmailMessage
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake.engines.whole import CUT, LARGEST, MANY, MOST_FILES, could_be_whole, whole_report
from weir.clearinghouse.intake.rules import LIMITS, check_submission
from weir.clearinghouse.intake.terms import AiPhase, AiUse, Role

PROOF = b"print('A' * 4097)\n"
SARIF = json.dumps({"runs": [{"tool": {"driver": {"name": "MadeUp"}}, "results": []}]}).encode()
REPORT = {
    "format": "weir.report/1",
    "title": "Heap overflow in a parser",
    "description": "A length is trusted.",
    "trigger": "Send a long one.",
    "severity": {"label": "critical"},
    "proof": {"description": "It crashes.", "attachments": ["proof.py"]},
    "patch": {"base_commit": "5a1b2c3", "attachments": ["fix.diff"]},
    "affected": [{"package": "pkg:pypi/made-up", "introduced": ["1.0"], "fixed": ["1.2"]}],
    "not_affected": "Whoever reads no mail.",
    "root_cause": "A missing check.",
    "weaknesses": ["CWE-787"],
    "aliases": ["CVE-2026-1234"],
    "shared_before": "Nobody.",
    "timing": "A talk in May.",
    "ai_use": {"use": "assisted", "phases": ["finding"]},
    "credit": [{"name": "Fin"}],
    "attachments": [
        {"name": "proof.py", "sha256": sha256(PROOF).hexdigest()},
        {"name": "fix.diff", "sha256": "0" * 64},
    ],
}


def whole(data, name):
    format = could_be_whole(io.BytesIO(data), name, len(data))
    return whole_report(data, name, format) if format else None


def letter(*attached, words="A length is trusted.", subject="Overflow in a parser"):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "fin@lab.example", "weir@example.org", subject
    mail.set_content(words)
    for name, data in attached:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def test_each_part_of_our_own_report_has_its_place():
    found = whole(json.dumps(REPORT).encode(), "report.json")
    said, more = found.submission, found.submission.details
    assert (said.title, said.component, said.weakness) == (REPORT["title"], "pkg:pypi/made-up", "CWE-787")
    assert (said.ai_use, more.ai_phases) == (AiUse.ASSISTED, (AiPhase.FINDING,))
    assert said.description.startswith("A length is trusted.")
    assert "It crashes." in said.description
    assert "CVE-2026-1234" in said.description
    assert (more.trigger, more.severity, more.cause) == ("Send a long one.", "critical", "A missing check.")
    assert (more.base_commit, more.credit, more.timing) == ("5a1b2c3", "Fin", "A talk in May.")
    assert (more.sharing, more.unaffected) == ("Nobody.", "Whoever reads no mail.")
    assert more.affected == "pkg:pypi/made-up: from 1.0; before 1.2"
    assert [(file.name, file.role) for file in found.files] == [("report.json", Role.OTHER)]
    assert [(each.name, each.role) for each in found.awaited] == [("proof.py", Role.PROOF), ("fix.diff", Role.PATCH)]


def test_a_title_alone_is_a_report():
    found = whole(b'{"format": "weir.report/1", "title": "It crashes"}', "x")
    assert found.submission.description == "It crashes"


def test_a_mail_brings_its_report_its_files_and_documents():
    mail = letter(
        ("report.json", json.dumps(REPORT).encode()), ("p.py", PROOF), ("../a.sarif", SARIF), ("b.diff", b"-")
    )
    found = whole(mail, "letter.eml")
    assert found.submission.title == REPORT["title"]
    assert found.submission.description.endswith("## From the mail\n\nA length is trusted.")
    names = [(file.name, file.role) for file in found.files]
    kept = [("letter.eml", Role.OTHER), ("report.json", Role.OTHER), ("p.py", Role.PROOF), ("b.diff", Role.PATCH)]
    assert names == kept
    assert [(file.name, file.data) for file in found.documents] == [("a.sarif", SARIF)]
    assert [each.name for each in found.awaited] == ["fix.diff"], "the proof is there, by its digest"


def test_a_mail_without_a_report_in_it_is_one_itself():
    found = whole(letter(("notes.txt", b"More.")), "letter.eml")
    assert (found.submission.title, found.submission.description.strip()) == (
        "Overflow in a parser",
        "A length is trusted.",
    )
    assert [file.name for file in found.files] == ["letter.eml", "notes.txt"]


def test_a_mail_with_more_than_there_is_room_for_says_so():
    found = whole(letter(*((f"{n}.bin", b"x") for n in range(MOST_FILES + 1))), "letter.eml")
    assert (len(found.files), found.troubles) == (1 + MOST_FILES, (MANY,))


def test_words_in_a_file_that_says_so_are_a_report_and_whole_ones_need_no_file():
    found = whole(b"# Overflow\n\nIn `src/a.c:12`.", "note.md")
    assert (found.submission.title, found.files) == ("Overflow", ())


def test_what_does_not_fit_is_cut_and_goes_along_whole():
    long = b"# " + b"t" * 999 + b"\n\n" + b"x" * (LIMITS["description"] + 1)
    found = whole(long, "long.txt")
    check_submission(found.submission)
    assert found.submission.description.endswith(CUT)
    assert [file.data for file in found.files] == [long]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("scan.sarif", SARIF),
        ("proof.py", PROOF),
        ("report.md", SARIF),
        ("report.md", b"PK\x03\x04zip"),
        ("report.md", b"<?xml version='1.0'?><a/>"),
        ("empty.md", b""),
        ("nothing.json", b'{"format": "weir.report/1"}'),
        ("later.json", b'{"format": "weir.report/2", "title": "x"}'),
        ("several.json", json.dumps([REPORT, REPORT]).encode()),
        ("cut.json", json.dumps(REPORT).encode()[:-1]),
        ("silent.eml", b"From: a@b.example\nTo: c@d.example\nDate: x\n\n"),
        ("long.md", b"x" * (LARGEST + 1)),
    ],
)
def test_anything_else_is_a_document_whatever_it_calls_itself(name, data):
    assert whole(data, name) is None


@given(st.binary(max_size=400), st.sampled_from(["a.md", "a.eml", "a.json", ""]))
def test_whatever_comes_is_a_report_that_can_be_kept_or_none(data, name):
    found = whole(data, name)
    if found:
        check_submission(found.submission)


@given(st.recursive(st.none() | st.text(max_size=9) | st.integers(), lambda inner: st.lists(inner, max_size=3)))
def test_whatever_stands_in_its_parts_costs_that_part_only(odd):
    said = dict.fromkeys(REPORT, odd) | {"format": "weir.report/1", "title": "It crashes"}
    found = whole(json.dumps(said).encode(), "r.json")
    check_submission(found.submission)
    assert found.submission.title == "It crashes"


PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)


@given(
    st.lists(st.tuples(st.text(PRINTABLE, max_size=20), st.binary(max_size=50)), max_size=4),
    st.text(PRINTABLE, max_size=50),
)
def test_a_mail_keeps_all_that_came_along(attached, words):
    found = whole(letter(*attached, words=words), "letter.eml")
    assert len(found.files) + len(found.documents) == 1 + len([data for _, data in attached if data])


def test_a_mail_within_a_mail_is_kept_as_a_file():
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"] = "What was said before"
    inner.set_content("The first letter, whole.")
    for field, said in (("From", "a@finder.example"), ("To", "b@weir.example"), ("Subject", "See below")):
        outer[field] = said
    outer["Date"] = "Fri, 20 Nov 2026 12:00:00 +0000"
    outer.set_content("A length is trusted.")
    outer.add_attachment(inner)
    found = whole_report(outer.as_bytes(), "letter.eml", "mail")
    assert found is not None
    itself, kept = found.files
    assert (itself.name, kept.name) == ("letter.eml", "attachment")
    assert b"The first letter, whole." in kept.data
    assert b"Subject: What was said before" in kept.data
