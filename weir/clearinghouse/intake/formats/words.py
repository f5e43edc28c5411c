# SPDX-License-Identifier: Apache-2.0
"""Plain text and Markdown, as people write: one item, and in it whatever can be told without guessing.

Ids, packages and places are mentions: a text may name a CVE to say that it is another one. This reader takes what no
other does, and says of binaries, XML and unknown JSON that they were not read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from weir.clearinghouse.intake.formats import FORMATS, knows, written_as
from weir.clearinghouse.intake.formats.documents import all_of, first_line, unique
from weir.clearinghouse.intake.formats.packages import of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds
from weir.clearinghouse.intake.formats.stacks import first_stack, place_of
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place, Trouble

MOST = 4 * 1024 * 1024
MOST_MENTIONS = 500
EMPTY = "There is nothing in it. Say in your own words what is wrong."
LONGEST_TITLE = 300
LONGEST_TOKEN = 1_000
BINARIES = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\x00": "an xz archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"%PDF-": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
}
_CODE = (
    "asm c cc cpp cs cxx dart erl ex exs f90 go groovy h hh hpp hs html java jl js jsx json kt kts lua m mjs "
    "ml mm nim php pl pm proto py pyx r rb rs s scala sh sol sql swift tcl toml ts tsx vb vue xml yaml yml zig"
)
ENDINGS = frozenset(_CODE.split())
_IDS = re.compile(r"\b(?:CVE-\d{4}-\d{4,19}|GHSA(?:-[2-9cfghjmpqrvwx]{4}){3})\b", re.IGNORECASE)
_WEAKNESS = re.compile(r"\bCWE-[1-9]\d{0,4}\b", re.IGNORECASE)
_VECTOR = re.compile(r"\bCVSS:[34]\.\d(?:/[A-Z]{1,3}:[A-Z]{1,5}){4,40}")
_SEVERITY = re.compile(
    r"^[ \t>*_#-]{0,20}severity[*_]{0,3}[ \t]{0,5}:[*_ \t]{0,5}([A-Za-z]{3,20})", re.IGNORECASE | re.MULTILINE
)
_TOKENS = re.compile(r"""[^\s()\[\]{}<>"'`,;|]++""")
_JSON = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*[{\]])")


def looks_like(head: bytes, filename: str) -> bool:
    """Anything may be words, and is, unless another format knows better, those of others among them."""
    return not any(knows(each, head, filename) for name, each in FORMATS.items() if name != "words")


@written_as("words", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    data = all_of(stream)
    if isinstance(data, Trouble):
        yield data
        return
    no = _unreadable(data)
    if no:
        yield Trouble("", no)
        return
    if len(data) > MOST:
        yield Trouble("", f"Only the first {MOST // 2**20} MiB were read. Send what is longer as an attachment.")
    text, whole = text_of(data[:MOST])
    if not text.strip():
        yield Trouble("", EMPTY)
        return
    if not whole:
        yield Trouble("", "Some bytes are not UTF-8; they were read as Latin-1. Save the text as UTF-8.")
    yield item_of(text)


def _unreadable(data: bytes) -> str:
    """Why this is no text, or nothing."""
    begin = data[:512].removeprefix(codecs.BOM_UTF8).lstrip()
    kind = next((kind for magic, kind in BINARIES.items() if data.startswith(magic)), "")
    if kind or (b"\0" in data and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))):
        return f"This is {kind or 'no text'}, so it was not read. Send documents one by one and unpacked."
    if not data.strip():
        return EMPTY
    if begin.startswith((b"<?xml", b"<!DOCTYPE")) and not begin.lower().startswith(b"<!doctype html"):
        return "This is XML, which is never read here. Send the same in JSON: CycloneDX, CSAF and SARIF all have it."
    if _JSON.match(begin):
        return "This is JSON of no format that is known here. docs/formats.md lists those that are."
    return ""


