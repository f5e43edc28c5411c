# SPDX-License-Identifier: Apache-2.0
"""The compiled requirements answer to pyproject.toml, and everything in them is pinned by hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PROJECT["dependency-groups"]
ASKED = {
    "base": PROJECT["project"]["dependencies"],
    "dev": [*PROJECT["project"]["dependencies"], *(line for line in GROUPS["dev"] if isinstance(line, str))],
    "build": [*GROUPS["build"], *PROJECT["build-system"]["requires"]],
}
PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+).*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL
)


def pinned(name: str) -> dict[str, re.Match[str]]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {canonicalize_name(pin["name"]): pin for pin in PIN.finditer(text)}


@pytest.mark.parametrize("file", ASKED)
def test_what_pyproject_asks_for_is_pinned_at_a_version_it_accepts(file):
    pins = pinned(file)
    asked = [Requirement(line) for line in ASKED[file]]
    assert [str(one) for one in asked if canonicalize_name(one.name) not in pins] == []
    pairs = [(one, pins[canonicalize_name(one.name)]["version"]) for one in asked]
    assert [
        f"{one}: {version}" for one, version in pairs if not one.specifier.contains(version, prereleases=True)
    ] == []


@pytest.mark.parametrize("file", ASKED)
def test_every_pin_has_a_hash(file):
    assert [name for name, pin in pinned(file).items() if "--hash=sha256:" not in pin[0]] == []


def test_who_develops_runs_what_is_shipped():
    base, dev = pinned("base"), pinned("dev")
    assert {name: pin["version"] for name, pin in base.items()} == {name: dev[name]["version"] for name in base}
