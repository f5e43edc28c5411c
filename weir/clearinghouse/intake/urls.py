# SPDX-License-Identifier: Apache-2.0
"""Addresses of intake's pages."""

from __future__ import annotations

from django.urls import path

from weir.clearinghouse.intake import views

urlpatterns = [
    path("report/", views.report, name="new-report"),
    path("reports/", views.my_reports, name="my-reports"),
    path("reports/<str:number>/", views.show_report, name="report"),
]
