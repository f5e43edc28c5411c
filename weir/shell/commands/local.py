# SPDX-License-Identifier: Apache-2.0
"""Commands that need no instance: settings, shell completion, and the MCP server over stdio."""

from __future__ import annotations

import os
from typing import Any

import click

from weir.shell.commands.root import weir
from weir.shell.commands.terminal import Command, client, say, wants_json
from weir.shell.environment import SETTINGS, Setting

COMPLETION = {
    "bash": 'eval "$(_WEIR_COMPLETE=bash_source weir)"',
    "zsh": 'eval "$(_WEIR_COMPLETE=zsh_source weir)"',
    "fish": "_WEIR_COMPLETE=fish_source weir | source",
}
MASKED = "(set, not shown)"


@weir.command("settings", cls=Command)
@click.pass_context
def settings(ctx: click.Context) -> None:
    """Show every setting, with its value here and what breaks when it is wrong."""
    rows = [_row(setting) for setting in SETTINGS]
    if wants_json(ctx):
        say(ctx, rows)
        return
    for row in rows:
        click.echo(f"{row['name']} = {row['value'] or '(empty)'}{'' if row['set'] else '  (default)'}")
        if row["fault"]:
            click.echo(f"  WRONG: {row['fault']}")
        click.echo(f"  {row['why']}\n  {row['breaks']}\n")


def _row(setting: Setting) -> dict[str, Any]:
    given = os.environ.get(setting.name, "")
    try:
        setting.read(given or setting.default)
        fault = ""
    except ValueError as error:
        fault = str(error)
    return {
        "name": setting.name,
        "value": MASKED if setting.secret and given else given or setting.default,
        "set": bool(given),
        "fault": fault,
        "why": setting.why,
        "breaks": setting.breaks,
    }


@weir.command("completion")
@click.argument("shell", type=click.Choice(sorted(COMPLETION)))
def completion(shell: str) -> None:
    """Print the line that teaches your shell to complete `weir`.

    Put it into ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish.
    """
    click.echo(COMPLETION[shell])


@weir.command("mcp", cls=Command)
@click.pass_context
def mcp(ctx: click.Context) -> None:
    """Serve AI agents over stdio (MCP), with your token's permissions.

    The Model Context Protocol: tools are the verbs and questions that your token opens. It calls an instance
    (--server or WEIR_URL), which serves the same tools over HTTP under /mcp.
    """
    from weir.shell.mcp import over_stdio  # noqa: PLC0415 - a second of imports that nobody else needs

    over_stdio.serve(client(ctx))
