# SPDX-License-Identifier: Apache-2.0
"""Addresses of signing in through the issuer; allauth puts them under /account/."""

from __future__ import annotations

from django.urls import path

from weir.shell.issuer import views

urlpatterns = [
    path("oidc/<str:provider_id>/login/", views.login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", views.callback, name="openid_connect_callback"),
    path("oidc/<str:provider_id>/connect/", views.connect, name="openid_connect_connect"),
]
