# SPDX-License-Identifier: Apache-2.0
"""Addresses of the public log. Their form is C2SP's, so that any follower of such logs can follow this one."""

from __future__ import annotations

from django.urls import path

from weir.foundation.ledger import views

urlpatterns = [
    path("log/", views.get_log, name="log"),
    path("log/checkpoint", views.get_checkpoint, name="checkpoint"),
    path("log/keys", views.get_vkey, name="log-keys"),
    path("log/tile/<path:rest>", views.get_tile, name="tile"),
    path("ledger/<str:leaf>/", views.get_entry, name="entry"),
    path("ledger/<str:leaf>/proof.json", views.get_proof, name="proof"),
    path("ledger/<str:leaf>/receipt.json", views.get_receipt, name="receipt"),
]
