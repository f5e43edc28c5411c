# SPDX-License-Identifier: Apache-2.0
"""Every address of the web server."""

from __future__ import annotations

from django.urls import include, path

from weir.shell import doctor, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthy, name="healthz"),
    path("doctor/", doctor.get_doctor, name="doctor"),
    path("account/", include("allauth.urls")),
    path("", include("weir.shell.api")),
    path("", include("weir.shell.mcp")),
    path("", include("weir.foundation.identity.urls")),
    path("", include("weir.foundation.ledger.urls")),
    path("", include("weir.clearinghouse.intake.urls")),
    path("", include("weir.clearinghouse.findings.urls")),
]
handler400 = "weir.shell.views.unreadable"
handler403 = "weir.shell.views.refused"
handler404 = "weir.shell.views.missing"
handler429 = "weir.shell.views.too_fast"
handler500 = "weir.shell.views.broken"
