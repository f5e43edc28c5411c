# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.scanning.rules import locators
from weir.clearinghouse.scanning.terms import LiveSystem, NotALocator, NotAPath, TargetKind
from weir.kernel.errors import Invalid

folders = st.lists(st.sampled_from(["a", "b", "lib", "ü"]), max_size=4).map("/".join)


@pytest.mark.parametrize(
    ("said", "kind", "locator"),
    [
        ("pkg:pypi/Made_Up@1.0", TargetKind.PACKAGE, "pkg:pypi/made-up"),
        ("pkg:npm/%40scope/name@1.2.3?arch=x86#sub", TargetKind.PACKAGE, "pkg:npm/@scope/name"),
        ("pkg:npm/@scope/name", TargetKind.PACKAGE, "pkg:npm/@scope/name"),
        ("pkg:golang/code.example/a/b@v1", TargetKind.PACKAGE, "pkg:golang/code.example/a/b"),
        ("https://github.com/Owner/Name.git", TargetKind.REPOSITORY, "https://github.com/owner/name"),
        ("git+https://code.example/meadow/gate", TargetKind.REPOSITORY, "https://code.example/meadow/gate"),
        ("https://code.example/gate.git", TargetKind.REPOSITORY, "https://code.example/gate"),
        ("product:Vendor.example/Gate", TargetKind.PRODUCT, "product:vendor.example/gate"),
    ],
)
def test_a_target_has_one_spelling(said, kind, locator):
    assert locators.locator_of(f" {said} ") == (kind, locator)
    assert locators.locator_of(locator if kind is not TargetKind.REPOSITORY else f"git+{locator}") == (kind, locator)


@pytest.mark.parametrize(
    "live",
    [
        "https://shop.example/cart",
        "https://shop.example/cart/login",
        "http://192.0.2.7/",
        "https://github.com/owner/name/issues",
        "https://code.example:8443/a/b.git",
        "https://code.example/a/b.git?x=1",
        "shop.example",
        "shop.example:443/login",
        "192.0.2.7",
        "192.0.2.7:22",
        "[2001:db8::1]:80",
        "localhost:8000",
    ],
)
def test_what_runs_is_no_target(live):
    with pytest.raises(LiveSystem) as no:
        locators.locator_of(live)
    assert "code and artifacts only" in no.value.sentence


@pytest.mark.parametrize("said", ["", "a name", "pkg:", "pkg:pypi", "product:x", "pkg:pypi/a\0b", "x" * 400])
def test_what_names_nothing_is_said_so(said):
    with pytest.raises(NotALocator):
        locators.locator_of(said)


@given(st.text(max_size=60) | st.text(alphabet="pkg:/@.%git+https", max_size=40))
def test_whatever_is_said_is_read_or_refused(said):
    try:
        kind, locator = locators.locator_of(said)
    except Invalid:
        return
    again = locator if kind is not TargetKind.REPOSITORY else f"git+{locator}"
    assert locators.locator_of(again) == (kind, locator)


@pytest.mark.parametrize(
    ("locator", "home"),
    [
        ("https://github.com/owner/name", "https://github.com/owner/name"),
        ("https://code.example/meadow/gate", "code.example"),
        ("product:vendor.example/gate", "vendor.example"),
        ("pkg:github/owner/name", "https://github.com/owner/name"),
        ("pkg:pypi/made-up", ""),
    ],
)
def test_control_of_what_speaks_for_a_target(locator, home):
    kind = locators.locator_of(locator if locator.startswith(("pkg", "product")) else f"git+{locator}")[0]
    assert locators.home_of(kind, locator) == home


@pytest.mark.parametrize("said", ["../x", "a/../../b", "a\0b", "x" * 500])
def test_a_path_stays_in_the_code(said):
    with pytest.raises(NotAPath):
        locators.path_of(said)


@given(folders, folders)
def test_a_path_lies_in_another_as_its_folders_do(one, other):
    assert locators.within(one, other) == (one.split("/")[: len(other.split("/"))] == other.split("/") or not other)


@given(st.lists(folders, max_size=6))
def test_of_several_paths_none_lies_in_another_and_nothing_is_lost(paths):
    kept = locators.paths_of(tuple(paths))
    assert not any(locators.within(a, b) for a in kept for b in kept if a != b)
    assert all(any(locators.within(path, other) for other in kept) for path in paths)
