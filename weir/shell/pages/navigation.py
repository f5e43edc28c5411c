# SPDX-License-Identifier: Apache-2.0
"""What stands in the navigation, for whom. It shows what could be asked; policy still decides."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from weir.foundation.actor import Actor, ActorKind


@dataclass(frozen=True)
class Place:
    """One link."""

    label: str
    href: str
    current: bool = False


def navigation_for(actor: Actor, path: str) -> tuple[Place, ...]:
    """The links for this actor, with the present one marked."""
    places = [(_("Report"), "/report/")]
    if actor.kind is not ActorKind.ANONYMOUS:
        places += [(_("My reports"), "/reports/"), (_("Documents"), "/documents/"), (_("Scanning"), "/scanning/")]
    if actor.staff and "coordinator" in actor.roles:
        places += [(_("Queue"), "/findings/"), (_("Promises"), "/reports/clocks/")]
    if actor.organization:
        places.append((_("Organization"), "/organization/"))
    if actor.staff:
        places.append((_("Two people"), "/acts/"))
    if actor.staff and "administrator" in actor.roles:
        places += [(_("Administration"), "/administration/"), (_("Doctor"), "/doctor/")]
    places.append((_("Log"), "/log/"))
    here = max((href for _label, href in places if path.startswith(href)), key=len, default="")
    return tuple(Place(label, href, href == here) for label, href in places)
