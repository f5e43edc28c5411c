# SPDX-License-Identifier: Apache-2.0
"""Addresses of the claims board, of targets and of claims."""

from __future__ import annotations

from django.urls import path

from weir.clearinghouse.scanning.views import claims, targets

urlpatterns = [
    path("scanning/", claims.board, name="claims"),
    path("scanning/capacity/", claims.capacity, name="capacity"),
    path("scanning/targets/", targets.target_list, name="targets"),
    path("scanning/targets/<str:number>/", targets.show_target, name="target"),
    path("scanning/targets/<str:number>/rules/", targets.project, name="project-rules"),
    path("scanning/targets/<str:number>/import/", targets.import_rules, name="import-rules"),
    path("scanning/targets/<str:number>/claim/", claims.claim, name="new-claim"),
    path("scanning/claims/<str:number>/", claims.show_claim, name="scanning-claim"),
    path("scanning/claims/<str:number>/renew/", claims.renew, name="renew-claim"),
    path("scanning/claims/<str:number>/release/", claims.release, name="release-claim"),
    path("scanning/claims/<str:number>/narrow/", claims.narrow, name="narrow-claim"),
    path("scanning/claims/<str:number>/hand-over/", claims.hand_over, name="hand-over-claim"),
    path("scanning/claims/<str:number>/take-over/", claims.take_over, name="take-over-claim"),
    path("scanning/claims/<str:number>/coverage/", claims.cover, name="cover-claim"),
]
