# SPDX-License-Identifier: Apache-2.0
"""Many live claims on many targets, and somebody who asks how near others are.

python -m bench.scenes.claiming CLAIMS      prints how long each answer took, in kind, and a whole asking as a verb
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from bench.scenes.opened import FINDER, open_house
from bench.scenes.poured import pour, settle

BATCH = 20_000
TARGETS = 20_000
ASKED, ROUNDS, WHOLE = 2_000, 5, 300
FOLDERS = ("src", "lib", "net", "core", "parser", "crypto", "tests", "drivers", "fs", "kernel", "http", "tls")


@dataclass(frozen=True)
class Place:
    """A claim's target and path. A few targets are everybody's: of them one in three claims is."""

    target: str
    path: str


def main(claims: int) -> None:
    open_house()
    number = whole_target()
    grow(claims, number)
    settle()
    scopes = list(asked(number))
    rounds = [answer_all(scopes) for _ in range(ROUNDS)]
    told = {"rounds": [seconds for seconds, _ in rounds], "kinds": rounds[0][1], "verb": ask_as_a_verb(scopes)}
    print(json.dumps(told))


def whole_target() -> str:
    """One target that is there as in life, so that the whole verb can be called too."""
    from weir.clearinghouse.scanning.verbs import register_target
    from weir.shell.clock import now

    return register_target(FINDER, "pkg:pypi/made-up", now=now()).id


def drawn(chance: random.Random, number: str) -> Place:
    popular = chance.random() < 1 / 3
    which = chance.randrange(20) if popular else chance.randrange(20, TARGETS)
    target = number if which == 0 else f"TG-{which:07d}"
    depth = chance.choices((0, 1, 2, 3, 4, 6), (2, 6, 20, 36, 26, 10))[0]
    names = [f"{chance.choice(FOLDERS)}{chance.randrange(4)}" for _ in range(depth)]
    return Place(target, "/".join(names))


def grow(claims: int, number: str) -> None:
    from django.db import transaction

    from weir.foundation.transactions import tell_row_security

    chance = random.Random(7)
    for first in range(0, claims, BATCH):
        count = min(BATCH, claims - first)
        with transaction.atomic():
            tell_row_security(beat="writing", keys=frozenset())
            lay_down([drawn(chance, number) for _ in range(count)], first)


def lay_down(places: list[Place], first: int) -> None:
    """The rows that `scanning.claim_target` writes. Nobody opens the words here, so they are as long and no more."""
    from django.db import connection

    from weir.clearinghouse.scanning.reads.overlaps import index_key, milliseconds
    from weir.clearinghouse.scanning.rules import cells
    from weir.kernel.ids import uuid7
    from weir.kernel.moments import Moment
    from weir.shell.clock import now

    begun = now()
    until = Moment.of(begun + timedelta(days=7))
    moments = [connection.ops.adapt_datetimefield_value(each) for each in (begun, until, until)]
    ids = [uuid7(begun, os.urandom) for _ in places]
    holders = [f"P-2026-{(first + n) % 5000:05d}-0" for n in range(len(places))]

    def stored(id: UUID) -> UUID | str:
        return id if connection.features.has_native_uuid_field else id.hex

    rest = (2, 10, "none", "go_on", False, False, bytes(180))
    names = ("id", "number", "state", "holder", "organization", "heir", "began", "until", "ends")
    pour(
        "scanning_claim",
        (*names, "units", "hours", "overlap", "choice", "named", "kept", "sealed"),
        (
            (stored(id), f"CL-{first + n:09d}", "live", holders[n], "O-2026-00000-0", "", *moments, *rest)
            for n, id in enumerate(ids)
        ),
    )
    key = index_key()
    pour(
        "scanning_cell",
        ("claim_id", "cell", "method", "classes", "until_ms", "holder", "named", "span"),
        (
            (
                stored(id),
                cells.cell_of(key, places[n].target, places[n].path),
                1 + (first + n) % 4,
                cells.ANY,
                milliseconds(until),
                holders[n],
                False,
                cells.sealed_span(key, version(first + n), os.urandom(cells.NONCE)),
            )
            for n, id in enumerate(ids)
        ),
    )


def version(n: int) -> str:
    """Two in three claims name a version, out of sixty."""
    return f"{n % 3}.{n % 20}.0" if n % 3 else ""


def asked(number: str) -> Iterator[Any]:
    """Questions drawn as the claims are, and never the same: nothing is remembered for them. Every second one names a
    version, so that claims have to be opened.
    """
    from weir.clearinghouse.scanning.rules.sizes import scope_of
    from weir.clearinghouse.scanning.terms import Method

    chance = random.Random(11)
    for n in range(ASKED):
        place, commits = drawn(chance, number), f"{chance.randrange(3)}.{chance.randrange(30)}.0" if n % 2 else ""
        method, weakness = chance.choice(list(Method)), f"CWE-{chance.randrange(1, 900)}"
        yield scope_of(place.target, (place.path,), [method], [weakness], commits)  # type: ignore[arg-type]


def answer_all(scopes: list[Any]) -> tuple[list[float], dict[str, int]]:
    from weir.clearinghouse.scanning.reads.overlaps import nearest
    from weir.foundation.transactions import reading
    from weir.shell.clock import now

    seconds, kinds = [], {}
    for scope in scopes:
        started = time.perf_counter()
        with reading(FINDER):
            kind = nearest(scope, FINDER.id, now())
        seconds.append(time.perf_counter() - started)
        kinds[kind.value] = kinds.get(kind.value, 0) + 1
    return seconds, kinds


def ask_as_a_verb(scopes: list[Any]) -> list[float]:
    """With policy, quota, sealing and the ledger around it, by another person each day's allowance."""
    from dataclasses import replace

    from weir.clearinghouse.scanning.terms import TargetId
    from weir.clearinghouse.scanning.verbs import ask_overlap
    from weir.shell.clock import now

    known = next(scope.target for scope in scopes if not scope.target.startswith("TG-0"))
    seconds = []
    for n, scope in enumerate(scopes[:WHOLE]):
        asker = replace(FINDER, id=f"P-2026-{n // 30:05d}-Z")
        started = time.perf_counter()
        ask_overlap(asker, TargetId(known), scope.methods, scope.paths, scope.weaknesses, scope.commits, now=now())
        seconds.append(time.perf_counter() - started)
    return seconds


if __name__ == "__main__":
    main(int(sys.argv[1]))
