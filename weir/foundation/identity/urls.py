# SPDX-License-Identifier: Apache-2.0
"""Addresses of identity's pages."""

from __future__ import annotations

from django.urls import path

from weir.foundation.identity.views import acting, administering, belonging, contacting, joining, leaving, members

urlpatterns = [
    path("first-administrator/", joining.first_administrator, name="first-administrator"),
    path("join/", joining.apply_to_join, name="apply"),
    path("join/<str:secret>", joining.accept, name="join"),
    path("organization/", belonging.organization, name="organization"),
    path("organization/choose/", belonging.choose, name="choose-organization"),
    path("organization/contact/", contacting.contact, name="change-contact"),
    path("organization/invite/", belonging.invite_somebody, name="invite"),
    path("organization/control/", belonging.show_control, name="show-control"),
    path("organization/control/<str:number>/second/", belonging.second, name="second-control"),
    path("organization/members/<str:number>/", members.member, name="member"),
    path("organization/members/<str:number>/roles/", members.change_member, name="change-member"),
    path("organization/members/<str:number>/let-go/", members.let_go, name="let-go"),
    path("tokens/", acting.tokens, name="tokens"),
    path("tokens/<str:number>/revoke/", acting.end_token, name="end-token"),
    path("agents/", acting.agents, name="agents"),
    path("agents/<str:number>/token/", acting.new_agent_token, name="new-agent-token"),
    path("agents/<str:number>/revoke/", acting.end_agent, name="end-agent"),
    path("leave/", leaving.leave, name="leave"),
    path("leave/export.json", leaving.export, name="export"),
    path("leave/organization/", leaving.withdraw, name="withdraw"),
    path("leave/organization/export.json", leaving.export_organization, name="export-organization"),
    path("administration/", administering.administration, name="administration"),
    path("administration/applications/<str:number>/admit/", administering.admit, name="admit"),
    path("administration/applications/<str:number>/decline/", administering.decline, name="decline"),
    path("administration/holds/", administering.hold, name="place-hold"),
    path("administration/holds/<str:number>/confirm/", administering.confirm, name="confirm-hold"),
    path("administration/holds/<str:number>/lift/", administering.lift, name="lift-hold"),
    path("administration/duties/", administering.keep, name="keep-duty"),
]
