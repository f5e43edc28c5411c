# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.worlds.scanning import REPOSITORY
from weir.clearinghouse.scanning import reads, verbs
from weir.clearinghouse.scanning.models import TargetRow, YieldRow
from weir.clearinghouse.scanning.rules import effort
from weir.clearinghouse.scanning.terms import (
    LiveSystem,
    Method,
    NotARule,
    NotTheirs,
    ProjectRules,
    RuleSource,
    TargetId,
    Verdict,
)
from weir.foundation.actor import SYSTEM
from weir.kernel.errors import Missing, Refused

pytestmark = pytest.mark.both_databases

TXT = "Contact: mailto:security@gate.example\nExpires: 2027-01-01T00:00:00Z\n"


def seen(scanners, target, actor=None):
    return reads.read_target(actor or scanners.one, target, now=scanners.house.now)


def lines(scanners, target, name):
    return [
        (line.value, line.source, line.place, line.holds) for line in seen(scanners, target).lines if line.name == name
    ]


# Targets


def test_whoever_names_the_same_is_given_the_same_number(scanners):
    one = scanners.target("git+https://github.com/Meadow/Gate", scanners.one)
    other = scanners.target("https://github.com/meadow/gate.git", scanners.other)
    assert one == other
    assert TargetRow.objects.count() == 1


def test_that_somebody_named_a_target_shows_on_no_list(scanners):
    target = scanners.target()
    assert reads.list_targets(scanners.other).lines == ()
    verbs.weigh_target(scanners.house.coordinator, target, 7, now=scanners.house.now)
    assert [line.id for line in reads.list_targets(scanners.other).lines] == [target]
    assert reads.list_targets(scanners.house.nobody).lines == ()


def test_a_live_system_is_no_target(scanners):
    with pytest.raises(LiveSystem):
        scanners.target("https://shop.example/login")
    assert not TargetRow.objects.exists()


def test_a_stranger_cannot_tell_a_target_from_a_number_that_never_was(scanners):
    for number in (scanners.target(), TargetId.mint(2026, bytes)):
        with pytest.raises(Missing):
            seen(scanners, number, scanners.house.nobody)


# Rules


def test_maintainers_who_have_shown_control_set_the_rules_and_nobody_else(scanners):
    target = scanners.target()
    with pytest.raises(NotTheirs):
        verbs.set_project_rules(scanners.maintainer, target, paused=True, now=scanners.house.now)
    scanners.show_control(scanners.maintainer)
    given: dict[str, Any] = {
        "contact": "mailto:us@gate.example",
        "most_new": 5,
        "closed_paths": "vendor\n./docs/",
        "paused": True,
    }
    done = verbs.set_project_rules(scanners.maintainer, target, **given, now=scanners.house.now)
    assert done.names == ("closed_paths", "contact", "most_new", "paused")
    wanted = ProjectRules(contact="mailto:us@gate.example", most_new=5, closed_paths=("docs", "vendor"), paused=True)
    assert seen(scanners, target, scanners.other).rules == wanted
    for actor in (scanners.one, scanners.house.coordinator, replace(scanners.maintainer, roles=frozenset())):
        with pytest.raises(Refused):
            verbs.set_project_rules(actor, target, paused=False, now=scanners.house.now)
    rival = replace(scanners.maintainer, organization="O-2026-RVALS-T")
    with pytest.raises(NotTheirs):
        verbs.set_project_rules(rival, target, paused=False, now=scanners.house.now)


def test_what_is_left_out_stays_and_each_rule_says_who_set_it(scanners):
    target = scanners.target()
    scanners.show_control(scanners.maintainer)
    verbs.set_project_rules(scanners.maintainer, target, most_open=9, paused=True, now=scanners.house.now)
    verbs.set_project_rules(scanners.maintainer, target, paused=False, now=scanners.house.now)
    rules = seen(scanners, target).rules
    assert (rules.most_open, rules.paused, rules.most_new, rules.least) == (9, False, 2, Verdict.REPRODUCED)
    assert lines(scanners, target, "most_open") == [("9", RuleSource.MAINTAINER, REPOSITORY, True)]
    assert lines(scanners, target, "most_new") == [("2", RuleSource.DEFAULT, "", True)]


def test_a_faulty_rule_is_named_and_nothing_is_changed(scanners):
    target = scanners.target()
    scanners.show_control(scanners.maintainer)
    with pytest.raises(NotARule) as no:
        verbs.set_project_rules(scanners.maintainer, target, most_open=-1, embargo_days=400, now=scanners.house.now)
    assert set(no.value.faults) == {"/most_open", "/embargo_days"}
    assert seen(scanners, target).rules == ProjectRules()


