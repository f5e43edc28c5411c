# SPDX-License-Identifier: Apache-2.0
"""`weir docs`: the reference, written or checked."""

from __future__ import annotations

from pathlib import Path

import click

from weir.kernel.errors import Conflict, Missing
from weir.shell import documents
from weir.shell.commands.root import weir


class OutOfDate(Conflict):
    """The reference does not say what the code says."""

    hint = "Run `make docs` and look at what changed."


class NotACheckout(Missing):
    """The reference is written in a checkout of Weir, and this is none."""

    hint = "Run it where Weir's pyproject.toml lies, or name a folder with --to."


@weir.command("docs")
@click.option("--check", is_flag=True, help="Write nothing; fail if a page does not say what the code says.")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="Otherwise docs/reference of this checkout."
)
def docs(check: bool, to: Path | None) -> None:  # noqa: FBT001 - click's way
    """Write the reference anew from the code.

    Verbs, questions, settings, commands, ledger kinds, errors and policy actions: a page each.
    """
    folder = to or documents.FOLDER
    if to is None and not documents.is_checkout():
        raise NotACheckout
    stale = documents.stale(folder)
    if not check:
        documents.write(folder)
        click.echo(f"{len(stale)} pages written anew in {folder}.")
    elif stale:
        raise OutOfDate(f"Out of date: {', '.join(stale)}.")
