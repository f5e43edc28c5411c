# SPDX-License-Identifier: Apache-2.0
"""What can be asked about who takes part. Nobody can list who does not: no question knows declined or departed ones.

The lines that the policies draw are drawn here once more, because policy itself stands on this room.
Each file answers about one matter, and is named as the file of its verbs is.
"""

from __future__ import annotations

from weir.foundation.identity.reads.acting import agent_of, my_agents, my_tokens
from weir.foundation.identity.reads.belonging import (
    copied_key_letter,
    list_members,
    list_organizations,
    membership_of,
    my_memberships,
    my_organization,
    myself,
    organization_names,
    organization_of,
    who_is,
)
from weir.foundation.identity.reads.control import (
    challenge_of,
    control_of,
    control_state,
    list_controls,
    must_prove_again,
    open_challenge,
    shown_control,
)
from weir.foundation.identity.reads.joining import (
    decline_letter,
    has_administrator,
    invitation_letter,
    list_applications,
    offer_behind,
    offered,
    still_offered,
    terms,
    terms_in_force,
)
from weir.foundation.identity.reads.leaving import export_mine, export_organization
from weir.foundation.identity.reads.staying import (
    duties_of,
    duty_of,
    hold_back,
    hold_of,
    is_held,
    list_duties,
    list_holds,
)

__all__ = [
    "agent_of",
    "challenge_of",
    "control_of",
    "control_state",
    "copied_key_letter",
    "decline_letter",
    "duties_of",
    "duty_of",
    "export_mine",
    "export_organization",
    "has_administrator",
    "hold_back",
    "hold_of",
    "invitation_letter",
    "is_held",
    "list_applications",
    "list_controls",
    "list_duties",
    "list_holds",
    "list_members",
    "list_organizations",
    "membership_of",
    "must_prove_again",
    "my_agents",
    "my_memberships",
    "my_organization",
    "my_tokens",
    "myself",
    "offer_behind",
    "offered",
    "open_challenge",
    "organization_names",
    "organization_of",
    "shown_control",
    "still_offered",
    "terms",
    "terms_in_force",
    "who_is",
]
