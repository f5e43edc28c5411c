# SPDX-License-Identifier: Apache-2.0
"""The operator's upkeep: look at the machine, back up, restore, and the made-up world. They call no instance."""

from __future__ import annotations

from pathlib import Path

import click

from weir.kernel.canonical import plain
from weir.shell.commands.root import weir
from weir.shell.commands.terminal import Command, say, wants_json

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@weir.command("doctor", cls=Command)
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """Look at what this machine can do: isolation, compilers, database, keys, clock, disk, workers, log.

    Exit code 1 when something is broken. It changes nothing, and never shows a secret.
    """
    from weir.shell.clock import now  # noqa: PLC0415 - as above
    from weir.shell.keeping import doctor as rounds  # noqa: PLC0415 - Django is set up by now
    from weir.shell.keeping.machine import Health  # noqa: PLC0415 - as above

    rows = rounds.examine(now())
    if wants_json(ctx):
        say(ctx, {"rows": plain(rows)})
    else:
        for row in rows:
            click.secho(f"{row.state:>4}  {row.name}: {row.found}", fg=rounds.COLOURS[row.state])
            if row.hint:
                click.echo(f"      {row.hint}")
    ctx.exit(int(any(row.state is Health.FAIL for row in rows)))


@weir.command("backup", cls=Command)
@FILE
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Back up jobs, database and sealed files into FILE, while the instance runs.

    Keys are not in it: back them up apart with `weir backup-keys`, and not for ever.
    """
    from weir.shell.clock import now  # noqa: PLC0415 - as above
    from weir.shell.commands.bars import bars  # noqa: PLC0415 - as above
    from weir.shell.keeping import backup as making  # noqa: PLC0415 - Django is set up by now

    with bars() as progress:
        made = making.backup(file, now(), progress)
    say(ctx, plain(made))


@weir.command("backup-keys", cls=Command)
@FILE
@click.option("--to", "recipients", multiple=True, required=True, metavar="AGE", help="age1... or ssh-ed25519 ...")
@click.pass_context
def backup_keys(ctx: click.Context, file: Path, recipients: tuple[str, ...]) -> None:
    """Back up the key folder into FILE, encrypted to people who can open it with age.

    Give it an end date: an old copy still opens what was erased since. To put it back:
    `age -d -i IDENTITY FILE | tar -x -C FOLDER`.
    """
    from weir.shell.clock import now  # noqa: PLC0415 - as above
    from weir.shell.keeping import backup as making  # noqa: PLC0415 - Django is set up by now

    count = making.backup_keys(file, recipients, now())
    say(ctx, {"file": str(file), "files": count})


@weir.command("restore", cls=Command)
@FILE
@click.pass_context
def restore(ctx: click.Context, file: Path) -> None:
    """Restore FILE into an empty WEIR_HOME and database, with the keys of the instance in WEIR_KEYS.

    Every digest is checked before anything is touched. What ended since the backup ends again, all sign-ins end, and a
    database that is older than what was published goes on under a new log. Exit code 1 if its ledger does not hold.
    """
    from weir.shell.clock import now  # noqa: PLC0415 - as above
    from weir.shell.commands.bars import bars  # noqa: PLC0415 - as above
    from weir.shell.keeping import restore as putting_back  # noqa: PLC0415 - Django is set up by now

    with bars() as progress:
        restored = putting_back.restore(file, now(), progress)
    say(ctx, plain(restored))
    ctx.exit(int(bool(restored.faults)))


@weir.group("demo")
def demo() -> None:
    """The made-up world of `weir up --demo`."""


@demo.command("code")
@click.argument("person")
@click.pass_context
def code(ctx: click.Context, person: str) -> None:
    """Print the present second factor of a made-up person, such as `coordinator`."""
    from weir.shell import demo as world  # noqa: PLC0415 - Django is set up by now
    from weir.shell.clock import now  # noqa: PLC0415 - as above

    say(ctx, {"code": world.code_of(person, now())}) if wants_json(ctx) else click.echo(world.code_of(person, now()))
