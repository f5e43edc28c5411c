# SPDX-License-Identifier: Apache-2.0
"""Let a fuzzer that follows coverage look for documents that a reader cannot bear.

python tools/fuzz.py sarif 300        for so many seconds; without a number until something is found

It needs atheris (`pip install atheris`), which is no dependency of Weir. What it finds is written into the folder where
you are (`crash-*`, `timeout-*`, `oom-*`): cut it down, mend the reader, and keep the file in tests/corpus/<format>/,
where every run of the tests reads it again.
"""

from __future__ import annotations

import io
import sys
import tempfile
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
SLOWEST, MOST_MEMORY, LONGEST = 10, 1024, 65536  # seconds, MiB, bytes
KEPT = (ROOT / "tests" / "corpus", ROOT / "tests" / "clearinghouse" / "intake" / "formats" / "corpus")


def main(name: str, seconds: int) -> None:
    sys.path.insert(0, str(ROOT))
    try:
        atheris = import_module("atheris")
    except ImportError:
        sys.exit("atheris is not here. Run: pip install atheris")
    with atheris.instrument_imports(include=["weir.clearinghouse.intake", "weir.kernel.canonical", "email"]):
        from weir.clearinghouse.intake.formats import load_formats  # noqa: PLC0415 - seen by the fuzzer only from here

        format = load_formats()[name]

    def read(data: bytes) -> None:
        format.looks_like(data, "")
        for found in format.read(io.BytesIO(data)):
            repr(found).encode()  # half a character that came through is a fault, too

    with tempfile.TemporaryDirectory() as seeds:
        for at, path in enumerate(path for folder in KEPT for path in sorted(folder.rglob("*")) if path.is_file()):
            (Path(seeds) / str(at)).write_bytes(path.read_bytes())
        bounds = [f"-timeout={SLOWEST}", f"-rss_limit_mb={MOST_MEMORY}", f"-max_len={LONGEST}"]
        atheris.Setup([sys.argv[0], *bounds, f"-max_total_time={seconds}", seeds], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
