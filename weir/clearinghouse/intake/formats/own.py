# SPDX-License-Identifier: Apache-2.0
"""Weir's own report, `weir.report/1`: the six parts of a ready finding and what else a finder may want to say.

`weir.report.1.json` is its schema, for those who write reports; names and choices are read from there, so that the two
cannot part. A report that lacks parts is as welcome as one that has them all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any, BinaryIO, NamedTuple

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Said, unique
from weir.clearinghouse.intake.formats.flowing import Rows, read_each
from weir.clearinghouse.intake.formats.heads import on_top
from weir.clearinghouse.intake.formats.packages import of_purl
from weir.clearinghouse.intake.terms import Affected, AiUse, Grain, Item, Place, Trouble
from weir.kernel.spelled import quoted

FORMAT = "weir.report/1"
SCHEMA: dict[str, Any] = json.loads(files(__package__).joinpath("weir.report.1.json").read_bytes())
PARTS = ("description", "trigger", "severity", "proof", "patch", "tests")
PROSE = {
    "trigger": "How it is triggered",
    "root_cause": "Root cause",
    "preconditions": "Preconditions",
    "not_affected": "Not affected",
}
FURTHEST_LINE = 10_000_000
_WEAKNESS = re.compile(r"CWE-[1-9][0-9]{0,4}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SOMETHING = re.compile(r"\S")


class Attachment(NamedTuple):
    """A file beside the report, and the part that it belongs to (`proof`), if a part names it."""

    name: str
    sha256: str
    part: str


class Written(NamedTuple):
    """What a report says beyond its item. `parts` are those of the six that it brings; `said` what finders may add."""

    item: Item
    parts: tuple[str, ...]
    ai_use: AiUse
    ai_phases: tuple[str, ...]
    ai_tool: str
    credit: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    said: dict[str, str]


def looks_like(head: bytes, filename: str) -> bool:
    return on_top(head, "format") and b'"weir.report/' in head


ROWS = Rows(lambda found: "format" in found)


@written_as("weir-report", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    return read_each(stream, lambda said: (written.item for written in reports_of(said)), ROWS)


def reports_of(said: Said) -> Iterable[Written]:
    """The one report that this object is, or none where it is of another version or says nothing."""
    if said.value.get("format") != FORMAT:
        said.trouble("format", f"Expected {FORMAT}, so nothing was taken from it.")
        return ()
    _known(said, SCHEMA)
    title, description = _text(said, "title", required=True), said.text("description")
    if not (title or description):
        return ()
    attachments = _attachments(said)
    ai_use, ai_phases, ai_tool = _ai_use(said)
    item = _item(said, title or description.strip().splitlines()[0], description, attachments)
    parts = tuple(name for name in PARTS if _brings(said.value.get(name)))
    own = {name: said.text(name) for name in (*PROSE, "found_at", "shared_before", "timing") if said.has(name)}
    return (Written(item, parts, ai_use, ai_phases, ai_tool, _credit(said), attachments, own),)


def _item(said: Said, title: str, description: str, attachments: tuple[Attachment, ...]) -> Item:
    frames, places = _texts(said, "stack"), tuple(_places(said))
    tool, rule = said.text("tool"), said.text("rule")
    prose = (f"## {heading}\n\n{said.text(name)}" for name, heading in PROSE.items() if said.text(name))
    static = Grain.STATIC if rule and places else Grain.ADVISORY
    return Item(
        where=said.pointer,
        grain=Grain.CRASH if frames else static,
        title=title,
        description="\n\n".join(unique((description,), prose)),
        aliases=unique(_texts(said, "aliases")),
        affected=tuple(_affected(said)),
        weaknesses=unique(_weaknesses(said)),
        severity=_severity(said),
        references=unique(_texts(said, "references")),
        tool=tool,
        rule=rule,
        places=places,
        fingerprints=tuple(("proof-sha256", one.sha256) for one in attachments if one.part == "proof"),
        frames=frames,
    )


def _brings(part: object) -> bool:
    """Whether a part says anything: a text that is not blank, or an object of which one member does."""
    if isinstance(part, str):
        return bool(part.strip())
    return isinstance(part, dict) and any(map(_says, part.values()))


def _says(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else isinstance(value, list) and bool(value)


def _known(said: Said, shape: dict[str, Any]) -> Said:
    """Tell of names that the schema does not have: a slip of the pen would else lose what stands under it."""
    for name, value in said.value.items():
        if name not in shape["properties"]:
            said.trouble("", f"{quoted(name)} is not a name that {FORMAT} has; what stands there was not read.")
        elif value is None:
            said.trouble(name, "Leave it out instead of sending null.")
    return said


def _part(said: Said, name: str) -> Said:
    return _known(said.inner(name), SCHEMA["$defs"][name])


def _each(said: Said, name: str, shape: str) -> Iterator[Said]:
    return (_known(one, SCHEMA["$defs"][shape]) for one in said.each(name))


def _text(said: Said, name: str, *, required: bool = False) -> str:
    text = said.text(name)
    if (required and not said.has(name)) or (isinstance(said.value.get(name), str) and not _SOMETHING.search(text)):
        said.trouble(name, "Something should be said here.")
    return text


def _texts(said: Said, name: str) -> tuple[str, ...]:
    texts = said.texts(name)
    if not all(map(_SOMETHING.search, texts)):
        said.trouble(name, "One text in this list is empty.")
    return tuple(text for text in texts if text.strip())


def _choice(said: Said, name: str, choices: list[str], *, required: bool = False) -> str:
    text = said.text(name)
    if text in choices or not (required or isinstance(said.value.get(name), str)):
        return text
    said.trouble(name, f"Expected one of {', '.join(choices)}.")
    return ""


def _severity(said: Said) -> str:
    own = _part(said, "severity")
    own.text("why")
    label = _choice(own, "label", SCHEMA["$defs"]["severity"]["properties"]["label"]["enum"])
    return own.text("vector") or label


def _weaknesses(said: Said) -> Iterator[str]:
    for text in said.texts("weaknesses"):
        if _WEAKNESS.fullmatch(text):
            yield text
        else:
            said.trouble("weaknesses", "A weakness is written like CWE-787.")


def _affected(said: Said) -> Iterator[Affected]:
    for one in _each(said, "affected", "affected"):
        named = one.text("package")
        package, version = of_purl(named)
        if isinstance(one.value.get("package"), str) and not package:
            one.trouble("package", "This is no purl. One looks like pkg:npm/left-pad.")
        yield Affected(
            package,
            one.text("repository"),
            _texts(one, "introduced"),
            _texts(one, "fixed"),
            unique(_texts(one, "versions"), (version,)),
            _texts(one, "last_affected"),
        )


def _places(said: Said) -> Iterator[Place]:
    for one in _each(said, "places", "place"):
        path, line = _text(one, "path", required=True), one.whole("line", FURTHEST_LINE)
        if path:
            yield Place(path, line, one.text("symbol"), one.text("snippet"))


def _attachments(said: Said) -> tuple[Attachment, ...]:
    """Files are named by the parts that need them; a name that is not in the list is told."""
    wanted: dict[str, str] = {}
    listed = list(_each(said, "attachments", "attachment"))
    known = {one.value.get("name") for one in listed if isinstance(one.value.get("name"), str)}
    for part in ("proof", "patch", "tests"):
        own = _part(said, part)
        for name in SCHEMA["$defs"][part]["properties"]:
            own.flag(name) if name in ("fail_before", "pass_after") else name == "attachments" or own.text(name)
        for name in _texts(own, "attachments"):
            wanted.setdefault(name, part)
            if name not in known:
                own.trouble("attachments", "It names a file that is not among the attachments.")
    return tuple(found for one in listed for found in _attachment(one, wanted))


def _attachment(said: Said, wanted: dict[str, str]) -> Iterator[Attachment]:
    name, digest = _text(said, "name", required=True), said.text("sha256")
    said.text("media_type")
    if not _SHA256.fullmatch(digest):
        said.trouble("sha256", "Expected the SHA-256 of the file, as 64 digits in lower case.")
    elif name:
        yield Attachment(name, digest, wanted.get(name, ""))


def _ai_use(said: Said) -> tuple[AiUse, tuple[str, ...], str]:
    """Who keeps the tool confidential is taken at their word, even where they let its name slip."""
    if not said.has("ai_use"):
        return AiUse.UNSAID, (), ""
    own, choices = _part(said, "ai_use"), SCHEMA["$defs"]["ai_use"]["properties"]
    use = _choice(own, "use", choices["use"]["enum"], required=True)
    phases = own.texts("phases")
    if not set(phases) <= set(choices["phases"]["items"]["enum"]):
        own.trouble("phases", f"Expected some of {', '.join(choices['phases']['items']['enum'])}.")
    tool = own.text("tool")
    if use == AiUse.CONFIDENTIAL and "tool" in own.value:
        own.trouble("tool", "The tool is confidential, so its name was not taken.")
        tool = ""
    return AiUse(use or AiUse.UNSAID), unique(phases), tool


def _credit(said: Said) -> tuple[str, ...]:
    choices = SCHEMA["$defs"]["credit"]["properties"]["for"]["enum"]
    names = []
    for one in _each(said, "credit", "credit"):
        names.append(_text(one, "name", required=True))
        _choice(one, "for", choices)
    return unique(names)
