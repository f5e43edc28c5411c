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

    def with_(self, other: Bounds) -> Bounds:
        return Bounds(*(unique(mine, theirs) for mine, theirs in zip(self, other, strict=True)))

    def of(self, package: str, repository: str = "") -> Affected:
        return Affected(package, repository, self.introduced, self.fixed, self.versions, self.last)


def of_vers(text: str) -> Bounds:
    """The bounds of `vers:npm/>=1.0|<1.4`. What is no such range is one version, as it stands."""
    if not text.startswith("vers:"):
        return Bounds(versions=unique((text,)))
    bounds = Bounds()
    for part in text.partition("/")[2].split("|"):
        bounds = bounds.with_(_of_comparison(part.strip()))
    return bounds


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
