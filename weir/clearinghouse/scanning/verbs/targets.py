# SPDX-License-Identifier: Apache-2.0
"""Targets and their rules: named, set by those who have shown control, read from what a project says of itself."""

from __future__ import annotations

import os

from weir.clearinghouse.scanning.formats import security_md, security_txt
from weir.clearinghouse.scanning.models import RuleRow, TargetRow
from weir.clearinghouse.scanning.rules import locators, projects
from weir.clearinghouse.scanning.terms import (
    AiPolicy,
    Linked,
    NotARule,
    NotTheirs,
    Registered,
    RuleSource,
    RulesSet,
    Stated,
    TargetId,
    TargetKind,
    Verdict,
    Weighed,
)
from weir.foundation.actor import Actor
from weir.foundation.identity.reads.control import control_state
from weir.foundation.identity.terms import ControlState
from weir.foundation.policy.marks import mark_fresh
from weir.foundation.policy.rules import root
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.verb import verb
from weir.kernel.ids import uuid7
from weir.kernel.moments import Moment

FOR_MEMBERS = Marking(Tlp.GREEN, frozenset({"member"}))
LONGEST_PLACE = 500
MOST_EXPOSURE = 1_000_000


@verb("scanning.register_target", about="participant", sealed=True)
def register_target(actor: Actor, locator: str, *, now: Moment) -> Registered:
    """Give a package, repository or product its number.

    Whoever names the same thing is given the same number, and nothing tells whether somebody named it before. The entry
    is about whoever asked, and sealed: that they asked is nobody else's.
    """
    kind, plain = locators.locator_of(locator)
    row = TargetRow.objects.filter(locator=plain).first() or _new_target(kind, plain, now)
    return Registered(TargetId(row.number), plain, TargetKind(row.kind), root(actor))


def _new_target(kind: TargetKind, locator: str, now: Moment) -> TargetRow:
    row = TargetRow(
        id=uuid7(now, os.urandom),
        number=TargetId.mint(now.year, os.urandom),
        locator=locator,
        kind=kind,
        home=locators.home_of(kind, locator),
    )
    # Of two who name it first at once, the database lets one; the other is decided again, and finds it.
    row.save(force_insert=True)
    mark_fresh([row], row.number, FOR_MEMBERS)
    return row


@verb("scanning.set_project_rules", on="target")
def set_project_rules(  # noqa: PLR0913, PLR0917 - every knob there is
    actor: Actor,
    target: TargetId,
    contact: str | None = None,
    most_open: int | None = None,
    most_new: int | None = None,
    paused: bool | None = None,  # noqa: FBT001 - doors give every parameter by name
    no_scan: bool | None = None,  # noqa: FBT001
    closed_paths: str | None = None,
    ai_policy: AiPolicy | None = None,
    embargo_days: int | None = None,
    least: Verdict | None = None,
    *,
    now: Moment,
) -> RulesSet:
    """Set what holds for a project; what is left out stays as it was.

    Only whoever has shown control of the project, for an organization that is their own. It binds every participant.
    """
    row = TargetRow.objects.select_for_update().get(number=target)
    if not row.home or control_state(actor.organization, row.home, now)[0] is not ControlState.PROVEN:
        raise NotTheirs
    asked = {
        "contact": contact,
        "most_open": most_open,
        "most_new": most_new,
        "paused": paused,
        "no_scan": no_scan,
        "closed_paths": closed_paths,
        "ai_policy": ai_policy,
        "embargo_days": embargo_days,
        "least": least,
    }
    given = {name: projects.said_as(value) for name, value in asked.items() if value is not None}
    projects.check_values(given)
    RuleRow.objects.filter(target=row, source=RuleSource.MAINTAINER, name__in=given).delete()
    _keep(row, RuleSource.MAINTAINER, [Stated(name, value, 0) for name, value in given.items()], row.home, now)
    return RulesSet(target, RuleSource.MAINTAINER, tuple(sorted(given)))


@verb("scanning.import_project_rules", on="target")
def import_project_rules(
    actor: Actor, target: TargetId, source: RuleSource, text: str, place: str, *, now: Moment
) -> RulesSet:
    """Read a project's security.txt or SECURITY.md, and keep of each rule where it stands.

    What was imported from the same kind of file before is replaced. It never turns a delivery elsewhere, nor lifts a
    cap: only the maintainers do that.
    """
    if not place.strip() or len(place) > LONGEST_PLACE or not place.isprintable():
        raise NotARule(faults={"/place": f"says where the text was found, in at most {LONGEST_PLACE} characters"})
    if source is RuleSource.SECURITY_TXT:
        said = security_txt.read(text, now)
    elif source is RuleSource.SECURITY_MD:
        said = security_md.read(text)
    else:
        raise NotARule(faults={"/source": f"is {RuleSource.SECURITY_TXT} or {RuleSource.SECURITY_MD}"})
    projects.check_values({line.name: line.value for line in said if line.name in projects.READ})
    row = TargetRow.objects.select_for_update().get(number=target)
    RuleRow.objects.filter(target=row, source=source).delete()
    _keep(row, source, said, place.strip(), now)
    return RulesSet(target, source, tuple(sorted({line.name for line in said})))


@verb("scanning.link_home", on="target")
def link_home(actor: Actor, target: TargetId, home: str, *, now: Moment) -> Linked:
    """Say whose control counts for a package whose name does not tell: a repository, or a domain.

    Staff says so after it has looked; the ledger keeps who did.
    """
    row = TargetRow.objects.select_for_update().get(number=target)
    if locators.home_of(TargetKind(row.kind), row.locator):
        raise NotARule("The name of this target says itself where it is at home.")
    row.home, row.listed = locators.home_named(home), True
    row.save(update_fields=["home", "listed"])
    return Linked(target, row.home)


@verb("scanning.weigh_target", on="target")
def weigh_target(actor: Actor, target: TargetId, exposure: int, *, now: Moment) -> Weighed:
    """Say how much stands on a target, until counted exposure does; a higher figure is suggested first."""
    if not 1 <= exposure <= MOST_EXPOSURE:
        raise NotARule(faults={"/exposure": f"is from 1 to {MOST_EXPOSURE}"})
    row = TargetRow.objects.select_for_update().get(number=target)
    row.exposure, row.listed = exposure, True
    row.save(update_fields=["exposure", "listed"])
    return Weighed(target, exposure)


def _keep(row: TargetRow, source: RuleSource, said: list[Stated] | tuple[Stated, ...], place: str, now: Moment) -> None:
    """The rules, each with its place; and from now on the target is listed, for its rules bind everybody."""
    for stated in said:
        where = f"{place}, line {stated.line}" if stated.line else place
        RuleRow.objects.create(
            id=uuid7(now, os.urandom),
            target=row,
            name=stated.name,
            source=source,
            value=stated.value,
            place=where,
            set_at=now,
        )
    row.listed = True
    row.save(update_fields=["listed"])
