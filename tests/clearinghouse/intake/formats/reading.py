# SPDX-License-Identifier: Apache-2.0
"""How tests of formats read: any document in, its items and its troubles out."""

from __future__ import annotations

import io
import json
from pathlib import Path

from weir.clearinghouse.intake.formats import FORMATS, HEAD, load_formats
from weir.clearinghouse.intake.terms import Item, Trouble

load_formats()
CORPUS = Path(__file__).parent / "corpus"


def name_of(data, filename="") -> str:
    """The format that a document has, without looking each time whether somebody installed another one."""
    return next(name for name, each in FORMATS.items() if each.looks_like(data[:HEAD], filename))


def written(document) -> bytes:
    if isinstance(document, str):
        return document.encode()
    return document if isinstance(document, bytes) else json.dumps(document).encode()


def all_of(name, document) -> list[Item | Trouble]:
    return list(FORMATS[name].read(io.BytesIO(written(document))))


def taken(name, document) -> tuple[list[Item], list[Trouble]]:
    """The items and the troubles of a document, each in their order."""
    found = all_of(name, document)
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def golden(file) -> tuple[list[Item], list[Trouble]]:
    """What is read from a file of the corpus by the format that it has."""
    data = (CORPUS / file).read_bytes()
    return taken(name_of(data), data)
