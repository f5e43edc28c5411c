# SPDX-License-Identifier: Apache-2.0
"""How work is cut, how long to wait before trying again, and when to stop trying. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from weir.foundation.jobs.terms import Failure, Item
from weir.kernel.moments import Moment

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=10)
MOST_TURNS = 10
MOST_STARTS = 5


def cut(items: Sequence[Item], size: int) -> list[tuple[Item, ...]]:
    """Batches of at most this size, in order, nothing lost and nothing twice."""
    return [tuple(items[start : start + size]) for start in range(0, len(items), size)]


def wait_before(turn: int) -> timedelta:
    """Twice as long each time, up to ten minutes. The second turn is the first that waits."""
    # Bounded before it is computed: two to a large turn is a number that no timedelta holds.
    return min(FIRST_WAIT * 2 ** min(turn - 2, 16), LONGEST_WAIT) if turn > 1 else timedelta(0)


def comes_again(failure: Failure, turn: int) -> bool:
    """Whether this is tried once more by itself. Ten turns take about half an hour."""
    return failure.passes and turn < MOST_TURNS


def kills_its_worker(starts: int) -> bool:
    """A batch that was begun this often without getting any further ends whoever runs it: out of memory, most often."""
    return starts > MOST_STARTS


def waking(source: str, id: str, due_at: Moment) -> bytes:
    """One waking of one due row: the same row with another date is another waking."""
    return sha256("\x1f".join((source, id, str(due_at))).encode()).digest()
