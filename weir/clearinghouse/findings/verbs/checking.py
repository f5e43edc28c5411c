# SPDX-License-Identifier: Apache-2.0
"""The blind check: what may be found, in which edition, and what is evaluated for whom."""

from __future__ import annotations

import logging
import os
from datetime import timedelta

from django.conf import settings
from django.db.models import F

from weir.clearinghouse.findings.models import (
    CheckedRow,
    CheckEpochRow,
    CheckerRow,
    CheckSpentRow,
    EditionRow,
    FindingRow,
)
from weir.clearinghouse.findings.reads import checking as reads
from weir.clearinghouse.findings.rules import buckets, checking
from weir.clearinghouse.findings.rules.fingerprints import fingerprints_of
from weir.clearinghouse.findings.terms import FindingId, FindingState
from weir.clearinghouse.findings.terms.checking import (
    Cause,
    CheckId,
    EditionId,
    Evaluated,
    MoreThanCommitted,
    NoCause,
    NoCheckKey,
    NoEdition,
    Placed,
    Published,
    Rotated,
    Shape,
    Shown,
    Stage,
    TooManyCauses,
)
from weir.foundation.actor import Actor
from weir.foundation.policy.rules import root
from weir.foundation.store.blobs import seal
from weir.foundation.store.terms import Erased
from weir.foundation.verb import verb
from weir.kernel import voprf
from weir.kernel.canonical import canonical
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

log = logging.getLogger(__name__)


@verb("findings.place_finding", on="finding", sealed=True)
def place_finding(
    actor: Actor, finding: FindingId, package: str, path: str, symbol: str, weakness: str, *, now: Moment
) -> Placed:
    """Say where the cause of a finding is, so that a blind check can find it.

    Said again with other words it is found under these too. What is said is sealed with the finding.
    """
    row = FindingRow.objects.get(number=finding)
    return Placed(finding, hold_cause(row, Cause(package, path, symbol, weakness), now))


def hold_cause(finding: FindingRow, cause: Cause, now: Moment) -> int:
    """Hold a finding under one more cause; how many fingerprints it has then. Called inside a verb's transaction."""
    row = CheckedRow.objects.select_for_update(of=("self",)).filter(finding=finding).first()
    row = row or CheckedRow(id=uuid7(now, os.urandom), finding=finding)
    known = reads.fingerprints_in(row) if row.fingerprints else []
    whole = list(dict.fromkeys([*known, *fingerprints_of(cause)]))
    if len(whole) > checking.FOR_EACH * checking.MOST_CAUSES:
        raise TooManyCauses
    row.fingerprints = _sealed(finding, "fingerprints", [each.decode() for each in whole])
    row.epoch, row.outputs = 0, b""
    row.save()
    return len(whole)


@verb("findings.withhold_from_check", on="finding", sealed=True)
def withhold_from_check(actor: Actor, finding: FindingId, *, now: Moment) -> Shown:
    """Keep a finding out of the blind check from the next edition on: to whoever asks it is then not held here."""
    return _show(finding, withheld=True)


@verb("findings.offer_to_check", on="finding", sealed=True)
def offer_to_check(actor: Actor, finding: FindingId, *, now: Moment) -> Shown:
    """Let the blind check find a finding again that was withheld."""
    return _show(finding, withheld=False)


def _show(finding: FindingId, *, withheld: bool) -> Shown:
    if not CheckedRow.objects.filter(finding__number=finding).update(withheld=withheld):
        raise NoCause("This finding has no place yet that a blind check could find.")
    return Shown(finding, withheld)


@verb("findings.evaluate_blinded")
def evaluate_blinded(actor: Actor, edition: EditionId, elements: tuple[str, ...], *, now: Moment) -> Evaluated:
    """Have blinded fingerprints evaluated under the key of an edition. The house does not learn what they are.

    The entry keeps the blinded elements and the answer, so that it can be shown later what was asked how often and what
    was answered. What is counted against the member and what is answered stand or fall together.
    """
    sent = checking.elements_of(elements)
    epoch = reads.edition_of(edition).epoch
    _spend(actor, len(sent), now)
    evaluation = voprf.blind_evaluate(reads.key_of(epoch), sent, os.urandom)
    return Evaluated(
        CheckId.mint(now.year, os.urandom, 8),
        edition,
        epoch,
        elements,
        tuple(element.hex() for element in evaluation.elements),
        evaluation.proof.hex(),
    )


