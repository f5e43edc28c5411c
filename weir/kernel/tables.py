# SPDX-License-Identifier: Apache-2.0
"""Decision tables: policy that people argue about, as data (SSVC 2.0 JSON) that refuses to exist unless it is complete.

Every combination of inputs stands in exactly one row. An outcome names the table, its version, its digest and the
inputs, so that anybody can find the same table again and get the same answer, or learn that they cannot.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from weir.kernel.canonical import canonical, hexdigest
from weir.kernel.decision_points import SCHEMA, DecisionPoint, Value, identity
from weir.kernel.documents import Malformed, Node, read, shown
from weir.kernel.errors import Conflict, Invalid, Missing

MOST_COMBINATIONS = 200_000
NAMED_GAPS = 3

_MEMBERS = (
    "namespace", "key", "version", "name", "definition", "schemaVersion", "decision_points", "outcome", "mapping",
)  # fmt: skip
_STORED = ("value", "name", "table", "version", "digest")

Inputs = tuple[tuple[str, str], ...]


class Incomplete(Invalid):
    """The table does not say what follows from every combination of inputs."""

    hint = "Add a row for each combination that is named."


class Contradictory(Invalid):
    """The table answers one combination of inputs more than once."""

    hint = "Keep one row for each combination."


class UnknownTable(Missing):
    """The table that gave this outcome is not here."""

    hint = "Keep every version of a table that ever gave an outcome."


class OutcomeDiffers(Conflict):
    """The stored outcome is not what the table of that name and version says."""

    hint = "Compare the digests: either the table or the stored outcome was altered."


@dataclass(frozen=True)
class Outcome:
    """What a table decided: enough to store, and to ask the same table again."""

    value: str
    name: str
    table: str
    version: str
    digest: str
    inputs: Inputs

    def record(self) -> dict[str, object]:
        """As plain JSON, for a row or a ledger entry."""
        return {
            "value": self.value,
            "name": self.name,
            "table": self.table,
            "version": self.version,
            "digest": self.digest,
            "inputs": dict(self.inputs),
        }

    @classmethod
    def of(cls, record: Mapping[str, object]) -> Outcome:
        """Read a stored record."""
        node = read(dict(record))
        node.members(*_STORED, "inputs")
        inputs = tuple(sorted((point, item.text()) for point, item in node.member("inputs").members().items()))
        value, name, table, version, its_digest = (node.member(part).text() for part in _STORED)
        return cls(value, name, table, version, its_digest, inputs)


@dataclass(frozen=True)
class Reason:
    """One input of a decision, with what it was taken to mean."""

    point: DecisionPoint
    value: Value


@dataclass(frozen=True)
class Change:
    """One input that, had it been otherwise, would have led elsewhere."""

    point: DecisionPoint
    before: Value
    after: Value
    outcome: Value


@dataclass(frozen=True)
class Explanation:
    """Why a table said what it said. The row is counted from 0, as in the file."""

    outcome: Outcome
    row: int
    question: str
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        table = f"{self.outcome.table} {self.outcome.version}"
        first = f"{self.question}: {self.outcome.name}, by row {self.row} of the table {table}."
        because = [f"{r.point.name} is {r.value.name}: {r.value.definition}" for r in self.reasons]
        instead = [f"If {c.point.name} were {c.after.name}, it would be {c.outcome.name}." for c in self.changes]
        return (first, *because, *(instead or ["No change of a single input would change this."]))


@dataclass(frozen=True)
class OrderViolation:
    """Two rows that differ by one step in one input, where the more severe input has the less severe outcome."""

    point: DecisionPoint
    lower: Inputs
    higher: Inputs
    lower_outcome: str
    higher_outcome: str


@dataclass(frozen=True, eq=False)
class DecisionTable:
    """A complete table. Two are equal when their digests are; `rows` keeps the order of the file."""

    id: str
    namespace: str
    key: str
    version: str
    name: str
    definition: str
    points: tuple[DecisionPoint, ...]
    outcome: DecisionPoint
    rows: Mapping[tuple[str, ...], tuple[int, str]] = field(repr=False)
    digest: str
    _spellings: Mapping[str, DecisionPoint] = field(repr=False)

    @classmethod
    def load(cls, data: bytes | Mapping[str, object]) -> DecisionTable:
        """Read SSVC 2.0 JSON; anything missing, twice or unknown is named and the table does not come to be."""
        node = read(data)
        node.members(*_MEMBERS)
        namespace, key, version = identity(node)
        points, outcome = _points(node)
        rows = _rows(node.member("mapping"), points, outcome)
        about = {"name": node.member("name").text(), "definition": node.member("definition").text()}
        plain = _plain(namespace, key, version, about, points, outcome, rows)
        return cls(
            id=f"{namespace}:{key}",
            namespace=namespace,
            key=key,
            version=version,
            points=points,
            outcome=outcome,
            rows=MappingProxyType(rows),
            digest=hexdigest(plain),
            _spellings=MappingProxyType(_unambiguous(points)),
            **about,
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DecisionTable) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def to_json(self) -> bytes:
        """The table as canonical SSVC 2.0 JSON: what the digest is taken of."""
        about = {"name": self.name, "definition": self.definition}
        return canonical(_plain(self.namespace, self.key, self.version, about, self.points, self.outcome, self.rows))

    def decide(self, inputs: Mapping[str, str] | None = None, /, **named: str) -> Outcome:
        """The one outcome for these inputs: keys of values, each under any unambiguous spelling of its question."""
        keys = self._keys([*(inputs or {}).items(), *named.items()])
        _, value = self.rows[keys]
        return Outcome(value, self.outcome.value(value).name, self.id, self.version, self.digest, self._inputs(keys))

    def explain(self, asked: Outcome | Mapping[str, str]) -> Explanation:
        """Which row answered, what each input means, and which single change of an input would have led elsewhere."""
        outcome = self.replay(asked) if isinstance(asked, Outcome) else self.decide(asked)
        given = dict(outcome.inputs)
        keys = tuple(given[point.id] for point in self.points)
        reasons = tuple(Reason(point, point.value(key)) for point, key in zip(self.points, keys, strict=True))
        return Explanation(outcome, self.rows[keys][0], self.outcome.name, reasons, tuple(self._changes(keys)))

    def replay(self, outcome: Outcome) -> Outcome:
        """Decide a stored outcome again; a table or an answer that differs is an error, never a new answer."""
        mine, its = (self.id, self.version, self.digest), (outcome.table, outcome.version, outcome.digest)
        if mine != its:
            raise OutcomeDiffers(f"{shown(' '.join(its))} gave the outcome; this is {' '.join(mine)}.")
        again = self.decide(dict(outcome.inputs))
        if again.record() != outcome.record():
            raise OutcomeDiffers(f"Stored as {shown(outcome.value)}, but {self.id} {self.version} says {again.value}.")
        return again

    def _keys(self, given: list[tuple[str, object]]) -> tuple[str, ...]:
        found: dict[str, str] = {}
        faults: dict[str, str] = {}
        for spelling, key in given:
            point = self._spellings.get(spelling)
            if point is None:
                faults[spelling] = f"no such decision point; there are {', '.join(p.id for p in self.points)}"
            elif point.id in found:
                faults[spelling] = "given twice, under two spellings"
            elif not isinstance(key, str) or key not in point.ranks:
                faults[point.id] = f"{shown(key)} is not a value of {point.name}: {point.offered()}"
            else:
                found[point.id] = str(key)
        for point in self.points:
            if point.id not in found and point.id not in faults:
                faults[point.id] = f"{point.name} is missing; its values are {point.offered()}"
        if faults:
            told = "; ".join(f"{place}: {what}" for place, what in faults.items())
            raise Invalid(f"The table {self.id} {self.version} cannot decide. {told}.", faults=faults)
        return tuple(found[point.id] for point in self.points)

    def _inputs(self, keys: tuple[str, ...]) -> Inputs:
        return tuple(sorted(zip((point.id for point in self.points), keys, strict=True)))

    def _changes(self, keys: tuple[str, ...]) -> Iterator[Change]:
        """Nearest values first, so that the smallest change is the first one read."""
        stays = self.rows[keys][1]
        for at, point in enumerate(self.points):
            here = point.ranks[keys[at]]
            for value in sorted(point.values, key=lambda v: abs(point.ranks[v.key] - here)):
                leads = self.rows[(*keys[:at], value.key, *keys[at + 1 :])][1]
                if leads != stays:
                    yield Change(point, point.value(keys[at]), value, self.outcome.value(leads))


def replay(outcome: Outcome, tables: Iterable[DecisionTable]) -> Outcome:
    """Find the table of the same id, version and digest, and let it decide again."""
    candidates = [table for table in tables if (table.id, table.version) == (outcome.table, outcome.version)]
    if not candidates:
        raise UnknownTable(f"There is no table {shown(outcome.table)} in version {shown(outcome.version)} here.")
    same = [table for table in candidates if table.digest == outcome.digest]
    return (same or candidates)[0].replay(outcome)


def order_violations(table: DecisionTable) -> tuple[OrderViolation, ...]:
    """Where a more severe input leads to a less severe outcome, by the order in which values are listed.

    Steps of one place suffice: a table in which no such step goes down never goes down at all.
    """
    found = []
    for keys, (_, low) in table.rows.items():
        for at, point in enumerate(table.points):
            above = point.ranks[keys[at]] + 1
            if above == len(point.values):
                continue
            higher = (*keys[:at], point.values[above].key, *keys[at + 1 :])
            high = table.rows[higher][1]
            if table.outcome.ranks[high] < table.outcome.ranks[low]:
                found.append(OrderViolation(point, table._inputs(keys), table._inputs(higher), low, high))  # noqa: SLF001
    return tuple(found)


def _points(node: Node) -> tuple[tuple[DecisionPoint, ...], DecisionPoint]:
    """The inputs in the order of their ids (JSON objects have none of their own), and the outcome."""
    place = node.member("decision_points")
    every = {id_: DecisionPoint.of(id_, item) for id_, item in place.members().items()}
    outcome = every.pop(node.member("outcome").choice({id_: id_ for id_ in every}))
    if not every:
        raise place.fault("a table needs at least one input beside its outcome")
    combinations = math.prod(len(point.values) for point in every.values())
    if combinations > MOST_COMBINATIONS:
        raise place.fault(f"{combinations} combinations; at most {MOST_COMBINATIONS} are read")
    return tuple(every[id_] for id_ in sorted(every)), outcome


def _rows(
    mapping: Node, points: tuple[DecisionPoint, ...], outcome: DecisionPoint
) -> dict[tuple[str, ...], tuple[int, str]]:
    rows: dict[tuple[str, ...], tuple[int, str]] = {}
    columns = [*points, outcome]
    for at, item in enumerate(mapping.items()):
        cells = item.members(*(point.id for point in columns))
        chosen = [_cell(item, cells, point) for point in columns]
        keys, value = tuple(chosen[:-1]), chosen[-1]
        if keys in rows:
            raise _second_answer(item, points, keys, rows[keys], value)
        rows[keys] = (at, value)
    missing = (keys for keys in itertools.product(*(point.ranks for point in points)) if keys not in rows)
    gaps = [_told(points, keys) for keys in itertools.islice(missing, NAMED_GAPS)]
    if gaps:
        total = math.prod(len(point.values) for point in points) - len(rows)
        told = f"{total} of the combinations have no row, among them: {'; '.join(gaps)}"
        raise Incomplete(f"{told}.", faults={"/mapping": told})
    return rows


def _cell(row: Node, cells: Mapping[str, Node], point: DecisionPoint) -> str:
    cell = cells.get(point.id)
    if cell is None:
        raise row.fault(f"{point.id} is missing")
    if not isinstance(cell.value, str) or cell.value not in point.ranks:
        raise cell.fault(f"{shown(cell.value)} is not a value of {point.id}: {point.offered()}")
    return cell.value


def _second_answer(
    item: Node, points: tuple[DecisionPoint, ...], keys: tuple[str, ...], first: tuple[int, str], value: str
) -> Contradictory:
    row, before = first
    what = f"{_told(points, keys)} is answered {value} here"
    what += f" and {before} in row {row}" if before != value else f" and again in row {row}"
    return Contradictory(f"At {item.pointer}: {what}.", faults={item.pointer: what})


def _told(points: tuple[DecisionPoint, ...], keys: tuple[str, ...]) -> str:
    return ", ".join(f"{point.id}={key}" for point, key in zip(points, keys, strict=True))


def _unambiguous(points: tuple[DecisionPoint, ...]) -> dict[str, DecisionPoint]:
    """A full id always names its point; a shorter spelling only where no other point shares it."""
    pairs = [(spelling, point) for point in points for spelling in point.spellings()]
    shared = {s for s, _ in pairs if sum(s == other for other, _ in pairs) > 1}
    return {s: p for s, p in pairs if s not in shared} | {point.id: point for point in points}


def _plain(
    namespace: str,
    key: str,
    version: str,
    about: Mapping[str, str],
    points: tuple[DecisionPoint, ...],
    outcome: DecisionPoint,
    rows: Mapping[tuple[str, ...], tuple[int, str]],
) -> dict[str, object]:
    ids = [point.id for point in points]
    return {
        "namespace": namespace,
        "key": key,
        "version": version,
        **about,
        "schemaVersion": SCHEMA,
        "decision_points": {point.id: point.plain() for point in (*points, outcome)},
        "outcome": outcome.id,
        "mapping": [{**dict(zip(ids, keys, strict=True)), outcome.id: value} for keys, (_, value) in rows.items()],
    }


__all__ = [
    "Change", "Contradictory", "DecisionPoint", "DecisionTable", "Explanation", "Incomplete", "Malformed",
    "OrderViolation", "Outcome", "OutcomeDiffers", "Reason", "UnknownTable", "Value", "order_violations", "replay",
]  # fmt: skip
