# SPDX-License-Identifier: Apache-2.0
"""A file comes through any door: it is decided in one place what becomes of it."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearinghouse.intake.engines.test_whole import PROOF, REPORT, SARIF, letter
from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.models import AttachmentRow, DocumentRow, FileRow, ReportRow
from weir.clearinghouse.intake.rules.names import plain_name
from weir.clearinghouse.intake.terms import Role, TooManyFiles
from weir.clearinghouse.intake.terms.documents import DocumentId, DocumentState
from weir.clearinghouse.intake.terms.sending import NothingSent, SpentToday
from weir.clearinghouse.intake.verbs import attaching, send_document
from weir.clearinghouse.intake.verbs.documents import LONGEST_NAME
from weir.clearinghouse.intake.verbs.sending import NAMELESS, take
from weir.foundation.actor import SYSTEM
from weir.foundation.ledger.models import EntryRow
from weir.foundation.store.blobs import discard, receive
from weir.foundation.store.reads import blobs_folder
from weir.foundation.store.terms import TooLarge
from weir.foundation.transactions import reading
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases


def taken(house, data, name="scan.sarif", actor=None):
    return take(actor or house.finder, receive([data], limit=10**9), name, now=house.now).outcome


def counts(*rows):
    """As the house sees them: row security shows them to nobody else."""
    with reading(SYSTEM):
        return [row.objects.count() for row in rows]


def incoming():
    return set((blobs_folder() / "incoming").glob("*"))


def test_what_a_tool_wrote_is_a_document(house):
    sent = taken(house, SARIF)
    assert (sent.kind, sent.id, sent.size) == ("document", DocumentRow.objects.get().number, len(SARIF))
    assert not ReportRow.objects.exists()


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_report_is_one_with_its_files_and_the_same_again_is_the_same(open_house):
    house, before = open_house, incoming()
    mail = letter(("report.json", json.dumps(REPORT).encode()), ("proof.py", PROOF), ("a.sarif", SARIF))
    sent = taken(house, mail, "letter.eml")
    found, course = reads.read_report(house.finder, sent.id), reads.read_course(house.finder, sent.id)
    assert found.submission.title == REPORT["title"]
    assert {(file.name, file.role) for file in course.attachments} >= {("proof.py", Role.PROOF)}
    assert sent.attached == ("letter.eml", "report.json", "proof.py")
    assert [reads.read_document(house.finder, each).name for each in sent.documents] == ["a.sarif"]
    again = taken(house, mail, "another name.eml")
    assert (again.id, again.again, again.attached) == (sent.id, True, ())
    assert counts(ReportRow, AttachmentRow, DocumentRow) == [1, 3, 1]
    assert incoming() == before, "what became a report is needed no more"


def test_the_same_words_from_another_are_another_report(house):
    sent = [taken(house, b"# Overflow", "a.md", actor) for actor in (house.finder, house.outsider)]
    assert len({each.id for each in sent}) == 2
    with pytest.raises(Missing):
        reads.read_report(house.outsider, sent[0].id)


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_all_of_it_stands_or_falls_together(open_house, monkeypatch):
    monkeypatch.setattr(attaching, "MOST_FILES", 1)
    received = receive([letter(("one.bin", b"1"), ("two.bin", b"2"))], limit=10**9)
    with pytest.raises(TooManyFiles):
        take(open_house.finder, received, "letter.eml", now=open_house.now)
    discard(received)
    assert counts(ReportRow, AttachmentRow, FileRow) == [0, 0, 0]
    assert not EntryRow.objects.filter(kind__startswith="intake.").exists()


def test_text_and_base64_come_by_the_verb(house):
    words = send_document(house.finder, "note.md", text="# Overflow\n\nA length is trusted.", now=house.now)
    scan = send_document(house.finder, "../scan.sarif", base64=b64encode(SARIF).decode(), now=house.now)
    assert (words.kind, scan.kind) == ("report", "document")
    assert reads.read_document(house.finder, DocumentId(scan.id)).name == "scan.sarif"
    own = [kind for kind in house.kinds() if kind.startswith("intake.")]
    assert own[-2:] == ["intake.receive_document", "intake.send_document"]


@pytest.mark.parametrize("given_", [{}, {"text": "a", "base64": "QQ=="}, {"base64": "no base64!"}])
def test_nothing_and_both_are_said(house, given_):
    before = incoming()
    with pytest.raises(NothingSent):
        send_document(house.finder, "a", **given_, now=house.now)
    assert incoming() == before


def test_a_scope_is_asked_for_the_one_name(house):
    agent = replace(house.finder, scopes=frozenset({"intake.send_document"}))
    for name, text in (("note.md", "# Overflow"), ("scan.sarif", SARIF.decode())):
        assert send_document(agent, name, text=text, now=house.now).id
    with pytest.raises(Refused):
        send_document(replace(agent, scopes=frozenset({"intake.receive_report"})), "a.md", text="x", now=house.now)
    with pytest.raises(Refused):
        send_document(house.nobody, "a.md", text="x", now=house.now)


def test_what_is_larger_than_a_document_may_be_leaves_nothing(house, settings):
    settings.DOCUMENT_BYTES, before = 10, incoming()
    with pytest.raises(TooLarge):
        send_document(house.finder, "a.md", text="x" * 11, now=house.now)
    assert incoming() == before


def test_a_day_has_so_many_bytes_for_a_finder_with_all_their_agents(house, settings):
    settings.FINDER_BYTES = len(SARIF) + 1
    agent = replace(house.finder, id="A-2026-AGENT-T", owner=house.finder.id)
    taken(house, SARIF)
    taken(house, b"# Overflow", "a.md", agent)
    for actor in (house.finder, agent):
        with pytest.raises(SpentToday) as told:
            send_document(actor, "b.md", text="# Another", now=house.now)
        assert dict(told.value.headers) == {"Retry-After": str(12 * 3600)}
    taken(house, SARIF, actor=house.outsider)
    house.later(hours=12)
    taken(house, b"# Another", "b.md")
    assert FileRow.objects.filter(finder=house.finder.id).count() == 1, "a day that is over is forgotten"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\night.sarif", "night.sarif"),
        ("a\nb\x1b[31m.sarif", "a_b_[31m.sarif"),
        ("invoice\u202efdp.exe", "invoice_fdp.exe"),
        ("..", ".."),
        ("x/", "document"),
        ("", "document"),
        ("a" * 400 + ".sarif", "a" * 294 + ".sarif"),
    ],
)
def test_a_name_is_a_name_without_folders(name, kept):
    assert plain_name(name, LONGEST_NAME, NAMELESS) == kept


@given(st.text())
def test_whatever_it_is_called_it_can_be_kept(name):
    kept = plain_name(name, LONGEST_NAME, NAMELESS)
    assert 0 < len(kept) <= 300
    assert kept.isprintable()
    assert "/" not in kept
    assert "\\" not in kept


def test_what_nobody_can_read_is_kept_and_said(house):
    from weir.clearinghouse.intake.jobs import documents as job

    sent = taken(house, b"PK\x03\x04" + bytes(100), "scan.sarif")
    job.read_items(sent.id, key="", now=house.now)
    found = reads.read_document(house.finder, sent.id)
    assert found.state in (DocumentState.READ, DocumentState.UNKNOWN)
    assert (found.added, found.troubles) == (0, 1)
    assert "zip archive" in found.first_troubles[0].what
