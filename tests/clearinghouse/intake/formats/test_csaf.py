# SPDX-License-Identifier: Apache-2.0

import json
import os
from pathlib import Path

import pytest

from tests.clearinghouse.intake.formats.reading import CORPUS, golden, taken
from weir.clearinghouse.intake.terms import Affected, Grain, Item

GOLDEN = json.loads((CORPUS / "csaf.json").read_bytes())


def with_vulnerability(**said):
    return {**GOLDEN, "vulnerabilities": [{**GOLDEN["vulnerabilities"][1], **said}, GOLDEN["vulnerabilities"][1]]}


def item(**said):
    return Item(
        **{
            "where": "/vulnerabilities/0/product_status/known_affected",
            "grain": Grain.ADVISORY,
            "title": "The lid opens itself",
            "description": "Steam.",
            "aliases": ("CVE-2026-10001", "TEA-BUG-7"),
            "weaknesses": ("CWE-121",),
            "severity": "Moderate",
            "references": ("https://tea.example/1",),
            "published": "2026-02-02T00:00:00Z",
            **said,
        }
    )


def test_each_status_of_a_vulnerability_is_an_item_and_flags_tell_reasons_apart():
    items, troubles = golden("csaf.json")
    assert not troubles
    assert items == [
        item(
            description="Steam.\n\nvendor fix: Update to 1.2.",
            affected=(Affected("pkg:generic/teaworks/kettle", "", ("2.0",), ("1.2",), ("1.1",), ("2.3",)),),
            severity="CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            references=("https://tea.example/1", "https://tea.example/fix"),
            status="affected",
        ),
        item(
            where="/vulnerabilities/0/flags/0",
            affected=(
                Affected("pkg:rpm/tea/pot", versions=("4.0",)),
                Affected("pkg:generic/teaworks/lid", versions=("2.0",)),
            ),
            status="not_affected",
            justification="component_not_present",
        ),
        item(
            where="/vulnerabilities/0/product_status/known_not_affected",
            description="Steam.\n\nWelded.",
            affected=(Affected("pkg:rpm/tea/pot", versions=("4.0",)),),
            status="not_affected",
        ),
        item(
            where="/vulnerabilities/0/product_status/fixed",
            affected=(Affected("pkg:generic/teaworks/kettle", fixed=("1.2",)),),
            status="fixed",
        ),
        Item(
            where="/vulnerabilities/1",
            grain=Grain.ADVISORY,
            title="The kettle and its lid",
            description="No status yet.",
            aliases=("CVE-2026-10002",),
            severity="Moderate",
            published="2026-02-01T00:00:00Z",
        ),
    ]


def test_first_and_last_affected_are_bounds():
    first, _ = taken("csaf", with_vulnerability(product_status={"first_affected": ["P1"], "last_affected": ["P3"]}))
    assert first[0].affected == (Affected("pkg:generic/teaworks/kettle", introduced=("1.1",), last_affected=("1.2",)),)


def test_what_is_said_of_a_group_is_said_of_its_products():
    said = with_vulnerability(
        product_status={"known_affected": ["P4"], "fixed": ["P3"]},
        threats=[{"category": "impact", "details": "Welded.", "group_ids": ["G1"]}],
    )
    (affected, fixed, _), _ = taken("csaf", said)
    assert "Welded." in affected.description
    assert "Welded." not in fixed.description


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"product_status": {"known_affected": ["P9"]}}, "/vulnerabilities/0/product_status/known_affected/0"),
        ({"product_status": {"fixed": "P1"}}, "/vulnerabilities/0/product_status/fixed"),
        ({"product_status": []}, "/vulnerabilities/0/product_status"),
        (
            {"product_status": {"known_not_affected": ["P1"]}, "flags": [{"label": "because"}]},
            "/vulnerabilities/0/flags/0/label",
        ),
        ({"notes": [{"category": 7}]}, "/vulnerabilities/0/notes/0/category"),
        ({"scores": [{"cvss_v3": "high"}]}, "/vulnerabilities/0/scores/0/cvss_v3"),
    ],
)
def test_what_cannot_be_read_is_named_once_and_the_rest_is_kept(wrong, where):
    items, (trouble,) = taken("csaf", with_vulnerability(**wrong))
    assert [one.aliases for one in items] == [("CVE-2026-10002",)] * 2
    assert trouble.where == where


def test_products_may_be_nested_deeply_and_still_be_found():
    branch: dict = {"category": "product_version", "name": "1", "product": {"product_id": "P1", "name": "x"}}
    for name in range(20):
        branch = {"category": "vendor", "name": f"v{name}", "branches": [branch]}
    said = {**with_vulnerability(product_status={"known_affected": ["P1"]}), "product_tree": {"branches": [branch]}}
    items, _ = taken("csaf", said)
    assert items[0].affected == (Affected("pkg:generic/v0/x", versions=("1",)),)


@pytest.mark.realdata
def test_real_documents_name_every_vulnerability_and_status():
    folder = Path(os.environ["WEIR_DATA"]) / "csaf"
    paths = [path for path in sorted(folder.glob("*.json")) if '"csaf_version"' in path.read_text()]
    if not paths:
        pytest.skip("the folder that WEIR_DATA names has no csaf")
    for path in paths:
        said = json.loads(path.read_bytes()).get("vulnerabilities") or []
        items, troubles = taken("csaf", path.read_bytes())
        found = {int(one.where.split("/")[2]) for one in items}
        assert found == set(range(len(said)))
        assert {one.aliases[0] for one in items if one.aliases} >= {one["cve"] for one in said if "cve" in one}
        for at, one in enumerate(said):
            statuses = {one.status for one in items if one.where.split("/")[2] == str(at)}
            listed = one.get("product_status") or {}
            affected = [name for name in listed if name.endswith("_affected") and name != "known_not_affected"]
            assert ("affected" in statuses) == bool(affected)
            assert ("fixed" in statuses) == bool({"fixed", "first_fixed"} & set(listed))
        if path.name.startswith("examples__"):
            assert {trouble.where for trouble in troubles} <= {"/vulnerabilities"}
    assert len(paths) > 150
