# SPDX-License-Identifier: Apache-2.0
"""Each page at its hardest: many rows, long words, writing from right to left; and the shell's own forms, faulty.

Made late, since the forms need Django's settings.
"""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell import samples
from tests.shell.samples.frame import OUT
from tests.shell.samples.parts import JUST_NOW, NOW, ago
from weir.kernel.moments import Moment

State = tuple[str, dict[str, Any]]

WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 2
ARABIC = "مركز الاستجابة لحوادث الحاسوب في المرفأ القديم"
TRICKED = "invoice \u202efdp.exe\u202c and what follows"
NAMES = (
    WORD,
    ARABIC,
    "👩🏽‍🔬🛡️ Überlauf 🧨 im Prüfstand",
    TRICKED,
    "<b>Bold</b> & \"quoted\" 'twice'",
    "船舶航行安全対策本部における脆弱性情報の取扱いに関する検討会",
    "O'Neil",
)
TARGETS = (
    "pkg:npm/%40" + "very-long-scope/" * 6 + "name@1.2.3?arch=x86_64#" + "sub/" * 8,
    "https://code.example/" + "a" * 180,
    "pkg:cargo/streamlet@0.9.4",
)
SCOPES = [f"{room}.{verb}" for room in ("intake", "findings", "ledger", "store") for verb in ("list_all", "read_one")]
LATER = Moment.parse("2027-02-20T23:59:59Z")


def name(n: int) -> str:
    return NAMES[n % len(NAMES)]


def full_states() -> dict[str, State]:
    return {
        "home-full": ("home.html", {"actor": _somebody(), "cards": [_card(n) for n in range(7)]}),
        "error-422-full": ("error.html", _error()),
        "doctor-full": ("doctor.html", {"rows": [_check(n) for n in range(14)]}),
        "my-reports-full": ("intake/my_reports.html", _my_reports()),
        "findings-queue-full": (
            "findings/queue.html",
            samples.findings.queue(
                [_row(n) for n in range(21)], active=True, works=samples.findings.work(20, active=True)
            ),
        ),
        "pairs-full": ("findings/pairs.html", samples.pairs.PAIRS | {"pairs": [_pair_line(n) for n in range(14)]}),
        "pair-full": ("findings/pair.html", samples.pairs.PAIR | {"pair": _pair()}),
        "finding-of-items": ("findings/finding.html", _of_items()),
        "blind-check": ("findings/blind_check.html", {"bound": 1000}),
        "scanning-claims-full": ("scanning/board.html", _board()),
        "target-full": ("scanning/target.html", {"target": _target()}),
        "scanning-claim-full": ("scanning/claim.html", _claim()),
        "documents-full": (
            "intake/documents.html",
            samples.documents.mine([vars(samples.documents.line(n)) | {"name": name(n)} for n in range(14)]),
        ),
        "document-full": (
            "intake/document.html",
            samples.documents.document(name=WORD, troubles=samples.documents.troubles(100), trouble_count=48_211),
        ),
        "receipt-full": (
            "intake/receipt.html",
            samples.intake.receipt(title=WORD, receipt='{"a":"' + "x" * 900 + '"}'),
        ),
        "receipt-followed-full": ("intake/receipt.html", _followed()),
        "clocks-full": ("intake/clocks.html", {"rows": [samples.intake.promise(n) for n in range(20)]}),
        "receipt-again": (
            "intake/receipt.html",
            OUT | samples.intake.receipt(title=ARABIC, claim_code=None, again=True),
        ),
        "finding-full": ("findings/finding.html", _finding()),
        "log-full": ("ledger/log.html", samples.ledger.LOG | {"recent": samples.ledger.LOG["recent"] * 3}),
        "entry-full": ("ledger/entry.html", _entry()),
        "organization-full": ("identity/organization.html", _organization()),
        "member-full": ("identity/member.html", _member()),
        "tokens-full": ("identity/tokens.html", _tokens()),
        "agents-full": ("identity/agents.html", _agents()),
        "administration-full": ("identity/administration.html", _administration()),
        "leave-full": ("identity/leave.html", samples.organizations.LEAVE | {"leaver": WORD, "happens": [WORD] * 5}),
    }


