# SPDX-License-Identifier: Apache-2.0
"""A SARIF file of any number of made-up results, as a scanner of a large tree writes it. Seeded, so always the same."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

RULES = 200
FILES = 20_000
TWINS = 50  # in so many results one more of the same cause
WORDS = ("buffer", "length", "offset", "parse", "header", "token", "path", "user", "input", "copy", "index", "queue")


def write(path: Path, results: int) -> None:
    """One run; rules first, as most tools have them."""
    chance = random.Random(results)
    head = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0"}
    tool = {"driver": {"name": "MadeUpScan", "rules": [_rule(number) for number in range(RULES)]}}
    source = [{"repositoryUri": "https://code.example/made-up", "revisionId": "0" * 40}]
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "runs": [{"tool": ' + json.dumps(tool))
        file.write(', "versionControlProvenance": ' + json.dumps(source) + ', "results": [\n')
        for number in range(results):
            file.write((",\n" if number else "") + json.dumps(_result(number, chance), separators=(",", ":")))
        file.write("\n]}]}\n")


def _rule(number: int) -> dict[str, Any]:
    return {
        "id": f"made/rule-{number}",
        "shortDescription": {"text": f"Made-up weakness number {number}"},
        "helpUri": f"https://rules.example/{number}",
        "defaultConfiguration": {"level": ("error", "warning", "note")[number % 3]},
        "properties": {"tags": ["security", f"external/cwe/cwe-{20 + number}"], "security-severity": "7.5"},
    }


def _result(number: int, chance: random.Random) -> dict[str, Any]:
    # A twin is what the scanner says once more of a line that has moved: another place, the same fingerprint.
    same = number - number % TWINS if number % TWINS == 1 else number
    rule, line = same % RULES, chance.randrange(1, 4000)
    named, code = chance.sample(WORDS, 3), chance.getrandbits(40)
    place = {
        "physicalLocation": {
            "artifactLocation": {"uri": f"src/part{same % FILES // 100}/file{same % FILES}.c", "uriBaseId": "ROOT"},
            "region": {
                "startLine": line,
                "startColumn": 5,
                "endColumn": 42,
                "snippet": {"text": f"    {named[0]}_{code:x}({named[1]}, {named[2]} + {line});"},
            },
        },
        "logicalLocations": [{"fullyQualifiedName": f"{named[1]}_{same % FILES}::{named[2]}", "kind": "function"}],
    }
    return {
        "ruleId": f"made/rule-{rule}",
        "ruleIndex": rule,
        "message": {
            "text": f"The {named[0]} at [{named[1]}](1) reaches {named[2]}_{code:x} without a check of its length."
        },
        "locations": [place],
        "partialFingerprints": {"primaryLocationLineHash": f"{same * 2654435761:x}:1"},
    }
