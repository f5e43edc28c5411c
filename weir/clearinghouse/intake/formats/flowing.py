# SPDX-License-Identifier: Apache-2.0
"""JSON documents of any length, and broken ones: read as they come, so that whatever can be read of them is kept.

A document that is short and whole is loaded at once. Any other is gone through twice: for what stands around its rows
(its components, its product tree), which is held, and for the rows, one after the other. Both ways say the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from weir.clearinghouse.intake.formats.documents import (
    AS_IT_COMES,
    DEEPEST,
    LARGEST,
    TWICE,
    Read,
    Said,
    Spoilt,
    Troubles,
    objects,
    taken,
    too_deep,
    value_of,
    why_not,
)
from weir.clearinghouse.intake.formats.streams import Broken, Scanner, TooLong
from weir.clearinghouse.intake.terms import Item, Trouble

AT_ONCE = 4 * 1024 * 1024
DEEP = Spoilt(f"It is nested more than {DEEPEST} deep. Send a flatter value.")
LARGE = Spoilt(f"It is longer than {LARGEST // 2**20} MiB and was not read. Send the document in parts.")
_LINE = re.compile(r"\n[ \t]{0,99}(?=\{)")


@dataclass(frozen=True)
class Rows:
    """Where a format's items stand: under which name, if under one, and what is surely such a row. `fits` holds for no
    other part of the document, because behind something broken reading goes on with what fits.
    """

    fits: Callable[[dict[str, Any]], bool]
    name: str = ""

    def landmark(self) -> str:
        return rf'"({re.escape(self.name)})"\s{{0,99}}:\s{{0,99}}(?=\[)' if self.name else ""

    def is_row(self, found: Any) -> bool:
        return isinstance(found, dict) and self.fits(found)


def read_each(stream: BinaryIO, take: Callable[[Said], Iterable[Item]], rows: Rows) -> Read:
    """What `take` finds in the document's object, or each object of its list, and what could not be read beside it."""
    begin, troubles, why = stream.tell(), Troubles(), ""
    data = stream.read(AT_ONCE + 1)
    if len(data) <= AT_ONCE:
        document = value_of(data)
        if not isinstance(document, Trouble):
            yield from taken(objects(document, troubles), take, troubles)
            return
        why = document.what
    del data
    yield from taken(Flow(stream, begin, rows, troubles, why).documents(), take, troubles)


class Flow:
    """One document that is read as it comes. `why` it was not loaded whole is told if something of it is lost."""

    def __init__(self, stream: BinaryIO, begin: int, rows: Rows, troubles: Troubles, why: str = "") -> None:
        self._stream, self._begin = stream, begin
        self.rows, self.troubles, self._why = rows, troubles, why

    def documents(self) -> Iterator[Said]:
        scanner = self._from_the_beginning()
        try:
            if scanner.peek() == "[":
                yield from self.listed(scanner, "")
            elif said := self._document(scanner):
                yield said
            if scanner.peek() == "{":
                yield from self._lines(scanner)
            elif scanner.peek():
                raise Broken("more stands behind what should be the end")
        except Broken as no:
            self.lost(no)
        if scanner.mended:
            self.troubles.add("", "Some bytes are not UTF-8 and were replaced. Save the file as UTF-8.")

    def lost(self, no: Broken) -> None:
        self.troubles.add("", self._why or f"It breaks off, or is broken: {no}. Correct it and send the file again.")

    def listed(self, scanner: Scanner, where: str) -> Iterator[Said]:
        """The objects of the list that begins here."""
        for at, found in enumerate(scanner.elements(self.rows.is_row)):
            yield from self._row(found, f"{where}/{at}")

    def each_row(self) -> Iterator[Said]:
        """The rows of the document."""
        scanner, name = self._from_the_beginning(), self.rows.name
        try:
            for key in scanner.members():
                if key == name:
                    yield from self.listed(scanner, f"/{name}")
                    return
                scanner.skip()
        except Broken as no:
            self.lost(no)
            if scanner.to_landmark():
                with suppress(Broken):
                    yield from self.listed(scanner, f"/{name}")

    def _document(self, scanner: Scanner) -> Said | None:
        """What stands around the rows. An object that has none is taken only whole."""
        head: dict[str, Any] = {}
        try:
            for key in scanner.members():
                twice = key in head
                if key == self.rows.name and scanner.peek() == "[":
                    head[key] = []
                    for _ in scanner.elements(self.rows.is_row):
                        head[key] = [None]  # that there are some is all that is held of them
                else:
                    head[key] = self._value(scanner, key)
                if twice:
                    head[key] = Spoilt(TWICE)
        except Broken as no:
            self.lost(no)
            if self.rows.name not in head and scanner.to_landmark():
                head[self.rows.name] = [None]
            if not isinstance(head.get(self.rows.name), list):
                return None
            return Flowing(head, "", self.troubles, self)
        return Flowing(head, "/0" if scanner.peek() == "{" else "", self.troubles, self)

    def _value(self, scanner: Scanner, key: str) -> Any:
        try:
            value = scanner.value()
        except TooLong:
            scanner.skip()
            value = LARGE
        if too_deep(value):
            value = DEEP
        if value in (DEEP, LARGE):  # told at once: maybe nobody asks for what stands here
            self.troubles.add(f"/{key}", value.why)
        return value

    def _lines(self, scanner: Scanner) -> Iterator[Said]:
        """Behind the first object: one after the other, as programs write them a line each."""
        at = 0
        while scanner.peek():
            at += 1
            try:
                found: Any = scanner.value()
            except Broken as no:
                found = no
                if not scanner.to_next(_LINE):
                    raise
            yield from self._row(found, f"/{at}")

    def _row(self, found: Any, where: str) -> Iterator[Said]:
        if isinstance(found, Broken):
            self.troubles.add(where, f"This cannot be read: {found}. Reading went on where it could.")
        elif too_deep(found):
            self.troubles.add(where, DEEP.why)
        elif isinstance(found, dict):
            yield Said(found, where, self.troubles)
        else:
            within = where.count("/") > 1
            self.troubles.add(where, why_not(found, dict) + " The rest of the item is kept." * within)

    def _from_the_beginning(self) -> Scanner:
        self._stream.seek(self._begin)
        return Scanner(self._stream, self.rows.landmark(), AS_IT_COMES, LARGEST)


@dataclass(frozen=True)
class Flowing(Said):
    """A document whose rows are read when they are asked for."""

    flow: Flow

    def each(self, name: str) -> Iterator[Said]:
        rows = self.flow.rows
        return (
            self.flow.each_row()
            if name == rows.name and self.has(name) and isinstance(self.value[name], list)
            else super().each(name)
        )