def faulty_states() -> dict[str, State]:
    from weir.clearinghouse.findings.forms import pair_form
    from weir.clearinghouse.findings.terms import FindingId
    from weir.clearinghouse.intake.forms import amend_form, claim_form, report_form
    from weir.foundation.identity import forms
    from weir.foundation.identity.terms import Role

    kept = {
        "name": [name(1)],
        "organization": [WORD],
        "title": [name(1)],
        "email": ["x" * 200],
        "target": ["localhost"],
    }

    def faulty(form: Any, **faults: str) -> Any:
        from weir.kernel.errors import Invalid

        return form.filled(
            kept, Invalid("Not all of this can be read.", faults={f"/{at}": f for at, f in faults.items()})
        )

    from weir.clearinghouse.scanning import forms as scanning
    from weir.clearinghouse.scanning.terms import ProjectRules

    claiming = faulty(scanning.claim_form(choosing=True), methods="is empty", weaknesses="are named as CWE-787")
    ruled = {
        "form": faulty(scanning.rules_form(ProjectRules()), most_open="is no number from 0 to 1000"),
        "importing": faulty(scanning.import_form(), text="is missing"),
    }
    organization = _organization() | {
        "invite": Thing(action="#i", form=faulty(forms.invite_form(Role), email="is not a mail address")),
        "control": Thing(action="#c", form=faulty(forms.control_form(), target="is neither a domain nor an address")),
    }
    administration = _administration() | {
        "hold": Thing(action="#h", form=faulty(forms.hold_form(), about="is no number of ours")),
        "duty": Thing(action="#d", form=faulty(forms.duty_form(), about="is no number of ours", kind="is missing")),
    }
    sure = faulty(forms.sure_form("Yes, I leave for good"), sure="Tick this if you are sure.")
    token = faulty(forms.token_form(SCOPES * 2), scopes="is empty", days="is too long")
    agent = faulty(forms.agent_form(SCOPES), name="is missing", rate_per_minute="is more than 6000")
    first = faulty(forms.first_administrator_form(), secret="is not the link's", password="is shorter than 12")
    roles = faulty(forms.roles_form(Role, []), roles="must hold one role")
    report = faulty(report_form(), title="is missing", component="is neither a package URL nor an address", cause="!")
    amended = faulty(amend_form(), words="is longer than 200000 characters", severity="is too long")
    code = faulty(claim_form(), claim_code="opens nothing here")
    apply = faulty(forms.application_form(), kind="is missing", contact="is not a mail address")
    numbers = [FindingId(number) for number in ("F-2026-7K3QM-X", "F-2026-AB2CD-9")]
    pair = faulty(pair_form(*numbers), into="is neither of the two", reason="is empty or too long")
    account = faulty(forms.new_account_form(), password="is shorter than 12 characters")
    return {
        "report-refused": (
            "intake/report_form.html",
            JUST_NOW | samples.intake.ASKED | {"form": report, "anonymous": False},
        ),
        "report-act-faults": ("intake/act.html", JUST_NOW | samples.intake.ADDING | {"form": amended}),
        "claim-refused": ("intake/claim.html", OUT | JUST_NOW | {"form": code}),
        "apply-faults": ("identity/apply.html", OUT | JUST_NOW | {"form": apply, "terms": samples.identity.TERMS}),
        "invitation-faults": ("identity/invitation.html", samples.PAGES["invitation"][1] | {"form": account}),
        "first-administrator-faults": ("identity/first_administrator.html", OUT | JUST_NOW | {"form": first}),
        "organization-faults": ("identity/organization.html", organization),
        "member-faults": ("identity/member.html", _member() | {"form": roles}),
        "tokens-faults": ("identity/tokens.html", _tokens() | {"form": token, "tokens": []}),
        "agents-faults": ("identity/agents.html", _agents() | {"form": agent, "agents": []}),
        "administration-faults": ("identity/administration.html", administration),
        "pair-faults": ("findings/pair.html", samples.pairs.PAIR | {"form": pair}),
        "claim-form-faults": ("scanning/claim_form.html", samples.PAGES["claim-form"][1] | {"form": claiming}),
        "project-rules-faults": ("scanning/project.html", samples.PAGES["project-rules"][1] | ruled),
        "leave-faults": ("identity/leave.html", samples.organizations.LEAVE | {"form": sure}),
    }


