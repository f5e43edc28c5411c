# SPDX-License-Identifier: Apache-2.0
"""One value, one sequence of bytes: RFC 8785 writing for what we hash and sign, strict reading for what comes in.

`plain` turns our values into what JSON can say, `canonical` writes that, `loads` reads JSON that strangers send.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any, NoReturn, TypeAlias
from uuid import UUID

import rfc8785

from weir.kernel.errors import Invalid
from weir.kernel.ids import Exported
from weir.kernel.moments import Moment
from weir.kernel.spelled import quoted

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Writer: TypeAlias = Callable[[Any, int], Json]

MAX_DEPTH = 64
MAX_BYTES = 8 * 1024 * 1024
LARGEST_INT = 2**53 - 1  # beyond it, readers that hold numbers as IEEE 754 doubles see another number

_SPELL = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")).encode
_STRINGS = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # possessive: an unfinished string must not cost n squared
_NOT_BRACKETS = re.compile(r"[^\[\]{}]++")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class NotCanonical(Invalid):
    """This value has no canonical form."""

    hint = "Keep to text, whole numbers, lists, mappings with text as keys, and frozen records of these."


class UnreadableJson(Invalid):
    """This is not JSON that every reader would read alike."""

    hint = "Send one JSON value in UTF-8, as RFC 8259 and RFC 7493 describe it."


def canonical(value: object) -> bytes:
    """The bytes that RFC 8785 gives this value."""
    said = plain(value)
    try:
        return _SPELL(said).encode() if _spells_alike(said) else rfc8785.dumps(said)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as no:
        raise NotCanonical("Some text in it holds half of a surrogate pair, which no UTF-8 can carry.") from no


def _spells_alike(said: Json) -> bool:
    """Whether the standard library, which is five times as quick, writes the very bytes that RFC 8785 asks for.

    They differ in how they write floats, and in the order of keys beyond ASCII. A test holds the two together.
    """
    if isinstance(said, dict):
        return all(key.isascii() for key in said) and all(map(_spells_alike, said.values()))
    if isinstance(said, list):
        return all(map(_spells_alike, said))
    return not isinstance(said, float)


def plain(value: object) -> Json:
    """The same in what JSON can say: records become objects, moments and ids text, bytes base64url without padding."""
    try:
        return _WRITERS[type(value)](value, 0)
    except NotCanonical as no:
        place = _place_of_fault(value)
        raise NotCanonical(no.sentence, hint=no.hint, faults={place: no.sentence}) from no


def digest(value: object) -> bytes:
    """SHA-256 of bytes as they are, and of anything else in its canonical form."""
    return hashlib.sha256(value if isinstance(value, bytes) else canonical(value)).digest()


def hexdigest(value: object) -> str:
    return digest(value).hex()


def own_object(data: bytes) -> dict[str, Any]:
    """One JSON object that `canonical` wrote and a digest or a seal has kept since: no stranger's hand was in it."""
    read = json.loads(data)
    if not isinstance(read, dict):
        raise UnreadableJson("This is not one JSON object.")
    return read


def loads(data: bytes, *, max_depth: int = MAX_DEPTH, max_bytes: int = MAX_BYTES) -> Json:
    """Read JSON from outside: what two readers may take differently is refused; length and depth are bounded first.

    Whole numbers of any size are kept exactly; `canonical` will refuse those beyond 2^53 - 1.
    """
    if len(data) > max_bytes:
        raise UnreadableJson(f"This is {len(data)} bytes long; {max_bytes} are allowed.", hint="Send less at once.")
    text = _text_of(data)
    _refuse_deeper(text, max_depth)
    value = _parsed(text)
    if _SURROGATE_ESCAPE.search(text):
        _refuse_half_surrogates(value)
    return value


