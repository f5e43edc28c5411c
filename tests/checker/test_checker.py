# SPDX-License-Identifier: Apache-2.0
"""The client as a stranger to our code runs it: over real HTTP, with a token, on a file."""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import checker.__main__ as command
from checker import calling, voprf
from tests.worlds.blind import HELD, NOT_HELD, holding_one
from weir.clearinghouse.intake.verbs import commit_report
from weir.kernel import voprf as kernel
from weir.shell.clock import now

ROOT = Path(__file__).parents[2]
SCOPES = ("findings.check_terms", "findings.check_buckets", "findings.evaluate_blinded", "findings.prove_edition")

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")  # of static files: nobody collected any


@pytest.fixture
def member(transactional_db, live_server, settings, monkeypatch):
    """An instance over HTTP that holds one finding, and a member of it with two commitments."""
    settings.PUBLIC_URL = live_server.url
    instance = holding_one()
    for _ in range(2):
        commit_report(instance.finder, os.urandom(32).hex(), now=now())
    monkeypatch.setenv("WEIR_TOKEN", instance.token(instance.finder, *SCOPES))
    monkeypatch.setenv("WEIR_URL", live_server.url)
    return instance


def written(tmp_path, *causes):
    file = tmp_path / "causes.jsonl"
    file.write_text("\n".join(json.dumps(vars(cause)) for cause in causes) + "\n")
    return str(file)


def test_it_tells_over_http_what_is_held(member, tmp_path, capsys):
    assert command.main([written(tmp_path, HELD, NOT_HELD), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(each["held"], each["stage"]) for each in told["answers"]] == [(True, "received"), (False, "")]


def test_a_person_is_told_too_and_that_a_negative_proves_nothing(member, tmp_path, capsys):
    assert command.main([written(tmp_path, NOT_HELD)]) == 0
    said = capsys.readouterr().out
    assert "not held  pkg:pypi/made-up src/made_up/parse.py Parser.body CWE-787" in said
    assert command.NEGATIVE in said


def test_whoever_has_asked_enough_is_told_what_to_do(member, tmp_path, capsys):
    assert command.main([written(tmp_path, HELD, HELD, NOT_HELD)]) == 2
    assert "You may have 8 more fingerprints checked, not 12. Four may be checked for each" in capsys.readouterr().err


def test_a_key_that_is_not_trusted_is_refused_before_anything_is_sent(member, tmp_path, capsys):
    assert command.main([written(tmp_path, HELD), "--public-key", "00" * 32]) == 2
    assert "not the one that you trust" in capsys.readouterr().err
    assert command.main([written(tmp_path, HELD, NOT_HELD)]) == 1, "nothing was spent"


def test_who_is_no_member_is_refused(member, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WEIR_TOKEN", "")
    assert command.main([written(tmp_path, HELD)]) == 2
    assert capsys.readouterr().err.startswith("Not checked: ")


def test_it_shows_the_fingerprints_and_asks_nobody(monkeypatch, capsys):
    monkeypatch.setenv("WEIR_URL", "https://nobody.invalid")
    words = [word for name, value in vars(HELD).items() for word in (f"--{name}", value)]
    assert command.main([*words, "--show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "weir.fingerprint/1 | exact | pkg:pypi/made-up | src/made_up/parse.py | Parser.header | cwe-787"
    assert len(lines) == 4


@pytest.mark.parametrize("content", ["{", "[1]", '{"package": "pkg:pypi/a"}', '{"other": 1}'])
def test_a_file_that_holds_something_else_is_said_to(tmp_path, capsys, content):
    file = tmp_path / "causes.jsonl"
    file.write_text(content)
    assert command.main([str(file), "--show"]) == 2
    assert "one JSON object a line" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["", "weir.example", "ftp://weir.example", "http://weir.example"])
def test_a_token_goes_nowhere_that_it_should_not(url):
    with pytest.raises(calling.NoAnswer):
        calling.Instance(url, "a token")


def test_it_runs_without_our_code(tmp_path):
    """In a folder of its own, where there is no weir to import."""
    for file in (ROOT / "checker").glob("*.py"):
        kept = tmp_path / "checker" / file.name
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(file.read_bytes())
    words = [word for name, value in vars(HELD).items() for word in (f"--{name}", value)]
    code = "import sys; sys.modules['weir'] = None; import checker.__main__ as c; sys.exit(c.main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--show"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.count("weir.fingerprint/1") == 4


def test_it_imports_nothing_but_the_standard_library_and_two_packages():
    own = {"checker", "cryptography", "rbcl"}
    for file in (ROOT / "checker").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= own | sys.stdlib_module_names, file.name


def test_client_and_kernel_are_one_function_written_twice():
    key = kernel.derive_key(bytes(32), b"both")
    texts = [random.Random(n).randbytes(n) for n in range(5)]
    blinded = [voprf.blind(text) for text in texts]
    evaluation = kernel.blind_evaluate(key, [element for _, element in blinded], os.urandom)
    voprf.check(key.public, [element for _, element in blinded], list(evaluation.elements), evaluation.proof)
    for text, (secret, _), element in zip(texts, blinded, evaluation.elements, strict=True):
        assert voprf.unblind(text, secret, element) == kernel.evaluate(key, text)


def test_libsodium_leaves_no_file_behind(tmp_path):
    """Each process that loads it writes one; it is taken away at once."""
    loads = ("import checker.voprf", "from weir.kernel import ristretto as r; r.base_times(bytes([1]) + bytes(31))")
    for load in loads:
        told = subprocess.run(
            [sys.executable, "-c", f"{load}; import os; print(os.listdir(os.environ['TMPDIR']))"],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == "[]"
