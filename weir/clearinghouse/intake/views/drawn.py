# SPDX-License-Identifier: Apache-2.0
"""A report as its page takes it: what was said, what is awaited, what happened."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from weir.clearinghouse.intake.forms import detail_labels
from weir.clearinghouse.intake.terms import (
    Act,
    AiUse,
    Clock,
    ClockName,
    ClockState,
    Course,
    Details,
    Fact,
    Report,
    ReportState,
    Submission,
    Words,
)
from weir.foundation.actor import Actor
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.terms import EntryLine

READING = "ledger.note_reading"
LABELS = {
    ReportState.RECEIVED: _("received"),
    ReportState.ACKNOWLEDGED: _("acknowledged"),
    ReportState.ASSESSED: _("assessed"),
    ReportState.WITHDRAWN: _("withdrawn"),
}
CLOCKS = {
    ClockName.ACKNOWLEDGE: _("A person tells you that they have read it"),
    ClockName.ASSESS: _("You are told what it is held to be, and why"),
}
STANDING = {
    ClockState.RUNS: "",
    ClockState.PAUSED: _("waits for an answer"),
    ClockState.MET: _("done"),
    ClockState.MISSED: _("overdue"),
}
SAID = {
    Act.AMEND: _("You added"),
    Act.ANSWER: _("You answered"),
    Act.WITHDRAW: _("You took it back"),
    Act.ASK: _("You were asked"),
    Act.ACKNOWLEDGE: _("A coordinator has read it"),
    Act.ASSESS: _("It was assessed"),
}
# The same, as coordinators read it.
OWED = {ClockName.ACKNOWLEDGE: _("Acknowledge"), ClockName.ASSESS: _("Assess")}
SAID_OF_THEM = {
    Act.AMEND: _("The finder added"),
    Act.ANSWER: _("The finder answered"),
    Act.WITHDRAW: _("The finder took it back"),
    Act.ASK: _("The finder was asked"),
}
ASSESSED = {
    "vulnerability": _("A vulnerability"),
    "ordinary_bug": _("An ordinary bug"),
    "intended": _("Intended behaviour"),
}
HAPPENED = {
    "intake.receive_report": _("The report was received and sealed."),
    "intake.amend_report": _("Something was added."),
    "intake.answer_question": _("A question was answered."),
    "intake.ask_finder": _("Something was asked of its finder."),
    "intake.acknowledge_report": _("A coordinator acknowledged it."),
    "intake.assess_report": _("A coordinator assessed it."),
    "intake.withdraw_report": _("It was taken back."),
    "intake.attach_file": _("A file was attached."),
    "intake.attach_upload": _("A file was attached."),
    "intake.note_overdue": _("A promise to its finder was not kept in time."),
    "intake.open_by_code": _("It was opened with its claim code."),
    "findings.correlate_report": _("It was given its finding."),
    READING: _("Somebody opened it."),
}
AI_USE = {
    AiUse.UNSAID: "",
    AiUse.NONE: _("none"),
    AiUse.ASSISTED: _("it helped a person"),
    AiUse.AUTONOMOUS: _("it worked by itself"),
    AiUse.CONFIDENTIAL: _("a confidential tool"),
}


def receipt(**told: Any) -> dict[str, Any]:
    """Everything that the page takes, with nothing where nothing is told."""
    return {
        "receipt_url": None,
        "receipt": None,
        "proof_url": None,
        "claim_code": None,
        "again": False,
        "checklist": (),
        "clocks": (),
        "turn_at": None,
        "committed_at": None,
        "needs": None,
        "said": (),
        "files": (),
        "course": (),
        "actions": (),
    } | told


def drawn(actor: Actor, found: Report, course: Course, actions: list[dict[str, Any]]) -> dict[str, Any]:
    """A report that is there, for whoever may read it."""
    mine = found.submitter == actor.id
    entry = ledger.first_entry_about(actor, found.id, "intake.receive_report")
    return receipt(
        number=found.id,
        spoken=found.id.spoken(),
        title=found.submission.title,
        received=found.received_at,
        receipt_url=reverse("receipt", args=[entry.leaf]) if actor.keys >= {"member"} else None,
        proof_url=reverse("proof", args=[entry.leaf]) if entry.provable and actor.keys >= {"member"} else None,
        state=LABELS[found.state],
        checklist=found.checklist,
        clocks=[_clock(clock, mine=mine) for clock in course.clocks],
        turn_at=course.turn_at if course.turn_at and course.turn_at > found.received_at else None,
        committed_at=course.committed_at,
        needs=_needs(course),
        said=[_as_it_came(found.submission, mine=mine), *(_fact(fact, mine=mine) for fact in course.facts)],
        files=course.attachments,
        course=[_step(line) for line in reversed(ledger.entries_about(actor, found.id).lines) if _told(actor, line)],
        actions=actions,
    )


def _clock(clock: Clock, *, mine: bool) -> dict[str, Any]:
    return {
        "label": CLOCKS[clock.name] if mine else OWED[clock.name],
        "due": clock.due,
        "state": clock.state,
        "standing": STANDING[clock.state],
        "explained": " ".join(clock.explained),
    }


def _needs(course: Course) -> dict[str, Any] | None:
    if course.needs is None:
        return None
    asked = [fact for fact in course.facts if fact.act is Act.ASK]
    return {
        "text": asked[-1].words.text if asked else "",
        "since": course.needs.since,
        "next_on": course.needs.next_on.isoformat(),
    }


def _as_it_came(said: Submission, *, mine: bool) -> dict[str, Any]:
    whole = Words(said.description, said.component, said.weakness, said.details)
    parts = _parts(whole)
    if said.ai_use is not AiUse.UNSAID:
        parts.append((_("AI systems"), AI_USE[said.ai_use]))
    label = _("You reported") if mine else _("The finder reported")
    return {"label": label, "at": None, "text": said.description, "parts": parts}


def _fact(fact: Fact, *, mine: bool) -> dict[str, Any]:
    label = SAID[fact.act] if mine else SAID_OF_THEM.get(fact.act, SAID[fact.act])
    return {"label": label, "at": fact.at, "text": fact.words.text, "parts": _parts(fact.words)}


def _parts(words: Words) -> list[tuple[str, str]]:
    """Each part that says something, under its name."""
    labels = {"component": _("Which component"), "weakness": _("Which weakness")} | detail_labels()
    said = {"component": words.component, "weakness": words.weakness}
    said |= {each.name: getattr(words.details, each.name) for each in fields(Details)}
    said["ai_phases"] = ", ".join(words.details.ai_phases)
    parts = [(labels[name], value) for name, value in said.items() if value]
    return ([(_("It is"), ASSESSED[words.assessment])] if words.assessment else []) + parts


def _told(actor: Actor, line: EntryLine) -> bool:
    """Not that whoever looks has looked before."""
    return line.kind != READING or line.actor != actor.id


def _step(line: EntryLine) -> dict[str, Any]:
    first_opened = _("On this day it was first opened by somebody else.") if not line.leaf else ""
    return {
        "text": first_opened or HAPPENED.get(line.kind) or line.kind.partition(".")[2].replace("_", " "),
        "at": line.at,
        "whole_day": not line.leaf,
        "proof_url": reverse("proof", args=[line.leaf]) if line.provable else None,
    }
