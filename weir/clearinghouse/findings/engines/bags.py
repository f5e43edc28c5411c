# SPDX-License-Identifier: Apache-2.0
"""Bags of terms for many records at once, and what two of them share, for many pairs at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, count
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Weights = NDArray[np.float64]

PAIRS_AT_ONCE = 1 << 12
LEAST = 500  # fewer records are weighed as if they were as many: else every word of a handful would seem rare


class Bag(NamedTuple):
    """Which terms each record has: those of record r stand from starts[r] to starts[r + 1], sorted, each once."""

    starts: Numbers
    terms: Numbers
    worth: Weights  # of each term: 1 if a single record has it, towards 0 the more have it
    mass: Weights  # of each record: the worth of its terms, added up

    @property
    def lengths(self) -> Numbers:
        return np.diff(self.starts)


class Shared(NamedTuple):
    """What two records have in common, for each pair."""

    mass: Weights
    best: Weights  # the worth of the rarest term that both have
    terms: Numbers  # how many


def bag_of(owners: Numbers, terms: Numbers, count: int, worth: Weights | None = None, size: int = 0) -> Bag:
    """From (record, term) as they come. Terms are weighed by how rare they are here, unless their worth is given."""
    size = len(worth) if worth is not None else max(size, int(terms.max(initial=-1)) + 1)
    keys = owners * max(size, 1) + terms
    if (keys[1:] <= keys[:-1]).any():
        owners, terms = divided(distinct(keys), size)
    if worth is None:
        worth = rarity(np.bincount(terms, minlength=size), count)
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=count))))
    return Bag(starts, terms, worth, summed(owners, worth[terms], count))


def distinct(numbers: Numbers) -> Numbers:
    """Each once, in order. Sorting whole numbers is several times quicker than looking each up, as `np.unique` does."""
    numbers = np.sort(numbers)
    once: Numbers = numbers[np.concatenate((np.ones(min(len(numbers), 1), bool), numbers[1:] != numbers[:-1]))]
    return once


def divided(keys: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """Records and terms of which these keys were made."""
    return np.divmod(keys, max(size, 1))


def among(numbers: Numbers, those: Numbers) -> NDArray[np.bool_]:
    """Which of these stand among those, both in order."""
    found = np.zeros(len(numbers), bool)
    at = np.searchsorted(numbers, those)
    inside = at < len(numbers)
    found[at[inside][numbers[at[inside]] == those[inside]]] = True
    return found


def summed(places: Numbers, weights: Weights, size: int) -> Weights:
    """The weights that fall to each place, added up."""
    return np.asarray(np.bincount(places, weights, minlength=size), np.float64)


def rarity(holders: Numbers, count: int) -> Weights:
    """Squared, as in a cosine of vectors that are weighed by rarity."""
    whole = max(count, LEAST)
    worth: Weights = (np.log(whole / np.maximum(holders, 1)) / np.log(whole)) ** 2
    return worth


def listed(values: Sequence[Iterable[str]]) -> Bag:
    """A bag of whole strings, numbered in the order in which they are met."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    kept = [list(each) for each in values]
    terms = np.fromiter((numbers[value] for value in chain.from_iterable(kept)), np.int64)
    owners = np.repeat(np.arange(len(kept)), [len(each) for each in kept])
    return bag_of(owners, terms, len(kept))


def entries(starts: Numbers, values: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    """The values of these rows, one after the other, and for each the place in `rows` that it belongs to."""
    lengths = starts[rows + 1] - starts[rows]
    shift = starts[rows] - np.cumsum(lengths) + lengths
    places = np.repeat(np.arange(len(rows)), lengths)
    return places, values[np.arange(len(places)) + shift[places]]


def shared(one: Bag, other: Bag, left: Numbers, right: Numbers) -> Shared:
    """Sorted together, a term that both have stands twice in a row. Both bags speak one vocabulary.

    A few thousand pairs at a time: their numbers are then small enough to be sorted in half the bytes, in the cache.
    """
    found = Shared(np.zeros(len(left)), np.zeros(len(left)), np.zeros(len(left), np.int64))
    bits = max(len(one.worth), len(other.worth), 1).bit_length()
    kind = np.uint32 if bits + PAIRS_AT_ONCE.bit_length() <= 32 else np.int64
    for begin in range(0, len(left), PAIRS_AT_ONCE):
        part = slice(begin, begin + PAIRS_AT_ONCE)
        keys = np.concatenate([_keys(one, left[part], bits), _keys(other, right[part], bits)]).astype(kind)
        keys.sort()
        twice = keys[1:][keys[1:] == keys[:-1]].astype(np.int64)
        _count(twice, bits, one.worth, Shared(found.mass[part], found.best[part], found.terms[part]))
    return found


def _count(twice: Numbers, bits: int, worth: Weights, into: Shared) -> None:
    pair, worth = twice >> bits, worth[twice & ((1 << bits) - 1)]
    into.mass[:] = summed(pair, worth, len(into.mass))
    into.terms[:] = np.bincount(pair, minlength=len(into.mass))
    if len(pair):
        begins = np.flatnonzero(np.diff(pair, prepend=-1))
        into.best[pair[begins]] = np.maximum.reduceat(worth, begins)


def _keys(bag: Bag, rows: Numbers, bits: int) -> Numbers:
    places, terms = entries(bag.starts, bag.terms, rows)
    return (places << bits) | terms


def held(few: Bag, many: Bag, left: Numbers, right: Numbers) -> Weights:
    """What the left records' few terms are worth that the right ones have among their many: looked up, not sorted."""
    bits = max(len(few.worth), len(many.worth), 1).bit_length()
    places, terms = entries(few.starts, few.terms, left)
    known = (np.repeat(np.arange(len(many.mass)), many.lengths) << bits) | many.terms
    wanted = (right[places] << bits) | terms
    at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    there = known[at] == wanted if len(known) else np.zeros(len(wanted), bool)
    return summed(places[there], few.worth[terms[there]], len(left))
