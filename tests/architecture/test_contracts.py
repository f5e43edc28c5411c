# SPDX-License-Identifier: Apache-2.0
"""Each import contract is broken on purpose in a tiny Weir, to see that it notices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

ROOM = ("terms", "rules", "models", "reads", "verbs", "gates", "jobs", "forms", "views", "urls", "api", "cli")

ROOMS = (
    "clearinghouse/intake",
    "clearinghouse/distribution",
    "clearinghouse/validation",
    "clearinghouse/remediation",
    "foundation/identity",
    "foundation/jobs",
    "foundation/ledger",
    "foundation/policy",
    "foundation/store",
    "defense/directives",
    "defense/access",
    "enforcement/evidence",
)

SOUND = {
    "foundation/ledger/sequencer": "from weir.foundation.ledger import models",
    "foundation/ledger/reads": "from weir.foundation.ledger import models",
    "foundation/jobs/reads": "from weir.foundation.ledger import reads",
    "foundation/store/verbs": "from weir.foundation.policy import reads",
    "foundation/verb": "from weir.foundation import actor",
    "clearinghouse/intake/models": "from django.db import models",
    "clearinghouse/intake/migrations/0001_initial": "from weir.clearinghouse.intake import models",
    "clearinghouse/intake/rules": "from weir.kernel import ids",
    "clearinghouse/intake/verbs": "from weir.clearinghouse.intake import models, rules, reads",
    "clearinghouse/intake/gates": "import httpx",
    "clearinghouse/intake/jobs": "from weir.clearinghouse.intake import gates, verbs",
    "clearinghouse/distribution/reads": "from weir.clearinghouse.intake import reads",
    "shell/flow": "from weir.clearinghouse.intake import verbs",
}

BREACHES = {
    "a rule asks the database": ("Pure core", "clearinghouse/intake/rules", "from django.db import connection"),
    "a rule asks the database through another": (
        "Pure core",
        "clearinghouse/intake/rules",
        "import weir.foundation.actor",
        "foundation/actor",
        "import django",
    ),
    "a term opens a socket": ("Pure core", "clearinghouse/intake/terms", "import socket"),
    "the kernel starts a program": ("Pure core", "kernel/ids", "def spell() -> None:\n    import subprocess"),
    "a verb meets the outside": ("Room", "clearinghouse/intake/verbs", "from weir.clearinghouse.intake import gates"),
    "a form writes": ("Room", "clearinghouse/intake/forms", "from weir.clearinghouse.intake import verbs"),
    "a row acts": ("Room", "clearinghouse/intake/models", "from weir.clearinghouse.intake import verbs"),
    "a page calls the command": ("Room", "clearinghouse/intake/views", "from weir.clearinghouse.intake import cli"),
    "a page reads tables": (
        "Private tables",
        "clearinghouse/intake/views",
        "from weir.clearinghouse.intake import models",
    ),
    "a room reads another's tables": (
        "Private tables",
        "clearinghouse/distribution/reads",
        "from weir.clearinghouse.intake.models import Report",
    ),
    "the shell reads tables": ("Private tables", "shell/pages", "import weir.foundation.ledger.models"),
    "a direct writer strays": ("Private tables", "foundation/ledger/sequencer", "import weir.foundation.store.models"),
    "intake looks ahead": ("Journey", "clearinghouse/intake/verbs", "import weir.clearinghouse.distribution.reads"),
    "validation looks ahead": (
        "Journey",
        "clearinghouse/validation/jobs",
        "import weir.clearinghouse.remediation.reads",
    ),
    "a station nobody listed": ("Journey", "clearinghouse/triage/terms", ""),
    "the ledger knows a room": ("Building", "foundation/ledger/verbs", "import weir.clearinghouse.intake.terms"),
    "a room knows the shell": ("Building", "clearinghouse/intake/views", "import weir.shell.flow"),
    "defense looks up": ("Building", "defense/directives/verbs", "import weir.enforcement.evidence.reads"),
    "a wing nobody listed": ("Building", "commerce/sales/terms", ""),
    "the store knows the ledger": ("Floor", "foundation/store/verbs", "import weir.foundation.ledger.reads"),
    "policy knows identity": ("Floor", "foundation/policy/verbs", "import weir.foundation.identity.reads"),
    "jobs know identity": ("Floor", "foundation/jobs/verbs", "import weir.foundation.identity.reads"),
    "the actor knows a room": ("Floor", "foundation/actor", "import weir.foundation.store.terms"),
    "two rooms in a circle": (
        "No circles",
        "defense/directives/reads",
        "import weir.defense.access.terms",
        "defense/access/reads",
        "import weir.defense.directives.terms",
    ),
}


def plant(tree: Path, module: str, source: str) -> None:
    """Write one module, and an `__init__.py` in every folder above it that has none."""
    path = tree / "weir" / f"{module}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.relative_to(tree).parents:
        if folder.name:
            (tree / folder / "__init__.py").touch()
    with path.open("a") as file:
        file.write(f"{source}\n")


def lint(tree: Path) -> tuple[int, list[str]]:
    """Run import-linter with Weir's own contracts over the tree; the exit code and the contracts it found broken."""
    environment = {**os.environ, "PYTHONPATH": f"{tree}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-P", "-c", LINT, "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return done.returncode, [line.split(" BROKEN")[0] for line in done.stdout.splitlines() if line.endswith(" BROKEN")]


@pytest.fixture
def tree(tmp_path):
    for room in ROOMS:
        for file in ROOM:
            plant(tmp_path, f"{room}/{file}", "")
    plant(tmp_path, "kernel/ids", "import uuid")
    plant(tmp_path, "foundation/actor", "")
    plant(tmp_path, "shell/pages", "")
    for module, source in SOUND.items():
        plant(tmp_path, module, source)
    return tmp_path


def test_a_sound_tree_passes(tree):
    assert lint(tree) == (0, [])


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_named(tree, breach):
    contract, *planted = BREACHES[breach]
    for module, source in zip(planted[::2], planted[1::2], strict=True):
        plant(tree, module, source)
    code, broken = lint(tree)
    assert code == 1
    assert {contract} <= set(broken) <= {contract, "No circles"}  # looking ahead closes a circle with what looks back
