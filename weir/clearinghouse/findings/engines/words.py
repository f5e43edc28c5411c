# SPDX-License-Identifier: Apache-2.0
"""Records taken apart: words, names in code, versions, links, packages, each as a bag.

Identifiers are hidden here, always: who shares one is joined by the exact keys, and a score that leaned on them would
say nothing about records that have none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from weir.clearinghouse.findings.engines.bags import (
    LEAST,
    Bag,
    Numbers,
    among,
    bag_of,
    distinct,
    divided,
    entries,
    listed,
    rarity,
)
from weir.clearinghouse.findings.engines.records import Record

LONGEST = 2400  # characters of a description: what it is about stands at its beginning
COMMON = 0.12  # a word that more of the records have says nothing
NONE = -1

YEARLY = re.compile(rb"[12](?<!\w[12])(?:(?<=1)9|(?<=2)0)\d\d[-_:]\d{4,}\b")  # by its first letter, which is quick
GHSA = re.compile(rb"[gG][hH][sS][aA](?:[-_][0-9a-zA-Z]{4}){3}")
HIDDEN_LINK = re.compile(r"(?:cve|pysec|rustsec|osv|go)[-_](?:19|20)\d\d[-_]\d+|ghsa(?:-[0-9a-z]{4}){3}|\(hidden\)")
CODE = re.compile(rb"[A-Za-z]_[A-Za-z]|[a-z][A-Z]|::|[A-Za-z]\.[A-Za-z]{2}|[A-Za-z]\d|\d[A-Za-z]|[A-Za-z]/[A-Za-z]")
VERSION = re.compile(rb"v?(\d+(?:\.\d+)+)")
COMMIT = re.compile(r"(?<![0-9a-f])[0-9a-f]{12,64}(?![0-9a-f])")

_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/-\x00") | set(range(128, 256))
WORDS_ONLY = bytes(byte if byte in _WORD else 32 for byte in range(256))
PIECES_ONLY = bytes(byte if byte in _WORD - frozenset(b".:/-") else 32 for byte in range(256))

EVERYWHERE = frozenset(
    b"""
    a an and any are as at be been before being but by can cause caused causing could do does due for from had has have
    how if in into is it its may might more no not of on or other over so some such than that the their them then there
    these this those through to under up use used user users using via was were when where which while who will with
    within without would you your affected affect affects allow allowed allowing allows attack attacker attackers bug
    code crafted earlier fix fixed fixes impact issue issues later lead leading malicious patch patched prior release
    remote result security update upgrade version versions vulnerability vulnerable vulnerabilities http https www com
    org html cve ghsa pysec rustsec osv
    """.split()
)


class Corpus(NamedTuple):
    """All records, taken apart. The bags of words share one vocabulary: a name can be looked for in a text."""

    total: int
    title: Bag  # without the names of the record's own packages
    text: Bag  # the same of title and description
    said: Bag  # with them
    name: Bag
    code: Bag
    versions: Bag
    package: Bag
    link: Bag
    home: Bag
    fixed: Bag
    introduced: Bag
    weakness: Bag
    day: Numbers
    catalogue: Numbers
    ecosystem: Numbers
    severity: Numbers
    titled: Numbers  # equal where titles are the same letter by letter
    written: Numbers
    same_title: Numbers  # equal where they are the same but for the names of packages, versions and filling words
    same_text: Numbers
    same_links: Numbers  # equal where they point to the same set of pages, and to one at least


class Spoken(NamedTuple):
    """Runs of characters as they were written, numbered: `tokens` in order, each with the text that it stands in."""

    owners: Numbers
    tokens: Numbers
    written: list[bytes]
    spelled: list[bytes]


def corpus_of(records: Sequence[Record]) -> Corpus:
    """Take records apart, once for each; all that follows are arrays."""
    total = len(records)
    names = [_spellings(each.packages) for each in records]
    bodies = [" ".join((each.text[:LONGEST], *each.symbols)) for each in records]
    spoken = spoken_in([*(each.title for each in records), *bodies, *names])
    links = _links(records)
    part, owner = np.divmod(spoken.owners, max(total, 1))
    starts, pieces, numbered = _pieces_of(spoken.written)
    words = len(numbered)
    places, piece = entries(starts, pieces, spoken.tokens)
    part_of_piece, owner_of_piece = part[places], owner[places]
    named = part_of_piece == 2
    name = bag_of(owner_of_piece[named], piece[named], total, np.zeros(words))
    own = np.repeat(np.arange(total), name.lengths) * words + name.terms
    keys = owner_of_piece * words + piece
    said = distinct(keys[~named])
    holders = np.bincount(said % max(words, 1), minlength=words)
    worth = rarity(holders, total)
    said = said[((holders <= COMMON * max(total, LEAST)) & ~_digits(numbered))[said % max(words, 1)]]
    titles = distinct(keys[part_of_piece == 0])
    title = bag_of(*divided(titles[~among(titles, own)], words), total, worth)
    text = bag_of(*divided(said[~among(said, own)], words), total, worth)
    link = listed(links)
    return Corpus(
        total=total,
        title=title,
        text=text,
        said=bag_of(*divided(said, words), total, worth),
        name=bag_of(*divided(own, words), total, worth),
        code=_marked(spoken, owner, part, [bool(CODE.search(each)) for each in spoken.written], total),
        versions=listed(_versions(records, spoken, owner, part)),
        package=listed([each.packages for each in records]),
        link=link,
        home=listed([_homes(each) for each in links]),
        fixed=listed([each.fixed for each in records]),
        introduced=listed([each.introduced for each in records]),
        weakness=listed([each.weaknesses for each in records]),
        day=np.fromiter((each.day for each in records), np.int64, total),
        catalogue=_numbered([each.catalogue for each in records]),
        ecosystem=_numbered([next(iter(each.packages), "").partition("/")[0] for each in records]),
        severity=_numbered([each.severity for each in records]),
        titled=_numbered(spoken.spelled[:total]),
        written=_numbered(spoken.spelled[total : 2 * total]),
        same_title=_alike(title),
        same_text=_alike(text),
        same_links=_alike(link),
    )


def spoken_in(texts: Sequence[str]) -> Spoken:
    """All texts in one go: what is done for each character is done by the C of bytes."""
    blob = "\x00".join(text.replace("\x00", " ") for text in texts).encode("utf-8", "replace")
    parts = GHSA.sub(b" ", YEARLY.sub(b" ", blob)).translate(WORDS_ONLY).split(b"\x00")
    lists = [part.split() for part in parts]
    lengths = np.fromiter(map(len, lists), np.int64, len(lists))
    numbers: defaultdict[bytes, int] = defaultdict(count().__next__)
    tokens = np.fromiter(map(numbers.__getitem__, chain.from_iterable(lists)), np.int64, int(lengths.sum()))
    spelled = [b" ".join(words).lower() for words in lists]
    return Spoken(np.repeat(np.arange(len(lists)), lengths), tokens, list(numbers), spelled)


def _pieces_of(written: Sequence[bytes]) -> tuple[Numbers, Numbers, list[bytes]]:
    """For each run of characters the plain words in it, numbered: `a.b_c/d` has a, b_c and d."""
    runs = b"\x00".join(written).lower().translate(PIECES_ONLY).split(b"\x00") if len(written) else []
    lists = [run.split() for run in runs]
    raw: defaultdict[bytes, int] = defaultdict(count().__next__)
    found = np.fromiter(map(raw.__getitem__, chain.from_iterable(lists)), np.int64)
    numbers: defaultdict[bytes, int] = defaultdict(count().__next__)
    plain = np.fromiter((numbers[_plain(word)] if _tells(word) else NONE for word in raw), np.int64, len(raw))
    pieces = plain[found]
    told = np.concatenate(([0], np.cumsum(pieces != NONE)))
    ends = np.concatenate(([0], np.cumsum(np.fromiter(map(len, lists), np.int64, len(lists)))))
    return told[ends], pieces[pieces != NONE], list(numbers)


def _tells(word: bytes) -> bool:
    return len(word) > 1 and word not in EVERYWHERE


def _plain(word: bytes) -> bytes:
    return word[:-1] if len(word) > 4 and word.endswith(b"s") and not word.endswith(b"ss") else word


def _digits(words: Sequence[bytes]) -> NDArray[np.bool_]:
    """Numbers are compared as versions, not as words."""
    return np.fromiter((word.isdigit() for word in words), bool, len(words))


def _spellings(packages: Iterable[str]) -> str:
    """A package's name as it stands in addresses, in code and in sentences."""
    return " ".join(f"{each} {each.replace('-', '_')} {each.replace('-', '')}" for each in packages)


