# SPDX-License-Identifier: Apache-2.0
"""Addresses of the queue and its findings."""

from __future__ import annotations

from django.urls import path

from weir.clearinghouse.findings import views

urlpatterns = [
    path("findings/", views.queue, name="queue"),
    path("findings/<str:number>/", views.show_finding, name="finding"),
]
