# SPDX-License-Identifier: Apache-2.0
"""What a document says, item by item, in words that do not depend on its format.

A format turns bytes into these, one after the other; what it cannot read becomes a `Trouble`, and the rest goes on. All
texts are kept as the document has them; nothing here is believed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grain(StrEnum):
    """At which grain something was found, which is also how it is compared with others."""

    ADVISORY = "advisory"
    STATIC = "static"
    CRASH = "crash"
    WORDS = "words"


class Affected(NamedTuple):
    """One package or repository, and which of its versions. `package` is a purl without a version.

    What is affected begins at `introduced` and ends before `fixed`, or with `last_affected`; `versions` come besides.
    """

    package: str = ""
    repository: str = ""
    introduced: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    last_affected: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where in the code. `snippet` is as the tool printed it."""

    path: str
    line: int = 0
    symbol: str = ""
    snippet: str = ""


class Item(NamedTuple):
    """One thing that a document says is wrong. `where` is its place in the document, a JSON pointer or a line.

    `severity` is the finder's own. `status` and `justification` are those of a VEX statement. `frames` is a crash's
    stack, the innermost first. `flow` are the steps by which a tool came from source to sink.
    """

    where: str
    grain: Grain
    title: str
    description: str = ""
    aliases: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = ()
    weaknesses: tuple[str, ...] = ()
    severity: str = ""
    references: tuple[str, ...] = ()
    published: str = ""
    tool: str = ""
    rule: str = ""
    places: tuple[Place, ...] = ()
    flow: tuple[Place, ...] = ()
    fingerprints: tuple[tuple[str, str], ...] = ()
    frames: tuple[str, ...] = ()
    status: str = ""
    justification: str = ""


class Trouble(NamedTuple):
    """One item, or one file, that could not be read: where, and what to do about it. The items around it are kept."""

    where: str
    what: str
