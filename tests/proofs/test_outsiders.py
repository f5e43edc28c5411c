# SPDX-License-Identifier: Apache-2.0
"""What an outsider can get to know does not change with what is embargoed. What may cross: `docs/declassifiers.md`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.worlds.outside import COMMON, HIDDEN, Outside, World
from weir.clearinghouse.findings.reads import list_findings
from weir.kernel.moments import Moment
from weir.shell.clock import now

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.filterwarnings("ignore:No directory at"),  # of static files: nobody collected any
]

PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"  # nobody collected any
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "declassifiers.md"
STEPS = st.lists(st.sampled_from([*COMMON, *HIDDEN]), min_size=2, max_size=7).filter(
    lambda told: set(told) & set(HIDDEN)
)
EVERYTHING = ["own report", *HIDDEN, "tick", "published finding", *HIDDEN, "own report"]


@pytest.fixture
def clock(monkeypatch):
    """One clock for every door, which only the world moves."""
    moment: list[Moment] = []
    real = now
    for module in list(sys.modules.values()):
        if getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", lambda: moment[-1])
    return moment.append


@pytest.fixture
def worlds(transactional_db, clock, settings):
    """Tell both worlds the same steps, the one with what is hidden first: so the other can ask for as much in vain."""
    settings.RATE_PER_MINUTE = 10_000_000
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": PLAIN_FILES}}

    def tell(steps):
        told = World(clock)
        told.tell(steps, hidden=True)
        probes = told.probes([])
        seen = [Outside(told, probes, member).everything() for member in (False, True)]
        queue = len(list_findings(told.instance.coordinator).lines)
        bare = World(clock)
        bare.tell(steps, hidden=False)
        vain = bare.probes([type(each) for each in probes])
        return seen, [Outside(bare, vain, member).everything() for member in (False, True)], queue

    return tell


def differences(one, other):
    """Each by what was asked, with the first place where the two answers part."""
    return [
        f"{asked}: {parting(str(here.get(asked)), str(there.get(asked)))}"
        for here, there in zip(one, other, strict=True)
        for asked in sorted({*here, *there})
        if here.get(asked) != there.get(asked)
    ]


def parting(one, other):
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, at - 60) : at + 60]!r} / {other[max(0, at - 60) : at + 60]!r}"


def test_all_that_is_hidden_leaves_no_trace_outside(worlds):
    full, bare, queue = worlds(EVERYTHING)
    assert differences(full, bare) == []
    assert min(len(answers) for answers in full) > 150
    assert [asked for answers in full for asked, (status, *_) in answers.items() if status >= 500] == []
    assert queue == 2 * 4 + 1, "inside it shows"


def test_what_is_not_hidden_does_show(worlds, clock):
    """The comparison can see: what one world published and the other did not is a difference."""
    seen = []
    for step in ("published finding", "tick"):
        world = World(clock)
        world.tell([step], hidden=False)
        seen.append(Outside(world, [], member=False).everything())
    assert any("list-findings" in each for each in differences(seen[:1], seen[1:]))


def test_every_test_that_the_page_of_disclosures_names_is_there():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = [re.findall(r"`(tests/[\w/]+\.py)::(\w+)` \|$", row) for row in rows if "| test |" not in row]
    assert len(named) > 20
    for found in named:
        [(path, name)] = found
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"


@pytest.mark.prove
def test_in_any_two_worlds_that_differ_in_what_is_hidden_outsiders_see_the_same(worlds, rounds, seed):
    for number in rounds(40):
        look_alike(worlds, seed + number, examples=1)


def test_in_two_worlds_that_differ_in_what_is_hidden_outsiders_see_the_same(worlds, seed):
    look_alike(worlds, seed, examples=1)


def look_alike(worlds, chance, examples):
    @seeded(chance)
    @settings(max_examples=examples, phases=[Phase.generate, Phase.shrink], database=None)
    @given(STEPS)
    def alike(steps):
        full, bare, _ = worlds(steps)
        assert differences(full, bare) == []

    alike()
