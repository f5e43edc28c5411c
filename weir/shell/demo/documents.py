# SPDX-License-Identifier: Apache-2.0
"""Files that tools wrote in the made-up world: what a scanner saw, and a list of advisories with a slip in it."""

from __future__ import annotations

import json

from weir.shell.demo.people import LAB_ONE, LAB_TWO
from weir.shell.demo.reports import PARSER, QUEUE

# Rule, weakness, path, line, function, what it says.
_RESULTS = (
    (
        "heap-overflow",
        122,
        "src/tables/head.c",
        88,
        "read_head",
        "A row may have more columns than the head has room for.",
    ),
    ("integer-overflow", 190, "src/tables/width.c", 31, "column_width", "The product of two widths is not checked."),
    (
        "path-traversal",
        22,
        "src/archive/members.c",
        140,
        "unpack",
        "The name of a member is joined to the folder as it is.",
    ),
    ("redos", 1333, "src/lines.c", 12, "split_line", "The expression can take time that doubles with each blank."),
    ("format-string", 134, "src/log.c", 55, "log_error", "What came in is used as the format."),
)


def scan() -> str:
    """SARIF 2.1.0, as a static scanner writes it. One result says nothing, as happens."""
    rules = [{"id": rule, "properties": {"tags": [f"external/cwe/cwe-{number}"]}} for rule, number, *_ in _RESULTS]
    return json.dumps(
        {
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {"driver": {"name": "Example Scanner (made up)", "version": "1.4", "rules": rules}},
                    "versionControlProvenance": [{"repositoryUri": "https://code.example/parser"}],
                    "results": [*map(_result, _RESULTS), {"ruleId": "empty", "message": 5}],
                }
            ],
        },
        indent=1,
    )


def _result(row: tuple[str, int, str, int, str, str]) -> dict[str, object]:
    rule, _, path, line, function, says = row
    place = {"artifactLocation": {"uri": path}, "region": {"startLine": line}}
    return {
        "ruleId": rule,
        "message": {"text": says},
        "locations": [{"physicalLocation": place, "logicalLocations": [{"fullyQualifiedName": function}]}],
    }


def advisories() -> str:
    """OSV, three records in a list. The second one says what somebody else reported in their own words."""
    told = (
        ("EXAMPLE-2026-1", PARSER, "Denial of service by nested quotes"),
        ("EXAMPLE-2026-2", QUEUE, "Use after free when a queue closes twice"),
        ("EXAMPLE-2026-3", QUEUE, "Messages can be read by other tenants after a connection is made again"),
    )
    return json.dumps([_record(*each) for each in told], indent=1)


def _record(number: str, package: str, summary: str) -> dict[str, object]:
    kind, _, name = package.removeprefix("pkg:").partition("@")[0].partition("/")
    ecosystem = {"pypi": "PyPI", "npm": "npm"}[kind]
    return {
        "schema_version": "1.6.0",
        "id": number,
        "modified": "2026-01-01T00:00:00Z",
        "summary": summary,
        "details": "Made up, to show what an advisory looks like.",
        "affected": [{"package": {"ecosystem": ecosystem, "name": name}}],
    }


DOCUMENTS = ((LAB_ONE, "example-scan.sarif", scan), (LAB_TWO, "advisories.json", advisories))
