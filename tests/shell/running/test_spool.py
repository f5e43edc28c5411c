# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worlds.stalling import head
from weir.shell import bodies
from weir.shell.running.doorkeeper import Arrival
from weir.shell.running.spool import Spool

DOCUMENT = "/api/v1/documents?name=a"
WITH_A_TOKEN = "Authorization: Bearer x"


def lies_on_the_disk(spool: Spool) -> bytes:
    handle = spool._file.fileno()
    return os.pread(handle, 10**6, 0)


@given(st.lists(st.binary(max_size=300), max_size=10))
def test_what_is_put_in_comes_out_and_cannot_be_read_meanwhile(tmp_path_factory, pieces):
    folder = tmp_path_factory.getbasetemp()
    spool, data = Spool(folder), b"".join(pieces)
    for piece in pieces:
        spool.add(piece)
    assert spool.size == len(data)
    assert len(data) < 8 or data not in lies_on_the_disk(spool)
    assert b"".join(spool.pieces()) == data
    spool.close()


def test_it_has_no_name_and_each_has_a_key_of_its_own(tmp_path):
    one, other = Spool(tmp_path), Spool(tmp_path)
    for spool in (one, other):
        spool.add(b"the same words in both")
    assert lies_on_the_disk(one) != lies_on_the_disk(other)
    assert list(tmp_path.iterdir()) == []
    one.close()
    other.close()


@given(st.binary(min_size=1001, max_size=3000), st.binary(max_size=50), st.lists(st.integers(0, 3500), max_size=20))
def test_a_large_document_is_the_same_in_whatever_pieces_it_comes_and_takes_no_memory(body, more, cuts):
    begin = head(len(body), WITH_A_TOKEN, path=DOCUMENT)
    sent = begin + body + more
    arrival, places = Arrival(0.0, 1000), sorted({min(cut, len(sent)) for cut in cuts} | {0, len(sent)})
    complete = [arrival.add(sent[one:other], 1.0) for one, other in pairwise(places)]
    assert complete == [place >= len(begin + body) for place in places[1:]]
    assert b"".join(arrival.pieces()) == begin + body
    assert (arrival.spilt, len(arrival.data)) == (len(body), len(begin) + len(more))
    assert bytes(arrival.data[arrival.end :]) == more
    arrival.close()


@pytest.mark.parametrize(
    ("method", "path", "named", "large"),
    [
        ("POST", DOCUMENT, True, True),
        ("POST", "/documents/new/", True, True),
        ("POST", DOCUMENT, False, False),
        ("GET", DOCUMENT, True, False),
        ("POST", "/api/v1/documents/", True, False),
        ("POST", "/api/v1/intake/send-document", True, False),
        ("POST", "/report/?next=/documents/new/", True, False),
    ],
)
def test_only_a_document_of_somebody_with_a_name_may_be_large(settings, method, path, named, large):
    usual = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert (bodies.largest_body(method, path, named=named) > usual) is large


def test_a_large_body_for_any_other_address_is_refused_by_its_head():
    arrival = Arrival(0.0, 1000)
    assert arrival.add(head(10**9, WITH_A_TOKEN), 1.0)
    assert (arrival.spool, arrival.whole) == (None, False)
