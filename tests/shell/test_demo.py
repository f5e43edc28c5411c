# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.worlds.house import FINDER, House
from tests.worlds.identity import World
from weir.clearinghouse.findings.reads import list_findings
from weir.clearinghouse.findings.verbs import correlate_items
from weir.clearinghouse.intake.jobs.documents import read_items
from weir.clearinghouse.intake.reads import list_documents, list_reports
from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.clearinghouse.scanning.reads import list_claims, list_targets
from weir.clearinghouse.scanning.terms import ClaimState
from weir.foundation.actor import SYSTEM
from weir.foundation.identity import accounts
from weir.foundation.identity.models import OrganizationRow, PersonRow
from weir.foundation.identity.verbs import open_first_door
from weir.foundation.ledger.models import EntryRow
from weir.foundation.ledger.reads.verification import verify
from weir.shell import demo
from weir.shell.clock import now
from weir.shell.demo.people import LAB_ONE
from weir.shell.demo.reports import CLAIMS, REPORTS


@pytest.fixture
def house(transactional_db, plain_pages):
    return House()


@pytest.fixture
def told(house):
    open_first_door(SYSTEM, now=now())
    return list(demo.seed())


def actor(email):
    return accounts.actor_of_session(get_user_model().objects.get(email=email), "", second_factor=True, now=now())


def test_the_world_comes_by_verbs_and_its_ledger_holds(house, told):
    kinds = house.kinds()
    assert kinds.count("intake.receive_report") == len(REPORTS) == 25
    assert {kind.partition(".")[0] for kind in kinds} == {"identity", "intake", "scanning"}
    assert verify().faults == []


def test_every_name_says_that_it_is_made_up_and_no_mailbox_exists(told):
    assert [row.name for row in OrganizationRow.objects.all() if not row.name.endswith("(made up)")] == []
    people = list(PersonRow.objects.all())
    assert len(people) == 9
    assert [row.email for row in people if not row.email.endswith(".example") or "(made up)" not in row.name] == []


def test_reports_are_spread_over_weeks_and_none_is_of_the_future(told):
    moments = list(EntryRow.objects.filter(kind="intake.receive_report").order_by("id").values_list("at_ms", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] <= now().timestamp() * 1000
    assert moments[-1] - moments[0] > 20 * 24 * 3600 * 1000


def test_the_flow_makes_findings_of_them_for_the_coordinator_and_nobody_else(house, told):
    for about in EntryRow.objects.filter(kind="intake.receive_report").values_list("about", flat=True):
        house.correlate(about)
    assert len(list_findings(actor("coordinator@weir.example")).lines) == 25
    assert list_findings(actor("finder@lab-one.example")).lines == ()
    assert len(list_reports(actor("finder@lab-one.example")).lines) == 8


def test_its_documents_are_read_and_their_items_become_findings(house, told):
    for about in EntryRow.objects.filter(kind="intake.receive_document").values_list("about", flat=True):
        read_items(about, key="", now=now())
        correlate_items(SYSTEM, DocumentId(about), now=now())
    sent = {name: list_documents(actor(name)).lines for name in (LAB_ONE, "finder@lab-two.example")}
    assert [(line.name, line.added, line.troubles) for lines in sent.values() for line in lines] == [
        ("example-scan.sarif", 5, 1),
        ("advisories.json", 3, 0),
    ]
    found = list_findings(actor("coordinator@weir.example")).lines
    assert sum(line.items for line in found) == len(found) == 8
    assert {line.target for line in found} == {
        "https://code.example/parser",
        "pkg:pypi/example-parser",
        "pkg:npm/example-queue",
    }


def test_its_people_are_at_work_and_the_board_shows_each_their_own(told):
    for email in (LAB_ONE, "finder@lab-two.example", "finder@independent.example"):
        own = [claim for claim in list_claims(actor(email)).lines if claim.state is ClaimState.LIVE]
        assert len(own) == sum(who == email for who, *_ in CLAIMS)
    assert len(list_targets(actor("finder@independent.example")).lines) == 4


def test_the_coordinator_signs_in_with_what_the_terminal_said(told):
    password = next(line.strip() for line in told if re.fullmatch(r"  [\w-]{16}", line))
    browser = Client()
    first = browser.post("/account/login/", {"login": "coordinator@weir.example", "password": password})
    assert (first.status_code, first.headers["Location"]) == (302, "/account/2fa/authenticate/")
    browser.post("/account/2fa/authenticate/", {"code": demo.code_of("coordinator", now())})
    assert browser.get("/findings/").status_code == 200


def test_the_second_factor_is_the_one_that_stands_in_the_uri(told):
    uri = next(line for line in told if "coordinator%40weir.example" in line)
    secret = re.search(r"secret=(\w+)", uri)
    assert secret
    assert demo.code_of("coordinator", now()) == demo._code(secret[1], now())


def test_a_second_start_adds_nothing_and_says_so(house, told):
    before = len(house.kinds())
    again = list(demo.seed())
    assert "here already" in again[0]
    assert len(house.kinds()) == before


@pytest.mark.parametrize("real", ["a person", "a report"])
def test_an_instance_that_holds_anything_is_left_alone(house, real):
    World(now=house.now).open() if real == "a person" else house.report(actor=FINDER)
    before = len(house.kinds())
    with pytest.raises(demo.NotEmpty):
        list(demo.seed())
    assert len(house.kinds()) == before


def test_no_code_is_given_for_anybody_real(house):
    World(now=house.now).open()
    for name in ("coordinator", "olive", ""):
        with pytest.raises(demo.NotMadeUp):
            demo.code_of(name, now())


@pytest.mark.parametrize(
    ("started", "typed"),
    [(".venv/bin/weir", ".venv/bin/weir"), ("bin/weir", "weir"), ("weir/shell/__main__.py", "weir")],
)
def test_the_command_is_told_as_it_is_typed_where_it_was_started(monkeypatch, tmp_path, started, typed):
    for folder in (".venv/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "weir").touch(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("sys.argv", [started, "up", "--demo"])
    assert demo._weir() == typed