def text_of(data: bytes) -> tuple[str, bool]:
    """The text, and whether every byte of it was UTF-8 (or UTF-16 that says so)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), True
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(), True
    except UnicodeDecodeError as no:
        cut_off = no.start >= len(data) - 3 and no.reason == "unexpected end of data"
        return (data[: no.start].decode(), True) if cut_off else (data.decode("latin-1"), False)


def item_of(text: str, where: str = "line 1", title: str = "") -> Item:
    """The one item of a text. A mail has its title beforehand."""
    tokens = [token.rstrip(".:!?*_") for token in _TOKENS.findall(text) if len(token) <= LONGEST_TOKEN]
    stack = first_stack(text)
    framed = [Place(frame.path, frame.line, frame.symbol) for frame in stack if frame.path]
    known = {(place.path, place.line) for place in framed}
    told = [place for place in _places(tokens) if (place.path, place.line) not in known]
    return Item(
        where=where,
        grain=Grain.CRASH if stack else Grain.WORDS,
        title=(title or title_of(text))[:LONGEST_TITLE],
        description=text,
        aliases=unique(_spelled(id) for id in _IDS.findall(text))[:MOST_MENTIONS],
        affected=_packages(tokens)[:MOST_MENTIONS],
        weaknesses=unique(id.upper() for id in _WEAKNESS.findall(text))[:MOST_MENTIONS],
        severity=_severity(text),
        references=unique(token for token in tokens if token.startswith(("https://", "http://")))[:MOST_MENTIONS],
        places=tuple(dict.fromkeys((*framed, *told)))[:MOST_MENTIONS],
        frames=tuple(frame.name for frame in stack),
    )


def title_of(text: str) -> str:
    """The first heading outside of code, else the first line that says something."""
    fenced = False
    for line in text.splitlines():
        marked = line.lstrip(" ")
        if marked.startswith(("```", "~~~")):
            fenced = not fenced
        words = marked.lstrip("#")
        if not fenced and 1 <= len(marked) - len(words) <= 6 and words[:1].isspace() and words.strip(" \t#"):
            return words.strip().rstrip("#").strip()
    return next((line.strip() for line in text.splitlines() if any(map(str.isalnum, line))), first_line(text))


def _spelled(id: str) -> str:
    """Ids are written in any case; each has one spelling."""
    return id.upper() if id[:1] in "cC" else f"GHSA{id[4:].lower()}"


def _severity(text: str) -> str:
    found = _VECTOR.search(text)
    if found:
        return found[0]
    found = _SEVERITY.search(text)
    return found[1] if found else ""


def _packages(tokens: list[str]) -> tuple[Affected, ...]:
    """One for each package, with the versions that were written after its @."""
    versions: dict[str, tuple[str, ...]] = {}
    for token in tokens:
        package, version = of_purl(token) if token.startswith("pkg:") else ("", "")
        if package:
            versions[package] = unique(versions.get(package, ()), (version,))
    return tuple(Bounds(versions=listed).of(package) for package, listed in versions.items())


def _places(tokens: list[str]) -> Iterator[Place]:
    """`src/a.c:12`, and the `#L12` of code hosts inside an address or alone."""
    for token in tokens:
        path, marked, line = token.rpartition("#L")
        if marked and _is_path(path) and line.partition("-")[0].isdigit() and len(line) < 10:
            yield Place(_in_repository(path), int(line.partition("-")[0]))
        elif "://" not in token and (place := place_of(token)) and _is_path(place[0]):
            yield Place(*place)


def _in_repository(address: str) -> str:
    """Code hosts write `https://host/owner/name/blob/revision/src/a.c`."""
    below = address.partition("://")[2].partition("/")[2]
    return below.partition("/blob/")[2].partition("/")[2] or below or address


def _is_path(path: str) -> bool:
    """A name with an ending. `localhost:80` has none, and `example.org:443` has no folder before it or is no code."""
    name = path.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    known = ending.lower() in ENDINGS
    return bool(
        stem and dot and ending.isalnum() and (known or ("/" in path and ending[0].isalpha() and len(ending) < 6))
    )
