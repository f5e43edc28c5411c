# SPDX-License-Identifier: Apache-2.0
"""Targets: finding one, reading its rules, and the one page on which maintainers turn every knob."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from weir.clearinghouse.scanning import forms, reads, verbs
from weir.clearinghouse.scanning.terms import RuleLine, Target, TargetId, TargetKind
from weir.foundation.forms import Asked, Form, act, keyed, onward

KINDS = {
    TargetKind.PACKAGE: _("package"),
    TargetKind.REPOSITORY: _("repository"),
    TargetKind.PRODUCT: _("product"),
}
EFFORTS = {
    "touched": _("touched"),
    "light": _("light"),
    "deep": _("deep"),
    "exhaustive": _("exhaustive"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def target_list(request: Asked) -> HttpResponse:
    """Targets of which somebody said something, and the way to any other: by its name."""
    attempt = act(request, forms.target_form(), verbs.register_target)
    if attempt.outcome is not None:
        return redirect("target", number=attempt.outcome.outcome.id)
    page = reads.list_targets(request.actor, after=request.GET.get("after", ""))
    context = {
        "page_title": _("Targets"),
        "action": keyed(reverse("targets")),
        "form": attempt.form,
        "rows": [
            {"locator": line.locator, "href": f"/scanning/targets/{line.id}/", "kind": KINDS[line.kind]}
            for line in page.lines
        ],
        "next_href": f"?{urlencode({'after': page.after})}" if page.after else None,
    }
    return render(request, "scanning/targets.html", context, status=attempt.status)


@require_safe
@login_required
def show_target(request: Asked, number: str) -> HttpResponse:
    """One target, what binds whoever scans it, and how much it was scanned."""
    target = reads.read_target(request.actor, TargetId.parse(number), now=request.now)
    return render(request, "scanning/target.html", {"page_title": target.locator, "target": _shown(target)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def project(request: Asked, number: str) -> HttpResponse:
    """The maintainers' page: every knob, as it stands."""
    target = reads.read_target(request.actor, TargetId.parse(number), now=request.now)
    form = forms.rules_form(target.rules)
    empty = {"contact": "", "closed_paths": ""}
    attempt = act(request, form, verbs.set_project_rules, lambda given: empty | given | {"target": target.id})
    if attempt.outcome is None:
        return _project(request, target, attempt.form, forms.import_form(), attempt.status)
    return _onward(request, target, _("These rules hold from now on, and bind everybody who scans."))


@require_POST
@login_required
def import_rules(request: Asked, number: str) -> HttpResponse:
    """Read the project's own text. It is shown with its source, and turns no delivery elsewhere."""
    target = reads.read_target(request.actor, TargetId.parse(number), now=request.now)
    fixed = {"target": target.id}
    attempt = act(request, forms.import_form(), verbs.import_project_rules, lambda given: given | fixed)
    if attempt.outcome is None:
        return _project(request, target, forms.rules_form(target.rules), attempt.form, attempt.status)
    return _onward(request, target, _("The text was read. What it says stands below, with its source."))


def _onward(request: Asked, target: Target, said: str) -> HttpResponse:
    return onward(request, reverse("target", args=[target.id]), said)


def _project(request: Asked, target: Target, form: Form, importing: Form, status: int) -> HttpResponse:
    page = {
        "page_title": _("Rules of %(target)s") % {"target": target.locator},
        "target": _shown(target),
        "form": form,
        "action": keyed(reverse("project-rules", args=[target.id])),
        "importing": importing,
        "import_action": keyed(reverse("import-rules", args=[target.id])),
    }
    return render(request, "scanning/project.html", page, status=status)


def _shown(target: Target) -> dict[str, Any]:
    return {
        "number": target.id,
        "locator": target.locator,
        "kind": KINDS[target.kind],
        "home": target.home,
        "no_scan": target.rules.no_scan,
        "rules": [_rule(line) for line in target.lines if line.value],
        "coverage": [
            {"method": forms.METHODS[band.method], "effort": EFFORTS[band.effort], "fresh": band.fresh}  # type: ignore[index]
            for band in target.coverage
        ],
        "claim_href": reverse("new-claim", args=[target.id]),
        "rules_href": reverse("project-rules", args=[target.id]),
        "control_href": reverse("organization") + "#control",
    }


def _rule(line: RuleLine) -> dict[str, Any]:
    return {
        "label": forms.RULES.get(line.name, line.name),
        "value": _said(line),
        "source": forms.SOURCES[line.source],
        "place": line.place,
        "holds": line.holds,
    }


def _said(line: RuleLine) -> str:
    words: dict[str, dict[str, str]] = {
        "ai_policy": {each.value: label for each, label in forms.AI_POLICIES.items()},
        "least": {each.value: label for each, label in forms.VERDICTS.items()},
        "paused": {"yes": _("Yes"), "no": _("No")},
        "no_scan": {"yes": _("Yes"), "no": _("No")},
    }
    return words.get(line.name, {}).get(line.value, line.value.replace("\n", ", "))
