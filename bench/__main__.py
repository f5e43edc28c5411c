# SPDX-License-Identifier: Apache-2.0
"""python -m bench NAME [--data DIR] [--json]      one bench; with --json the last line is one object
python -m bench all [--write]                     every bench; --write renews bench/RESULTS.md
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from importlib import import_module
from pathlib import Path

from bench.figures import Measured
from bench.results import table, write

BENCHES = ("collision", "correlation", "intake", "ledger", "scanning", "web")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("name", choices=[*BENCHES, "all"])
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("WEIR_DATA"), help="a folder laid out like shared/data"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="renew bench/RESULTS.md")
    asked = parser.parse_args()
    measured = [run(name, asked.data) for name in (BENCHES if asked.name == "all" else [asked.name])]
    for each in measured:
        print(table(each))
    if asked.write:
        write(measured)
    if asked.json:
        print(json.dumps(measured[0].as_json() if len(measured) == 1 else [each.as_json() for each in measured]))
    return 0 if all(figure.ok for each in measured for figure in each.results) else 1


def run(name: str, data: Path | None) -> Measured:
    return import_module(f"bench.{name}").measure(data)  # type: ignore[no-any-return]


if __name__ == "__main__":
    sys.exit(main())
