# SPDX-License-Identifier: Apache-2.0
"""Where the rooms meet: every verb and question is declared, and policy and ledger are bound to them. Run once at
start.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.db import connection

from weir.foundation.actor import Actor
from weir.foundation.verb import BOUND
from weir.shell.clock import now

_NOTED = 10_000  # readers and things read that one process remembers to have noted


def bind() -> None:
    """Declare what every room offers, then bind who asks, who records and who witnesses. Safe to call again."""
    from weir.clearinghouse.findings.gates import CheckKeyFolder  # noqa: PLC0415
    from weir.clearinghouse.findings.reads.checking import bind_check_keys  # noqa: PLC0415
    from weir.foundation.identity.reads import hold_back  # noqa: PLC0415
    from weir.foundation.ledger.gates import KeyFolder  # noqa: PLC0415
    from weir.foundation.ledger.reads import bind_notary  # noqa: PLC0415
    from weir.foundation.ledger.record import Recorder  # noqa: PLC0415 - models exist only once Django is set up
    from weir.foundation.ledger.rules import reading_window  # noqa: PLC0415
    from weir.foundation.ledger.verbs import witness  # noqa: PLC0415
    from weir.foundation.policy.reads import ask  # noqa: PLC0415
    from weir.foundation.policy.verbs import second_person  # noqa: PLC0415
    from weir.foundation.store.blobs import seal  # noqa: PLC0415
    from weir.foundation.store.gates import FileKeyStore  # noqa: PLC0415
    from weir.foundation.store.reads import bind_key_store, unseal  # noqa: PLC0415

    for room in rooms():
        for part in ("verbs", "reads"):
            if find_spec(f"{room}.{part}"):
                import_module(f"{room}.{part}")

    noted: dict[tuple[str, str], int] = {}

    def keep_reading(actor: Actor, question: str, about: str) -> None:
        at = now()
        who, window = (actor.id, about), reading_window(int(at.timestamp() * 1000))
        if noted.get(who) == window:
            return
        # Its scopes say what a token may ask for; that its reading is noted is not its to ask, nor to refuse.
        witness(actor if actor.scopes is None else replace(actor, scopes=None), question, about, at)
        if connection.in_atomic_block:
            return  # the note may still be undone, and then it must be made again
        if len(noted) >= _NOTED:
            noted.clear()
        noted[who] = window

    bind_key_store(FileKeyStore(settings.KEYS))
    bind_notary(lambda origin: KeyFolder(settings.KEYS, origin))
    bind_check_keys(CheckKeyFolder(settings.KEYS))
    BOUND.ask = ask
    BOUND.record = Recorder(open_log, seal, unseal)
    BOUND.second = second_person
    BOUND.witness = keep_reading
    BOUND.hold_back = hold_back


def rooms() -> list[str]:
    """Packages of the installed rooms, in the order of the settings."""
    return [
        config.name for config in apps.get_app_configs() if config.name.startswith("weir.") and config.label != "shell"
    ]


def begin() -> None:
    """The log of this instance exists. Called at start, apart from any verb: a log must not vanish with a rollback."""
    from weir.foundation.ledger.sequencer import begin_log  # noqa: PLC0415

    begin_log(settings.INSTANCE, now())
    open_log.cache_clear()


@cache
def open_log() -> int:
    """The log this process writes to. It changes only when a restore begins a new one, and that needs a restart."""
    from weir.foundation.ledger import reads  # noqa: PLC0415

    return int(reads.open_log().id)
