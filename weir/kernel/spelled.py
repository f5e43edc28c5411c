# SPDX-License-Identifier: Apache-2.0
"""Values that cross a border as text: how the schemas of the doors learn to read and show them.

The doors draw their schemas with pydantic. The kernel stands without it: it is imported when a schema is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from weir.kernel.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import CoreSchema


def schema_from_text(read: Callable[[Any], object]) -> CoreSchema:
    """A schema that reads with `read` and shows text in JSON; an `Invalid` from `read` keeps its sentence and hint."""
    from pydantic_core import PydanticCustomError, core_schema  # noqa: PLC0415 - the kernel stands without pydantic

    def reading(value: object) -> object:
        try:
            return read(value)
        except Invalid as no:
            told: dict[str, Any] = {"sentence": no.sentence, "hint": no.hint}
            raise PydanticCustomError("invalid", "{sentence} {hint}", told) from no

    return core_schema.no_info_plain_validator_function(
        reading, serialization=core_schema.to_string_ser_schema(when_used="json")
    )


def quoted(text: str, longest: int = 40) -> str:
    """Hostile text as it may stand in a sentence: short, on one line, printable ASCII."""
    return ascii(text if len(text) <= longest else text[:longest] + "...")
