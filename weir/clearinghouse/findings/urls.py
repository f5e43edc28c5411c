# SPDX-License-Identifier: Apache-2.0
"""Addresses of the queue, its findings and its pairs."""

from __future__ import annotations

from django.urls import path

from weir.clearinghouse.findings import views

urlpatterns = [
    path("findings/", views.queue, name="queue"),
    path("findings/bulk/", views.do_with_many, name="bulk"),
    path("findings/views/", views.save, name="save-view"),
    path("findings/views/<str:number>/drop/", views.drop, name="drop-view"),
    path("findings/pairs/", views.list_pairs, name="pairs"),
    path("findings/pairs/<str:number>/", views.show_pair, name="pair"),
    path("findings/<str:number>/", views.show_finding, name="finding"),
    path("blind-check/", views.explain_blind_check, name="blind-check"),
    path("held/<str:number>/", views.show_standing, name="standing"),
]
