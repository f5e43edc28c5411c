# SPDX-License-Identifier: Apache-2.0
"""Addresses of policy's pages."""

from __future__ import annotations

from django.urls import path

from weir.foundation.policy import views

urlpatterns = [
    path("acts/", views.acts, name="acts"),
    path("acts/<str:name>/", views.act, name="act"),
    path("acts/<str:number>/confirm/", views.confirm, name="confirm-act"),
    path("glass/", views.glass, name="glass"),
    path("regimes/", views.list_regimes, name="regimes"),
]
