# SPDX-License-Identifier: Apache-2.0
"""Strangers' tool against our own description: whatever Schemathesis makes up is answered as the document says."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import seed as seeded
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.worlds.callers import RECEIVE, REPORT, Instance, Program

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
DESCRIPTION = "/api/v1/openapi.json"

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def instance(settings, tmp_path):
    from weir.foundation.ledger.gates import KeyFolder
    from weir.foundation.ledger.reads import bind_notary

    settings.RATE_PER_MINUTE = 1_000_000  # the rate has its own tests
    bind_notary(lambda origin: KeyFolder(tmp_path, origin))  # one that remembers no other test's log
    made = Instance()
    publish()
    Program(made.token(made.finder)).post(RECEIVE, REPORT)
    yield made
    bind_notary(lambda origin: KeyFolder(settings.KEYS, origin))


def publish():
    """The log has a head, so that it is no honest 503."""
    from datetime import timedelta

    from django.conf import settings

    from weir.foundation.ledger import reads
    from weir.foundation.ledger.models import LogRow
    from weir.foundation.ledger.sequencer import Sequencer
    from weir.shell.clock import now

    LogRow.objects.update(next_tick_at=now())
    for _ in range(2):
        Sequencer(reads.notary(), timedelta(seconds=settings.TICK_SECONDS), settings.BATCH_DEPTH).tick(now())
        LogRow.objects.update(next_tick_at=now())


def try_everything(token, seed, examples):
    """So many made-up calls of each verb and question, fitting and unfitting ones."""
    from weir.shell.web import application

    schema = schemathesis.openapi.from_wsgi(DESCRIPTION, application)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # what is no operation fails here, as it should
        for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
            if mode is schemathesis.GenerationMode.NEGATIVE and not (operation.body or operation.query):
                continue

            @seeded(seed)
            @hypothesis_settings(
                max_examples=examples,
                database=None,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case):
                case.call_and_validate(checks=CHECKS, headers=headers)

            call()
            tried += 1
    return tried


@pytest.mark.parametrize("who", ["finder", "coordinator", "stranger"])
def test_whatever_is_made_up_is_answered_as_described(instance, who):
    token = "" if who == "stranger" else instance.token(getattr(instance, who))
    assert try_everything(token, seed=1, examples=2) > 60


@pytest.mark.prove
@pytest.mark.parametrize("who", ["finder", "coordinator", "stranger"])
def test_whatever_is_made_up_is_answered_as_described_at_length(instance, who, seed):
    token = "" if who == "stranger" else instance.token(getattr(instance, who))
    assert try_everything(token, seed=seed, examples=25) > 60