def test_imported_rules_keep_where_they_stand_and_redirect_no_delivery(scanners):
    target = scanners.target()
    place = "https://gate.example/.well-known/security.txt"
    verbs.import_project_rules(
        scanners.house.coordinator, target, RuleSource.SECURITY_TXT, TXT, place, now=scanners.house.now
    )
    wanted = [("mailto:security@gate.example", RuleSource.SECURITY_TXT, f"{place}, line 1", False)]
    assert lines(scanners, target, "stated_contact") == wanted
    assert seen(scanners, target).rules.contact == ""
    forged = TXT.replace("Contact", "contact: mailto:evil@elsewhere.example\nmost_new: 900\npaused")
    for _ in range(2):
        verbs.import_project_rules(
            scanners.house.coordinator, target, RuleSource.SECURITY_TXT, forged, place, now=scanners.house.now
        )
    assert seen(scanners, target).rules == ProjectRules()
    assert len(lines(scanners, target, "stated_contact")) == 1


def test_what_a_security_md_says_holds_until_the_maintainers_say_otherwise(scanners):
    target = scanners.target()
    text = "Please allow 45 days before disclosure."
    args = (target, RuleSource.SECURITY_MD, text, "SECURITY.md at v1.2")
    with pytest.raises(Refused):
        verbs.import_project_rules(scanners.one, *args, now=scanners.house.now)
    verbs.import_project_rules(scanners.house.coordinator, *args, now=scanners.house.now)
    assert seen(scanners, target).rules.embargo_days == 45
    scanners.show_control(scanners.maintainer)
    verbs.set_project_rules(scanners.maintainer, target, embargo_days=7, now=scanners.house.now)
    assert seen(scanners, target).rules.embargo_days == 7
    assert lines(scanners, target, "embargo_days") == [
        ("7", RuleSource.MAINTAINER, REPOSITORY, True),
        ("45", RuleSource.SECURITY_MD, "SECURITY.md at v1.2, line 1", False),
    ]


@pytest.mark.parametrize("source", [RuleSource.MAINTAINER, RuleSource.DEFAULT])
def test_nothing_is_imported_as_if_maintainers_had_said_it(scanners, source):
    with pytest.raises(NotARule):
        verbs.import_project_rules(
            scanners.house.coordinator, scanners.target(), source, TXT, "here", now=scanners.house.now
        )


def test_staff_says_where_a_package_is_at_home(scanners):
    package = scanners.target("pkg:pypi/gate")
    scanners.show_control(scanners.maintainer)
    with pytest.raises(NotTheirs):
        verbs.set_project_rules(scanners.maintainer, package, paused=True, now=scanners.house.now)
    verbs.link_home(scanners.house.coordinator, package, "https://github.com/Meadow/gate", now=scanners.house.now)
    verbs.set_project_rules(scanners.maintainer, package, paused=True, now=scanners.house.now)
    assert seen(scanners, package).rules.paused
    with pytest.raises(NotARule):
        verbs.link_home(scanners.house.coordinator, scanners.target(), "evil.example", now=scanners.house.now)


# Coverage, yield, suggestions


def test_effort_is_told_as_a_band_four_weeks_late_whatever_was_found(scanners):
    target = scanners.target()
    claim = scanners.claim(scanners.other, "src").id
    secret = {"model": "a-model", "tokens": "123456789"}
    verbs.record_coverage(
        scanners.other, claim, 37, tool="a fuzzer", tool_version="1.2", edges="61 %", **secret, now=scanners.house.now
    )
    assert seen(scanners, target).coverage == ()
    scanners.house.later(days=effort.DELAY.days - 1)
    assert seen(scanners, target).coverage == ()
    scanners.house.later(days=1)
    [band] = seen(scanners, target).coverage
    assert (band.method, band.effort, band.fresh) == (Method.FUZZING, "light", 100)
    own = reads.read_claim(scanners.other, claim, now=scanners.house.now).coverage
    assert own[0].said == {"tool": "a fuzzer", "tool_version": "1.2", "edges": "61 %"}
    assert own[0].own == {"hours": "37"} | secret
    [staff] = reads.read_claim(scanners.house.coordinator, claim, now=scanners.house.now).coverage
    assert staff.own == {}
    assert "37" not in str(seen(scanners, target))


