# SPDX-License-Identifier: Apache-2.0
"""Every address of the web server."""

from __future__ import annotations

from django.urls import include, path

from weir.shell.keeping import doctor
from weir.shell.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthy, name="healthz"),
    path("doctor/", doctor.get_doctor, name="doctor"),
    path("account/", include("allauth.urls")),
    path("", include("weir.shell.api.views")),
    path("", include("weir.shell.mcp.over_http")),
    path("", include("weir.foundation.identity.urls")),
    path("", include("weir.foundation.ledger.urls")),
    path("", include("weir.foundation.policy.urls")),
    path("", include("weir.clearinghouse.scanning.urls")),
    path("", include("weir.clearinghouse.intake.urls")),
    path("", include("weir.clearinghouse.findings.urls")),
]
handler400 = "weir.shell.pages.views.unreadable"
handler403 = "weir.shell.pages.views.refused"
handler404 = "weir.shell.pages.views.missing"
handler429 = "weir.shell.pages.views.too_fast"
handler500 = "weir.shell.pages.views.broken"
