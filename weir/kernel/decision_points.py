# SPDX-License-Identifier: Apache-2.0
"""Decision points: the questions of a decision table with their answers, as SSVC 2.0 writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from weir.kernel.documents import Node, shown

SCHEMA = "2.0.0"

_KEY = re.compile(
    r"[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9_]*[a-zA-Z0-9]|T\*"
)  # the schema itself makes an exception of "T*"
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)([-+][0-9A-Za-z.+-]+)?", re.ASCII)
_NAMESPACE_LENGTH = (3, 1000)


@dataclass(frozen=True)
class Value:
    """One answer that a decision point allows."""

    key: str
    name: str
    definition: str

    @classmethod
    def of(cls, node: Node) -> Value:
        node.members("key", "name", "definition")
        return cls(key(node.member("key")), node.member("name").text(), node.member("definition").text())


@dataclass(frozen=True)
class DecisionPoint:
    """A question with its answers, in order: by convention the least severe first."""

    id: str
    namespace: str
    key: str
    version: str
    name: str
    definition: str
    values: tuple[Value, ...]

    @classmethod
    def of(cls, point: str, node: Node) -> DecisionPoint:
        """Read the point that a table knows by this id."""
        node.members("namespace", "key", "version", "name", "definition", "schemaVersion", "values")
        name, definition, place = node.member("name").text(), node.member("definition").text(), node.member("values")
        values = tuple(Value.of(item) for item in place.items())
        if not values or len({value.key for value in values}) != len(values):
            raise place.fault("needs at least one value, and each key once")
        return cls(point, *identity(node), name, definition, values)

    def plain(self) -> dict[str, object]:
        """As SSVC 2.0 JSON."""
        return {
            "namespace": self.namespace,
            "key": self.key,
            "version": self.version,
            "name": self.name,
            "definition": self.definition,
            "schemaVersion": SCHEMA,
            "values": [{"key": v.key, "name": v.name, "definition": v.definition} for v in self.values],
        }

    @cached_property
    def ranks(self) -> Mapping[str, int]:
        """The place of each value's key in the order."""
        return {value.key: rank for rank, value in enumerate(self.values)}

    def value(self, key: str) -> Value:
        return self.values[self.ranks[key]]

    def spellings(self) -> set[str]:
        """Ways to name this question in a call: full id, without version, key alone, name as a Python word."""
        word = re.sub(r"\W+", "_", self.name.lower()).strip("_")
        whole = f"{self.namespace}:{self.key}"
        return {self.id, f"{whole}:{self.version}", whole, self.key, word}

    def offered(self) -> str:
        return ", ".join(f"{value.key} ({value.name})" for value in self.values)


def identity(node: Node) -> tuple[str, str, str]:
    """Namespace, key and version, which tables and points carry alike."""
    namespace, version = node.member("namespace"), node.member("version")
    node.member("schemaVersion").choice({SCHEMA: SCHEMA})
    low, high = _NAMESPACE_LENGTH
    if not low <= len(namespace.text()) <= high:
        raise namespace.fault(f"expected {low} to {high} characters")
    if not _VERSION.fullmatch(version.text()):
        raise version.fault(f"expected a version like 1.0.0, found {shown(version.value)}")
    return namespace.text(), key(node.member("key")), version.text()


def key(node: Node) -> str:
    if not _KEY.fullmatch(node.text()):
        raise node.fault(f"expected a key of letters, digits and _, found {shown(node.value)}")
    return node.text()