def test_what_is_ones_own_does_not_change_hands_with_the_claim(scanners):
    claim = scanners.claim(scanners.one, "src").id
    verbs.record_coverage(scanners.one, claim, 7, tool="a fuzzer", model="a-model", now=scanners.house.now)
    verbs.hand_over_claim(scanners.one, claim, scanners.third.id, now=scanners.house.now)
    verbs.take_over_claim(scanners.third, claim, now=scanners.house.now)
    [line] = reads.read_claim(scanners.third, claim, now=scanners.house.now).coverage
    assert (line.said, line.own) == ({"tool": "a fuzzer"}, {})


def test_coverage_counts_less_as_code_changes(scanners):
    target = scanners.target()
    claim = scanners.claim(scanners.other, "src").id
    verbs.record_coverage(scanners.other, claim, 100, now=scanners.house.now)
    scanners.house.later(days=1)
    verbs.record_change(scanners.house.coordinator, target, 500, now=scanners.house.now)
    scanners.house.later(days=27)
    [band] = seen(scanners, target).coverage
    assert band.fresh == 50


def test_suggestions_fit_the_capacity_and_give_their_reasons(scanners):
    scanners.list_target("pkg:pypi/small", exposure=1)
    large = scanners.list_target("pkg:pypi/large", exposure=100)
    told = reads.suggest_targets(scanners.one, 20, now=scanners.house.now)
    assert told[0].target == large
    assert sum(each.hours for each in told) <= 20
    assert told[0].reasons == ("Exposure 100.", "No scan of it is known that still counts.")
    verbs.declare_capacity(scanners.one, 5, now=scanners.house.now)
    assert [each.hours for each in reads.suggest_targets(scanners.one, now=scanners.house.now)] == [5]


def test_what_maintainers_closed_is_not_suggested(scanners):
    target = scanners.list_target(REPOSITORY)
    scanners.show_control(scanners.maintainer)
    assert reads.suggest_targets(scanners.one, 20, now=scanners.house.now)
    for closed in ({"no_scan": True}, {"no_scan": False, "paused": True}, {"paused": False, "most_new": 0}):
        verbs.set_project_rules(scanners.maintainer, target, **closed, now=scanners.house.now)
        assert reads.suggest_targets(scanners.one, 20, now=scanners.house.now) == ()


@pytest.mark.parametrize("hidden", [False, True])
def test_a_hit_that_is_not_published_shows_through_nothing(scanners, hidden):
    """Two worlds that differ only in hits, claims and work that are not to be told look the same to another member."""
    told = world(scanners, hidden=hidden)
    assert told == world_without(scanners)
    if hidden:
        verbs.record_yield(
            SYSTEM, "F-2026-7K3QM-X", TargetId(TargetRow.objects.get(locator=REPOSITORY).number), now=scanners.house.now
        )
        published = looked_at(scanners)
        assert published != told
        assert "1 published findings came of scanning it." in str(published)


def world(scanners, *, hidden):
    target = scanners.list_target(REPOSITORY)
    scanners.list_target("pkg:pypi/other")
    if hidden:
        claim = scanners.claim(scanners.other, "src", target=target).id
        verbs.record_coverage(scanners.other, claim, 90, now=scanners.house.now)
        for _ in range(2):
            verbs.record_yield(SYSTEM, "F-2026-7K3QM-X", now=scanners.house.now)
        assert YieldRow.objects.get().target is None
        assert b"7K3QM" not in bytes(YieldRow.objects.get().finding)
    return looked_at(scanners)


def world_without(scanners):
    from weir.clearinghouse.scanning.models import ClaimRow, CoverageRow

    kept = list(YieldRow.objects.all()), list(CoverageRow.objects.all())
    YieldRow.objects.all().delete()
    CoverageRow.objects.all().delete()
    ClaimRow.objects.all().delete()
    told = looked_at(scanners)
    for row in kept[0]:
        row.save(force_insert=True)
    return told


def looked_at(scanners):
    at = scanners.house.now
    targets = [line.id for line in reads.list_targets(scanners.third).lines]
    suggested = reads.suggest_targets(scanners.third, 40, now=at)
    return suggested, [reads.read_target(scanners.third, each, now=at) for each in targets]


def test_who_may_not_say_how_much_stands_on_a_target(scanners):
    target = scanners.target()
    for act in (verbs.weigh_target, verbs.record_change):
        with pytest.raises(Refused):
            act(scanners.one, target, 5, now=scanners.house.now)
        with pytest.raises(NotARule if act is verbs.weigh_target else Exception):
            act(scanners.house.coordinator, target, 0, now=scanners.house.now)
