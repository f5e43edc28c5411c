# SPDX-License-Identifier: Apache-2.0
"""What osv-scanner prints: OSV records under the packages that it found. Read as it comes: whole trees are scanned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Said, Troubles, unique
from weir.clearinghouse.intake.formats.heads import on_top
from weir.clearinghouse.intake.formats.osv import is_record, items_of
from weir.clearinghouse.intake.formats.packages import of_ecosystem, of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds
from weir.clearinghouse.intake.formats.streams import Broken, Scanner
from weir.clearinghouse.intake.terms import Affected, Item, Place, Trouble

TOOL = "osv-scanner"
Read = Iterator[Item | Trouble]


def looks_like(head: bytes, filename: str) -> bool:
    return on_top(head, "results") and (b'"packages"' in head or b'"experimental_config"' in head)


@written_as("osv-scanner", looks_like)
def read(stream: BinaryIO) -> Read:
    """Every vulnerability of every package of every source, in the document's order."""
    troubles = Troubles()
    scanner = Scanner(stream)
    try:
        for key in scanner.members():
            if key == "results" and scanner.peek() == "[":
                for at in scanner.entries():
                    yield from _Result(scanner, troubles, f"/results/{at}").read()
            else:
                scanner.skip()
    except Broken as no:
        troubles.add("", f"Reading stopped early: {no}. Send the whole file again, as the tool wrote it.")
    if scanner.mended:
        troubles.add("", "Some bytes are not UTF-8 and were replaced. Save the file as UTF-8.")
    yield from troubles.handed_on()


class _Result:
    """One source, a lockfile or an image, and what is known of its packages so far."""

    def __init__(self, scanner: Scanner, troubles: Troubles, pointer: str) -> None:
        self._scanner, self._troubles, self._pointer = scanner, troubles, pointer
        self._places: tuple[Place, ...] = ()
        self._installed: tuple[Affected, ...] = ()

    def read(self) -> Read:
        for key in self._members(self._pointer):
            if key == "source":
                path = self._object(f"{self._pointer}/source").text("path")
                self._places = (Place(path),) if path else ()
            elif key == "packages" and self._scanner.peek() == "[":
                for at in self._scanner.entries():
                    yield from self._package(f"{self._pointer}/packages/{at}")
            else:
                self._scanner.skip()

    def _package(self, pointer: str) -> Read:
        self._installed = ()
        for key in self._members(pointer):
            if key == "package":
                self._installed = _installed(self._object(f"{pointer}/package"))
            elif key == "vulnerabilities" and self._scanner.peek() == "[":
                yield from self._vulnerabilities(f"{pointer}/vulnerabilities")
            else:
                self._scanner.skip()
        yield from self._troubles.handed_on()

    def _vulnerabilities(self, pointer: str) -> Read:
        for at, found in enumerate(self._scanner.elements(_is_record)):
            place = f"{pointer}/{at}"
            if isinstance(found, Broken):
                self._installed = ()  # what comes next may stand under another package
                self._troubles.add(place, f"This cannot be read: {found}. The vulnerabilities after it are kept.")
            elif isinstance(found, dict):
                for item in items_of(Said(found, place, self._troubles), TOOL):
                    yield item._replace(affected=self._installed + item.affected, places=self._places + item.places)
            else:
                self._troubles.add(place, "Expected an object. The vulnerabilities after it are kept.")
            yield from self._troubles.handed_on()

    def _members(self, pointer: str) -> Iterator[str]:
        """What is no object is told and passed by."""
        if self._scanner.peek() == "{":
            yield from self._scanner.members()
        else:
            self._troubles.add(pointer, "Expected an object.")
            self._scanner.skip()

    def _object(self, pointer: str) -> Said:
        value = self._scanner.value()
        if not isinstance(value, dict):
            self._troubles.add(pointer, "Expected an object.")
        return Said(value if isinstance(value, dict) else {}, pointer, self._troubles)


def _installed(said: Said) -> tuple[Affected, ...]:
    """The package in the very version that was found in use."""
    package, _ = of_purl(said.text("purl"))
    package = package or of_ecosystem(said.text("ecosystem"), said.text("name"))
    return (Bounds(versions=unique((said.text("version"),))).of(package),) if package else ()


def _is_record(value: Any) -> bool:
    return isinstance(value, dict) and is_record(value)
