# SPDX-License-Identifier: Apache-2.0
"""A passkey that is in two places."""

from __future__ import annotations

from weir.foundation.actor import SYSTEM, Actor
from weir.foundation.identity.models import PersonRow
from weir.foundation.identity.terms import CopiedKey, NobodyThere, PersonId
from weir.foundation.verb import verb
from weir.kernel.errors import Refused
from weir.kernel.moments import Moment


@verb("identity.record_copied_key", internal=True)
def record_copied_key(actor: Actor, person: PersonId, *, now: Moment) -> CopiedKey:
    """Keep that a passkey was refused because its counter had not grown: somebody may have copied it.

    A letter is sent to its owner, who alone can tell which of the two devices is theirs, and removes the key.
    """
    if actor != SYSTEM:
        raise Refused("Only Weir itself records what a passkey showed.")
    if not PersonRow.objects.filter(number=person, is_active=True).exists():
        raise NobodyThere
    return CopiedKey(person)
