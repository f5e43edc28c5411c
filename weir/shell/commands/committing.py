# SPDX-License-Identifier: Apache-2.0
"""Causes out of a file, and the commitments that are registered to their reports before anybody is asked."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.checking import Cause
from checker.fingerprints import SPELLINGS, NotACause, fingerprints
from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.terms import Submission
from weir.foundation.shape import Unreadable
from weir.kernel.canonical import UnreadableJson, loads
from weir.kernel.errors import Conflict, Invalid
from weir.shell.blind import MOST_CAUSES, PARTS, NotCauses
from weir.shell.client import Client
from weir.shell.doors import operation

SALT_SIZE = 32


class NotKept(Invalid):
    """What opens the commitments cannot be kept there, so none was registered."""

    hint = "Name a file that does not exist yet, in a folder that only you can read."


class NotEnoughCommitments(Conflict):
    """You have registered too few commitments to ask about so much."""

    hint = (
        "`--commit NEW_FILE` registers one for each cause. Those that stay unopened for 14 days lower what you may"
        " check: open them with their reports."
    )


@dataclass(frozen=True)
class Line:
    """One cause to ask about. `report` is what would be sent of it, if the file says so."""

    cause: Cause
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> dict[str, Any]:
        """The report to commit to: as given, or a short one that names the cause."""
        of = self.cause
        return self.report or {
            "title": f"{of.weakness} in {of.symbol}"[: rules.LIMITS["title"]],
            "description": f"{of.weakness} in {of.symbol}, {of.path}, {of.package}.",
            "component": of.package[: rules.LIMITS["component"]],
            "weakness": of.weakness,
        }


def read_lines(file: Path | None, parts: Mapping[str, str | None]) -> list[Line]:
    """Of the file, or the one cause that was named; and nobody is asked before all of them can be read."""
    if file is None:
        lines = [Line(Cause(*(parts[name] or "" for name in PARTS)))]
    else:
        lines = list(_parsed(_text(file).splitlines()))
    if not 1 <= len(lines) <= MOST_CAUSES:
        raise NotCauses(f"Here are {len(lines)} causes; one check takes from 1 to {MOST_CAUSES}.")
    shown(lines)
    return lines


def shown(lines: Iterable[Line]) -> list[str]:
    """All fingerprints, in plain words."""
    try:
        return [each.decode() for line in lines for each in fingerprints(**vars(line.cause))]
    except NotACause as no:
        raise NotCauses(str(no)) from None


def check_enough(client: Client, causes: int) -> None:
    """Said before anything is fetched; the instance decides it once more, when it is asked."""
    left = client.ask("findings/check-terms", {})["left"]
    if left < causes * len(SPELLINGS):
        raise NotEnoughCommitments(
            f"You may have {left} more fingerprints checked; {causes} causes have {causes * len(SPELLINGS)}."
        )


def register(client: Client, lines: list[Line], file: Path, told: Callable[[str, int, int], None]) -> None:
    """A commitment for each. What opens them is on the disk before the first is sent, and their numbers after the last.

    Stop anywhere in between: `weir intake list-commitments` has the numbers of those that were registered.
    """
    kept = [_committed(line) for line in lines]
    _write(file, kept, "x")
    for done, each in enumerate(kept, start=1):
        each["number"] = client.act("intake/commit-report", {"commitment": each["commitment"]})["answer"]["id"]
        told("commitments", done, len(kept))
    _write(file, kept, "r+")


def _committed(line: Line) -> dict[str, Any]:
    salt = os.urandom(SALT_SIZE)
    try:
        submission = Submission(**operation("intake.receive_report").read(line.words))
    except Unreadable as no:
        raise NotCauses("A line's `report` is to hold what `intake.receive_report` takes.", faults=no.faults) from None
    rules.check_submission(submission)
    commitment = rules.commitment_to(salt, rules.canonical_words(submission))
    return {"number": "", "commitment": commitment.hex(), "salt": salt.hex(), "report": line.words}


def _write(file: Path, kept: list[dict[str, Any]], mode: str) -> None:
    """Only for the caller's own eyes: it says what was found."""
    try:
        with open(file, mode, encoding="ascii", opener=_private) as out:
            out.writelines(f"{json.dumps(each)}\n" for each in kept)
            out.flush()
            os.fsync(out.fileno())
    except OSError as no:
        raise NotKept(f"{file} cannot be written: {no.strerror}.") from no


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as no:
        raise NotCauses(f"{file} cannot be read: {no}.") from no


def _parsed(lines: Iterable[str]) -> Iterable[Line]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said = loads(line.encode())
        except UnreadableJson as no:
            raise NotCauses(f"Line {number} is no JSON.") from no
        if not isinstance(said, dict) or not all(isinstance(said.get(name), str) for name in PARTS):
            raise NotCauses(f"Line {number} is to hold package, path, symbol and weakness, each a text.")
        report = said.pop("report", {})
        if set(said) != set(PARTS) or not isinstance(report, dict):
            raise NotCauses(f"Line {number} holds something besides the four parts and a report.")
        yield Line(Cause(*(str(said[name]) for name in PARTS)), report)
