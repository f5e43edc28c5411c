# SPDX-License-Identifier: Apache-2.0
"""At which commits or versions something is scanned, and whether two such sayings can mean the same code.

People write them freely, and each ecosystem orders its versions in its own way. So only what every one of them reads
alike is read: hashes of commits, versions whose numbers are separated by dots, and bounds on these. Everything else
(tags, branches, ranges of commits, carets and tildes) is unknown. What is unknown may be anything: this only ever
weakens a warning, so it must not be wrong about two being apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

# Numbers of a version, and where around it: before all that is built on the way to it, at it, after all its builds.
Point = tuple[tuple[int, ...], int]
BEFORE, AT, AFTER = -1, 0, 1
LOWEST: Point = ((), BEFORE)
HIGHEST: Point = ((10**9,), AFTER)
WHOLE = 3
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
# A first number of more digits is a date, and says nothing of versions.
_VERSION = re.compile(r"v?(\d{1,5}(?:\.\d{1,9}){0,9})((?:\.[x*])?)((?:[-+.]?[a-z][\w.+-]*|[-+][\w.+-]+)?)")
_BOUND = re.compile(r"(>=|<=|==?|>|<)?(\S+)")
_FROM_TO = re.compile(r"(\S+) - (\S+)|(\S+?)\.\.\.?(\S+)")


@dataclass(frozen=True)
class Stretch:
    """All versions from one to another; an open end does not belong to it."""

    low: Point = LOWEST
    high: Point = HIGHEST
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True)
class Span:
    """What was said: some commits, or some stretches of versions; neither where it can be anything."""

    commits: tuple[str, ...] = ()
    stretches: tuple[Stretch, ...] = ()


ANYTHING = Span()


@lru_cache(maxsize=4096)  # many claims say the same few versions
def span_of(text: str) -> Span:
    """What a text says of commits or versions, as far as it can be read without guessing."""
    said = re.sub(r"^vers:[a-z0-9.+-]+/", "", " ".join(text.lower().split()))
    parts = [part for part in re.split(r"[,|]", _joined(said)) if part]
    if parts and all(map(_is_commit, parts)):
        return Span(commits=tuple(parts))
    found = [_stretch(part) for part in parts]
    stretches = [each for each in found if each is not None]
    if not parts or len(stretches) < len(found) or "||" in said:
        return ANYTHING
    return Span(stretches=_together(parts, stretches))


def may_meet(one: Span, other: Span) -> bool:
    """Whether both can mean the same code. Of a commit and a version nobody knows."""
    if one.commits and other.commits:
        return any(a.startswith(b) or b.startswith(a) for a in one.commits for b in other.commits)
    if one.stretches and other.stretches:
        return any(_meet(a, b) for a in one.stretches for b in other.stretches)
    return True


def _joined(said: str) -> str:
    """Blanks between parts as commas; those after a bound and around a dash belong to it."""
    said = re.sub(r"([<>=]) ", r"\1", said)
    return re.sub(r"(?<! -) (?!- )", ",", said)


def _is_commit(part: str) -> bool:
    return bool(_COMMIT.fullmatch(part)) and not part.isdigit()


@dataclass(frozen=True)
class _Version:
    """Its numbers; those of the first version behind all that begin with it; whether some were left out, or letters
    follow, so that it lies somewhere around its numbers.
    """

    numbers: tuple[int, ...]
    beyond: tuple[int, ...]
    partial: bool
    around: bool

    @property
    def low(self) -> Point:
        return self.numbers, BEFORE if self.partial or self.around else AT

    @property
    def stretch(self) -> Stretch:
        """All that begin with it."""
        if self.around:
            return Stretch(self.low, (self.numbers, AFTER))
        return Stretch(self.low, (self.beyond, BEFORE), high_open=True)

    @property
    def until(self) -> Stretch:
        """All up to it, and with it."""
        if self.partial or self.around:
            return replace(self.stretch, low=LOWEST)
        return Stretch(high=(self.numbers, AT))


def _stretch(part: str) -> Stretch | None:
    if match := _FROM_TO.fullmatch(part):
        low, high = _version(match[1] or match[3]), _version(match[2] or match[4])
        return replace(high.until, low=low.low) if low and high else None
    match = _BOUND.fullmatch(part)
    found = _version(match[2]) if match else None
    if match is None or found is None:
        return None
    numbers, low_at, high_at = found.numbers, BEFORE if found.around else AT, AFTER if found.around else AT
    bounds = {
        ">=": Stretch(low=found.low),
        ">": Stretch(low=(numbers, low_at), low_open=not found.around),
        "<": Stretch(high=(numbers, high_at), high_open=not found.around),
        "<=": found.until,
    }
    return bounds.get(match[1], found.stretch)


def _version(text: str) -> _Version | None:
    match = _VERSION.fullmatch(text)
    numbers = tuple(map(int, match[1].split("."))) if match else ()
    if match is None or (match[3] and len(numbers) == 1):
        return None
    beyond = (*numbers[:-1], numbers[-1] + 1)
    return _Version(_plain(numbers), beyond, bool(match[2]) or len(numbers) < WHOLE, bool(match[3]))


def _plain(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """1.2 and 1.2.0 are one."""
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers


def _together(parts: list[str], stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """One bound from below and one from above are one stretch; of more bounds nobody says how they belong together."""
    below = [each for part, each in zip(parts, stretches, strict=True) if part.startswith(">")]
    above = [each for part, each in zip(parts, stretches, strict=True) if part.startswith("<")]
    if not (below or above):
        return tuple(stretches)
    if len(below) > 1 or len(above) > 1 or len(stretches) > len(below) + len(above):
        return ()
    low, high = (below or [Stretch()])[0], (above or [Stretch()])[0]
    whole = Stretch(low.low, high.high, low.low_open, high.high_open)
    return (whole,) if _reaches(whole, whole) else ()


def _meet(one: Stretch, other: Stretch) -> bool:
    return _reaches(one, other) and _reaches(other, one)


def _reaches(one: Stretch, other: Stretch) -> bool:
    """Whether the first begins before the other ends."""
    if one.low == other.high:
        return not (one.low_open or other.high_open)
    return one.low < other.high
