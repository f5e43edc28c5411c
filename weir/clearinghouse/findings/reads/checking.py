# SPDX-License-Identifier: Apache-2.0
"""Questions of the blind check. None of them looks at what is held: the size and the time of an answer depend on the
edition's shape and on what was asked for, and on nothing else.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from django.conf import settings
from django.db.models import Sum

from weir.clearinghouse.findings.models import CheckedRow, CheckEpochRow, CheckerRow, CheckSpentRow, EditionRow
from weir.clearinghouse.findings.rules import buckets, checking
from weir.clearinghouse.findings.terms.checking import (
    Bucket,
    Buckets,
    CheckKeys,
    CheckTerms,
    EditionGone,
    EditionId,
    NoCheckKey,
    NoEdition,
    NoSuchBucket,
    Shape,
)
from weir.clearinghouse.intake.reads import commitments_of
from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.ledger.reads import first_entry_about, prove_entry
from weir.foundation.ledger.terms import ProofBundle
from weir.foundation.policy.rules import root
from weir.foundation.question import present, question
from weir.foundation.store.reads import unseal
from weir.foundation.store.terms import Erased
from weir.kernel import voprf
from weir.kernel.canonical import own_object
from weir.kernel.moments import Moment

CHECKED_CONTEXT = "findings.checked"
SUITE = "RFC 9497 VOPRF(ristretto255, SHA-512)"
_bound: list[CheckKeys] = []


def bind_check_keys(keys: CheckKeys) -> None:
    """Called once by the shell, and by each test with keys of its own."""
    _bound[:] = [keys]


def check_keys() -> CheckKeys:
    if not _bound:
        msg = "no keys of the blind check are bound: start through weir.shell"
        raise RuntimeError(msg)
    return _bound[0]


@question("findings.check_terms")
def check_terms(actor: Actor) -> CheckTerms:
    """What a blind check needs to begin, and how many more fingerprints you may have checked."""
    edition = newest_edition()
    if edition is None:
        raise NoEdition
    shape = shape_of(edition)
    return CheckTerms(
        edition=EditionId(edition.number),
        epoch=edition.epoch,
        suite=SUITE,
        public_key=public_key(edition.epoch).hex(),
        buckets=shape.buckets,
        slots=shape.slots,
        root=buckets.root_of(buckets.cut(bytes(edition.data), shape)).hex(),
        left=left_to(actor, present()),
    )


@question("findings.check_buckets")
def check_buckets(actor: Actor, edition: EditionId, indexes: tuple[int, ...] = ()) -> Buckets:
    """The buckets of an edition: all of them, or those with these numbers and the way to the root for each.

    Which bucket you ask for tells the house a little of what you look for; all of them tell nothing.
    """
    row = edition_of(edition)
    if not indexes:
        return Buckets(edition, whole=base64.b64encode(bytes(row.data)).decode())
    cut = buckets.cut(bytes(row.data), shape_of(row))
    if not all(0 <= index < len(cut) for index in indexes):
        raise NoSuchBucket
    return Buckets(edition, some=tuple(_bucket(index, cut) for index in indexes))


@question("findings.prove_edition")
def prove_edition(actor: Actor, edition: EditionId) -> ProofBundle:
    """The proof that an edition stands in the log, with its root and its key, as everybody gets it."""
    row = edition_of(edition)
    # As the house, whose entry it is: members may have this one entry, which tells nothing of what is held.
    leaf = first_entry_about.function(SYSTEM, row.number, "findings.publish_buckets").leaf
    return prove_entry.function(SYSTEM, leaf)


def left_to(actor: Actor, now: Moment) -> int:
    """How many more fingerprints this member may have checked; for verbs and questions that have asked policy."""
    member = root(actor)
    spent = CheckerRow.objects.filter(member=member).values_list("spent", flat=True).first() or 0
    since = CheckSpentRow.objects.filter(checker=member, at__gte=now - checking.WINDOW)
    lately = since.aggregate(sum=Sum("elements"))["sum"] or 0
    return checking.room_left(commitments_of(actor, now), spent, lately, settings.CHECK_BOUND)


def newest_edition() -> EditionRow | None:
    return EditionRow.objects.order_by("-made_at", "-id").first()


def edition_of(number: EditionId) -> EditionRow:
    row = EditionRow.objects.filter(number=number).first()
    if row is None:
        raise EditionGone
    return row


def shape_of(edition: EditionRow) -> Shape:
    return Shape(edition.buckets, edition.slots)


def public_key(epoch: int) -> bytes:
    return bytes(CheckEpochRow.objects.get(epoch=epoch).public_key)


def key_of(epoch: int) -> voprf.KeyPair:
    """The key of an epoch, if it is the one whose public half was published."""
    pair = derived(epoch, check_keys().seed(epoch))
    if pair.public != public_key(epoch):
        raise NoCheckKey("The key of the blind check is not the one that was published.")
    return pair


def derived(epoch: int, seed: bytes) -> voprf.KeyPair:
    return voprf.derive_key(seed, f"weir.check/1\n{settings.INSTANCE}\n{epoch}".encode())


def fingerprints_in(row: CheckedRow) -> list[bytes]:
    """The fingerprints a finding is found under."""
    said = own_object(unseal(row.finding.number, bytes(row.fingerprints), CHECKED_CONTEXT))
    return [text.encode() for text in said["fingerprints"]]


def offered() -> Iterator[CheckedRow]:
    """All that a blind check may find: what is withheld is not among it."""
    yield from CheckedRow.objects.select_related("finding").filter(withheld=False).iterator()


def outputs_in(row: CheckedRow) -> list[bytes]:
    """What the key of the row's epoch makes of its fingerprints; nothing where the case was erased."""
    try:
        said = own_object(unseal(row.finding.number, bytes(row.outputs), CHECKED_CONTEXT))
    except Erased:
        return []
    return [bytes.fromhex(text) for text in said["outputs"]]


def _bucket(index: int, cut: list[bytes]) -> Bucket:
    path = tuple(step.hex() for step in buckets.path_to(index, cut))
    return Bucket(index, base64.b64encode(cut[index]).decode(), path)
