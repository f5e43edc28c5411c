# SPDX-License-Identifier: Apache-2.0

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.intake.formats.packages import TYPES, generic, of_collection, of_cpe, of_ecosystem, of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds, of_vers


@pytest.mark.parametrize(
    ("purl", "package", "version"),
    [
        ("pkg:npm/kettle@1.1", "pkg:npm/kettle", "1.1"),
        ("pkg:npm/@tea/kettle", "pkg:npm/%40tea/kettle", ""),
        ("pkg:npm/%40tea/Kettle@1.0?x=y#src", "pkg:npm/%40tea/kettle", "1.0"),
        ("PKG://PyPI/Tea_.Kettle@1", "pkg:pypi/tea-kettle", "1"),
        (
            "pkg:golang/code.example/Tea/v2@v2.0.1%2Bincompatible",
            "pkg:golang/code.example/Tea/v2",
            "v2.0.1+incompatible",
        ),
        ("pkg:oci/pot@sha256%3Aaa?tag=1", "pkg:oci/pot", "sha256:aa"),
        ("pkg:npm", "", ""),
        ("pkg:npm/", "", ""),
        ("pkg:/x", "", ""),
        ("https://example.org", "", ""),
        ("pkg:npm/" + "x" * 3_000, "", ""),
    ],
)
def test_a_purl_is_its_package_and_its_version(purl, package, version):
    assert of_purl(purl) == (package, version)


@pytest.mark.parametrize(
    ("ecosystem", "name", "package"),
    [
        ("PyPI", "Tea.Kettle", "pkg:pypi/tea-kettle"),
        ("npm", "@tea/kettle", "pkg:npm/%40tea/kettle"),
        ("Maven", "org.tea:kettle", "pkg:maven/org.tea/kettle"),
        ("Debian:12", "kettle", "pkg:deb/debian/kettle"),
        ("Packagist", "Tea/Kettle", "pkg:composer/tea/kettle"),
        ("OSS-Fuzz", "kettle", "pkg:generic/kettle"),
        ("Teahouse:1", "kettle", "pkg:generic/teahouse/kettle"),
        ("GIT", "kettle", ""),
        ("npm", "", ""),
    ],
)
def test_a_name_in_an_ecosystem_is_a_package(ecosystem, name, package):
    assert of_ecosystem(ecosystem, name) == package


def test_the_ecosystem_that_is_named_by_its_address_is_known():
    assert of_ecosystem("crates" + ".io", "kettle") == "pkg:cargo/kettle"
    assert of_collection("https://crates" + ".io", "kettle") == "pkg:cargo/kettle"
    assert of_collection("https://tea.example", "kettle") == ""


@pytest.mark.parametrize(
    ("cpe", "package", "version"),
    [
        ("cpe:2.3:a:Tea_Works:lid:2.0:*:*:*:*:*:*:*", "pkg:generic/tea_works/lid", "2.0"),
        ("cpe:2.3:a:tea:l\\:d:*:*:*:*:*:*:*:*", "pkg:generic/tea/l:d", ""),
        ("cpe:/a:tea:lid:2.0", "pkg:generic/tea/lid", "2.0"),
        ("cpe:/a:tea", "pkg:generic/tea", ""),
        ("cpe", "", ""),
        ("tea", "", ""),
    ],
)
def test_a_cpe_is_its_package_and_its_version(cpe, package, version):
    assert of_cpe(cpe) == (package, version)


def test_what_says_that_there_is_no_name_is_none():
    assert generic("n/a", "Red Hat Pot") == "pkg:generic/red_hat_pot"
    assert generic("n/a", "*") == ""


@given(st.sampled_from(sorted(TYPES)), st.text(min_size=1))
def test_a_package_read_again_is_the_same(ecosystem, name):
    package = of_ecosystem(ecosystem, name.encode("utf-8", "replace").decode())
    assert of_purl(package) == (package, "")


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("vers:npm/>=1.0|<1.4|2.0", Bounds(("1.0",), ("1.4",), ("2.0",))),
        ("vers:generic/>=2.9|<=4.1", Bounds(("2.9",), (), (), ("4.1",))),
        ("vers:npm/*", Bounds(("0",))),
        ("vers:npm/>1|!=2", Bounds(("1",))),
        ("1.2", Bounds(versions=("1.2",))),
        ("vers:", Bounds()),
        ("", Bounds()),
    ],
)
def test_a_range_is_taken_apart(text, bounds):
    assert of_vers(text) == bounds
