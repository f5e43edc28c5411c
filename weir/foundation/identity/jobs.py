# SPDX-License-Identifier: Apache-2.0
"""What identity does after a verb: look for a challenge, send a letter. The shell says when; each may run twice."""

from __future__ import annotations

from weir.foundation.actor import SYSTEM
from weir.foundation.identity import reads, verbs
from weir.foundation.identity.gates import Lookout, Post
from weir.foundation.identity.terms import ApplicationId, Control, ControlId, InvitationId, PersonId
from weir.kernel.moments import Moment


def check_control(control: ControlId, *, lookout: Lookout, now: Moment) -> Control | None:
    """Look whether the challenge stands in its place, and keep what was seen. None: there is nothing to look for."""
    challenge = reads.open_challenge(control, now)
    if challenge is None:
        return None
    seen = lookout.look(challenge.method, challenge.target, challenge.value)
    # Stop here: nothing is kept, and the next run looks again.
    return verbs.record_control(SYSTEM, control, seen.seen, seen.fingerprint, now=now)


def send_invitation(invitation: InvitationId, *, post: Post, now: Moment) -> None:
    """Send the letter that holds the link. Stop after it: it goes out again, with the same link, which works once."""
    if letter := reads.invitation_letter(invitation, now):
        post.send(letter)


def answer_application(application: ApplicationId, *, post: Post) -> None:
    """Tell the contact of a declined application. Stop after it: it is told twice, which is better than never."""
    if letter := reads.decline_letter(application):
        post.send(letter)


def warn_of_copied_key(person: PersonId, *, post: Post) -> None:
    """Tell the owner of a passkey that there may be another. Stop after it: they are told twice."""
    if letter := reads.copied_key_letter(person):
        post.send(letter)
