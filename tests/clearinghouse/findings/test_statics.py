# SPDX-License-Identifier: Apache-2.0
"""Results of tools that are one though lines moved and rules have other names."""

from __future__ import annotations

from weir.clearinghouse.findings.rules.statics import normal_path, weigh
from weir.clearinghouse.intake.terms.items import Grain, Item, Place

SINK = Place("src/db.py", 40, "find_user", "cursor.execute(q)")


def result(place=SINK, *, rule="sqli", tool="one", weaknesses=("CWE-89",), flow=()):
    return Item("", Grain.STATIC, "SQL", rule=rule, tool=tool, weaknesses=weaknesses, places=(place,), flow=flow)


def test_moved_and_laid_out_anew_is_the_same():
    moved = result(SINK._replace(path="./src/db.py", line=77, snippet="cursor.execute( q )"), tool="two", rule="B608")
    weighed = weigh(result(), moved)
    assert weighed.score >= 1
    assert {reason.feature for reason in weighed.reasons} == {"path", "symbol", "snippet", "weakness"}


def test_another_file_is_another_result():
    assert weigh(result(), result(SINK._replace(path="src/other.py"))).score < 0


def test_another_class_is_another_result():
    assert weigh(result(), result(weaknesses=("CWE-22",))).score < 1


def test_rules_of_two_tools_are_not_compared_by_name():
    assert weigh(result(weaknesses=()), result(weaknesses=(), tool="two")).score < weigh(result(), result()).score


def test_a_flow_is_compared_by_its_ends():
    one = (Place("a.py", 1, "read"), Place("b.py", 2, "pass_on"), SINK)
    other = (Place("a.py", 9, "read"), SINK)
    assert weigh(result(flow=one), result(flow=other)).score > weigh(result(), result()).score
    assert weigh(result(flow=one), result(flow=(SINK, *other))).score < weigh(result(), result()).score


def test_paths_are_spelled_in_one_way():
    assert {normal_path(path) for path in ("file:///src/a.c", "./src/a.c", "/src/a.c", "src\\a.c")} == {"src/a.c"}
