# SPDX-License-Identifier: Apache-2.0
"""An instance seen from outside: what happens in it, step by step, and everything that an outsider can get to know.

Two worlds are told the same steps; one of them leaves out what is hidden. Each step has its own moment in both, so that
nothing but what is hidden differs. Numbers and secrets are drawn at random; what the outsider knows anyway is given a
name before worlds are compared, and a number that is *not* known stays as it is, so that it shows.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from tests.worlds.callers import Instance, Program
from tests.worlds.house import House
from weir.clearinghouse.findings.models import FindingRow
from weir.clearinghouse.findings.reads import list_findings, read_finding
from weir.clearinghouse.findings.terms import FindingId
from weir.clearinghouse.intake.reads import read_report
from weir.clearinghouse.intake.terms import ReportId
from weir.clearinghouse.scanning import verbs as scanning
from weir.clearinghouse.scanning.terms import Method
from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor
from weir.foundation.identity import reads as identity
from weir.foundation.identity import verbs as people
from weir.foundation.identity.models import OrganizationRow, PersonRow
from weir.foundation.identity.terms import OrganizationKind, Role
from weir.foundation.ledger import reads as ledger
from weir.foundation.policy import marks
from weir.foundation.policy.terms import Marking, Tlp
from weir.foundation.policy.verbs import break_glass, confirm_act, propose_act
from weir.foundation.question import QUESTIONS
from weir.foundation.store import reads as store
from weir.foundation.store.verbs import erase_compartment
from weir.foundation.transactions import writing
from weir.kernel.ids import TypedId, any_id
from weir.kernel.moments import Moment
from weir.shell import rates

START = Moment.parse("2026-11-20T12:00:00Z")
STEP = timedelta(seconds=20)
PROBED = 5  # so many hidden things are asked for by name


@dataclass
class World:
    """One instance, from its first moment. `clock` is what the doors look at."""

    clock: Callable[[Moment], None]
    house: House = field(init=False)
    instance: Instance = field(init=False)
    outsider: Actor = field(init=False)
    second: Actor = field(init=False)
    known: dict[str, str] = field(default_factory=dict)
    hidden: list[TypedId] = field(default_factory=list)
    hidden_leaf: str = ""
    own_leaf: str = ""
    reports: list[ReportId] = field(default_factory=list)
    findings: list[FindingId] = field(default_factory=list)

    def __post_init__(self) -> None:
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)
        store.forget()
        self.clock(START)
        self.house = House(now=START)
        self.instance = Instance()
        with transaction.atomic():
            operator = OrganizationRow.objects.get(operating=True)
        elsewhere = self.instance._organization("Elsewhere", OrganizationKind.VENDOR)
        self.second = self.instance._person(operator, "olga", Role.COORDINATOR, Role.ADMINISTRATOR)
        self.outsider = self.instance._person(elsewhere, "otto", Role.FINDER, Role.ADMINISTRATOR)
        self.know(self.outsider.id, "otto")
        self.know(self.outsider.organization, "elsewhere")

    def tell(self, steps: Sequence[str], *, hidden: bool) -> None:
        """All that happens; without what is hidden, its moments pass all the same."""
        for number, step in enumerate([*steps, "tick", "tick"], start=1):
            self.house.now = Moment.of(START + number * STEP)
            self.clock(self.house.now)
            if hidden or step in COMMON:
                (COMMON.get(step) or HIDDEN[step])(self)
        self.house.now = Moment.of(self.house.now + STEP)
        self.clock(self.house.now)

    def know(self, number: str, name: str) -> None:
        """The outsider knows this number anyway."""
        self.known[number] = f"<{name}>"

    def hide(self, number: TypedId) -> None:
        self.hidden.append(number)

    def probes(self, prefixes: Sequence[type[TypedId]]) -> list[TypedId]:
        """What to ask for: the hidden things, where there are any; numbers that never were, where there are not."""
        return [*self.hidden[:PROBED]] or [kind.mint(START.year, os.urandom) for kind in prefixes[:PROBED]]


# What happens ---------------------------------------------------------------------------------------------------------


def own_report(world: World) -> None:
    done = world.house.report("Mine", world.outsider)
    world.know(done.outcome.id, f"own report {len(world.known)}")
    world.own_leaf = world.own_leaf or done.entry.id


def published_finding(world: World) -> None:
    report = world.house.report("Known to all", world.instance.finder).outcome.id
    finding = world.house.correlate(report).id
    _mark(finding, report, Marking(Tlp.CLEAR, frozenset({"any"})))
    world.know(finding, f"published finding {len(world.known)}")
    world.know(report, f"the report behind it {len(world.known)}")


def tick(world: World) -> None:
    world.house.tick()


def report(world: World, actor: Actor | None = None) -> None:
    done = world.house.report("Hidden", actor or world.instance.finder)
    world.reports.append(done.outcome.id)
    world.hide(done.outcome.id)
    world.hidden_leaf = done.entry.id


def report_without_a_name(world: World) -> None:
    report(world, ANONYMOUS)


def find(world: World) -> None:
    report(world)
    finding = world.house.correlate(world.reports[-1]).id
    world.findings.append(finding)
    world.hide(finding)


def share(world: World) -> None:
    """Under embargo, with the finder's organization."""
    find(world)
    audience = frozenset({"role:coordinator", f"organization:{world.instance.finder.organization}"})
    _mark(world.findings[-1], world.reports[-1], Marking(Tlp.AMBER_STRICT, audience, world.house.now))


