# SPDX-License-Identifier: Apache-2.0
"""What each page takes, in full, empty and faulty: the contract between views and templates, room by room."""

from __future__ import annotations

from tests.shell.samples import (
    documents,
    findings,
    frame,
    identity,
    intake,
    ledger,
    organizations,
    pairs,
    parts,
    policy,
    scanning,
)

KINDS = (frame, scanning, intake, documents, findings, pairs, ledger, identity, organizations, policy)
PAGES: dict[str, parts.Page] = {name: page for kind in KINDS for name, page in kind.PAGES.items()}
