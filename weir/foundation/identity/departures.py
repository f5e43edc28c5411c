# SPDX-License-Identifier: Apache-2.0
"""Where other rooms say what of a leaver's they hold and how they let go of it. The shell fills both tuples at start.

Not a signal: the order is the order in the tuple, and whoever reads the shell's wiring sees all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from weir.foundation.identity.terms import Eraser, Exporter


@dataclass
class Departures:
    """Erasers run inside the leaver's transaction: if one fails, nobody has left and nothing is half gone."""

    exporters: tuple[Exporter, ...] = ()
    erasers: tuple[Eraser, ...] = ()


DEPARTURES = Departures()
