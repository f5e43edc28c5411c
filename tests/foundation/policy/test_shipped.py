# SPDX-License-Identifier: Apache-2.0
"""The policies that ship: who may what, as a table that a person can read; and what happens when one of them fails."""

from __future__ import annotations

import json

import cedarpy
import pytest

from tests.worlds.policy import person
from weir.foundation.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from weir.foundation.policy.engines import cedar
from weir.foundation.policy.reads.opened import open_policies, policy_files
from weir.foundation.policy.terms import Nothing

ADMIN = person("P-admin", "administrator")
COORDINATOR = person("P-zoe", "coordinator")
NO_FACTOR = person("P-late", "administrator", "coordinator", second_factor=False)
MEMBER = person("P-ada", organization="O-1")
AGENT = Actor(ActorKind.AGENT, "A-1", owner="P-ada", organization="O-1")
EVERYBODY = {
    "stranger": ANONYMOUS,
    "member": MEMBER,
    "agent": AGENT,
    "coordinator": COORDINATOR,
    "administrator": ADMIN,
    "staff without second factor": NO_FACTOR,
    "the house": SYSTEM,
}

INSTANCE_RULES = {
    "intake.receive_report": {"stranger", "member", "agent", "coordinator", "administrator"},
    "findings.correlate_report": {"the house"},
    "identity.terms": set(EVERYBODY),
    "identity.accept_invitation": {"stranger", "member", "coordinator", "administrator", "staff without second factor"},
    "identity.leave": {"member", "coordinator", "administrator", "staff without second factor"},
    "identity.who_is": {"administrator"},
    "identity.admit_application": {"administrator"},
    "identity.open_first_door": {"the house"},
    "ledger.erase_entries": {"administrator"},
    "policy.propose_act": {"coordinator", "administrator"},
    "policy.break_glass": {"coordinator", "administrator"},
    "policy.set_regime_status": {"administrator"},
    "policy.list_regimes": {"member", "agent", "coordinator", "administrator"},
}


@pytest.mark.parametrize("action", sorted(INSTANCE_RULES))
def test_who_may(shipped, action):
    able = {
        name
        for name, actor in EVERYBODY.items()
        if shipped.may(actor, action) and shipped.policies.allows(actor, action)
    }
    assert able == INSTANCE_RULES[action]


@pytest.mark.parametrize("action", ["intake.read_report", "findings.read_finding"])
@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ([], set()),
        (["role:coordinator"], {"coordinator"}),
        (["actor:P-ada"], {"member"}),
        (["organization:O-1"], {"member", "agent"}),
        (["any"], {"stranger", "member", "agent", "coordinator", "administrator"}),
    ],
)
def test_who_reads_is_who_holds_a_key(shipped, action, audience, readers):
    kind = next(kind for kind in shipped.rows.values() if kind.read == action)
    row = dict.fromkeys(kind.attributes, "new") | {"audience": audience}
    able = {name for name, actor in EVERYBODY.items() if shipped.policies.allows_on(actor, action, kind, "R-1", row)}
    assert able == readers


def forbids():
    for path, text in policy_files().items():
        for policy in json.loads(cedarpy.policies_to_json_str(text))["staticPolicies"].values():
            if policy["effect"] == "forbid":
                yield pytest.param(policy, id=f"{path}#{policy['annotations']['id']}")


def principal_attributes(condition):
    """The attributes of the principal that a condition looks at."""
    if isinstance(condition, dict):
        if condition.get(".", {}).get("left") == {"Var": "principal"}:
            yield condition["."]["attr"]
        for inner in condition.values():
            yield from principal_attributes(inner)
    elif isinstance(condition, list):
        for inner in condition:
            yield from principal_attributes(inner)


@pytest.mark.parametrize("forbid", list(forbids()))
def test_a_forbid_that_fails_lets_nobody_through(forbid, under, monkeypatch):
    """Each is made to fail by taking away what it asks the principal for: decision and filter must both say no."""
    lost = set(principal_attributes(forbid["conditions"]))
    whole = cedar.principal_of
    monkeypatch.setattr(
        cedar, "principal_of", lambda actor: {name: value for name, value in whole(actor).items() if name not in lost}
    )
    under(None)
    opened = open_policies(strict=False)
    concerned = [action for action in opened.actions.values() if reaches(forbid, action)]
    assert lost
    assert concerned
    for action in concerned:
        for actor in EVERYBODY.values():
            assert not opened.policies.allows(actor, action.name)
            for row, kind in opened.rows.items():
                if kind.type in action.kinds:
                    columns = dict.fromkeys(kind.attributes, "") | {"audience": ["any"]}
                    assert not opened.policies.allows_on(actor, action.name, kind, "X", columns)
                    assert opened.filter_for(actor, row, action.name) == Nothing()


def reaches(forbid, action):
    """Whether the forbid's scope takes this action in; the house's leaves identity out by its `unless`."""
    named = [entity["id"] for entity in cedar._named_actions(forbid)]
    if named:
        return action.name in named
    return "identity.*" not in action.groups or len(forbid["conditions"]) == 1


def test_staff_without_a_second_factor_sees_nothing_in_a_list(shipped):
    lists = [(row, action) for row, kind in shipped.rows.items() for action in kind.lists]
    assert len(lists) >= 5
    assert {shipped.filter_for(NO_FACTOR, row, action) for row, action in lists} == {Nothing()}
