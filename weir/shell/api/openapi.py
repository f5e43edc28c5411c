# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.1 document of the JSON door, drawn from the verbs and questions themselves."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from weir import __version__
from weir.shell import doors, problems

REF = "#/components/schemas/{model}"
DESCRIPTION = (
    "Every verb and question of this instance, under the name it has everywhere. Verbs are POST and give the outcome,"
    " the ledger entry and a signed receipt; questions are GET. Weir is not a government system."
)
KINDS = "refused, missing, conflict, invalid, unavailable"
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. Not done, and nothing changed.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": f"urn:weir:problem: and one of {KINDS}"},
        "title": {"type": "string", "description": "What is the matter, in one sentence."},
        "status": {"type": "integer"},
        "hint": {"type": "string", "description": "What to do next."},
        "faults": {
            "type": "object",
            "description": "JSON pointer to what is wrong there.",
            "additionalProperties": {"type": "string"},
        },
        "reference": {"type": "string", "description": "Under this the operator finds an unexpected error in the log."},
    },
}
ENTRY: dict[str, Any] = {
    "type": "object",
    "description": "The ledger entry that was made; `leaf` names it.",
    "required": ["leaf", "schema", "at", "again"],
    "properties": {
        "leaf": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "schema": {"type": "string", "description": "Name of the verb and version of what its entries hold."},
        "at": {"type": "string", "format": "date-time"},
        "again": {
            "type": "boolean",
            "description": "Whether this had been done before under the same idempotency key.",
        },
    },
}
RECEIPT = {"type": "string", "description": "A signed promise (DSSE, as JSON text) that the entry will be provable."}
IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"},
    "description": "Same key and body: same answer, done once. Another body under it: a conflict. Without a token it is"
    " read and not kept: strangers are all one caller, so a key would be everybody's.",
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "schema": {"type": "string", "pattern": '^(W/)?"[!#-~]*"$'},
    "description": "The ETag of an earlier answer; 304 says that it still holds.",
}
RATE_HEADERS = {
    name: {"description": said, "schema": {"type": "string"}}
    for name, said in {
        "RateLimit-Policy": "Calls a minute that you have.",
        "RateLimit": "What is left of them, and in how many seconds all of them are there again.",
    }.items()
}
# What may be answered instead, and when.
REFUSALS = {
    "400": "The address holds characters that none has.",
    "401": "The token opens nothing here.",
    "403": "You may not do this, or a page of another site asks.",
    "404": "There is nothing here under that name that you may see.",
    "405": "Not this method; `Allow` names the right ones.",
    "421": "This instance has another name.",
    "422": "What was sent cannot be read; `faults` says where.",
    "429": "Faster than your rate; `Retry-After` says when to come back.",
    "503": "Something that this needs is not there right now; `Retry-After` says when to try again.",
}
REFUSALS_OF_VERBS = {
    "409": "It does not go together with what is already there.",
    "411": "The request does not say how long it is.",
    "413": "The request is larger than this instance takes.",
    "415": "The body is not JSON in UTF-8.",
}


@cache
def encoded() -> bytes:
    """As it is given out; drawn once, since verbs are declared at start."""
    return json.dumps(document(), ensure_ascii=False, separators=(",", ":")).encode()


def document() -> dict[str, Any]:
    """The whole document."""
    found = list(doors.operations().values())
    schemas, components = _schemas(found)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Weir",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": settings.PUBLIC_URL}],
        "security": [{"token": []}, {}],
        "paths": {f"/api/v1/{each.path}": _path(each, schemas) for each in found} | _documents(schemas),
        "components": {
            "schemas": {"Problem": PROBLEM, "Entry": ENTRY} | components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {f"Problem{status}": _problem(said) for status, said in _refusals().items()},
        },
    }


def _refusals() -> dict[str, str]:
    return dict(sorted((REFUSALS | REFUSALS_OF_VERBS).items()))


