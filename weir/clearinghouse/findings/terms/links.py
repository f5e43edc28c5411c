# SPDX-License-Identifier: Apache-2.0
"""How two findings may belong together, on what that rests, and what spoke for and against it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class LinkKind(StrEnum):
    """Only `same` may become a merge. The others stay links for good."""

    SAME = "same"
    CONTAINS = "contains"
    RELATED = "related"
    REGRESSION_OF = "regression_of"


class Basis(StrEnum):
    """What a link rests on, from the strongest to the weakest. None of them merges: a person does."""

    CAUSE = "cause"  # each one's fix stopped both proofs
    KEY = "key"  # an identifier, a digest or a fingerprint that both carry
    SCORE = "score"  # the model's score of the pair
    STACK = "stack"  # only the stacks are alike, which different bugs can be
    PERSON = "person"  # somebody who may see both said so


class Reason(NamedTuple):
    """One thing about a pair, in words, and how far it moved the score: up when above nought, else down."""

    feature: str
    words: str
    weight: float


class Link(NamedTuple):
    """Two records, by their place among those that were compared. A `contains` or `regression_of` reads from left to
    right: left contains right, left is a regression of right. The score is a probability; an exact key has 1.
    """

    left: int
    right: int
    kind: LinkKind
    basis: Basis
    score: float
    reasons: tuple[Reason, ...] = ()
