# SPDX-License-Identifier: Apache-2.0
"""Which versions a document means: bounds that can be put together, and what `vers:` and its kin spell in one line."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from weir.clearinghouse.intake.formats.documents import unique
from weir.clearinghouse.intake.terms import Affected


class Bounds(NamedTuple):
    """Bounds of one package. `fixed` is the first version that is good again, `last` the last one that is not."""

    introduced: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    def of(self, package: str, repository: str = "") -> Affected:
        return Affected(package, repository, self.introduced, self.fixed, self.versions, self.last)


class Gathered:
    """Bounds that come one after the other; each text is kept once, in the order in which it came."""

    def __init__(self) -> None:
        self._kept: tuple[dict[str, None], ...] = tuple({} for _ in Bounds._fields)

    def add(self, bounds: Bounds) -> None:
        for kept, texts in zip(self._kept, bounds, strict=True):
            kept.update(dict.fromkeys(texts))

    def bounds(self) -> Bounds:
        return Bounds(*map(tuple, self._kept))


def of_vers(text: str) -> Bounds:
    """The bounds of `vers:npm/>=1.0|<1.4`. What is no such range is one version, as it stands."""
    if not text.startswith("vers:"):
        return Bounds(versions=unique((text,)))
    gathered = Gathered()
    for part in text.partition("/")[2].split("|"):
        gathered.add(_of_comparison(part.strip()))
    return gathered.bounds()


def _of_comparison(part: str) -> Bounds:
    """`>` is kept as `>=`: what lies just above is not ours to know. `!=` says nothing of what is affected."""
    sign = next((sign for sign in (">=", "<=", "!=", "<", ">", "=") if part.startswith(sign)), "")
    version = unquote(part.removeprefix(sign).strip())
    if part == "*":
        return Bounds(introduced=("0",))
    if not version or sign == "!=":
        return Bounds()
    if sign in (">=", ">"):
        return Bounds(introduced=(version,))
    if sign == "<=":
        return Bounds(last=(version,))
    return Bounds(fixed=(version,)) if sign == "<" else Bounds(versions=(version,))
