# SPDX-License-Identifier: Apache-2.0
"""Which pairs are worth a look: those that share clues which few others have, the best few for each record.

The work grows with the number of records, not with its square: a clue that more than `CROWD` records have makes no
pair, and each record keeps its best `KEPT` neighbors.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from weir.clearinghouse.findings.engines.bags import Bag, Numbers, Weights, distinct, entries, rarity, summed
from weir.clearinghouse.findings.engines.words import NONE, Corpus

CROWD = 40
QUIET = 40
KEPT = 12
CLOSE = 0.4  # such pairs are kept in any number: an advisory may have dozens of copies
FAINT = 0.04
FORTNIGHT = 32
STEPS = (1 << 14) - 1  # how finely closeness is told apart when neighbors are ranked


class Candidates(NamedTuple):
    """Pairs, the lower record first; how close their clues are, and whether either is the other's closest."""

    left: Numbers
    right: Numbers
    closeness: Weights
    standing: Weights  # closeness against the best that the two have, with whomever
    rival: Weights  # the same, with whomever of the other's package


def candidates(corpus: Corpus) -> Candidates:
    owner, terms = clues_of(corpus)
    left, right, shared, mass = meetings(owner, terms, corpus.total, CROWD)
    closeness = shared / np.sqrt(np.maximum(mass[left] * mass[right], 1e-9))
    near = closeness > FAINT
    left, right, closeness = left[near], right[near], np.minimum(closeness[near], 1.0)
    best = np.zeros(corpus.total)
    np.maximum.at(best, left, closeness)
    np.maximum.at(best, right, closeness)
    kept = np.union1d(_best_of_each(left, right, closeness), np.flatnonzero(closeness >= CLOSE))
    left, right, closeness = _with(left[kept], right[kept], closeness[kept], neighbors(corpus), corpus.total)
    standing = closeness / np.maximum(np.maximum(best[left], best[right]), 1e-9)
    return Candidates(left, right, closeness, standing, _rivals(corpus.package, left, right, closeness))


def _rivals(package: Bag, left: Numbers, right: Numbers, closeness: Weights) -> Weights:
    """Of a package that lists one entry for each cause, only the closest entry can be the same as another's."""
    first = np.full(len(package.mass), NONE, np.int64)
    some = np.flatnonzero(package.lengths)
    first[some] = package.terms[package.starts[some]]
    share = np.ones(len(left))
    for one, other in ((left, right), (right, left)):
        _, group = np.unique(one * (len(package.worth) + 1) + first[other] + 1, return_inverse=True)
        best = np.zeros(int(group.max(initial=-1)) + 1)
        np.maximum.at(best, group, closeness)
        share = np.minimum(share, closeness / np.maximum(best[group], 1e-9))
    return share


