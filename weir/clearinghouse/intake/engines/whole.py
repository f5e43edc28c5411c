# SPDX-License-Identifier: Apache-2.0
"""Files that are a report in themselves: weir.report/1, a mail, and words in a file that says by its name that it is
words. Bytes in, the report's parts and its files out; nothing is kept and nobody is asked.

What does not fit into a report's parts is cut there, and not lost: the file itself goes along as an attachment.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from itertools import chain, islice
from typing import Any, BinaryIO, NamedTuple

from weir.clearinghouse.intake.formats import format_of, load_formats
from weir.clearinghouse.intake.formats.documents import Said, Troubles, loaded
from weir.clearinghouse.intake.formats.mail import files_of
from weir.clearinghouse.intake.formats.own import Written, reports_of
from weir.clearinghouse.intake.rules import LIMITS, LONGEST_DETAIL
from weir.clearinghouse.intake.rules.names import plain_name
from weir.clearinghouse.intake.terms import NO_DETAILS, AiPhase, AiUse, Details, Role, Submission
from weir.clearinghouse.intake.terms.items import Affected, Item, Trouble
from weir.clearinghouse.intake.terms.sending import AwaitedFile

LARGEST = 8 * 1024 * 1024  # what is longer is read as a document, later, and apart
WORDS = (".md", ".markdown", ".txt", ".rst")
PATCHES = (".patch", ".diff")
MOST_FILES = 49  # a report has room for fifty, and one of them is the file itself
LONGEST_NAME = 200
MANY = Trouble(
    "", f"Only its first {MOST_FILES} attachments are kept by themselves. All of them are in the mail that is attached."
)
CUT = "\n\n(Cut here; all of it is in the attached file.)"
OWN = "weir-report"


class File(NamedTuple):
    """One file that came along."""

    name: str
    data: bytes
    role: Role = Role.OTHER


class Whole(NamedTuple):
    """A report with what came along: `files` belong to it, `documents` are read by themselves."""

    submission: Submission
    files: tuple[File, ...] = ()
    documents: tuple[File, ...] = ()
    awaited: tuple[AwaitedFile, ...] = ()
    troubles: tuple[Trouble, ...] = ()


def could_be_whole(stream: BinaryIO, name: str, size: int) -> str:
    """The format, if such a file can be a report in itself; else nothing. Only its beginning is looked at."""
    found = format_of(stream, name)
    if found is None or not 0 < size <= LARGEST:
        return ""
    fits = found.name in (OWN, "mail") or (found.name == "words" and name.lower().endswith(WORDS))
    return found.name if fits else ""


def whole_report(data: bytes, name: str, format: str) -> Whole | None:
    """The one report that these bytes are; None where they are none, or several."""
    itself = File(name, data)
    if format == OWN:
        return _own(itself)
    if format == "mail":
        return _mail(itself)
    return _words(itself)


def _words(itself: File) -> Whole | None:
    found = list(islice(load_formats()["words"].read(io.BytesIO(itself.data)), 3))
    items, troubles = _apart(found)
    if not items:
        return None
    said, cut = _submission(items[0], items[0].description)
    return Whole(said, (itself,) if cut or troubles else (), troubles=troubles)


def _own(itself: File) -> Whole | None:
    document = loaded(io.BytesIO(itself.data))
    if not isinstance(document, dict):
        return None
    troubles = Troubles()
    said = Said(document, "", troubles)
    written = next(iter(reports_of(said)), None)
    if written is None:
        return None
    submission = _of_parts(said, written)
    awaited = tuple(AwaitedFile(each.name, _role(each.part), each.sha256) for each in written.attachments)
    return Whole(submission, (itself,), awaited=awaited, troubles=tuple(troubles.handed_on()))


def _of_parts(said: Said, written: Written) -> Submission:
    """Each part of weir.report/1 in its place; what has none stands in the description."""
    item, parts = written.item, written.said
    patch = said.value.get("patch")
    base_commit = patch.get("base_commit") if isinstance(patch, dict) else ""
    details = Details(
        trigger=parts.get("trigger", ""),
        severity=item.severity,
        affected="\n".join(map(_spoken, item.affected)),
        unaffected=parts.get("not_affected", ""),
        cause=parts.get("root_cause", ""),
        preconditions=parts.get("preconditions", ""),
        base_commit=base_commit if isinstance(base_commit, str) else "",
        sharing=parts.get("shared_before", ""),
        timing="\n".join(parts[name] for name in ("timing", "found_at") if parts.get(name)),
        credit=", ".join(written.credit),
        ai_phases=tuple(AiPhase(each) for each in written.ai_phases if each in set(AiPhase)),
    )
    return _submission(item, said.text("description") + _told(said, item), written.ai_use, details)[0]


def _told(said: Said, item: Item) -> str:
    """What proof, patch and tests say in words, and by what names others call it."""
    heads = {"proof": "Proof", "patch": "Patch", "tests": "Tests"}
    words = [(head, said.value.get(name)) for name, head in heads.items()]
    told = [
        f"## {head}\n\n{part['description']}"
        for head, part in words
        if isinstance(part, dict) and isinstance(part.get("description"), str) and part["description"].strip()
    ]
    lists = {"Also known as": item.aliases, "References": item.references, "Stack": item.frames}
    told += [f"## {head}\n\n" + "\n".join(f"- {each}" for each in listed) for head, listed in lists.items() if listed]
    return "".join(f"\n\n{each}" for each in told)


def _mail(itself: File) -> Whole | None:
    first = next(iter(load_formats()["mail"].read(io.BytesIO(itself.data))), None)
    if not isinstance(first, Item):
        return None  # its reader says why, once it is read as a document
    held = [
        File(plain_name(name, LONGEST_NAME, "attachment"), data)
        for name, data in islice(files_of(itself.data), MOST_FILES + 1)
        if data
    ]
    parts, more = held[:MOST_FILES], (MANY,) if len(held) > MOST_FILES else ()
    formats = [_format(part) for part in parts]
    inner = [_own(part) for part, format in zip(parts, formats, strict=True) if format == OWN]
    own = inner[0] if len(inner) == 1 else None
    said, _ = _submission(first, first.description)
    if own is not None:
        said = _cut(replace(own.submission, description=_with_letter(own.submission.description, first)))[0]
    awaited = own.awaited if own else ()
    kept = [(part, _is_read(format)) for part, format in zip(parts, formats, strict=True)]
    files = tuple(part._replace(role=_role_of(part, awaited)) for part, apart in kept if not apart)
    missing = tuple(each for each in awaited if each.sha256 not in {_sha256(part) for part in parts})
    documents = tuple(part for part, apart in kept if apart)
    return Whole(said, (itself, *files), documents, missing, (own.troubles if own else ()) + more)


def _format(part: File) -> str:
    found = format_of(io.BytesIO(part.data), part.name)
    return found.name if found else ""


def _is_read(format: str) -> bool:
    """Whether it is a document of a tool. Words, mails and a report are the finder's, and stay with the report."""
    return format not in ("", "words", "mail", OWN)


