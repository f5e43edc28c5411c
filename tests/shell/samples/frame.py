# SPDX-License-Identifier: Apache-2.0
"""What is around every page, and the shell's own pages."""

from __future__ import annotations

from types import SimpleNamespace as Thing
from typing import Any

from tests.shell.samples.parts import NOW, Page

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
PAGES: dict[str, Page] = {
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
