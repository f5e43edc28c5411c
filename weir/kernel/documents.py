# SPDX-License-Identifier: Apache-2.0
"""Documents of policy (calendars, clocks, decision tables), read member by member; every fault names its place.

They decide what people must do by when, so what could be read in two ways, or is not understood, is not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from weir.kernel.canonical import UnreadableJson, loads
from weir.kernel.errors import Invalid

T = TypeVar("T")

MAX_BYTES = 64 * 1024 * 1024
SHOWN = 100
IGNORED = frozenset({"$schema", "_comment", "note"})


class Malformed(Invalid):
    """This document does not have the form that it claims."""

    hint = "Correct the place that is named; the document was not loaded and nothing changed."


@dataclass(frozen=True)
class Node:
    """One value of a document and the place where it stands."""

    value: object
    pointer: str = ""

    def fault(self, what: str) -> Malformed:
        place = self.pointer or "/"
        return Malformed(f"At {place}: {what}.", faults={place: what})

    def members(self, *known: str) -> dict[str, Node]:
        """The members of an object; with `known`, any other name is a fault, because it might change the meaning."""
        if not isinstance(self.value, Mapping):
            raise self.fault(f"expected an object, found {shown(self.value)}")
        for name in self.value:
            if not isinstance(name, str) or (known and name not in known and name not in IGNORED):
                raise self.fault(f"unknown name {shown(name)}")
        return {name: Node(value, f"{self.pointer}/{_escaped(name)}") for name, value in self.value.items()}

    def member(self, name: str) -> Node:
        found = self.optional(name)
        if found is None:
            raise self.fault(f'"{name}" is missing')
        return found

    def optional(self, name: str) -> Node | None:
        """The member, or None where it is absent or null."""
        found = self.members().get(name)
        return found if found is not None and found.value is not None else None

    def items(self) -> list[Node]:
        if not isinstance(self.value, list | tuple):
            raise self.fault(f"expected a list, found {shown(self.value)}")
        return [Node(value, f"{self.pointer}/{at}") for at, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.fault(f"expected a text, found {shown(self.value)}")
        return str(self.value)

    def integer(self, low: int, high: int) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not low <= self.value <= high:
            raise self.fault(f"expected a whole number from {low} to {high}, found {shown(self.value)}")
        return self.value

    def choice(self, options: Mapping[str, T]) -> T:
        if not isinstance(self.value, str) or self.value not in options:
            raise self.fault(f"expected one of {', '.join(options)}, found {shown(self.value)}")
        return options[self.value]

    def day(self) -> date:
        try:
            return date.fromisoformat(self.text())
        except ValueError:
            raise self.fault(f"expected a date like 2026-11-20, found {shown(self.value)}") from None


def read(data: bytes | Mapping[str, object]) -> Node:
    """The document as a node. Bytes are parsed strictly; a mapping is taken as it is."""
    if not isinstance(data, bytes):
        return Node(data)
    try:
        return Node(loads(data, max_bytes=MAX_BYTES))
    except UnreadableJson as no:
        raise Malformed(no.sentence, hint=no.hint) from no


def shown(value: object) -> str:
    """A stranger's value, short enough for a sentence."""
    text = repr(value) if not isinstance(value, Mapping | list | tuple) else f"a {type(value).__name__}"
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
