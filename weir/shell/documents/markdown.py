# SPDX-License-Identifier: Apache-2.0
"""The little Markdown that the reference needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows under their names; nothing at all where there are no rows."""
    lines = [_row(names), _row(["---"] * len(names)), *(_row([cell(each) for each in row]) for row in rows)]
    return "\n".join(lines) + "\n" if len(lines) > 2 else ""


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def paragraphs(*parts: str) -> str:
    """Parts with an empty line between them; empty parts are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip()) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
