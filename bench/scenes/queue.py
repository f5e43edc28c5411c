# SPDX-License-Identifier: Apache-2.0
"""A queue of findings as they come to lie there: sealed, marked, shown to some; and two people who may see a part.

python -m bench.scenes.queue FINDINGS      prints the readers' password, and how many findings each may see
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from bench.scenes.opened import open_house
from bench.scenes.poured import pour, settle

BATCH = 10_000
RARE = 50
MARKED = "AMBER+STRICT"
PASSWORD = "a-made-up-pass-phrase-for-a-bench"  # noqa: S105 - of people who exist for a minute, on loopback
TITLES = (
    "Heap overflow in a length field",
    "Path traversal when unpacking",
    "A token is logged",
    "Type confusion in JSON",
)
MANY, FEW = "many@vendor.example", "few@isac.example"


@dataclass(frozen=True)
class Made:
    """A finding, ready to be laid down. `key` is its compartment's."""

    id: UUID
    number: str
    at: datetime
    key: UUID
    sealed: bytes
    keys: frozenset[str]


def main(findings: int) -> None:
    open_house()
    vendor, isac = person(MANY, "vendor"), person(FEW, "isac")
    shown = grow(findings, vendor, isac)
    settle()
    print(json.dumps({"password": PASSWORD, "shown": {MANY: shown[vendor], FEW: shown[isac]}}))


def person(email: str, kind: str) -> str:
    """Somebody who is no staff, with a password, in an organization of that kind; returns its number."""
    from django.db import transaction

    from weir.foundation.identity import accounts
    from weir.foundation.identity.terms import OrganizationKind, Role, Sector
    from weir.foundation.identity.verbs.joining import join, new_organization
    from weir.shell.clock import now

    with transaction.atomic():
        organization = new_organization(
            kind.title(), OrganizationKind(kind), Sector.NONE, email, now(), operating=False
        )
        row = accounts.new_person(email, email.partition("@")[0].title(), accounts.encoded(PASSWORD), now())
        join(row, organization, (Role.MEMBER,), "", now())
    return organization.number


def grow(findings: int, vendor: str, isac: str) -> dict[str, int]:
    """Findings in the order in which they came, a batch a transaction; how many each organization may see."""
    from django.conf import settings
    from django.db import transaction

    from weir.foundation.store.gates import FileKeyStore
    from weir.foundation.store.reads import bind_key_store, key_store
    from weir.foundation.transactions import tell_row_security

    bind_key_store(FileKeyStore(settings.KEYS, pool=BATCH, cached=1))
    rare = set(random.Random(7).sample(range(findings), RARE))
    seen = {vendor: 0, isac: 0}
    for first in range(0, findings, BATCH):
        batch = list(made(range(first, min(first + BATCH, findings)), findings, rare, vendor, isac))
        with transaction.atomic():
            tell_row_security(beat="writing", keys=frozenset())
            lay_down(batch)
        for each in batch:
            seen[vendor] += bool(each.keys & {"kind:vendor", f"organization:{vendor}"})
            seen[isac] += f"organization:{isac}" in each.keys
    key_store().close()  # type: ignore[attr-defined]
    return seen


def made(numbers: range, of: int, rare: set[int], vendor: str, isac: str) -> Iterator[Made]:
    from weir.clearinghouse.findings.reads import SEALED_CONTEXT
    from weir.clearinghouse.findings.terms import FindingId
    from weir.foundation.store import rules
    from weir.foundation.store.reads import key_store
    from weir.kernel.canonical import canonical
    from weir.kernel.ids import uuid7
    from weir.kernel.moments import Moment
    from weir.shell.clock import now

    words = [canonical({"title": title, "target": f"pkg:pypi/made-up@{n}"}) for n, title in enumerate(TITLES)]
    end = now()
    for n in numbers:
        at = Moment.of(end - timedelta(seconds=3 * (of - n)))
        key = key_store().take()
        number = FindingId.mint(at.year, partial(scattered, n), length=7)
        about = rules.context(number, SEALED_CONTEXT)
        sealed = rules.sealer(key_store().open_key(key))(words[n % len(words)], about, os.urandom(rules.NONCE_SIZE))
        keys = {"role:coordinator", f"organization:O-2026-{n % 997:05d}-0"}
        keys |= {"kind:vendor"} if n % 5 == 0 else set()
        keys |= {f"organization:{vendor}"} if n % 7 == 0 else set()
        keys |= {f"organization:{isac}"} if n in rare else set()
        yield Made(uuid7(at, os.urandom), str(number), at, key, sealed, frozenset(keys))


def scattered(n: int, length: int) -> bytes:
    """Another number for each n, in no order: drawn at random, a million of them would meet."""
    mixed = n * 0x9E3779B1 % (1 << 5 * length)
    return bytes(mixed >> 5 * place & 31 for place in range(length))


def lay_down(batch: list[Made]) -> None:
    """The rows that `findings.correlate_report` writes."""
    from django.db import connection

    def stored(id: UUID) -> UUID | str:
        return id if connection.features.has_native_uuid_field else id.hex

    pour("store_compartment", ("id", "name"), ((stored(each.key), each.number) for each in batch))
    pour(
        "findings_finding",
        ("id", "number", "state", "received_at", "reports", "tlp", "sealed"),
        (
            (stored(e.id), e.number, "open", connection.ops.adapt_datetimefield_value(e.at), 1, MARKED, e.sealed)
            for e in batch
        ),
    )
    pour(
        "policy_mark",
        ("object", "source", "tlp", "audience", "embargo_ms"),
        ((stored(each.id), "R-2026-MADEP-X", MARKED, "\n".join(sorted(each.keys)), 0) for each in batch),
    )
    pour(
        "policy_audience",
        ("kind", "key", "object"),
        (("Finding", key, stored(each.id)) for each in batch for key in sorted(each.keys)),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
