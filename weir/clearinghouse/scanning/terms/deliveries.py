# SPDX-License-Identifier: Apache-2.0
"""What may reach a maintainer: nouns for later rooms, which deliver."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.clearinghouse.scanning.terms.targets import Verdict


class MessageKind(StrEnum):
    """All of them are work for whoever gets them, and all of them count."""

    FINDING = "finding"
    PATCH = "patch"
    QUESTION = "question"
    REMINDER = "reminder"


class Told(StrEnum):
    """Whether something goes out, and if not, why it waits."""

    NOW = "now"
    PAUSED = "paused"
    NOT_REPRODUCED = "not_reproduced"
    TOO_MANY_OPEN = "too_many_open"
    TOO_MANY_NEW = "too_many_new"
    WITH_THE_DIGEST = "with_the_digest"


@dataclass(frozen=True)
class Load:
    """What one maintainer has before them, across all projects: findings, patches and questions alike.

    `new` were delivered in the seven days before now; `days_since_digest` is None where there was none yet.
    """

    open: int = 0
    new: int = 0
    days_since_digest: float | None = None


@dataclass(frozen=True)
class Message:
    """What is to be delivered. `verdict` is that of the finding that it is about; None where it is about none, as a
    question may be. `exploited`: it is known to be used against people now.
    """

    kind: MessageKind
    verdict: Verdict | None = Verdict.UNREVIEWED
    exploited: bool = False


@dataclass(frozen=True)
class Delivery:
    """The answer. `jumped` says that it goes out although the cap was reached, and that has to be shown."""

    told: Told
    jumped: bool = False

    @property
    def now(self) -> bool:
        return self.told is Told.NOW
