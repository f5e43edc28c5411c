# SPDX-License-Identifier: Apache-2.0
"""`make setup` does nothing when nothing changed, something when anything did, and says so when it cannot."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import setup

ROOT = Path(__file__).parents[2]
SHELL = shutil.which("sh") or "/bin/sh"


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with requirements, an interpreter, and no package installed."""
    (tmp_path / "requirements").mkdir()
    for name in ("base", "dev", "build"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(f"{name}==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "PYTHON", tmp_path / ".venv/bin/python")
    return tmp_path


def stamp(level):
    setup.stamp_of(level).write_text(setup.digest(level))


def test_what_was_installed_for_developing_is_enough_for_running(checkout):
    assert not setup.is_current("run")
    stamp("dev")
    assert setup.is_current("dev")
    assert setup.is_current("run")


def test_what_was_installed_for_running_is_not_enough_for_developing(checkout):
    stamp("run")
    assert not setup.is_current("dev")


@pytest.mark.parametrize("changed", ["requirements/dev.txt", "requirements/build.txt", "pyproject.toml"])
def test_a_changed_requirement_is_noticed(checkout, changed):
    stamp("dev")
    with (checkout / changed).open("a") as file:
        file.write("# more\n")
    assert not setup.is_current("dev")


def test_a_vanished_interpreter_is_noticed(checkout):
    stamp("dev")
    (checkout / ".venv/bin/python").unlink()
    assert not setup.is_current("dev")


def test_an_interrupted_setup_starts_over(checkout, monkeypatch):
    stamp("dev")
    (checkout / "requirements/dev.txt").write_text("dev==2\n")
    monkeypatch.setattr(setup, "install_with_uv", interrupted)
    with pytest.raises(KeyboardInterrupt):
        setup.main(["dev"])
    (checkout / "requirements/dev.txt").write_text("dev==1\n")
    assert not setup.is_current("dev")


def interrupted(level):
    raise KeyboardInterrupt


@pytest.mark.parametrize("wrote", ["version = 3.9.1\n", "version_info = 3.9.1\n", "", None])
def test_who_names_a_python_gets_an_environment_of_that_one(checkout, monkeypatch, wrote):
    stamp("dev")
    if wrote is not None:
        (checkout / ".venv/pyvenv.cfg").write_text(f"home = /usr\n{wrote}")
    assert setup.main(["dev"]) == 0  # nobody named one, so the one that is there is good enough
    monkeypatch.setenv("PYTHON", "python3")
    monkeypatch.setattr(setup, "install_with_uv", interrupted)
    with pytest.raises(KeyboardInterrupt):
        setup.main(["dev"])
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("key", ["version", "version_info"])
def test_naming_the_python_that_is_there_changes_nothing(checkout, monkeypatch, key):
    stamp("dev")
    (checkout / ".venv/pyvenv.cfg").write_text(f"home = /usr\n{key} = {platform.python_version()}\n")
    monkeypatch.setenv("PYTHON", "python3")
    assert setup.main(["dev"]) == 0
    assert setup.is_current("dev")


def test_without_venv_pip_and_uv_the_one_command_is_told(checkout, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(setup, "works", lambda _command: False)
    assert not setup.install_with_pip("run")
    assert (
        f"apt-get install -y --no-install-recommends python3.{sys.version_info.minor}-venv" in capsys.readouterr().err
    )


def test_settings_for_pip_reach_uv_unless_uv_has_its_own():
    asked = {"PIP_INDEX_URL": "https://mirror.example/simple", "PIP_EXTRA_INDEX_URL": "https://more.example/simple"}
    assert setup.translated(asked | {"UV_INDEX": "https://own.example/simple"}) == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple"
    }


def python(folder: Path, name: str, version: str) -> None:
    """A program that claims to be this Python, and tells what it was asked to run."""
    path = folder / name
    asks = f'case "$1" in --version) echo "Python {version}";; -c) exec false;; *) echo "{name} runs $*";; esac'
    if tuple(map(int, version.split("."))) >= (3, 11):
        asks = asks.replace("exec false", "exec true")
    path.write_text(f"#!{SHELL}\n{asks}\n")
    path.chmod(0o755)


def find(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    for tool in ("dirname", "true", "false"):
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    command = [SHELL, str(ROOT / "tools/setup.sh"), "dev"]
    return subprocess.run(
        command, env={"PATH": str(folder), **environment}, capture_output=True, text=True, check=False
    )


def test_the_first_python_that_is_new_enough_is_taken(tmp_path):
    python(tmp_path, "python3", "3.9")
    python(tmp_path, "python3.12", "3.12")
    python(tmp_path, "python3.11", "3.11")
    assert find(tmp_path).stdout == f"python3.12 runs {ROOT}/tools/setup.py dev\n"


def test_the_python_that_is_named_is_taken_first(tmp_path):
    python(tmp_path, "python3", "3.13")
    python(tmp_path, "snake", "3.11")
    assert find(tmp_path, PYTHON="snake").stdout == f"snake runs {ROOT}/tools/setup.py dev\n"


def test_where_the_python_that_is_named_does_not_do_no_other_is_taken(tmp_path):
    python(tmp_path, "python3", "3.13")
    python(tmp_path, "snake", "3.9")
    done = find(tmp_path, PYTHON="snake")
    assert (done.returncode, done.stdout) == (1, "")
    assert "here is Python 3.9" in done.stderr


def test_too_old_a_python_is_said_so(tmp_path):
    python(tmp_path, "python3", "3.9")
    done = find(tmp_path)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; here is Python 3.9" in done.stderr


def test_make_alone_lists_every_target_that_has_something_to_say():
    told = subprocess.run(
        ["make", "-C", str(ROOT), "-s"], capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    named = {line.split()[1] for line in told.splitlines() if line.startswith("  make ")}
    wanted = "help setup setup-all run test check prove bench docs vendor lock migrations clean"
    assert set(wanted.split()) <= named