def _text_of(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as no:
        raise UnreadableJson(f"Byte {no.start} is not UTF-8.", hint="Save it as UTF-8 and send it again.") from no
    if text.startswith("\ufeff"):
        raise UnreadableJson("It begins with a byte order mark.", hint="Save it as UTF-8 without the mark.")
    if not text.strip(" \t\r\n"):
        raise UnreadableJson("There is nothing in it.", hint="Send one JSON value; an empty object is {}.")
    return text


def _refuse_deeper(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return
    depth = 0
    for bracket in _NOT_BRACKETS.sub("", _STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > max_depth:
            raise UnreadableJson(f"It is nested more than {max_depth} deep.", hint="Send a flatter value.")


def _parsed(text: str) -> Json:
    try:
        value: Json = json.loads(text, object_pairs_hook=_object, parse_float=_finite, parse_constant=_no_constant)
    except json.JSONDecodeError as no:
        raise UnreadableJson(f"It is not JSON at line {no.lineno}, column {no.colno}: {no.msg.lower()}.") from no
    except ValueError as no:
        # Reading a whole number takes time that grows with the square of its digits, so Python stops at some thousand.
        raise UnreadableJson("It holds a number with thousands of digits.", hint="Send it as a string.") from no
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise UnreadableJson(f"The key {quoted(twice)} stands twice in one object.", hint="Keep one of the two.")
    return made


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise UnreadableJson(f"The number {quoted(digits)} is too large.", hint="Send such a number as a string.")
    return number


def _no_constant(name: str) -> NoReturn:
    raise UnreadableJson(f"{name} is not a number in JSON.", hint="Send null, or leave the field out.")


def _refuse_half_surrogates(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as no:
        raise UnreadableJson("Some text in it holds half of a surrogate pair.", hint="Send whole characters.") from no


def _same(value: Any, _depth: int) -> Json:
    return value  # type: ignore[no-any-return]


def _text(value: str, _depth: int) -> str:
    return str.__str__(value)


def _shown(value: object, _depth: int) -> str:
    return str(value)


def _iso(value: date | time, _depth: int) -> str:
    return value.isoformat()


def _base64url(value: bytes, _depth: int) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def _whole(value: int, _depth: int) -> int:
    if -LARGEST_INT <= value <= LARGEST_INT:
        return int(value)
    raise NotCanonical(
        f"Not every reader holds a whole number beyond {LARGEST_INT} exactly.", hint="Send it as a string."
    )


def _number(value: float, _depth: int) -> float:
    if math.isfinite(value):
        return float(value)
    raise NotCanonical(f"{value} is not a number in JSON.", hint="Send null, or leave the field out.")


def _member(value: Enum, depth: int) -> Json:
    return _WRITERS[type(value.value)](value.value, depth)


def _list(value: list[Any] | tuple[Any, ...], depth: int) -> Json:
    depth = _deeper(depth)
    return [_WRITERS[type(item)](item, depth) for item in value]


def _dict(value: Mapping[str, Any], depth: int) -> Json:
    depth = _deeper(depth)
    return {_key(key): _WRITERS[type(item)](item, depth) for key, item in value.items()}


def _key(key: object) -> str:
    if isinstance(key, str):
        return str.__str__(key)
    raise NotCanonical(f"A key is text, not {type(key).__name__}.")


def _deeper(depth: int) -> int:
    if depth >= MAX_DEPTH:
        raise NotCanonical(f"It is nested more than {MAX_DEPTH} deep.", hint="Keep a flatter value.")
    return depth + 1


def _record_writer(cls: type) -> Writer:
    """Fields are looked up once per class: this runs for every ledger entry."""
    names = tuple(field.name for field in fields(cls))

    def write(value: object, depth: int) -> Json:
        depth = _deeper(depth)
        written: dict[str, Json] = {}
        for name in names:
            item = getattr(value, name)
            written[name] = _WRITERS[type(item)](item, depth)
        return written

    return write


def _no_form(why: str, hint: str = "") -> Writer:
    def refuse(value: object, _depth: int) -> NoReturn:
        raise NotCanonical(f"{type(value).__name__} {why}", hint=hint)

    return refuse


# The first that fits counts: an enum may be a str too, and a datetime is a date.
_BY_KIND: tuple[tuple[type | tuple[type, ...], Writer], ...] = (
    (Enum, _member),
    ((bool, type(None)), _same),
    (str, _text),
    (int, _whole),
    (float, _number),
    ((Moment, UUID, Exported), _shown),
    (datetime, _no_form("may mean several points in time.", "Use a Moment.")),
    ((date, time), _iso),
    (bytes, _base64url),
    ((list, tuple), _list),
    (Mapping, _dict),
    ((set, frozenset), _no_form("has no order, so it has no one form.", "Sort it into a tuple first.")),
)


def _writer_for(cls: type) -> Writer:
    for kind, writer in _BY_KIND:
        if issubclass(cls, kind):
            return writer
    if not is_dataclass(cls):
        return _no_form("has no canonical form.")
    if not cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return _no_form("may still change, so it has no one form.", "Freeze the dataclass.")
    return _record_writer(cls)


class _Writers(dict[type, Writer]):
    def __missing__(self, cls: type) -> Writer:
        return self.setdefault(cls, _writer_for(cls))


_WRITERS = _Writers()


def _place_of_fault(value: object) -> str:
    """JSON pointer to the first part that has no canonical form. Only after a refusal, so it may take its time."""
    pointer = ""
    for _ in range(MAX_DEPTH):  # a list that holds itself has no end
        if (part := _faulty_part(value)) is None:
            break
        key, value = part
        pointer += "/" + key.replace("~", "~0").replace("/", "~1")
    return pointer


def _faulty_part(value: object) -> tuple[str, object] | None:
    for key, part in _parts(value):
        try:
            _WRITERS[type(part)](part, 0)
        except NotCanonical:
            return key, part
    return None


def _parts(value: object) -> list[tuple[str, object]]:
    if isinstance(value, Mapping):
        return [(str(key), part) for key, part in value.items()]
    if isinstance(value, list | tuple):
        return [(str(index), part) for index, part in enumerate(value)]
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in fields(value)]
    return []
