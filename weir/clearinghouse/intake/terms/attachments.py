# SPDX-License-Identifier: Apache-2.0
"""Files that belong to a report. Nobody opens them here; a sandbox does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.clearinghouse.intake.terms.reports import ReportId
from weir.kernel.errors import Conflict, Invalid
from weir.kernel.moments import Moment


class Role(StrEnum):
    """What a file is for."""

    PROOF = "proof"
    PATCH = "patch"
    TESTS = "tests"
    OTHER = "other"


@dataclass(frozen=True)
class Attachment:
    """One file. `sender_sealed` says that it came encrypted to recipients whom its sender named, and stays so."""

    name: str
    role: Role
    size: int
    digest: str
    at: Moment
    sender_sealed: bool = False


@dataclass(frozen=True)
class Attached:
    """The answer to whoever attaches a file: what came, by its digest."""

    id: ReportId
    at: Moment
    digest: str
    size: int
    sender_sealed: bool


class UnfitFile(Invalid):
    """This file cannot be taken as it is."""

    hint = "Give it a name of at most 200 characters, and something inside."


class TooManyFiles(Conflict):
    """As many files are attached to this report as there is room for."""

    hint = "Put several files into one archive."
