# SPDX-License-Identifier: Apache-2.0
"""`weir findings check`: blinds here, asks an instance, and looks the answer up here."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from weir.kernel.errors import Invalid
from weir.shell.commands.bars import bars
from weir.shell.commands.terminal import Command, client, say, wants_json
from weir.shell.shown import json_of, safe

if TYPE_CHECKING:
    from checker.checking import Answer, Edition

HELD = 10


class ProofNotKept(Invalid):
    """The proof of the edition cannot be kept there."""

    hint = "`weir findings prove-edition` gives it again, as long as the edition is kept."


@click.group("findings")
def commands() -> None:
    """Added to what is drawn from verbs and questions."""


@commands.command("check", cls=Command)
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--package", metavar="TEXT", help="One cause instead of a file: its package or repository.")
@click.option("--path", metavar="TEXT", help="As above: its file.")
@click.option("--symbol", metavar="TEXT", help="As above: its function.")
@click.option("--weakness", metavar="TEXT", help="As above: its CWE number.")
@click.option(
    "--commit",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="NEW_FILE",
    help="Register a commitment for each cause first; what opens them is kept in this new file. Keep it secret.",
)
@click.option(
    "--public-key", default="", metavar="HEX", help="Refuse any other key; best one another member was given."
)
@click.option(
    "--save-proof",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep the proof that this edition stands in the log, for `python -m verifier`.",
)
@click.option("--show", is_flag=True, help="Print the fingerprints, and ask nobody.")
@click.pass_context
def check(
    ctx: click.Context,
    /,
    file: Path | None,
    commit: Path | None,
    public_key: str,
    save_proof: Path | None,
    show: bool,  # noqa: FBT001 - click's way
    **cause: str | None,
) -> None:
    """Ask whether findings are held already, without telling which.

    FILE (- for standard input) holds one JSON object a line: package, path, symbol, weakness. The four fingerprints of
    each are blinded on this machine; the instance evaluates them without learning what they are, and the answer is
    looked up here. Four may be checked for each commitment that you registered before: --commit registers one for each
    cause, over the line's own "report" (what `intake.receive_report` takes) or a short one that names the cause.

    Exit code 10: something of it is held. 0: nothing is, as far as this can tell, which proves nothing. What the
    operator and you can learn: docs/blind-check.md.
    """
    from weir.shell import blind  # noqa: PLC0415 - libsodium, which no other command needs
    from weir.shell.commands import committing  # noqa: PLC0415 - as above

    asked = committing.read_lines(file, cause)
    if show:
        _show(ctx, committing.shown(asked))
        return
    calls = client(ctx)
    with bars() as told:
        if commit is not None:
            committing.register(calls, asked, commit, told)
        committing.check_enough(calls, len(asked))
        edition, answers = blind.check_blindly(calls, [each.cause for each in asked], public_key, told)
    # Told first: what was evaluated is spent, whether or not the log has come as far as this edition.
    _tell(ctx, edition, answers)
    if save_proof is not None:
        _keep_proof(save_proof, calls.ask("findings/prove-edition", {"edition": edition.id}))
    ctx.exit(HELD if any(each.held for each in answers) else 0)


def _show(ctx: click.Context, lines: list[str]) -> None:
    if wants_json(ctx):
        say(ctx, {"fingerprints": lines})
        return
    for line in lines:
        click.echo(safe(line.replace("\n", " | ")))


def _keep_proof(file: Path, proof: Any) -> None:
    try:
        file.write_text(json_of(proof), encoding="ascii")
    except OSError as no:
        raise ProofNotKept(f"The proof cannot be written to {file}: {no.strerror}.") from no


def _tell(ctx: click.Context, edition: Edition, answers: list[Answer]) -> None:
    from weir.shell.blind import NEGATIVE  # noqa: PLC0415 - as above

    if wants_json(ctx):
        say(ctx, {"edition": asdict(edition), "answers": [asdict(each) for each in answers]})
        return
    click.echo(safe(f"Edition {edition.id} under key {edition.public_key}, root {edition.root}."))
    for each in answers:
        click.echo(safe(f"{_said(each)}  {' '.join(_words(each))}"))
    if not all(each.held for each in answers):
        click.echo(NEGATIVE)


def _said(answer: Answer) -> str:
    return f"HELD: {answer.stage} ({answer.spelling})" if answer.held else "not held"


def _words(answer: Answer) -> list[Any]:
    return [answer.cause.package, answer.cause.path, answer.cause.symbol, answer.cause.weakness]
