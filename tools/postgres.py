# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL for tests and benches: made in a temporary folder, gone when the work is done.

    python tools/postgres.py run -- pytest -m both_databases     WEIR_TEST_POSTGRES names it to the command
    python tools/postgres.py run --clusters 2 -- pytest -n 2     names two, parted by a space: one for each worker
    python tools/postgres.py run --honest -- python -m bench ledger

or `with cluster() as url:`. The URL is that of a plain role with CREATEDB that owns its database: row security does not
bind a superuser, so nothing may be tested as one.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "WEIR_TEST_POSTGRES"
USER = "weir"
DATABASE = "weir"
PATIENCE = 60.0

# Tests may lose everything with the machine; a figure is honest only if what was acknowledged is on the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
HONEST = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class NoPostgres(Exception):
    """PostgreSQL 15 or newer is not here, or does not start."""


@contextlib.contextmanager
def cluster(*, honest: bool = False) -> Iterator[str]:
    """Start a cluster, hand out the URL of an empty database in it, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="weir-postgres-"))
    runner = unprivileged()
    runner.own(folder)
    try:
        port = free_port()
        password = initialize(folder, runner)
        server = start(folder, port, HONEST if honest else FAST, runner)
        try:
            wait_until_ready(server, folder, port)
            yield create_database(folder, port, password)
        finally:
            stop(server)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def binary(name: str) -> str:
    """The program of the newest PostgreSQL here; Debian keeps most of them off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    places = [str(path) for path in versions] + [os.environ.get("PATH", "")]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        raise NoPostgres(f"{name} is not here. On Debian: apt-get install postgresql")
    return found


@dataclass(frozen=True)
class Runner:
    """Whom PostgreSQL runs as: ourselves, or somebody without power when we are root, which it refuses to be."""

    uid: int | None = None
    gid: int | None = None

    @property
    def groups(self) -> list[int] | None:
        return None if self.uid is None else []

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def unprivileged() -> Runner:
    if os.geteuid() != 0:
        return Runner()
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Runner(entry.pw_uid, entry.pw_gid)
    raise NoPostgres("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def initialize(folder: Path, runner: Runner) -> str:
    """Make the cluster; returns the password of its superuser, which only this process learns."""
    password = secrets.token_hex(16)
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    runner.own(secret)
    command = [binary("initdb"), "--pgdata", str(folder / "data"), "--username", "postgres", "--pwfile", str(secret)]
    command += ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        user=runner.uid,
        group=runner.gid,
        extra_groups=runner.groups,
    )
    secret.unlink()
    if done.returncode:
        raise NoPostgres(f"initdb failed: {done.stderr.strip()}")
    return password


def start(folder: Path, port: int, durability: dict[str, str], runner: Runner) -> subprocess.Popen[bytes]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(folder),
        "max_connections": "200",
        "shared_buffers": "128MB",
        "logging_collector": "off",
        **durability,
    }
    command = [binary("postgres"), "-D", str(folder / "data")]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        # A process group of its own: Ctrl-C reaches the tests first, and the server only through stop().
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd=folder,
            user=runner.uid,
            group=runner.gid,
            extra_groups=runner.groups,
        )


def wait_until_ready(server: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    ready = [binary("pg_isready"), "--quiet", "--host", "127.0.0.1", "--port", str(port)]
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise NoPostgres(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace').strip()}")
        time.sleep(0.05)


def create_database(folder: Path, port: int, superuser_password: str) -> str:
    """Create the plain role and its database; returns the URL by which the tests know them."""
    password = secrets.token_hex(16)
    statements = (
        f"CREATE ROLE {USER} LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD '{password}';"
        f"CREATE DATABASE {DATABASE} OWNER {USER};"
    )
    command = [binary("psql"), "--quiet", "--no-psqlrc", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--username", "postgres", "--dbname", "postgres", "--set", "ON_ERROR_STOP=1", "--file", "-"]
    environment = {**os.environ, "PGPASSWORD": superuser_password}
    subprocess.run(command, input=statements, text=True, check=True, env=environment, cwd=folder)
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}"


def stop(server: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown (connections are cut, nothing is waited for); insist if it takes too long."""
    for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(wish)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=10)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("action", choices=["run"])
    parser.add_argument("--honest", action="store_true", help="durable as in production, for benches")
    parser.add_argument("--clusters", type=int, default=1, help="how many to start")
    parser.usage = "postgres.py run [--honest] [--clusters N] -- COMMAND"
    end = arguments.index("--") if "--" in arguments else len(arguments)
    asked, command = parser.parse_args(arguments[:end]), arguments[end + 1 :]
    if not command:
        parser.error("say what to run with WEIR_TEST_POSTGRES set, after --")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the cluster is cleaned up then, too
    try:
        with contextlib.ExitStack() as stack:
            urls = " ".join(stack.enter_context(cluster(honest=asked.honest)) for _ in range(asked.clusters))
            return subprocess.run(command, check=False, env={**os.environ, VARIABLE: urls}).returncode
    except NoPostgres as problem:
        print(problem, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
