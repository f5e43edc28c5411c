# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import connection

from weir.clearinghouse.intake import reads
from weir.clearinghouse.intake.formats import FORMATS
from weir.clearinghouse.intake.jobs import documents as job
from weir.clearinghouse.intake.models import DocumentRow, ItemKeyRow, ItemRow, TroubleRow
from weir.clearinghouse.intake.reads.documents import unread, unread_documents
from weir.clearinghouse.intake.terms.documents import Batch, DocumentId, DocumentState, NamelessDocument, ReadElsewhere
from weir.clearinghouse.intake.verbs import receive_document, record_items
from weir.foundation.actor import SYSTEM
from weir.foundation.jobs.jobs import DUE, JOBS
from weir.foundation.ledger.models import EntryRow
from weir.foundation.store.blobs import receive
from weir.foundation.store.models import BlobRow
from weir.foundation.transactions import reading
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases


def sarif(*messages, tail=b""):
    results = [
        {
            "ruleId": "overflow",
            "message": {"text": message},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": f"src/{message}.c"}}}],
        }
        if isinstance(message, str)
        else message
        for message in messages
    ]
    return json.dumps({"runs": [{"tool": {"driver": {"name": "MadeUp"}}, "results": results}]}).encode() + tail


def send(house, data, actor=None, name="scan.sarif"):
    received = receive([data], limit=10**9)
    return receive_document(actor or house.finder, received, name, now=house.now)


def read(house, document):
    job.read_items(document, key="", now=house.now)
    return reads.read_document(house.coordinator, document)


def titles(document):
    with reading(SYSTEM):
        return [kept.item.description for _, kept in reads.items_of(document)]


def test_a_document_is_receipted_at_once_and_read_later(house):
    sent = send(house, sarif("one", "two"))
    assert reads.read_document(house.finder, sent.id).state is DocumentState.RECEIVED
    assert [due.id for due in unread_documents(house.now)] == [sent.id]
    found = read(house, sent.id)
    assert (found.state, found.format, found.added, found.known, found.troubles) == ("read", "sarif", 2, 0, 0)
    assert (found.name, found.digest, found.size) == ("scan.sarif", sent.digest, sent.size)
    assert titles(sent.id) == ["one", "two"]
    assert list(unread_documents(house.now)) == []


def test_what_another_package_reads_is_read_in_a_process_of_its_own(house, monkeypatch):
    monkeypatch.setattr(job, "format_of", lambda *_: FORMATS["sarif"]._replace(by="somebody 1.0"))
    monkeypatch.setattr(job, "read_here", None)
    assert read(house, send(house, sarif("one", "two")).id).added == 2


def test_the_worker_finds_what_is_to_be_read(house):
    sent = send(house, sarif("one"))
    due = DUE["intake.documents"]
    for each in due.source(house.now):
        JOBS[due.job](each.id, key="", now=house.now)
    assert reads.read_document(house.finder, sent.id).state is DocumentState.READ


def test_it_lies_sealed_and_no_column_confirms_a_guess(house):
    sent = send(house, sarif("unmistakable"))
    read(house, sent.id)
    rows = [*DocumentRow.objects.values(), *ItemRow.objects.values(), *ItemKeyRow.objects.values("key", "item", "kind")]
    kept = b"".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row.values())
    assert b"unmistakable" not in kept
    assert b"scan.sarif" not in kept
    assert bytes.fromhex(sent.digest) not in kept
    assert sent.digest.encode() not in kept


def test_the_same_bytes_again_are_the_same_document(house):
    sent = send(house, sarif("one", "two"))
    read(house, sent.id)
    again = send(house, sarif("one", "two"), name="another name")
    assert (again.id, again.again, again.digest) == (sent.id, True, sent.digest)
    assert (DocumentRow.objects.count(), ItemRow.objects.count(), BlobRow.objects.count()) == (1, 2, 1)


def test_an_item_that_its_sender_sent_before_is_known(house):
    read(house, send(house, sarif("one", "two")).id)
    second = send(house, sarif("two", "three", "two"))
    found = read(house, second.id)
    assert (found.added, found.known) == (1, 2)
    assert titles(second.id) == ["three"]


def test_what_another_sent_is_not_known_and_not_told(house):
    first, second = send(house, sarif("one")), send(house, sarif("one"), actor=house.outsider)
    assert second.again is False
    assert [read(house, each.id).added for each in (first, second)] == [1, 1]
    for actor, of_another in ((house.finder, second.id), (house.outsider, first.id)):
        with pytest.raises(Missing):
            reads.read_document(actor, of_another)
    assert [line.id for line in reads.list_documents(house.finder).lines] == [first.id]
    assert list(reads.shared_keys()) == []


def test_items_of_one_cause_share_an_exact_key(house):
    code = {"versionControlProvenance": [{"repositoryUri": "https://code.example/made-up"}]}
    whole = json.loads(sarif("one", "two"))
    whole["runs"][0] = {"tool": whole["runs"][0]["tool"]} | code | {"results": whole["runs"][0]["results"]}
    for actor, tool in ((house.finder, "A"), (house.outsider, "B")):
        whole["runs"][0]["tool"]["driver"]["name"] = tool
        read(house, send(house, json.dumps(whole).encode(), actor=actor).id)
    assert sorted(len(items) for _, items in reads.shared_keys()) == [2, 2]


