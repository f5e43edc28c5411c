# SPDX-License-Identifier: Apache-2.0
"""The process that reads has a GiB of memory and no more: whatever comes, it ends, and what is good is kept."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import json
import lzma
import zipfile

import pytest
import zstandard

from tests.clearinghouse.intake.engines.test_apart import TASK, joined
from weir.clearinghouse.intake.engines.apart import MEMORY, read_apart, read_here
from weir.clearinghouse.intake.formats import format_of
from weir.clearinghouse.intake.rules.items import item_of

MIB = 1024 * 1024
NOUGHTS = bytes(64 * MIB)


def one_line(name, megabytes):
    """A document in one line with something very long in its midst, which is never in one piece."""
    good = {
        "sarif": '{"ruleId": "r", "message": {"text": "Tea %d"}}',
        "osv": '{"id": "X-%d", "affected": []}',
        "cyclonedx": '{"id": "X-%d", "affects": []}',
    }[name]
    begin = {
        "sarif": '{"runs": [{"tool": {"driver": {"name": "x"}}, "results": [',
        "osv": "[",
        "cyclonedx": '{"bomFormat": "CycloneDX", "vulnerabilities": [',
    }[name]
    end = {"sarif": "]}]}", "osv": "]", "cyclonedx": "]}"}[name]
    long = good.partition('"')[0] + '"id": "'

    def chunks():
        yield f"{begin}{good % 1}, {long}".encode()
        yield from itertools.repeat(b"x" * MIB, megabytes)
        yield f'"}}, {good % 2}, {good % 3}{end}'.encode()

    return chunks


def told(name, chunks, read=read_here):
    found = joined(read(chunks, TASK._replace(format=name)))
    return [item_of(each.words).title for each in found.items], [one.what for one in found.troubles]


def expect_the_good_ones(name, megabytes):
    titles, (trouble,) = told(name, one_line(name, megabytes), read_apart)
    assert [title[-1] for title in titles] == ["1", "2", "3"]
    assert "longer than" in trouble


@pytest.mark.parametrize("name", ["sarif", "osv", "cyclonedx"])
def test_a_long_line_costs_itself(name):
    assert MEMORY == 1024 * MIB
    expect_the_good_ones(name, 48)


@pytest.mark.prove
@pytest.mark.parametrize("name", ["sarif", "osv", "cyclonedx"])
def test_a_line_of_two_gigabytes_costs_itself(name):
    expect_the_good_ones(name, 2048)


@pytest.mark.prove
@pytest.mark.parametrize("name", ["words", "mail"])
def test_two_gigabytes_of_words_are_not_read(name):
    titles, (trouble,) = told(name, lambda: itertools.repeat(b"x" * MIB, 2048), read_apart)
    assert not titles
    assert "longer than 32 MiB" in trouble


def zipped():
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.sarif", NOUGHTS)
    return into.getvalue()


PACKED = {
    "gzip": lambda: gzip.compress(NOUGHTS),
    "zip": zipped,
    "zstd": lambda: zstandard.compress(NOUGHTS),
    "xz": lambda: lzma.compress(NOUGHTS, preset=0),
    "bzip2": lambda: bz2.compress(NOUGHTS),
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("name", ["report.sarif", "report.json", "a.eml", "bom.xml"])
def test_nothing_is_unpacked_whatever_it_is_called(kind, name):
    data = PACKED[kind]()
    assert len(data) < MIB
    found = format_of(io.BytesIO(data), name)
    assert found is not None
    titles, (trouble,) = told(found.name, lambda: iter([data]))
    assert not titles
    assert f"{kind} archive, so it was not read. Send documents one by one and unpacked." in trouble


def test_an_attachment_is_not_unpacked():
    mail = b"From: a@b.example\nTo: c@d.example\nSubject: Tea\nContent-Type: multipart/mixed; boundary=b\n\n"
    body = (
        b"--b\n\nThe lid opens itself.\n--b\nContent-Type: application/sarif+json; name=a.sarif\n\n" + zipped()[:3_000]
    )
    titles, troubles = told("mail", lambda: iter([mail + body + b"\n--b--\n"]))
    assert titles == ["Tea"]
    assert "was not read" in troubles[0]


LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE bom [<!ENTITY a0 "ha">{}]>
<bom xmlns="http://cyclonedx.org/schema/bom/1.5">&a9;</bom>
""".format("".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)))


@pytest.mark.parametrize("name", ["bom.xml", "bom.json", "words.md"])
def test_no_entity_is_looked_up(name):
    found = format_of(io.BytesIO(LAUGHS.encode()), name)
    assert found is not None
    titles, (trouble,) = told(found.name, lambda: iter([LAUGHS.encode()]))
    assert not titles
    assert "XML" in trouble


def test_deep_nesting_is_told():
    for depth in (99, 101, 900, 100_000):
        deep = "[" * depth + "]" * depth
        titles, troubles = told("osv", lambda deep=deep: iter([f'[{{"id": "X-1", "affected": {deep}}}]'.encode()]))
        assert titles == ["X-1"] or troubles
    titles, troubles = told("osv", lambda: iter([json.dumps([{"id": "X-1", "affected": []}]).encode()]))
    assert (titles, troubles) == (["X-1"], [])
