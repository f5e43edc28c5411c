# SPDX-License-Identifier: Apache-2.0
"""The journal of endings: who left, what was revoked, which entries were erased. It lies beside the keys, and in no
backup.

A worker copies it out of the ledger, a line for each ending. A restored database is older than some endings; replaying
the journal ends them again. It names opaque numbers and nothing else, so it may be copied to many disks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.terms import Cursor, Line
from weir.kernel.errors import Unavailable
from weir.kernel.moments import Moment

READ_AT_ONCE = 1_000
ENTRIES = "ledger.erase_entries"
ENDINGS = frozenset(
    {
        "identity.leave",
        "identity.revoke_agent",
        "identity.revoke_token",
        "identity.withdraw_organization",
        ENTRIES,
    }
)


class JournalUnreadable(Unavailable):
    """The journal of endings cannot be read or written."""

    hint = "It is endings.journal in WEIR_KEYS: put back an intact copy, and see that the folder is writable."


@dataclass(frozen=True)
class Ending:
    """One line: what ended, by which verb, and where the ledger says so."""

    kind: str
    about: str
    cursor: Cursor


class Endings:
    """The journal, and how far this process has read the ledger for it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "endings.journal"
        self._cursor: Cursor | None = None

    def follow(self, now: Moment) -> int:
        """Read on in the ledger and keep what ended; how many. Stop anywhere: at most a line is kept twice."""
        cursor = self._cursor or self._where_it_ends()
        lines = ledger.lines_after(cursor, READ_AT_ONCE)
        if not lines:
            following = ledger.log_after(cursor.log)
            self._cursor = cursor if following is None else Cursor(following)
            return 0 if following is None else self.follow(now)
        ended = [line for line in lines if line.kind in ENDINGS]
        self._append(ended, now)
        self._cursor = lines[-1].cursor
        return len(ended)

    def read(self) -> tuple[Ending, ...]:
        """All that ever ended. What follows the last line end was being written when somebody stopped."""
        try:
            whole, _, _torn = self.path.read_bytes().rpartition(b"\n")
        except FileNotFoundError:
            return ()
        except OSError as no:
            raise JournalUnreadable(f"The journal of endings cannot be read: {no.strerror}.") from no
        return tuple(_ending(line) for line in whole.decode("ascii", errors="replace").splitlines())

    def _where_it_ends(self) -> Cursor:
        endings = self.read()
        return endings[-1].cursor if endings else Cursor()

    def _append(self, lines: Iterable[Line], now: Moment) -> None:
        text = "".join(
            f"{now} {line.kind} {line.about} {line.cursor.log} {line.cursor.transaction} {line.cursor.id}\n"
            for line in lines
        )
        if not text:
            return
        try:
            with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
                file.seek(file.read().rfind(b"\n") + 1)
                file.truncate()
                file.write(text.encode("ascii"))
                file.flush()
                os.fsync(file.fileno())
        except OSError as no:
            raise JournalUnreadable(f"The journal of endings cannot be written: {no.strerror}.") from no


def _ending(line: str) -> Ending:
    with suppress(ValueError):
        _at, kind, about, log, transaction, entry = line.split(" ")
        return Ending(kind, about, Cursor(int(log), int(transaction), int(entry)))
    # Going on without this line might bring back somebody who left.
    raise JournalUnreadable("A line of the journal of endings cannot be read.")
