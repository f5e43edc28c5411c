# SPDX-License-Identifier: Apache-2.0
"""The four canonical fingerprints of a cause, as docs/blind-check.md defines them."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

LABEL = "weir.fingerprint/1"
SPELLINGS = ("exact", "class", "short", "rooted")
LONGEST = 1000
SOURCE_FOLDERS = [
    "src",
    "lib",
    "libs",
    "source",
    "sources",
    "include",
    "main",
    "java",
    "kotlin",
    "scala",
    "python",
    "go",
    "pkg",
]
CLASSES = {
    "bounds": "119 120 121 122 123 124 125 126 127 129 131 170 193 786 787 788 805 806 823",
    "lifetime": "415 416 562 590 672 761 762 763 825",
    "null": "476 690 824 908 909",
    "number": "128 190 191 192 194 195 196 197 369 681 682 839",
    "type": "704 843 1287",
    "command": "77 78 88",
    "query": "89 90 564 643 652 943",
    "code": "94 95 96 97 98 470 913 915 1321 1336",
    "script": "79 80 83 87 692",
    "path": "22 23 24 35 36 37 38 39 40 59 61 73 426 427",
    "deserialize": "502",
    "xml": "91 611 776 827",
    "forgery": "352 441 918",
    "authentication": "287 288 290 294 302 303 304 305 306 307 308 521 798 1391",
    "authorization": "266 269 274 284 285 425 639 732 862 863",
    "cryptography": "295 296 297 321 322 323 324 325 326 327 328 330 331 335 338 345 347 354 916",
    "disclosure": "200 201 203 208 209 212 226 312 319 359 497 532 538 552",
    "exhaustion": "400 401 404 405 407 409 674 770 771 772 789 834 835 1050 1333",
    "race": "362 364 366 367 662 667 820 821 833",
}
CLASS_OF = {int(number): name for name, numbers in CLASSES.items() for number in numbers.split()}


class NotACause(Exception):
    """Something of a cause is missing or cannot be read."""


def fingerprints(package: str, path: str, symbol: str, weakness: str) -> list[bytes]:
    """In the order of SPELLINGS, from the most to the least exact."""
    where, file, name = _package(_plain(package)), _path(_plain(path)), _symbol(_plain(symbol))
    match = re.fullmatch(r"(?:CWE[-_ ]?)?([0-9]{1,5})", _plain(weakness).upper())
    if not (where and file and name and match):
        raise NotACause("A cause is a package or repository, a path, a symbol and a CWE number.")
    number, last = int(match[1]), name.split(".")[-1]
    kind = CLASS_OF.get(number, f"cwe-{number}")
    parts = [
        (where, file, name, f"cwe-{number}"),
        (where, file, name, kind),
        (where, file, last, kind),
        (where, _below_source(file, where), last, kind),
    ]
    return ["\n".join([LABEL, spelling, *said]).encode() for spelling, said in zip(SPELLINGS, parts, strict=True)]


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > LONGEST or has_controls(text):
        raise NotACause(f"A part of a cause has at most {LONGEST} letters, and no control characters.")
    return text


def has_controls(text: str) -> bool:
    return any(unicodedata.category(letter) == "Cc" for letter in text)


def _package(text: str) -> str:
    text = text.lower()
    if not text.startswith("pkg:"):
        return _repository(text)
    segments = [part for part in text[4:].partition("#")[0].partition("?")[0].split("/") if part]
    if len(segments) < 2:
        return ""
    if segments[-1].rfind("@") > 0:
        segments[-1] = segments[-1][: segments[-1].rfind("@")]
    segments = [unicodedata.normalize("NFC", unquote(part)).strip().lower() for part in segments]
    if segments[0] == "pypi":
        segments[1:] = [re.sub("[-_.]+", "-", part) for part in segments[1:]]
    found = "pkg:" + "/".join(segments)
    return found if all(segments[1:]) and not has_controls(found) else ""


def _repository(text: str) -> str:
    if match := re.fullmatch(r"[^/@:]+@([^/:]+):(.*)", text):
        text = f"{match[1]}/{match[2]}"
    else:
        text = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text).partition("#")[0].partition("?")[0]
    host, _, path = text.partition("/")
    path = path.strip("/").removesuffix(".git").strip("/")
    host = host.split("@")[-1]
    return f"repo:{host}/{path}" if host and path else ""


def _path(text: str) -> str:
    parts: list[str] = []
    for part in text.replace("\\", "/").removeprefix("file://").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _symbol(text: str) -> str:
    text = re.sub(r"^\(\*?([^()]*)\)", r"\1", text).split("(")[0]
    while "<" in text and re.search("<[^<>]*>", text):
        text = re.sub("<[^<>]*>", "", text)
    words = text.split()
    return re.sub(r"(?:::|->|[#/$:.\\])+", ".", words[-1]).strip(".*&") if words else ""


def _below_source(path: str, package: str) -> str:
    own = re.sub("[-_.]+", "-", package.rsplit("/", maxsplit=1)[-1])
    parts = path.split("/")
    while len(parts) > 1 and (parts[0].lower() in SOURCE_FOLDERS or re.sub("[-_.]+", "-", parts[0].lower()) == own):
        del parts[0]
    return "/".join(parts)
