# SPDX-License-Identifier: Apache-2.0
"""Settings, for the operator."""

from __future__ import annotations

from weir.shell.documents.markdown import code, paragraphs
from weir.shell.environment import SETTINGS, Setting

ABOUT = """
Weir reads its settings from the environment, once, at start, and refuses to start with one that is wrong or unknown.
`weir settings` shows them with the values of this machine.
"""


def settings() -> str:
    """Every setting: what it is for, what breaks when it is wrong."""
    return paragraphs(
        "# Settings",
        ABOUT,
        *(_section(setting) for setting in SETTINGS),
    )


def _section(setting: Setting) -> str:
    default = f"Default: {code(setting.default)}." if setting.default else "Default: empty."
    secret = "A secret: never shown, never logged." if setting.secret else ""
    return paragraphs(
        f"## {setting.name}",
        setting.why,
        f"When it is wrong: {setting.breaks}",
        " ".join(filter(None, (default, secret))),
    )
