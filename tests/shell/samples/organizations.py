# SPDX-License-Identifier: Apache-2.0
"""An organization, its members, and whoever administers them all."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.parts import DIGEST, JUST_NOW, Page, ago, field, form
from weir.kernel.moments import Moment

ADMINISTRATION: dict[str, Any] = {
    "applications": [
        Thing(
            organization="Upper Meadow Software (made up)",
            kind="Vendor",
            sector="",
            contact="ruth@upper.example",
            received=ago(days=2),
            banned=n == 1,
            admit_action="#admit",
            decline_action="#decline",
        )
        for n in range(2)
    ],
    "organizations": [
        Thing(number="O-2026-7K3QM-X", name="Lower Meadow CERT (made up)", kind="Coordinator or CERT", sector=""),
        Thing(number="O-2026-C0D4W-3", name="Mill Race Power (made up)", kind="Operator", sector="energy"),
    ],
    "holds": [
        Thing(about="P-2026-7K3QM-X", in_force=False, mine=True, confirm_action=None, lift_action=None),
        Thing(about="O-2026-C0D4W-3", in_force=False, mine=False, confirm_action="#confirm", lift_action="#lift"),
        Thing(about="P-2026-M5TN2-R", in_force=True, mine=False, confirm_action=None, lift_action="#lift"),
    ],
    "duties": [Thing(about="P-2026-7K3QM-X", kind="embargo", ends=Moment.parse("2027-02-20T12:00:00Z"))],
    "hold": Thing(action="#hold", form=form(field("about", "Number of a person or organization", required=True))),
    "duty": Thing(action="#duty", form=form(field("about", "Number of a person or organization", required=True))),
}
ORGANIZATION = {
    "organization": Thing(
        name="Lower Meadow CERT (made up)",
        kind_label="Coordinator",
        sector=None,
        since=ago(days=300),
        terms_digest=DIGEST,
        number="O-2026-7K3QM-X",
    ),
    "members": [
        Thing(
            name="Ida Sluice",
            roles=["coordinator", "administrator"],
            since=ago(days=300),
            href="#ida",
        ),
        Thing(name="Per Ford", roles=["coordinator"], since=ago(days=2), href="#per"),
    ],
    "proofs": [
        Thing(
            what=what,
            how="a DNS record",
            checked=ago(days=1) if state == "proven" else None,
            until=ago(days=-7) if place else None,
            state=state,
            state_label=label,
            place=place,
            value="weir-challenge=" + DIGEST[:40],
            second_action=second,
        )
        for what, state, label, place, second in (
            ("https://code.example/meadow/gate", "proven", "shown", "", None),
            ("meadow.example", "waiting", "not yet seen", "_weir-challenge.meadow.example", None),
            ("mill.example", "waiting", "waits for a second person", "", "#second"),
            ("old.example", "lapsed", "time is over", "", None),
        )
    ],
    "agents_href": "#agents",
    "withdraw_href": "#withdraw",
    "choose_action": "#choose",
    "choices": [
        Thing(number="O-2026-7K3QM-X", name="Lower Meadow CERT (made up)", present=True),
        Thing(number="O-2026-C0D4W-3", name="Mill Race Power (made up)", present=False),
    ],
    "control": Thing(action="#control", form=form(field("target", "What is yours", required=True))),
    "tokens_href": "#tokens",
    "leave_href": "#leave",
    "invite": Thing(
        action="#invite",
        form=form(
            field("email", "Mail", "email", required=True),
            field("role", "As", "select", options=[("c", "coordinator")]),
        ),
    ),
}
LEAVE = {
    "action": "#leave",
    "leaver": "Lower Meadow CERT (made up)",
    "export_href": "#export",
    "happens": [
        "Sign-in and tokens of your members end at once.",
        "What is yours and nobody else relies on is erased.",
    ],
    "stays": ["What you promised about flaws under embargo, until each embargo ends. Only operators see it."],
    "form": form(field("sure", "Yes, leave for good", "checkbox", required=True)),
}
CONTACT = form(field("contact", "Mail address", "email", required=True))
PAGES: dict[str, Page] = {
    "organization": ("identity/organization.html", ORGANIZATION),
    "organization-member": (
        "identity/organization.html",
        ORGANIZATION | {"proofs": [], "invite": None, "members": None, "choices": (), "withdraw_href": None},
    ),
    "administration": ("identity/administration.html", ADMINISTRATION),
    "administration-idle": (
        "identity/administration.html",
        ADMINISTRATION | {"applications": [], "holds": [], "duties": []},
    ),
    "member": (
        "identity/member.html",
        JUST_NOW
        | {
            "member": Thing(name="Per Ford", email="per@meadow.example", number="P-2026-7K3QM-X", since=ago(days=2)),
            "form": form(
                field("roles", "May act as", "checkbox", options=[("a", "coordinator"), ("b", "member")], value=["a"])
            ),
            "let_go_action": "#go",
        },
    ),
    "contact": ("identity/contact.html", JUST_NOW | {"form": CONTACT, "organization_href": "#o"}),
    "leave": ("identity/leave.html", LEAVE),
    "leave-lightly": ("identity/leave.html", LEAVE | {"stays": []}),
}
