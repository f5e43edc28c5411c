# SPDX-License-Identifier: Apache-2.0
"""`weir restore`: a backup into an empty instance, and what must happen before its doors open again.

Everything is checked while it is unpacked beside its place; only then does it take its place. A database that is older
than what was published goes on under a new log; what ended since the backup ends again, and so does every sign-in.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from weir.foundation.actor import SYSTEM
from weir.foundation.identity.verbs import repeat_endings
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.reads.verification import verify
from weir.foundation.ledger.sequencer import continue_log
from weir.foundation.ledger.terms import NoSuchEntry
from weir.foundation.ledger.verbs import note_continuation
from weir.foundation.ledger.verbs import repeat_erasure as empty_entries_again
from weir.foundation.store.gates.durable import settle
from weir.foundation.store.reads import key_store
from weir.foundation.store.terms import AlreadyErased
from weir.foundation.store.verbs import finish_destructions
from weir.foundation.store.verbs import repeat_erasure as erase_case_again
from weir.foundation.verb import HeldBack
from weir.kernel.errors import Conflict, Missing, Unavailable
from weir.kernel.moments import Moment
from weir.shell import wiring
from weir.shell.keeping.archive import DATABASES, JOBS, Manifest, Member, Reader
from weir.shell.keeping.backup import NotBackedUp, Progress, run_postgresql
from weir.shell.keeping.endings import Endings, to_repeat

_TABLES = {
    "sqlite": "SELECT count(*) FROM sqlite_master",
    "postgresql": (
        "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%%'"
        " AND n.nspname NOT LIKE 'pg_temp%%'"
    ),
}


class NotEmpty(Conflict):
    """There is something here already, and a restore overwrites nothing."""

    hint = "Point WEIR_HOME and WEIR_DATABASE at an empty folder and an empty database. WEIR_KEYS stays as it is."


class OtherDatabase(Conflict):
    """The backup is of another kind of database than WEIR_DATABASE names."""

    hint = "Set WEIR_DATABASE to an empty database of the same kind."


class NewerRelease(Conflict):
    """The backup was made by a newer release of Weir."""

    hint = "Install that release or a later one, then restore."


class KeysMissing(Unavailable):
    """The keys that belong to the backup are not here."""

    hint = "Put back the key folder, and name it in WEIR_KEYS: without it nothing opens, and no backup is trusted."


class NotRestored(Unavailable):
    """The backup could not be put in its place."""

    hint = "Make room, empty WEIR_HOME and the database again, and repeat."


@dataclass(frozen=True)
class Restored:
    """What was put back. `log` is the new log, when one was begun; `because` says why."""

    made_at: Moment
    entries: int
    log: str
    because: str
    erased_again: int
    ended_again: int
    faults: tuple[str, ...]


def restore(file: Path, now: Moment, progress: Progress = lambda *_: None) -> Restored:
    """Put a backup into an empty instance and make it fit to run."""
    _check_keys("receipts.seed")
    with closing(Reader(file, ledger.notary_of(settings.INSTANCE).receipt_key.verifier())) as reader:
        if reader.manifest.cases:
            _check_keys("cases.sqlite")
        _check_fits(reader.manifest)
        _check_empty()
        with _told(), _staging() as stage:
            staged = _unpack(reader, stage, progress)
            # Stop before this line: nothing was touched, but for a hidden folder that says what it is.
            _take_place(staged)
    call_command("migrate", interactive=False, verbosity=0)
    log, because = go_on(now)
    erased, ended, held = repeat_what_ended(now)
    progress("checking the ledger", 0, 1)
    found = verify(lambda done: progress("checking the ledger", done, max(done, reader.manifest.entries)))
    return Restored(reader.manifest.made_at, found.entries, log, because, erased, ended, (*found.faults, *held))


def go_on(now: Moment) -> tuple[str, str]:
    """Begin a new log where this database must not go on with its own; its name and the reason, or nothing."""
    because = ledger.why_continue(settings.INSTANCE)
    if not because:
        return "", ""
    old, new = continue_log(settings.INSTANCE, now)
    # Stop here: the new log is there and does not say why. Its row names the old one all the same.
    wiring.open_log.cache_clear()
    note_continuation(SYSTEM, new, ledger.notary_of(old).last_published(), because, now=now)
    return new, because


def repeat_what_ended(now: Moment) -> tuple[int, int, tuple[str, ...]]:
    """Endings and erasures since the backup, once more, and every sign-in; how many of each, and what was not done.

    Safe to run again. Endings come first: with them holds are put back and lifted, and a hold keeps what it is on.
    """
    journal = Endings(Path(settings.KEYS))
    again = to_repeat(journal.read())
    ended = repeat_endings.perform(SYSTEM, again.numbers, again.since, now=now)
    erased, faults = 0, []
    for line in key_store().journal():
        with suppress(Missing, AlreadyErased):  # of a case that the backup never knew, or knew as erased
            erase_case_again(SYSTEM, str(line.key), now=now)
            erased += 1
    finish_destructions(now)
    for about in again.erased:
        try:
            erased += len(empty_entries_again(SYSTEM, about, now=now).leaves)
        except NoSuchEntry:  # of entries that the backup knew as erased, or not at all
            continue
        except HeldBack:
            faults.append(f"Entries about {about} had been erased; a legal hold keeps them now.")
    # Stop before this line: all was repeated and the journal does not say so. It is repeated once more, to no harm.
    journal.catch_up(ended.entry.id, now)
    return erased, ended.outcome.count, tuple(faults)


def _check_keys(name: str) -> None:
    if not (Path(settings.KEYS) / name).exists():
        raise KeysMissing(f"The keys that belong to the backup are not here: {name} is missing from WEIR_KEYS.")


def _check_fits(manifest: Manifest) -> None:
    vendor = connections["default"].vendor
    if manifest.vendor != vendor:
        raise OtherDatabase(f"The backup is of a {manifest.vendor} database, and WEIR_DATABASE names {vendor}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise NewerRelease(f"The backup was made by Weir {manifest.weir}; this release does not know {unknown[0]}.")


def _check_empty() -> None:
    home, connection = Path(settings.HOME), connections["default"]
    for path in (home / JOBS, *home.glob("blobs/*/*")):
        if path.exists():
            raise NotEmpty(f"{path.relative_to(home)} is in WEIR_HOME already.")
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES[connection.vendor])
            tables = cursor.fetchone()[0]
    except DatabaseError as no:
        raise NotRestored(f"The database cannot be reached: {str(no).splitlines()[0]}.") from no
    connection.close()
    if tables:
        raise NotEmpty(f"The database has {tables} tables already.")


@contextmanager
def _staging() -> Iterator[Path]:
    stage = Path(settings.HOME) / f".restoring-{secrets.token_hex(4)}"
    stage.mkdir(parents=True, mode=0o700)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except NotBackedUp as no:
        raise NotRestored(no.sentence) from no
    except OSError as no:
        raise NotRestored(f"The backup could not be unpacked: {no.strerror or no}.") from no


def _unpack(reader: Reader, stage: Path, progress: Progress) -> list[tuple[Path, Callable[[Path], None]]]:
    """Every member, checked, and how each takes its place: blobs and jobs first, the database last."""
    members = reader.manifest.members
    total, done = sum(member.size for member in members), 0
    staged = []
    for number, member in enumerate(members):
        path = stage / str(number)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for block in reader.blocks(member):
                file.write(block)
                done += len(block)
                progress("unpacking", done, total)
            file.flush()
            os.fsync(file.fileno())
        staged.append((member, path))
    staged.sort(key=lambda pair: pair[0].name in DATABASES.values())
    return [(path, _placed(member)) for member, path in staged]


def _placed(member: Member) -> Callable[[Path], None]:
    if member.name == DATABASES["postgresql"]:
        return _load
    home = Path(settings.HOME)
    is_database = member.name == DATABASES["sqlite"]
    place = Path(connections["default"].settings_dict["NAME"]) if is_database else home / member.name

    def move(path: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.move(path, place)

    return move


def _load(dump: Path) -> None:
    arguments = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
    settings_dict = connections["default"].settings_dict
    run_postgresql("pg_restore", (*arguments, f"--dbname={settings_dict['NAME']}", str(dump)), settings_dict)


def _take_place(staged: list[tuple[Path, Callable[[Path], None]]]) -> None:
    for path, place in staged:
        place(path)
        # Stop here: sealed files without a database. It is not an instance yet; empty the folder and restore again.
    home = Path(settings.HOME)
    for folder in (home, *home.glob("blobs"), *home.glob("blobs/*")):
        settle(folder)
