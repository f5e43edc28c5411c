# SPDX-License-Identifier: Apache-2.0
"""`weir documents`: files of any size are sent, and one sees what becomes of them."""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from weir.kernel.errors import WeirError
from weir.shell.commands.root import weir
from weir.shell.commands.terminal import Command, UnreadablePath, client, complain, say, wants_json
from weir.shell.exits import EXIT_CODES
from weir.shell.shown import safe

if TYPE_CHECKING:
    from weir.shell.client import Client

STDIN = "-"
_LOOKS_EVERY = 1.0
_BLOCK = 64 * 1024
LARGEST_BESIDE = 6_000_000  # Base64 of it still fits into a request, unless the operator made those smaller


@weir.group("documents", epilog=EXIT_CODES)
def documents() -> None:
    """Send files that tools wrote, and see what becomes of them. `weir intake` has the same, verb by verb."""


@documents.command("send", cls=Command)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--name", default="", help="What to call it, for standard input. Otherwise the file's own name.")
@click.option("--watch", is_flag=True, help="Wait until each was read, and show what came of it.")
@click.pass_context
def send(ctx: click.Context, files: tuple[str, ...], name: str, watch: bool) -> None:  # noqa: FBT001 - click's way
    """Send each FILE as it is, whatever its size; - is standard input.

    What a tool wrote (SARIF, OSV, CVE, CSAF, CycloneDX, OpenVEX, osv-scanner) is a document and is read item by item.
    weir.report/1, a mail and Markdown become a report; files that a weir.report/1 names and that lie beside it are
    attached to it. The same file sent again is the same document. One that cannot be sent does not stop the others.
    """
    instance, answers, code = client(ctx), [], 0
    for file in files:
        try:
            answers.append(_sent(instance, file, name, watch=watch))
        except WeirError as error:
            told = complain(error, as_json=wants_json(ctx))
            code = code or told
    if answers:
        say(ctx, answers[0] if len(files) == 1 else answers)
    ctx.exit(code)


@documents.command("list", cls=Command)
@click.option("--after", default="", help="Where the page before this one ended.")
@click.pass_context
def listed(ctx: click.Context, after: str) -> None:
    """The documents you sent, newest first."""
    say(ctx, client(ctx).ask("intake/list-documents", {"after": after} if after else {}))


@documents.command("show", cls=Command)
@click.argument("document")
@click.option("--watch", is_flag=True, help="Wait until it was read.")
@click.pass_context
def show(ctx: click.Context, document: str, watch: bool) -> None:  # noqa: FBT001 - click's way
    """How far a document was read, what came of it, and what in it could not be read."""
    say(ctx, _watched(client(ctx), document) if watch else _read(client(ctx), document))


def _sent(instance: Client, file: str, name: str, *, watch: bool) -> dict[str, Any]:
    with _opened(file) as (stream, size):
        told = instance.send(name or (Path(file).name if file != STDIN else ""), _shown(file, stream, size), size)
    answer: dict[str, Any] = {"file": safe(file)} | told["answer"] | {"entry": told["entry"]["leaf"]}
    if answer["awaited"] and file != STDIN:
        answer |= _attach_what_lies_beside(instance, answer, Path(file).parent)
    if watch and answer["kind"] == "document":
        answer["read"] = _watched(instance, answer["id"])
    return answer


def _attach_what_lies_beside(instance: Client, answer: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Only a file with the very name and digest that the report says; the others are still awaited."""
    attached, awaited = list(answer["attached"]), []
    for each in answer["awaited"]:
        data = _beside(folder, each)
        if data is None or answer["again"]:
            awaited.append(each)
            continue
        given = {"report": answer["id"], "name": each["name"], "role": each["role"]}
        instance.act("intake/attach-file", given | {"content": b64encode(data).decode()})
        attached.append(each["name"])
    return {"attached": attached, "awaited": awaited}


def _beside(folder: Path, wanted: dict[str, Any]) -> bytes | None:
    path = folder / Path(wanted["name"]).name
    if path.name != wanted["name"] or not path.is_file() or path.stat().st_size > LARGEST_BESIDE:
        return None
    data = path.read_bytes()
    return data if hashlib.sha256(data).hexdigest() == wanted["sha256"] else None


@contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int]]:
    """A stream from its beginning, and how long it is: a server wants to know that first."""
    try:
        with Path(file).open("rb") if file != STDIN else tempfile.TemporaryFile() as stream:
            if file == STDIN:
                shutil.copyfileobj(sys.stdin.buffer, stream)
            size = stream.seek(0, 2)
            stream.seek(0)
            yield stream, size
    except OSError as error:
        raise UnreadablePath(f"{safe(file)} cannot be read: {error.strerror}.") from error


def _shown(file: str, stream: BinaryIO, size: int) -> Iterator[bytes]:
    """What is sent, with a bar for whoever watches a terminal."""
    label, silent = safe(Path(file).name), not sys.stderr.isatty()
    with click.progressbar(length=max(size, 1), label=label, file=sys.stderr, hidden=silent) as bar:
        while block := stream.read(_BLOCK):
            yield block
            bar.update(len(block))


def _read(instance: Client, document: str) -> Any:
    return instance.ask("intake/read-document", {"document": document})


def _watched(instance: Client, document: str) -> Any:
    """Asked once a second, until it was read."""
    while (found := _read(instance, document))["state"] == "received":
        if sys.stderr.isatty():
            click.echo(f"\r{document}: {found['read']} read, {found['troubles']} could not be read", nl=False, err=True)
        time.sleep(_LOOKS_EVERY)
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
    return found
