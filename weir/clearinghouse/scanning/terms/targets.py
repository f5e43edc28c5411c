# SPDX-License-Identifier: Apache-2.0
"""Targets, and the rules that their maintainers set: what binds everybody who scans."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from weir.kernel.errors import Invalid, Refused
from weir.kernel.ids import TypedId
from weir.kernel.moments import Moment


class TargetId(TypedId, prefix="TG"):
    """A package, a repository or a product: code and artifacts, never a running system."""


class TargetKind(StrEnum):
    PACKAGE = "package"
    REPOSITORY = "repository"
    PRODUCT = "product"


class AiPolicy(StrEnum):
    """What a project says of reports in which an AI took part."""

    UNSAID = "unsaid"
    WELCOME = "welcome"
    DISCLOSE = "disclose"
    WITH_PROOF = "with_proof"
    NONE = "none"


class Verdict(StrEnum):
    """How far a finding has been shown to be one, from nothing to the most."""

    UNREVIEWED = "unreviewed"
    REPRODUCED = "reproduced"
    REPRODUCED_WITH_TEST = "reproduced_with_test"
    CONFIRMED = "confirmed"


class RuleSource(StrEnum):
    """Where a rule came from, the one that counts most first."""

    MAINTAINER = "maintainer"
    SECURITY_TXT = "security_txt"
    SECURITY_MD = "security_md"
    DEFAULT = "default"


@dataclass(frozen=True)
class ProjectRules:
    """What holds for a project. As it stands here it is what holds where nobody set anything, version caps/1.

    most_open and most_new are counted for each maintainer across all projects, patches and questions included.
    """

    contact: str = ""
    most_open: int = 3
    most_new: int = 2
    paused: bool = False
    no_scan: bool = False
    closed_paths: tuple[str, ...] = ()
    ai_policy: AiPolicy = AiPolicy.UNSAID
    embargo_days: int = 30
    least: Verdict = Verdict.REPRODUCED
    digest_days: int = 7


@dataclass(frozen=True)
class Stated:
    """One thing that a project's own text says, as it says it: which rule, what, and in which line."""

    name: str
    value: str
    line: int
    quote: str = ""


@dataclass(frozen=True)
class RuleLine:
    """A rule as people see it: what holds, who said so, and where that stands."""

    name: str
    value: str
    source: RuleSource
    place: str = ""
    at: Moment | None = None
    holds: bool = True


@dataclass(frozen=True)
class Registered:
    """The number under which a target is spoken of. It is the same whoever asks, and however often."""

    id: TargetId
    locator: str
    kind: TargetKind
    participant: str


@dataclass(frozen=True)
class RulesSet:
    """What was set or read anew."""

    id: TargetId
    source: RuleSource
    names: tuple[str, ...]


@dataclass(frozen=True)
class Linked:
    """Whose control over what counts as control over this target."""

    id: TargetId
    home: str


@dataclass(frozen=True)
class Weighed:
    """A figure about a target that another room or the staff gave."""

    id: TargetId
    value: int


@dataclass(frozen=True)
class TargetLine:
    """A target in the list."""

    id: TargetId
    locator: str
    kind: TargetKind


@dataclass(frozen=True)
class CoverageBand:
    """How much of one sort of scanning a target has had, in a band, some weeks late, whether or not it found anything.
    `fresh` is how many percent of it still count after what changed since.
    """

    method: str
    effort: str
    fresh: int


@dataclass(frozen=True)
class Target:
    """A target, the rules that hold for it, and what was done to it."""

    id: TargetId
    locator: str
    kind: TargetKind
    home: str
    rules: ProjectRules
    lines: tuple[RuleLine, ...]
    coverage: tuple[CoverageBand, ...] = field(default=())


class LiveSystem(Invalid):
    """This is the address of something that runs. Weir coordinates the scanning of code and artifacts only."""

    hint = (
        "Name the software: a package URL such as pkg:pypi/name, a repository with git+ before its address, or"
        " product:vendor.example/name."
    )


class NotALocator(Invalid):
    """This is neither a package URL, nor a repository, nor a product."""

    hint = LiveSystem.hint


class NotAPath(Invalid):
    """A path begins at the root of the code and stays in it."""

    hint = "Write src/parser, without .. in it; leave it empty for all of the code."


class NotTheirs(Refused):
    """Only whoever has shown control of a project sets its rules."""

    hint = "Show control under /organization/; where the target has no home yet, ask a coordinator to say which it is."


class NotARule(Invalid):
    """One of the rules cannot be kept as it was given."""
