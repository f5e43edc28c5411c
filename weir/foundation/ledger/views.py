# SPDX-License-Identifier: Apache-2.0
"""The public log, as C2SP tlog-tiles asks for it: checkpoint and tiles, to anybody, cacheable, telling nothing."""

from __future__ import annotations

import json
from contextlib import suppress

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from weir.foundation.actor import Actor
from weir.foundation.forms import Asked
from weir.foundation.ledger import reads
from weir.foundation.ledger.terms import EntryState, NotYetProvable
from weir.foundation.transactions import reading
from weir.kernel import tiles
from weir.kernel.canonical import plain

# A full tile never changes; a checkpoint does with every tick.
FOR_EVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=1"
_RECENT = 12
STATES = {EntryState.WAITING: "waiting", EntryState.PROVABLE: "sequenced", EntryState.ERASED: "erased"}


@require_safe
def get_log(request: Asked) -> HttpResponse:
    """The page for people: how large the log is, its head, and how to check it without us."""
    with reading(request.actor):
        key = reads.notary().log_key.vkey()
    page = {
        "page_title": _("The log"),
        "checkpoint_href": reverse("checkpoint"),
        "keys_href": reverse("log-keys"),
        "vkey": key,
        "checkpoint": "",
        "size": 0,
        "recent": (),
    }
    with suppress(NotYetProvable):  # before the first tick there is nothing to show, and that is no error
        page |= _published(request.actor)
    return render(request, "ledger/log.html", page)


def _published(actor: Actor) -> dict[str, object]:
    head = reads.head(actor)
    with reading(actor):
        recent = [{"index": batch.tick, "root": bytes(batch.root).hex()} for batch in reads.recent_batches(_RECENT)]
    return {"checkpoint": head.checkpoint, "size": head.size, "recent": recent}


@require_safe
def get_checkpoint(request: Asked) -> HttpResponse:
    """The signed head."""
    with reading(request.actor):
        note = reads.published_head()[1]
    return _given(note.encode(), "text/plain; charset=utf-8", BRIEFLY)


@require_safe
def get_vkey(request: Asked) -> HttpResponse:
    """The keys that verify heads and receipts."""
    with reading(request.actor):
        notary = reads.notary()
    keys = f"{notary.log_key.vkey()}\n{notary.receipt_key.vkey()}\n"
    return _given(keys.encode(), "text/plain; charset=utf-8", BRIEFLY)


@require_safe
def get_tile(request: Asked, rest: str) -> HttpResponse:
    """One tile of hashes, or one bundle of leaves."""
    name = tiles.TileName.parse(f"tile/{rest}")
    with reading(request.actor):
        content = reads.tile(name)
    return _given(content, "application/octet-stream", FOR_EVER)


@require_safe
def get_entry(request: Asked, leaf: str) -> HttpResponse:
    """One entry, for whoever may see it."""
    entry = reads.read_entry(request.actor, leaf)
    shown = {
        "kind": entry.schema.partition("/")[0],
        "schema": entry.schema,
        "at": entry.at,
        "actor": entry.actor,
        "subject": entry.about,
        "state": STATES[entry.state],
        "proof_url": reverse("proof", args=[leaf]) if entry.state is EntryState.PROVABLE else None,
        "body_json": entry.content and json.dumps(json.loads(entry.content), indent=2, ensure_ascii=False),
    }
    return render(request, "ledger/entry.html", {"page_title": shown["kind"], "entry": shown})


@require_safe
def get_proof(request: Asked, leaf: str) -> HttpResponse:
    """The small file that `verifier/` reads."""
    bundle = reads.prove_entry(request.actor, leaf)
    return _file(json.dumps(plain(bundle), indent=1).encode(), f"proof-{leaf[:12]}.json")


@require_safe
def get_receipt(request: Asked, leaf: str) -> HttpResponse:
    """The signed promise, as a file."""
    receipt = reads.receipt_of(request.actor, leaf)
    return _file(receipt.encode(), f"receipt-{leaf[:12]}.json")


def _file(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


def _given(content: bytes, media_type: str, caching: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Cache-Control": caching,
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )
