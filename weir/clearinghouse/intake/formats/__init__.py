# SPDX-License-Identifier: Apache-2.0
"""The formats in which others write down what is wrong. Pure: bytes in, items and troubles out, one after the other.

A format is one function with `@written_as`. It reads a stream that can be sought and yields as it goes, so that memory
does not grow with the file; what it cannot read it yields as a `Trouble` and goes on. Ours are listed in `OURS`;
those of others come in by the entry point group `weir.formats`, through the same decorator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import BinaryIO, NamedTuple

from weir.clearinghouse.intake.terms import Item, Trouble

Reader = Callable[[BinaryIO], Iterator[Item | Trouble]]
OURS: tuple[str, ...] = ("sarif", "csaf", "cyclonedx", "openvex", "own", "cve", "osv_scanner", "osv", "mail", "words")
HEAD = 64 * 1024


class Format(NamedTuple):
    """One format. `looks_like` gets the first 64 KiB and the file's name, and is asked in the order of the list."""

    name: str
    looks_like: Callable[[bytes, str], bool]
    read: Reader


FORMATS: dict[str, Format] = {}


def written_as(name: str, looks_like: Callable[[bytes, str], bool]) -> Callable[[Reader], Reader]:
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
    for name in OURS:
        import_module(f"{__name__}.{name}")
    for entry in entry_points(group="weir.formats"):
        entry.load()
    return FORMATS


def format_of(stream: BinaryIO, filename: str = "") -> Format | None:
    """By what the file holds, never by what its sender calls it; the stream is where it was."""
    begin = stream.tell()
    head = stream.read(HEAD)
    stream.seek(begin)
    return next((each for each in load_formats().values() if each.looks_like(head, filename)), None)
