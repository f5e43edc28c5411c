# SPDX-License-Identifier: Apache-2.0
"""Answers as a person reads them in a terminal. Control characters of strangers never reach it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

WIDEST = 60
_DELETE = "\x7f"


def lines_of(answer: Any, indent: str = "") -> Iterator[str]:
    """Names and values, one a line; a list of records as a table."""
    if not isinstance(answer, dict):
        yield from _list(answer, indent) if isinstance(answer, list) and answer else _block(answer, indent)
        return
    width = max((len(safe(name)) for name in answer), default=0)
    for name, value in answer.items():
        if isinstance(value, dict | list) and value:
            yield f"{indent}{safe(name)}:"
            yield from lines_of(value, indent + "  ")
        elif isinstance(value, str) and "\n" in value.strip():
            yield f"{indent}{safe(name)}:"
            yield from _block(value, indent + "  ")
        else:
            yield f"{indent}{safe(name).ljust(width)}  {_word(value)}"


def json_of(answer: Any) -> str:
    """JSON on one line, of plain ASCII: nothing in it that a terminal obeys."""
    return json.dumps(answer, ensure_ascii=True).replace(_DELETE, "\\u007f")


def safe(text: Any) -> str:
    """Text on one line. What is not printable, such as escapes and marks that turn text around, is replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(text))


def _block(value: Any, indent: str) -> Iterator[str]:
    """Text of several lines keeps them; tabs become spaces."""
    if not isinstance(value, str):
        yield indent + _word(value)
        return
    for line in (value.strip("\r\n") or "-").replace("\r\n", "\n").split("\n"):
        yield indent + safe(line.expandtabs(4))


def _list(rows: list[Any], indent: str) -> Iterator[str]:
    if not all(isinstance(row, dict) for row in rows):
        for row in rows:
            yield f"{indent}- {_word(row)}"
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_short(row.get(name, "")) for name in names] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(names, *cells, strict=True)]
    for row in [[safe(name) for name in names], *cells]:
        yield indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _short(value: Any) -> str:
    text = _word(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _word(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and not any(isinstance(part, dict | list) for part in value):
        return ", ".join(safe(part) for part in value)
    return json_of(value) if isinstance(value, dict | list) else safe(value)
