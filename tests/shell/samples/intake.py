# SPDX-License-Identifier: Apache-2.0
"""The pages of reports and of their receipts."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.frame import OUT
from tests.shell.samples.parts import DIGEST, JUST_NOW, LONG, Page, ago, field, form, row
from weir.kernel.moments import Moment


def report_fields(*, faulty: bool) -> Thing:
    weaknesses = [
        ("", "I do not know"),
        ("CWE-787", "CWE-787 Out-of-bounds write"),
        ("CWE-79", "CWE-79 Cross-site scripting"),
    ]
    ai = [("none", "No"), ("helped", "It helped, and I checked what it said"), ("found", "It found this by itself")]
    fields = (
        field(
            "title", "What is it, in one line?", required=True, maxlength=200, value="Heap overflow" if faulty else ""
        ),
        field(
            "component",
            "Where is it?",
            required=True,
            hint="A package URL (pkg:npm/left-pad@1.3.0) or the address of the repository.",
            value="left pad" if faulty else "",
            error="This is neither a package URL nor an address." if faulty else "",
        ),
        field(
            "description",
            "What happens, and how can we see it?",
            "textarea",
            required=True,
            maxlength=100_000,
            hint="Markdown.",
            value="It writes past the end." if faulty else "",
        ),
        field("weakness", "What kind of weakness?", "select", options=weaknesses),
        field("ai", "Did an AI take part in finding it?", "radio", options=ai, required=True, value="helped"),
        field("attachments", "Attachments", "file", hint="Proofs, logs, patches. Nobody runs them outside a sandbox."),
        field("contact", "Mail, if you want answers there", "email", autocomplete="email"),
        field("credit", "Name me when it is published", "checkbox", value=faulty),
    )
    return form(*fields, errors=("The component could not be read.",) if faulty else ())


def receipt(**changes: Any) -> dict[str, Any]:
    whole = {
        "number": "R-2026-AB2CD-E",
        "spoken": "Romeo, 2026, alfa bravo two charlie delta, echo",
        "title": LONG,
        "received": ago(minutes=1),
        "receipt_url": "#receipt",
        "receipt": None,
        "again": False,
        "proof_url": None,
        "claim_code": "tide-" + "k7Qm2x9V" * 4,
        "state": "Received",
        "checklist": [
            Thing(label="A version that has the flaw", done=True, why="", needed=True),
            Thing(
                label="A proof that can be run",
                done=False,
                why="Reports with a proof are checked first; a sandbox runs it.",
                needed=True,
            ),
        ],
        "clocks": [
            Thing(
                label="A person tells you that they have read it",
                due=Moment.parse("2026-11-24T23:59:59Z"),
                state="met",
                standing="done",
                explained="2 business days after receipt.",
            ),
            Thing(
                label="You are told what it is held to be, and why",
                due=Moment.parse("2026-12-05T23:59:59Z"),
                state="missed",
                standing="overdue",
                explained="10 business days after receipt.",
            ),
        ],
        "turn_at": None,
        "committed_at": None,
        "needs": None,
        "said": [],
        "files": [],
        "course": [],
        "actions": [],
    }
    return {"report": Thing(**(whole | changes))}


def followed(**changes: Any) -> dict[str, Any]:
    """A report some days on: with a question, words, files and a course."""
    parts = [("Which weakness", "CWE-787"), ("How it is triggered", "python3 proof.py 192.0.2.1")]
    whole = {
        "claim_code": None,
        "proof_url": "#proof",
        "turn_at": ago(days=2),
        "committed_at": ago(days=9),
        "needs": Thing(text="Which version was it?\nAnd on which system?", since=ago(days=1), next_on="2026-12-04"),
        "said": [
            Thing(label="You reported", at=None, text="It writes past the end.\n\nSee below.", parts=parts),
            Thing(label="You were asked", at=ago(days=1), text="Which version was it?", parts=[]),
        ],
        "files": [
            Thing(name="proof.py", role="proof", size=1_204, digest=DIGEST, at=ago(days=2), sender_sealed=False),
            Thing(name="core.age", role="other", size=90_120_488, digest=DIGEST, at=ago(days=1), sender_sealed=True),
        ],
        "course": [
            Thing(text="The report was received and sealed.", at=ago(days=3), whole_day=False, proof_url="#proof"),
            Thing(
                text="On this day it was first opened by somebody else.", at=ago(days=2), whole_day=True, proof_url=None
            ),
        ],
        "actions": [
            Thing(label="Answer", href="#answer", hidden=()),
            Thing(label="Add to it", href="#amend", hidden=()),
            Thing(label="Take it back", href="#withdraw", hidden=()),
        ],
    }
    return receipt(**(whole | changes))


def own(n: int) -> Thing:
    """A line of one's own list."""
    awaited = ("Your answer is awaited", "3 of six parts are missing", "All six parts are there")[n % 3]
    more = {"awaited": awaited, "next_at": None if n % 3 == 2 else Moment.parse("2026-11-24T23:59:59Z")}
    return Thing(**(vars(row(n)) | more))


