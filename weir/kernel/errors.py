# SPDX-License-Identifier: Apache-2.0
"""The five ways to say no. Rooms subclass one of these with a sentence as docstring and a `hint`; doors map each kind
once.
"""

from __future__ import annotations


class WeirError(Exception):
    """Something was not done, and nothing was changed.

    The message is one sentence for the person who asked; the hint says what to do next. The docstring of the subclass
    is the sentence when none is given.
    """

    hint = ""

    def __init__(self, sentence: object = "", *, hint: str = "") -> None:
        self.sentence = str(sentence) or _first_line(type(self))
        self.hint = hint or type(self).hint
        super().__init__(self.sentence)


class Refused(WeirError):
    """You may not do this."""

    hint = "Ask whoever administers your organization for the right to do it."


class Missing(WeirError):
    """There is nothing here under that name that you may see."""

    hint = "Check the name. What you may not see looks the same as what does not exist."


class Conflict(WeirError):
    """This does not go together with what is already there."""

    hint = "Read the present state again, then decide."


class Invalid(WeirError):
    """What came in cannot be read as what was asked for.

    `faults` names each place (a JSON pointer, or a field) and what is wrong there.
    """

    hint = "Correct what is named, then send it again."

    def __init__(self, sentence: object = "", *, hint: str = "", faults: dict[str, str] | None = None) -> None:
        super().__init__(sentence, hint=hint)
        self.faults = dict(faults or {})


class Unavailable(WeirError):
    """Something that this needs is not there right now."""

    hint = "Try again in a moment; nothing was changed."


KINDS: tuple[type[WeirError], ...] = (Refused, Missing, Conflict, Invalid, Unavailable)


def kind_of(error: WeirError) -> type[WeirError]:
    """Which of the five this is, however far a room has subclassed it."""
    return next(kind for kind in KINDS if isinstance(error, kind))


def _first_line(cls: type) -> str:
    return (cls.__doc__ or cls.__name__).strip().splitlines()[0]
