# SPDX-License-Identifier: Apache-2.0
"""The client of the blind check, as the `weir` command and the stdio MCP server use it: on the caller's own machine.

A room cannot do this: whoever blinds knows the cause, and an instance must not. `checker/` does it, without our code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from checker.calling import Gone
from checker.checking import Answer, Cause, Cheated, Edition, check, unwatched
from checker.fingerprints import NotACause
from checker.voprf import NotProved
from weir.kernel.errors import Conflict, Invalid, Missing, Unavailable
from weir.shell.client import Client

NEGATIVE = "Not held, as far as this can tell: what is withheld, written otherwise or not yet published is not found."
MOST_CAUSES = 250
PARTS = ("package", "path", "symbol", "weakness")


class NotCauses(Invalid):
    """A cause is a package or repository, a path, a symbol and a CWE number."""

    hint = "Name all four, or a file with one JSON object a line: package, path, symbol, weakness. See `--show`."


class NotBelieved(Conflict):
    """What the instance answered does not hold together, so nothing of it is told."""

    hint = "Keep what you have, compare the public key with another member's, and tell them."


class EditionWentBy(Unavailable):
    """The edition was replaced while it was asked about, twice."""

    hint = "Ask again: it begins with the newest edition."


@dataclass(frozen=True)
class Through:
    """An instance, as the client of the blind check calls it."""

    client: Client

    def ask(self, question: str, **parameters: str) -> Any:
        try:
            return self.client.ask(question, parameters)
        except Missing as no:
            if not parameters:
                raise  # there is no edition at all yet, and asking again at once would not help
            raise Gone(no.sentence) from no

    def act(self, verb: str, **parameters: Any) -> Any:
        try:
            return self.client.act(verb, parameters)["answer"]
        except Missing as no:
            raise Gone(no.sentence) from no


def check_blindly(
    client: Client,
    causes: Sequence[Cause],
    trusted_key: str = "",
    told: Callable[[str, int, int], None] = unwatched,
) -> tuple[Edition, list[Answer]]:
    """Blinded, sent, proved and looked up here; what goes wrong is said as everything else is."""
    try:
        return check(Through(client), causes, trusted_key, told)
    except NotACause as no:
        raise NotCauses(str(no)) from None
    except (Cheated, NotProved) as no:
        raise NotBelieved(str(no)) from None
    except Gone:
        raise EditionWentBy from None
