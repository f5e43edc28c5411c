# SPDX-License-Identifier: Apache-2.0
"""The `weir` command itself: rooms become groups when they are asked for, and errors become sentences."""

from __future__ import annotations

from typing import Any

import click

from weir.kernel.errors import WeirError
from weir.shell.commands.terminal import calling_options, complain, wants_json
from weir.shell.exits import EXIT_CODES


class Weir(click.Group):
    """The group at the root: commands of this machine first, then a group for each room."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *sorted(_rooms())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        # Our own first: `weir settings` is there even when a setting keeps the rooms from being read.
        return super().get_command(ctx, cmd_name) or _room(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in (("On this machine", sorted(self.commands)), ("Rooms of an instance", sorted(_rooms()))):
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, each.get_short_help_str(90)) for name, each in found if each])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WeirError as error:
            ctx.exit(complain(error, as_json=wants_json(ctx)))


def _rooms() -> dict[str, Any]:
    from weir.shell.commands.drawn import rooms  # noqa: PLC0415 - rooms can be imported only once Django is set up

    return rooms()


def _room(name: str) -> click.Group | None:
    from weir.shell.commands.drawn import room  # noqa: PLC0415 - as above

    return room(name)


@click.group(
    cls=Weir,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="weir")
def weir() -> None:
    """Governs and measures the flood of vulnerabilities that AI finds.

    Rooms (intake, findings, ...) hold what can be done and asked; `weir ROOM --help` lists it. They call an instance
    (WEIR_URL) with your token (WEIR_TOKEN); `weir completion bash` completes all of it with the tab key.
    """


weir.params += calling_options()


def root_context(**more: Any) -> click.Context:
    """`weir` as if it had been typed. A command keeps the help option of the context that first asked for it."""
    return click.Context(weir, info_name="weir", **{**weir.context_settings, **more})