def read(world: World) -> None:
    """Sealed things are opened, which is recorded."""
    find(world)
    list_findings(world.instance.coordinator)
    read_finding(world.instance.coordinator, world.findings[-1])
    read_report(world.instance.finder, world.reports[-1])


def erase(world: World) -> None:
    """Two people drop a key."""
    report(world)
    compartment, reason = world.reports[-1], "It was asked for."
    given = json.dumps({"compartment": compartment, "reason": reason})
    now, one, other = world.house.now, world.instance.coordinator, world.second
    act = propose_act(one, "store.erase_compartment", reason, compartment, given, now=now)
    confirm_act(other, act.id, now=now)
    erase_compartment(one, compartment, reason, now=now)
    world.hide(act.id)


def glass(world: World) -> None:
    find(world)
    world.hide(break_glass(world.second, world.findings[-1], "It burns.", now=world.house.now).id)


def application(world: World) -> None:
    """Somebody asks to take part."""
    terms = identity.terms_in_force().digest
    asked = people.apply(ANONYMOUS, "Newcomer", OrganizationKind.ISAC, "new@comer.example", terms, now=world.house.now)
    world.hide(asked.id)


def token(world: World) -> None:
    world.hide(world.instance.issued(world.instance.finder, "intake.receive_report").id)


def departure(world: World) -> None:
    """Another organization's member comes and leaves."""
    row = OrganizationRow.objects.get(number=world.instance.finder.organization)
    name = f"guest{len(world.hidden)}"
    guest = world.instance._person(row, name, Role.MEMBER)
    people.leave(guest, now=world.house.now)


def claim(world: World) -> None:
    """Somebody scans, records it, and a finding comes of it that nobody may know of."""
    actor, now = world.instance.finder, world.house.now
    target = scanning.register_target(actor, f"pkg:pypi/hidden-{len(world.hidden)}", now=now).id
    claimed = scanning.claim_target(actor, target, (Method.FUZZING,), ("src/deep/down",), now=now).id
    scanning.record_coverage(actor, claimed, 7, tool="a fuzzer", now=now)
    scanning.record_yield(SYSTEM, f"finding {len(world.hidden)}", now=now)
    world.hide(claimed)


COMMON: Mapping[str, Callable[[World], None]] = {
    "own report": own_report,
    "published finding": published_finding,
    "tick": tick,
}
HIDDEN: Mapping[str, Callable[[World], None]] = {
    "report": report,
    "report without a name": report_without_a_name,
    "finding": find,
    "shared finding": share,
    "sealed reading": read,
    "erasure": erase,
    "broken glass": glass,
    "application": application,
    "token": token,
    "departure": departure,
    "claim": claim,
}


def _mark(finding: FindingId, source: str, marking: Marking) -> None:
    with writing():
        marks.mark(FindingRow.objects.get(number=finding), source, marking)


# What can be got to know ----------------------------------------------------------------------------------------------


