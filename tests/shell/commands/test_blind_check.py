# SPDX-License-Identifier: Apache-2.0
"""`weir findings check` and the tool of the stdio server, over real HTTP against an instance that holds one finding."""

from __future__ import annotations

import json
import os
import stat
import sys
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.conf import settings

import checker.checking
import verifier.__main__
from tests.worlds.blind import HELD, NOT_HELD, holding_one
from tests.worlds.callers import Instance
from weir.clearinghouse.findings.verbs import publish_buckets
from weir.clearinghouse.intake.models import CommitmentRow
from weir.clearinghouse.intake.reads import list_commitments
from weir.clearinghouse.intake.terms import CommitmentId
from weir.clearinghouse.intake.verbs import commit_report, open_commitment, receive_report
from weir.foundation.actor import SYSTEM
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.gates import KeyFolder
from weir.foundation.ledger.models import LogRow
from weir.foundation.ledger.sequencer import Sequencer
from weir.kernel.errors import Conflict, Invalid, Missing, Refused, Unavailable
from weir.shell import cli
from weir.shell.blind import NEGATIVE
from weir.shell.client import Client
from weir.shell.clock import now
from weir.shell.commands.bars import bars
from weir.shell.commands.blind_check import HELD as IS_HELD
from weir.shell.commands.root import weir
from weir.shell.doors import operation
from weir.shell.exits import EXIT
from weir.shell.mcp import checking as tool
from weir.shell.mcp import over_stdio

cli.load()
pytestmark = pytest.mark.filterwarnings("ignore:No directory at")  # of static files: nobody collected any
REPORT = {"title": "Header length is trusted", "description": "It is copied.", "details": {"trigger": "a long one"}}


@pytest.fixture
def member(transactional_db, live_server, settings, tmp_path):
    """An instance over HTTP that holds one finding, and a member with a token and no commitment."""
    settings.PUBLIC_URL = live_server.url
    instance = holding_one()
    (tmp_path / "token").write_text(instance.token(instance.finder))
    return instance


@pytest.fixture
def typed(live_server, tmp_path):
    def run(*arguments, **more):
        calls = ("--server", live_server.url, "--token-file", str(tmp_path / "token"))
        return CliRunner().invoke(weir, [*map(str, arguments), *calls], prog_name="weir", **more)

    return run


@pytest.fixture
def check(typed):
    return lambda *arguments, **more: typed("findings", "check", *arguments, **more)


def commit(member, times=1):
    for _ in range(times):
        commit_report(member.finder, os.urandom(32).hex(), now=now())


def one(cause):
    return [word for name, value in vars(cause).items() for word in (f"--{name}", value)]


def written(tmp_path, *lines):
    file = tmp_path / "causes.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def kept(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_member_learns_held_or_not_and_the_stage_and_nothing_else(member, check, tmp_path):
    commit(member, 2)
    answer = check(written(tmp_path, vars(HELD), vars(NOT_HELD)), "--json")
    assert (answer.exit_code, answer.stderr) == (IS_HELD, "")
    told = json.loads(answer.stdout)
    assert set(told) == {"edition", "answers"}
    assert set(told["edition"]) == {"id", "epoch", "public_key", "root"}
    held, not_held = told["answers"]
    assert held == {"cause": vars(HELD), "held": True, "stage": "received", "spelling": "exact"}
    assert not_held == {"cause": vars(NOT_HELD), "held": False, "stage": "", "spelling": ""}


def test_a_person_is_told_that_a_negative_proves_nothing(member, check):
    commit(member)
    answer = check(*one(NOT_HELD))
    assert answer.exit_code == 0
    assert "not held  pkg:pypi/made-up src/made_up/parse.py Parser.body CWE-787" in answer.stdout
    assert NEGATIVE in answer.stdout


def test_without_a_commitment_it_says_how_to_register_one(member, check):
    answer = check(*one(HELD))
    assert answer.exit_code == EXIT[Conflict]
    assert "You may have 0 more fingerprints checked; 1 causes have 4" in answer.stderr
    assert "--commit NEW_FILE" in answer.stderr


