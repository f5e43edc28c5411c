# SPDX-License-Identifier: Apache-2.0
"""Where `weir` begins. Verbs and questions are drawn from the same list as every other door and call an instance
through its API, with the caller's own token; the operator's commands (`up`, `doctor`, ...) work on this machine.
"""

from __future__ import annotations

import os
import sys

import django

from weir.kernel.errors import WeirError
from weir.shell.commands.root import weir
from weir.shell.commands.terminal import complain


def main() -> None:
    """The entry point: settings first, since a wrong one should be a sentence and not a trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "weir.shell.settings")
    try:
        django.setup()
    except WeirError as error:
        if "settings" not in sys.argv[1:2]:
            sys.exit(complain(error, as_json="--json" in sys.argv))
    else:
        load()
    from weir.shell.commands import local  # noqa: F401, PLC0415 - adds the commands that need no instance

    weir(prog_name="weir")


def load() -> None:
    """Every command of this machine, so that help and reference show them all."""
    from weir.shell.commands import house, local, sending, upkeep  # noqa: F401, PLC0415 - importing adds them to the root
    from weir.shell.documents import command  # noqa: F401, PLC0415 - as above
