# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.scanning.rules import cells, effort, projects, sizes
from weir.clearinghouse.scanning.rules.locators import paths_of, within
from weir.clearinghouse.scanning.terms import (
    AiPolicy,
    Method,
    NotARule,
    NotAScope,
    NotScanned,
    ProjectRules,
    RuleLine,
    RuleSource,
    TargetId,
    TooWide,
)

KEY = bytes(range(32))
folders = st.lists(st.sampled_from(["a", "b", "lib", "a b"]), max_size=5).map("/".join)


# Cells


@given(folders, folders)
def test_cells_keep_the_order_of_folders(one, other):
    here, there = cells.cell_of(KEY, "TG-1", one), cells.cell_of(KEY, "TG-1", other)
    assert (there in cells.around(here)) == within(one, other)
    assert (here < there < cells.beyond(here)) == (within(other, one) and one != other)
    assert (here == there) == (one == other)


@given(folders)
def test_another_target_or_another_key_is_elsewhere(path):
    here = cells.cell_of(KEY, "TG-1", path)
    for there in (cells.cell_of(KEY, "TG-2", path), cells.cell_of(bytes(32), "TG-1", path)):
        assert here[:8] != there[:8]


def test_a_folders_name_looks_otherwise_elsewhere():
    """Or whoever has the table would see where two ways hold a folder of one name."""
    ways = ["lib/lib", "src/lib", "src/lib/lib"]
    assert len({cells.cell_of(KEY, "TG-1", way)[-cells.FOLDER :] for way in ways}) == 3


@given(st.binary(min_size=1, max_size=20), st.binary(max_size=8))
def test_beyond_a_cell_begins_what_does_not_begin_with_it(cell, more):
    assert cell + more < cells.beyond(cell)
    if set(cell) != {0xFF}:
        assert not cells.beyond(cell).startswith(cell)


def test_what_lies_too_deep_lies_in_its_fourteenth_folder():
    deep = "/".join("abcdefghijklmnop")
    assert cells.cell_of(KEY, "TG-1", deep) == cells.cell_of(KEY, "TG-1", deep[: 14 * 2 - 1])


@given(st.lists(st.integers(1, 2000).map("CWE-{}".format), max_size=4), st.integers(1, 2000))
def test_weaknesses_in_common_are_seen(named, number):
    assert cells.classes_of([*named, f"CWE-{number}"]) & cells.classes_of([f"CWE-{number}"])
    assert cells.classes_of([]) & cells.classes_of(named)


# Sizes


@given(st.integers(1, 200), st.integers(0, 50), st.integers(0, 50))
def test_whoever_keeps_what_they_claim_may_hold_more(capacity, ended, kept):
    kept = min(kept, ended)
    allowed = sizes.allowed_units(capacity, ended, kept)
    assert 1 <= allowed <= min(sizes.TRUSTED, capacity * sizes.UNITS_AN_HOUR)
    assert sizes.allowed_units(capacity, ended + 1, kept + 1) >= allowed
    assert sizes.allowed_units(capacity, ended + 1, kept) <= allowed


def test_ones_own_rows_are_fewer_than_a_branch_of_the_index_looks_at():
    from weir.clearinghouse.scanning.reads.overlaps import MOST_LOOKED_AT

    assert min(sizes.WEIGHTS) * sizes.TRUSTED < MOST_LOOKED_AT


@given(st.lists(folders, min_size=1, max_size=4), st.sets(st.sampled_from(Method), min_size=1))
def test_a_claim_on_all_of_the_code_is_as_wide_as_any_and_each_row_weighs_something(paths, methods):
    paths = paths_of(tuple(paths))
    units = sizes.units_of(paths, methods)
    assert len(paths) * len(methods) <= units
    assert sizes.units_of(("",), methods) == 16 * len(methods)


