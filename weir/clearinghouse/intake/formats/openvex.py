# SPDX-License-Identifier: Apache-2.0
"""OpenVEX: one item for each statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Said, unique
from weir.clearinghouse.intake.formats.flowing import Rows, read_each
from weir.clearinghouse.intake.formats.heads import on_top
from weir.clearinghouse.intake.formats.packages import of_cpe, of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Trouble

STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
EXPLANATIONS = ("impact_statement", "action_statement", "status_notes")


def looks_like(head: bytes, filename: str) -> bool:
    return on_top(head, "@context") and (b"openvex" in head or on_top(head, "statements"))


ROWS = Rows(lambda found: "vulnerability" in found and "status" in found, "statements")


@written_as("openvex", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    return read_each(stream, _items, ROWS)


def _items(document: Said) -> Iterator[Item]:
    published = document.text("timestamp")
    if not document.value.get("statements"):
        document.trouble("statements", "There is no statement in this document, so nothing was taken from it.")
    for said in document.each("statements"):
        yield from _item(said, published)


def _item(said: Said, published: str) -> Iterator[Item]:
    """Before 0.2.0 a vulnerability was a bare name."""
    bare = isinstance(said.value.get("vulnerability"), str)
    named = Said({}, said.pointer, said.troubles) if bare else said.inner("vulnerability")
    name = said.text("vulnerability") if bare else named.text("name") or named.text("@id")
    if not name:
        said.trouble("vulnerability", "No vulnerability is named, so nothing was taken from this statement.")
        return
    status = said.text("status")
    if status not in STATUSES:
        said.trouble("status", f"Expected one of {', '.join(STATUSES)}. The statement was kept without a status.")
    description = named.text("description")
    yield Item(
        where=said.pointer,
        grain=Grain.ADVISORY,
        title=name,
        description="\n\n".join(unique((description,), (said.text(name) for name in EXPLANATIONS))),
        aliases=unique((name,), named.texts("aliases")),
        affected=tuple(_affected(said)),
        references=unique(id for id in (named.text("@id"),) if id.startswith(("https://", "http://"))),
        published=said.text("timestamp") or published,
        status=status if status in STATUSES else "",
        justification=said.text("justification"),
    )


def _affected(said: Said) -> Iterator[Affected]:
    """The parts of a product where parts are named, because the flaw is in them; else the product."""
    products = said.value.get("products")
    if isinstance(products, list) and all(isinstance(one, str) for one in products):
        yield from (each for name in said.texts("products") for each in _package(name))
        return
    for product in said.each("products"):
        parts = list(product.each("subcomponents"))
        for one in parts or [product]:
            ids = one.inner("identifiers")
            yield from _package(ids.text("purl"), one.text("@id"), ids.text("cpe23"), ids.text("cpe22"))


def _package(*names: str) -> Iterator[Affected]:
    """By the first name that is one; an IRI that is no purl names no package."""
    for name in names:
        package, version = of_purl(name)
        if not package:
            package, version = of_cpe(name)
        if package:
            yield Bounds(versions=unique((version,))).of(package)
            return
