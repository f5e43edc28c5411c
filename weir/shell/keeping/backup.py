# SPDX-License-Identifier: Apache-2.0
"""`weir backup`: jobs, database and blobs in one file, consistent while the instance runs.

In that order, because each may know less than the next, never more: a batch that the queue has not heard of is told to
it again, and a blob is on the disk before the row that names it commits. Keys are not in it (docs/decisions/0070).
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db import connections, transaction

from weir.foundation.ledger import reads as ledger
from weir.foundation.store.formats.age import encrypt_to
from weir.foundation.store.gates import case_file
from weir.foundation.store.reads import path_of
from weir.foundation.store.terms import KeysUnavailable
from weir.foundation.transactions import tell_row_security
from weir.kernel.errors import Conflict, Unavailable
from weir.kernel.moments import Moment
from weir.shell.keeping.archive import DATABASES, FORMAT, JOBS, Manifest, Writer

Progress = Callable[[str, int, int], None]

_APPLIED = "SELECT app || '.' || name FROM django_migrations ORDER BY app, name"
_LOG = "SELECT id, origin FROM ledger_log WHERE NOT ended"
_HEAD = "SELECT note FROM ledger_checkpoint WHERE log = {log} AND published ORDER BY size DESC LIMIT 1"
_COUNT = "SELECT count(*) FROM ledger_entry"
_CASES = "SELECT count(*) FROM store_compartment WHERE erased_at IS NULL"
_BLOBS = "SELECT name FROM store_blob ORDER BY name"
_STILL_NAMED = (
    "SELECT 1 FROM store_blob b JOIN store_compartment c ON c.id = b.compartment_id"
    " WHERE b.name = %s AND c.erased_at IS NULL"
)
_DAMAGED = "Restore an earlier backup; see docs/operating.md."
_NO_OLDER = "It must be no older than the server. Nothing was changed."
_TRIES = 5
_BESIDE = ("", "-wal", "-shm", "-journal")  # what SQLite leaves beside a file when it cannot finish


class FileIsThere(Conflict):
    """There is a file of that name already."""

    hint = "Name another one: a backup is never written over."


class NotBackedUp(Unavailable):
    """The backup could not be made."""

    hint = "Nothing was left behind. See that there is room for the database twice where the file is to lie."


class NoProgram(Unavailable):
    """A program that belongs to PostgreSQL is not here."""

    hint = "Install PostgreSQL's clients, no older than the server. On Debian: apt-get install postgresql-client"


@dataclass(frozen=True)
class BackedUp:
    """What was made."""

    file: str
    bytes: int
    origin: str
    entries: int
    blobs: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _State:
    """What the database in the backup says of itself."""

    origin: str
    checkpoint: str
    entries: int
    cases: int
    migrations: tuple[str, ...]
    blobs: tuple[str, ...]


def backup(file: Path, now: Moment, progress: Progress = lambda *_: None) -> BackedUp:
    """Make a backup under a name that is not taken. It appears under that name whole, or not at all."""
    with _fresh(file) as (target, scratch):
        writer = Writer(target, now)
        vendor = connections["default"].vendor
        if vendor == "sqlite":
            state = _add_sqlite(writer, scratch, progress)
        else:
            state = _add_postgresql(writer, scratch, progress)
        missing = _add_blobs(writer, state.blobs, progress)
        manifest = Manifest(
            format=FORMAT,
            weir=version("weir"),
            made_at=now,
            vendor=vendor,
            instance=settings.INSTANCE,
            origin=state.origin,
            checkpoint=state.checkpoint,
            entries=state.entries,
            cases=state.cases,
            migrations=state.migrations,
            missing=missing,
            members=tuple(writer.members),
        )
        writer.finish(manifest, ledger.notary_of(settings.INSTANCE).receipt_key)
    return BackedUp(str(file), file.stat().st_size, state.origin, state.entries, len(state.blobs), missing)


@contextmanager
def _fresh(file: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file beside its place that takes its name at the end, durably; and a name for scratch. Nothing else stays."""
    if file.exists():
        raise FileIsThere(f"{file} is there already.")
    mark = secrets.token_hex(4)
    part, scratch = (file.with_name(f".{file.name}.{mark}.{word}") for word in ("part", "scratch"))
    with ExitStack() as undo, _told():
        for path in (part, *(scratch.with_name(scratch.name + end) for end in _BESIDE)):
            undo.callback(path.unlink, missing_ok=True)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as target:
            yield target, scratch
            target.flush()
            os.fsync(target.fileno())
        # Stop before this line: a hidden file without its last member, which nobody takes for a backup.
        _take_name(part, file)


