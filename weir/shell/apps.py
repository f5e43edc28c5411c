# SPDX-License-Identifier: Apache-2.0
"""Django calls `ready` once everything is loaded; from then on verbs work."""

from __future__ import annotations

from django.apps import AppConfig


class Shell(AppConfig):
    """The shell as Django knows it."""

    name = "weir.shell"

    def ready(self) -> None:
        from weir.shell import wiring  # noqa: PLC0415 - rooms can be imported only from here on

        wiring.bind()
