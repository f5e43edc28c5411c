# SPDX-License-Identifier: Apache-2.0
"""Addresses of intake's pages."""

from __future__ import annotations

from django.urls import path

from weir.clearinghouse.intake import views

urlpatterns = [
    path("report/", views.report, name="new-report"),
    path("documents/", views.my_documents, name="documents"),
    path("documents/new/", views.new_document, name="new-document"),
    path("documents/<str:number>/", views.show_document, name="document"),
    path("claim/", views.claim, name="claim"),
    path("claim/attach/", views.claim_attach, name="claim-attach"),
    path("reports/", views.my_reports, name="my-reports"),
    path("reports/clocks/", views.clocks, name="clocks"),
    path("reports/<str:number>/attach/", views.attach, name="attach-to-report"),
    path("reports/<str:number>/", views.show_report, name="report"),
    path("reports/<str:number>/<str:what>/", views.act_on_report, name="act-on-report"),
]
