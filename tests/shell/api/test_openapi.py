# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json
from itertools import chain

import pytest

from weir.shell import doors
from weir.shell.api import openapi


@pytest.fixture(scope="module")
def document():
    return json.loads(openapi.encoded())


def test_it_is_a_valid_openapi_document(document):
    from schemathesis.specs.openapi import definitions

    assert [error.message for error in definitions.OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_schema_in_it_is_a_valid_json_schema(document):
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # comes without types

    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def references(node):
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return chain(own, *(references(part) for part in node.values()))
    return chain(*(references(part) for part in node)) if isinstance(node, list) else iter(())


def test_every_reference_leads_somewhere(document):
    for reference in set(references(document)):
        node = document
        for word in reference.removeprefix("#/").split("/"):
            node = node[word]


def test_every_verb_and_question_stands_in_it_and_nothing_else(document):
    described = {
        (path.removeprefix("/api/v1/"), method): operation["operationId"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    offered = {(found.path, "post" if found.writes else "get"): name for name, found in doors.operations().items()}
    assert described == offered | {("documents", "post"): "send_document_as_it_is"}


def test_what_a_person_does_on_a_page_is_not_in_it(document):
    paths = {f"/api/v1/{name.replace('.', '/').replace('_', '-')}" for name in doors.on_pages()}
    assert paths
    assert not paths & set(document["paths"])


def test_two_records_of_one_name_are_kept_apart(monkeypatch):
    from weir.foundation.question import Options, Question

    def make(field, kind):
        from dataclasses import make_dataclass

        record = make_dataclass("Twin", [(field, kind)], frozen=True)

        def asked(actor):
            """A question."""

        asked.__annotations__ = {"return": record}
        return Question(asked, f"made_up.{field}", Options())

    twins = {name: doors.Operation(f"made_up.{name}", make(name, kind)) for name, kind in (("one", int), ("two", str))}
    monkeypatch.setattr(doors, "operations", lambda: twins)
    schemas = openapi.document()["components"]["schemas"]
    assert sorted(
        tuple(schema["properties"]) for name, schema in schemas.items() if name not in {"Problem", "Entry"}
    ) == [("one",), ("two",)]


def test_whatever_may_be_answered_is_described(document):
    verb = document["paths"]["/api/v1/intake/receive-report"]["post"]["responses"]
    question = document["paths"]["/api/v1/intake/list-reports"]["get"]["responses"]
    shared = {"200", "400", "401", "403", "404", "405", "421", "422", "429", "503"}
    assert set(verb) == shared | {"409", "411", "413", "415"}
    assert set(question) == shared | {"304"}
    assert "Link" in question["200"]["headers"]
