# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.worlds.policy import BUILD, READ, SINK, BoatRow, harbor, person
from weir.foundation.actor import ANONYMOUS
from weir.foundation.policy.engines import cedar
from weir.foundation.policy.reads.opened import kind_of
from weir.foundation.policy.terms import BadPolicy

BOAT = kind_of(BoatRow)
ROW = {"state": "new", "depth": 3, "afloat": True, "audience": ["member"]}
OPEN = 'permit (principal, action in Weir::Action::"harbor.*", resource);'


def allows(policies, actor=None, action=READ, **changes):
    return harbor(policies).policies.allows_on(actor or person(), action, BOAT, "XB-1", ROW | changes)


def test_without_a_permit_the_answer_is_no():
    assert not allows("")


def test_a_permit_in_a_group_reaches_its_actions():
    assert allows(OPEN)
    assert harbor(OPEN).policies.allows(ANONYMOUS, BUILD)


def test_a_forbid_beats_a_permit():
    assert not allows(OPEN + "forbid (principal, action, resource is Weir::Boat) when { resource.depth > 2 };")


def test_an_action_that_nobody_declared_is_denied():
    assert not harbor(OPEN).policies.allows(person(), "harbor.paint_boat")


def test_an_action_on_a_boat_cannot_be_asked_of_the_instance():
    assert not harbor(OPEN).policies.allows(person(), READ)


def test_a_forbid_that_fails_is_not_a_permit(monkeypatch):
    """In Cedar itself it would be: the error is a diagnostic beside Allow."""
    policies = OPEN + "forbid (principal, action, resource) when { principal.staff };"
    assert allows(policies)
    whole = cedar.principal_of
    monkeypatch.setattr(
        cedar, "principal_of", lambda actor: {name: value for name, value in whole(actor).items() if name != "staff"}
    )
    assert not allows(policies)
    assert harbor(policies).policies.residuals(person(), READ, BOAT) is None
    assert not harbor(policies).policies.allows(person(), BUILD)


def test_a_row_that_cannot_be_read_is_denied(caplog):
    assert not allows(OPEN, depth=1.5)
    assert "could not be asked" in caplog.text


def test_a_policy_that_does_not_parse_names_its_file():
    with pytest.raises(BadPolicy, match=r"harbor/harbor\.cedar cannot be read"):
        harbor("permit (principal,")


def test_a_policy_that_does_not_fit_the_schema_names_file_policy_and_reason():
    with pytest.raises(BadPolicy, match=r"harbor/harbor\.cedar#deep does not fit the schema.*draught"):
        harbor('@id("deep") permit (principal, action, resource is Weir::Boat) when { resource.draught > 2 };')


def test_a_policy_that_names_an_undeclared_action_refuses_to_start():
    with pytest.raises(BadPolicy, match=r"names harbor\.paint_boat, which no room declares"):
        harbor('permit (principal, action == Weir::Action::"harbor.paint_boat", resource);')


def test_left_lenient_an_undeclared_action_is_left_out_and_the_rest_holds():
    text = """
        permit (principal, action in [Weir::Action::"harbor.read_boat", Weir::Action::"harbor.paint_boat"], resource);
        permit (principal, action == Weir::Action::"harbor.paint_boat", resource);
        permit (principal, action, resource is Weir::Submarine);
    """
    policies = harbor(text, strict=False).policies
    assert policies.allows_on(person(), READ, BOAT, "XB-1", ROW)
    assert not policies.allows_on(person(), SINK, BOAT, "XB-1", ROW)
    assert not policies.allows(person(), BUILD)


def test_templates_are_not_used():
    with pytest.raises(BadPolicy, match="template"):
        harbor("permit (principal == ?principal, action, resource);")


def test_the_version_is_that_of_the_files():
    assert harbor(OPEN).policies.version == harbor(OPEN).policies.version != harbor(OPEN + " ").policies.version