def promise(n: int) -> Thing:
    """A line of the coordinators' list of promises."""
    state, label = (("overdue", "overdue"), ("received", "received"), ("acknowledged", "acknowledged"))[n % 3]
    return Thing(
        number="R-2026-AB2CD-E",
        href="#report",
        state=state,
        state_label=label,
        received=ago(days=n),
        label=("Assess", "Acknowledge")[n % 2],
        due=Moment.parse("2026-11-28T23:59:59Z"),
        waits="2026-12-04" if n % 3 == 2 else None,
    )


CLAIM_CODE = field("claim_code", "Your claim code", "password", required=True, autocomplete="off")
ADDING: dict[str, Any] = {
    "title": LONG,
    "label": "Add to it",
    "lead": "What you said before stays as it is. One field is enough.",
    "form": form(field("words", "In your own words", "textarea"), field("weakness", "Which weakness")),
    "hidden": (),
    "back_href": "#report",
}
ASKED = {"first": ("title", "component", "description", "weakness")}
WHOLE = {"first": tuple(each.name for each in report_fields(faulty=False).fields)}
PAGES: dict[str, Page] = {
    "report": (
        "intake/report_form.html",
        OUT | JUST_NOW | WHOLE | {"form": report_fields(faulty=False), "anonymous": True},
    ),
    "report-faults": (
        "intake/report_form.html",
        JUST_NOW | ASKED | {"form": report_fields(faulty=True), "anonymous": False},
    ),
    "receipt": ("intake/receipt.html", OUT | receipt()),
    "receipt-later": ("intake/receipt.html", receipt(proof_url="#proof", claim_code=None, clocks=[], checklist=[])),
    "receipt-followed": ("intake/receipt.html", followed() | {"done": "It is added."}),
    "receipt-claimed": (
        "intake/receipt.html",
        OUT | followed(receipt_url=None, actions=[Thing(label="Add to it", href="#c", hidden=(("claim_code", "5a"),))]),
    ),
    "claim": ("intake/claim.html", OUT | JUST_NOW | {"form": form(CLAIM_CODE)}),
    "report-act": ("intake/act.html", JUST_NOW | ADDING),
    "clocks": ("intake/clocks.html", {"rows": [promise(n) for n in range(4)]}),
    "clocks-empty": ("intake/clocks.html", {"rows": []}),
    "my-reports": (
        "intake/my_reports.html",
        {
            "rows": [own(n) for n in range(3)],
            "clocks_href": "#clocks",
            "prev_href": "#1",
            "next_href": "#3",
            "report_href": "#r",
            "empty_reason": "",
        },
    ),
    "my-reports-empty": (
        "intake/my_reports.html",
        {
            "rows": [],
            "clocks_href": None,
            "prev_href": None,
            "next_href": None,
            "report_href": "#r",
            "empty_reason": "When you do, you can see here where each one is.",
        },
    ),
}
