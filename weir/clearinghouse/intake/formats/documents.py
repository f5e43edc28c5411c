# SPDX-License-Identifier: Apache-2.0
"""A stranger's JSON document, loaded whole where it is short and read leniently: a fault costs its own place only.

The kernel's strict reader comes first. Where it refuses, a second look spoils just the places that cannot be taken (a
name that stands twice, NaN, a number without end), so that the items around them are kept.
"""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from weir.clearinghouse.intake.terms import Item, Trouble
from weir.kernel.canonical import UnreadableJson, loads

LARGEST = 32 * 1024 * 1024
MOST_VALUES = 2_000_000  # small values cost thirty times their length in memory, so length alone bounds nothing
MOST_TROUBLES = 1_000
DEEPEST = 100
LONGEST_NUMBER = 300
TWICE = "This name stands twice in one object. Keep one of the two."
Read = Iterator[Item | Trouble]
KINDS = {str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


@dataclass(frozen=True)
class Spoilt:
    """Stands where the document has a value that two readers would take differently."""

    why: str


@dataclass
class Troubles:
    """What could not be read so far and was not handed on. After the thousandth only that there are more is told."""

    waiting: list[Trouble] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def add(self, where: str, what: str) -> None:
        """Once for each place, however often it is looked at; of the document as a whole several things may be told."""
        if (where or what) in self.places or len(self.places) > MOST_TROUBLES:
            return
        self.places.add(where or what)
        if len(self.places) <= MOST_TROUBLES:
            self.waiting.append(Trouble(where, what))
        else:
            self.waiting.append(Trouble("", f"More than {MOST_TROUBLES} places cannot be read. Correct these first."))

    def handed_on(self) -> list[Trouble]:
        waiting, self.waiting = self.waiting, []
        return waiting


@dataclass(frozen=True)
class Said:
    """One object of a document and its place. Absent and null are the same; a wrong type is a Trouble."""

    value: dict[str, Any]
    pointer: str
    troubles: Troubles

    def at(self, name: str) -> str:
        return f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}"

    def has(self, name: str) -> bool:
        return self.value.get(name) is not None

    def trouble(self, name: str, what: str) -> None:
        self.troubles.add(self.at(name) if name else self.pointer, what)

    def text(self, name: str) -> str:
        text: str = self._taken(name, self.value.get(name), str, "")
        return text

    def flag(self, name: str) -> bool | None:
        flag: bool | None = self._taken(name, self.value.get(name), bool, None)
        return flag

    def whole(self, name: str, most: int) -> int:
        number: int = self._taken(name, self.value.get(name), int, 0)
        if 0 <= number <= most:
            return number
        self.trouble(name, f"Expected a whole number from 0 to {most}.")
        return 0

    def inner(self, name: str) -> Said:
        return Said(self._taken(name, self.value.get(name), dict, {}), self.at(name), self.troubles)

    def each(self, name: str) -> Iterator[Said]:
        """The objects of a list, one after the other."""
        for at, one in enumerate(self._taken(name, self.value.get(name), list, [])):
            place = f"{name}/{at}"
            taken = self._taken(place, one, dict, None, f"{self.at(name)}/{at}", required=True)
            if taken is not None:
                yield Said(taken, f"{self.at(name)}/{at}", self.troubles)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list."""
        found = enumerate(self._taken(name, self.value.get(name), list, []))
        texts = (self._taken(name, one, str, None, f"{self.at(name)}/{at}", required=True) for at, one in found)
        return tuple(text for text in texts if text is not None)

    def numbers(self, name: str, most: int) -> tuple[int, ...]:
        """The whole numbers of a list, from 1 to `most`."""
        kept = []
        for at, one in enumerate(self._taken(name, self.value.get(name), list, [])):
            number = self._taken(name, one, int, None, f"{self.at(name)}/{at}", required=True)
            if number is not None and 1 <= number <= most:
                kept.append(number)
            elif number is not None:
                self.troubles.add(f"{self.at(name)}/{at}", f"Expected a whole number from 1 to {most}.")
        return tuple(kept)

    def _taken(
        self, name: str, value: Any, kind: type, otherwise: Any, place: str = "", *, required: bool = False
    ) -> Any:
        if value is None and not required:
            return otherwise
        if type(value) is kind and not (isinstance(value, str) and _half_a_character(value)):
            return value
        self.troubles.add(place or self.at(name), f"{why_not(value, kind)} The rest of the item is kept.")
        return otherwise


def taken(documents: Iterable[Said], take: Callable[[Said], Iterable[Item]], troubles: Troubles) -> Read:
    """What `take` finds in each document, and what could not be read beside it."""
    for said in documents:
        for item in take(said):
            yield item
            yield from troubles.handed_on()
        yield from troubles.handed_on()
    yield from troubles.handed_on()


def loaded(stream: BinaryIO) -> Any | Trouble:
    """The one JSON value of a stream, or the Trouble that keeps all of it from being read."""
    data = all_of(stream)
    return data if isinstance(data, Trouble) else value_of(data)


def value_of(data: bytes) -> Any | Trouble:
    """The one JSON value of these bytes, or the Trouble that keeps them from being read as one."""
    if sum(map(data.count, (b",", b"[", b"{"))) > MOST_VALUES:
        return Trouble("", f"It holds more than {MOST_VALUES:,} values. Send it in parts.")
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return loads(data, max_depth=DEEPEST, max_bytes=LARGEST)
    except UnreadableJson as no:
        kept = _with_spoilt_places(data)
        return Trouble("", f"{no.sentence} {no.hint}") if kept is None else kept


def all_of(stream: BinaryIO) -> bytes | Trouble:
    """Every byte, if they are not too many to be held at once."""
    data = stream.read(LARGEST + 1)
    if len(data) <= LARGEST:
        return data
    return Trouble("", f"It is longer than {LARGEST // 2**20} MiB, so none of it was read. Send it in parts.")


def unique(*groups: Iterable[str]) -> tuple[str, ...]:
    """Every text once, in the order in which they come; empty ones say nothing."""
    return tuple(dict.fromkeys(text for group in groups for text in group if text))


def first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def objects(document: Any, troubles: Troubles) -> Iterator[Said]:
    """The document's object, or each object of its list."""
    if isinstance(document, list):
        yield from _listed(document, troubles)
    elif isinstance(document, dict):
        yield Said(document, "", troubles)
    else:
        troubles.add("", why_not(document, dict))