def _alike(bag: Bag) -> Numbers:
    """Equal numbers for records that have equal terms."""
    mixed = np.random.default_rng(0).integers(1, 1 << 62, len(bag.worth), np.int64)
    sums = np.concatenate(([0], np.cumsum(mixed[bag.terms])))  # may wrap around, which keeps equal what is equal
    values = sums[bag.starts[1:]] - sums[bag.starts[:-1]]
    return np.where(bag.lengths > 0, np.unique(values, return_inverse=True)[1], NONE).astype(np.int64)


def _homes(links: Iterable[str]) -> list[str]:
    """The repositories that links lie in: host and two names."""
    parts = (link.split("/", 3) for link in links)
    return ["/".join(each[:3]) for each in parts if len(each) > 2 and "." in each[0]]


def _marked(spoken: Spoken, owner: Numbers, part: Numbers, marked: list[bool], total: int) -> Bag:
    """Runs of a kind, in titles and texts, as they are written but for case and the full stop of a sentence."""
    chosen = np.asarray(marked, bool)
    numbers: defaultdict[bytes, int] = defaultdict(count().__next__)
    spelling = np.full(len(marked), NONE, np.int64)
    for place in np.flatnonzero(chosen):
        spelling[place] = numbers[spoken.written[place].strip(b"._:/-").lower()]
    said = (part < 2) & chosen[spoken.tokens]
    return bag_of(owner[said], spelling[spoken.tokens[said]], total)