def _role_of(part: File, awaited: tuple[AwaitedFile, ...]) -> Role:
    named = next((each.role for each in awaited if each.sha256 == _sha256(part)), None)
    return named or (Role.PATCH if part.name.lower().endswith(PATCHES) else Role.OTHER)


def _with_letter(description: str, letter: Item) -> str:
    return f"{description}\n\n## From the mail\n\n{letter.description}" if letter.description.strip() else description


def _submission(
    item: Item,
    description: str,
    ai_use: AiUse = AiUse.UNSAID,
    details: Details = NO_DETAILS,
) -> tuple[Submission, bool]:
    component = next(filter(None, chain.from_iterable((each.package, each.repository) for each in item.affected)), "")
    title = " ".join(item.title.split()) or "Untitled"
    weakness = next(iter(item.weaknesses), "")
    said = Submission(title, component, description.strip() or title, weakness, ai_use, details)
    return _cut(said)


def _cut(said: Submission) -> tuple[Submission, bool]:
    """As much as fits, and whether that is less than there was."""
    names = ("title", "component", "description", "weakness")
    fit: dict[str, Any] = {name: _fitting(getattr(said, name), LIMITS[name]) for name in names}
    texts = {name: text for name, text in vars(said.details).items() if isinstance(text, str)}
    shorter: dict[str, Any] = {name: _fitting(text, LONGEST_DETAIL) for name, text in texts.items()}
    details = replace(said.details, **shorter)
    kept = replace(said, **fit, details=details)
    return kept, kept != said


def _fitting(text: str, most: int) -> str:
    text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if len(text) <= most:
        return text
    return text[: most - len(CUT)] + CUT if most > 10 * len(CUT) else text[:most]


def _spoken(each: Affected) -> str:
    ranges = (("from", each.introduced), ("before", each.fixed), ("up to", each.last_affected), ("", each.versions))
    told = [f"{word} {', '.join(versions)}".strip() for word, versions in ranges if versions]
    return ": ".join(filter(None, (each.package or each.repository, "; ".join(told))))


def _apart(found: list[Item | Trouble]) -> tuple[list[Item], tuple[Trouble, ...]]:
    return [each for each in found if isinstance(each, Item)], tuple(e for e in found if isinstance(e, Trouble))


def _role(part: str) -> Role:
    return Role(part) if part in set(Role) else Role.OTHER


def _sha256(part: File) -> str:
    return hashlib.sha256(part.data).hexdigest()
