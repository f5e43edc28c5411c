# SPDX-License-Identifier: Apache-2.0
"""Frames of a stack, in one spelling, without what differs from run to run or build to build. Pure."""

from __future__ import annotations

import re

LONGEST = 500  # characters of a frame: it is a stranger's text

PLACE = re.compile(
    r"\s+(?:in\s+)?[^\s]*(?:/|\\)[^\s]*$|\s*\([^()]*(?:\+0x[0-9a-f]+|:\d+)[^()]*\)\s*$|(?::\d+)+$|\+0x[0-9a-f]+$"
)
LEAD = re.compile(r"^\s*(?:#\d+\s+)?(?:\[?0x[0-9a-f]+\]?\s+)?(?:in\s+|at\s+)?", re.IGNORECASE)
SUFFIX = re.compile(
    r"(?:\.(?:isra|constprop|part|cold|llvm|lto_priv)(?:\.\d+)*|::h[0-9a-f]{16}|@@?[\w.]+|\$[0-9a-f]+)+$"
)
ANONYMOUS = re.compile(r"\(anonymous namespace\)::|<unnamed>::|\{\{?closure\}?\}(?:#\d+)?::?")
INNERMOST = re.compile(r"<[^<>]*>|\([^()]*\)")


def frame_of(line: str) -> str:
    """A frame's function, without addresses, files, parameters and what compilers add. Empty where there is none."""
    said = LEAD.sub("", line[:LONGEST].strip())
    said = ANONYMOUS.sub("", said)
    if not said.startswith("operator"):
        said = PLACE.sub("", said)
    while (shorter := INNERMOST.sub("", said)) != said:
        said = shorter
    said = SUFFIX.sub("", said.partition("<")[0].partition("(")[0].strip())
    return said.rpartition(" ")[2] if not said.startswith("operator") else said