def _versions(records: Sequence[Record], spoken: Spoken, owner: Numbers, part: Numbers) -> list[dict[str, None]]:
    """Versions that a record names, be it in its fields or in its text."""
    named = [dict.fromkeys(version.lower().removeprefix("v") for version in each.fixed) for each in records]
    matches = [VERSION.match(run) for run in spoken.written]
    version = np.fromiter((match is not None for match in matches), bool, len(matches))
    said = np.flatnonzero((part < 2) & version[spoken.tokens])
    for who, token in zip(owner[said].tolist(), spoken.tokens[said].tolist(), strict=True):
        match = matches[token]
        if match is not None:
            named[who][match[1].decode("ascii")] = None
    return named


def _links(records: Sequence[Record]) -> list[list[str]]:
    known: dict[str, list[str]] = {}
    for link in {link for each in records for link in each.links}:
        known[link] = places_of(link)
    return [list(chain.from_iterable(known[link] for link in each.links)) for each in records]


def places_of(link: str) -> list[str]:
    """What a link points to, in one spelling, and the commit that it names. Nothing, where an identifier is all that
    leads there.
    """
    bare = link.strip().lower().partition("://")[2] or link.strip().lower()
    bare = HIDDEN_LINK.sub("*", bare.partition("#")[0].removeprefix("www.")).rstrip("/").removesuffix(".git")
    if not bare or bare.endswith(("*", "*.html")):
        return []
    commit = COMMIT.search(bare)
    return [bare, f"commit {commit[0][:12]}"] if commit else [bare]


def _numbered(values: Iterable[str | bytes]) -> Numbers:
    """Equal values get equal numbers; the empty one none."""
    numbers: defaultdict[str | bytes, int] = defaultdict(count().__next__)
    return np.fromiter((numbers[value] if value else NONE for value in values), np.int64)
