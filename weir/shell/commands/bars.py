# SPDX-License-Identifier: Apache-2.0
"""Progress on stderr, for whoever watches a terminal; silence where nobody does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click


class Bars:
    """One bar for each thing that is being done, one after the other."""

    def __init__(self) -> None:
        self._what = ""
        self._bar: Any = None

    def __call__(self, what: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if what != self._what:
            self.close()
            self._what = what
            self._bar = click.progressbar(length=max(total, 1), label=what, file=sys.stderr)
        self._bar.length = max(total, 1)
        self._bar.update(max(0, done - self._bar.pos))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.update(max(0, self._bar.length - self._bar.pos))
            self._bar.render_finish()
        self._what, self._bar = "", None


@contextmanager
def bars() -> Iterator[Bars]:
    shown = Bars()
    try:
        yield shown
    finally:
        shown.close()
