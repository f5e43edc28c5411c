# SPDX-License-Identifier: Apache-2.0
"""Cedar, through cedarpy: reads the policy files against the vocabulary, and decides. Whatever is not sure is no.

Each action has a slice: the policies whose scope can match it at all. So the cost of a decision does not grow with
the number of rooms. A slice decides exactly as the whole set would: a policy out of scope is neither satisfied nor an
error.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cedarpy

from weir.foundation.actor import Actor
from weir.foundation.policy.terms import INSTANCE, NAMESPACE, BadPolicy, Kind, Vocabulary

log = logging.getLogger(__name__)

PRINCIPAL = f"{NAMESPACE}::Principal"
ACTION = f"{NAMESPACE}::Action"
REMEMBERED = 4096

_TEXT = {"type": "String"}
_TRUTH = {"type": "Boolean"}
_TEXTS = {"type": "Set", "element": _TEXT}
_PRINCIPAL_SHAPE = {
    "kind": _TEXT,
    "id": _TEXT,
    "owner": _TEXT,
    "organization": _TEXT,
    "organization_kind": _TEXT,
    "sector": _TEXT,
    "roles": _TEXTS,
    "keys": _TEXTS,
    "scopes": _TEXTS,
    "scoped": _TRUTH,
    "staff": _TRUTH,
    "second_factor": _TRUTH,
}


def schema_of(vocabulary: Vocabulary) -> cedarpy.Schema:
    """The Cedar schema of everything that this process has declared."""
    entities: dict[str, Any] = {
        "Principal": {"shape": _record(_PRINCIPAL_SHAPE)},
        "Instance": {"shape": _record({})},
    }
    for kind in vocabulary.kinds.values():
        shape = {name: {"type": attribute.holds.value} for name, attribute in kind.attributes.items()}
        entities[kind.protects.name] = {"shape": _record(shape | {"audience": _TEXTS})}
    actions: dict[str, Any] = {group: {} for group in vocabulary.groups}
    for action in vocabulary.actions.values():
        applies = {
            "principalTypes": ["Principal"],
            "resourceTypes": sorted(kind.partition("::")[2] for kind in action.kinds),
        }
        actions[action.name] = {"memberOf": [{"id": group} for group in action.groups], "appliesTo": applies}
    return cedarpy.Schema.from_json_str(json.dumps({NAMESPACE: {"entityTypes": entities, "actions": actions}}))


def _record(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "Record", "attributes": dict(attributes)}


@dataclass(frozen=True)
class Residual:
    """What a policy still wants to know of a row, as Cedar's JSON."""

    permits: bool
    conditions: tuple[tuple[str, Any], ...]


