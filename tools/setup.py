# SPDX-License-Identifier: Apache-2.0
"""Makes `.venv` from nothing, or from what is there: `setup.py run` for running Weir, `setup.py dev` for working on it.

Idempotent, and instant when nothing changed: a stamp keeps the digest of what was installed. With uv where uv works,
with pip where it does not. Standard library only. Which index is asked is the caller's business (PIP_* or UV_*).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# A level contains those before it, so whoever has `dev` has `run`.
LEVELS = {"run": ("base", "build"), "dev": ("dev", "build")}

# uv does not read pip's settings. Whoever set only those means both.
SAME_SETTING = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_CERT": "SSL_CERT_FILE",
}


def main(arguments: list[str]) -> int:
    level = arguments[0] if arguments else "dev"
    if level not in LEVELS:
        print(f"No such level: {level}. There are {', '.join(LEVELS)}.", file=sys.stderr)
        return 2
    named = bool(os.environ.get("PYTHON"))
    if named and VENV.exists() and made_with() != platform.python_version():
        shutil.rmtree(VENV)  # who names a Python (setup.sh) wants that one, and not the one that made this earlier
    if is_current(level):
        return 0
    for stamp in stamps():
        stamp.unlink(missing_ok=True)  # stop here: no stamp, so the next run does everything again
    print(f"Making {VENV.name} with Python {platform.python_version()}; this takes about a minute.", flush=True)
    if not (install_with_uv(level) or install_with_pip(level)):
        return 1
    stamp_of(level).write_text(digest(level))
    print(f"Ready: {VENV.name} ({level})")
    return 0


def is_current(level: str) -> bool:
    """Whether this level, or one that contains it, was installed from the files as they are now."""
    wide_enough = list(LEVELS)[list(LEVELS).index(level) :]
    return PYTHON.exists() and any(
        stamp_of(name).exists() and stamp_of(name).read_text() == digest(name) for name in wide_enough
    )


def made_with() -> str:
    """The version of the Python that made `.venv`; venv and uv each write it in their own way."""
    told = VENV / "pyvenv.cfg"
    found = re.search(r"^version(?:_info)? *= *([0-9.]+)", told.read_text(), re.MULTILINE) if told.exists() else None
    return found[1] if found else ""


def stamps() -> list[Path]:
    return [stamp_of(level) for level in LEVELS]


def stamp_of(level: str) -> Path:
    return VENV / f".weir-{level}"


def requirements(level: str) -> list[Path]:
    return [ROOT / "requirements" / f"{name}.txt" for name in LEVELS[level]]


def digest(level: str) -> str:
    """Of everything that decides what is installed, and of where the tree stands: an editable install points there."""
    parts = [path.read_bytes() for path in (*requirements(level), ROOT / "pyproject.toml", Path(__file__))]
    return hashlib.sha256(b"\0".join([*parts, str(ROOT).encode()])).hexdigest()


def install_with_uv(level: str) -> bool:
    """Make the environment with uv; False where uv is missing, broken or cannot reach what it needs."""
    environment = {**os.environ, **translated(os.environ)}
    environment.pop("VIRTUAL_ENV", None)
    try:
        subprocess.run(["uv", "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    quiet = ["uv", "--quiet"]
    into = [*quiet, "pip", "install", "--python", str(PYTHON)]
    files = [f"--requirement={path}" for path in requirements(level)]
    steps = (
        [*quiet, "venv", "--allow-existing", "--no-project", "--python", sys.executable, str(VENV)],
        [*into, "--require-hashes", *files],
        [*into, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    )
    if all(subprocess.run(step, env=environment, check=False).returncode == 0 for step in steps):
        return True
    print("uv did not get through; trying pip.", file=sys.stderr)
    return False


def translated(environment: Mapping[str, str]) -> dict[str, str]:
    """What pip's settings are called by uv, where the caller has not set those."""
    return {uv: environment[pip] for pip, uv in SAME_SETTING.items() if pip in environment and uv not in environment}


def install_with_pip(level: str) -> bool:
    """Make the environment with venv and pip; where Python came without either, say the one command that brings it."""
    pip = make_venv_and_find_pip()
    if pip is None:
        return False
    install = [*pip, "install", "--quiet", "--disable-pip-version-check"]
    files = [part for path in requirements(level) for part in ("--requirement", str(path))]
    steps = (
        [*install, "--require-hashes", *files],
        [*install, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    )
    # pip builds with the interpreter that runs it, and finds the build backend's scripts by PATH.
    return all(subprocess.run(step, check=False).returncode == 0 for step in steps)


def make_venv_and_find_pip() -> list[str] | None:
    """The command that installs into `.venv`, or None where there is none."""
    inside = [str(PYTHON), "-m", "pip"]
    if PYTHON.exists() and works([*inside, "--version"]):
        return inside
    if importlib.util.find_spec("ensurepip"):
        made = [sys.executable, "-m", "venv", str(VENV)]
        if subprocess.run(made, check=False).returncode == 0:
            return inside
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if works([sys.executable, "-m", "pip", "--version"]):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=True)
        return outside
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    print(
        f"Python {version} came without what makes an environment, and neither pip nor uv is here.\n"
        f"On Debian, as root: apt-get update && apt-get install -y --no-install-recommends python{version}-venv",
        file=sys.stderr,
    )
    return None


def works(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
