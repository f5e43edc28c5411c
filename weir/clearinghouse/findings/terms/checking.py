# SPDX-License-Identifier: Apache-2.0
"""Nouns of the blind check: "does anyone here already hold this?", asked without telling what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from weir.clearinghouse.findings.terms.findings import FindingId
from weir.kernel.errors import Conflict, Invalid, Missing, Unavailable
from weir.kernel.ids import TypedId


class EditionId(TypedId, prefix="CE"):
    """One edition of the buckets."""


class CheckId(TypedId, prefix="CK"):
    """One request to have blinded elements evaluated."""


class Stage(StrEnum):
    """How far the house is with what it holds. At most 16 letters: each is sealed at the same length."""

    RECEIVED = "received"
    REPRODUCED = "reproduced"
    BEING_FIXED = "being fixed"
    FIXED = "fixed"


@dataclass(frozen=True)
class Cause:
    """Where a finding is and of which kind: what two people who found the same would both write down."""

    package: str
    path: str
    symbol: str
    weakness: str


@dataclass(frozen=True)
class Shape:
    """How large the buckets are. It is settled beforehand and does not follow what is held."""

    buckets: int
    slots: int


@dataclass(frozen=True)
class Placed:
    """A finding was given the place of its cause. `fingerprints` is how many spellings it is found under now."""

    id: FindingId
    fingerprints: int


@dataclass(frozen=True)
class Shown:
    """Whether a blind check may find this finding."""

    id: FindingId
    withheld: bool


@dataclass(frozen=True)
class Published:
    """An edition of the buckets. Members can have this entry proved, so it says nothing of what is in them."""

    id: EditionId
    epoch: int
    public_key: str
    buckets: int
    slots: int
    root: str


@dataclass(frozen=True)
class Rotated:
    """The key ends with the next edition: `epoch` was its number."""

    id: str
    epoch: int


@dataclass(frozen=True)
class Evaluated:
    """What came back for a batch of blinded elements, in hexadecimal: an element for each, and one proof for all."""

    id: CheckId
    edition: EditionId
    epoch: int
    elements: tuple[str, ...]
    evaluated: tuple[str, ...]
    proof: str


@dataclass(frozen=True)
class CheckTerms:
    """What a client needs to begin: the newest edition, the key it was made under, and how much it may still ask."""

    edition: EditionId
    epoch: int
    suite: str
    public_key: str
    buckets: int
    slots: int
    root: str
    left: int


@dataclass(frozen=True)
class Bucket:
    """One bucket in base64, and the hashes that lead from it to the root of the edition."""

    index: int
    data: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Buckets:
    """Buckets of one edition: all of them as one text in base64, or those that were asked for."""

    edition: EditionId
    whole: str = ""
    some: tuple[Bucket, ...] = ()


class CheckKeys(Protocol):
    """Keeps the seed of each epoch's key outside the database."""

    def begin(self, epoch: int) -> bytes:
        """A seed for an epoch that begins, durable when this returns."""

    def seed(self, epoch: int) -> bytes:
        """The seed; `NoCheckKey` if it is not there."""

    def forget_before(self, epoch: int) -> None:
        """Destroy the seeds of all earlier epochs."""


class NoCheckKey(Unavailable):
    """The key of the blind check is not in the key folder."""

    hint = "Put back the key folder that belongs to this database; otherwise the next edition begins a new key."


class NoEdition(Missing):
    """No edition of the buckets is out yet."""

    hint = "The worker publishes one within its time (WEIR_CHECK_MINUTES). Ask again then."


class EditionGone(Missing):
    """There is no such edition any more."""

    hint = "Ask `findings.check_terms` for the newest one, and begin again with it."


class MoreThanCommitted(Conflict):
    """You may not have so many fingerprints checked."""

    hint = (
        "Four may be checked for each commitment that you registered before. Those that stay unopened for 14 days "
        "lower what you may check: open them with their reports."
    )


class NoCause(Invalid):
    """A cause is a package or repository, a path, a symbol and a weakness, each of them named."""

    hint = "docs/blind-check.md says how each is written. Nothing coarser is checked or held."


class NotElements(Invalid):
    """What is to be evaluated are blinded elements, each of 64 hexadecimal digits."""

    hint = "At least one and at most 1024 at once; `python -m checker` makes them."


class NoSuchBucket(Invalid):
    """There is no bucket of that number in this edition."""


class TooManyCauses(Conflict):
    """This finding has as many places as one finding may have."""

    hint = "A finding with more is more than one finding: split it."
