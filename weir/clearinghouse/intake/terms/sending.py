# SPDX-License-Identifier: Apache-2.0
"""What becomes of a file that somebody sends: a report, where it is one in itself, and a document otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.clearinghouse.intake.terms.attachments import Role
from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.clearinghouse.intake.terms.items import Trouble
from weir.foundation.store.terms import Compartment
from weir.kernel.errors import Invalid, Unavailable
from weir.kernel.moments import Moment


class SentAs(StrEnum):
    """What a file was taken for. A document is read later, item by item; a report has its finder's words at once."""

    REPORT = "report"
    DOCUMENT = "document"


@dataclass(frozen=True)
class AwaitedFile:
    """A file that a report names and that did not come with it. Attach it to the report."""

    name: str
    role: Role
    sha256: str


@dataclass(frozen=True)
class SentDocument:
    """What became of a file. `digest` is SHA-256 over its bytes; `again`: the same sender sent these very bytes before.

    `attached` names what is kept with the report, `documents` what a mail brought along and is read by itself.
    """

    id: Compartment
    kind: SentAs
    received_at: Moment
    digest: str
    size: int
    again: bool = False
    attached: tuple[str, ...] = ()
    documents: tuple[DocumentId, ...] = ()
    awaited: tuple[AwaitedFile, ...] = ()
    troubles: tuple[Trouble, ...] = ()


class NothingSent(Invalid):
    """There is nothing in it, or both text and Base64 were given."""

    hint = "Give `text`, or `base64` for what is no text; not both."


class SpentToday(Unavailable):
    """As many bytes came from this finder today as are taken in a day."""

    hint = "Come back then. What was sent is kept, and reports without files are taken all the time."

    def __init__(self, until: Moment, seconds: int) -> None:
        self.headers = (("Retry-After", str(seconds)),)
        super().__init__(f"No more files are taken from you today; the next are at {until}.")