def _somebody() -> Thing:
    return Thing(name=WORD, org_name=ARABIC, roles=["coordinator", "administrator", "member"], staff=True)


def _card(n: int) -> Thing:
    return Thing(title=WORD, text=WORD, href="#q", count=n * 1000 or None)


def _error() -> dict[str, Any]:
    faults = {f"/report/{WORD}": name(n) for n in range(3)} | {"/title": "is longer than 200 characters"}
    return {"status": 422, "sentence": WORD, "hint": WORD, "faults": faults, "reference": "4f0c22a9b1d3"}


def _check(n: int) -> Thing:
    return Thing(name=WORD, state=("ok", "warn", "fail", "off")[n % 4], found="/srv/" + "x" * 120, hint=WORD)


def _row(n: int) -> Thing:
    return Thing(**(vars(samples.parts.row(n)) | {"title": name(n), "target": TARGETS[n % 3], "reports": n * 99}))


def _board() -> dict[str, Any]:
    row = vars(samples.scanning.BOARD["rows"][0])
    rows = [
        Thing(**(row | {"locator": TARGETS[n % 3], "paths": WORD, "overlap": "same code, same way"})) for n in range(9)
    ]
    suggested = [Thing(**(vars(samples.scanning.BOARD["suggestions"][0]) | {"locator": TARGETS[n]})) for n in range(3)]
    return samples.scanning.BOARD | {"rows": rows, "suggestions": suggested}


def _target() -> Thing:
    rules = [
        Thing(**(vars(samples.scanning.TARGET.rules[n % 2]) | {"value": name(n), "place": TARGETS[1]}))
        for n in range(9)
    ]
    return Thing(**(vars(samples.scanning.TARGET) | {"locator": TARGETS[0], "home": TARGETS[1], "rules": rules}))


def _claim() -> dict[str, Any]:
    coverage = [Thing(at=ago(days=n), said={"notes": name(n)}, own={"model": name(n + 1)}) for n in range(7)]
    whole = {"locator": TARGETS[1], "paths": [WORD, ARABIC], "authority": ARABIC, "commits": WORD, "coverage": coverage}
    return samples.scanning.CLAIM_PAGE | {"claim": Thing(**(vars(samples.scanning.CLAIM_PAGE["claim"]) | whole))}


def _my_reports() -> dict[str, Any]:
    rows = [Thing(**(vars(samples.intake.own(n)) | {"title": name(n), "target": TARGETS[n % 3]})) for n in range(14)]
    return {
        "rows": rows,
        "prev_href": None,
        "next_href": "#3",
        "report_href": "#r",
        "clocks_href": None,
        "empty_reason": "",
    }


def _followed() -> dict[str, Any]:
    said = [
        Thing(label="You added", at=ago(hours=n), text=name(n), parts=[("Which component", TARGETS[n % 3])])
        for n in range(6)
    ]
    files = [
        Thing(
            name=WORD,
            role="proof",
            size=n * 10**9,
            digest=samples.parts.DIGEST,
            at=ago(hours=n),
            sender_sealed=n % 2 == 0,
        )
        for n in range(9)
    ]
    needs = Thing(text=ARABIC, since=ago(days=1), next_on="2026-12-04")
    return samples.intake.followed(title=WORD, said=said, files=files, needs=needs)


def _finding() -> dict[str, Any]:
    facts = [
        Thing(station="Findings", text=WORD, at=ago(hours=n), entry="9f2c1e55a40b", proof_url="#p") for n in range(12)
    ]
    reports = [Thing(number="R-2026-AB2CD-E", received=ago(hours=n), href="#report") for n in range(8)]
    whole = {"title": WORD, "target": TARGETS[1], "facts": facts, "reports": reports, "marking": "TLP:AMBER+STRICT"}
    return samples.findings.found(**whole)


