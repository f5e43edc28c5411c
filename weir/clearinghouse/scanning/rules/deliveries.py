# SPDX-License-Identifier: Apache-2.0
"""What may reach a maintainer now. Rooms that deliver ask here first, once for each person whom it would reach."""

from __future__ import annotations

from weir.clearinghouse.scanning.terms import Delivery, Load, Message, MessageKind, ProjectRules, Told, Verdict

_REACHED = {verdict: step for step, verdict in enumerate(Verdict)}


def may_deliver(rules: ProjectRules, load: Load, message: Message) -> Delivery:
    """Whether this goes out now, or why it waits.

    A pause holds back everything new, and no clock of ours runs on against the maintainer. What is not reproduced never
    goes out, whatever it is said to be. What is known to be used against people may jump the cap, and is shown to have.
    """
    if rules.paused:
        return Delivery(Told.PAUSED)
    if message.kind is MessageKind.REMINDER:
        return _digest(rules, load)
    if _too_early(rules, message):
        return Delivery(Told.NOT_REPRODUCED)
    full = _full(rules, load)
    if full is None:
        return Delivery(Told.NOW)
    return Delivery(Told.NOW, jumped=True) if message.exploited else Delivery(full)


def _too_early(rules: ProjectRules, message: Message) -> bool:
    """Also of what comes with a finding, which would tell of it; and nobody can ask for less than reproduced."""
    if message.verdict is None:
        return message.kind is not MessageKind.QUESTION
    return _REACHED[message.verdict] < max(_REACHED[rules.least], _REACHED[Verdict.REPRODUCED])


def _full(rules: ProjectRules, load: Load) -> Told | None:
    if load.open >= rules.most_open:
        return Told.TOO_MANY_OPEN
    return Told.TOO_MANY_NEW if load.new >= rules.most_new else None


def _digest(rules: ProjectRules, load: Load) -> Delivery:
    """Reminders come together, once a week, and never one by one."""
    due = load.days_since_digest is None or load.days_since_digest >= rules.digest_days
    return Delivery(Told.NOW if due else Told.WITH_THE_DIGEST)