def test_what_could_not_be_read_is_shown_to_whoever_sent_it(house):
    sent = send(house, sarif("one", {"message": 7}, "two"))
    read(house, sent.id)
    found = reads.read_document(house.finder, sent.id)
    assert (found.added, found.troubles, found.read) == (2, 1, 3)
    assert [trouble.where for trouble in found.first_troubles] == ["/runs/0/results/1/message"]
    assert b"/runs/0" not in bytes(TroubleRow.objects.get().sealed)


def test_a_document_of_no_known_format_is_kept_and_says_so(house, monkeypatch):
    monkeypatch.setattr(job, "format_of", lambda *_asked: None)
    sent = send(house, sarif("one"))
    found = read(house, sent.id)
    assert (found.state, found.added, found.troubles) == (DocumentState.UNKNOWN, 0, 1)
    assert list(unread_documents(house.now)) == []


def test_an_empty_document_is_read(house):
    found = read(house, send(house, sarif()).id)
    assert (found.state, found.added) == (DocumentState.READ, 0)


@pytest.mark.parametrize("stop_after", [1, 2, 3])
def test_stopped_between_two_batches_it_goes_on_where_it_was(house, monkeypatch, stop_after):
    monkeypatch.setattr("weir.clearinghouse.intake.engines.pieces.MOST_ITEMS", 2)
    names = ["one", "two", "three", "four", "five"]
    sent = send(house, sarif(*names[:3], {"message": 7}, *names[3:]))
    batches = iter(job.batches(unread(sent.id)))
    for _ in range(stop_after):
        record_items(SYSTEM, sent.id, next(batches), now=house.now)
    assert 0 < ItemRow.objects.count() < 6
    found = read(house, sent.id)
    assert (found.state, found.added, found.troubles, found.read) == (DocumentState.READ, 5, 1, 6)
    assert titles(sent.id) == names


def test_each_batch_is_one_entry_that_commits_to_its_words(house, monkeypatch):
    monkeypatch.setattr("weir.clearinghouse.intake.engines.pieces.MOST_ITEMS", 2)
    sent = send(house, sarif("one", "two", "three"))
    read(house, sent.id)
    entries = EntryRow.objects.filter(kind="intake.record_items")
    assert [(entry.about, entry.compartment) for entry in entries] == [(sent.id, sent.id)] * 3


def test_who_reads_beside_another_lets_go(house):
    sent = send(house, sarif("one"))
    [batch, last] = job.batches(unread(sent.id))
    record_items(SYSTEM, sent.id, batch, now=house.now)
    with pytest.raises(ReadElsewhere):
        record_items(SYSTEM, sent.id, batch, now=house.now)
    record_items(SYSTEM, sent.id, last, now=house.now)
    with pytest.raises(ReadElsewhere):
        record_items(SYSTEM, sent.id, Batch(1, ()), now=house.now)
    job.read_items(sent.id, key="", now=house.now)
    assert ItemRow.objects.count() == 1


def test_a_long_document_is_read_by_another_process(house, monkeypatch):
    monkeypatch.setattr(job, "LONG", 1)
    found = read(house, send(house, sarif(*map(str, range(6000)))).id)
    assert (found.state, found.added) == (DocumentState.READ, 6000)


def test_a_document_that_was_erased_says_nothing_and_makes_way(open_house):
    sent = send(open_house, sarif("one", "two"))
    read(open_house, sent.id)
    open_house.erase(sent.id)
    [line] = reads.list_documents(open_house.finder).lines
    assert line.name == "(erased)"
    once_more = send(open_house, sarif("one", "two"))
    assert once_more.again is False
    found = read(open_house, once_more.id)
    assert (found.added, found.known) == (2, 0)
    assert sorted(titles(once_more.id)) == ["one", "two"]


def test_documents_need_a_sender_with_a_name_and_a_name(house):
    with pytest.raises(Refused):
        send(house, sarif("one"), actor=house.nobody)
    for name in ("", "x" * 301):
        with pytest.raises(NamelessDocument):
            send(house, sarif("one"), name=name)


def test_only_the_house_records_items(house):
    sent = send(house, sarif("one"))
    with pytest.raises(Refused):
        record_items(house.coordinator, sent.id, Batch(0, ()), now=house.now)


def test_ones_own_documents_are_ones_own_also_for_a_coordinator(house):
    send(house, sarif("one"))
    own = send(house, sarif("one"), actor=house.coordinator)
    assert [line.id for line in reads.list_documents(house.coordinator).lines] == [own.id]


def test_a_document_that_never_was_is_missing(house):
    with pytest.raises(Missing):
        reads.read_document(house.finder, DocumentId.mint(2026, bytes))


def test_a_document_is_shown_to_nobody_whom_it_is_not_shown_to(open_house):
    """The second wall, where there is one."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row security")
    send(open_house, sarif("one"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_document")
        assert cursor.fetchone() == (0,)


def test_a_colleague_is_a_stranger_to_it(house):
    sent = send(house, sarif("one"))
    with pytest.raises(Missing):
        reads.read_document(replace(house.finder, id="P-2026-CLLGE-T"), sent.id)
