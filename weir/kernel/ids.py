# SPDX-License-Identifier: Apache-2.0
"""Names of things: numbers that people say on the phone, and UUIDs that stay inside.

A spoken number is `F-2026-7K3QM-X`: what it is, the year, random characters, a check character. It is random because a
counter would count the cases that nobody may know of. Prefixes that begin with X are left to tests and examples.

The check character. The characters are read as elements of the field GF(32); the one in place i (from the left, from 1)
weighs 2^-i, the check character weighs 1, and the sum must be zero. No weight is zero and no two are alike, so every
single wrong character is found (in prefix, year, random part or check) and every swap of two characters, neighbours or
not. Anything else passes by luck one time in 32. This is a Reed-Solomon code with one check symbol. The systems of
ISO/IEC 7064 need check symbols beyond Crockford's 32 (https://www.crockford.com/base32.html), which leave out I, L, O
and U because they are misread.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from weir.kernel.errors import Invalid
from weir.kernel.moments import EPOCH, MILLISECOND, Moment
from weir.kernel.spelled import quoted, schema_from_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic_core import CoreSchema

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SHORTEST, LONGEST = 5, 8
FIRST_YEAR, LAST_YEAR = 2000, 2999

_SYMBOL = r"[0-9A-HJKMNP-TV-Z]"
_AFTER_PREFIX = rf"-2[0-9]{{3}}-{_SYMBOL}{{{SHORTEST},{LONGEST}}}-{_SYMBOL}"
_HEARD = re.compile(rf"([A-Z]{{1,3}})(2[0-9OIL]{{3}})([0-9A-Z]{{{SHORTEST + 1},{LONGEST + 1}}})")
_LOOKALIKES = str.maketrans("OIL", "011")
_LONGEST_HEARD = 80

_FIELD_POLYNOMIAL = 0b111101  # x^5 + x^4 + x^3 + x^2 + 1, primitive over GF(2): the powers of 2 are all different
# Only a prefix may hold these four letters. Their values belong to digits, which it may not hold: letters share none.
_ELEMENTS = {symbol: value for value, symbol in enumerate(CROCKFORD)} | {"O": 0, "I": 1, "L": 2, "U": 3}
_PLACES = 3 + 4 + LONGEST

_SPELLED = (
    "zero one two three four five six seven eight nine alfa bravo charlie delta echo foxtrot golf hotel "
    "juliett kilo mike november papa quebec romeo sierra tango victor whiskey x-ray yankee zulu"
)
_SPELLING = dict(zip(CROCKFORD, _SPELLED.split(" "), strict=True))
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_INSTANCE = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_INSTANCE = 253
_EXPORTED = "urn:weir:weir.example.org:F-2026-7K3QM-X"
_CLASSES: dict[str, type[TypedId]] = {}


class MisheardId(Invalid):
    """This is not a number that was given out here, or it was misheard."""

    hint = "Ask for it again, letter by letter. It looks like F-2026-7K3QM-X."


class TypedId(str):
    """A number that people see and say. Subclasses declare a prefix: `class FindingId(TypedId, prefix="F")`."""

    __slots__ = ()
    prefix: ClassVar[str]
    _shape: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, prefix: str) -> None:
        super().__init_subclass__()
        if not re.fullmatch(r"[A-Z]{1,3}", prefix):
            raise TypeError(f"{cls.__qualname__}: a prefix is one to three capital letters, not {prefix!r}")
        if (other := _CLASSES.get(prefix)) is not None:
            raise TypeError(f"{_full_name(cls)} and {_full_name(other)} both declare the prefix {prefix!r}")
        cls.prefix = prefix
        cls._shape = re.compile(prefix + _AFTER_PREFIX)
        _CLASSES[prefix] = cls

    def __new__(cls, text: str) -> Self:
        """Only the canonical form; `parse` is for what people type and say."""
        if not cls._is_sound(text):
            raise cls._refusal(text)
        return str.__new__(cls, text)

    @classmethod
    def mint(cls, year: int, randomness: Callable[[int], bytes], length: int = SHORTEST) -> Self:
        """A new number. Whether it is taken, the caller's unique column says; then mint again, or a longer one."""
        if not (FIRST_YEAR <= year <= LAST_YEAR and SHORTEST <= length <= LONGEST):
            raise ValueError(f"no number has the year {year} and {length} random characters")
        # 256 is a multiple of 32: the low five bits of a random byte prefer no character.
        body = "".join(CROCKFORD[byte & 31] for byte in _exactly(length, randomness))
        return cls._complete(f"{year:04}", body)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read it as a person says it: any case, any spacing and hyphens, O for 0, I or L for 1."""
        if cls._is_sound(text):
            return str.__new__(cls, text)
        return cls(as_heard(text))

    @classmethod
    def example(cls) -> Self:
        """A well-formed number for docs and schemas."""
        return cls._complete("2026", "7K3QM")

    def spoken(self) -> str:
        """How to read it out: 'F, 2026, seven kilo three quebec mike, x-ray'."""
        prefix, year, body, check = self.split("-")
        return ", ".join((prefix, year, " ".join(_SPELLING[symbol] for symbol in body), _SPELLING[check]))

    @classmethod
    def _complete(cls, year: str, body: str) -> Self:
        return str.__new__(cls, f"{cls.prefix}-{year}-{body}-{check_character(cls.prefix + year + body)}")

    @classmethod
    def _is_sound(cls, text: str) -> bool:
        if cls._shape.fullmatch(text) is None:
            return False
        return check_character(text[:-2].replace("-", "")) == text[-1]

    @classmethod
    def _refusal(cls, text: str) -> MisheardId:
        if re.fullmatch("[A-Z]{1,3}" + _AFTER_PREFIX, text) is None:
            return _not_the_form(text)
        prefix = text.partition("-")[0]
        if prefix != cls.prefix and prefix in _CLASSES:
            wanted = f"a {cls.__name__}, which begins with {cls.prefix}"
            return MisheardId(f"{quoted(text)} is a {_CLASSES[prefix].__name__}; what is wanted here is {wanted}.")
        if prefix != cls.prefix:
            return _unknown_prefix(text, prefix)
        # The character that would fit is not told: people would put it in, and hold the number of another thing.
        return MisheardId(f"The check character does not fit: one character of {text} is wrong, or two were swapped.")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return schema_from_text(cls._from_outside)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{cls._shape.pattern}$", "examples": [str(cls.example())]}

    @classmethod
    def _from_outside(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise MisheardId(f"A {cls.__name__} is text, not {type(value).__name__}.")
        return cls.parse(value)


def any_id(text: str) -> TypedId:
    """Read a number of any kind; its prefix says which."""
    heard = as_heard(text)
    prefix = heard.partition("-")[0]
    if prefix not in _CLASSES:
        raise _unknown_prefix(heard, prefix)
    return _CLASSES[prefix](heard)


def id_classes() -> tuple[tuple[str, type[TypedId]], ...]:
    """Every declared prefix and its class, in the order of the alphabet."""
    return tuple(sorted(_CLASSES.items()))


def as_heard(text: str) -> str:
    """What was typed or said, in canonical form where that is possible; the check character is not looked at yet."""
    if len(text) > _LONGEST_HEARD:
        raise _not_the_form(text)
    compact = "".join(character for character in text if not _separates(character))
    # Not before this test: upper() turns a dotless i and a long s into ASCII letters that nobody said.
    if not compact.isascii():
        raise _not_the_form(text)
    match = _HEARD.fullmatch(compact.upper())
    if match is None:
        raise _not_the_form(text)
    prefix, year, rest = match[1], match[2].translate(_LOOKALIKES), match[3].translate(_LOOKALIKES)
    if "U" in rest:
        raise MisheardId(f"{quoted(text)} has a U, and no number uses U after the year.", hint="Was it a V?")
    return f"{prefix}-{year}-{rest[:-1]}-{rest[-1]}"


def uuid7(now: Moment, randomness: Callable[[int], bytes]) -> uuid.UUID:
    """A UUID version 7 (RFC 9562, section 5.7) for rows. It stays inside this process and its rows: it tells the date.

    Sorted by the millisecond; two of the same millisecond come in any order.
    """
    milliseconds = (now - EPOCH) // MILLISECOND
    if milliseconds < 0:
        raise ValueError(f"a UUID version 7 cannot tell a time before 1970, such as {now}")
    chance = int.from_bytes(_exactly(10, randomness), "big")
    high, low = chance >> 62 & 0xFFF, chance & (1 << 62) - 1
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


@dataclass(frozen=True)
class Exported:
    """A number outside its instance: `urn:weir:<instance>:<number>`, because two instances may mint the same one."""

    instance: str
    id: TypedId

    def __post_init__(self) -> None:
        if len(self.instance) > _LONGEST_INSTANCE or not _INSTANCE.fullmatch(self.instance):
            raise MisheardId(
                f"{quoted(self.instance)} cannot be the name of an instance.",
                hint="Use the host name: small letters, digits, hyphens and dots.",
            )

    def __str__(self) -> str:
        return f"urn:weir:{self.instance}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the form that `str` writes; 'urn:weir:' in any case, as RFC 8141 has it."""
        scheme, namespace, instance, number = [*text.split(":", 3), "", "", "", ""][:4]
        if (scheme.lower(), namespace.lower()) != ("urn", "weir"):
            raise MisheardId(f"{quoted(text)} does not begin with urn:weir:.", hint=f"It looks like {_EXPORTED}.")
        return cls(instance, any_id(number))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return schema_from_text(cls._from_outside)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": "^urn:weir:[^:]+:[^:]+$", "examples": [_EXPORTED]}

    @classmethod
    def _from_outside(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not isinstance(value, str):
            raise MisheardId(
                f"An exported number is text, not {type(value).__name__}.", hint=f"It looks like {_EXPORTED}."
            )
        return cls.parse(value)


def _half(element: int) -> int:
    """Divide by 2 in GF(32)."""
    return (element ^ _FIELD_POLYNOMIAL if element & 1 else element) >> 1


def _weights() -> tuple[dict[str, int], ...]:
    """For every place, what each character adds to the sum there."""
    tables: list[dict[str, int]] = []
    weighed = _ELEMENTS
    for _ in range(_PLACES):
        weighed = {symbol: _half(element) for symbol, element in weighed.items()}
        tables.append(weighed)
    return tuple(tables)


_WEIGHTS = _weights()


def check_character(symbols: str) -> str:
    """What follows prefix, year and random part, written without hyphens."""
    total = 0
    for weight, symbol in zip(_WEIGHTS, symbols, strict=False):
        total ^= weight[symbol]
    return CROCKFORD[total]


def _exactly(count: int, randomness: Callable[[int], bytes]) -> bytes:
    chance = randomness(count)
    if len(chance) != count:
        raise ValueError(f"asked for {count} random bytes and got {len(chance)}")
    return chance


def _separates(character: str) -> bool:
    return character.isspace() or character in "_.," or unicodedata.category(character) == "Pd"


def _full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _not_the_form(text: str) -> MisheardId:
    return MisheardId(
        f"{quoted(text)} does not have the form of a number that Weir gives out.",
        hint="It looks like F-2026-7K3QM-X: one to three letters, year, five to eight characters, check character.",
    )


def _unknown_prefix(text: str, prefix: str) -> MisheardId:
    return MisheardId(f"No kind of thing here has numbers that begin with {prefix}, as {quoted(text)} does.")
