# SPDX-License-Identifier: Apache-2.0
"""Commands drawn from verbs and questions: one group a room, built only when somebody asks for it."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from weir.kernel.canonical import loads
from weir.kernel.errors import Invalid
from weir.shell.commands.spoken import Parameter, parameters_of
from weir.shell.commands.terminal import Command, client, say
from weir.shell.doors import OnItsPage, Operation, on_pages, operations

# What a room's own client does on the caller's machine. The room cannot: a client stands above it and works without it.
CLIENTS = {"findings": "weir.shell.commands.blind_check"}


class UnreadableFile(Invalid):
    """A file that was named after an @ cannot be read."""

    hint = "Name a UTF-8 text file after the @; write @@ where the text itself begins with one."


class Room(click.Group):
    """What can be done and asked in one room. A room may add commands of its own in `cli.py`: `weir ledger verify`.

    What is done on a page is not listed; whoever types it is told where.
    """

    def __init__(self, name: str, found: list[Operation]) -> None:
        package = package_of(found[0])
        super().__init__(name, help=(sys.modules[package].__doc__ or "").strip().partition("\n")[0])
        self.found = {each.words[1]: each for each in found}
        self.commands = own_commands(f"{package}.cli") | own_commands(CLIENTS.get(name, ""))
        self.on_pages = {_word(each): each for each in on_pages() if each.startswith(f"{name}.")}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *self.found})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in self.found:
            self.commands[cmd_name] = command(self.found[cmd_name])
        if cmd_name in self.on_pages:
            return on_its_page(self.on_pages[cmd_name])
        return self.commands.get(cmd_name)


def rooms() -> dict[str, list[Operation]]:
    """Operations by room, in the order of the rooms."""
    found: dict[str, list[Operation]] = {}
    for each in operations().values():
        found.setdefault(each.does.room, []).append(each)
    return found


def room(name: str) -> Room | None:
    """The group of that room; nothing where there is no such room."""
    found = rooms().get(name)
    return Room(name, found) if found else None


def package_of(operation: Operation) -> str:
    """`weir.foundation.ledger` of `weir.foundation.ledger.reads.entries`."""
    return ".".join(operation.does.__module__.split(".")[:3])


def own_commands(module: str) -> dict[str, click.Command]:
    """What a room's `cli.py`, or its client here, declares as `commands`, a click group."""
    if not module or find_spec(module) is None:
        return {}
    declared: click.Group = import_module(module).commands
    return dict(declared.commands)


def command(operation: Operation) -> click.Command:
    """One verb or question: its parameters as options, the object it is about as an argument."""
    parameters = {each.name: each for each in parameters_of(operation.shape)}

    @click.pass_context
    def run(ctx: click.Context, /, **given: Any) -> None:
        sent = {name: _sent(parameters[name], value) for name, value in given.items() if value not in (None, ())}
        called = client(ctx)
        say(ctx, called.act(operation.path, sent) if operation.writes else called.ask(operation.path, sent))

    story = "\n\n".join(filter(None, (operation.shape.sentence, operation.shape.story)))
    drawn = [_drawn(each, operation.on) for each in parameters.values()]
    return Command(operation.words[1], callback=run, params=drawn, help=story, short_help=operation.shape.sentence)


def on_its_page(name: str) -> click.Command:
    """In place of what a person does on a page: it takes whatever is typed, does nothing, and says where."""
    page = on_pages()[name]

    @click.pass_context
    def run(ctx: click.Context, /, **_: Any) -> None:
        raise OnItsPage(name, page, client(ctx).url)

    rest = [click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED)]
    story = f"Done on the page {page} of the instance, signed in; no program does it."
    unread = {"ignore_unknown_options": True}
    return Command(_word(name), callback=run, params=rest, help=story, hidden=True, context_settings=unread)


def _word(name: str) -> str:
    return name.partition(".")[2].replace("_", "-")


def _drawn(parameter: Parameter, on: str) -> click.Parameter:
    if parameter.name == on:
        return click.Argument([parameter.name], required=parameter.required)
    flag = f"--{parameter.name.replace('_', '-')}"
    told: dict[str, Any] = {"required": parameter.required, "multiple": parameter.many, "default": None}
    if parameter.kind is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}", parameter.name], default=None)
    if parameter.choices:
        told |= {"type": click.Choice(parameter.choices), "help": _help(parameter, "")}
    elif parameter.kind in {int, float}:
        told |= {"type": parameter.kind, "help": _help(parameter, "")}
    else:
        told |= {
            "type": str,
            "metavar": "TEXT" if parameter.is_text else None,
            "help": _help(parameter, _said(parameter)),
        }
    return click.Option([flag, parameter.name], **told)


def _said(parameter: Parameter) -> str:
    if parameter.is_text:
        return "Text, @FILE, or - for standard input."
    words = parameter.words if parameter.is_plain else "JSON, @FILE, or - for standard input"
    return f"{words[:1].upper()}{words[1:]}."


def _help(parameter: Parameter, said: str) -> str:
    default = f"Otherwise {parameter.shown_default}." if parameter.shown_default else ""
    again = "Give it once for each." if parameter.many else ""
    return " ".join(filter(None, (said, again, default)))


def _sent(parameter: Parameter, value: Any) -> Any:
    """What goes into the body: `@FILE` and `-` stand for what is in them, so that long text need not be quoted."""
    if parameter.many:
        return [_one(parameter, each) for each in value]
    return _one(parameter, value)


def _one(parameter: Parameter, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if parameter.is_text:
        return _filled(value)
    return value if parameter.is_plain else loads(_filled(value).encode())


def _filled(value: str) -> str:
    if value.startswith("@@") or (value != "-" and not value.startswith("@")):
        return value.removeprefix("@")
    try:
        with click.open_file(value.removeprefix("@"), encoding="utf-8") as file:
            return str(file.read())
    except (OSError, UnicodeError) as error:
        raise UnreadableFile(f"{value[1:]} cannot be read: {error}.") from error
