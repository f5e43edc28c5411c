# SPDX-License-Identifier: Apache-2.0

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clearinghouse.intake.formats.reading import golden, taken
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place

RECORD: dict = {
    "cveMetadata": {"cveId": "CVE-2026-1"},
    "containers": {"cna": {"descriptions": [{"lang": "en", "value": "Steam."}]}},
}


def with_cna(**said):
    return {**RECORD, "containers": {"cna": {**RECORD["containers"]["cna"], **said}}}


def test_what_the_cna_says_comes_first_and_others_add_to_it():
    items, troubles = golden("cve.json")
    assert not troubles
    assert items == [
        Item(
            where="",
            grain=Grain.ADVISORY,
            title="Stack overflow in the kettle parser",
            description="A kettle that opens itself.",
            aliases=("CVE-2026-10001",),
            affected=(
                Affected("", "https://code.example/kettle", ("aa00",), ("aa11",)),
                Affected(
                    "pkg:npm/%40tea/kettle", "https://code.example/kettle", ("1.0", "2.0"), ("1.2",), ("3.0",), ("2.3",)
                ),
                Affected("pkg:generic/teaworks/pot", fixed=("7.1",)),
                Affected("pkg:deb/debian/kettle", "", ("0",), ("1.2-1", "1.1-3")),
            ),
            weaknesses=("CWE-121", "CWE-674", "CWE-787"),
            severity="CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            references=("https://code.example/kettle/1", "https://adp.example/2"),
            published="2026-02-01T00:00:00Z",
            places=(Place("src/lid.c"), Place("", symbol="lid_open")),
        )
    ]


def test_a_record_without_a_title_is_named_by_its_first_line():
    (item,), _ = taken("cve", with_cna(descriptions=[{"lang": "en", "value": "\nSteam\nand more"}]))
    assert item.title == "Steam"


def test_what_is_unaffected_bounds_what_is_affected_by_default():
    versions = [
        {"version": "0", "lessThan": "4.2", "status": "unaffected"},
        {"version": "5.10.5", "lessThanOrEqual": "5.10.*", "status": "unaffected"},
    ]
    (item,), _ = taken(
        "cve", with_cna(affected=[{"product": "Pot", "defaultStatus": "affected", "versions": versions}])
    )
    assert item.affected == (Affected("pkg:generic/pot", introduced=("4.2",), fixed=("5.10.5",)),)


def test_a_rejected_record_says_so_and_why():
    record = {"cveMetadata": {"cveId": "CVE-2026-1", "state": "REJECTED"}}
    (item,), troubles = taken(
        "cve", {**record, "containers": {"cna": {"rejectedReasons": [{"lang": "en", "value": "No."}]}}}
    )
    assert (item.status, item.description, troubles) == ("rejected", "No.", [])


def test_a_bound_of_everything_is_no_bound():
    versions = [{"version": "n/a", "lessThan": "*", "status": "affected"}]
    (item,), _ = taken("cve", with_cna(affected=[{"product": "Pot", "versions": versions}]))
    assert item.affected == (Affected("pkg:generic/pot", introduced=("0",)),)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"affected": [{"versions": [{"version": 1.0}]}]}, "/containers/cna/affected/0/versions/0/version"),
        ({"metrics": {}}, "/containers/cna/metrics"),
        ({"affected": [{"packageURL": "kettle"}]}, "/containers/cna/affected/0/packageURL"),
        ({"problemTypes": [{"descriptions": [[]]}]}, "/containers/cna/problemTypes/0/descriptions/0"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_kept(wrong, where):
    (item,), (trouble,) = taken("cve", with_cna(**wrong))
    assert item.title == "Steam."
    assert trouble.where == where


def test_a_record_that_says_nothing_is_a_trouble():
    items, (trouble,) = taken("cve", {"containers": {"cna": {}}})
    assert not items
    assert "nothing was taken" in trouble.what


@pytest.mark.realdata
def test_every_published_record_is_read_whole():
    pack = Path(os.environ["WEIR_DATA"]) / "advisories" / "go_cve5.jsonl.zst"
    if not pack.exists():
        pytest.skip("the folder that WEIR_DATA names has no advisories")
    unpacked = subprocess.run(["zstdcat", pack], check=True, capture_output=True).stdout
    lines = unpacked.splitlines()
    assert len(lines) == 165
    for line in lines:
        record = json.loads(line)["record"]
        (item,), troubles = taken("cve", record)
        assert not troubles
        cna = record["containers"]["cna"]
        assert item.aliases == (record["cveMetadata"]["cveId"],)
        assert [one.package for one in item.affected] == [f"pkg:golang/{one['packageName']}" for one in cna["affected"]]
        for said, one in zip(cna["affected"], item.affected, strict=True):
            versions = [each for each in said.get("versions", ()) if each["status"] == "affected"]
            assert list(one.fixed) == [each["lessThan"] for each in versions if "lessThan" in each]
            good = [each for each in said.get("versions", ()) if each["status"] == "unaffected"]
            starts = [each["version"] for each in versions if "lessThan" in each]
            assert list(one.introduced) == starts + [each["lessThan"] for each in good]
        assert {place.symbol for place in item.places} == {
            routine["name"] for said in cna["affected"] for routine in said.get("programRoutines", ())
        }