def _spend(actor: Actor, elements: int, now: Moment) -> None:
    member = root(actor)
    # Of two requests of one member one waits here for the other; of two first ones the database lets one through.
    if not CheckerRow.objects.select_for_update().filter(member=member).exists():
        CheckerRow.objects.create(member=member)
    left = reads.left_to(actor, now)
    if elements > left:
        raise MoreThanCommitted(f"You may have {left} more fingerprints checked, not {elements}.")
    CheckerRow.objects.filter(member=member).update(spent=F("spent") + elements)
    CheckSpentRow.objects.filter(checker=member, at__lt=now - checking.WINDOW).delete()
    CheckSpentRow.objects.create(id=uuid7(now, os.urandom), checker_id=member, at=now, elements=elements)


@verb("findings.rotate_check_key")
def rotate_check_key(actor: Actor, *, now: Moment) -> Rotated:
    """End the key of the blind check; the next edition begins a new one.

    All that is held is then evaluated anew, and what anybody learned under the old key is worth nothing.
    """
    epoch = CheckEpochRow.objects.order_by("-epoch").first()
    if epoch is None:
        raise NoEdition
    CheckEpochRow.objects.filter(epoch=epoch.epoch).update(ended=True)
    return Rotated(f"epoch-{epoch.epoch}", epoch.epoch)


@verb("findings.publish_buckets", internal=True)
def publish_buckets(actor: Actor, *, now: Moment) -> Published:
    """Make the next edition, at its time, whether or not anything changed.

    Everything that may be found is sealed anew. Its root is in the entry, so that nobody can be given buckets of their
    own without its being seen.
    """
    before = reads.newest_edition()
    if before is not None:
        # That edition is committed, so what its key came after is used by nobody any more.
        reads.check_keys().forget_before(before.epoch)
    epoch, key = _current_key(now)
    number, shape = EditionId.mint(now.year, os.urandom), Shape(settings.CHECK_BUCKETS, settings.CHECK_SLOTS)
    filled = buckets.fill(_held(epoch, key), number, shape, os.urandom)
    if filled.left_out:
        log.warning("the blind check has no room for %s entries: raise WEIR_CHECK_BUCKETS", filled.left_out)
    _keep(EditionRow(id=uuid7(now, os.urandom), number=number, epoch=epoch, made_at=now, data=filled.data), shape)
    top = buckets.root_of(buckets.cut(filled.data, shape))
    return Published(number, epoch, key.public.hex(), shape.buckets, shape.slots, top.hex())


def _keep(edition: EditionRow, shape: Shape) -> None:
    edition.buckets, edition.slots = shape.buckets, shape.slots
    older = EditionRow.objects.order_by("-made_at", "-id").values_list("pk", flat=True)[1:]
    EditionRow.objects.filter(pk__in=list(older)).delete()
    edition.save(force_insert=True)


def _current_key(now: Moment) -> tuple[int, voprf.KeyPair]:
    """The key that holds, or a new one when that was ended, served its time, or is lost."""
    row = CheckEpochRow.objects.order_by("-epoch").first()
    if row is not None and not row.ended and now - Moment.of(row.began_at) < timedelta(days=settings.CHECK_KEY_DAYS):
        try:
            return row.epoch, reads.key_of(row.epoch)
        except NoCheckKey as lost:
            log.warning("%s A new key begins.", lost.sentence)
    epoch = row.epoch + 1 if row else 1
    pair = reads.derived(epoch, reads.check_keys().begin(epoch))
    # Stop here: a seed lies there that no epoch uses, and the next edition takes it.
    CheckEpochRow.objects.create(epoch=epoch, public_key=pair.public, began_at=now)
    return epoch, pair


def _held(epoch: int, key: voprf.KeyPair) -> dict[bytes, Stage]:
    held: dict[bytes, Stage] = {}
    for row in reads.offered():
        stage = checking.stage_of(FindingState(row.finding.state))
        for output in _outputs(row, epoch, key):
            held[output] = checking.furthest(stage, held.get(output, stage))
    return held


def _outputs(row: CheckedRow, epoch: int, key: voprf.KeyPair) -> list[bytes]:
    """As kept under this key, or evaluated anew. Of a case that was erased there is nothing."""
    if row.epoch == epoch:
        return reads.outputs_in(row)
    try:
        outputs = [voprf.evaluate(key, each) for each in reads.fingerprints_in(row)]
        row.outputs = _sealed(row.finding, "outputs", [each.hex() for each in outputs])
    except Erased:
        return []
    row.epoch = epoch
    row.save(update_fields=["epoch", "outputs"])
    return outputs


def _sealed(finding: FindingRow, name: str, texts: list[str]) -> bytes:
    return seal(finding.number, canonical({name: texts}), reads.CHECKED_CONTEXT)
