# SPDX-License-Identifier: Apache-2.0
"""Outcomes as the ledger keeps them: all of it, but for what the caller sees once and nobody may keep."""

from __future__ import annotations

from dataclasses import field, fields, is_dataclass
from functools import cache
from typing import Any

from weir.kernel.canonical import canonical


def unrecorded(**kwargs: Any) -> Any:
    """A dataclass field that the caller sees once and the ledger never: a token, a claim code."""
    return field(metadata={"recorded": False}, **kwargs)


def recorded(outcome: object) -> bytes:
    """The canonical bytes of an outcome, without what must not be kept."""
    if not is_dataclass(outcome):
        return canonical(outcome)
    return canonical({name: getattr(outcome, name) for name in _kept(outcome.__class__)})


@cache
def _kept(outcome: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(outcome) if f.metadata.get("recorded", True))
