# SPDX-License-Identifier: Apache-2.0
"""A long log that others have grown: how fast it is verified, how long a proof takes, what memory both need.

python -m bench.scenes.proving ENTRIES
"""

from __future__ import annotations

import json
import os
import random
import resource
import statistics
import sys
import time

from bench.scenes.opened import FINDER, open_house

PROOFS = 300


def main(entries: int) -> None:
    open_house()
    from weir.foundation.ledger import reads
    from weir.foundation.ledger.reads.verification import verify

    started = time.perf_counter()
    found = verify()
    took = time.perf_counter() - started
    assert not found.faults, found.faults[:3]
    assert found.entries == entries
    seconds = []
    for leaf in sample(entries):
        started = time.perf_counter()
        reads.prove_entry(FINDER, leaf)
        seconds.append(time.perf_counter() - started)
    told = {
        "verified": entries / took,
        "hashed": bare_hashing(),
        "proof": statistics.median(seconds),
        "memory": peak(),
        "ticks": found.ticks,
    }
    print(json.dumps(told))


def sample(entries: int) -> list[str]:
    """Leaves of entries from all over the log."""
    from weir.foundation.ledger.models import EntryRow

    numbers = random.Random(7).sample(range(1, entries + 1), min(PROOFS, entries))
    return [bytes(leaf).hex() for leaf in EntryRow.objects.filter(id__in=numbers).values_list("leaf", flat=True)]


def bare_hashing() -> float:
    """Leaves a second that this machine hashes with nothing around it: the physical limit of verifying."""
    from weir.kernel.batch import blind_leaf

    salt, entry = os.urandom(32), os.urandom(300)
    started = time.perf_counter()
    for _ in range(200_000):
        blind_leaf(salt, entry)
    return 200_000 / (time.perf_counter() - started)


def peak() -> int:
    """Kilobytes at most so far, of this process or the largest of those that helped it."""
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


if __name__ == "__main__":
    main(int(sys.argv[1]))
