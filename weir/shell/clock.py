# SPDX-License-Identifier: Apache-2.0
"""The one place that looks at the clock; everything below is handed `now`."""

from __future__ import annotations

from datetime import UTC, datetime

from weir.kernel.moments import Moment


def now() -> Moment:
    """The present moment."""
    return Moment.of(datetime.now(UTC))
