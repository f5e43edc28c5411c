# SPDX-License-Identifier: Apache-2.0
"""How commands talk: `--json`, `--server` and `--token-file` everywhere, answers on stdout, errors on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weir.kernel.errors import Invalid, WeirError, kind_of
from weir.shell.exits import EXIT
from weir.shell.shown import json_of, lines_of, safe

if TYPE_CHECKING:
    from weir.shell.client import Client


class NoToken(Invalid):
    """The file with the token cannot be read."""

    hint = "Write the token into a file that only you can read, and name that file with --token-file."


class UnreadablePath(Invalid):
    """A file that was named cannot be read."""

    hint = "Look at its name and at who may read it; - is standard input."


def _keep(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    if value:
        chosen_in(ctx)[str(option.name)] = value


def calling_options() -> list[click.Option]:
    """What every command understands, before and after its name."""
    kept: dict[str, Any] = {"expose_value": False, "callback": _keep, "is_eager": True}
    return [
        click.Option(["--json", "as_json"], is_flag=True, help="Answer with JSON, for programs.", **kept),
        click.Option(["--server"], metavar="URL", help="The instance to call; otherwise WEIR_URL.", **kept),
        click.Option(
            ["--token-file"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="File with the token; otherwise WEIR_TOKEN.",
            **kept,
        ),
    ]


class Command(click.Command):
    """A command that calls an instance."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *calling_options()]


def chosen_in(ctx: click.Context) -> dict[str, Any]:
    """The calling options that were given so far."""
    return ctx.find_root().ensure_object(dict)


def wants_json(ctx: click.Context) -> bool:
    return bool(chosen_in(ctx).get("as_json"))


def client(ctx: click.Context) -> Client:
    """The instance and token that this call is for. A token is no option: it would stand in the list of processes."""
    from weir.shell.client import Client  # noqa: PLC0415 - the HTTP client is not needed for --help
    from weir.shell.settings import PUBLIC_URL, VALUES  # noqa: PLC0415 - read only once Django is set up

    chosen = chosen_in(ctx)
    return Client((chosen.get("server") or VALUES.url or PUBLIC_URL).rstrip("/"), _token(chosen, VALUES.token))


def _token(chosen: dict[str, Any], otherwise: str) -> str:
    file: Path | None = chosen.get("token_file")
    if file is None:
        return otherwise
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise NoToken(f"{file} cannot be read as a token: {error}.") from error


def say(ctx: click.Context, answer: Any) -> None:
    """JSON for programs; for people, lines of name and value, and tables where there are rows."""
    if wants_json(ctx):
        click.echo(json_of(answer))
        return
    for line in lines_of(answer):
        click.echo(line)


def complain(error: WeirError, *, as_json: bool) -> int:
    """On stderr what happened, where, and what to do; the exit code of its kind is given back."""
    code = EXIT[kind_of(error)]
    if as_json:
        from weir.shell import problems  # noqa: PLC0415 - Django is not loaded for those who do not ask for it

        click.echo(json_of(problems.body(error)), err=True)
        return code
    click.echo(f"weir: {safe(error.sentence)}", err=True)
    for place, fault in getattr(error, "faults", {}).items():
        click.echo(f"  {safe(place)}: {safe(fault)}", err=True)
    if error.hint:
        click.echo(f"  {safe(error.hint)}", err=True)
    return code
