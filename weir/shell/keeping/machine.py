# SPDX-License-Identifier: Apache-2.0
"""What the machine under an instance can do, found by trying: isolation, compilers, room, the clock."""

from __future__ import annotations

import ctypes
import os
import platform
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PATIENCE = 10.0
LITTLE, TOO_LITTLE = 1 << 30, 100 << 20
_LANDLOCK_CREATE_RULESET = 444
_VERSION_OF_LANDLOCK = 1
_CLOCK_ADRIFT = 5  # TIME_ERROR
_TIMEX_SIZE = 512  # larger than the kernel's struct; all zero, it only asks


class Health(StrEnum):
    """What an operator makes of a row."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    OFF = "off"


@dataclass(frozen=True)
class Row:
    """One thing that was looked at."""

    name: str
    state: Health
    found: str
    hint: str = ""


def isolation() -> Iterator[Row]:
    """Which walls can stand around a proof that is run here."""
    yield bubblewrap()
    yield _namespaces()
    yield _cgroups()
    yield _seccomp()
    yield _landlock()
    yield _strict()


def bubblewrap() -> Row:
    """Not whether it is installed, but whether it works: an empty sandbox is started."""
    found = shutil.which("bwrap")
    if found is None:
        hint = "On Debian: apt-get install bubblewrap. Until then no proof is run here."
        return Row("isolation: bubblewrap", Health.WARN, "bwrap is not here.", hint)
    who = pwd.getpwuid(os.geteuid()).pw_name
    said = _tried(found, "--proc", "/proc")
    if not said:
        return Row("isolation: bubblewrap", Health.OK, f"bwrap works as {who}, with its own /proc.")
    bare = _tried(found)
    if not bare:
        hint = "Usual inside another container. `strict` isolation is refused here; see docs/operating.md."
        return Row("isolation: bubblewrap", Health.WARN, f"bwrap works as {who}, but cannot mount /proc.", hint)
    hint = "See that user namespaces are allowed (the next row), or run Weir as another user."
    return Row("isolation: bubblewrap", Health.WARN, f"bwrap does not work as {who}: {bare}", hint)


def _tried(bwrap: str, *more: str) -> str:
    """What it complained of; nothing when the sandbox stood."""
    command = [bwrap, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", *more, "true"]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]


def _namespaces() -> Row:
    most = _word("/proc/sys/user/max_user_namespaces")
    barred = _word("/proc/sys/kernel/unprivileged_userns_clone") == "0"
    armoured = _word("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1"
    if most in {"", "0"} or ((barred or armoured) and os.geteuid()):
        hint = "Without them bubblewrap needs root. An administrator of the machine can allow them by sysctl."
        return Row("isolation: user namespaces", Health.WARN, "They are switched off for this user.", hint)
    return Row("isolation: user namespaces", Health.OK, f"Allowed; at most {most}.")


def _cgroups() -> Row:
    name = "isolation: cgroups"
    hint = "Run Weir as a systemd unit with Delegate=memory pids; until then a proof's memory has no wall."
    own = _word("/proc/self/cgroup").partition("::")[2]
    folder = Path("/sys/fs/cgroup") / own.lstrip("/")
    if not (folder / "cgroup.controllers").exists():
        return Row(name, Health.WARN, "No unified cgroup hierarchy is seen from here.", hint)
    held = set((folder / "cgroup.controllers").read_text().split())
    if not {"memory", "pids"} <= held or not os.access(folder, os.W_OK):
        return Row(name, Health.WARN, "Memory and process limits are not delegated to this user.", hint)
    return Row(name, Health.OK, "Memory and process limits are delegated to this user.")


def _seccomp() -> Row:
    if "kill_process" in _word("/proc/sys/kernel/seccomp/actions_avail").split():
        return Row("isolation: seccomp", Health.OK, "System calls can be filtered.")
    hint = "It takes a kernel with CONFIG_SECCOMP."
    return Row("isolation: seccomp", Health.WARN, "System calls cannot be filtered.", hint)


def _landlock() -> Row:
    version = -1
    if sys.platform == "linux":
        version = ctypes.CDLL(None).syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION_OF_LANDLOCK)
    if version > 0:
        return Row("isolation: landlock", Health.OK, f"Version {version} of it is there.")
    hint = "It takes Linux 5.13 or later with landlock among its security modules. bubblewrap stands without it."
    return Row("isolation: landlock", Health.OFF, "The kernel does not offer it.", hint)


def _strict() -> Row:
    """An unprivileged bubblewrap maps one uid only, so what runs inside is whoever runs Weir."""
    who = pwd.getpwuid(os.geteuid()).pw_name
    subordinate = any(line.startswith((f"{who}:", f"{os.geteuid()}:")) for line in _lines("/etc/subuid"))
    if os.geteuid() == 0 or subordinate:
        source = "root" if os.geteuid() == 0 else "subordinate uids"
        return Row("isolation: another uid", Health.OK, f"A proof can run as somebody else ({source}).")
    hint = f"An administrator can give some: usermod --add-subuids 100000-165535 {who}. Until then `strict` is refused."
    return Row("isolation: another uid", Health.WARN, f"{who} has no subordinate uids.", hint)


def compilers() -> Iterator[Row]:
    """For proofs and patches that come as source."""
    for name, package in (("cc", "gcc"), ("clang", "clang")):
        found = shutil.which(name)
        if found is None:
            hint = f"Only proofs that come as source need it. On Debian: apt-get install {package}"
            yield Row(f"compiler: {name}", Health.OFF, f"{name} is not here.", hint)
        else:
            yield Row(f"compiler: {name}", Health.OK, _first_line_of(found))


def _first_line_of(program: str) -> str:
    try:
        said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True, timeout=PATIENCE)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return (said.stdout.splitlines() or [program])[0]


def room(name: str, folder: Path) -> Row:
    """Whether there is room where something is kept, and whether it can be written there."""
    if not folder.exists():
        return Row(name, Health.FAIL, f"{folder} is not there.", "Weir makes it when it starts; see that it may.")
    if not os.access(folder, os.W_OK | os.X_OK):
        hint = "Nothing new is taken in until it can. Reading works."
        return Row(name, Health.FAIL, f"{folder} cannot be written.", hint)
    free = shutil.disk_usage(folder).free
    state = Health.FAIL if free < TOO_LITTLE else Health.WARN if free < LITTLE else Health.OK
    hint = "" if state is Health.OK else "Make room: on a full disk everything new is refused, and nothing is lost."
    return Row(name, state, f"{free / (1 << 30):.1f} GiB are free in {folder}.", hint)


def kernel_clock() -> Row:
    """Whether somebody keeps this clock right. How far it is off cannot be known without asking outside."""
    name = "clock: kept right"
    if sys.platform != "linux":
        return Row(name, Health.OFF, f"{platform.system()} does not tell.")
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_SIZE)) == _CLOCK_ADRIFT:
        hint = "Run chrony or systemd-timesyncd. Deadlines, tokens and second factors hang on the clock."
        return Row(name, Health.WARN, "The kernel says that nobody keeps this clock right.", hint)
    return Row(name, Health.OK, "The kernel says that it is kept right.")


def _word(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _lines(path: str) -> list[str]:
    return _word(path).splitlines()
