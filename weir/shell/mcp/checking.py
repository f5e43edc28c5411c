# SPDX-License-Identifier: Apache-2.0
"""The blind check as a tool of the stdio server, which runs on the caller's machine and may know what is asked.

Over HTTP there is no such tool: an instance that blinded for its callers would learn what they found. There an agent
has `findings.evaluate_blinded`, and blinds itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from checker.checking import Answer, Cause
from weir.shell import blind
from weir.shell.client import Client
from weir.shell.mcp.tools import result

NAME = "findings.check"
# What it asks of the instance; whoever's token does not open these is not offered it.
NEEDS = {"findings.check_terms", "findings.check_buckets", "findings.evaluate_blinded"}
_TEXT = {"type": "string"}
_CAUSE = {
    "type": "object",
    "properties": dict.fromkeys(blind.PARTS, _TEXT),
    "required": list(blind.PARTS),
    "additionalProperties": False,
}
DESCRIPTION = """Ask whether findings are held already, without telling the instance which.

Their fingerprints are blinded on this machine, where this server runs, and the answer is looked up here: held or not,
and the stage. Not held proves nothing. Each cause has four fingerprints, and four may be checked for each commitment
registered before (`intake.commit_report`). The instance learns that you asked and how much; whoever runs the model that
calls this tool sees the causes themselves."""


def described() -> dict[str, Any]:
    """As `tools/list` gives it."""
    causes = {"type": "array", "items": _CAUSE, "minItems": 1, "maxItems": blind.MOST_CAUSES}
    key = _TEXT | {"description": "Refuse any other key than this one, best one that another member was given."}
    return {
        "name": NAME,
        "description": DESCRIPTION,
        "inputSchema": {
            "type": "object",
            "properties": {"causes": causes, "public_key": key},
            "required": ["causes"],
            "additionalProperties": False,
        },
        "annotations": {
            "readOnlyHint": False,
            "destructiveHint": False,
            "idempotentHint": False,
            "openWorldHint": False,
        },
    }


def called(client: Client, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Blinds here, asks, and looks up here."""
    causes, key = _causes(arguments), arguments.get("public_key", "")
    edition, answers = blind.check_blindly(client, causes, str(key))
    lines = [_line(each) for each in answers]
    if not all(each.held for each in answers):
        lines.append(blind.NEGATIVE)
    return result("\n".join(lines), {"edition": asdict(edition), "answers": [asdict(each) for each in answers]})


def _causes(arguments: Mapping[str, Any]) -> list[Cause]:
    given = arguments.get("causes")
    if not isinstance(given, list) or not 1 <= len(given) <= blind.MOST_CAUSES:
        raise blind.NotCauses(f"`causes` is a list of 1 to {blind.MOST_CAUSES} causes.")
    for place, each in enumerate(given):
        texts = (
            isinstance(each, dict) and set(each) == set(blind.PARTS) and all(isinstance(t, str) for t in each.values())
        )
        if not texts:
            raise blind.NotCauses(
                faults={f"/causes/{place}": "is to hold package, path, symbol and weakness, as texts"}
            )
    return [Cause(**each) for each in given]


def _line(answer: Answer) -> str:
    of = answer.cause
    stage = f"held: {answer.stage} ({answer.spelling})" if answer.held else "not held"
    return f"{stage}: {of.package} {of.path} {of.symbol} {of.weakness}"
