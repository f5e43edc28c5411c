# SPDX-License-Identifier: Apache-2.0
"""The outside that findings needs: a folder of keys."""

from __future__ import annotations

from weir.clearinghouse.findings.gates.check_keys import CheckKeyFolder

__all__ = ["CheckKeyFolder"]