def neighbors(corpus: Corpus) -> Numbers:
    """Pairs of one ecosystem that came within the same weeks, where those were quiet: siblings are mended together,
    whatever is said of them.
    """
    owner = np.flatnonzero((corpus.day >= 0) & (corpus.ecosystem != NONE))
    weeks = [2 * ((corpus.day[owner] + shift) // FORTNIGHT) + (shift > 0) for shift in (0, FORTNIGHT // 2)]
    span = int(corpus.day.max(initial=0)) + FORTNIGHT
    terms = _numbered(np.concatenate([corpus.ecosystem[owner] * span + each for each in weeks]))
    left, right, _, _ = meetings(np.tile(owner, 2), terms, corpus.total, QUIET)
    return left * corpus.total + right


def _with(
    left: Numbers, right: Numbers, closeness: Weights, further: Numbers, count: int
) -> tuple[Numbers, Numbers, Weights]:
    """These pairs and the further ones, in order; of the latter nothing is known that brings them close."""
    pairs = left * count + right
    further = np.setdiff1d(further, pairs)
    pairs = np.concatenate([pairs, further])
    order = np.argsort(pairs)
    one, other = np.divmod(pairs[order], count)
    return one, other, np.concatenate([closeness, np.zeros(len(further))])[order]


def clues_of(corpus: Corpus) -> tuple[Numbers, Numbers]:
    """Everything that may bring two records together: records, and the clues that they have, each once."""
    bags = (corpus.said, corpus.code, corpus.link, corpus.package, corpus.name)
    lists = [(np.repeat(np.arange(corpus.total), bag.lengths), bag.terms) for bag in bags]
    lists += [_together(corpus.package, corpus.fixed), _on_its_day(corpus.package, corpus.day)]
    lists += [_spelled(each) for each in (corpus.titled, corpus.written, corpus.same_title, corpus.same_text)]
    shift, owners, terms = 0, [], []
    for owner, term in lists:
        owners.append(owner)
        terms.append(term + shift)
        shift += int(term.max(initial=-1)) + 1
    return np.concatenate(owners), np.concatenate(terms)


def _together(one: Bag, other: Bag) -> tuple[Numbers, Numbers]:
    """Terms of one bag, each with every term of the other: this package, fixed in that version."""
    owner = np.repeat(np.arange(len(one.mass)), one.lengths)
    places, second = entries(other.starts, other.terms, owner)
    return owner[places], _numbered(one.terms[places] * max(len(other.worth), 1) + second)


def _on_its_day(bag: Bag, day: Numbers) -> tuple[Numbers, Numbers]:
    owner = np.repeat(np.arange(len(bag.mass)), bag.lengths)
    dated = day[owner] >= 0
    owner, terms = owner[dated], bag.terms[dated]
    return owner, _numbered(terms * (int(day.max(initial=0)) + 1) + day[owner])


def _spelled(numbers: Numbers) -> tuple[Numbers, Numbers]:
    owner = np.flatnonzero(numbers != NONE)
    return owner, numbers[owner]


def _numbered(keys: Numbers) -> Numbers:
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def meetings(owner: Numbers, terms: Numbers, count: int, crowd: int) -> tuple[Numbers, Numbers, Weights, Weights]:
    """Every pair that shares a clue which at most `crowd` records have, and what those clues are worth together; and
    what all such clues of each record are worth. What everybody has neither joins two records nor parts them.
    """
    holders = np.bincount(terms)
    few = holders[terms] <= crowd
    owner, terms = owner[few], terms[few]
    worth = rarity(holders, count)
    mass = summed(owner, worth[terms], count)
    bits = max(count, 2).bit_length()
    packed = (terms << bits) | owner
    packed.sort()  # of numbers alone: several times quicker than finding an order
    owner = packed & ((1 << bits) - 1)
    holders = np.bincount(terms, minlength=len(holders))
    begins = np.cumsum(holders) - holders
    keys, worths = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in range(2, crowd + 1):
        terms = np.flatnonzero(holders == size)
        rows = owner[begins[terms, None] + np.arange(size)]
        one, other = np.triu_indices(size, 1)
        keys.append(((rows[:, one] << bits) | rows[:, other]).ravel())
        worths.append(np.repeat((worth[terms] * STEPS).astype(np.int64), len(one)))
    packed = (np.concatenate(keys) << STEPS.bit_length()) | np.concatenate(worths)
    packed.sort()
    pair = packed >> STEPS.bit_length()
    begins = np.flatnonzero(np.diff(pair, prepend=-1))
    shared = np.add.reduceat(packed & STEPS, begins) / STEPS if len(pair) else np.zeros(0)
    return pair[begins] >> bits, pair[begins] & ((1 << bits) - 1), shared, mass


def _best_of_each(left: Numbers, right: Numbers, closeness: Weights) -> Numbers:
    """The places of those pairs that are among the closest of one of their two."""
    if not len(left):
        return np.zeros(0, np.int64)
    rank = STEPS - (closeness * STEPS).astype(np.int64)
    place = np.arange(len(left))
    bits = len(left).bit_length()
    packed = ((np.concatenate([left, right]) * (STEPS + 1) + np.tile(rank, 2)) << bits) | np.tile(place, 2)
    packed.sort()
    whose = packed >> (bits + STEPS.bit_length())
    begins = np.flatnonzero(np.diff(whose, prepend=-1))
    nth = np.arange(len(packed)) - np.repeat(begins, np.diff(np.append(begins, len(packed))))
    return distinct(packed[nth < KEPT] & ((1 << bits) - 1))
