# SPDX-License-Identifier: Apache-2.0
"""What is told of others' effort: a band, some weeks late; and how it decays as the code changes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta
from enum import IntEnum

# Whoever found something and whoever found nothing are told alike, and late, so that nobody can tell which is which.
DELAY = timedelta(days=28)
HALF_LIFE_DAYS = 180.0
_STEPS = (4, 40, 400)
_HOURS = {1: 2.0, 2: 20.0, 3: 200.0, 4: 1000.0}


class Band(IntEnum):
    """Hours of one piece of work, in steps of ten."""

    TOUCHED = 1
    LIGHT = 2
    DEEP = 3
    EXHAUSTIVE = 4


def band_of(hours: int) -> Band:
    return Band(1 + sum(hours >= step for step in _STEPS))


def hours_of(band: int) -> float:
    """What a band stands for, where it is counted with."""
    return _HOURS[band]


def still_counts(age_days: float, changed: Iterable[float]) -> float:
    """The share of a scan that still says something: of the code that is as it was, and less as methods get better.

    `changed` are the shares of the code that changed since, one after the other.
    """
    left = math.pow(0.5, max(age_days, 0.0) / HALF_LIFE_DAYS)
    for share in changed:
        left *= 1.0 - min(max(share, 0.0), 1.0)
    return left
