# SPDX-License-Identifier: Apache-2.0

import json
import os
from pathlib import Path

import pytest

from tests.clearinghouse.intake.formats.reading import golden, taken
from weir.clearinghouse.intake.formats.cyclonedx import STATUSES
from weir.clearinghouse.intake.terms import Affected, Grain, Item

VULNERABILITY = {"id": "CVE-2026-1", "affects": [{"ref": "k"}]}


def document(*vulnerabilities, **said):
    parts = {"components": [{"bom-ref": "k", "name": "kettle", "version": "1.1"}]}
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", **parts, "vulnerabilities": vulnerabilities, **said}


def test_each_vulnerability_is_an_item():
    items, troubles = golden("cyclonedx.json")
    assert not troubles
    assert items == [
        Item(
            where="/vulnerabilities/0",
            grain=Grain.ADVISORY,
            title="The lid opens itself.",
            description="The lid opens itself.\n\nAnybody can.\n\nWeld it.",
            aliases=("CVE-2026-10001", "GHSA-2222-3333-4444"),
            affected=(
                Affected("pkg:npm/%40tea/kettle", "", ("2.0",), (), ("1.1",), ("2.3",)),
                Affected("pkg:generic/teaworks/lid", versions=("2.0",)),
                Affected("pkg:generic/other-pot"),
            ),
            weaknesses=("CWE-121", "CWE-674"),
            severity="CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            references=("https://nvd.example/CVE-2026-10001", "https://gh.example/1", "https://tea.example/a/1"),
            published="2026-02-01T00:00:00Z",
            tool="lidscan",
            status="affected",
        ),
        Item(
            where="/vulnerabilities/1",
            grain=Grain.ADVISORY,
            title="CVE-2026-10002",
            aliases=("CVE-2026-10002",),
            affected=(Affected("pkg:generic/tea/pot", versions=("4.0",)),),
            severity="low",
            status="not_affected",
            justification="code_not_present",
        ),
        Item(
            where="/vulnerabilities/2",
            grain=Grain.ADVISORY,
            title="CVE-2026-10003",
            aliases=("CVE-2026-10003",),
            tool="oldscan",
        ),
    ]


@pytest.mark.parametrize(
    ("wrong", "where", "kept"),
    [
        ({"cwes": [79, "79"]}, "/vulnerabilities/0/cwes/1", 2),
        ({"cwes": [10**9]}, "/vulnerabilities/0/cwes/0", 2),
        ({"analysis": {"state": "maybe"}}, "/vulnerabilities/0/analysis/state", 2),
        ({"ratings": [7]}, "/vulnerabilities/0/ratings/0", 2),
        ({"tools": 7}, "/vulnerabilities/0/tools", 2),
        ({"id": None}, "/vulnerabilities/0", 1),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_kept(wrong, where, kept):
    items, troubles = taken("cyclonedx", document({**VULNERABILITY, **wrong}, VULNERABILITY))
    assert len(items) == kept
    assert troubles[0].where == where
    assert items[-1].affected == (Affected("pkg:generic/kettle", versions=("1.1",)),)


def test_a_number_without_end_spoils_only_itself():
    (item,), (trouble,) = taken(
        "cyclonedx", json.dumps(document({**VULNERABILITY, "cwes": [7]})).replace("[7]", "[1e999]")
    )
    assert item.aliases == ("CVE-2026-1",)
    assert (trouble.where, trouble.what[:9]) == ("/vulnerabilities/0/cwes/0", "This numb")


def test_an_inventory_without_vulnerabilities_is_told():
    items, (trouble,) = taken("cyclonedx", document())
    assert (items, trouble.where) == ([], "/vulnerabilities")


@pytest.mark.realdata
def test_real_documents_are_read_whole():
    folder = Path(os.environ["WEIR_DATA"]) / "sbom"
    paths = sorted(folder.glob("cyclonedx__*.json"))
    if not paths:
        pytest.skip("the folder that WEIR_DATA names has no sbom")
    vulnerable = 0
    for path in paths:
        items, troubles = taken("cyclonedx", path.read_bytes())
        said = json.loads(path.read_bytes()).get("vulnerabilities") or []
        assert [item.aliases[0] for item in items] == [one["id"] for one in said]
        assert [item.status for item in items] == [STATUSES[one["analysis"]["state"]] for one in said]
        assert [len(item.affected) for item in items] == [len(one.get("affects", ())) for one in said]
        assert [trouble.where for trouble in troubles] == ([] if said else ["/vulnerabilities"])
        vulnerable += bool(said)
    assert vulnerable == 11
