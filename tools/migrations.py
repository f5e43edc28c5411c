# SPDX-License-Identifier: Apache-2.0
"""Writes the migrations that the models ask for, each with its license line.

`--check` writes nothing: it says which one is missing, and which one takes away what the release before still uses.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPDX = "# SPDX-License-Identifier: Apache-2.0\n"


def main(arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="weir-migrations-") as home:
        os.environ |= {"WEIR_HOME": home, "WEIR_DATABASE": "sqlite", "DJANGO_SETTINGS_MODULE": "weir.shell.settings"}
        sys.path.insert(0, str(ROOT))
        import django  # noqa: PLC0415 (it reads the settings above)
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("makemigrations", "--no-header", *arguments)  # leaves the process with 1 if `--check` finds one
        if "--check" in arguments:
            return say_what_takes_away()
    for path in sorted((ROOT / "weir").rglob("migrations/[0-9]*.py")):
        license_it(path)
    return 0


def say_what_takes_away() -> int:
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415 (Django is set up by now)

    from tools.expansion import REASON, objections, ours  # noqa: PLC0415 (as above)

    refused = [
        f"{migration.app_label}.{migration.name} would {said}."
        for migration, state in ours(ROOT / "weir", MigrationLoader(None))
        for said in objections(migration, state)
    ]
    if refused:
        advice = f"that a release before stopped using it; then say so in the migration: `{REASON} = ...`"
        print(*refused, f"The release before runs on this schema too (decision 0101). See {advice}.", sep="\n")
    return bool(refused)


def license_it(path: Path) -> None:
    text = path.read_text()
    if not text.startswith(SPDX):
        path.write_text(SPDX + text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