@dataclass
class Outside:
    """Somebody outside: a stranger, or a member of another organization with a browser and a program."""

    world: World
    probes: Sequence[TypedId]
    member: bool
    leaf: str = ""

    def __post_init__(self) -> None:
        self.leaf = self.world.hidden_leaf or os.urandom(32).hex()

    def everything(self) -> dict[str, Any]:
        """Every answer of every door, by what was asked, in words that the other world has too."""
        rates.forget()
        browser, program = Browser(), Program()
        if self.member:
            browser.force_login(PersonRow.objects.get(number=self.world.outsider.id), _BACKEND)
            issued = self.world.instance.issued(self.world.outsider)
            self.world.know(issued.id, "own token")
            program = Program(issued.secret)
        answers = {self._plain(path): self._answer(browser.get(path)) for path in self._pages()}
        answers |= {self._plain(f"api {path}"): self._answer(program.get(path)) for path in self._questions()}
        listed = program.post("/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})
        return answers | {"mcp": self._answer(listed), "openapi": self._answer(program.get("/api/v1/openapi.json"))}

    def _pages(self) -> Iterator[str]:
        """Every address there is, with everything that could stand in it."""
        for route in _routes(get_resolver()):
            names = re.findall(r"<(?:\w+:)?(\w+)>", route)
            if set(names) == {"room", "word"}:
                continue
            for values in product(*(self._candidates(name) for name in names)):
                path = route
                for value in values:
                    path = re.sub(r"<(?:\w+:)?\w+>", value, path, count=1)
                yield f"/{path}"

    def _questions(self) -> Iterator[str]:
        for name, question in QUESTIONS.items():
            path = f"/api/v1/{question.room}/{question.word.replace('_', '-')}"
            yield path
            for parameter in question.shape.names:
                for value in self._candidates(parameter):
                    yield f"{path}?{parameter}={value}{_REST.get(name, '')}"

    def _candidates(self, name: str) -> list[str]:
        """What an outsider could put there: what is theirs, what is hidden, and what never was."""
        if name == "leaf":
            return [leaf for leaf in (self.world.own_leaf, self.leaf) if leaf]
        if name == "rest":
            sizes = range(1, ledger.head(ANONYMOUS).size + 3)
            return [f"{level}/000.p/{size}" for level, size in product(("0", "1", "entries"), sizes)]
        if name in _PLAIN:
            return list(_PLAIN[name])
        return [*self.world.known, *self.probes]

    def _answer(self, response: Any) -> tuple[Any, ...]:
        kind = response.headers.get("Content-Type", "")
        if kind == "application/octet-stream":
            body = f"{len(response.content)} bytes"
        else:
            body = self._plain(response.content.decode())
        headers = {name: self._plain(text) for name, text in response.headers.items() if name not in _OF_NO_MATTER}
        return response.status_code, headers, body

    def _plain(self, text: str) -> str:
        """Without what has to be random in each world. How long it was is kept: that could tell something."""
        named = self.world.known | {str(probe): f"<probe {n}>" for n, probe in enumerate(self.probes)}
        for number, name in named.items():
            text = text.replace(number, name).replace(any_id(number).spoken(), f"{name} spoken")
        for leaf, name in ((self.world.own_leaf, "<own leaf>"), (self.leaf, "<other leaf>")):
            text = text.replace(leaf, name) if leaf else text
        for pattern, name in _RANDOM:
            text = re.sub(pattern, name, text)
        return _RANDOM_BYTES.sub(lambda found: f"<{len(found.group())} random characters>", text)


_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_OF_NO_MATTER = {"Content-Length", "Set-Cookie", "Content-Security-Policy"}
_PLAIN = {
    "state": ("open", "merged", "other"),
    "kind": ("intake.receive_report", "findings.correlate_report", "ledger.note_reading"),
    "secret": ("weirjoin_nothing",),
    "target": ("made-up.example",),
}
_REST = {"ledger.first_entry_about": "&kind=intake.receive_report"}
_RANDOM = (
    (r'(?<=name="csrfmiddlewaretoken" value=")\w+', "<csrf>"),
    (r"(?<=key=)[\w-]{24}", "<key>"),
    (r'(?<="place":)(\s?)\d+', r"\1<place>"),
    (r"(?<=\+)[0-9a-f]{8}(?=[+\"\\])", "<key id>"),
    (r"(?<![<\w])[0-9a-f]{12,}", "<hash>"),
)
# Of these the length stays: it could tell how much there is.
_RANDOM_BYTES = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        if not isinstance(each.pattern, RoutePattern):
            continue
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        elif not route.startswith("account/"):  # signing in knows nothing of cases
            yield from _routes(each, route)
