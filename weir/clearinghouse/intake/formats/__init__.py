# SPDX-License-Identifier: Apache-2.0
"""The formats in which others write down what is wrong. Pure: bytes in, items and troubles out, one after the other.

A format is one function with `@written_as`. It reads a stream that can be sought and yields as it goes, so that memory
does not grow with the file; what it cannot read it yields as a `Trouble` and goes on. Ours are listed in `OURS`;
those of others come in by the entry point group `weir.formats`, through the same decorator. docs/formats.md says how.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import BinaryIO, NamedTuple

from weir.clearinghouse.intake.terms import Item, Trouble
from weir.kernel.errors import WeirError

Reader = Callable[[BinaryIO], Iterator[Item | Trouble]]
LooksLike = Callable[[bytes, str], bool]
GROUP = "weir.formats"
OURS: tuple[str, ...] = ("sarif", "csaf", "cyclonedx", "openvex", "own", "cve", "osv_scanner", "osv", "mail", "words")
HEAD = 64 * 1024
_LOG = logging.getLogger(__name__)


class Format(NamedTuple):
    """One format. `looks_like` gets the first 64 KiB and the file's name, and is asked in the order of the list. `by`
    is the package that brought it, empty for ours.
    """

    name: str
    looks_like: LooksLike
    read: Reader
    by: str = ""


class LeftOut(NamedTuple):
    """A format of another package that is not used, and why."""

    name: str
    by: str
    why: str


FORMATS: dict[str, Format] = {}
LEFT_OUT: list[LeftOut] = []


def written_as(name: str, looks_like: LooksLike) -> Callable[[Reader], Reader]:
    """Declare the reader of a format under its name, `sarif`."""

    def declare(read: Reader) -> Reader:
        if name in FORMATS:
            msg = f"the format {name} is declared twice"
            raise RuntimeError(msg)
        FORMATS[name] = Format(name, looks_like, read)
        return read

    return declare


@cache
def load_formats() -> dict[str, Format]:
    """Ours, then those of others, looked for once."""
    places = {import_module(f"{__name__}.{name}").__name__: at for at, name in enumerate(OURS)}
    # One of ours may have been imported before, by itself or by another.
    ours = sorted(FORMATS.values(), key=lambda each: places.get(each.read.__module__, len(OURS)))
    FORMATS.clear()
    FORMATS.update((each.name, each) for each in ours)
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        _load(entry)
    return FORMATS


def _load(entry: EntryPoint) -> None:
    """Take in what another package declares. Whatever is the matter with it, the formats that were there stay as they
    were, and it is named in `LEFT_OUT`.
    """
    before, by = dict(FORMATS), f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
    try:
        entry.load()
        declared = {name: each._replace(by=by) for name, each in FORMATS.items() if each is not before.get(name)}
        why = _fault(declared, before)
    except Exception as error:  # noqa: BLE001 - it is the code of others
        declared, why = {}, f"It cannot be loaded: {type(error).__name__}, {error}."
    FORMATS.clear()
    FORMATS.update(before)
    if why:
        LEFT_OUT.append(LeftOut(entry.name, by, why))
    else:
        FORMATS.update(declared)


def _fault(declared: dict[str, Format], before: dict[str, Format]) -> str:
    if not declared:
        return "It declares no format; a reader needs @written_as."
    taken = sorted(set(declared) & set(before))
    return f"It would take the place of {', '.join(taken)}; give it a name of its own." if taken else ""


def reading(format: Format, stream: BinaryIO) -> Iterator[Item | Trouble]:
    """What the format's reader reads. Where the reader itself fails, what came before is kept and that is told.

    What goes wrong with the stream is not the reader's fault, and is raised.
    """
    try:
        for found in format.read(stream):
            handed: object = found  # another package's reader may hand out anything
            yield found if isinstance(handed, Item | Trouble) else _failed(format, "something that is no item")
    except (OSError, EOFError, MemoryError, WeirError):
        raise
    except Exception as error:  # noqa: BLE001 - no document may stop the worker, whatever is wrong with its reader
        yield _failed(format, type(error).__name__)


def _failed(format: Format, how: str) -> Trouble:
    """What an error says is a stranger's words, maybe, so only its kind goes into the log."""
    _LOG.error("the reader of %s failed with %s", format.name, how)
    what = f"The reader of {format.name} failed ({how}). Nothing after this was read. Tell whoever runs this instance."
    return Trouble("", what)


def format_of(stream: BinaryIO, filename: str = "") -> Format | None:
    """By what the file holds, never by what its sender calls it; the stream is where it was."""
    begin = stream.tell()
    head = stream.read(HEAD)
    stream.seek(begin)
    return next((each for each in load_formats().values() if knows(each, head, filename)), None)


def knows(format: Format, head: bytes, filename: str) -> bool:
    """Whether the format takes this for its own. One that fails to look at it does not."""
    try:
        return bool(format.looks_like(head, filename))
    except Exception:
        if not format.by:
            raise
        _LOG.error("the format %s failed to look at a file", format.name)
        return False