def _listed(document: list[Any], troubles: Troubles) -> Iterator[Said]:
    for at, one in enumerate(document):
        if isinstance(one, dict):
            yield Said(one, f"/{at}", troubles)
        else:
            troubles.add(f"/{at}", why_not(one, dict))


def why_not(value: Any, kind: type) -> str:
    """What is the matter with a value that is not of this kind."""
    if isinstance(value, Spoilt):
        return value.why
    if kind is str and isinstance(value, str):
        return "This text holds half of a surrogate pair. Send whole characters."
    return f"Expected {KINDS[kind]}, found {KINDS.get(type(value), 'null')}."


def _half_a_character(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)


def _with_spoilt_places(data: bytes) -> Any | None:
    """The document with `Spoilt` where the strict reader stops, or None where there is no telling what it says."""
    try:
        value = LENIENT.decode(data.decode())
    except (ValueError, RecursionError):
        return None
    return None if too_deep(value) else value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                made[key] = Spoilt(TWICE)
            seen.add(key)
    return made


def _float(digits: str) -> float | Spoilt:
    number = float(digits)
    return number if math.isfinite(number) else Spoilt("This number is too large. Send it as a text.")


def _int(digits: str) -> int | Spoilt:
    return int(digits) if len(digits) <= LONGEST_NUMBER else Spoilt("This number is too large. Send it as a text.")


def _constant(name: str) -> Spoilt:
    return Spoilt(f"{name} is not a number in JSON. Send null, or leave it out.")


LENIENT = json.JSONDecoder(object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant)
AS_IT_COMES = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant, strict=False
)


def too_deep(value: Any) -> bool:
    """Layer by layer, because a stranger decides how deep it goes."""
    layer = [value]
    for _ in range(DEEPEST + 1):
        layer = [one for each in layer for one in _held(each)]
        if not layer:
            return False
    return True


def _held(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
