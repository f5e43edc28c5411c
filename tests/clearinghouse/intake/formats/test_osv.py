# SPDX-License-Identifier: Apache-2.0

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.clearinghouse.intake.formats.reading import CORPUS, golden, taken
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place

V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
RECORD = {"id": "X-1", "modified": "2026-01-01T00:00:00Z", "summary": "Tea"}


def packs(*names):
    """The upstream records of these packs."""
    folder = Path(os.environ["WEIR_DATA"]) / "advisories"
    if not folder.is_dir():
        pytest.skip("the folder that WEIR_DATA names has no advisories")
    for name in names:
        unpacked = subprocess.run(["zstdcat", folder / f"{name}.jsonl.zst"], check=True, capture_output=True)
        for line in unpacked.stdout.splitlines():
            yield json.loads(line)


def test_a_record_says_all_that_items_can_hold():
    items, troubles = golden("osv.json")
    assert not troubles
    assert items == [
        Item(
            where="",
            grain=Grain.ADVISORY,
            title="Stack overflow in the kettle parser",
            description=json.loads((CORPUS / "osv.json").read_bytes())["details"],
            aliases=("GHSA-2222-3333-4444", "CVE-2026-10001"),
            affected=(
                Affected("pkg:pypi/tea-kettle", "", ("0", "2.0"), ("1.2",), ("1.0", "1.1"), ("2.3",)),
                Affected("", "https://code.example/kettle", ("0",), ("aa11",)),
                Affected("pkg:golang/code.example/kettle/v2", "", ("0",)),
                Affected("pkg:deb/debian/kettle", versions=("1.0-1",)),
            ),
            weaknesses=("CWE-121", "CWE-674"),
            severity=V4,
            references=("https://code.example/kettle/commit/aa11",),
            published="2026-02-01T00:00:00Z",
            places=(
                Place("code.example/kettle/v2/lid", symbol="Lid.Open"),
                Place("code.example/kettle/v2/lid", symbol="boil"),
            ),
            frames=("kettle::open(lid*)", "kettle::boil", "main"),
        )
    ]


@pytest.mark.parametrize(
    ("document", "titles"),
    [([RECORD, RECORD], ["Tea", "Tea"]), ({"vulns": [RECORD]}, ["Tea"]), ({**RECORD, "summary": None}, ["X-1"])],
)
def test_records_may_come_in_a_list_or_as_an_answer(document, titles):
    items, troubles = taken("osv", document)
    assert [item.title for item in items] == titles
    assert not troubles


def test_a_withdrawn_record_says_so():
    (item,), _ = taken("osv", {**RECORD, "withdrawn": "2026-02-01T00:00:00Z"})
    assert item.status == "withdrawn"


@pytest.mark.parametrize(
    ("wrong", "where", "what"),
    [
        ({"aliases": ["CVE-1", 7]}, "/aliases/1", "Expected a text, found a number."),
        ({"affected": [None]}, "/affected/0", "Expected an object, found null."),
        ({"affected": "all"}, "/affected", "Expected a list, found a text."),
        ({"affected": [{"package": []}]}, "/affected/0/package", "Expected an object, found a list."),
        ({"references": [{"url": {}}]}, "/references/0/url", "Expected a text, found an object."),
        ({"affected": [{"package": {"purl": "npm:x"}}]}, "/affected/0/package/purl", "This is no purl;"),
        ({"details": "half \ud800"}, "/details", "This text holds half of a surrogate pair."),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_kept(wrong, where, what):
    (item,), (trouble,) = taken("osv", {**RECORD, **wrong})
    assert item.title == "Tea"
    assert trouble.where == where
    assert trouble.what.startswith(what)


def test_a_name_that_stands_twice_spoils_only_itself():
    (item,), (trouble,) = taken(
        "osv", '{"id": "X-1", "summary": "Tea", "affected": [{"versions": ["1"], "versions": []}]}'
    )
    assert item.title == "Tea"
    assert trouble.where == "/affected/0/versions"
    assert "twice" in trouble.what


def test_a_record_that_says_nothing_is_a_trouble():
    items, (trouble,) = taken("osv", {"modified": "2026-01-01T00:00:00Z", "affected": []})
    assert not items
    assert "nothing was taken" in trouble.what


def oracle(record):
    """Packages, repositories and bounds, straight from the record."""
    said = set()
    for one in record.get("affected") or ():
        name = (one.get("package") or {}).get("name", "")
        ranges = one.get("ranges") or []
        for each in ranges:
            git = each["type"] == "GIT"
            bounds = [
                tuple(e[kind] for e in each["events"] if kind in e) for kind in ("introduced", "fixed", "last_affected")
            ]
            said.add((each.get("repo", "") if git else name, *bounds))
        if not any(each["type"] != "GIT" for each in ranges) and (one.get("versions") or not ranges):
            said.add((name, (), (), ()))
    return said


def comparable(name):
    return name.replace("%40", "@").replace("_", "-").replace(".", "-").lower()


@pytest.mark.realdata
def test_every_published_record_is_read_whole():
    count = 0
    for line in packs("pypa", "rustsec", "go", "ossfuzz"):
        record = line["record"]
        items, troubles = taken("osv", record)
        assert not troubles
        (item,) = items
        assert set(item.aliases) == {record["id"], *(record.get("aliases") or ())}
        listed = [version for one in record["affected"] for version in one.get("versions") or ()]
        assert [version for one in item.affected for version in one.versions] == listed
        found = set()
        for one in item.affected:
            kind = one.package.partition("/")[2]
            found.add((comparable(one.repository or kind), one.introduced, one.fixed, one.last_affected))
        assert found == {(comparable(name), *bounds) for name, *bounds in oracle(record)}
        assert not item.affected or all(one.package or one.repository for one in item.affected)
        count += 1
    assert count == 1_853 + 843 + 3_053 + 2_824
