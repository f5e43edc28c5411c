# SPDX-License-Identifier: Apache-2.0
"""What intake does later. Each file does one matter."""

from __future__ import annotations

from weir.clearinghouse.intake.jobs import clocks, documents

__all__ = ["clocks", "documents"]
