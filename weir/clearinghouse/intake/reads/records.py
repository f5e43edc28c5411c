# SPDX-License-Identifier: Apache-2.0
"""What independent verdicts made of a finder's reports."""

from __future__ import annotations

from weir.clearinghouse.intake.models import FinderRow
from weir.clearinghouse.intake.terms import TrackRecord


def track_record(finder: str) -> TrackRecord:
    """Of somebody whose reports nobody judged yet: nothing for them, nothing against them."""
    counts = FinderRow.objects.filter(finder=finder).values_list("validated", "refuted").first()
    return TrackRecord(*(counts or (0, 0)))
