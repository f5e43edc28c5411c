# SPDX-License-Identifier: Apache-2.0
"""What each page takes, in full, empty and faulty: the contract between views and templates."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from types import SimpleNamespace as Thing
from typing import Any

from weir.kernel.moments import Moment

NOW = Moment.parse("2026-11-20T12:04:00Z")
LONG = "Heap buffer overflow in the frame parser when a continuation follows a header block that was never ended"


def ago(**span: float) -> Moment:
    return Moment.of(NOW - timedelta(**span))


def field(name: str, label: str, kind: str = "text", **more: Any) -> Thing:
    rest = {
        "hint": "",
        "value": "",
        "options": (),
        "required": False,
        "error": "",
        "maxlength": None,
        "autocomplete": "",
    }
    return Thing(**({"name": name, "label": label, "kind": kind} | rest | more))


def form(*fields: Thing, errors: tuple[str, ...] = ()) -> Thing:
    return Thing(fields=list(fields), errors=list(errors))


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


STATES = [
    ("received", "Received"),
    ("correlated", "Joined"),
    ("undecided", "Undecided"),
    ("reproduced", "Reproduced"),
    ("closed", "Closed"),
]
TITLES = [
    LONG,
    "Session fixation after password reset",
    "Path traversal in archive extraction",
    "Integer wrap in length check",
]
TARGETS = [
    "pkg:cargo/streamlet@0.9.4",
    "pkg:npm/tidewater@2.1.0",
    "https://code.example/harbour/lock-keeper",
    "pkg:pypi/brook@4.0",
]
MARKS = ["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"]
NUMBERS = ["F-2026-7K3QM-X", "F-2026-C0D4W-3", "F-2026-QZ81H-9", "F-2026-M5TN2-R"]


def row(n: int) -> Thing:
    state, label = STATES[n % 5]
    return Thing(
        number=NUMBERS[n % 4],
        href="finding.html",
        title=TITLES[n % 4],
        state=state,
        state_label=label,
        received=ago(hours=7 * n + 1),
        target=TARGETS[n % 4],
        reports=n % 3 + 1,
        marking=MARKS[n % 5],
        taken=n % 3 == 0,
        mine=n % 6 == 0,
    )


def filters(*, active: bool) -> Thing:
    states, marks = [("", "Any state"), *STATES], [("", "Any marking"), *((m, m) for m in MARKS)]
    fields = [
        field("text", "Search", hint=""),
        field("state", "State", "select", options=states, value="undecided" if active else ""),
        field("marking", "Marking", "select", options=marks),
        field("age", "Age", "select", options=[("", "every age"), ("7", "the last 7 days")]),
        field("owner", "Whose", "select", options=[("", "everybody"), ("mine", "taken on by me")]),
    ]
    return Thing(fields=fields, active=active, reset_href="#reset")


def work(views: int = 2, *, active: bool = False) -> Thing:
    """What coordinators have besides."""
    counts = [("37+", "open"), ("4", "yours"), ("2", "pairs to decide")]
    names = ["Old and open", "Crashes in parsers", LONG]
    return Thing(
        counts=[Thing(label=label, count=count, href="#count") for count, label in counts],
        views=[
            Thing(name=names[n % 3], href="#view", current=active and n == 0, drop_action="#drop") for n in range(views)
        ],
        save_action="#save" if active else None,
        query="state=open" if active else "",
        bulk_action="#bulk",
    )


def queue(
    rows: list[Thing], *, active: bool = False, stopped: bool = False, works: Thing | None = None
) -> dict[str, Any]:
    return {
        "work": works,
        "stopped": stopped,
        "action": "queue.html",
        "rows": rows,
        "filters": filters(active=active),
        "prev_href": None,
        "shown": len(rows),
        "next_href": "findings-queue-more.html" if stopped or (rows and not active) else None,
        "empty_reason": "No finding is in this state. Show all to see the rest.",
    }


DIGEST = "9f2c1e55a40b7d3386cfe8e1d90a1f4b27c6d8e3f5a1b2c3d4e5f60718293a4b"
FINDING = Thing(
    number="F-2026-7K3QM-X",
    spoken="Foxtrot, 2026, seven kilo three quebec mike, x-ray",
    title=LONG,
    state="undecided",
    state_label="Undecided",
    marking="TLP:AMBER",
    received=ago(days=3),
    target=TARGETS[0],
    journey=[
        Thing(
            label=name, state="done" if n < 2 else "now" if n == 2 else "later", at=ago(days=3 - n) if n < 3 else None
        )
        for n, name in enumerate(
            ("Intake", "Findings", "Validation", "Exposure", "Priority", "Remediation", "Distribution")
        )
    ],
    merged_into=[],
    parts=[Thing(number="F-2026-C0D4W-3", href="#part")],
    reports=[
        Thing(number="R-2026-AB2CD-E", received=ago(days=3), href="#report"),
        Thing(number="R-2026-XY9ZA-4", received=ago(days=1), href=None),
    ],
    facts=[
        Thing(
            station="Intake",
            text="A report was received and sealed.",
            at=ago(days=3),
            entry="E-401",
            proof_url="#proof",
        ),
        Thing(
            station="Findings",
            text="A second report joined: same component, same function.",
            at=ago(days=1),
            entry="E-433",
            proof_url="#p",
        ),
        Thing(
            station="Validation",
            text="The proof ran in the sandbox and came to no verdict.",
            at=ago(hours=1),
            entry="E-440",
            proof_url=None,
        ),
    ],
)


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
ROOT = b64encode(bytes.fromhex(DIGEST)).decode()
CHECKPOINT = f"log.example/weir\n20260\n{ROOT}\n\n— log.example/weir {ROOT[:-1] * 2}\n"
LOG: dict[str, Any] = {
    "checkpoint": CHECKPOINT,
    "size": 20260,
    "vkey": "log.example/weir+81c1d2a7+" + ROOT,
    "checkpoint_href": "#c",
    "keys_href": "#keys",
    "recent": [Thing(index=20259 - n, root=DIGEST[n:] + DIGEST[:n]) for n in range(4)],
}


REASON = field("reason", "Why", "textarea", hint="It is kept.", required=True, maxlength=2000)
INTO = field(
    "into",
    "Which number stays in use, if they are one",
    "radio",
    options=[(number, number) for number in NUMBERS[:2]],
    value=NUMBERS[0],
    required=True,
)
PAIR_LINE = Thing(
    number="PR-2026-7K3QM-X",
    href="#pair",
    kind_label="May be one",
    state="nominated",
    state_label="to be decided",
    at=ago(hours=2),
    title=LONG,
    other_title=TITLES[3],
)
PAIRS: dict[str, Any] = {
    "pairs": [PAIR_LINE] * 3,
    "states": [
        Thing(label=label, href="#state", current=n == 0) for n, label in enumerate(("to be decided", "kept apart"))
    ],
    "prev_href": None,
    "next_href": "#older",
    "queue_href": "#queue",
}


def side(n: int) -> Thing:
    return Thing(
        number=NUMBERS[n],
        href="#finding",
        title=TITLES[n],
        state="open",
        state_label="open",
        marking=MARKS[n + 1],
        target=TARGETS[n],
        received=ago(days=n + 1),
        reports=[Thing(number="R-2026-AB2CD-E", href="#report"), Thing(number="R-2026-XY9ZA-4", href="#report")],
    )


def decided(state: str = "nominated") -> Thing:
    """A pair before or after a person looked at it."""
    labels = {"nominated": "to be decided", "merged": "merged", "kept_apart": "kept apart"}
    said = Thing(by="system", at=ago(hours=2), basis="how alike they are", score=93, explanation="The same symbol.")
    return Thing(
        number="PR-2026-7K3QM-X",
        state=state,
        state_label=labels[state],
        kind_label="May be one",
        sides=[side(0), side(1)],
        nominations=[said, said],
        reason="" if state == "nominated" else "One length field, one fix.",
        decided_by="" if state == "nominated" else "P-2026-7K3QM-X",
        marking="TLP:RED",
        losers=["organization:O-2026-7K3QM-X"] if state == "nominated" else [],
        may_merge=state != "merged",
        may_part=state == "nominated",
        may_split=state == "merged",
    )


PAIR: dict[str, Any] = {"pair": decided(), "form": form(INTO, REASON), "action": "#pair", "pairs_href": "#pairs"}
STANDING: dict[str, Any] = {"report": Thing(number="R-2026-AB2CD-E", href="#report"), "stage": None}


def entry(state: str, proof: str | None) -> dict[str, Any]:
    body = '{\n  "report": "R-2026-AB2CD-E",\n  "digest": "' + DIGEST + '"\n}'
    return {
        "entry": Thing(
            kind="intake.receive_report",
            schema="intake.receive_report/1",
            at=ago(hours=1),
            actor="P-7Q2M",
            state=state,
            subject=None if state == "waiting" else "R-2026-AB2CD-E",
            proof_url=proof,
            body_json=body,
        )
    }


CHECKS = [
    Thing(name="Database", state="ok", found="SQLite 3.40, WAL, 41 MB", hint=""),
    Thing(
        name="Keys",
        state="warn",
        found="Keys and data lie on one disk.",
        hint="Set WEIR_KEYS to a folder on another disk.",
    ),
    Thing(
        name="Isolation",
        state="fail",
        found="bubblewrap is not installed; no proof is run.",
        hint="apt-get install bubblewrap",
    ),
    Thing(name="PostgreSQL", state="off", found="Not asked for.", hint=""),
]
STAFF = Thing(name="Ida Sluice", org_name="Lower Meadow CERT (made up)", roles=["coordinator"], staff=True)
ROOMS = {
    "Report": "intake/report_form.html",
    "My reports": "intake/my_reports.html",
    "Scanning": "scanning/",
    "Queue": "findings/",
    "Organization": "identity/organization.html",
    "Administration": "identity/administration.html",
    "Log": "ledger/log.html",
    "Doctor": "doctor.html",
}


def nav(template: str, *labels: str) -> list[Thing]:
    """The links that a page bears, with the present one marked."""
    return [
        Thing(label=label, href=f"#{label}", current=template.startswith(place))
        for label, place in ROOMS.items()
        if not labels or label in labels
    ]


CARDS = [
    Thing(title="Queue", text="Findings that wait for somebody.", href="#q", count=17),
    Thing(title="Doctor", text="What this machine can do.", href="#d", count=None),
]
OUT: dict[str, Any] = {"actor": None, "nav": nav("", "Report", "Log")}
DOORS = {"doors": Thing(report="#report", verify="#log", join="#join")}
JUST_NOW = {"action": "#here"}
ASKED = {"first": ("title", "component", "description", "weakness")}
WHOLE = {"first": tuple(each.name for each in report_fields(faulty=False).fields)}
WHY = field("reason", "Why", "textarea", required=True, maxlength=2000)
ERASING = form(field("compartment", "Number of the case", required=True, maxlength=24), WHY)
BREAKING = form(field("on", "Number of what you must see", hint="R-..., F-...", required=True), WHY)
CONTACT = form(field("contact", "Mail address", "email", required=True))
REGIME = form(
    field("regime", "Regime", "select", options=[("cra", "Cyber Resilience Act")], required=True),
    field("as_of", "As of", "date", required=True),
    field("source", "Source", required=True),
)
REGIMES = [
    Thing(
        name="Cyber Resilience Act",
        concerns="Products with digital elements.",
        citation="Regulation (EU) 2024/2847",
        status="in force",
        as_of="2026-09-11",
        source="The register, looked at on that day",
        claim="Weir shows what its operator entered and does not claim that any law protects anybody.",
    )
]
GLASS = Thing(
    on="F-2026-7K3QM-X", by="P-2026-7K3QM-F", reason="The plant is on fire.", at=ago(minutes=9), until=ago(minutes=-51)
)


def act(number: str, state: str, label: str, **more: Any) -> Thing:
    rest = {"mine": False, "confirm_action": None, "do_href": None}
    said = {"act": "store.erase_compartment", "reason": "compartment: R-2026-AB2CD-E, reason: The finder asked for it."}
    return Thing(number=number, state=state, state_label=label, until=ago(hours=-3), **(rest | said | more))


ACTS = {
    "acts": [
        act("PA-2026-7K3QM-X", "waiting", "waits for a second person", confirm_action="#confirm"),
        act("PA-2026-C0D4W-3", "waiting", "waits for a second person", mine=True),
        act("PA-2026-QZ81H-9", "proven", "confirmed: may be done once", do_href="#do"),
        act("PA-2026-M5TN2-R", "closed", "done"),
    ],
    "kinds": [Thing(sentence="Erase a case for good.", href="#erase")],
    "glass_href": "#glass",
    "regimes_href": "#regimes",
}

BOARD: dict[str, Any] = {
    "rows": [
        Thing(
            href="#claim",
            locator="https://code.example/meadow/gate",
            paths=paths,
            methods="Fuzzing, Reading by people",
            state=state,
            state_label=state,
            until=ago(days=-5),
            overlap=overlap,
            tone=tone,
            bar=Thing(x=x, lease=105, rest_x=x + 105, rest=150 if state == "live" else 0),
        )
        for paths, state, overlap, tone, x in (
            ("src/parser, src/frames", "live", "same code, another way", "warn", 180),
            ("all of the code", "waiting", "same code, same way", "warn", 150),
            ("docs", "lapsed", "nobody near", "good", 0),
        )
    ],
    "now_at": 210,
    "next_href": "#older",
    "targets_href": "#targets",
    "capacity_href": "#capacity",
    "number": "P-2026-7K3QM-F",
    "standing": Thing(capacity=20, held=24, allowed=40, ended=7, kept=5, answers_left=31),
    "suggestions": [
        Thing(
            href="#target",
            locator="pkg:cargo/streamlet",
            hours=15,
            reasons=("Exposure 100.", "No scan of it is known that still counts."),
        )
    ],
}
TARGET = Thing(
    number="TG-2026-7K3QM-X",
    locator="https://code.example/meadow/gate",
    kind="repository",
    home="code.example",
    no_scan=False,
    rules=[
        Thing(label="Where reports go", value="security@gate.example", source="the maintainers", place="", holds=True),
        Thing(
            label="Contact that the project states",
            value="mailto:other@gate.example",
            source="security.txt",
            place="https://gate.example/.well-known/security.txt, line 2",
            holds=False,
        ),
    ],
    coverage=[Thing(method="Fuzzing", effort="deep", fresh=80)],
    claim_href="#claim",
    rules_href="#rules",
    control_href="#control",
)
CLAIM_FORM = form(
    field("methods", "How do you scan?", "checkbox", options=[("fuzzing", "Fuzzing"), ("manual", "Reading by people")]),
    field("paths", "Which folders?", "textarea", hint="One on each line."),
    field("days", "For how many days?", "number", value="14", required=True),
)
CHOICES = field(
    "choice", "What do you make of it?", "radio", options=[("go_on", "I go on"), ("wait", "I wait")], value="go_on"
)
CLAIM_PAGE: dict[str, Any] = {
    "claim": Thing(
        number="CL-2026-7K3QM-X",
        locator="https://code.example/meadow/gate",
        target_href="#target",
        paths=["src/parser"],
        methods=["Fuzzing"],
        weaknesses=("CWE-787",),
        commits="v1.2..v1.4",
        authority="Our own program",
        state="live",
        state_label="live",
        began=ago(days=2),
        until=ago(days=-5),
        ends=ago(days=-12),
        units=4,
        overlap="same code, same way",
        tone="warn",
        heir="P-2026-C0D4W-3",
        met=[Thing(claim="CL-2026-C0D4W-3", organization="O-2026-C0D4W-3")],
        coverage=[Thing(at=ago(days=1), said={"tool": "a fuzzer", "edges": "61 %"}, own={"hours": "37"})],
    ),
    "held": True,
    "offered": False,
    "open": True,
    "actions": {"renew": "#renew", "release": "#release", "take-over": "#take"},
    "forms": Thing(
        narrow=Thing(form=form(field("paths", "Which folders?", "textarea")), action="#narrow"),
        heir=Thing(form=form(field("to", "Number of the participant", required=True)), action="#heir"),
        coverage=Thing(form=form(field("hours", "Hours", "number", required=True)), action="#coverage"),
    ),
}
SCANNING: dict[str, tuple[str, dict[str, Any]]] = {
    "scanning-claims": ("scanning/board.html", BOARD),
    "scanning-claims-none": ("scanning/board.html", BOARD | {"rows": [], "suggestions": [], "next_href": None}),
    "targets": (
        "scanning/targets.html",
        JUST_NOW
        | {
            "form": form(field("locator", "Which software?", required=True)),
            "rows": [Thing(locator="pkg:cargo/streamlet", href="#target", kind="package")],
            "next_href": "#more",
        },
    ),
    "targets-none": (
        "scanning/targets.html",
        JUST_NOW | {"form": form(field("locator", "Which software?", required=True)), "rows": [], "next_href": None},
    ),
    "scanning-target": ("scanning/target.html", {"target": TARGET}),
    "target-closed": (
        "scanning/target.html",
        {"target": Thing(**(vars(TARGET) | {"no_scan": True, "coverage": [], "home": ""}))},
    ),
    "project-rules": (
        "scanning/project.html",
        JUST_NOW
        | {
            "target": TARGET,
            "form": form(field("contact", "Where reports go", value="security@gate.example")),
            "importing": form(field("text", "Its text", "textarea", required=True)),
            "import_action": "#import",
        },
    ),
    "claim-form": (
        "scanning/claim_form.html",
        JUST_NOW
        | {"target": Thing(locator=TARGET.locator, href="#t"), "form": CLAIM_FORM, "answer": None, "choosing": False},
    ),
    "claim-form-told": (
        "scanning/claim_form.html",
        JUST_NOW
        | {
            "target": Thing(locator=TARGET.locator, href="#t"),
            "form": form(CHOICES, *CLAIM_FORM.fields),
            "answer": Thing(level="warning", heading="same code, another way", left=31),
            "choosing": True,
        },
    ),
    "capacity": (
        "scanning/capacity.html",
        JUST_NOW
        | {"form": form(field("hours_a_week", "Hours a week", "number", required=True)), "board_href": "#board"},
    ),
    "scanning-claim": ("scanning/claim.html", CLAIM_PAGE),
    "scanning-claim-offered": ("scanning/claim.html", CLAIM_PAGE | {"held": False, "offered": True}),
}


PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "home-out": ("home.html", OUT | DOORS),
    "home-in": ("home.html", {"cards": CARDS}),
    "home-idle": ("home.html", {"cards": [], "demo": False}),
    "error-404": (
        "error.html",
        OUT
        | {
            "status": 404,
            "sentence": "There is nothing here under that name that you may see.",
            "hint": "Check the name. What you may not see looks the same as what does not exist.",
            "faults": {},
            "reference": "",
        },
    ),
    "error-422": (
        "error.html",
        {
            "status": 422,
            "sentence": "What came in cannot be read as what was asked for.",
            "hint": "Correct what is named, then send it again.",
            "faults": {"/report/component": "is neither a package URL nor an address"},
            "reference": "",
        },
    ),
    "error-503": (
        "error.html",
        OUT
        | {
            "status": 503,
            "sentence": "Something went wrong here.",
            "hint": "",
            "faults": {},
            "reference": "4f0c22a9b1d3",
        },
    ),
    "doctor": ("doctor.html", {"rows": CHECKS}),
    "doctor-empty": ("doctor.html", {"rows": []}),
    **SCANNING,
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
    "findings-queue": ("findings/queue.html", queue([row(n) for n in range(14)], works=work())),
    "findings-queue-more": (
        "findings/queue.html",
        queue([row(n) for n in range(14, 20)], active=True, works=work(active=True)),
    ),
    "findings-queue-empty": ("findings/queue.html", queue([], active=True, works=work(0, active=True))),
    "findings-queue-read": ("findings/queue.html", queue([row(n) for n in range(3)])),
    "findings-queue-stopped": ("findings/queue.html", queue([], active=True, stopped=True, works=work(0, active=True))),
    "pairs": ("findings/pairs.html", PAIRS),
    "pairs-empty": ("findings/pairs.html", PAIRS | {"pairs": []}),
    "pair": ("findings/pair.html", PAIR),
    "pair-merged": ("findings/pair.html", PAIR | {"pair": decided("merged"), "form": form(REASON)}),
    "pair-erased": (
        "findings/pair.html",
        PAIR | {"pair": Thing(**(vars(decided("kept_apart")) | {"nominations": []}))},
    ),
    "standing": ("findings/standing.html", STANDING),
    "standing-held": ("findings/standing.html", STANDING | {"stage": "reproduced here"}),
    "finding": ("findings/finding.html", {"finding": FINDING}),
    "finding-new": (
        "findings/finding.html",
        {"finding": Thing(**(vars(FINDING) | {"facts": [], "marking": "", "title": "A short one"}))},
    ),
    "log": ("ledger/log.html", OUT | LOG),
    "log-empty": ("ledger/log.html", OUT | LOG | {"recent": [], "size": 0, "checkpoint": ""}),
    "entry": ("ledger/entry.html", entry("sequenced", "#proof")),
    "entry-waiting": ("ledger/entry.html", entry("waiting", None)),
    "entry-erased": ("ledger/entry.html", entry("erased", "#proof")),
    "organization": ("identity/organization.html", ORGANIZATION),
    "organization-member": (
        "identity/organization.html",
        ORGANIZATION | {"proofs": [], "invite": None, "members": None, "choices": (), "withdraw_href": None},
    ),
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
    "acts": ("policy/acts.html", ACTS),
    "acts-idle": ("policy/acts.html", ACTS | {"acts": []}),
    "act": ("policy/act.html", JUST_NOW | {"form": ERASING, "acts_href": "#acts"}),
    "glass": ("policy/glass.html", JUST_NOW | {"form": BREAKING, "broken": [GLASS]}),
    "glass-whole": ("policy/glass.html", JUST_NOW | {"form": BREAKING, "broken": []}),
    "regimes": ("policy/regimes.html", JUST_NOW | {"form": REGIME, "regimes": REGIMES}),
    "regimes-shown": ("policy/regimes.html", JUST_NOW | {"form": None, "regimes": REGIMES}),
    "contact": ("identity/contact.html", JUST_NOW | {"form": CONTACT, "organization_href": "#o"}),
    "leave": ("identity/leave.html", LEAVE),
    "leave-lightly": ("identity/leave.html", LEAVE | {"stays": []}),
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


def everywhere(template: str) -> dict[str, Any]:
    flash = [
        Thing(level="success", text="The report is sealed."),
        Thing(level="warning", text="The database is slow today."),
    ]
    return {
        "page_title": "A page",
        "actor": STAFF,
        "nav": nav(template),
        "csrf_token": "made-up",
        "demo": True,
        "now": NOW,
        "providers": (),
        "flash": flash if template == "findings/finding.html" else [],
    }
