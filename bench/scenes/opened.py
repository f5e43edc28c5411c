# SPDX-License-Identifier: Apache-2.0
"""An empty house, open: what every scene begins with."""

from __future__ import annotations

import django
from django.core.management import call_command

from weir.foundation.actor import Actor, ActorKind


def open_house() -> None:
    """Tables, policies and a log, as `weir up` makes them."""
    django.setup()
    from weir.foundation.policy.reads import open_policies
    from weir.shell import wiring

    call_command("migrate", verbosity=0, interactive=False)
    wiring.begin()
    open_policies(strict=False)


FINDER = Actor(
    ActorKind.PERSON,
    "P-2026-FNDER-T",
    organization="O-2026-FNDNG-T",
    organization_kind="finder",
    roles=frozenset({"finder"}),
    second_factor=True,
)
