# SPDX-License-Identifier: Apache-2.0
"""Coming, acting for somebody, and leaving. No record carries a name or an address: it stays, and people do not."""

from __future__ import annotations

from weir.foundation.identity.verbs.acting import (
    issue_token,
    register_agent,
    revoke_agent,
    revoke_token,
    rotate_agent,
)
from weir.foundation.identity.verbs.belonging import change_contact, change_roles, end_membership
from weir.foundation.identity.verbs.control import ask_control, record_control, second_control
from weir.foundation.identity.verbs.joining import (
    accept_invitation,
    admit_application,
    apply,
    claim_first_administrator,
    decline_application,
    invite,
    open_first_door,
)
from weir.foundation.identity.verbs.keys import record_copied_key
from weir.foundation.identity.verbs.leaving import leave, sweep_ended, withdraw_organization
from weir.foundation.identity.verbs.mailboxes import record_email
from weir.foundation.identity.verbs.repeating import repeat_endings
from weir.foundation.identity.verbs.staying import confirm_hold, keep_duty, lift_hold, place_hold

__all__ = [
    "accept_invitation",
    "admit_application",
    "apply",
    "ask_control",
    "change_contact",
    "change_roles",
    "claim_first_administrator",
    "confirm_hold",
    "decline_application",
    "end_membership",
    "invite",
    "issue_token",
    "keep_duty",
    "leave",
    "lift_hold",
    "open_first_door",
    "place_hold",
    "record_control",
    "record_copied_key",
    "record_email",
    "register_agent",
    "repeat_endings",
    "revoke_agent",
    "revoke_token",
    "rotate_agent",
    "second_control",
    "sweep_ended",
    "withdraw_organization",
]
