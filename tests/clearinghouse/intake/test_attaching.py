# SPDX-License-Identifier: Apache-2.0
"""Files of a report: sealed as they come, shown by digest, and counted on the checklist."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.gates import BrokenOff, Sealing, TooManyAtOnce
from weir.clearinghouse.intake.models import AttachmentRow
from weir.clearinghouse.intake.terms import Details, NotNow, Role, TooManyFiles, UnfitFile
from weir.clearinghouse.intake.terms.sending import SpentToday
from weir.clearinghouse.intake.verbs import (
    amend_report,
    attach_file,
    attach_upload,
    attaching,
    claimant_with,
    withdraw_report,
)
from weir.foundation.store.blobs import receive
from weir.foundation.store.reads import blobs_folder, open_blob
from weir.foundation.store.terms import TooLarge
from weir.kernel.errors import Missing, Refused

PROOF = b"print('A' * 4097)\n"


@pytest.fixture
def report(house):
    return house.report().outcome.id


def attached(house, report, content=PROOF, name="proof.py", role=Role.PROOF, actor=None):
    sent = b64encode(content).decode()
    return attach_file(actor or house.finder, report, name, role, sent, now=house.now)


def incoming():
    return list((blobs_folder() / "incoming").glob("*"))


@pytest.mark.both_databases
def test_a_file_is_sealed_with_its_report_and_shown_by_its_digest(house, report):
    told = attached(house, report)
    [file] = reads.read_course(house.coordinator, report).attachments
    assert told.digest == file.digest == sha256(PROOF).hexdigest()
    assert (file.name, file.role, file.size, file.sender_sealed) == ("proof.py", Role.PROOF, len(PROOF), False)
    row = AttachmentRow.objects.get()
    assert b"".join(open_blob(report, row.blob)) == PROOF
    assert b"proof.py" not in bytes(row.sealed)
    kept = (blobs_folder() / row.blob[:2] / row.blob).read_bytes()
    assert PROOF not in kept


def test_files_of_a_day_are_bounded_by_whatever_way_they_come(house, report, settings):
    settings.FINDER_BYTES = 2 * len(PROOF)
    attached(house, report)
    attach_upload(house.finder, report, "proof.py", Role.PROOF, receive([PROOF], limit=100), now=house.now)
    for send in (
        lambda: attached(house, report),
        lambda: attach_upload(house.finder, report, "proof.py", Role.PROOF, receive([PROOF], limit=100), now=house.now),
    ):
        with pytest.raises(SpentToday):
            send()
    assert AttachmentRow.objects.count() == 2
    attached(house, house.report(actor=house.outsider).outcome.id, actor=house.outsider)
    house.later(days=1)
    attached(house, report)


def test_what_its_sender_encrypted_is_kept_as_it_is(house, report):
    sealed = b"age-encryption.org/v1\n-> X25519 abc\nxyz\n--- mac\n" + bytes(range(256))
    assert attached(house, report, sealed, "core.age", Role.OTHER).sender_sealed
    assert b"".join(open_blob(report, AttachmentRow.objects.get().blob)) == sealed


def test_files_count_toward_a_ready_finding(house, report):
    for role in (Role.PROOF, Role.PATCH, Role.TESTS):
        attached(house, report, role.encode(), f"{role}.txt", role)

    def done():
        return {step.label for step in reads.read_report(house.finder, report).checklist if step.done}

    assert {"A proof", "Tests"} <= done()
    assert "A proposed patch" not in done(), "it says not yet what it applies to"
    amend_report(house.finder, report, details=Details(base_commit="5a1b2c3"), now=house.now)
    assert "A proposed patch" in done()
    [line] = reads.list_reports(house.finder).lines
    assert line.lacks == 2


def test_only_whoever_sent_the_report_attaches(house, report):
    for other, answer in ((house.coordinator, Refused), (house.outsider, Missing), (house.nobody, Missing)):
        with pytest.raises(answer):
            attached(house, report, actor=other)
    sent = house.report(actor=house.nobody).outcome
    assert attached(house, sent.id, actor=claimant_with(sent.claim_code)).size == len(PROOF)


@pytest.mark.parametrize(("name", "content"), [("", "QQ=="), ("x" * 201, "QQ=="), ("a", "no base64!"), ("a", "")])
def test_what_is_no_file_is_said(house, report, name, content):
    with pytest.raises(UnfitFile):
        attach_file(house.finder, report, name, Role.OTHER, content, now=house.now)
    assert not AttachmentRow.objects.exists()


def test_there_is_room_for_so_many_and_none_after_the_end(house, report, monkeypatch):
    monkeypatch.setattr(attaching, "MOST_FILES", 1)
    attached(house, report)
    with pytest.raises(TooManyFiles):
        attached(house, report)
    withdraw_report(house.finder, report, now=house.now)
    with pytest.raises(NotNow):
        attached(house, report)


def test_what_came_sealed_is_kept_by_a_verb(house, report):
    received = receive([PROOF], limit=100)
    told = attach_upload(house.finder, report, "proof.py", Role.PROOF, received, now=house.now)
    assert told.digest == sha256(PROOF).hexdigest()


# As browsers send them


def pushed(handler, *pieces, whole=True):
    handler.new_file("file", "proof.py", "text/plain", None)
    for piece in pieces:
        handler.receive_data_chunk(piece, 0)
    return handler.file_complete(sum(map(len, pieces))) if whole else handler.upload_interrupted()


def test_pieces_are_sealed_as_they_come():
    handler = Sealing(10**7)
    file = pushed(handler, *([b"x" * 65_536] * 40))
    assert (file.name, file.size) == ("proof.py", 40 * 65_536)
    assert handler.take().digest == sha256(b"x" * 65_536 * 40).digest()
    handler.close()
    assert file.received.path.exists()
    file.received.path.unlink()


def test_what_is_not_taken_goes():
    before = incoming()
    handler = Sealing(100)
    pushed(handler, PROOF)
    handler.close()
    handler.close()
    assert incoming() == before
    with pytest.raises(BrokenOff):
        handler.take()


def test_what_is_too_large_or_breaks_off_leaves_nothing_and_nobody_waits():
    before = incoming()
    with pytest.raises(TooLarge):
        pushed(Sealing(100), *([b"x" * 65_536] * 40))
    handler = Sealing(10**7)
    pushed(handler, *([b"x" * 65_536] * 4), whole=False)
    handler.close()
    assert incoming() == before
    with pytest.raises(TooManyAtOnce):
        handler.new_file("file", "another", "text/plain", None)