def _take_name(part: Path, file: Path) -> None:
    try:
        os.link(part, file)
    except FileExistsError:
        raise FileIsThere(f"{file} is there by now.") from None
    except PermissionError:  # a file system without links
        part.rename(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as no:
        raise NotBackedUp(f"The backup could not be written: {no.strerror or no}.") from no
    except sqlite3.Error as no:
        raise NotBackedUp(f"The database could not be copied: {no}.") from no


def _add_sqlite(writer: Writer, scratch: Path, progress: Progress) -> _State:
    queue = Path(settings.HOME) / "jobs.sqlite"
    if queue.exists():
        progress("jobs", 0, 1)
        copy_sqlite(queue, scratch)
        _add_file(writer, JOBS, scratch)
        scratch.unlink()
    progress("database", 0, 1)
    copy_sqlite(Path(connections["default"].settings_dict["NAME"]), scratch)
    with closing(sqlite3.connect(scratch)) as database:
        if (said := database.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise NotBackedUp(f"The database is damaged: {said}.", hint=_DAMAGED)
        state = _state(lambda sql: database.execute(sql).fetchall())
    _add_file(writer, DATABASES["sqlite"], scratch)
    return state


def copy_sqlite(source: Path, target: Path) -> None:
    """One consistent moment of a database in use, in one file that needs no log beside it."""
    target.touch(mode=0o600)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as from_,
        closing(sqlite3.connect(target)) as to,
    ):
        from_.backup(to)  # all pages in one step: writers go on meanwhile, and are not in it
        to.execute("PRAGMA journal_mode=DELETE")


def _add_postgresql(writer: Writer, scratch: Path, progress: Progress) -> _State:
    """Everything from one snapshot: what is asked here is what the dump holds."""
    connection = connections["default"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # a dump may take longer than any request
        tell_row_security(beat="writing", keys=frozenset())

        def ask(sql: str) -> list[tuple[Any, ...]]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        state, snapshot = _state(ask), ask("SELECT pg_export_snapshot()")[0][0]
        progress("database", 0, 1)
        # Row security binds the owner too, so the dump says that it is one of us (weir.beat) and passes by the policy.
        dump = ("--format=custom", "--enable-row-security", f"--snapshot={snapshot}", f"--file={scratch}")
        run_postgresql("pg_dump", dump, connection.settings_dict)
    scratch.chmod(0o600)
    _add_file(writer, DATABASES["postgresql"], scratch)
    return state


def run_postgresql(program: str, arguments: Sequence[str], database: dict[str, Any]) -> None:
    """Run one of PostgreSQL's own programs on our database; the password goes by the environment only."""
    found = _program(program)
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = dict(os.environ) | {name: str(database[key]) for name, key in known.items() if database[key]}
    environment["PGOPTIONS"] = "-c weir.beat=writing"
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, with arguments of ours
        [found, "--no-password", *arguments], check=False, capture_output=True, text=True, env=environment
    )
    if done.returncode:
        said = (done.stderr.strip() or "it did not say why").splitlines()[0]
        raise NotBackedUp(f"{program} failed: {said}.", hint=_NO_OLDER)


def _program(name: str) -> str:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, places), os.environ.get("PATH", "")]))
    if found is None:
        raise NoProgram(f"{name} is not here.")
    return found


def _state(ask: Callable[[str], list[tuple[Any, ...]]]) -> _State:
    log, origin = ask(_LOG)[0]
    head = ask(_HEAD.format(log=int(log)))
    return _State(
        origin=origin,
        checkpoint=head[0][0] if head else "",
        entries=ask(_COUNT)[0][0],
        cases=ask(_CASES)[0][0],
        migrations=tuple(name for (name,) in ask(_APPLIED)),
        blobs=tuple(name for (name,) in ask(_BLOBS)),
    )


def _add_file(writer: Writer, name: str, path: Path) -> None:
    with path.open("rb") as source:
        writer.add(name, source, os.fstat(source.fileno()).st_size)


def _add_blobs(writer: Writer, names: Sequence[str], progress: Progress) -> tuple[str, ...]:
    missing: list[str] = []
    for done, name in enumerate(names):
        progress("sealed files", done, len(names))
        try:
            _add_file(writer, f"blobs/{name[:2]}/{name}", path_of(name))
        except FileNotFoundError:
            # Erased since the snapshot: its row is gone by now, or its case is marked. Otherwise it was lost before.
            with connections["default"].cursor() as cursor:
                cursor.execute(_STILL_NAMED, [name])
                missing += [name] if cursor.fetchone() else []
    return tuple(missing)


def backup_keys(file: Path, recipients: tuple[str, ...], now: Moment) -> int:
    """The key folder, encrypted to people (age) who can open it; how many files. It must not be kept for ever: an old
    copy still holds the keys of cases that were erased since.
    """
    with _fresh(file) as (target, scratch), _told():
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for path in _key_files(scratch):
                entry = tarfile.TarInfo("cases.sqlite" if path == scratch else path.name)
                entry.size, entry.mode, entry.mtime = path.stat().st_size, 0o600, int(now.timestamp())
                with path.open("rb") as source:
                    tar.addfile(entry, source)
            count = len(tar.getmembers())
        target.write(encrypt_to(recipients, packed.getvalue()))
    return count


def _key_files(scratch: Path) -> list[Path]:
    """The copied case keys first, then the rest. An erasure in between moves every key on: then begin again."""
    folder = Path(settings.KEYS)
    for _ in range(_TRIES):
        scratch.unlink(missing_ok=True)
        copy_sqlite(folder / "cases.sqlite", scratch)
        with closing(sqlite3.connect(scratch)) as database:
            wrapping = folder / f"wrapping-{case_file.generation_of(database)}.key"
        patterns = ("*.seed", "session.key", "*.journal", "published-*.checkpoint")
        if wrapping.exists():
            return [scratch, wrapping, *sorted(path for pattern in patterns for path in folder.glob(pattern))]
    raise KeysUnavailable("The key folder lacks the wrapping key that its case keys need.")
