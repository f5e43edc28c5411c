# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import re
from difflib import unified_diff

import pytest

from weir.foundation.question import QUESTIONS
from weir.foundation.verb import VERBS
from weir.shell import cli, documents
from weir.shell.doors import on_pages, operations
from weir.shell.environment import SETTINGS

cli.load()


def headings(name):
    return re.findall(r"^## (.+)$", documents.page(name), re.MULTILINE)


@pytest.mark.parametrize("name", documents.PAGES)
def test_the_reference_says_what_the_code_says(name):
    kept = (documents.FOLDER / name).read_text(encoding="utf-8")
    assert "\n".join(unified_diff(kept.splitlines(), documents.page(name).splitlines(), n=1)) == "", "run `make docs`"


def test_every_verb_question_and_setting_has_its_section():
    assert headings("verbs.md") == sorted(VERBS)
    assert headings("questions.md") == sorted(QUESTIONS)
    assert headings("settings.md") == [setting.name for setting in SETTINGS]


def test_the_reference_says_on_which_page_a_person_does_something():
    sections = {part.partition("\n")[0]: part for part in documents.page("verbs.md").split("\n## ")}
    for name, page in on_pages().items():
        assert f"| page | `{page}` |" in sections[name]
        assert "/api/v1" not in sections[name]


def test_every_ledger_kind_has_its_row():
    for name, declared in VERBS.items():
        assert f"| `{name}/{declared.options.version}` |" in documents.page("ledger-kinds.md")


def test_every_action_has_its_row():
    for name in {**VERBS, **QUESTIONS}:
        assert f'`Weir::Action::"{name}"`' in documents.page("policy-actions.md")


def test_help_is_what_stands_in_the_docs():
    from click.testing import CliRunner

    from weir.shell.commands.root import weir

    page = documents.page("commands.md")
    for found in operations().values():
        shown = CliRunner().invoke(weir, [*found.words, "--help"], prog_name="weir", terminal_width=100)
        assert shown.output.strip() in page, found.name


@pytest.mark.parametrize("declared", [*VERBS.values(), *QUESTIONS.values()], ids=lambda each: each.name)
def test_every_verb_and_question_says_in_a_sentence_what_it_is(declared):
    assert declared.shape.sentence.endswith((".", "?")), declared.name


def test_every_setting_says_why_and_what_breaks():
    for setting in SETTINGS:
        assert setting.why.endswith("."), setting.name
        assert setting.breaks.endswith("."), setting.name


def test_what_is_new_is_missed_until_it_is_written(tmp_path):
    documents.write(tmp_path)
    assert documents.stale(tmp_path) == []
    (tmp_path / "verbs.md").write_text(documents.page("verbs.md").replace("receive_report", "take_report"))
    (tmp_path / "errors.md").unlink()
    assert documents.stale(tmp_path) == ["verbs.md", "errors.md"]


def test_no_page_tells_where_it_was_written():
    from weir.shell.settings import HOME

    for name in documents.PAGES:
        assert str(HOME) not in documents.page(name)
        assert str(documents.CHECKOUT) not in documents.page(name)
