# SPDX-License-Identifier: Apache-2.0
"""Weir governs and measures the flood of vulnerabilities that AI finds. Start reading at `shell/flow.py`."""

__version__ = "0.1.0"
