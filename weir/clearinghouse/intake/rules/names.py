# SPDX-License-Identifier: Apache-2.0
"""Names of files as others give them. Pure."""

from __future__ import annotations


def plain_name(name: str, longest: int, nameless: str) -> str:
    """The name without folders and without signs that are not shown; its end, where it is long."""
    said = "".join(sign if sign.isprintable() else "_" for sign in name.replace("\\", "/").rpartition("/")[2])
    return said.strip()[-longest:].strip() or nameless
