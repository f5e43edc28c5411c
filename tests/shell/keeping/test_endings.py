# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from tests.worlds.identity import World
from tests.worlds.restored import KeptHouse
from weir.foundation.identity import verbs as identity
from weir.shell.keeping.endings import Endings, JournalUnreadable


@pytest.fixture
def house(transactional_db):
    house = KeptHouse()
    yield house
    house.close()


@pytest.fixture
def left(house):
    """Somebody revoked a token and somebody left; their numbers."""
    world = World(now=house.now)
    olive = world.open()
    ada = world.join(olive, "ada@operator.example", olive.organization)
    token = world.token(olive)
    identity.revoke_token(olive, token.id, now=house.now)
    house.report()
    identity.leave(ada, now=house.now)
    return [str(token.id), ada.id]


def abouts(house) -> list[str]:
    return [ending.about for ending in Endings(house.keys).read()]


def test_who_left_and_what_was_revoked_stands_in_the_journal_once(house, left):
    journal = Endings(house.keys)
    assert [journal.follow(house.now), journal.follow(house.now)] == [2, 0]
    assert Endings(house.keys).follow(house.now) == 0
    assert abouts(house) == left


def test_a_torn_last_line_is_written_again(house, left):
    Endings(house.keys).follow(house.now)
    path = house.keys / "endings.journal"
    path.write_bytes(path.read_bytes()[:-4])
    assert abouts(house) == left[:1]
    Endings(house.keys).follow(house.now)
    assert abouts(house) == left


def test_a_line_that_cannot_be_read_stops_everything(house, left):
    Endings(house.keys).follow(house.now)
    path = house.keys / "endings.journal"
    path.write_bytes(b"nonsense\n" + path.read_bytes())
    with pytest.raises(JournalUnreadable):
        Endings(house.keys).read()


def test_it_names_numbers_only(house, left):
    Endings(house.keys).follow(house.now)
    assert b"ada" not in (house.keys / "endings.journal").read_bytes().lower()
