# SPDX-License-Identifier: Apache-2.0
"""What is true of every file that is kept: it says its license, and tells nothing of a machine."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPDX = "SPDX-License-Identifier: Apache-2.0"
LICENSED = {".py", ".pyi", ".sh", ".toml", ".yaml", ".yml", ".js", ".css", ".cedar", ".sql"}
FOREIGN = {"vendor", "golden"}  # others' files and recorded bytes keep what they came with

# Spelled so that this file does not find itself.
MACHINE = re.compile(
    r"(?<![\w.])/(?:wor[k]|farm|root|home/\w+|tmp/w)/"
    r"|(?:pypi[.]org|pythonhosted[.]org|registry[.]npmjs|npmjs[.]com|registry[.]yarnpkg|crates[.]io|proxy[.]golang)"
    r"|^\s*--?(?:index-url|extra-index-url|find-links)\b",
    re.MULTILINE | re.IGNORECASE,
)


def kept() -> list[Path]:
    """Every file that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def is_licensed(text: str) -> bool:
    """The license stands in the first line, or in the second where the first starts an interpreter."""
    lines = [line for line in text.splitlines()[:2] if not line.startswith("#!")]
    return not text.strip() or (bool(lines) and SPDX in lines[0])


def test_every_source_file_says_its_license():
    sources = [path for path in kept() if path.suffix in LICENSED or path.name in {"Makefile", "run"}]
    own = [path for path in sources if not FOREIGN.intersection(path.parts)]
    assert [str(path.relative_to(ROOT)) for path in own if not is_licensed(text_of(path))] == []


def test_no_file_names_a_machine_or_a_registry():
    strangers = [path for path in kept() if not FOREIGN.intersection(path.parts)]
    assert {str(path.relative_to(ROOT)): hit[0] for path in strangers if (hit := MACHINE.search(text_of(path)))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "see /wor" + "k/main/notes",
        "HOME=/ro" + "ot/",
        "cp x /home/" + "someone/x",
        "https://pypi" + ".org/simple",
        "https://registry" + ".npmjs.org/htmx",
        "--index" + "-url https://mirror.example/simple",
        "--find" + "-links wheels",
    ],
)
def test_a_machine_or_registry_is_seen(line):
    assert MACHINE.search(line)


@pytest.mark.parametrize(
    "line", ["weir/work/", "framework/", "https://example.org/root/", "pip install --require-hashes"]
)
def test_ordinary_text_is_left_alone(line):
    assert not MACHINE.search(line)


@pytest.mark.parametrize(
    ("text", "licensed"),
    [
        (f"# {SPDX}\nx = 1\n", True),
        (f"#!/bin/sh\n# {SPDX}\n", True),
        ("", True),
        ("x = 1\n", False),
        (f"x = 1\n# {SPDX}\n", False),
    ],
)
def test_a_missing_license_is_seen(text, licensed):
    assert is_licensed(text) == licensed
