# SPDX-License-Identifier: Apache-2.0
"""How somebody comes in, and the tokens and agents that act for them."""

from __future__ import annotations

from types import SimpleNamespace as Thing

from tests.shell.samples.frame import OUT
from tests.shell.samples.parts import DIGEST, JUST_NOW, Page, ago, field, form
from weir.kernel.moments import Moment

TERMS = Thing(
    title="Terms of taking part, version 3",
    digest=DIGEST,
    text="1. What you learn under embargo stays with you until it ends.\n\n2. You may leave at any time.\n\n" * 6,
)
KINDS = [
    ("lab", "AI lab"),
    ("finder", "Finder"),
    ("maintainer", "Maintainer project"),
    ("vendor", "Vendor"),
    ("isac", "ISAC"),
]
JOIN = form(
    field("kind", "What are you?", "radio", options=KINDS, required=True),
    field("name", "Name of the organization", required=True, autocomplete="organization"),
    field("site", "Address on the web", "url"),
    errors=(),
)
PASSWORDS = form(
    field("name", "Your name", required=True, autocomplete="name"),
    field("email", "Mail", "email", required=True, autocomplete="email", error="This is not a mail address."),
    field(
        "password", "Password", "password", required=True, autocomplete="new-password", hint="At least 12 characters."
    ),
    errors=("One field could not be read.",),
)
TOKEN = Thing(
    name="nightly import",
    agent="",
    scopes=["intake.receive_report", "findings.queue"],
    created=ago(days=12),
    last_used="2026-11-20",
    expires=Moment.parse("2026-12-19T12:00:00Z"),
    revoke_action="#revoke",
)
OLD = Thing(
    name="first trial",
    agent="A-2026-7K3QM-X",
    scopes=["intake.receive_report"],
    created=ago(days=90),
    last_used=None,
    expires=ago(days=5),
    revoke_action="#r",
)
TOKEN_FORM = form(
    field("name", "Name", required=True, hint="What program is it for?"),
    field(
        "scopes",
        "It may",
        "checkbox",
        options=[("a", "intake.receive_report"), ("b", "findings.queue")],
        value=["a"],
        required=True,
    ),
    field(
        "days",
        "Ends after",
        "select",
        options=[("7", "7 days"), ("30", "30 days"), ("90", "90 days")],
        value="30",
        required=True,
    ),
)
AGENT = Thing(
    name="night watch",
    number="A-2026-7K3QM-X",
    scopes=["intake.receive_report"],
    rate=60,
    expires=Moment.parse("2026-12-19T12:00:00Z"),
    token_action="#token",
    revoke_action="#revoke",
)
PAGES: dict[str, Page] = {
    "tokens": (
        "identity/tokens.html",
        JUST_NOW | {"tokens": [TOKEN, OLD], "fresh": None, "form": TOKEN_FORM, "agents_href": "#a"},
    ),
    "tokens-fresh": (
        "identity/tokens.html",
        JUST_NOW
        | {
            "tokens": [],
            "fresh": Thing(name="nightly import", secret="weir_" + "q8Zk" * 10),
            "form": TOKEN_FORM,
            "agents_href": "#a",
        },
    ),
    "agents": (
        "identity/agents.html",
        JUST_NOW | {"agents": [AGENT], "fresh": None, "form": TOKEN_FORM, "tokens_href": "#t"},
    ),
    "agents-none": (
        "identity/agents.html",
        JUST_NOW | {"agents": [], "fresh": None, "form": TOKEN_FORM, "tokens_href": "#t"},
    ),
    "apply": ("identity/apply.html", OUT | JUST_NOW | {"form": JOIN, "terms": TERMS}),
    "invitation": (
        "identity/invitation.html",
        OUT
        | JUST_NOW
        | {
            "form": PASSWORDS,
            "terms": TERMS,
            "stranger": True,
            "invitation": Thing(
                organization="Lower Meadow CERT (made up)",
                inviter="Ida Sluice",
                roles=["coordinator"],
                until=Moment.parse("2026-11-22T12:00:00Z"),
            ),
        },
    ),
    "first-administrator": (
        "identity/first_administrator.html",
        OUT
        | JUST_NOW
        | {
            "form": form(
                field("secret", "The link's secret", required=True), *PASSWORDS.fields, errors=PASSWORDS.errors
            )
        },
    ),
}
