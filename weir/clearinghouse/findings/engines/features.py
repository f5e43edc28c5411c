# SPDX-License-Identifier: Apache-2.0
"""What a pair has in common and what sets it apart: a table with a row for each pair, a column for each feature.

Each feature has words for a person, and may say which way it can only speak: +1, the more the likelier one cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from weir.clearinghouse.findings.engines.bags import Bag, Numbers, Weights, held, shared
from weir.clearinghouse.findings.engines.blocking import Candidates
from weir.clearinghouse.findings.engines.words import NONE, Corpus

Table = NDArray[np.float32]
UNKNOWN = -1.0


class Feature(NamedTuple):
    """A column: what it says when it speaks for one cause, what when it speaks against, and its direction."""

    name: str
    speaks_for: str
    speaks_against: str
    direction: int = 0


FEATURES = (
    Feature("closeness", "few other records share what these two share", "others share as much with them", 1),
    Feature("standing", "each is the closest that the other has", "another record is closer to one of them", 1),
    Feature("rival", "no other entry of its package is as close", "another entry of the same package is closer", 1),
    Feature("titled", "the titles are the same, letter by letter", "the titles are not the same, letter by letter", 1),
    Feature("written", "the descriptions are the same, letter by letter", "the descriptions are not copies", 1),
    Feature("same_title", "but for names the titles are the same", "the titles differ in more than names", 1),
    Feature("same_text", "but for names the texts are the same", "the texts differ in more than names", 1),
    Feature("title", "the titles use the same words", "the titles use other words", 1),
    Feature(
        "title_apart", "neither title has a telling word of its own", "each title has a telling word of its own", -1
    ),
    Feature("text", "the texts use the same words", "the texts use other words", 1),
    Feature("text_within", "what one says, the other says too", "each says what the other does not", 1),
    Feature("text_mass", "many telling words stand in both", "few telling words stand in both", 1),
    Feature("text_rarest", "a word that hardly any other record has stands in both", "no rare word stands in both", 1),
    Feature("text_length", "there is enough text to compare", "there is little text to compare"),
    Feature("code", "both name the same things in code", "they name few of the same things in code", 1),
    Feature("code_apart", "neither names code that the other does not", "each names code that the other does not", -1),
    Feature("link", "both point to the same pages", "they point to other pages", 1),
    Feature("link_rarest", "both point to a page that hardly any other does", "no page is pointed to by both alone", 1),
    Feature("link_within", "where one points to, the other does too", "each points where the other does not", 1),
    Feature("link_apart", "neither points where the other does not", "one points to pages that the other does not", -1),
    Feature(
        "link_union", "most pages that they point to are the same", "most pages that they point to are not the same", 1
    ),
    Feature("link_set", "they point to the same set of pages", "they do not point to the same set of pages"),
    Feature("home", "both lead to the same repository", "they lead to other repositories", 1),
    Feature("package", "both are about the same package", "they are not about the same package", 1),
    Feature("name", "the packages have like names", "the packages have other names", 1),
    Feature("name_said", "one names the other's package in its words", "neither names the other's package", 1),
    Feature("fixed", "both were fixed in the same versions", "they were not fixed in the same versions", 1),
    Feature("fixed_rarest", "they share a fixed version that few others have", "no telling version fixes both", 1),
    Feature("introduced", "both begin with the same versions", "they begin with other versions"),
    Feature("versions", "both speak of the same versions", "they speak of other versions", 1),
    Feature("weakness", "both are of the same class of weakness", "they are of other classes of weakness", 1),
    Feature("severity", "both are rated alike", "they are rated otherwise"),
    Feature("days", "they came at about the same time", "they came at other times"),
    Feature("catalogue", "they come from different catalogues", "one catalogue keeps them as two entries"),
    Feature("entries", "no catalogue keeps them apart", "one catalogue keeps two entries for this package", -1),
)
NAMES = tuple(feature.name for feature in FEATURES)


def features(corpus: Corpus, pairs: Candidates) -> Table:
    """One row for each pair."""
    table = np.empty((len(FEATURES), len(pairs.left)), np.float32)
    for row, values in zip(table, _columns(corpus, pairs), strict=True):
        row[:] = values
    return table.T


def _columns(corpus: Corpus, pairs: Candidates) -> Iterator[Weights]:
    left, right = pairs.left, pairs.right
    yield pairs.closeness
    yield pairs.standing
    yield pairs.rival
    yield _equal(corpus.titled, left, right)
    yield _equal(corpus.written, left, right)
    yield _equal(corpus.same_title, left, right)
    yield _equal(corpus.same_text, left, right)
    yield from _of_titles(corpus.title, left, right)
    yield from _of_texts(corpus.text, left, right)
    yield from _of_code(corpus.code, left, right)
    yield from _of_links(corpus.link, left, right)
    yield _of_one_set(corpus.same_links, left, right)
    yield overlap(corpus.home, left, right)
    package = shared(corpus.package, corpus.package, left, right).terms
    yield _jaccard(corpus.package, package, left, right)
    yield from _of_names(corpus, left, right)
    for versions in (*_of_fixes(corpus.fixed, left, right), *_of_versions(corpus, left, right)):
        yield np.where((package == 0) & (versions == 0), UNKNOWN, versions)
    yield overlap(corpus.weakness, left, right)
    yield _equal(corpus.severity, left, right)
    yield _days(corpus.day, left, right)
    same_list = _equal(corpus.catalogue, left, right)
    yield same_list
    yield np.where(same_list == 1.0, package > 0, 0.0)


def _of_titles(bag: Bag, left: Numbers, right: Numbers) -> Iterator[Weights]:
    both = shared(bag, bag, left, right).mass
    one, other = bag.mass[left], bag.mass[right]
    yield _ratio(both, np.sqrt(one * other))
    yield np.where(np.minimum(one, other) > 0, np.minimum(one, other) - both, UNKNOWN)


def _of_texts(bag: Bag, left: Numbers, right: Numbers) -> Iterator[Weights]:
    both = shared(bag, bag, left, right)
    one, other = bag.mass[left], bag.mass[right]
    yield _ratio(both.mass, np.sqrt(one * other))
    yield _ratio(both.mass, np.minimum(one, other))
    yield both.mass
    yield both.best
    yield np.minimum(one, other)


def _of_code(bag: Bag, left: Numbers, right: Numbers) -> Iterator[Weights]:
    both = shared(bag, bag, left, right).mass
    least = np.minimum(bag.mass[left], bag.mass[right])
    yield np.where(least > 0, both, UNKNOWN)
    yield np.where(least > 0, least - both, UNKNOWN)


def _of_links(bag: Bag, left: Numbers, right: Numbers) -> Iterator[Weights]:
    both = shared(bag, bag, left, right)
    one, other = bag.mass[left], bag.mass[right]
    known = np.minimum(one, other) > 0
    yield np.where(known, both.mass, UNKNOWN)
    yield np.where(known, both.best, UNKNOWN)
    yield _ratio(both.mass, np.minimum(one, other))
    yield np.where(known, np.maximum(one, other) - both.mass, UNKNOWN)
    yield np.where(known, _ratio(both.mass, one + other - both.mass), UNKNOWN)


def _of_one_set(numbers: Numbers, left: Numbers, right: Numbers) -> Weights:
    """How many records have the very set that both have."""
    holders = np.bincount(numbers[numbers != NONE], minlength=1)
    same = (numbers[left] == numbers[right]) & (numbers[left] != NONE)
    return np.where(same, np.log1p(holders[np.maximum(numbers[left], 0)]), UNKNOWN)


def _of_names(corpus: Corpus, left: Numbers, right: Numbers) -> Iterator[Weights]:
    both = shared(corpus.name, corpus.name, left, right).mass
    yield _ratio(both, np.sqrt(corpus.name.mass[left] * corpus.name.mass[right]))
    there = held(corpus.name, corpus.said, left, right)
    back = held(corpus.name, corpus.said, right, left)
    yield np.maximum(_ratio(there, corpus.name.mass[left]), _ratio(back, corpus.name.mass[right]))


def _of_versions(corpus: Corpus, left: Numbers, right: Numbers) -> Iterator[Weights]:
    yield overlap(corpus.introduced, left, right)
    yield overlap(corpus.versions, left, right)


def _of_fixes(bag: Bag, left: Numbers, right: Numbers) -> Iterator[Weights]:
    both = shared(bag, bag, left, right)
    least = np.minimum(bag.mass[left], bag.mass[right])
    yield _ratio(both.mass, least)
    yield np.where(least > 0, both.best, UNKNOWN)


def overlap(bag: Bag, left: Numbers, right: Numbers) -> Weights:
    """Share of what the two have between them; unknown where one has nothing."""
    return _jaccard(bag, shared(bag, bag, left, right).terms, left, right)


def _jaccard(bag: Bag, both: Numbers, left: Numbers, right: Numbers) -> Weights:
    one, other = bag.lengths[left], bag.lengths[right]
    known = (one > 0) & (other > 0)
    return np.where(known, both / np.maximum(one + other - both, 1), UNKNOWN)


def _ratio(part: Weights, whole: Weights) -> Weights:
    return np.where(whole > 0, part / np.maximum(whole, 1e-9), UNKNOWN)


def _equal(numbers: Numbers, left: Numbers, right: Numbers) -> Weights:
    one, other = numbers[left], numbers[right]
    return np.where((one == NONE) | (other == NONE), UNKNOWN, (one == other).astype(np.float64))


def _days(day: Numbers, left: Numbers, right: Numbers) -> Weights:
    one, other = day[left], day[right]
    return np.where((one < 0) | (other < 0), UNKNOWN, np.log1p(np.abs(one - other)))
