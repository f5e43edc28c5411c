# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from weir.foundation.actor import Actor
from weir.foundation.question import Options, Question
from weir.kernel.errors import KINDS, Invalid, Refused
from weir.shell import cli, doors
from weir.shell.commands import drawn, local, terminal
from weir.shell.commands.root import root_context, weir
from weir.shell.doors import Operation
from weir.shell.environment import SETTINGS
from weir.shell.exits import EXIT
from weir.shell.shown import json_of, lines_of, safe

cli.load()


@pytest.fixture
def run():
    def typed(*arguments, **more):
        return CliRunner().invoke(weir, arguments, prog_name="weir", **more)

    return typed


def every(ctx):
    yield ctx
    if isinstance(ctx.command, click.Group):
        for name in ctx.command.list_commands(ctx):
            found = ctx.command.get_command(ctx, name)
            assert found is not None
            yield from every(click.Context(found, ctx, info_name=name))


def test_every_verb_and_question_is_a_command_of_its_room():
    paths = {ctx.command_path for ctx in every(root_context())}
    assert {f"weir {found.path.replace('/', ' ')}" for found in doors.operations().values()} <= paths


@pytest.mark.parametrize("name", sorted(doors.on_pages()))
def test_what_a_person_does_on_a_page_is_not_listed_and_says_where_it_is_done(run, name):
    room, _, word = name.replace("_", "-").partition(".")
    page = f"http://127.0.0.1:9{doors.on_pages()[name]}"
    answer = run(room, word, "--anything", "at all", "--server", "http://127.0.0.1:9")
    assert (answer.exit_code, answer.stdout) == (EXIT[Refused], "")
    assert page in answer.stderr
    assert f"\n  {word} " not in run(room, "--help").stdout
    assert doors.on_pages()[name] in run(room, word, "--help").stdout


def test_no_two_options_of_a_command_share_a_name():
    for ctx in every(root_context()):
        flags = [flag for each in ctx.command.params for flag in (*each.opts, *each.secondary_opts)]
        assert len(flags) == len(set(flags)), ctx.command_path


def test_every_command_says_what_it_is_for():
    for ctx in every(root_context()):
        assert ctx.command.help, ctx.command_path


def test_exit_codes_tell_the_kinds_apart():
    assert len({EXIT[kind] for kind in KINDS}) == len(KINDS)
    assert not {0, 1} & set(EXIT.values())
    for code in EXIT.values():
        assert f"\n  {code}  " in (weir.epilog or "")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Seen:
    """What came in."""


def painted(
    actor: Actor,
    text: str,
    count: int = 1,
    colour: Colour = Colour.RED,
    names: tuple[str, ...] = (),
    colours: tuple[Colour, ...] = (),
    loud: bool | None = None,  # noqa: FBT001 - verbs have truths, too
) -> Seen:
    """Made up."""
    return Seen()


@pytest.fixture
def sent(monkeypatch):
    """What a drawn command would send."""
    seen = {}

    class Calls:
        def ask(self, path, given_values):
            seen.update(given_values)
            return {"ok": True}

    monkeypatch.setattr(drawn, "client", lambda _: Calls())
    painting = drawn.command(Operation("made_up.painted", Question(painted, "made_up.painted", Options())))

    def typed(*arguments, typed_in=""):
        seen.clear()
        result = CliRunner().invoke(painting, arguments, input=typed_in)
        if isinstance(result.exception, Invalid):
            raise result.exception
        assert result.exit_code == 0, result.output
        return dict(seen)

    return typed


def test_what_is_left_out_is_not_sent(sent):
    assert sent("--text", "a") == {"text": "a"}


def test_options_are_sent_as_what_they_are(sent):
    given_options = ["--text", "a", "--count", "0", "--colour", "blue", "--names", "x", "--names", "y", "--no-loud"]
    assert sent(*given_options, "--colours", "red") == {
        "text": "a",
        "count": 0,
        "colour": "blue",
        "names": ["x", "y"],
        "colours": ["red"],
        "loud": False,
    }


def test_long_text_comes_from_a_file_or_from_what_is_typed(sent, tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("many\nwords", encoding="utf-8")
    assert sent("--text", f"@{file}") == {"text": "many\nwords"}
    assert sent("--text", "-", typed_in="typed") == {"text": "typed"}
    assert sent("--text", "@@home") == {"text": "@home"}
    for unfit in (tmp_path / "none", tmp_path):
        with pytest.raises(drawn.UnreadableFile):
            sent("--text", f"@{unfit}")
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(drawn.UnreadableFile):
        sent("--text", f"@{file}")


def test_there_is_no_option_for_the_token_itself():
    for ctx in every(root_context()):
        flags = {flag for each in ctx.command.params for flag in each.opts}
        assert "--token" not in {flag for flag in flags if ctx.command.name != "revoke-token"}


def test_a_token_file_is_read_and_its_line_end_is_not(tmp_path):
    file = tmp_path / "token"
    file.write_text("weir_secret\n", encoding="ascii")
    assert terminal._token({"token_file": file}, "other") == "weir_secret"
    assert terminal._token({}, "other") == "other"
    with pytest.raises(terminal.NoToken):
        terminal._token({"token_file": tmp_path / "none"}, "")


def test_settings_are_shown_and_secrets_are_not(run):
    environ = {"WEIR_OIDC_SECRET": "hush", "WEIR_TOKEN": "hush", "WEIR_TICK_SECONDS": "never"}
    shown = run("settings", env=environ)
    assert "hush" not in shown.output
    assert "WRONG: expects a whole number" in shown.output
    rows = {row["name"]: row for row in json.loads(run("--json", "settings", env=environ).stdout)}
    assert set(rows) == {setting.name for setting in SETTINGS}
    assert rows["WEIR_OIDC_SECRET"]["value"] == local.MASKED


def test_json_may_stand_before_or_after_the_command(run):
    assert json.loads(run("--json", "settings").stdout) == json.loads(run("settings", "--json").stdout)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_one_line_that_a_shell_reads(run, shell):
    line = run("completion", shell).stdout.strip()
    assert f"_WEIR_COMPLETE={shell}_source weir" in line
    assert "\n" not in line


def test_the_shell_is_offered_rooms_words_and_choices(run):
    def offered(words):
        environ = {"_WEIR_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()))}
        return CliRunner().invoke(weir, [], prog_name="weir", complete_var="_WEIR_COMPLETE", env=environ).stdout

    assert "plain,intake" in offered("weir ")
    assert "plain,receive-report" in offered("weir intake ")
    assert "plain,confidential" in offered("weir intake receive-report --ai-use ")


def test_an_instance_that_is_not_there_is_a_sentence(run):
    result = run("ledger", "head", "--server", "http://127.0.0.1:9")
    assert result.exit_code == 6
    assert result.stderr.startswith("weir: http://127.0.0.1:9 does not answer")
    assert "weir up" in result.stderr


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES)
def test_nothing_that_a_terminal_obeys_reaches_it(answer):
    for line in [*lines_of(answer), json_of(answer), safe(answer)]:
        assert line.isprintable()


@given(VALUES)
def test_json_at_the_terminal_says_the_same(answer):
    assert json.loads(json_of(answer)) == answer
