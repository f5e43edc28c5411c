# SPDX-License-Identifier: Apache-2.0
"""What time it is for a question. Pages hand it in; other doors do not, so it is looked up here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

from weir.kernel.moments import Moment


def present(now: Moment | None) -> Moment:
    return now or Moment.of(datetime.now(UTC))