@pytest.mark.parametrize(("units", "held", "allowed", "organization"), [(2, 9, 10, 0), (1, 0, 10, 512)])
def test_what_is_too_wide_says_how_wide(units, held, allowed, organization):
    with pytest.raises(TooWide, match="units"):
        sizes.check_size(units, held, allowed, organization)
    sizes.check_size(units, held, allowed + 1, organization - 2)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"methods": ()}, "/methods"),
        ({"paths": tuple(f"p{n}" for n in range(17))}, "/paths"),
        ({"weaknesses": ("buffer overflow",)}, "/weaknesses"),
        ({"weaknesses": ("CWE-0",)}, "/weaknesses"),
        ({"commits": "x" * 201}, "/commits"),
        ({"authority": "x" * 501}, "/authority"),
    ],
)
def test_what_a_scope_lacks_is_named(given, fault):
    plain = {"target": TargetId.example(), "paths": (), "methods": (Method.STATIC,)}
    with pytest.raises(NotAScope) as no:
        sizes.scope_of(**(plain | given))
    assert set(no.value.faults) == {fault}


# A project's rules


def line(name, value, source):
    return RuleLine(name, value, source)


@given(st.permutations([RuleSource.MAINTAINER, RuleSource.SECURITY_TXT, RuleSource.SECURITY_MD]))
def test_maintainers_come_first_then_the_projects_own_text(order):
    days = {RuleSource.MAINTAINER: "7", RuleSource.SECURITY_TXT: "14", RuleSource.SECURITY_MD: "90"}
    lines = [line("embargo_days", days[source], source) for source in order]
    rules, shown = projects.holding(lines)
    assert rules.embargo_days == 7
    assert [each.source for each in shown if each.holds and each.name == "embargo_days"] == [RuleSource.MAINTAINER]
    without, _ = projects.holding([each for each in lines if each.source is not RuleSource.MAINTAINER])
    assert without.embargo_days == 14


@pytest.mark.parametrize(
    ("name", "value"),
    [("contact", "mailto:evil@elsewhere.example"), ("most_new", "900"), ("paused", "no"), ("least", "unreviewed")],
)
@pytest.mark.parametrize("source", [RuleSource.SECURITY_TXT, RuleSource.SECURITY_MD])
def test_imported_text_turns_no_delivery_elsewhere_and_lifts_no_cap(name, value, source):
    rules, shown = projects.holding([line(name, value, source)])
    assert rules == ProjectRules()
    assert [each.holds for each in shown if each.source is source] == [False]


def test_where_nothing_was_set_every_rule_says_that_it_is_the_default():
    rules, shown = projects.holding([])
    assert rules == ProjectRules()
    assert {each.name for each in shown} == {each.name for each in fields(ProjectRules)} == set(projects.READ)
    assert {each.source for each in shown} == {RuleSource.DEFAULT}
    projects.check_values({each.name: each.value for each in shown})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("most_open", "-1"),
        ("most_new", "many"),
        ("paused", "maybe"),
        ("ai_policy", "other"),
        ("embargo_days", "365"),
        ("closed_paths", "../x"),
        ("contact", "x" * 400),
        ("least", "unreviewed"),
    ],
)
def test_a_value_that_a_rule_cannot_have_is_named(name, value):
    with pytest.raises(NotARule) as no:
        projects.check_values({name: value, "embargo_days" if name != "embargo_days" else "most_open": "3"})
    assert set(no.value.faults) == {f"/{name}"}


def test_a_projects_no_binds():
    projects.check_open_to_scanning(ProjectRules(closed_paths=("vendor",)), ["src", ""])
    for rules in (ProjectRules(no_scan=True), ProjectRules(closed_paths=("src",))):
        with pytest.raises(NotScanned):
            projects.check_open_to_scanning(rules, ["src/parser"])


def test_every_answer_about_ai_can_be_kept():
    projects.check_values({"ai_policy": AiPolicy.WITH_PROOF})


# Effort


@given(st.integers(1, 10_000))
def test_a_band_tells_the_order_of_magnitude_and_no_more(hours):
    assert effort.band_of(hours) <= effort.band_of(hours + 1)
    assert len({effort.band_of(n) for n in (hours, max(1, hours // 10), hours * 10)}) <= 3


@given(st.floats(0, 5000), st.lists(st.floats(0, 1), max_size=5), st.floats(0, 1))
def test_a_scan_counts_less_with_time_and_with_each_change(age, changed, more):
    before = effort.still_counts(age, changed)
    assert 0.0 <= effort.still_counts(age, [*changed, more]) <= before <= 1.0
    assert effort.still_counts(age + 1, changed) <= before
    assert effort.still_counts(0, []) == 1.0
    assert effort.still_counts(age, [1.0]) == 0.0
