# SPDX-License-Identifier: Apache-2.0
"""The journal of endings: who left or was let go, whose roles were said anew, what was revoked, held back or erased. It
lies beside the keys, and in no backup.

A worker copies it out of the ledger, a line for each ending. A restored database is older than some endings; replaying
the journal ends them again. It names opaque numbers and roles and nothing else, so it may be copied to many disks.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from weir.foundation.identity.terms import EndedSince, Hold, HoldId, LetGo, Narrowed, PersonId
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.reads.looking_back import known_leaves, line_of, outcome_of
from weir.foundation.ledger.terms import Cursor, Line
from weir.kernel.errors import Unavailable
from weir.kernel.moments import Moment

READ_AT_ONCE = 1_000
ENTRIES = "ledger.erase_entries"
REPEATED = "identity.repeat_endings"
LET_GO, ROLES, ROTATED = "identity.end_membership", "identity.change_roles", "identity.rotate_agent"
HELD = "identity.confirm_hold"
# Whose number says it all: it is never given again, so this may be repeated however old it is.
NUMBERS = frozenset(
    {
        "identity.leave",
        "identity.lift_hold",
        "identity.revoke_agent",
        "identity.revoke_token",
        "identity.withdraw_organization",
    }
)
# What else takes to repeat the others, out of their entries: numbers and roles.
DETAILS: dict[str, Callable[[Mapping[str, Any]], tuple[str, ...]]] = {
    LET_GO: lambda said: (said["organization"],),
    ROLES: lambda said: (said["organization"], ",".join(said["roles"])),
    ROTATED: lambda said: (said["agent"],),
    HELD: lambda said: (said["about"], said["placed_by"], said["confirmed_by"]),
}
ENDINGS = NUMBERS | DETAILS.keys() | {ENTRIES, REPEATED}
_NOBODY = "-"


class JournalUnreadable(Unavailable):
    """The journal of endings cannot be read or written."""

    hint = "It is endings.journal in WEIR_KEYS: put back an intact copy, and see that the folder is writable."


@dataclass(frozen=True)
class Ending:
    """One line: what ended, by which verb, where the ledger says so, and what else it takes to end it again."""

    kind: str
    about: str
    cursor: Cursor
    leaf: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repeat:
    """What a restored database does not know: numbers however old, the rest only as far as it can still be missing."""

    numbers: tuple[str, ...]
    since: EndedSince
    erased: tuple[str, ...]


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

    def catch_up(self, leaf: str, now: Moment) -> None:
        """After a restore: read all there is, and go on behind the entry of this leaf, which says what was repeated.

        It is kept in any case: the journal may have ended further on, in what the restore left behind.
        """
        while True:
            before = self._cursor
            self.follow(now)
            if self._cursor == before:
                break
        if leaf not in {ending.leaf for ending in self.read()}:
            self._append([line_of(leaf)], now)
        self._cursor = None

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
        text = "".join(f"{now} {_written(line)}\n" for line in lines)
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


def to_repeat(endings: Sequence[Ending]) -> Repeat:
    """What the database that is here has to be told once more.

    Memberships and roles come back, so of these only what it cannot know: what it has no entry of, after the last time
    that all was repeated in it. Of what was said several times, the last counts.
    """
    known = known_leaves({ending.leaf for ending in endings if ending.leaf})
    repeated = [place for place, each in enumerate(endings, 1) if each.kind == REPEATED and each.leaf in known]
    fresh = [ending for ending in endings[max(repeated, default=0) :] if ending.leaf not in known]
    numbers = tuple(sorted({ending.about for ending in endings if ending.kind in NUMBERS}))
    return Repeat(
        numbers, _since(fresh, numbers), tuple(sorted({each.about for each in fresh if each.kind == ENTRIES}))
    )


def _since(fresh: Sequence[Ending], numbers: tuple[str, ...]) -> EndedSince:
    roles = {(each.about, *each.details[:1]): each for each in fresh if each.kind == ROLES}
    holds = [each for each in fresh if each.kind == HELD and each.about not in numbers and each.details]
    return EndedSince(
        let_go=tuple(LetGo(each.about, *(each.details or ("",))) for each in fresh if each.kind == LET_GO),
        narrowed=tuple(_narrowed(each) for each in roles.values()),
        rotated=tuple(agent for each in fresh if each.kind == ROTATED for agent in each.details),
        held=tuple(Hold(HoldId(h.about), h.details[0], PersonId(h.details[1]), h.details[2]) for h in holds),
    )


def _narrowed(said: Ending) -> Narrowed:
    organization, roles = said.details or ("", "")
    return Narrowed(said.about, organization, tuple(roles.split(",")))


def _written(line: Line) -> str:
    cursor = f"{line.cursor.log} {line.cursor.transaction} {line.cursor.id}"
    said = outcome_of(line) if line.kind in DETAILS else {}
    details = DETAILS[line.kind](said) if said else ()  # of an entry that was erased meanwhile only its head is left
    return " ".join((line.kind, line.about or _NOBODY, cursor, line.leaf.hex(), *details))


def _ending(line: str) -> Ending:
    with suppress(ValueError):
        _at, kind, about, log, transaction, entry, *more = line.split(" ")
        return Ending(kind, about, Cursor(int(log), int(transaction), int(entry)), "".join(more[:1]), tuple(more[1:]))
    # Going on without this line might bring back somebody who left.
    raise JournalUnreadable("A line of the journal of endings cannot be read.")
