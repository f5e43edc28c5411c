# SPDX-License-Identifier: Apache-2.0
"""`weir doctor`: what this machine and this instance can do, row by row, each with what to do about it.

It changes nothing and shows no secret: of addresses with passwords in them only the host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from weir.clearinghouse.intake.formats import LEFT_OUT, load_formats
from weir.foundation.forms import Asked
from weir.foundation.jobs import reads as jobs
from weir.foundation.ledger import reads as ledger
from weir.foundation.ledger.record import moment_of
from weir.foundation.policy.engines.row_security import Wall, row_security_state
from weir.foundation.store.reads import key_store
from weir.foundation.transactions import reading
from weir.foundation.verb import BOUND
from weir.kernel.errors import WeirError
from weir.kernel.moments import Moment
from weir.shell import demo
from weir.shell.keeping import machine
from weir.shell.keeping.machine import Health, Row

COLOURS = {Health.OK: "green", Health.WARN: "yellow", Health.FAIL: "red", Health.OFF: None}
LATE_TICKS = 6
STALLED_TICKS = 60
SKEW = timedelta(seconds=5)
_LONG_OPEN = """
    SELECT count(*), coalesce(max(extract(epoch FROM now() - xact_start)), 0)::int FROM pg_stat_activity
    WHERE xact_start < now() - interval '30 seconds' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def examine(now: Moment) -> tuple[Row, ...]:
    """Every row. What goes wrong while looking is a row too, and hides no other."""
    rows: list[Row] = []
    for name, look in _rounds(now):
        try:
            rows += look()
        except WeirError as error:
            rows.append(Row(name, Health.FAIL, error.sentence, error.hint))
        except DatabaseError as error:
            said = (str(error).splitlines() or [type(error).__name__])[0]
            hint = "See that WEIR_DATABASE is right and the server runs, and that `weir migrate` was run."
            rows.append(Row(name, Health.FAIL, f"The database did not answer: {said}.", hint))
        except OSError as error:
            rows.append(Row(name, Health.FAIL, f"It could not be looked at: {error.strerror}.", "See who may read it."))
    return tuple(rows)


def get_doctor(request: Asked) -> HttpResponse:
    """The page. There is no room of the shell to ask about, so it asks what whoever sees the workers is asked: the rows
    tell how the machine does, as `jobs.status` tells how its workers do, and both are for those who run this instance.
    """
    actor = request.actor
    assert BOUND.ask is not None
    with reading(actor):
        BOUND.ask(actor, "jobs.status", None)
    rows = examine(request.now)
    return render(request, "doctor.html", {"page_title": _("Doctor"), "rows": rows})


def _rounds(now: Moment) -> Iterator[tuple[str, Callable[[], Iterable[Row]]]]:
    home, keys = Path(settings.HOME), Path(settings.KEYS)
    yield "database", _database
    yield "database: tables", _tables
    yield "database: open transactions", _open_transactions
    yield "keys", lambda: _keys(keys, home)
    yield "log", _log
    yield "log: waiting", lambda: [_waiting(now)]
    yield "workers", lambda: _workers(now)
    yield "clock", lambda: _clock(now)
    yield "room: data", lambda: [machine.room("room: data", home)]
    yield "room: keys", lambda: [machine.room("room: keys", keys)]
    yield "isolation", machine.isolation
    yield "compilers", machine.compilers
    yield "address", lambda: [_address()]
    yield "mail", lambda: [_mail()]
    yield "formats", _formats
    yield "made-up world", lambda: [_demo()]


