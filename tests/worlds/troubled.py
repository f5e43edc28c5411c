# SPDX-License-Identifier: Apache-2.0
"""An instance in a process of its own, which a test then gives trouble: its disk, its database, its keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# One request, through all of the middleware, to the door for programs; what a client would see is printed.
REQUEST = """
import json, sys
given = json.load(sys.stdin)
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, SERVER_NAME="localhost")
def post(body):
    answer = client.post("/api/v1/intake/receive-report", json.dumps(body), content_type="application/json",
                         headers={"Idempotency-Key": body["title"]})
    headers = [answer.headers.get(name, "") for name in ("Retry-After", "Content-Type")]
    return [answer.status_code, *headers, json.loads(answer.content)]
seen = []
if given.get("first"):
    seen.append(post(given["first"]))
exec(given.get("trouble", ""))
seen.append(post(given["then"]))
exec(given.get("relief", ""))
if given.get("after"):
    seen.append(post(given["after"]))
from django.db import connection
print(json.dumps(seen))
"""


@dataclass
class Troubled:
    """A prepared instance on SQLite in a folder, or on the PostgreSQL that is named."""

    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="weir-troubled-")))
    database: str = "sqlite"

    def environment(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith("WEIR_")}
        here = {"WEIR_HOME": str(self.home), "WEIR_DATABASE": self.database, "WEIR_LOG_LEVEL": "CRITICAL"}
        return known | here | {"DJANGO_SETTINGS_MODULE": "weir.shell.settings", "PYTHONWARNINGS": "ignore"}

    def weir(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "weir.shell", *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, env=self.environment(), timeout=120)

    def prepared(self) -> Troubled:
        done = self.weir("migrate")
        assert done.returncode == 0, done.stderr
        return self

    def posted(self, **given: Any) -> list[list[Any]]:
        """Status, Retry-After, media type and body of each report that was posted."""
        done = subprocess.run(
            [sys.executable, "-c", REQUEST],
            input=json.dumps(given),
            check=False,
            capture_output=True,
            text=True,
            env=self.environment(),
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        found: list[list[Any]] = json.loads(done.stdout.splitlines()[-1])
        return found


def report(title: str, size: int = 200) -> dict[str, str]:
    return {"title": title, "description": "x" * size}
