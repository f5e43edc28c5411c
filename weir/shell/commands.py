# SPDX-License-Identifier: Apache-2.0
"""Commands that need no instance: settings, shell completion, the reference, and the MCP server over stdio."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from weir.kernel.errors import Conflict, Missing
from weir.shell.environment import SETTINGS, Setting
from weir.shell.root import weir
from weir.shell.terminal import Command, client, say, wants_json

COMPLETION = {
    "bash": 'eval "$(_WEIR_COMPLETE=bash_source weir)"',
    "zsh": 'eval "$(_WEIR_COMPLETE=zsh_source weir)"',
    "fish": "_WEIR_COMPLETE=fish_source weir | source",
}
MASKED = "(set, not shown)"


class OutOfDate(Conflict):
    """The reference does not say what the code says."""

    hint = "Run `make docs` and look at what changed."


class NotACheckout(Missing):
    """The reference is written in a checkout of Weir, and this is none."""

    hint = "Run it where Weir's pyproject.toml lies, or name a folder with --to."


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


@weir.command("docs")
@click.option("--check", is_flag=True, help="Write nothing; fail if a page does not say what the code says.")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="Otherwise docs/reference of this checkout."
)
def docs(check: bool, to: Path | None) -> None:  # noqa: FBT001 - click's way
    """Write the reference anew from the code.

    Verbs, questions, settings, commands, ledger kinds, errors and policy actions: a page each.
    """
    from weir.shell import documents  # noqa: PLC0415 - only for those who ask

    folder = to or documents.FOLDER
    if to is None and not documents.is_checkout():
        raise NotACheckout
    stale = documents.stale(folder)
    if not check:
        documents.write(folder)
        click.echo(f"{len(stale)} pages written anew in {folder}.")
    elif stale:
        raise OutOfDate(f"Out of date: {', '.join(stale)}.")


@weir.command("mcp", cls=Command)
@click.pass_context
def mcp(ctx: click.Context) -> None:
    """Serve AI agents over stdio (MCP), with your token's permissions.

    The Model Context Protocol: tools are the verbs and questions that your token opens. It calls an instance
    (--server or WEIR_URL), which serves the same tools over HTTP under /mcp.
    """
    from weir.shell import mcp_stdio  # noqa: PLC0415 - a second of imports that nobody else needs

    mcp_stdio.serve(client(ctx))
