# SPDX-License-Identifier: Apache-2.0

import io
import time

import pytest

from tests.clearinghouse.intake.formats.reading import golden, taken
from weir.clearinghouse.intake.formats import FORMATS, Format, format_of
from weir.clearinghouse.intake.formats.words import LONGEST_TITLE, MOST
from weir.clearinghouse.intake.terms import Affected, Grain, Place

FRAMES = ("lid_open(lid*)", "boil", "__libc_start_main", "/bin/kettle+0x11")


def test_a_text_tells_what_can_be_told_without_guessing():
    (item,), troubles = golden("words.md")
    assert not troubles
    assert item.grain is Grain.CRASH
    assert item.title == "The lid opens itself"
    assert item.description.startswith("Hello,\n\n# The lid")
    assert item.aliases == ("CVE-2026-10001", "GHSA-2222-3333-4444")
    assert item.affected == (Affected("pkg:npm/%40tea/kettle", versions=("1.1", "1.2")),)
    assert item.weaknesses == ("CWE-121",)
    assert item.severity == "High"
    assert item.references == ("https://code.example/kettle/blob/main/src/boil.c#L7-L9",)
    assert item.frames == FRAMES
    assert item.places == (
        Place("/build/src/lid.c", 12, "lid_open(lid*)"),
        Place("/build/src/boil.c", 30, "boil"),
        Place("src/lid.c", 12),
        Place("src/boil.c", 7),
        Place("/asan.c", 1),
    )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n\nSteam.\nMore.", "Steam."),
        ("Hello\n## Lid ##\nx", "Lid"),
        ("```\n# no\n```\n---\nSteam", "# no"),
        ("#tag\nSteam", "#tag"),
        ("---\n***\nSteam", "Steam"),
        ("# " + "x" * 999, "x" * LONGEST_TITLE),
        ("....", "...."),
    ],
)
def test_the_title_is_the_first_heading_or_the_first_line(text, title):
    (item,), _ = taken("words", text)
    assert item.title == title


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
        ("- **Severity**: Critical", "Critical"),
        ("the severity is a matter of taste", ""),
    ],
)
def test_severity_is_kept_as_it_was_written(text, severity):
    (item,), _ = taken("words", text)
    assert item.severity == severity


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b'<?xml version="1.0"?><bom/>', "This is XML, which is never read here."),
        (b"<!DOCTYPE lolz [<!ENTITY lol 'lol'>]><lolz>&lol;</lolz>", "This is XML, which is never read here."),
        (b'{"spdxVersion": "SPDX-2.3"}', "This is JSON of no format that is known here."),
        (b"PK\x03\x04rest", "This is a zip archive, so it was not read."),
        (b"\x7fELF\x02", "This is a program, so it was not read."),
        (b"words and\0more", "This is no text, so it was not read."),
        (b" \n ", "There is nothing in it."),
    ],
)
def test_what_is_no_text_is_told_and_never_opened(data, what):
    assert format_of(io.BytesIO(data)) == FORMATS["words"]
    items, (trouble,) = taken("words", data)
    assert not items
    assert trouble.what.startswith(what)


def test_other_signs_than_utf8_are_read_and_told():
    (item,), (trouble,) = taken("words", "Böse".encode("latin-1"))
    assert (item.title, trouble.what[:30]) == ("Böse", "Some bytes are not UTF-8; they")
    (item,), troubles = taken("words", "Böse".encode("utf-16"))
    assert (item.title, troubles) == ("Böse", [])


def test_of_a_long_text_the_beginning_is_read():
    (item,), (trouble,) = taken("words", "Steam\n" + "ö" * MOST)
    assert (item.title, trouble.what[:18]) == ("Steam", "Only the first 4 M")


def test_formats_of_others_come_before_words():
    FORMATS["recipe"] = Format("recipe", lambda head, _: head.startswith(b"Take two eggs"), FORMATS["words"].read)
    try:
        found = format_of(io.BytesIO(b"Take two eggs"))
        assert found is not None
        assert found.name == "recipe"
    finally:
        del FORMATS["recipe"]


@pytest.mark.parametrize(
    "sign", ["a", "/", "#", "CVE-", "pkg:", "a.c:", "GHSA-2222", "CVSS:3.1/AV:N", "x ", "(", "severity:", "\n#", "*"]
)
def test_texts_without_end_take_no_time_without_end(sign):
    begun = time.process_time()
    taken("words", sign * (100_000 // len(sign)))
    assert time.process_time() - begun < 5