def _database() -> Iterator[Row]:
    connection = connections["default"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            version = cursor.fetchone()[0]
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            hint = "" if mode == "wal" else "Readers wait for writers without WAL. SQLite needs a local disk."
            state = Health.OK if mode == "wal" else Health.WARN
            yield Row("database", state, f"SQLite {version}, journal mode {mode}. One writer at a time.", hint)
            return
        cursor.execute("SHOW server_version")
        yield Row("database", Health.OK, f"PostgreSQL {cursor.fetchone()[0]}.")
    wall = row_security_state()
    state = Health.WARN if wall.wall is Wall.BYPASSED else Health.OK
    hint = "Let a role that is no superuser own the database." if wall.wall is Wall.BYPASSED else ""
    yield Row("database: row security", state, wall.sentence, hint)


def _tables() -> Iterator[Row]:
    executor = MigrationExecutor(connections["default"])
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        found = f"{len(waiting)} migrations wait."
        yield Row("database: tables", Health.FAIL, found, "Run `weir migrate`, or `weir up`, which does it too.")
    else:
        yield Row("database: tables", Health.OK, "All tables are as this release wants them.")


def _open_transactions() -> Iterator[Row]:
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(_LONG_OPEN)
        count, longest = cursor.fetchone()
    name = "database: open transactions"
    if count:
        hint = "They hold up the log, from any database of the cluster. Find them in pg_stat_activity and end them."
        yield Row(name, Health.WARN, f"{count} are open for more than 30 s, the longest for {longest} s.", hint)
    else:
        yield Row(name, Health.OK, "None of those that this role may see is old.")


def _keys(keys: Path, home: Path) -> Iterator[Row]:
    if not keys.exists():
        hint = "Put back the key folder (WEIR_KEYS): without it nothing sealed opens."
        yield Row("keys", Health.FAIL, f"{keys} is not there.", hint)
        return
    concerns = key_store().concerns(home)
    for concern in concerns:
        yield Row("keys", Health(concern.grade.value), concern.sentence, concern.hint)
    if not concerns:
        yield Row("keys", Health.OK, "They are for their owner alone, and lie on another disk than the data.")


def _log() -> Iterator[Row]:
    because = ledger.why_continue(settings.INSTANCE)
    if because:
        hint = "A backup was put back by hand. Stop Weir on every host and run `weir ledger continue`."
        yield Row("log", Health.FAIL, because, hint)
        return
    log = ledger.open_log()
    seen = ledger.published_sizes().get(log.id, 0)
    # One head may be signed and not yet published, between two steps of a tick.
    state = Health.OK if log.size - seen <= 1 else Health.WARN
    hint = "" if state is Health.OK else "The worker publishes; see its row."
    yield Row("log", state, f"{log.origin} has {log.size} ticks, {seen} of them published.", hint)


def _waiting(now: Moment) -> Row:
    """The lag that an open transaction, or no worker, makes."""
    name, count = "log: waiting", ledger.waiting()
    oldest = ledger.unfiled().order_by("at_ms").values_list("at_ms", flat=True).first()
    if oldest is None:
        return Row(name, Health.OK, "No entry waits for the log.")
    age = (now - moment_of(oldest)).total_seconds()
    late, stalled = (ticks * settings.TICK_SECONDS for ticks in (LATE_TICKS, STALLED_TICKS))
    # Where nobody works, the row of the workers says so; a worker that cannot get on is what is broken.
    stalls = age > stalled and any(slot.alive for slot in jobs.workers(now))
    state = Health.FAIL if stalls else Health.WARN if age > late else Health.OK
    hint = "" if state is Health.OK else "See that a worker runs and, on PostgreSQL, that no transaction stays open."
    return Row(name, state, f"{count} entries wait, the oldest for {age:.0f} s.", hint)


def _workers(now: Moment) -> Iterator[Row]:
    slots = jobs.workers(now)
    if not any(slot.alive for slot in slots):
        hint = "Start `weir up` or `weir worker`: without one nothing is correlated and the log does not grow."
        yield Row("workers", Health.WARN, "None runs.", hint)
    for slot in slots:
        seen = f"last heard of {max(0.0, (now - slot.seen_at).total_seconds()):.0f} s ago"
        if slot.alive:
            state = Health.WARN if slot.trouble else Health.OK
            yield Row(f"worker {slot.executor}", state, f"It runs, {seen}. {slot.trouble}".strip())
        else:
            hint = "Its work goes to the others, if there are any."
            yield Row(f"worker {slot.executor}", Health.WARN, f"It does not run, {seen}.", hint)
    yield Row("jobs", Health.OK, f"{jobs.lag(now)} batches are due and not begun.")


def _clock(now: Moment) -> Iterator[Row]:
    yield machine.kernel_clock()
    newest = ledger.newest_moment()
    if newest is not None and newest > now + SKEW:
        found = f"It says {now}, and the ledger has an entry of {newest}."
        yield Row("clock: not in the past", Health.FAIL, found, "Set it right: moments in the ledger must not go back.")
    else:
        yield Row("clock: not in the past", Health.OK, "No entry of the ledger is from the future.")
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        apart = abs(cursor.fetchone()[0] - now.timestamp())
    state = Health.WARN if apart > SKEW.total_seconds() else Health.OK
    hint = "" if state is Health.OK else "Let both machines follow the same time server."
    yield Row("clock: and the database's", state, f"They are {apart:.1f} s apart.", hint)


def _address() -> Row:
    host = settings.VALUES.address[0]
    public = urlsplit(settings.PUBLIC_URL)
    if settings.HTTPS:
        return Row("address", Health.OK, f"People come by {settings.PUBLIC_URL}; Weir listens at {host}.")
    if _is_loopback(host) and _is_loopback(public.hostname or ""):
        return Row("address", Health.OK, f"Only this machine can reach it ({host}).")
    hint = "Put a TLS proxy in front and set WEIR_PUBLIC_URL to its https:// address."
    return Row("address", Health.FAIL, f"Weir listens at {host} without https: passwords go in the clear.", hint)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _mail() -> Row:
    said = settings.VALUES.mail
    if said == "file":
        hint = "Set WEIR_MAIL to smtp://... so that invitations reach people."
        return Row("mail", Health.WARN, f"It is written into {Path(settings.HOME) / 'mail'} and sent to nobody.", hint)
    return Row("mail", Health.OK, f"It is sent through {urlsplit(said).hostname}.")


def _formats() -> Iterator[Row]:
    """Readers that other packages bring."""
    brought = sorted(f"{each.name} by {each.by}" for each in load_formats().values() if each.by)
    found = f"{len(load_formats())} are read{', ' if brought else ''}{', '.join(brought)}."
    yield Row("formats", Health.OK, found)
    for no in LEFT_OUT:
        yield Row(f"format: {no.name}", Health.WARN, no.why, f"It comes with {no.by}. Mend that package, or remove it.")


def _demo() -> Row:
    if settings.DEMO or demo.is_here():
        hint = "For trying out. Start with an empty WEIR_HOME, without WEIR_DEMO, for anything real."
        return Row("made-up world", Health.WARN, "This instance holds one.", hint)
    return Row("made-up world", Health.OFF, "Nothing here is made up.")
