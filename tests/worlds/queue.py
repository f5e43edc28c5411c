# SPDX-License-Identifier: Apache-2.0
"""A second queue behind the real seam, in memory: a test delivers by hand, loses what it likes, ends its workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from weir.foundation.jobs import jobs
from weir.foundation.jobs.terms import Failure
from weir.kernel.errors import Unavailable, WeirError
from weir.kernel.moments import Moment

NOON = Moment(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class MemoryQueue:
    """It ends with the process, so nothing in it may be the truth. `told` counts every wake-up, heard or not."""

    waiting: dict[str, str] = field(default_factory=dict)
    in_hand: dict[str, dict[str, str]] = field(default_factory=dict)
    taken_in: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    look: Callable[[str], None] | None = None
    executor: str = "slot-1"

    def listen(self, look: Callable[[str], None], *, at_once: int) -> None:
        self.look = look
        self.resume(self.executor)

    def wake(self, job: str, name: str) -> None:
        self.told.append(name)
        if name not in self.taken_in:
            self.taken_in.add(name)
            self.waiting[name] = job

    def pending(self, names: Sequence[str]) -> frozenset[str]:
        held = set(self.waiting).union(*self.in_hand.values())
        return frozenset(held.intersection(names))

    def resume(self, executor: str) -> int:
        back = self.in_hand.pop(executor, {})
        self.waiting |= back
        return len(back)

    def close(self) -> None:
        self.look = None

    def deliver(self, look: Callable[[str], None] | None = None) -> int:
        """Hand out everything that waits; how much. What ends its worker half way stays in that worker's hands."""
        look = look or self.look
        assert look is not None, "nobody listens"
        names = list(self.waiting)
        for name in names:
            job = self.in_hand.setdefault(self.executor, {})[name] = self.waiting.pop(name)
            look(job)
            del self.in_hand[self.executor][name]
        return len(names)

    def give_up(self) -> None:
        """As after an error outside of every item: it is over for the queue, and its names are used up."""
        self.waiting.clear()
        self.in_hand.clear()

    def lose(self) -> None:
        """As if its file were gone, or came from an older backup."""
        self.waiting.clear()
        self.in_hand.clear()
        self.taken_in.clear()


def attempt(act: Callable[[], object]) -> Failure | None:
    """The worker's guard, as far as a test lets errors happen: all others come through."""
    try:
        act()
    except WeirError as error:
        return Failure(error.sentence, passes=isinstance(error, Unavailable))
    return None


def means(now: Moment = NOON, *, stop_after: int = 10**9) -> jobs.Means:
    """What a worker lends; its stop sign goes up after so many items."""
    seen = iter(range(10**9))
    return jobs.Means(lambda: now, attempt, lambda: next(seen) >= stop_after)
