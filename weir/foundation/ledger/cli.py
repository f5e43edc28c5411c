# SPDX-License-Identifier: Apache-2.0
"""What an operator does with the ledger on this machine: check all of it, and go on after a restore."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click
from django.conf import settings

from weir.foundation.actor import SYSTEM
from weir.foundation.ledger import reads
from weir.foundation.ledger.gates.presence import alone
from weir.foundation.ledger.reads.found import Verification
from weir.foundation.ledger.reads.verification import verify
from weir.foundation.ledger.sequencer import continue_log
from weir.foundation.ledger.terms import LogNotBehind
from weir.foundation.ledger.verbs import note_continuation
from weir.kernel.moments import Moment


@click.group("ledger")
def commands() -> None:
    """Added to what is drawn from verbs and questions."""


@commands.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Answer with JSON, for programs.")
@click.pass_context
def verify_ledger(ctx: click.Context, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Rebuild the whole ledger of this machine from its rows; exit code 1, with names, if anything does not fit.

    It reads the database and the keys, not the instance, and may run beside it: what is being written meanwhile is
    counted as waiting.
    """
    as_json = as_json or bool(ctx.find_root().ensure_object(dict).get("as_json"))
    with click.progressbar(length=max(reads.entry_count(), 1), label="entries", file=sys.stderr) as bar:
        found = verify(lambda done: bar.update(done - bar.pos))
    click.echo(json.dumps(asdict(found), indent=2) if as_json else _told(found))
    ctx.exit(int(bool(found.faults)))


def _told(found: Verification) -> str:
    lines = [*found.faults]
    lines += [f"{count} entries erased by {name}" for name, count in sorted(found.erased_by.items())]
    holds = f"{len(found.faults)} things do not fit." if found.faults else "Everything holds."
    counted = f"{found.entries} entries ({found.erased} erased, {found.waiting} waiting) in {found.ticks} ticks."
    return "\n".join([*lines, f"{counted} {holds}"])


@commands.command("continue")
def continue_under_a_new_name() -> None:
    """Go on under a new log, which names the old one, after a database came back that is behind what was published.

    `weir restore` does this by itself. Stop web and workers first, on every host, and start them again after it: it
    refuses while one of them runs, because what they write would go into a log that has ended.
    """
    _why()
    with alone():
        because = _why()  # once more: somebody else may have done it a moment ago
        now = Moment.of(datetime.now(UTC))
        old, new = continue_log(settings.INSTANCE, now)
        # Stop here: the new log is there and has no entry that says why. Its row names the old one all the same.
        note_continuation(SYSTEM, new, reads.notary_of(old).last_published(), because, now=now)
    click.echo(f"{because} {old} has ended; {new} goes on from here.")


def _why() -> str:
    because = reads.why_continue(settings.INSTANCE)
    if not because:
        raise LogNotBehind
    return because
