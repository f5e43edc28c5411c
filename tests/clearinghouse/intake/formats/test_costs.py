# SPDX-License-Identifier: Apache-2.0
"""A few bytes cannot ask for much: neither for time, nor for memory, nor for items that are longer than they are."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from tests.clearinghouse.intake.formats.reading import taken

LONG = "x" * 100_000
MANY = range(20_000)


def sarif(*results, driver=(), **run):
    tool = {"driver": {"name": "MadeUp", **dict(driver)}}
    return {"version": "2.1.0", "runs": [{"tool": tool, **run, "results": list(results)}]}


def result(**parts):
    return {"ruleId": "r", "message": {"text": "Tea"}, **parts}


def nested(depth):
    value: object = "CWE-787"
    for _ in range(depth):
        value = [value]
    return value


def at_file(uri):
    return {"physicalLocation": {"artifactLocation": {"uri": uri}}}


TWICE = b'{"runs": [{"tool": {"driver": {"name": "x", "rules": [' + b"{}, " * 5_000 + b"{}], "
MAIL = b"From: a@b\nTo: c@d\nSubject: Tea\n"

COSTLY = {
    "an argument at many places": (
        "sarif",
        sarif({"ruleId": "r", "message": {"text": "{0}" * 20_000, "arguments": [LONG]}}),
    ),
    "a rule with many parts in its name": ("sarif", sarif(result(ruleId="a/" * 200_000))),
    "tags in tags": ("sarif", sarif(result(properties={"tags": nested(480)}))),
    "a rank in lists": ("sarif", sarif(result(), driver={"rules": [{"defaultConfiguration": {"rank": nested(900)}}]})),
    "many bases": (
        "sarif",
        sarif(
            *(result(locations=[at_file(f"file:///{n}.c")]) for n in range(5_000)),
            originalUriBaseIds={f"b{n}": {"uri": f"z:/{n}"} for n in MANY},
        ),
    ),
    "many messages of one rule": (
        "sarif",
        sarif(
            *({"ruleId": "r", "message": {"id": "m"}} for _ in range(5_000)),
            driver={"rules": [{"id": "r", "messageStrings": {f"m{n}": {"text": "Tea"} for n in MANY}}]},
        ),
    ),
    "rules told again and again": ("sarif", TWICE + b'"rules": [{}], ' * 10_000 + b'"a": 1}}, "results": [7]}]}'),
    "runs whose tool comes last": ("sarif", json.dumps({"runs": [{"results": []}] * 10_000, "version": "2.1.0"})),
    "a field of many parameters": ("mail", MAIL + b'Content-Type: text/plain; a="' + b";" * 300_000 + b"\n\nTea"),
    "a field in many lines": ("mail", MAIL + b"Content-Type: text/plain" + b";\r\n name*0=x" * 50_000 + b"\r\n\r\nTea"),
    "a field behind a return": ("mail", MAIL + b'X: y\rContent-Type: text/plain; a="' + b";" * 300_000 + b"\n\nTea"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "document"), COSTLY.values(), ids=COSTLY)
def test_little_is_read_soon_and_in_little_memory(name, document):
    tracemalloc.start()
    begun = time.process_time()
    try:
        items, troubles = taken(name, document)
        spent, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert items or troubles
    assert spent < 10  # what is measured is slower for it; unbounded, each took minutes
    assert peak < 100 * 2**20


def test_what_many_results_share_is_short():
    """A rule's long texts would come out once for each of its results."""
    long = {"text": LONG}
    rule = {"id": LONG, "name": LONG, "helpUri": LONG, "messageStrings": {"m": long}, "shortDescription": long}
    rule["defaultConfiguration"] = {"level": LONG}
    rule["properties"] = {"tags": [f"CWE-{n}" for n in range(1, 20_000)], "security-severity": LONG}
    shared = {
        "artifacts": [{"location": {"uri": LONG, "uriBaseId": "b"}}],
        "logicalLocations": [{"fullyQualifiedName": LONG}],
        "originalUriBaseIds": {"b": {"uri": "src/"}},
        "versionControlProvenance": [{"repositoryUri": LONG}],
    }
    place = {"physicalLocation": {"artifactLocation": {"index": 0}}, "logicalLocations": [{"index": 0}]}
    few = {"ruleIndex": 0, "message": {"id": "m"}, "locations": [place]}
    items, _ = taken("sarif", sarif(few, driver={"name": LONG, "rules": [rule]}, **shared))
    assert len(items) == 1
    assert len(repr(items[0])) < 50_000


def test_a_message_is_filled_in_as_before():
    message = {"text": "{0} is {1} of {2}", "arguments": ["Tea", "{0}"]}
    (item,), _ = taken("sarif", sarif({"ruleId": "r", "message": message}))
    assert item.description == "Tea is {0} of {2}"


def test_a_field_that_was_cut_off_is_told_and_the_mail_kept():
    (item,), (trouble,) = taken(
        "mail", MAIL + b"Content-Type: text/plain; a=" + b"x" * 20_000 + b"\n\nThe lid opens itself."
    )
    assert item.description == "The lid opens itself."
    assert "cut off" in trouble.what


def test_faults_of_a_sarif_file_are_not_listed_without_end():
    items, troubles = taken("sarif", sarif(*[7] * 5_000, result()))
    assert len(items) == 1
    assert len(troubles) == 1_001
