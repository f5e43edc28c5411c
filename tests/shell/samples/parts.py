# SPDX-License-Identifier: Apache-2.0
"""What the samples of several rooms are made of."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace as Thing
from typing import Any

from weir.kernel.moments import Moment

Page = tuple[str, dict[str, Any]]
NOW = Moment.parse("2026-11-20T12:04:00Z")
LONG = "Heap buffer overflow in the frame parser when a continuation follows a header block that was never ended"


def ago(**span: float) -> Moment:
    return Moment.of(NOW - timedelta(**span))


def field(name: str, label: str, kind: str = "text", **more: Any) -> Thing:
    rest = {
        "hint": "",
        "value": "",
        "options": (),
        "required": False,
        "error": "",
        "maxlength": None,
        "autocomplete": "",
    }
    return Thing(**({"name": name, "label": label, "kind": kind} | rest | more))


def form(*fields: Thing, errors: tuple[str, ...] = ()) -> Thing:
    return Thing(fields=list(fields), errors=list(errors))


STATES = [
    ("received", "Received"),
    ("correlated", "Joined"),
    ("undecided", "Undecided"),
    ("reproduced", "Reproduced"),
    ("closed", "Closed"),
]
TITLES = [
    LONG,
    "Session fixation after password reset",
    "Path traversal in archive extraction",
    "Integer wrap in length check",
]
TARGETS = [
    "pkg:cargo/streamlet@0.9.4",
    "pkg:npm/tidewater@2.1.0",
    "https://code.example/harbour/lock-keeper",
    "pkg:pypi/brook@4.0",
]
MARKS = ["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]
NUMBERS = ["F-2026-7K3QM-X", "F-2026-C0D4W-3", "F-2026-QZ81H-9", "F-2026-M5TN2-R"]


def row(n: int) -> Thing:
    state, label = STATES[n % 5]
    return Thing(
        number=NUMBERS[n % 4],
        href="finding.html",
        title=TITLES[n % 4],
        state=state,
        state_label=label,
        received=ago(hours=7 * n + 1),
        target=TARGETS[n % 4],
        reports=n % 3 + 1,
        marking=MARKS[n % 5],
        taken=n % 3 == 0,
        mine=n % 6 == 0,
    )


DIGEST = "9f2c1e55a40b7d3386cfe8e1d90a1f4b27c6d8e3f5a1b2c3d4e5f60718293a4b"
JUST_NOW = {"action": "#here"}
