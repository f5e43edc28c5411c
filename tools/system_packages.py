# SPDX-License-Identifier: Apache-2.0
"""What Weir's tests and sandbox need from the system, beside Python: finds what is missing and installs or names it.

`system_packages.py` installs where that is allowed (root on a Debian-like system) and otherwise prints the one command
and fails; `system_packages.py --list` only says what is here. Never sudo. Standard library only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

APT_TRIES = 3


@dataclass(frozen=True)
class Need:
    """A system package, what it is for, and how to see that it is here."""

    package: str
    purpose: str
    is_here: Callable[[], bool]


def program(*names: str) -> Callable[[], bool]:
    return lambda: any(shutil.which(name) for name in names)


def postgres() -> bool:
    """Debian keeps the server's programs off the PATH."""
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


NEEDS = (
    Need("bubblewrap", "proofs are replayed in a sandbox", program("bwrap")),
    Need("gcc", "proofs and patches in C are built", program("gcc")),
    Need("libc6-dev", "as gcc", lambda: Path("/usr/include/stdio.h").exists()),
    Need("age", "what is encrypted to people is opened as they open it", program("age")),
    Need("openssh-client", "as age, which also takes SSH keys", program("ssh-keygen")),
    Need("chromium", "pages are looked at in a browser", program("chromium", "chromium-browser", "google-chrome")),
    Need("postgresql", "what is true on SQLite is tried on PostgreSQL", postgres),
)


def main(arguments: list[str]) -> int:
    if "--list" in arguments:
        for need in NEEDS:
            print(f"{'here   ' if need.is_here() else 'missing'}  {need.package:<14} {need.purpose}")
        return 0
    missing = [need for need in NEEDS if not need.is_here()]
    if not missing:
        return 0
    names = [need.package for need in missing]
    if may_install() and install(names):
        return 0
    for need in missing:
        print(f"Missing: {need.package} ({need.purpose}).", file=sys.stderr)
    print(f"As root: apt-get update && apt-get install -y --no-install-recommends {' '.join(names)}", file=sys.stderr)
    return 1


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(names: list[str]) -> bool:
    """Let apt-get do it; package mirrors are sometimes out for a moment, so it is asked more than once."""
    print(f"Installing {', '.join(names)} with apt-get", flush=True)
    # Debian starts a PostgreSQL of its own on installation; the tests bring their own and need none running.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wanted = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names]
    for _ in range(APT_TRIES):
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        done = subprocess.run(wanted, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode == 0:
            return True
    print(done.stdout.decode(errors="replace")[-2000:], file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
