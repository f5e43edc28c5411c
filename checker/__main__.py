# SPDX-License-Identifier: Apache-2.0
"""The command. Exit code 0: nothing of it is held, as far as this can tell. 1: something is. 2: it was not asked."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from checker.calling import Instance, NoAnswer
from checker.checking import Answer, Cause, Cheated, Edition, check
from checker.fingerprints import NotACause, fingerprints
from checker.voprf import NotProved

NEGATIVE = "Not held, as far as this can tell: what is withheld, written otherwise or not yet published is not found."


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    answers: list[Answer] = []
    try:
        causes = _causes(options)
        if options.show:
            return _show(causes)
        with closing(Instance(options.url, _token(options))) as instance:
            edition, answers = check(instance, causes, options.public_key)
            # Told first: what was evaluated is spent, whether or not the log has come as far as this edition.
            _tell(options, edition, answers)
            if options.save_proof:
                _keep_proof(instance, edition, Path(options.save_proof))
    except (NotACause, NoAnswer, NotProved, Cheated, OSError) as no:
        print(f"{'The proof was not kept' if answers else 'Not checked'}: {no}", file=sys.stderr)
        return 2
    return 1 if any(each.held for each in answers) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m checker", description="Ask a Weir instance whether it holds a finding, without telling which."
    )
    parser.add_argument("file", nargs="?", help="causes, one JSON object a line: package, path, symbol, weakness")
    for name in ("package", "path", "symbol", "weakness"):
        parser.add_argument(f"--{name}", help="one cause instead of a file")
    parser.add_argument("--url", default=os.environ.get("WEIR_URL", ""), help="the instance; otherwise WEIR_URL")
    parser.add_argument("--token-file", help="a file that holds your token; otherwise WEIR_TOKEN")
    parser.add_argument("--public-key", default="", help="refuse any other key; best one that another member was given")
    parser.add_argument("--save-proof", metavar="FILE", help="keep the proof of the edition, for `python -m verifier`")
    parser.add_argument("--show", action="store_true", help="print the fingerprints and ask nobody")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser.parse_args(arguments)


def _causes(options: argparse.Namespace) -> list[Cause]:
    if not options.file:
        return [Cause(*(getattr(options, name) or "" for name in ("package", "path", "symbol", "weakness")))]
    lines = Path(options.file).read_text(encoding="utf-8").splitlines()
    try:
        return [Cause(**json.loads(line)) for line in lines if line.strip()]
    except (TypeError, ValueError):
        raise NotACause(f"{options.file} is to hold one JSON object a line, with the four parts of a cause.") from None


def _token(options: argparse.Namespace) -> str:
    if options.token_file:
        return Path(options.token_file).read_text(encoding="utf-8").strip()
    return os.environ.get("WEIR_TOKEN", "")


def _show(causes: list[Cause]) -> int:
    for cause in causes:
        for text in fingerprints(cause.package, cause.path, cause.symbol, cause.weakness):
            print(text.decode().replace("\n", " | "))
    return 0


def _keep_proof(instance: Instance, edition: Edition, file: Path) -> None:
    proof = instance.ask("findings/prove-edition", edition=edition.id)
    file.write_text(json.dumps(proof), encoding="utf-8")


def _tell(options: argparse.Namespace, edition: Edition, answers: list[Answer]) -> None:
    if options.json:
        print(json.dumps({"edition": asdict(edition), "answers": [asdict(each) for each in answers]}))
        return
    print(f"Edition {edition.id} under key {edition.public_key}, root {edition.root}.")
    for each in answers:
        about = f"{each.cause.package} {each.cause.path} {each.cause.symbol} {each.cause.weakness}"
        print(f"{'HELD: ' + each.stage + ' (' + each.spelling + ')' if each.held else 'not held'}  {about}")
    if not all(each.held for each in answers):
        print(NEGATIVE)


if __name__ == "__main__":
    sys.exit(main())