def test_commitments_are_registered_first_and_what_is_kept_opens_them(member, check, tmp_path):
    file, opens = written(tmp_path, vars(HELD) | {"report": REPORT}, vars(NOT_HELD)), tmp_path / "commitments.jsonl"
    assert check(file, "--commit", opens).exit_code == IS_HELD
    lines = kept(opens)
    assert stat.S_IMODE(opens.stat().st_mode) == 0o600
    assert [line["report"]["title"] for line in lines] == [REPORT["title"], "CWE-787 in Parser.body"]
    for line in lines:
        said = operation("intake.receive_report").read(line["report"])
        report = receive_report(member.finder, **said, now=now()).id
        number = CommitmentId.parse(line["number"])
        opened = open_commitment(member.finder, number, report, line["salt"], now=now())
        assert opened.report == report


def test_a_file_that_is_there_is_not_written_over_and_nothing_is_registered(member, check, tmp_path):
    opens = tmp_path / "commitments.jsonl"
    opens.write_text("mine\n")
    answer = check(*one(HELD), "--commit", opens)
    assert answer.exit_code == EXIT[Invalid]
    assert "Name a file that does not exist yet" in answer.stderr
    assert opens.read_text() == "mine\n"
    assert not CommitmentRow.objects.exists()


def test_what_opens_a_commitment_is_kept_before_it_is_registered(member, check, tmp_path, monkeypatch):
    opens, acts = tmp_path / "commitments.jsonl", []

    def breaks(self, path, given, key=""):
        acts.append((path, kept(opens)[0]["commitment"] == given["commitment"]))
        raise Unavailable("The line broke.")

    monkeypatch.setattr(Client, "act", breaks)
    assert check(*one(HELD), "--commit", opens).exit_code == EXIT[Unavailable]
    assert acts == [("intake/commit-report", True)]


def test_a_bound_that_is_used_up_is_said_and_not_spent(member, check, settings):
    settings.CHECK_BOUND = 4
    commit(member, 3)
    assert check(*one(HELD)).exit_code == IS_HELD
    answer = check(*one(HELD))
    assert answer.exit_code == EXIT[Conflict]
    assert "0 more" in answer.stderr


def replaced(monkeypatch, times):
    """So many times two newer editions come while the client blinds."""
    left = [times]
    evaluated = checker.checking.evaluated

    def late(*arguments):
        if left[0]:
            left[0] -= 1
            publish_buckets(SYSTEM, now=now())
            publish_buckets(SYSTEM, now=now())
        return evaluated(*arguments)

    monkeypatch.setattr(checker.checking, "evaluated", late)


def test_an_edition_that_went_by_is_begun_again_with_the_newest(member, check, monkeypatch):
    commit(member)
    replaced(monkeypatch, times=1)
    assert check(*one(HELD)).exit_code == IS_HELD


def test_an_edition_that_goes_by_twice_is_told_and_nothing_is_spent(member, check, monkeypatch):
    commit(member)
    replaced(monkeypatch, times=2)
    answer = check(*one(HELD))
    assert answer.exit_code == EXIT[Unavailable]
    assert "Ask again" in answer.stderr
    assert check(*one(HELD)).exit_code == IS_HELD


def test_where_no_edition_is_out_yet_that_is_said(transactional_db, live_server, settings, typed, tmp_path):
    settings.PUBLIC_URL = live_server.url
    instance = Instance()
    (tmp_path / "token").write_text(instance.token(instance.finder))
    answer = typed("findings", "check", *one(HELD))
    assert answer.exit_code == EXIT[Missing]
    assert "No edition of the buckets is out yet" in answer.stderr


def test_another_key_than_the_trusted_one_is_refused(member, check):
    commit(member)
    answer = check(*one(HELD), "--public-key", "00" * 32)
    assert answer.exit_code == EXIT[Conflict]
    assert "not the one that you trust" in answer.stderr
    assert check(*one(HELD)).exit_code == IS_HELD, "nothing was spent"


def test_who_is_no_member_is_refused(member, check, tmp_path):
    (tmp_path / "token").write_text("")
    assert check(*one(HELD)).exit_code == EXIT[Refused]


@pytest.fixture
def own_log(tmp_path):
    """One that remembers no other test's log."""
    ledger.bind_notary(lambda origin: KeyFolder(tmp_path / "log", origin))
    yield
    ledger.bind_notary(lambda origin: KeyFolder(settings.KEYS, origin))


def sequenced():
    """The log comes as far as what was recorded."""
    for _ in range(2):
        LogRow.objects.update(next_tick_at=now())
        Sequencer(ledger.notary(), timedelta(seconds=settings.TICK_SECONDS), settings.BATCH_DEPTH).tick(now())


