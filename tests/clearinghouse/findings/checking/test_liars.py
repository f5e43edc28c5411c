# SPDX-License-Identifier: Apache-2.0
"""The client against an instance that changes what it says."""

from __future__ import annotations

import pytest

from checker import voprf as client
from checker.checking import Cheated, check
from tests.worlds.blind import HELD, Direct


class Liar(Direct):
    """An instance that changes what it says."""

    def __init__(self, house, member, **lies):
        super().__init__(house, member)
        self.lies = lies

    def ask(self, question, **parameters):
        return {**super().ask(question, **parameters), **self.lies}

    def act(self, verb, **parameters):
        return {**super().act(verb, **parameters), **self.lies}


ANOTHER_POINT = client.blind(b"x")[1].hex()


@pytest.mark.parametrize(
    "lies",
    [
        {"root": "00" * 32},
        {"whole": "AAAA"},
        {"public_key": ANOTHER_POINT},
        {"evaluated": [ANOTHER_POINT] * 4},
        {"evaluated": ["00" * 32] * 4},
        {"evaluated": ["00"] * 4},
        {"evaluated": []},
        {"proof": "00" * 64},
        {"proof": ""},
    ],
    ids=["root", "whole", "public key", "other points", "no points", "short points", "none", "proof", "no proof"],
)
def test_the_client_believes_no_liar(blind, lies):
    blind.publish()
    blind.commit(blind.house.outsider)
    with pytest.raises((Cheated, client.NotProved)):
        check(Liar(blind.house, blind.house.outsider, **lies), [HELD])


def test_the_client_refuses_a_key_that_another_member_was_not_given(blind):
    blind.publish()
    blind.commit(blind.house.outsider)
    with pytest.raises(Cheated):
        check(Direct(blind.house, blind.house.outsider), [HELD], trusted_key="00" * 32)
