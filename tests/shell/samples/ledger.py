# SPDX-License-Identifier: Apache-2.0
"""The log and its entries."""

from __future__ import annotations

from base64 import b64encode
from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.frame import OUT
from tests.shell.samples.parts import DIGEST, Page, ago

ROOT = b64encode(bytes.fromhex(DIGEST)).decode()
CHECKPOINT = f"log.example/weir\n20260\n{ROOT}\n\n— log.example/weir {ROOT[:-1] * 2}\n"
LOG: dict[str, Any] = {
    "checkpoint": CHECKPOINT,
    "size": 20260,
    "vkey": "log.example/weir+81c1d2a7+" + ROOT,
    "checkpoint_href": "#c",
    "keys_href": "#keys",
    "recent": [Thing(index=20259 - n, root=DIGEST[n:] + DIGEST[:n]) for n in range(4)],
}


def entry(state: str, proof: str | None) -> dict[str, Any]:
    body = '{\n  "report": "R-2026-AB2CD-E",\n  "digest": "' + DIGEST + '"\n}'
    return {
        "entry": Thing(
            kind="intake.receive_report",
            schema="intake.receive_report/1",
            at=ago(hours=1),
            actor="P-7Q2M",
            state=state,
            subject=None if state == "waiting" else "R-2026-AB2CD-E",
            proof_url=proof,
            body_json=body,
        )
    }


PAGES: dict[str, Page] = {
    "log": ("ledger/log.html", OUT | LOG),
    "log-empty": ("ledger/log.html", OUT | LOG | {"recent": [], "size": 0, "checkpoint": ""}),
    "entry": ("ledger/entry.html", entry("sequenced", "#proof")),
    "entry-waiting": ("ledger/entry.html", entry("waiting", None)),
    "entry-erased": ("ledger/entry.html", entry("erased", "#proof")),
}
