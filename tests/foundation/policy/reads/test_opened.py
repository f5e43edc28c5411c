# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import ClassVar

import pytest
from django.apps.registry import Apps
from django.db import models

from tests.worlds.policy import BoatId
from weir.foundation.policy.reads.opened import kind_of, open_policies
from weir.foundation.policy.reads.rows import condition_of
from weir.foundation.policy.terms import BadPolicy, Compare, Not, Protects


def row(column, pk=None):
    class Row(models.Model):
        id = pk or models.UUIDField(primary_key=True)
        number = models.CharField(max_length=24, unique=True)
        tlp = column
        policy: ClassVar = Protects(kind="Weir::Row", id=BoatId, attributes={"tlp": "tlp"})

        class Meta:
            app_label = "harbor"
            apps = Apps()

    return Row


def test_a_column_that_may_be_null_cannot_be_an_attribute():
    """`NOT (tlp = 'RED')` is neither true nor false for NULL, and Django lets it through."""
    with pytest.raises(BadPolicy, match="may be NULL"):
        kind_of(row(models.CharField(max_length=12, null=True)))


def test_django_would_let_null_through_a_forbid():
    """The trap that the rule above closes: nothing compares with NULL, and yet `not RED` includes it."""
    not_red = condition_of(Not(Compare("tlp", "exact", "RED")), "Row")
    assert "IS NOT NULL" in str(row(models.CharField(max_length=12, null=True)).objects.filter(not_red).query)
    assert "IS NOT NULL" not in str(row(models.CharField(max_length=12)).objects.filter(not_red).query)


def test_a_column_that_cedar_has_no_type_for_cannot_be_an_attribute():
    with pytest.raises(BadPolicy, match="neither text nor a number"):
        kind_of(row(models.DateTimeField()))


def test_a_protected_row_has_a_uuid():
    with pytest.raises(BadPolicy, match="UUID"):
        kind_of(row(models.CharField(max_length=12), pk=models.AutoField(primary_key=True)))


def test_the_actions_of_a_kind_are_named_by_its_room_and_word():
    kind = kind_of(row(models.CharField(max_length=12)))
    assert kind.read == "harbor.read_row"
    assert Protects(kind="Weir::PendingAct", id=BoatId).word == "pending_act"


def test_every_policy_that_ships_is_sound_names_what_exists_and_can_be_filtered_by(under):
    under(None)
    assert open_policies(strict=True).compile_everything() > 0
