# SPDX-License-Identifier: Apache-2.0
"""What a verification has found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

ENOUGH = 100


@dataclass
class Verification:
    """What was looked at and what was found wrong; `faults` is empty when everything holds."""

    entries: int = 0
    erased: int = 0
    waiting: int = 0
    ticks: int = 0
    faults: list[str] = field(default_factory=list)
    erased_by: dict[str, int] = field(default_factory=dict)
    erasures: dict[str, str] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    def fault(self, text: str) -> None:
        """After a hundred the answer is known."""
        if len(self.faults) < ENOUGH:
            self.faults.append(text)

    def take_away(self, about: str, count: int = 1) -> None:
        """Entries whose content is gone, and the object or case that it went with."""
        self.erased += count
        self.taken[about] = self.taken.get(about, 0) + count

    def add(self, other: Verification) -> None:
        """What was found in another stretch of the log."""
        self.entries += other.entries
        self.waiting += other.waiting
        self.erasures |= other.erasures
        for text in other.faults:
            self.fault(text)
        for about, count in other.taken.items():
            self.take_away(about, count)

    def name_erasures(self) -> None:
        """Who took what away stands in the ledger too: each erased entry is said to be erased by that entry."""
        for about, count in self.taken.items():
            by = self.erasures.get(about)
            self.erased_by[by or f"nobody: no entry says that {about} was erased"] = count
            if by is None:
                self.fault(f"{count} entries about {about} are erased, and no entry says by whom")
