# SPDX-License-Identifier: Apache-2.0
"""A blind check from beginning to end."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from checker import buckets, voprf
from checker.calling import Gone
from checker.fingerprints import SPELLINGS, fingerprints

AT_ONCE = 1024


class Cheated(Exception):
    """The instance gave something that does not hold together. Keep what it sent, and tell others."""


# Told what is being done, how much of it is done, and how much there is.
Watches = Callable[[str, int, int], None]


class Asks(Protocol):
    """How an instance is called: `calling.Instance` over HTTP. What is not there any more is `calling.Gone`."""

    def ask(self, question: str, **parameters: str) -> Any: ...

    def act(self, verb: str, **parameters: Any) -> Any: ...


@dataclass(frozen=True)
class Cause:
    """One thing that was found."""

    package: str
    path: str
    symbol: str
    weakness: str


@dataclass(frozen=True)
class Answer:
    """Whether it is held, at which stage, and in the most exact spelling that hit. Not held proves nothing."""

    cause: Cause
    held: bool
    stage: str = ""
    spelling: str = ""


@dataclass(frozen=True)
class Edition:
    """What the answers were read from: to be compared with what others were given."""

    id: str
    epoch: int
    public_key: str
    root: str


def unwatched(what: str, done: int, total: int) -> None:
    """Nobody looks on."""


def check(
    instance: Asks, causes: Sequence[Cause], trusted_key: str = "", told: Watches = unwatched
) -> tuple[Edition, list[Answer]]:
    """Ask about all causes under one edition. Refuses a key other than `trusted_key`, if one is given."""
    asked = [text for cause in causes for text in fingerprints(cause.package, cause.path, cause.symbol, cause.weakness)]
    stages: list[str] = []
    try:
        edition = look_up_all(instance, asked, trusted_key, stages, told)
    except Gone:
        # Newer editions came while we asked. Begun again with the newest, unless that would spend something twice.
        if stages:
            raise
        edition = look_up_all(instance, asked, trusted_key, stages, told)
    except (KeyError, TypeError, ValueError):
        raise Cheated("What came back does not have the shape that docs/blind-check.md gives it.") from None
    return edition, [answer(cause, stages[4 * n : 4 * n + 4]) for n, cause in enumerate(causes)]


def look_up_all(instance: Asks, asked: Sequence[bytes], trusted_key: str, stages: list[str], told: Watches) -> Edition:
    """The stage of each fingerprint, one after the other, into `stages`; and the edition that they were read from."""
    terms = instance.ask("findings/check-terms")
    edition = Edition(terms["edition"], terms["epoch"], terms["public_key"], terms["root"])
    if trusted_key and trusted_key != edition.public_key:
        raise Cheated("The public key is not the one that you trust.")
    # The buckets come first: what is asked for here cannot depend on what was learned.
    shelves = fetch(instance, terms)
    for at in range(0, len(asked), AT_ONCE):
        for output in evaluated(instance, edition, asked[at : at + AT_ONCE], told):
            stages.append(found(output, edition, shelves))
            told("looking up", len(stages), len(asked))
    return edition


def fetch(instance: Asks, terms: Any) -> list[bytes]:
    """All buckets, whichever are needed, so that the house does not learn which; and what the log says they are."""
    whole = base64.b64decode(instance.ask("findings/check-buckets", edition=terms["edition"])["whole"], validate=True)
    size = terms["slots"] * buckets.SLOT
    if len(whole) != size * terms["buckets"]:
        raise Cheated("The buckets do not have the size that was announced.")
    shelves = [whole[at : at + size] for at in range(0, len(whole), size)]
    if buckets.root_of(shelves).hex() != terms["root"]:
        raise Cheated("The buckets are not those of the root that was announced.")
    return shelves


def evaluated(instance: Asks, edition: Edition, texts: Sequence[bytes], told: Watches) -> list[bytes]:
    """The outputs for these fingerprints, once the proof holds."""
    blinded = []
    for text in texts:
        blinded.append(voprf.blind(text))
        told("blinding", len(blinded), len(texts))
    sent = [element for _, element in blinded]
    said = instance.act("findings/evaluate-blinded", edition=edition.id, elements=[each.hex() for each in sent])
    back = [bytes.fromhex(each) for each in said["evaluated"]]
    voprf.check(bytes.fromhex(edition.public_key), sent, back, bytes.fromhex(said["proof"]))
    return [
        voprf.unblind(text, secret, element) for text, (secret, _), element in zip(texts, blinded, back, strict=True)
    ]


def found(output: bytes, edition: Edition, shelves: list[bytes]) -> str:
    """The stage at which it is held; empty where it is not."""
    stage = buckets.look_up(output, edition.id, shelves)
    if stage and not (stage.isascii() and stage.isprintable()):
        raise Cheated("What opened is no stage of a finding.")
    return stage


def answer(cause: Cause, stages: Sequence[str]) -> Answer:
    for spelling, stage in zip(SPELLINGS, stages, strict=True):
        if stage:
            return Answer(cause, held=True, stage=stage, spelling=spelling)
    return Answer(cause, held=False)
