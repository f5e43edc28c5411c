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
    keys = np.unique(owners * max(size, 1) + terms)
    owners, terms = np.divmod(keys, max(size, 1))
    if worth is None:
        worth = rarity(np.bincount(terms, minlength=size), count)
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=count))))
    return Bag(starts, terms, worth, summed(owners, worth[terms], count))


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
    """Sorted together, a term that both have stands twice in a row. Both bags speak one vocabulary."""
    pairs = len(left)
    bits = max(len(one.worth), len(other.worth), 1).bit_length()
    keys = np.concatenate([_keys(one, left, bits), _keys(other, right, bits)])
    keys.sort()
    twice = keys[1:][keys[1:] == keys[:-1]]
    pair = twice >> bits
    worth = one.worth[twice & ((1 << bits) - 1)]
    mass = summed(pair, worth, pairs)
    best = np.zeros(pairs)
    if len(pair):
        begins = np.flatnonzero(np.diff(pair, prepend=-1))
        best[pair[begins]] = np.maximum.reduceat(worth, begins)
    return Shared(mass, best, np.bincount(pair, minlength=pairs))


def _keys(bag: Bag, rows: Numbers, bits: int) -> Numbers:
    places, terms = entries(bag.starts, bag.terms, rows)
    return (places << bits) | terms
