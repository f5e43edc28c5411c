# SPDX-License-Identifier: Apache-2.0
"""Identity's pages: coming in, belonging, programs that act for people, leaving, and what operators decide.

Each reads a form, calls one verb, and either shows the form with what is wrong or leads on.
"""

from __future__ import annotations

from typing import TypeVar

from weir.foundation.forms import Asked, key_of
from weir.foundation.verb import Done, Verb

T = TypeVar("T")

# Where the session keeps for which organization somebody acts.
CHOSEN = "organization"


def done(request: Asked, verb: Verb[..., T], given: dict[str, object]) -> Done[T]:
    """The verb, with what a form gave it, once for each key."""
    read = verb.shape.read(given)
    return verb.perform(request.actor, **read, now=request.now, idempotency_key=key_of(request))