class Policies:
    """All policy files of all rooms, parsed and checked. Immutable: other files or another vocabulary make another one.

    `strict` refuses a policy that names an action or kind nobody declared. Without it (tests that load some rooms only)
    such a name is left out of the policy's scope; what was not declared cannot be asked for anyway.
    """

    def __init__(self, files: Mapping[str, str], vocabulary: Vocabulary, *, strict: bool) -> None:
        self.vocabulary = vocabulary
        self.schema = schema_of(vocabulary)
        self.version = hashlib.sha256(json.dumps(sorted(files.items())).encode()).hexdigest()
        self._policies: dict[str, Any] = {}
        for path, text in sorted(files.items()):
            self._read(path, text, strict=strict)
        # One cache for each set of policies: an answer can never outlive the files that gave it.
        self._slice = lru_cache(maxsize=None)(self._cut_slice)
        self._who = lru_cache(maxsize=REMEMBERED)(self._entities_of)
        self._on_instance = lru_cache(maxsize=REMEMBERED)(self._decide_on_instance)

    def allows(self, actor: Actor, action: str) -> bool:
        """May this actor do this at all, on the instance? Remembered: nothing but actor, action and files goes in."""
        return self._on_instance(actor, action)

    def allows_on(self, actor: Actor, action: str, kind: Kind, id: str, attributes: Mapping[str, Any]) -> bool:
        """May this actor do this to this row? `attributes` are its columns and its audience."""
        uid = {"type": kind.type, "id": id}
        return self._decide(actor, action, uid, json.dumps([{"uid": uid, "attrs": attributes, "parents": []}]))

    def residuals(self, actor: Actor, action: str, kind: Kind) -> list[Residual] | None:
        """What remains of the policies once all but the row is known; None where Cedar met an error or denies."""
        if action not in self.vocabulary.actions or kind.type not in self.vocabulary.actions[action].kinds:
            return None
        request = {"principal": _spelled(PRINCIPAL, actor.id), "action": _spelled(ACTION, action), "context": {}}
        partial = cedarpy.is_authorized_partial(request, self._slice(action, kind.type), self._who(actor, action))
        if partial.diagnostics.errors:
            log.error("policy failed for %s: %s", action, "; ".join(partial.diagnostics.errors))
            return None
        if partial.decision is cedarpy.Decision.Deny:
            return None
        return [
            Residual(left["effect"] == "permit", tuple((c["kind"], c["body"]) for c in left["conditions"]))
            for left in partial.residuals.values()
        ]

    def conditions(self) -> Iterable[Any]:
        """The conditions of all policies, as Cedar's JSON."""
        return [policy["conditions"] for policy in self._policies.values()]

    def _decide_on_instance(self, actor: Actor, action: str) -> bool:
        uid = {"type": INSTANCE, "id": "this"}
        return self._decide(actor, action, uid, json.dumps([{"uid": uid, "attrs": {}, "parents": []}]))

    def _decide(self, actor: Actor, action: str, resource: dict[str, str], entities: str) -> bool:
        declared = self.vocabulary.actions.get(action)
        if declared is None or resource["type"] not in declared.kinds:
            return False
        request = {"principal": _uid(PRINCIPAL, actor.id), "action": _uid(ACTION, action), "resource": resource}
        try:
            known = self._who(actor, action).with_added_json_str(entities)
            answer = cedarpy.is_authorized(request, self._slice(action, resource["type"]), known)
        except ValueError:
            log.exception("policy could not be asked about %s", action)
            return False
        # In Cedar a forbid that fails is only a diagnostic, and the permit beside it wins. Not here.
        if answer.diagnostics.errors:
            log.error("policy failed for %s: %s", action, "; ".join(answer.diagnostics.errors))
            return False
        return answer.allowed

    def _entities_of(self, actor: Actor, action: str) -> cedarpy.Entities:
        groups = self.vocabulary.actions[action].groups
        parents = [_uid(ACTION, group) for group in groups]
        who = {"uid": _uid(PRINCIPAL, actor.id), "attrs": principal_of(actor), "parents": []}
        act = {"uid": _uid(ACTION, action), "attrs": {}, "parents": parents}
        return cedarpy.Entities.from_json_str(json.dumps([who, act]))

    def _cut_slice(self, action: str, kind: str) -> cedarpy.PolicySet:
        names = {action, *self.vocabulary.actions[action].groups}
        static = {name: policy for name, policy in self._policies.items() if _in_scope(policy, names, kind)}
        return cedarpy.PolicySet.from_json_str(_policy_set(static))

    def _read(self, path: str, text: str, *, strict: bool) -> None:
        try:
            parsed = json.loads(cedarpy.policies_to_json_str(text))
        except ValueError as error:
            raise BadPolicy(f"{path} cannot be read: {error}", faults={path: str(error)}) from None
        if parsed.get("templates"):
            raise BadPolicy(f"{path} holds a template, and templates are not used here.", faults={path: "template"})
        for place, policy in sorted(parsed["staticPolicies"].items(), key=lambda item: _place(item[0])):
            name = f"{path}#{policy.get('annotations', {}).get('id') or place}"
            if name in self._policies:
                raise BadPolicy(f"{name} stands there twice.", faults={name: "twice"})
            if strict:
                self._refuse_undeclared(name, policy)
            elif not self._leave_out_undeclared(policy):
                continue
            self._refuse_unsound(name, policy)
            self._policies[name] = policy

    def _refuse_undeclared(self, name: str, policy: Any) -> None:
        if unknown := self._undeclared(policy):
            sentence = f"{name} names {', '.join(unknown)}, which no room declares."
            raise BadPolicy(sentence, faults={name: sentence})

    def _undeclared(self, policy: Any) -> list[str]:
        known = set(self.vocabulary.actions) | self.vocabulary.groups
        kinds = {INSTANCE, *self.vocabulary.kinds}
        named = [entity["id"] for entity in _named_actions(policy)]
        kind = policy["resource"].get("entity_type")
        return [action for action in named if action not in known] + ([kind] if kind and kind not in kinds else [])

    def _leave_out_undeclared(self, policy: Any) -> bool:
        """Narrow the scope to what is declared; False where nothing is left of it."""
        unknown = set(self._undeclared(policy))
        if policy["resource"].get("entity_type") in unknown:
            return False
        entities = _named_actions(policy)
        kept = [entity for entity in entities if entity["id"] not in unknown]
        if entities and len(kept) < len(entities):
            policy["action"] = {"op": "in", "entities": kept}
        return bool(kept) or not entities

    def _refuse_unsound(self, name: str, policy: Any) -> None:
        alone = cedarpy.policies_from_json_str(_policy_set({"this": policy}))
        found = cedarpy.validate_policies(alone, self.schema)
        if not found.validation_passed:
            reasons = "; ".join(fault.error for fault in found.errors)
            raise BadPolicy(f"{name} does not fit the schema: {reasons}", faults={name: reasons})


def principal_of(actor: Actor) -> dict[str, Any]:
    """The actor as Cedar sees it. Every attribute is always there: a policy that asks for one never fails."""
    return {
        "kind": actor.kind.value,
        "id": actor.id,
        "owner": actor.owner,
        "organization": actor.organization,
        "organization_kind": actor.organization_kind,
        "sector": actor.sector,
        "roles": sorted(actor.roles),
        "keys": sorted(actor.keys),
        "scopes": sorted(actor.scopes or ()),
        "scoped": actor.scopes is not None,
        "staff": actor.staff,
        "second_factor": actor.second_factor,
    }


def _policy_set(static: Mapping[str, Any]) -> str:
    return json.dumps({"staticPolicies": dict(static), "templates": {}, "templateLinks": []})


def _uid(type: str, id: str) -> dict[str, str]:
    return {"type": type, "id": id}


def _spelled(type: str, id: str) -> str:
    """As in a policy. An id that needs more escaping than this is not read, and what is not read is denied."""
    return f"{type}::{json.dumps(id, ensure_ascii=False)}"


def _named_actions(policy: Any) -> list[dict[str, str]]:
    scope = policy["action"]
    return list(scope.get("entities", [scope["entity"]] if "entity" in scope else []))


def _in_scope(policy: Any, names: set[str], kind: str) -> bool:
    named = _named_actions(policy)
    if policy["resource"].get("entity_type") not in {None, kind}:
        return False
    return not named or any(entity["id"] in names for entity in named)


def _place(id: str) -> int:
    return int(id.removeprefix("policy"))
