# SPDX-License-Identifier: Apache-2.0
"""Why something in this room is refused, missing, in conflict, invalid or out of reach."""

from __future__ import annotations

from weir.kernel.errors import Conflict, Invalid, Missing, Refused, Unavailable


class NoSuchCredential(Refused):
    """This token opens nothing here."""

    hint = (
        "Issue a new one under your profile; a token is shown once, ends on its day and works only where it was issued."
    )


class LinkSpent(Refused):
    """This link opens nothing, or no longer does."""

    hint = "Ask whoever sent it for a new one."


class DoorShut(Refused):
    """There is an administrator already, so there is no first door."""

    hint = "Ask an administrator to invite you."


class OtherTerms(Conflict):
    """These are not the terms that hold now."""

    hint = "Read the terms again and send the digest that is shown with them."


class NoSuchNumber(Invalid):
    """There is nobody and nothing here under that number."""

    hint = "Check the number: a person, an organization or a case that is here."

    def __init__(self) -> None:
        super().__init__(faults={"/about": "is the number of nobody and nothing here"})


class NotYours(Missing):
    """There is nothing of yours under that number."""


class NobodyThere(Missing):
    """Nobody under that number."""

    hint = "Check the number. Who never was here and who left look the same."


class OperatorsOnly(Refused):
    """Only administrators of the organization that runs this instance may do this."""


class AdministratorsOnly(Refused):
    """Only an administrator of that organization may do this."""


class PeopleOnly(Refused):
    """Only a person may do this, for themselves."""

    hint = "Sign in; an agent or a token cannot do it for you."


class TooWide(Refused):
    """That is more than may be handed on."""


class NotARole(Invalid):
    """This organization does not give that role."""


class SecondPersonNeeded(Conflict):
    """This takes somebody else than the one who began it."""

    hint = "Ask a colleague; two people decide, or nothing happens."


class SecondPersonUnsettled(Conflict):
    """Whoever changed their own address within 90 days vouches for nobody else's."""

    hint = "Ask another colleague, or the staff: whoever took over a mailbox could otherwise confirm what they began."


class HouseStays(Conflict):
    """The organization that runs this instance cannot withdraw from it."""

    hint = "Its people can leave. To end the instance, stop it."


class OutOfReach(Unavailable):
    """What was to be looked at could not be reached."""


class Unlooked(Invalid):
    """This place is not looked at."""

    hint = "Name a public domain, or an https address of a repository on a forge that is listed in the docs."
