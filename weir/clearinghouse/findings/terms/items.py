# SPDX-License-Identifier: Apache-2.0
"""Items of documents, as the findings that they led to tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from weir.clearinghouse.findings.terms.findings import FindingId
from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.clearinghouse.intake.terms.items import Item
from weir.kernel.moments import Moment


@dataclass(frozen=True)
class ItemsCorrelated:
    """Some items of a document have found their findings. `goes_on_at` says when those behind them have their turn;
    none where there are none.
    """

    id: DocumentId
    opened: tuple[FindingId, ...]
    joined: tuple[FindingId, ...]
    goes_on_at: Moment | None


@dataclass(frozen=True)
class Compared:
    """These findings were compared by likeness with what there was, each once as a fresh one."""

    findings: tuple[FindingId, ...]


class ToCompare(NamedTuple):
    """A finding by what it says, as the engine compares it."""

    id: FindingId
    item: Item
