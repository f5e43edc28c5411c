# SPDX-License-Identifier: Apache-2.0
"""Identity's pages: coming in, belonging, programs that act for people, leaving, and what operators decide.

Each reads a form, calls one verb, and either shows the form with what is wrong or leads on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from weir.kernel.moments import Moment

# Where the session keeps for which organization somebody acts.
CHOSEN = "organization"


def whole(text: str, digits: int) -> int:
    """A whole number as it was typed. What is none, or longer, is 0, which every verb here refuses."""
    return int(text) if text.isdecimal() and len(text) <= digits else 0


def until(given: dict[str, Any], now: Moment, ends: str = "expires") -> dict[str, Any]:
    """What a form gave, with the days that were picked as the moment on which it ends."""
    others = {name: value for name, value in given.items() if name != "days"}
    return others | {ends: now + timedelta(days=whole(given.get("days", ""), 4))}
