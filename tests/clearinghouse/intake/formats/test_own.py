# SPDX-License-Identifier: Apache-2.0

import copy
import json

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearinghouse.intake.formats.reading import CORPUS, golden, taken
from weir.clearinghouse.intake.formats.documents import Said, Troubles
from weir.clearinghouse.intake.formats.own import PARTS, SCHEMA, Attachment, reports_of
from weir.clearinghouse.intake.terms import Affected, AiUse, Grain, Item, Place

GOLDEN = json.loads((CORPUS / "weir_report.json").read_bytes())
VALID = jsonschema_rs.validator_for(SCHEMA).is_valid
SMALL = {"format": "weir.report/1", "title": "Steam"}


def written(report):
    troubles = Troubles()
    (found,) = reports_of(Said(report, "", troubles))
    return found, troubles.handed_on()


def test_a_report_says_all_that_items_can_hold():
    items, troubles = golden("weir_report.json")
    assert not troubles
    assert items == [
        Item(
            where="",
            grain=Grain.CRASH,
            title="Stack overflow in the kettle parser",
            description="The lid opens itself.\n\n"
            "## How it is triggered\n\nBoil without water.\n\n## Root cause\n\nNo bound.",
            aliases=("CVE-2026-10001",),
            affected=(
                Affected(
                    "pkg:pypi/tea-kettle",
                    "https://code.example/kettle",
                    ("1.0",),
                    ("1.2",),
                    ("3.0", "1.1"),
                    ("2.3",),
                ),
            ),
            weaknesses=("CWE-121",),
            severity="CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            references=("https://code.example/kettle/1",),
            tool="kettlefuzz",
            places=(Place("src/lid.c", 12, "lid_open", "open(lid);"),),
            fingerprints=(("proof-sha256", "a" * 64),),
            frames=("lid_open", "boil", "main"),
        )
    ]


def test_beside_its_item_a_report_has_parts_and_what_its_finder_wishes():
    found, troubles = written(GOLDEN)
    assert not troubles
    assert found.parts == PARTS
    assert (found.ai_use, found.ai_phases, found.ai_tool) == (AiUse.ASSISTED, ("finding", "writing"), "a model")
    assert found.credit == ("Momo",)
    assert found.attachments == (Attachment("proof.bin", "a" * 64, "proof"), Attachment("fix.patch", "b" * 64, "patch"))
    assert found.said["shared_before"] == "Nobody."


def test_a_title_is_enough():
    found, troubles = written(SMALL)
    assert (found.parts, found.ai_use, troubles) == ((), AiUse.UNSAID, [])
    assert found.item.grain is Grain.ADVISORY


def test_the_name_of_a_confidential_tool_is_not_taken():
    found, (trouble,) = written({**SMALL, "ai_use": {"use": "confidential", "tool": "secret"}})
    assert (found.ai_use, found.ai_tool) == (AiUse.CONFIDENTIAL, "")
    assert trouble.where == "/ai_use/tool"
    assert "secret" not in trouble.what


def test_a_file_that_nobody_sent_is_told():
    _, (trouble,) = written({**SMALL, "proof": {"attachments": ["proof.bin"]}})
    assert trouble.where == "/proof/attachments"


def test_another_version_is_told():
    items, (trouble,) = taken("weir-report", {**SMALL, "format": "weir.report/2"})
    assert (items, trouble.where) == ([], "/format")


def test_the_schema_is_one_and_the_golden_report_keeps_it():
    jsonschema_rs.validator_for(SCHEMA)
    assert VALID(GOLDEN)
    assert VALID(SMALL)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"titel": "x"}, ""),
        ({"title": " "}, "/title"),
        ({"trigger": None}, "/trigger"),
        ({"severity": {"label": "bad"}}, "/severity/label"),
        ({"affected": [{"package": "kettle"}]}, "/affected/0/package"),
        ({"affected": [{"version": "1"}]}, "/affected/0"),
        ({"weaknesses": ["79"]}, "/weaknesses"),
        ({"places": [{"line": 1}]}, "/places/0/path"),
        ({"places": [{"path": "a", "line": -1}]}, "/places/0/line"),
        ({"ai_use": {}}, "/ai_use/use"),
        ({"ai_use": {"use": "none", "phases": ["dreaming"]}}, "/ai_use/phases"),
        ({"credit": [{"for": "finder"}]}, "/credit/0/name"),
        ({"attachments": [{"name": "a", "sha256": "A" * 64}]}, "/attachments/0/sha256"),
        ({"tests": {"fail_before": "yes"}}, "/tests/fail_before"),
    ],
)
def test_what_the_schema_refuses_is_told_and_the_rest_is_kept(wrong, where):
    assert not VALID({**SMALL, **wrong})
    items, troubles = taken("weir-report", {**SMALL, "description": "Much steam.", **wrong})
    assert len(items) == 1
    assert troubles[0].where == where


VALUES: st.SearchStrategy = st.sampled_from(
    [None, True, 7, -1, 0.5, "", " ", "x", [], {}, [7], ["x"], [None], {"x": 1}, [{}], "CWE-1", "none"]
)


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, one in value.items():
            yield from places(one, (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from places(one, (*path, at))


PLACES = [path for path in places(GOLDEN) if path and path != ("format",)]


@given(st.sampled_from(PLACES), VALUES)
def test_reader_and_schema_are_of_one_mind(path, value):
    """Whatever is changed: what the schema refuses the reader tells, and of what it allows only dangling names."""
    report = copy.deepcopy(GOLDEN)
    held = report
    for step in path[:-1]:
        held = held[step]
    held[path[-1]] = value
    _, troubles = taken("weir-report", report)
    told = [one for one in troubles if "among the attachments" not in one.what]
    assert bool(told) == (not VALID(report))
