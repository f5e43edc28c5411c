# SPDX-License-Identifier: Apache-2.0
"""Every room has the same shape, so that whoever knows one knows all."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WINGS = ("foundation", "clearinghouse", "frontier", "defense", "enforcement", "order")

LADDER = {"__init__", "terms", "rules", "models", "reads", "verbs", "gates", "jobs"}
DOORS = {"views", "forms", "urls", "api", "cli", "apps"}
FOLDERS = {"migrations", "templates", "tables", "policies", "formats", "engines"}

# What a floor needs beyond the ladder. A clearinghouse room that asks for a line here is probably two rooms.
EXTRA = {
    "foundation/identity": {"accounts", "departures"},
    "foundation/jobs": {"cursor", "leases", "progress"},
    "foundation/ledger": {"record", "sequencer"},
    "foundation/policy": {"marks"},
    "foundation/store": {"blobs"},
}

SHAPELESS = {
    "utils",
    "util",
    "common",
    "core",
    "manager",
    "managers",
    "service",
    "services",
    "helpers",
    "helper",
    "misc",
}


def misfits(weir: Path) -> list[str]:
    """What stands in a room without a place there."""
    rooms = [room for wing in WINGS for room in (weir / wing).glob("*/") if room.name != "__pycache__"]
    return sorted(
        str(thing.relative_to(weir))
        for room in rooms
        for thing in room.iterdir()
        if not _fits(thing, room.relative_to(weir))
    )


def _fits(thing: Path, room: Path) -> bool:
    if thing.name == "__pycache__":
        return True
    if thing.is_dir():
        # A file that outgrows itself becomes a folder of the same name.
        return thing.name in FOLDERS or (thing.name in LADDER | DOORS and (thing / "__init__.py").exists())
    return thing.suffix == ".py" and thing.stem in LADDER | DOORS | EXTRA.get(room.as_posix(), set())


def nameless(root: Path) -> list[str]:
    """Files and folders whose name says nothing about what is inside."""
    return sorted(
        str(path.relative_to(root))
        for top in ("weir", "tools", "bench", "verifier")
        for path in (root / top).rglob("*")
        if path.stem in SHAPELESS and "vendor" not in path.parts
    )


def test_rooms_hold_only_what_has_a_place_in_a_room():
    assert misfits(ROOT / "weir") == []


def test_every_room_says_what_it_is_for():
    rooms = [room for wing in WINGS for room in (ROOT / "weir" / wing).glob("*/") if list(room.glob("*.py"))]
    silent = [room.name for room in rooms if '"""' not in (room / "__init__.py").read_text()]
    assert silent == []


def test_room_names_are_unique_because_they_are_app_labels():
    names = [room.name for wing in WINGS for room in (ROOT / "weir" / wing).glob("*/") if room.name != "__pycache__"]
    assert sorted(names) == sorted(set(names))


def test_no_file_is_named_for_nothing():
    assert nameless(ROOT) == []


@pytest.mark.parametrize(
    ("stray", "fits"),
    [
        ("clearinghouse/intake/verbs.py", True),
        ("clearinghouse/intake/formats/sarif.py", True),
        ("clearinghouse/intake/views/__init__.py", True),
        ("foundation/ledger/sequencer.py", True),
        ("clearinghouse/intake/sequencer.py", False),
        ("clearinghouse/intake/admin.py", False),
        ("clearinghouse/intake/signals.py", False),
        ("clearinghouse/intake/tests/test_intake.py", False),
        ("clearinghouse/intake/notes.txt", False),
    ],
)
def test_a_stray_is_seen(tmp_path, stray, fits):
    (tmp_path / stray).parent.mkdir(parents=True)
    (tmp_path / stray).touch()
    assert (misfits(tmp_path) == []) == fits


@pytest.mark.parametrize("name", sorted(SHAPELESS))
def test_a_nameless_file_is_seen(tmp_path, name):
    (tmp_path / "weir/shell").mkdir(parents=True)
    (tmp_path / f"weir/shell/{name}.py").touch()
    assert nameless(tmp_path) == [f"weir/shell/{name}.py"]
