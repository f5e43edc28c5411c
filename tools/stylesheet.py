# SPDX-License-Identifier: Apache-2.0
"""Cuts a minified stylesheet down to the parts in use, and puts it in a cascade layer of its own.

In a layer, every rule of ours wins over every rule of theirs, whatever the selectors weigh; so light, dark and print
need no `!important` and no imitation of their selectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LAYER = "uswds"
NESTING = ("@media", "@supports", "@container")


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Each `head{body}` of a stylesheet, passing over statements without a body. No braces in strings, please."""
    at = 0
    while (opening := css.find("{", at)) >= 0:
        depth, end = 1, opening + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[at:opening].rsplit(";", 1)[-1].strip(), css[opening + 1 : end - 1]
        at = end


def trim(css: str, parts: tuple[str, ...]) -> str:
    """Rules about plain elements and about `parts`; no utilities, fonts, animations or print rules: those are ours."""
    bare = re.sub(r"(?s)/\*.*?\*/", "", css)
    return f"@layer {LAYER}{{\n{_kept(bare, parts)}}}\n"


def linked(css: str) -> list[str]:
    return sorted(set(re.findall(r"url\((\.\./[^)]+)\)", css)))


def _kept(css: str, parts: tuple[str, ...]) -> str:
    lines = []
    for head, body in blocks(css):
        if head.startswith(NESTING):
            inner = "" if "print" in head else _kept(body, parts)
            lines.append(f"{head}{{\n{inner}}}\n" if inner else "")
        elif not head.startswith("@"):
            selectors = ",".join(s for s in _selectors(head) if _is_ours(s, parts))
            lines.append(f"{selectors}{{{body}}}\n" if selectors else "")
    return "".join(lines)


def _selectors(head: str) -> list[str]:
    """The selectors of a rule, split at commas outside parentheses."""
    return [s.strip() for s in re.split(r",(?![^(]*\))", head)]


def _is_ours(selector: str, parts: tuple[str, ...]) -> bool:
    """A class belongs to a part by its block: `usa-alert__body` and `usa-alert--info` to `usa-alert`."""
    classes = re.findall(r"\.((?:\\.|[\w-])+)", selector)
    return all(re.split(r"__|--", name)[0] in parts for name in classes)
