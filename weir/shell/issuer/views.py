# SPDX-License-Identifier: Apache-2.0
"""Going to the issuer, coming back, and connecting an account there with one's own here."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.decorators import login_not_required
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from weir.shell.accounts import must_show_factor_first
from weir.shell.issuer.asking import Asking
from weir.shell.issuer.provider import Issuer

_CONNECTING = "connecting"


@login_not_required  # type: ignore[untyped-decorator]  # allauth ships no types
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """To the issuer. Through a link, because a form that leads elsewhere is stopped by form-action 'self'; what a link
    can do to somebody is to sign them in as themselves. Connecting needs more: see `connect`.
    """
    provider = _provider(request, provider_id)
    process = AuthProcess.LOGIN
    if request.GET.get("process") == AuthProcess.CONNECT:
        if request.session.pop(_CONNECTING, "") != provider_id:
            return redirect("socialaccount_connections")
        process = AuthProcess.CONNECT
    try:
        answer: HttpResponse = provider.redirect(request, process=process, next_url=get_next_redirect_url(request))
    except OAuth2Error as no:
        answer = render_authentication_error(request, provider, exception=no)
    return answer


@login_not_required  # type: ignore[untyped-decorator]  # as above
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the issuer."""
    provider = _provider(request, provider_id)
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(Asking(request, provider_id))(request)
    except OAuth2Error as no:
        answer = render_authentication_error(request, provider, exception=no)
    return answer


@login_required
@require_POST
def connect(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Somebody wants to come in through the issuer from now on. A form of ours asks for it, and the factor or password
    is shown first: otherwise a link on a page elsewhere could connect the account of whoever wrote that page.
    """
    provider = _provider(request, provider_id)
    connections = reverse("socialaccount_connections")
    if place := must_show_factor_first(request):
        return redirect(f"{place}?{urlencode({'next': connections})}")
    raise_if_reauthentication_required(request, app="allauth.socialaccount")
    request.session[_CONNECTING] = provider_id
    onward = f"{reverse('openid_connect_login', args=[provider_id])}?{urlencode({'process': AuthProcess.CONNECT})}"
    return render(request, "socialaccount/login.html", {"provider": provider, "onward": onward})


def _provider(request: HttpRequest, provider_id: str) -> Issuer:
    try:
        provider: Issuer = Asking(request, provider_id).get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return provider
