# SPDX-License-Identifier: Apache-2.0
"""The operator's commands: they work on this machine, with its settings, and call no instance."""

from __future__ import annotations

import click

from weir.shell.commands.root import weir

PARENT = click.option("--parent", type=int, default=0, hidden=True, help="End when this process ends.")


@weir.command("up")
@click.option("--demo", is_flag=True, help="Fill an empty instance with a small made-up world.")
@click.pass_context
def up(ctx: click.Context, demo: bool) -> None:  # noqa: FBT001 - click's way
    """Run an instance: web server and worker together, until Ctrl-C.

    It prepares the database and the files of the pages first, and on a new instance prints the link for its first
    administrator. Several hosts that share a PostgreSQL run `weir web` and `weir worker` apart.
    """
    from weir.shell.running import up as house  # noqa: PLC0415 - Django is set up by now

    ctx.exit(house.up(click.echo, demo=demo))


@weir.command("migrate")
def migrate() -> None:
    """Prepare the database and the files of the pages, and stop. Run it once before `weir web` and `weir worker`."""
    from weir.shell.running import up as house  # noqa: PLC0415 - as above

    house.prepare(click.echo)
    house.welcome(click.echo)


@weir.command("web")
@PARENT
def web(parent: int) -> None:
    """Run the web server alone, on a prepared database."""
    from weir.shell.running import serve, up  # noqa: PLC0415 - as above

    up.die_with(parent)
    up.check_prepared()
    serve.serve()


@weir.command("worker")
@PARENT
@click.pass_context
def worker(ctx: click.Context, parent: int) -> None:
    """Run one worker alone, on a prepared database. Each that runs at once has a WEIR_EXECUTOR of its own."""
    from weir.shell.running import up, worker  # noqa: PLC0415 - as above

    up.die_with(parent)
    up.check_prepared()
    ctx.exit(worker.main())
