# SPDX-License-Identifier: Apache-2.0
"""What the doors draw from identity's verbs and questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from weir.foundation.identity import reads, verbs
from weir.foundation.identity.models import TokenRow
from weir.foundation.question import QUESTIONS
from weir.foundation.verb import VERBS
from weir.kernel.moments import Moment

OFFERED: dict[str, Any] = {name: one for name, one in {**VERBS, **QUESTIONS}.items() if name.startswith("identity.")}


@pytest.mark.parametrize("name", OFFERED)
def test_every_door_can_draw_it(name):
    shape = OFFERED[name].shape
    assert shape.takes.model_json_schema()["properties"].keys() == set(shape.names)
    assert shape.gives.json_schema()
    assert shape.sentence


@pytest.mark.parametrize("name", [name for name in OFFERED if name in VERBS])
def test_every_verb_is_exported_under_its_own_name(name):
    assert getattr(verbs, name.removeprefix("identity.")) is VERBS[name]


@pytest.mark.both_databases
def test_the_same_key_gives_the_same_token_and_never_its_secret_again(world, operator):
    given = (operator, ("identity.terms",), Moment.parse("2026-12-01T00:00:00Z"))
    first = verbs.issue_token.perform(*given, idempotency_key="k", now=world.now)
    again = verbs.issue_token.perform(*given, idempotency_key="k", now=world.now)
    assert again.again
    assert again.outcome == replace(first.outcome, secret="")
    assert TokenRow.objects.count() == 1
    assert world.bearer(first.outcome.secret).token == again.outcome.id


def test_a_token_may_ask_what_is_its_own(world, operator):
    token = world.token(operator, "identity.my_tokens")
    assert [line.id for line in reads.my_tokens(world.bearer(token.secret).actor)] == [token.id]
