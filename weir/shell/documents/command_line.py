# SPDX-License-Identifier: Apache-2.0
"""Commands, as `--help` tells them: what stands on the page is what stands in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from weir.shell.commands.root import root_context
from weir.shell.documents.markdown import paragraphs

NARROW: dict[str, Any] = {"terminal_width": 100, "max_content_width": 100}
ABOUT = """
Every verb and question is a command of its room; it calls an instance with your token. The others work on this machine.
Long text is given as `@FILE` or `-`; answers go to stdout, errors to stderr.
"""


def commands() -> str:
    """`--help` of every command that is loaded; `weir` itself loads them all."""
    return paragraphs("# Commands", ABOUT, *(_section(ctx) for ctx in _all(root_context(**NARROW))))


def _section(ctx: click.Context) -> str:
    return f"## {ctx.command_path}\n\n```text\n{ctx.get_help()}\n```"


def _all(ctx: click.Context) -> Iterator[click.Context]:
    yield ctx
    if not isinstance(ctx.command, click.Group):
        return
    for name in sorted(ctx.command.list_commands(ctx)):
        found = ctx.command.get_command(ctx, name)
        if found is not None and not found.hidden:
            yield from _all(click.Context(found, ctx, info_name=name, **NARROW))
