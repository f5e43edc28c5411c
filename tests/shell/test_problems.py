# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json

import pytest

from weir.kernel.errors import KINDS, Invalid, Missing, Refused, Unavailable
from weir.shell import problems


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_status_a_name_and_a_sentence(rf, kind):
    response = problems.answer(rf.get("/api/v1/x/y"), kind())
    told = json.loads(response.content)
    assert told["type"] == f"urn:weir:problem:{kind.__name__.lower()}"
    assert told["status"] == response.status_code == problems.STATUS[kind]
    assert told["title"] == kind().sentence
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_rooms_own_error_keeps_its_kind_its_sentence_and_its_hint(rf):
    class StillOut(Missing):
        """Somebody else has this copy."""

        hint = "Reserve it."

    told = json.loads(problems.answer(rf.get("/api/"), StillOut()).content)
    assert told == {
        "type": "urn:weir:problem:missing",
        "title": "Somebody else has this copy.",
        "status": 404,
        "hint": "Reserve it.",
    }


def test_whatever_may_pass_says_when_to_come_back(rf):
    assert problems.answer(rf.get("/api/"), Unavailable()).headers["Retry-After"] == "5"
    assert "Retry-After" not in problems.answer(rf.get("/api/"), Refused())


def test_statuses_of_http_keep_one_of_the_five_kinds(rf):
    response = problems.answer(rf.get("/api/"), problems.NotThisWay(["GET", "HEAD"]))
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert json.loads(response.content)["type"] == "urn:weir:problem:invalid"
    assert problems.status_of(problems.TooLarge()) == 413
    assert problems.status_of(Invalid()) == 422


def test_faults_are_told_by_place():
    assert problems.body(Invalid(faults={"/title": "is empty"}))["faults"] == {"/title": "is empty"}


@pytest.mark.parametrize(
    ("path", "accept", "json_"),
    [
        ("/api/v1/x", "text/html", True),
        ("/api", "text/html", True),
        ("/mcp", "text/html", True),
        ("/report/", "text/html", False),
        ("/report/", "application/json", True),
        ("/report/", "*/*", False),
    ],
)
def test_programs_are_answered_as_programs(rf, path, accept, json_):
    assert problems.wants_json(rf.get(path, headers={"Accept": accept})) is json_
