# SPDX-License-Identifier: Apache-2.0
"""The key of the blind check, and its end."""

from __future__ import annotations

from checker import voprf as client
from checker.fingerprints import fingerprints
from tests.worlds.blind import HELD, Direct
from weir.clearinghouse.findings.reads import check_terms
from weir.clearinghouse.findings.verbs import rotate_check_key


def seeds(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_key_holds_the_same_and_the_old_ones_outputs_open_nothing(blind, administrator, keys):
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider, 2)
    before = check_terms(blind.house.outsider)
    assert blind.ask(blind.house.outsider, HELD) == ["received"]
    rotate_check_key(administrator, now=blind.house.now)
    blind.publish()
    after = check_terms(blind.house.outsider)
    assert (before.epoch, after.epoch) == (1, 2)
    assert before.public_key != after.public_key
    assert blind.ask(blind.house.outsider, HELD) == ["received"]
    assert seeds(keys) == ["check-1.seed", "check-2.seed"]
    blind.publish()
    assert seeds(keys) == ["check-2.seed"], "the old seed goes once an edition under the new key is committed"


def test_a_check_that_began_before_a_rotation_ends_under_the_old_key(blind, administrator):
    blind.hold()
    blind.publish()
    blind.commit(blind.house.outsider)
    direct = Direct(blind.house, blind.house.outsider)
    began = direct.ask("findings/check-terms")
    rotate_check_key(administrator, now=blind.house.now)
    blind.publish()
    [text] = fingerprints(*vars(HELD).values())[:1]
    secret, element = client.blind(text)
    said = direct.act("findings/evaluate-blinded", edition=began["edition"], elements=[element.hex()])
    client.check(
        bytes.fromhex(began["public_key"]),
        [element],
        [bytes.fromhex(said["evaluated"][0])],
        bytes.fromhex(said["proof"]),
    )
    assert said["epoch"] == 1
    assert secret


def test_a_key_ends_when_it_has_served_its_time(blind, settings):
    epochs = [blind.publish().epoch]
    blind.house.later(days=settings.CHECK_KEY_DAYS)
    epochs.append(blind.publish().epoch)
    assert epochs == [1, 2]


def test_a_key_that_was_lost_is_followed_by_a_new_one(blind, keys, caplog):
    blind.hold()
    blind.publish()
    (keys / "check-1.seed").unlink()
    assert blind.publish().epoch == 2
    assert "A new key begins." in caplog.text
    blind.commit(blind.house.outsider)
    assert blind.ask(blind.house.outsider, HELD) == ["received"]


def test_seeds_are_for_their_owner_only(blind, keys):
    blind.publish()
    assert [(path.stat().st_mode & 0o777, path.stat().st_size) for path in keys.iterdir()] == [(0o600, 32)]
