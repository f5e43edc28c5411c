# SPDX-License-Identifier: Apache-2.0
"""What is not let in at all."""

from __future__ import annotations

import pytest

from checker.checking import AT_ONCE
from weir.clearinghouse.findings.reads import check_buckets, check_terms, prove_edition
from weir.clearinghouse.findings.terms.checking import NotElements
from weir.clearinghouse.findings.verbs import evaluate_blinded
from weir.kernel.errors import Refused
from weir.kernel.ristretto import BadElement


@pytest.mark.parametrize(
    "elements", [(), ("00",), ("G" * 64,), ("AB" * 32,), ("ab" * 32 + "\n",), ("ab" * 32,) * (AT_ONCE + 1)]
)
def test_what_is_not_spelled_as_elements_is_refused(blind, elements):
    edition = blind.publish().id
    blind.commit(blind.house.outsider)
    with pytest.raises(NotElements):
        evaluate_blinded(blind.house.outsider, edition, elements, now=blind.house.now)


def test_the_identity_is_not_evaluated_and_costs_nothing(blind):
    edition = blind.publish().id
    blind.commit(blind.house.outsider)
    with pytest.raises(BadElement):
        evaluate_blinded(blind.house.outsider, edition, ("00" * 32,), now=blind.house.now)
    blind.spend(blind.house.outsider, times=4)


def test_strangers_learn_nothing_at_all(blind):
    edition = blind.publish().id
    for asked in (
        check_terms,
        lambda who: check_buckets(who, edition),
        lambda who: prove_edition(who, edition),
        lambda who: evaluate_blinded(who, edition, ("ab" * 32,), now=blind.house.now),
    ):
        with pytest.raises(Refused):
            asked(blind.house.nobody)
