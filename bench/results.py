# SPDX-License-Identifier: Apache-2.0
"""bench/RESULTS.md: each figure with the command that measures it."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure, Measured

RESULTS = Path(__file__).with_name("RESULTS.md")
BEGIN, END = "<!-- {bench} -->\n", "<!-- end {bench} -->\n"


def table(measured: Measured) -> str:
    """The figures as a Markdown table, which reads well in a terminal too."""
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    where = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        f"## {measured.bench}",
        "",
        f"`python -m bench {measured.bench}`, {when}, {where}",
        "",
        "| figure | measured | against | ratio | target | |",
        "|---|---|---|---|---|---|",
        *(_row(figure) for figure in measured.results),
        *([""] if measured.skipped else []),
        *(f"Not run: {skipped}" for skipped in measured.skipped),
        "",
    ]
    return "\n".join(lines)


def _row(figure: Figure) -> str:
    target = f"{'at most' if figure.at_most else 'at least'} {figure.target:g}"
    verdict = "holds" if figure.ok else "**falls short**"
    measured = f"{figure.value:,.4g} {figure.unit}"
    return f"| {figure.metric} | {measured} | {figure.against} | {figure.ratio:.3g} | {target} | {verdict} |"


def write(measured: list[Measured]) -> None:
    """Renew the parts of the file that were measured now; the others stay."""
    text = RESULTS.read_text()
    for each in measured:
        begin, end = BEGIN.format(bench=each.bench), END.format(bench=each.bench)
        part = f"{begin}{table(each)}{end}"
        before, found, rest = text.partition(begin)
        text = before + part + rest.partition(end)[2] if found else f"{text}\n{part}"
    RESULTS.write_text(text)