def _problem(said: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": REF.format(model="Problem")}}
    return {"description": said, "headers": RATE_HEADERS, "content": {problems.MEDIA_TYPE: schema}}


Key = tuple[str, JsonSchemaMode]


def _schemas(found: list[doors.Operation]) -> tuple[dict[Key, dict[str, Any]], dict[str, Any]]:
    """All shapes at once, so that two records of one name in two rooms get two names here."""
    adapters: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = []
    for each in found:
        adapters.append((each.name, "serialization", each.shape.gives))
        if each.writes:
            adapters.append((each.name, "validation", TypeAdapter(each.shape.takes)))
    drawn, whole = TypeAdapter.json_schemas(adapters, ref_template=REF)
    return {key: dict(schema) for key, schema in drawn.items()}, whole.get("$defs", {})


def _path(found: doors.Operation, schemas: dict[Key, dict[str, Any]]) -> dict[str, Any]:
    described = _described(found)
    gives = schemas[found.name, "serialization"]
    if found.writes:
        takes = {"schema": schemas[found.name, "validation"]}
        described["parameters"] = [IDEMPOTENCY]
        described["requestBody"] = {"required": True, "content": {"application/json": takes}}
        described["responses"]["200"] = _ok("Done.", _done(gives))
        return {"post": described}
    described["parameters"] = [*_in_query(found), IF_NONE_MATCH]
    described["responses"]["200"] = _ok("The answer.", gives, **_answer_headers(found))
    described["responses"]["304"] = {"description": "Nothing changed since the ETag that you sent."}
    return {"get": described}


def _documents(schemas: dict[Key, dict[str, Any]]) -> dict[str, Any]:
    """The one path whose body is no JSON of ours: a document as it is."""
    gives = schemas.get(("intake.send_document", "serialization"))
    if gives is None:
        return {}
    refusals = REFUSALS | REFUSALS_OF_VERBS
    name = {"type": "string", "description": "Its name. Otherwise that in Content-Disposition, or none."}
    responses: dict[str, Any] = {status: {"$ref": f"#/components/responses/Problem{status}"} for status in refusals}
    where = {"Location": {"description": "Where to ask what became of it.", "schema": {"type": "string"}}}
    responses["200"] = _ok("It was sent before; nothing was added.", _done(gives), **where)
    responses["201"] = _ok("It is received and sealed.", _done(gives), **where)
    described = {
        "operationId": "send_document_as_it_is",
        "tags": ["intake"],
        "summary": "Send a document as it is, of any size up to WEIR_DOCUMENT_BYTES.",
        "description": "As intake.send_document, with the bytes themselves as the body. Its media type is not believed."
        " The same bytes from the same sender are one document, so trying again is safe.",
        "parameters": [{"name": "name", "in": "query", "required": False, "schema": name}],
        "requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string"}}}},
        "responses": dict(sorted(responses.items())),
    }
    return {"/api/v1/documents": {"post": described}}


def _described(found: doors.Operation) -> dict[str, Any]:
    refusals = REFUSALS | REFUSALS_OF_VERBS if found.writes else REFUSALS
    described: dict[str, Any] = {
        "operationId": found.name,
        "tags": [found.does.room],
        "summary": found.shape.sentence,
        "responses": {status: {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(refusals)},
    }
    if found.shape.story:
        described["description"] = found.shape.story
    return described


def _ok(said: str, schema: dict[str, Any], **headers: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {"description": said, "headers": RATE_HEADERS | headers, "content": content}


def _answer_headers(found: doors.Operation) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    headers: dict[str, Any] = {"ETag": text | {"description": "Names this answer."}}
    if found.pages:
        headers["Link"] = text | {"description": 'The next page, with rel="next"; not there on the last one.'}
    return headers


def _in_query(found: doors.Operation) -> list[dict[str, Any]]:
    """Parameters stand in the query one by one, so each brings its own schema; references in it are resolved here."""
    drawn = found.shape.takes.model_json_schema(ref_template=REF)
    shared = drawn.pop("$defs", {})
    return [
        {"name": name, "in": "query", "required": name in drawn.get("required", ()), "schema": _inlined(schema, shared)}
        for name, schema in drawn.get("properties", {}).items()
    ]


def _inlined(schema: Any, shared: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, shared) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if reference := schema.get("$ref"):
        return _inlined(shared[reference.rpartition("/")[2]], shared)
    return {name: _inlined(part, shared) for name, part in schema.items()}


def _done(gives: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["answer", "entry", "receipt"],
        "properties": {"answer": gives, "entry": {"$ref": REF.format(model="Entry")}, "receipt": RECEIPT},
    }
