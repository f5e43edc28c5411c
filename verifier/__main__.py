# SPDX-License-Identifier: Apache-2.0
"""The command. Exit code 0: everything checked holds. 1: something does not. 2: the input could not be read."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from verifier.checks import Check, Step, run, steps_for
from verifier.reading import Unreadable, read_bundle, read_file, read_keys, read_receipt


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        found = list(run(_steps(options)))
    except Unreadable as reason:
        _tell(options, [], str(reason))
        return 2
    _tell(options, found)
    return 0 if _verified(found) else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m verifier", description="Check a proof bundle of a Weir instance.")
    parser.add_argument("proof", help="the proof bundle, a file of the form weir.proof/1")
    parser.add_argument(
        "--vkey", action="append", required=True, help="a key of the log that you trust: name+id+key; may repeat"
    )
    parser.add_argument("--origin", default="", help="the log it must be; otherwise the name of the key that signed")
    parser.add_argument("--receipt", help="a receipt for the same entry, a file of the form weir.receipt/1")
    parser.add_argument("--receipt-vkey", action="append", help="a key that signs receipts; otherwise those of --vkey")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    return parser.parse_args(arguments)


def _steps(options: argparse.Namespace) -> list[Step]:
    keys = read_keys(options.vkey)
    receipt = read_receipt(read_file(options.receipt)) if options.receipt else None
    receipt_keys = read_keys(options.receipt_vkey) if options.receipt_vkey else keys
    return steps_for(read_bundle(read_file(options.proof)), keys, receipt, receipt_keys, options.origin)


def _verified(found: list[Check]) -> bool:
    return bool(found) and all(check.result == "ok" for check in found)


def _tell(options: argparse.Namespace, found: list[Check], unreadable: str = "") -> None:
    if options.json:
        answer = {"verified": _verified(found), "checks": [vars(check) for check in found]}
        print(json.dumps(answer | ({"unreadable": unreadable} if unreadable else {})))
        return
    for check in found:
        print(f"{check.result:<5} {check.name:<11} {check.says}")
    if unreadable:
        print(f"Cannot be read: {unreadable}", file=sys.stderr)
    else:
        print("Verified." if _verified(found) else "NOT verified.")


if __name__ == "__main__":
    sys.exit(main())
