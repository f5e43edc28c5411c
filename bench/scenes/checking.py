# SPDX-License-Identifier: Apache-2.0
"""A house that holds some findings, with an edition out; and members, each with commitments enough for one large check.

python -m bench.scenes.checking MEMBERS CAUSES      prints a token for each member, and the causes to ask about
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta

from bench.scenes.opened import FINDER, open_house

HELD = 100
SCOPES = ("findings.check_terms", "findings.check_buckets", "findings.evaluate_blinded", "findings.prove_edition")


def main(members: int, causes: int) -> None:
    open_house()
    asked = [cause(n) for n in range(causes)]
    # Half of what is held is asked about.
    hold([cause(n) for n in range(causes - HELD // 2, causes + HELD // 2)])
    print(json.dumps({"tokens": [token(n, causes) for n in range(members)], "causes": asked, "held": HELD // 2}))


def cause(n: int) -> dict[str, str]:
    return {
        "package": f"pkg:pypi/made-up-{n % 40}",
        "path": f"src/part_{n % 17}/file_{n % 29}.py",
        "symbol": f"Thing{n % 11}.does_{n}",
        "weakness": f"CWE-{(79, 89, 416, 787, 22, 502)[n % 6]}",
    }


def hold(causes: list[dict[str, str]]) -> None:
    """Findings as reports lead to them, each placed, and an edition that holds them."""
    from weir.clearinghouse.findings.models import FindingRow
    from weir.clearinghouse.findings.terms.checking import Cause
    from weir.clearinghouse.findings.verbs import correlate_report, hold_cause, publish_buckets
    from weir.clearinghouse.intake.verbs import receive_report
    from weir.foundation.actor import SYSTEM
    from weir.foundation.transactions import writing
    from weir.shell.clock import now

    for each in causes:
        report = receive_report(FINDER, "A made-up report", "A length is trusted.", now=now()).id
        finding = correlate_report(SYSTEM, report, now=now()).id
        with writing():
            hold_cause(FindingRow.objects.get(number=finding), Cause(**each), now())
    publish_buckets(SYSTEM, now=now())


def token(n: int, causes: int) -> str:
    """A member of an organization of their own, with a commitment for each cause; the token with which they ask."""
    from django.db import transaction

    from weir.clearinghouse.intake.verbs import commit_report
    from weir.foundation.identity import accounts, verbs
    from weir.foundation.identity.terms import OrganizationKind, Role, Sector
    from weir.foundation.identity.verbs.joining import join, new_organization
    from weir.kernel.moments import Moment
    from weir.shell.clock import now

    name = f"member-{n}"
    with transaction.atomic():
        lab = new_organization(
            name, OrganizationKind.FINDER, Sector.NONE, f"{name}@lab.example", now(), operating=False
        )
        person = accounts.new_person(f"{name}@lab.example", name, "", now())
        join(person, lab, (Role.FINDER,), "", now())
    actor = accounts.actor_of_session(person, lab.number, second_factor=True, now=now())
    for _ in range(causes):
        commit_report(actor, os.urandom(32).hex(), now=now())
    return verbs.issue_token(actor, SCOPES, Moment.of(now() + timedelta(hours=1)), now=now()).secret


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
