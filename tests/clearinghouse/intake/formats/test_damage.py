# SPDX-License-Identifier: Apache-2.0
"""What is broken costs its own place: whatever stood before it is kept, and what stands behind it is found again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clearinghouse.intake.formats.reading import taken


def run(tool, *titles):
    rules = [{"id": f"{tool}-{title}", "shortDescription": {"text": f"Rule of {title}"}} for title in titles]
    results = [{"ruleId": f"{tool}-{title}", "message": {"text": title}} for title in titles]
    return {"tool": {"driver": {"name": tool, "rules": rules}}, "results": results}


SARIF = json.dumps({"version": "2.1.0", "runs": [run("Pot", "a", "b", "c"), run("Cup", "d", "e")]})


def told(document):
    items, troubles = taken("sarif", document)
    assert all(one.what.endswith(".") for one in troubles)
    return [(item.tool, item.title, item.where) for item in items], troubles


WHOLE, _ = told(SARIF)


def test_a_document_that_is_whole_is_read_whole():
    assert [(tool, title) for tool, title, _ in WHOLE] == [
        ("Pot", "Rule of a"),
        ("Pot", "Rule of b"),
        ("Pot", "Rule of c"),
        ("Cup", "Rule of d"),
        ("Cup", "Rule of e"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ('"version": "2.1.0"', '"version": nonsense', set()),
        ('"name": "Pot"', '"name" "Pot"', {"tool"}),
        ('"id": "Pot-b"', '"id" "Pot-b"', {"Rule of b"}),
        ('"id": "Pot-c"', '"id" "Pot-c"', {"Rule of c"}),
        ('{"ruleId": "Pot-c"', '{"ruleId" "Pot-c"', {"c"}),
        ('{"ruleId": "Pot-a"', '{"ruleId" "Pot-a"', {"a", "b"}),
        ('"name": "Cup"', '"name" "Cup"', {"tool of Cup"}),
    ],
)
def test_what_is_lost_is_what_was_broken(old, new, lost):
    assert old in SARIF
    found, troubles = told(SARIF.replace(old, new))
    assert troubles
    kept = {where for _, _, where in found}
    whole = {where: (tool, title) for tool, title, where in WHOLE}
    assert kept <= set(whole)
    assert len(whole) - len(kept) <= (1 if "c" in lost else 2 if "a" in lost else 0)
    for tool, title, where in found:
        if not lost & {"tool", "tool of Cup"}:
            assert tool == whole[where][0]
            assert title in {whole[where][1], whole[where][1].removeprefix("Rule of ")}


@given(st.integers(0, len(SARIF)))
def test_what_stands_before_a_cut_is_kept(at):
    found, troubles = told(SARIF[:at])
    whole = [each for each in WHOLE if each[2] in {where for _, _, where in found}]
    ends = [SARIF.index("}}", SARIF.index(f'"ruleId": "{tool}-{title[-1]}"')) + 2 for tool, title, _ in WHOLE]
    assert found == whole
    assert len(found) >= sum(end < at for end in ends)
    assert troubles or at in (0, len(SARIF))


def test_an_element_that_is_too_long_is_passed_by():
    long = json.dumps({"message": {"text": "x" * 10_000_000}, "ruleId": "r"})
    document = SARIF.replace('{"ruleId": "Pot-b"', f'{long}, {{"ruleId": "Pot-b"')
    found, troubles = told(document)
    assert len(found) == len(WHOLE)
    assert [one.where for one in troubles] == ["/runs/0/results/1"]
