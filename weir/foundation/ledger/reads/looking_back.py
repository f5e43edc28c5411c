# SPDX-License-Identifier: Apache-2.0
"""What the house itself asks about entries of long ago, for rooms above that asked policy before."""

from __future__ import annotations

from weir.foundation.ledger.reads import entries_on


def actors_on(about: str) -> frozenset[str]:
    """Everybody who ever did something to an object, by the numbers that the ledger keeps of them."""
    return frozenset(entries_on(about).values_list("actor", flat=True))
