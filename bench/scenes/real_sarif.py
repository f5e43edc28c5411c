# SPDX-License-Identifier: Apache-2.0
"""The SARIF files that are there, sent and read like any other document; beside them what json.load counts.

python -m bench.scenes.real_sarif FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bench.scenes.opened import FINDER, open_house

LIMIT = 1024**3


def main(folder: Path) -> None:
    open_house()
    from weir.clearinghouse.intake.jobs.documents import read_items
    from weir.clearinghouse.intake.reads.documents import read_document
    from weir.clearinghouse.intake.verbs.documents import receive_document
    from weir.foundation.store.blobs import receive
    from weir.shell.clock import now

    told = {"files": 0, "results": 0, "items": 0, "troubles": 0}
    for path in sorted(folder.iterdir()):
        counted = results_of(path)
        if counted is None:
            continue
        document = receive_document(FINDER, receive([path.read_bytes()], limit=LIMIT), path.name, now=now())
        read_items(document.id, key="", now=now())
        kept = read_document(FINDER, document.id)
        told["files"] += 1
        told["results"] += counted
        told["items"] += kept.added + kept.known
        told["troubles"] += kept.troubles
    print(json.dumps(told))


def results_of(path: Path) -> int | None:
    """How many results say that something is wrong; None for what is no SARIF."""
    try:
        whole: Any = json.loads(path.read_bytes())
        runs = whole["runs"]
    except (ValueError, KeyError, TypeError):
        return None
    results: list[dict[str, str]] = [result for run in runs for result in run.get("results") or ()]
    return sum(
        result.get("kind") not in {"pass", "notApplicable"} and result.get("baselineState") != "absent"
        for result in results
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