@pytest.mark.usefixtures("own_log")
def test_the_proof_holds_and_the_answer_is_told_whether_or_not_there_is_one(member, check, tmp_path):
    proof = tmp_path / "proof.json"
    commit(member, 2)
    answer = check(*one(HELD), "--save-proof", proof)
    assert (answer.exit_code, "HELD: received" in answer.stdout) == (EXIT[Unavailable], True)
    sequenced()
    assert check(*one(HELD), "--save-proof", proof).exit_code == IS_HELD
    assert verifier.__main__.main([str(proof), "--vkey", ledger.notary().log_key.vkey()]) == 0


def test_it_shows_the_fingerprints_and_asks_nobody(typed, tmp_path):
    (tmp_path / "token").write_text("")
    shown = typed("findings", "check", *one(HELD), "--show", "--server", "https://nobody.invalid")
    assert (shown.exit_code, shown.stdout.count("weir.fingerprint/1 | ")) == (0, 4)


@pytest.mark.parametrize(
    "content",
    ["", "{", "[1]", '{"package": "pkg:pypi/a"}', '{"package": 1, "path": "a", "symbol": "b", "weakness": "CWE-1"}'],
)
def test_a_file_that_holds_something_else_is_said_to(typed, tmp_path, content):
    (tmp_path / "token").write_text("")
    answer = typed("findings", "check", "-", "--show", input=content)
    assert answer.exit_code == EXIT[Invalid]
    assert "one JSON object a line" in answer.stderr


def test_a_report_that_cannot_be_sent_is_not_committed_to(member, check, tmp_path):
    file = written(tmp_path, vars(HELD) | {"report": {"title": "No description"}})
    answer = check(file, "--commit", tmp_path / "commitments.jsonl")
    assert answer.exit_code == EXIT[Invalid]
    assert "/description" in answer.stderr
    assert not CommitmentRow.objects.exists()


# The tool of the stdio server


def test_over_stdio_the_server_blinds_here_and_over_http_there_is_no_such_tool(member, live_server):
    commit(member)
    client = Client(live_server.url, member.token(member.finder))
    there = {each["name"] for each in client.tools("tools/list", {})["tools"]}
    here = {each["name"] for each in over_stdio._listed(client)["tools"]}
    assert here - there == {tool.NAME}
    assert "findings.evaluate_blinded" in there
    given = tool.called(client, {"causes": [vars(HELD)]})
    assert given["structuredContent"]["answers"][0]["stage"] == "received"
    assert given["content"][0]["text"].startswith("held: received (exact)")


def test_whoevers_token_does_not_open_the_check_is_not_offered_the_tool(member, live_server):
    client = Client(live_server.url, member.token(member.finder, "findings.check_terms"))
    assert tool.NAME not in {each["name"] for each in over_stdio._listed(client)["tools"]}


@pytest.mark.parametrize("arguments", [{}, {"causes": []}, {"causes": [{"package": "a"}]}, {"causes": "HELD"}])
def test_an_agent_that_sends_something_else_is_told(arguments):
    with pytest.raises(Invalid):
        tool.called(Client("http://127.0.0.1:9"), arguments)


def test_no_cause_leaves_the_machine(member, live_server, typed, tmp_path, monkeypatch):
    """Of what was asked nothing is in any request: neither its words nor its fingerprints."""
    sent = []
    send = Client._send

    def heard(self, *arguments, **more):
        sent.append(repr((arguments, more)))
        return send(self, *arguments, **more)

    monkeypatch.setattr(Client, "_send", heard)
    typed("findings", "check", *one(HELD), "--commit", tmp_path / "commitments.jsonl")
    assert any("evaluate-blinded" in each for each in sent)
    for word in ("made-up", "parse", "Parser", "787", "fingerprint"):
        assert not any(word in each for each in sent), word
    assert list_commitments(member.finder).lines


def test_progress_is_shown_to_whoever_watches_a_terminal(monkeypatch, capsys):
    with bars() as told:
        told("blinding", 1, 2)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with bars() as told:
        for done in (1, 2):
            told("blinding", done, 2)
        told("looking up", 2, 2)
    shown = capsys.readouterr().err
    assert "blinding" in shown
    assert "100%" in shown
    assert "looking up" in shown
