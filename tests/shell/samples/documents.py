# SPDX-License-Identifier: Apache-2.0
"""The pages of documents: one's own, sending one, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.parts import DIGEST, JUST_NOW, Page, ago, field, form

NAMES = ("nightly.sarif", "advisories-2026.csaf.json", "sbom.cdx.json", "scan", "harbour.osv.json")
STATES = (("received", "being read"), ("read", "read"), ("read", "read"), ("warn", "format unknown"), ("read", "read"))


def line(n: int) -> Thing:
    state, label = STATES[n % 5]
    return Thing(
        number="D-2026-AB2CD-E",
        href="#document",
        name=NAMES[n % 5],
        state=state,
        state_label=label,
        received=ago(hours=5 * n + 1),
        added=(0, 1, 48_211)[n % 3],
        known=(0, 12)[n % 2],
        troubles=(0, 0, 3)[n % 3],
    )


def mine(rows: Iterable[Any], next_href: str | None = "#older") -> dict[str, Any]:
    listed = [Thing(**each) if isinstance(each, dict) else each for each in rows]
    return {"rows": listed, "next_href": next_href, "new_href": "#new"}


def troubles(count: int) -> list[Thing]:
    what = ("Expected a text, found a number. The rest of the item is kept.", "This name stands twice in one object.")
    return [Thing(where=f"/runs/0/results/{7 * n}/message/text", what=what[n % 2]) for n in range(count)]


def document(**changes: Any) -> dict[str, Any]:
    whole = {
        "number": "D-2026-AB2CD-E",
        "spoken": "Delta, 2026, alfa bravo two charlie delta, echo",
        "href": "#document",
        "name": "nightly.sarif",
        "format": "sarif",
        "state": "read",
        "state_label": "read",
        "received": ago(minutes=1),
        "size": 90_120_488,
        "digest": DIGEST,
        "read": 48_240,
        "added": 1_204,
        "known": 47_007,
        "trouble_count": 3,
        "troubles": troubles(3),
        "nothing": False,
        "mine": True,
        "receipt_url": "#receipt",
        "proof_url": "#proof",
    }
    return {"document": Thing(**(whole | changes))}


NONE: dict[str, Any] = {"added": 0, "known": 0, "trouble_count": 0, "troubles": []}
UNREAD = [Thing(where="", what="This is a zip archive, so it was not read. Send documents one by one and unpacked.")]
UNKNOWN = [Thing(where="", what="Nobody here knows this format. docs/formats.md names those that are read.")]
FILE = field("file", "The file", "file", required=True, hint="What is in it decides how it is read.")
ASKED = JUST_NOW | {
    "read": (("SARIF 2.1.0", "each result of a scanner"), ("CycloneDX, OpenVEX", "each vulnerability or statement")),
    "reports": (
        ("weir.report/1", "a report with all its parts"),
        ("A mail (.eml)", "a report; its attachments are kept"),
    ),
    "most": 1073,
}
PAGES: dict[str, Page] = {
    "documents": ("intake/documents.html", mine([line(n) for n in range(5)])),
    "documents-empty": ("intake/documents.html", mine((), None)),
    "new-document": ("intake/new_document.html", ASKED | {"form": form(FILE)}),
    "new-document-faults": (
        "intake/new_document.html",
        ASKED
        | {
            "form": form(
                field("file", "The file", "file", required=True, error="is missing"),
                errors=("The file did not come whole.",),
            )
        },
    ),
    "document": ("intake/document.html", document()),
    "document-reading": (
        "intake/document.html",
        document(state="received", state_label="being read", format="", proof_url=None, trouble_count=0, troubles=[]),
    ),
    "document-unknown": (
        "intake/document.html",
        document(**(NONE | {"state": "unknown", "state_label": "format unknown", "format": "", "read": 1})),
    ),
    "document-unreadable": (
        "intake/document.html",
        document(**(NONE | {"format": "words", "nothing": True, "troubles": UNREAD, "trouble_count": 1, "read": 1})),
    ),
    "document-of-another": (
        "intake/document.html",
        document(**(NONE | {"nothing": True, "mine": False, "troubles": UNKNOWN, "trouble_count": 1})),
    ),
    "document-clean": ("intake/document.html", document(**(NONE | {"nothing": True, "read": 0}))),
}
