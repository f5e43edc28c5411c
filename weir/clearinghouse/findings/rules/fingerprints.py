# SPDX-License-Identifier: Apache-2.0
"""The canonical fingerprints of a cause: four spellings, none coarser than package, path, symbol and weakness class.

docs/blind-check.md defines them in words; `checker/fingerprints.py` is written a second time from that page, and
`tests/checker/fingerprints.json` holds both to it. A change here is a new version: `LABEL` changes with it.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

from weir.clearinghouse.findings.rules.weaknesses import class_of
from weir.clearinghouse.findings.terms.checking import Cause, NoCause

LABEL = "weir.fingerprint/1"
LONGEST = 1000
SOURCE_FOLDERS = frozenset(
    {"src", "lib", "libs", "source", "sources", "include", "main", "java", "kotlin", "scala", "python", "go", "pkg"}
)

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_SSH = re.compile(r"[^/@:]+@([^/:]+):(.*)")
_RUNS = re.compile(r"[-_.]+")
_CWE = re.compile(r"(?:CWE[-_ ]?)?([0-9]{1,5})")
_RECEIVER = re.compile(r"^\(\*?([^()]*)\)")
_INNERMOST = re.compile(r"<[^<>]*>")
_BETWEEN = re.compile(r"(?:::|->|[#/$:.\\])+")


def fingerprints_of(cause: Cause) -> tuple[bytes, ...]:
    """Always four, from the most to the least exact, so that their number tells nothing."""
    package, path, symbol = package_of(cause.package), path_of(cause.path), symbol_of(cause.symbol)
    number = _number_of(cause.weakness)
    kind, short = class_of(number), symbol.rpartition(".")[2]
    return (
        _spelled("exact", package, path, symbol, f"cwe-{number}"),
        _spelled("class", package, path, symbol, kind),
        _spelled("short", package, path, short, kind),
        _spelled("rooted", package, rooted(path, package), short, kind),
    )


def package_of(text: str) -> str:
    """A purl without version, qualifiers and subpath, or a repository's host and path; in small letters."""
    said = _whole(text, "package").lower()
    found = _purl(said[4:]) if said.startswith("pkg:") else _repository(said)
    if not found:
        raise NoCause(faults={"/package": "is neither a purl nor the address of a repository"})
    return found


def path_of(text: str) -> str:
    """The file, from the root of the package or repository, with / between its parts."""
    parts: list[str] = []
    for part in _whole(text, "path").replace("\\", "/").removeprefix("file://").split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in {"", "."}:
            parts.append(part)
    return _named("/".join(parts), "path")


def symbol_of(text: str) -> str:
    """The function or member with its scopes, a dot between them; without parameters, type arguments, result type."""
    said = _RECEIVER.sub(r"\1", _whole(text, "symbol"))
    said = said.partition("(")[0]
    while (outer := _INNERMOST.sub("", said)) != said:
        said = outer
    last = said.split()[-1] if said.split() else ""
    return _named(_BETWEEN.sub(".", last).strip(".*&"), "symbol")


def rooted(path: str, package: str) -> str:
    """The path without the folders that only say that source begins here, and without the package's own."""
    own = _RUNS.sub("-", package.rpartition("/")[2])
    parts = path.split("/")
    while len(parts) > 1 and (parts[0].lower() in SOURCE_FOLDERS or _RUNS.sub("-", parts[0].lower()) == own):
        parts = parts[1:]
    return "/".join(parts)


def _purl(rest: str) -> str:
    segments = [part for part in rest.partition("#")[0].partition("?")[0].split("/") if part]
    if len(segments) < 2:
        return ""
    name, at, _ = segments[-1].rpartition("@")
    segments[-1] = name if at and name else segments[-1]
    kind, *names = [_tidy(unquote(part)).lower() for part in segments]
    if kind == "pypi":
        names = [_RUNS.sub("-", name) for name in names]
    found = "pkg:" + "/".join([kind, *names])
    return found if all(names) and not _has_controls(found) else ""


def _repository(said: str) -> str:
    ssh = _SSH.fullmatch(said)
    bare = f"{ssh[1]}/{ssh[2]}" if ssh else _SCHEME.sub("", said, count=1).partition("#")[0].partition("?")[0]
    host, _, path = bare.partition("/")
    host, path = host.rpartition("@")[2], path.strip("/").removesuffix(".git").strip("/")
    return f"repo:{host}/{path}" if host and path else ""


def _number_of(text: str) -> int:
    if not (found := _CWE.fullmatch(_whole(text, "weakness").upper())):
        raise NoCause(faults={"/weakness": "is no CWE number"})
    return int(found[1])


def _whole(text: str, place: str) -> str:
    """One way to write each letter, and nothing that would run two parts together."""
    said = _tidy(text)
    if len(said) > LONGEST or _has_controls(said):
        raise NoCause(faults={f"/{place}": f"is longer than {LONGEST} letters, or holds control characters"})
    return _named(said, place)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(letter) == "Cc" for letter in text)


def _named(said: str, place: str) -> str:
    if not said:
        raise NoCause(faults={f"/{place}": "is empty"})
    return said


def _spelled(spelling: str, *parts: str) -> bytes:
    return "\n".join((LABEL, spelling, *parts)).encode()
