# SPDX-License-Identifier: Apache-2.0
"""Tokens and agents: what programs may do in my name, shown once and ended at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from weir.foundation.forms import Asked, Form, act, done, keyed, onward
from weir.foundation.identity import reads
from weir.foundation.identity.forms import agent_form, token_form
from weir.foundation.identity.terms import Agent, AgentId, IssuedToken, Token, TokenId
from weir.foundation.identity.verbs import issue_token, register_agent, revoke_agent, revoke_token, rotate_agent
from weir.foundation.identity.verbs.acting import known_names
from weir.foundation.identity.views import until, whole
from weir.foundation.verb import Done


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def tokens(request: Asked) -> HttpResponse:
    """My tokens, and a form for one more. The answer to the form is the only page that ever shows the secret."""
    attempt = act(request, token_form(_carried()), issue_token, lambda given: until(given, request.now))
    if attempt.outcome is None:
        return _tokens(request, attempt.form, status=attempt.status)
    fresh = _fresh(request, attempt.outcome, request.POST.get("name", ""))
    return _tokens(request, attempt.form, fresh, status=201)


@require_POST
@login_required
def end_token(request: Asked, number: str) -> HttpResponse:
    done(request, revoke_token, {"token": TokenId.parse(number)})
    return onward(request, "tokens", _("The token opens nothing any more."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def agents(request: Asked) -> HttpResponse:
    """The agents that I answer for, and a form for one more."""

    def bounded(given: dict[str, Any]) -> dict[str, Any]:
        return until(given, request.now) | {"rate_per_minute": whole(given.get("rate_per_minute", ""), 9)}

    attempt = act(request, agent_form(_carried()), register_agent, bounded)
    if attempt.outcome is None:
        return _agents(request, attempt.form, status=attempt.status)
    return onward(request, "agents", _("The agent is there. Give it a token, and it can begin."))


@require_POST
@login_required
def new_agent_token(request: Asked, number: str) -> HttpResponse:
    """One new token for an agent, shown once; those it had end."""
    issued = done(request, rotate_agent, {"agent": AgentId.parse(number)})
    return _agents(request, agent_form(_carried()), _fresh(request, issued, number), status=201)


@require_POST
@login_required
def end_agent(request: Asked, number: str) -> HttpResponse:
    done(request, revoke_agent, {"agent": AgentId.parse(number)})
    return onward(request, "agents", _("The agent and its tokens have ended."))


def _carried() -> list[str]:
    return sorted(name for name, may in known_names().items() if may)


def _fresh(request: HttpRequest, issued: Done[IssuedToken], name: str) -> dict[str, str] | None:
    if issued.outcome.secret:
        return {"name": name or issued.outcome.id, "secret": issued.outcome.secret}
    messages.warning(request, _("This form was sent before: the token was made then, and shown then. Lost? Revoke it."))
    return None


def _tokens(request: Asked, form: Form, fresh: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    page = {
        "page_title": _("Tokens"),
        "action": keyed(reverse("tokens")),
        "form": form,
        "fresh": fresh,
        "tokens": [_token(each) for each in reads.my_tokens(request.actor)],
        "agents_href": reverse("agents"),
    }
    return render(request, "identity/tokens.html", page, status=status)


def _token(each: Token) -> dict[str, object]:
    return {
        "name": each.name or each.id,
        "agent": each.agent,
        "scopes": each.scopes,
        "created": each.created,
        "expires": each.expires,
        "last_used": each.last_used or None,
        "revoke_action": reverse("end-token", args=[each.id]),
    }


def _agents(request: Asked, form: Form, fresh: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    page = {
        "page_title": _("Agents"),
        "action": keyed(reverse("agents")),
        "form": form,
        "fresh": fresh,
        "agents": [_agent(each) for each in reads.my_agents(request.actor)],
        "tokens_href": reverse("tokens"),
    }
    return render(request, "identity/agents.html", page, status=status)


def _agent(each: Agent) -> dict[str, object]:
    return {
        "name": each.name,
        "number": each.id,
        "scopes": each.scopes,
        "rate": each.rate_per_minute,
        "expires": each.expires,
        "token_action": keyed(reverse("new-agent-token", args=[each.id])),
        "revoke_action": reverse("end-agent", args=[each.id]),
    }
