# SPDX-License-Identifier: Apache-2.0
"""Everything here that is somebody's, for taking along."""

from __future__ import annotations

from weir.foundation.actor import Actor
from weir.foundation.identity import rules
from weir.foundation.identity.departures import DEPARTURES
from weir.foundation.identity.reads.acting import my_agents, my_tokens
from weir.foundation.identity.reads.belonging import my_memberships, myself
from weir.foundation.identity.terms import Export, Exported
from weir.foundation.question import question


@question("identity.export_mine")
def export_mine(actor: Actor) -> Export:
    """Everything here that is mine, as plain data; the same before leaving as on any other day."""
    rules.check_person(actor)
    return Export(
        myself.function(actor),
        my_memberships.function(actor),
        my_agents.function(actor),
        my_tokens.function(actor),
        _exported(actor.id),
    )


@question("identity.export_organization")
def export_organization(actor: Actor) -> tuple[Exported, ...]:
    """Everything here that is my organization's, as plain data."""
    rules.check_administers(actor, actor.organization)
    return _exported(actor.organization)


def _exported(leaver: str) -> tuple[Exported, ...]:
    return tuple(part for export in DEPARTURES.exporters for part in export(leaver))
