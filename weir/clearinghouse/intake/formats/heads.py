# SPDX-License-Identifier: Apache-2.0
"""What the first bytes of a document show of it: the names that stand on top, not those that somebody quotes inside."""

from __future__ import annotations

import re

_TOKENS = re.compile(rb'"((?:[^"\\]++|\\.)*+)(?:"(\s*:)?)?|[\[\]{}]', re.DOTALL)


def on_top(head: bytes, *names: str) -> bool:
    """Whether the outermost object, or the first one of the outermost list, has all these names, as far as one sees."""
    if not all(b'"%s"' % name.encode() in head for name in names):
        return False
    return {name.encode() for name in names} <= top_names(head)


def top_names(head: bytes) -> set[bytes]:
    """None at all where this is no JSON: a mail may have some in it."""
    found: set[bytes] = set()
    depth = 0
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    wanted = {b"{": 1, b"[": 2}.get(begin, -1)
    for token in _TOKENS.finditer(head) if begin in (b"{", b"[") else ():
        sign = token[0]
        if sign in (b"{", b"["):
            depth += 1
        elif sign in (b"}", b"]"):
            depth -= 1
        elif token[2] and depth == wanted:
            found.add(token[1])
    return found
