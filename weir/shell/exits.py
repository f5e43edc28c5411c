# SPDX-License-Identifier: Apache-2.0
"""What the shell of the machine sees of each kind of error."""

from __future__ import annotations

from weir.kernel.errors import Conflict, Invalid, Missing, Refused, Unavailable, WeirError

# 1 is left to what nobody foresaw, and 2 is what click says of bad usage.
EXIT: dict[type[WeirError], int] = {Invalid: 2, Refused: 3, Missing: 4, Conflict: 5, Unavailable: 6}
EXIT_CODES = """\b
Exit codes:
  0  done
  1  stopped, or something nobody foresaw
  2  what was typed or sent cannot be read as what was asked for
  3  you may not do this
  4  there is nothing under that name that you may see
  5  it does not go together with what is already there
  6  something that this needs is not there right now
"""
