# SPDX-License-Identifier: Apache-2.0

import io
import json
import os
from pathlib import Path

import pytest

from tests.clearinghouse.intake.formats.reading import CORPUS, golden, taken
from weir.clearinghouse.intake.formats import FORMATS
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Place

GOLDEN = json.loads((CORPUS / "osv_scanner.json").read_bytes())


def test_each_vulnerability_is_an_item_with_the_package_that_was_found():
    items, troubles = golden("osv_scanner.json")
    assert not troubles
    found = Affected("pkg:npm/%40tea/kettle", versions=("1.1",))
    assert items == [
        Item(
            where="/results/0/packages/0/vulnerabilities/0",
            grain=Grain.ADVISORY,
            title="The lid opens itself",
            aliases=("GHSA-2222-3333-4444", "CVE-2026-10001"),
            affected=(found, Affected("pkg:npm/%40tea/kettle", "", ("0",), ("1.2",))),
            tool="osv-scanner",
            places=(Place("/src/package-lock.json"),),
        ),
        Item(
            where="/results/0/packages/0/vulnerabilities/1",
            grain=Grain.ADVISORY,
            title="Bad tea",
            aliases=("MAL-2026-1",),
            affected=(found,),
            tool="osv-scanner",
            places=(Place("/src/package-lock.json"),),
        ),
    ]


@pytest.mark.parametrize(
    ("old", "new", "where", "kept"),
    [
        ('"The lid opens itself"', "7", "/results/0/packages/0/vulnerabilities/0/summary", 2),
        ('"The lid opens itself"', "nonsense", "/results/0/packages/0/vulnerabilities/0", 1),
        ('{"path": "/src/package-lock.json", "type": "lockfile"}', "7", "/results/0/source", 2),
        ('{"results": [', '{"results": [7, ', "/results/0", 2),
        ('"vulnerabilities": [', '"vulnerabilities": [null, ', "/results/0/packages/0/vulnerabilities/0", 2),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_kept(old, new, where, kept):
    data = json.dumps(GOLDEN)
    assert old in data
    items, troubles = taken("osv-scanner", data.replace(old, new))
    assert len(items) == kept
    assert troubles[0].where == where


def test_after_a_break_nothing_is_put_under_the_wrong_package():
    def package(name, *ids):
        records = [{"id": id, "modified": "2026-01-01T00:00:00Z", "summary": id} for id in ids]
        return {"package": {"ecosystem": "npm", "name": name, "version": "1"}, "vulnerabilities": records}

    data = json.dumps({"results": [{"packages": [package("kettle", "X-1"), package("pot", "X-2", "X-3")]}]})
    items, troubles = taken("osv-scanner", data.replace('"summary": "X-1"', "nonsense"))
    assert [(item.title, item.affected) for item in items] == [("X-3", ())]
    assert troubles


def test_what_was_read_before_a_cut_is_kept():
    data = json.dumps(GOLDEN)
    items, troubles = taken("osv-scanner", data[: data.index('"MAL-2026-1"')])
    assert [item.title for item in items] == ["The lid opens itself"]
    assert [one.where for one in troubles] == ["/results/0/packages/0/vulnerabilities/1", ""]


class Counted(io.BytesIO):
    read_so_far = 0

    def read(self, size=-1):
        data = super().read(size)
        self.read_so_far += len(data)
        return data


def test_it_is_read_as_it_comes():
    """The first vulnerability is there long before the end of the file was seen."""
    results = json.dumps(GOLDEN["results"])[1:-1]
    stream = Counted(('{"results": [' + ", ".join([results] * 20_000) + "]}").encode())
    reader = FORMATS["osv-scanner"].read(stream)
    next(iter(reader))
    assert stream.read_so_far < 1_000_000 < len(stream.getvalue())


@pytest.mark.realdata
def test_real_outputs_are_read_whole():
    folder = Path(os.environ["WEIR_DATA"]) / "sarif"
    for name in ("some_findings.json", "many_findings.json"):
        path = folder / name
        if not path.exists():
            pytest.skip("the folder that WEIR_DATA names has no outputs of osv-scanner")
        items, troubles = taken("osv-scanner", path.read_bytes())
        assert not troubles
        said = [
            (one["id"], package["package"]["version"] or None, result["source"]["path"])
            for result in json.loads(path.read_bytes())["results"]
            for package in result["packages"]
            for one in package["vulnerabilities"]
        ]
        assert [
            (one.aliases[0], next(iter(one.affected[0].versions), None), one.places[0].path) for one in items
        ] == said
