# SPDX-License-Identifier: Apache-2.0
"""What every page has: the template environment, and the few values that all templates may use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.db import DatabaseError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined

from weir.foundation.actor import ANONYMOUS, Actor, ActorKind
from weir.shell.accounts import Shown, present, providers, shown
from weir.shell.pages.navigation import navigation_for


def environment(**options: Any) -> Environment:
    """Strict: a name that a view forgot is an error in a test, never an empty place on a page."""
    strict = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**(options | strict))  # noqa: S701 - Django hands over autoescape, and it is on
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["static"] = static
    env.globals["url"] = reverse
    env.filters["later"] = later
    return env


def later(moment: datetime, days: int) -> datetime:
    """So many days after it, or before it."""
    return moment + timedelta(days=days)


def on_every_page(request: HttpRequest) -> dict[str, Any]:
    """The contract between views and templates."""
    actor, who = _whose(request)
    return {
        "actor": who,
        "nav": navigation_for(actor, request.path),
        "csrf_token": SimpleLazyObject(lambda: get_token(request)),
        "demo": settings.DEMO,
        "now": getattr(request, "now", None),
        "flash": [{"level": m.level_tag, "text": str(m)} for m in _said(request)],
        "providers": SimpleLazyObject(providers),
    }


def _whose(request: HttpRequest) -> tuple[Actor, Shown | None]:
    """Nobody's, where that cannot be told: an error page is drawn before the session is read, or without a database."""
    if not hasattr(request, "user"):
        return ANONYMOUS, None
    try:
        who = present(request)
    except DatabaseError:
        return ANONYMOUS, None
    return who.actor, None if who.actor.kind is ActorKind.ANONYMOUS else shown(request.user, who)


def _said(request: HttpRequest) -> list[Any]:
    try:
        return list(get_messages(request))
    except DatabaseError:
        return []