def _of_items() -> dict[str, Any]:
    """What tools said, and no report."""
    items = [
        Thing(
            title=name(n),
            place=TARGETS[n % 3],
            tool=("A scanner", WORD)[n % 2],
            rule="overflow",
            document="D-2026-7K3QM-X",
            received=ago(hours=n),
            href="#document",
        )
        for n in range(5)
    ]
    # A mapping, as the view hands it over: `items` of a mapping is something else to a template.
    documents = {"items": items, "all": 1200, "waiting": 40}
    beside = Thing(href="#pair", title=samples.parts.LONG, number="F-2026-C0D4W-3", kind_label="May be one")
    page = samples.findings.found(reports=[], documents=documents)
    return page | {"work_action": "#work", "pairs": [beside] * 3}


def _pair_line(n: int) -> Thing:
    return Thing(**(vars(samples.pairs.PAIR_LINE) | {"title": name(n), "other_title": name(n + 1), "kind_label": WORD}))


def _pair() -> Thing:
    sides = [Thing(**(vars(samples.pairs.side(n)) | {"title": name(n), "target": TARGETS[n]})) for n in range(2)]
    for each in sides:
        each.reports = each.reports * 9
    said = [Thing(by="P-2026-7K3QM-X", at=ago(hours=n), basis=WORD, score=n, explanation=name(n)) for n in range(9)]
    whole = {"sides": sides, "nominations": said, "reason": ARABIC, "losers": [f"organization:{WORD}"] * 4}
    return Thing(**(vars(samples.pairs.decided()) | whole))


def _entry() -> dict[str, Any]:
    shown = samples.ledger.entry("sequenced", "#proof")["entry"]
    return {
        "entry": Thing(**(vars(shown) | {"actor": WORD, "subject": WORD, "body_json": '{"a": "' + "x" * 900 + '"}'}))
    }


def _organization() -> dict[str, Any]:
    members = [
        Thing(name=name(n), roles=["coordinator", "finder"] * (n % 3), since=ago(days=n), href="#m") for n in range(8)
    ]
    whole = vars(samples.organizations.ORGANIZATION["organization"]) | {
        "name": WORD,
        "kind_label": WORD,
        "sector": WORD,
    }
    choices = [Thing(number="O-2026-7K3QM-X", name=name(n), present=n == 0) for n in range(3)]
    return samples.organizations.ORGANIZATION | {"organization": Thing(**whole), "members": members, "choices": choices}


def _member() -> dict[str, Any]:
    member = Thing(name=ARABIC, email=f"{'x' * 64}@{'y' * 60}.example", number="P-2026-7K3QM-X", since=ago(days=2))
    return samples.PAGES["member"][1] | {"member": member}


def _tokens() -> dict[str, Any]:
    tokens = [
        Thing(**(vars(samples.identity.TOKEN) | {"name": name(n), "scopes": SCOPES[: n % 9], "expires": LATER}))
        for n in range(12)
    ]
    fresh = Thing(name=WORD, secret="weir_" + "q8Zk" * 10)
    return JUST_NOW | {
        "tokens": [*tokens, samples.identity.OLD],
        "fresh": fresh,
        "form": samples.identity.TOKEN_FORM,
        "agents_href": "#a",
    }


def _agents() -> dict[str, Any]:
    agents = [Thing(**(vars(samples.identity.AGENT) | {"name": name(n), "scopes": SCOPES * (n % 3)})) for n in range(8)]
    return JUST_NOW | {"agents": agents, "fresh": None, "form": samples.identity.TOKEN_FORM, "tokens_href": "#t"}


def _administration() -> dict[str, Any]:
    some = samples.organizations.ADMINISTRATION
    applications = [
        Thing(**(vars(some["applications"][0]) | {"organization": name(n), "kind": WORD, "contact": "x" * 200}))
        for n in range(9)
    ]
    organizations = [Thing(number="O-2026-7K3QM-X", name=name(n), kind="Vendor", sector=WORD) for n in range(9)]
    duties = [Thing(about="P-2026-7K3QM-X", kind="embargo", ends=Moment.of(NOW)) for _ in range(5)]
    more = {"applications": applications, "organizations": organizations, "holds": some["holds"] * 3, "duties": duties}
    return some | more
