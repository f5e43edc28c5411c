# SPDX-License-Identifier: Apache-2.0
"""The coordinator's pages, as a person uses them: narrowing, ticking many, views, two findings side by side."""

from __future__ import annotations

import re

import pytest

from tests.clearinghouse.findings import test_items as items
from tests.clearinghouse.findings.test_merging import MAINTAINERS, shown_to
from tests.shell.pages.test_pages import counted
from tests.worlds.people import action_of, text_of
from weir.clearinghouse.findings import reads
from weir.clearinghouse.findings.models import FindingItemRow, FindingRow
from weir.clearinghouse.findings.terms import Basis, FindingState, LinkKind, PairState
from weir.clearinghouse.findings.verbs import nominate_link, record_reproduced
from weir.foundation.actor import SYSTEM
from weir.foundation.policy.marks import mark
from weir.foundation.policy.terms import Marking, Tlp

QUEUE = "/findings/"
MEMBERS_QUEUE = 6
MOST = {QUEUE: 13, f"{QUEUE}?state=open&text=heap": 14, "/findings/{}/": 25}


@pytest.fixture(autouse=True)
def _quick(settings, plain_pages):
    settings.PASSWORD_HASHERS = ["tests.worlds.people.Quick"]


@pytest.fixture
def browser(people):
    return people.browser(people.ida)


def found(house, title="Heap overflow in a parser"):
    return house.correlate(house.report(title=title).outcome.id).id


def bulk(browser, do, *numbers, reason=""):
    action = action_of(text_of(browser.get(QUEUE)), "/findings/bulk/")
    return browser.post(action, {"do": do, "finding": numbers, "reason": reason}, follow=True)


def pair_of(house, *, kind=LinkKind.SAME, said="Both name parse_frame."):
    one, other = found(house, "The first one"), found(house, "The second one")
    return one, other, nominate_link(SYSTEM, one, other, kind, Basis.SCORE, 0.9, said, now=house.now).id


def decided(browser, pair, **fields):
    page = f"/findings/pairs/{pair}/"
    return browser.post(action_of(text_of(browser.get(page)), page), fields)


def test_the_queue_is_narrowed_and_says_what_it_is_narrowed_to(browser, house):
    found(house, "Unmistakable words")
    found(house, "Something else")
    page = text_of(browser.get(f"{QUEUE}?text=unmistakable&state=open&marking=AMBER%2BSTRICT&age=7"))
    assert "Unmistakable words" in page
    assert "Something else" not in page
    assert 'value="unmistakable"' in page
    assert "Show all" in page
    assert "Nothing here is like that" in text_of(browser.get(f"{QUEUE}?age=older"))


@pytest.mark.parametrize("filter", ["state=x", "marking=x", "age=x", "owner=x"])
def test_a_filter_that_there_is_not_is_named(browser, filter):
    answer = browser.get(f"{QUEUE}?{filter}")
    assert (answer.status_code, filter.partition("=")[0] in text_of(answer)) == (422, True)


def test_many_are_taken_on_and_handed_back_at_once(browser, people, house):
    one, other, _ = found(house), found(house), found(house)
    assert "Done with 2." in text_of(bulk(browser, "take", one, other))
    assert {line.id for line in reads.list_findings(people.acting(people.ida), mine=True).lines} == {one, other}
    assert text_of(browser.get(f"{QUEUE}?owner=mine")).count(">yours<") == 2
    bulk(browser, "hand back", one)
    assert [line.id for line in reads.list_findings(people.acting(people.ida), mine=True).lines] == [other]


def test_a_finding_is_taken_on_and_handed_back_on_its_page(browser, people, house):
    number = found(house)
    page = f"/findings/{number}/"
    for do, before, after in (
        ("take", "Nobody has taken it on.", "You have taken it on."),
        ("hand back", "You have taken it on.", "Nobody has taken it on."),
    ):
        shown = text_of(browser.get(page))
        assert before in shown
        answer = browser.post(action_of(shown, "/findings/bulk/"), {"do": do, "finding": number, "here": "yes"})
        assert answer["Location"] == page
        assert after in text_of(browser.get(page))
    for said in ("Somebody took it on.", "It was handed back.", "Intake</", "Findings<"):
        assert said in text_of(browser.get(page)), said
    shown_to(number, Tlp.CLEAR, "any")
    assert "taken it on" not in text_of(people.browser(people.let_in()).get(page))


def test_what_tools_said_of_a_finding_stands_on_its_page_with_the_document(browser, people, house):
    sender = people.acting(people.let_in())
    [number] = items.found(house, items.sarif("parse_frame"), sender).opened
    page = text_of(browser.get(f"/findings/{number}/"))
    for said in ("1 item of a document belongs to it.", "MadeUp", "src/a.c parse_frame", "/documents/D-"):
        assert said in page, said
    [document] = set(re.findall(r'href="(/documents/D-[^"]+)"', page))
    assert browser.get(document).status_code == 200
    assert re.search(r'data-label="Sources">1<', text_of(browser.get(QUEUE)))
    mark(FindingRow.objects.get(), FindingItemRow.objects.get().document, Marking(Tlp.CLEAR, frozenset({"any"})))
    theirs = people.browser(people.let_in("Rea Reader")).get(f"/findings/{number}/")
    assert (theirs.status_code, "MadeUp" in text_of(theirs)) == (200, False)


def test_what_one_of_many_refuses_the_others_still_do(browser, house):
    one, never = found(house), type(found(house)).mint(2026, lambda count: b"\7" * count)
    page = text_of(bulk(browser, "take", never, one))
    assert "Done with 1." in page
    assert str(never) in page


def test_the_same_form_sent_twice_acts_once(browser, house):
    one, other = found(house), found(house)
    action = action_of(text_of(browser.get(QUEUE)), "/findings/bulk/")
    fields = {"do": "same", "finding": [one, other], "reason": "One field."}
    for _ in range(2):
        browser.post(action, fields)
    assert house.kinds().count("findings.link_findings") == 1


def test_ticked_findings_are_proposed_as_one_with_a_reason_and_not_without(browser, people, house):
    one, other, third = found(house), found(house), found(house)
    assert "say why they belong together" in text_of(bulk(browser, "same", one, other))
    assert "Tick two or more" in text_of(bulk(browser, "related", one, reason="Why not."))
    page = text_of(bulk(browser, "same", one, other, third, reason="One length field."))
    assert "Done with 2." in page
    pairs = reads.list_pairs(people.acting(people.ida)).lines
    assert {pair.kind for pair in pairs} == {LinkKind.SAME}
    assert all(str(pair.id) in page for pair in pairs)


@pytest.mark.parametrize("do", ["", "erase"])
def test_what_cannot_be_done_with_many_is_refused(browser, house, do):
    assert bulk(browser, do, found(house)).status_code == 422


def test_a_view_is_saved_opened_and_dropped(browser, house):
    found(house)
    narrowed = f"{QUEUE}?state=open&text=heap"
    action = action_of(text_of(browser.get(narrowed)), "/findings/views/")
    answer = browser.post(action, {"name": "Old <ones>", "query": "state=open&text=heap"})
    assert answer["Location"] == narrowed
    page = text_of(browser.get(narrowed))
    assert re.search(r'aria-current="true"><bdi>Old &lt;ones&gt;', page)
    drop = re.search(r'action="(/findings/views/[^"]+/drop/)"', page)
    assert drop
    browser.post(drop[1])
    assert "Old &lt;ones&gt;" not in text_of(browser.get(QUEUE))


def test_a_view_without_a_name_says_so(browser):
    answer = browser.post("/findings/views/", {"name": " ", "query": "state=open\r\nX: y"}, follow=True)
    assert answer.status_code in {200, 422}
    assert "A view needs a name" in text_of(browser.post("/findings/views/", {"name": ""}, follow=True))


def test_two_findings_stand_side_by_side_with_what_speaks_for_them(browser, house):
    one, other, pair = pair_of(house, said="Both <name> parse_frame.")
    page = text_of(browser.get(f"/findings/pairs/{pair}/"))
    for words in (
        "The first one",
        "The second one",
        str(one),
        str(other),
        "Both &lt;name&gt; parse_frame.",
        "90 of 100",
    ):
        assert words in page, words
    assert str(pair) in text_of(browser.get("/findings/pairs/"))


def test_they_are_merged_and_split_on_their_page(browser, people, house):
    one, other, pair = pair_of(house)
    answer = decided(browser, pair, step="merge", into=other, reason="One length field.")
    assert answer["Location"] == f"/findings/pairs/{pair}/"
    merged = reads.read_finding(people.acting(people.ida), one)
    assert (merged.state, merged.merged_into) == (FindingState.MERGED, (other,))
    assert str(one) in text_of(browser.get(f"/findings/{other}/"))
    page = text_of(browser.get(f"/findings/pairs/{pair}/"))
    assert "One length field." in page
    assert "They are one</button>" not in page
    decided(browser, pair, step="split", reason="Two after all.")
    assert reads.read_finding(people.acting(people.ida), one).state is FindingState.OPEN


def test_they_are_kept_apart_on_their_page(browser, people, house):
    _, _, pair = pair_of(house)
    decided(browser, pair, step="apart", reason="Two length fields.")
    assert reads.read_pair(people.acting(people.ida), pair).state is PairState.APART
    assert str(pair) not in text_of(browser.get("/findings/pairs/"))
    assert str(pair) in text_of(browser.get("/findings/pairs/?state=kept_apart"))


@pytest.mark.parametrize(
    "fields",
    [
        {"step": "merge", "reason": "x"},
        {"step": "merge", "into": "F-2026-7K3QM-X", "reason": "x"},
        {"step": "apart", "reason": " "},
        {"step": "apart"},
    ],
)
def test_a_decision_that_is_none_keeps_what_was_typed(browser, people, house, fields):
    _, _, pair = pair_of(house)
    answer = decided(browser, pair, **fields)
    assert (answer.status_code, "There is a problem" in text_of(answer)) == (422, True)
    assert reads.read_pair(people.acting(people.ida), pair).state is PairState.NOMINATED


def test_only_what_may_be_the_same_can_be_merged_on_the_page(browser, house):
    _, _, pair = pair_of(house, kind=LinkKind.RELATED)
    page = text_of(browser.get(f"/findings/pairs/{pair}/"))
    assert "They are one</button>" not in page
    assert "Keep apart</button>" in page


def test_a_finding_shows_the_pairs_that_wait_for_a_person_until_they_are_decided(browser, people, house):
    one, two, pair = pair_of(house)
    for own, other in ((one, two), (two, one)):
        page = text_of(browser.get(f"/findings/{own}/"))
        assert f'href="/findings/pairs/{pair}/"' in page
        assert f'<span class="spoken">{other}</span>' in page
    third = found(house)
    assert "May belong together" not in text_of(browser.get(f"/findings/{third}/"))
    assert decided(browser, pair, step="apart", reason="They are two.").status_code == 302
    assert "May belong together" not in text_of(browser.get(f"/findings/{one}/"))
    shown_to(two, Tlp.CLEAR, "any")
    assert str(pair) not in text_of(people.browser(people.let_in()).get(f"/findings/{two}/"))


def test_who_would_lose_their_access_is_said_before_merging(browser, house):
    one, _, pair = pair_of(house)
    shown_to(one, Tlp.AMBER, "role:coordinator", MAINTAINERS)
    assert MAINTAINERS in text_of(browser.get(f"/findings/pairs/{pair}/"))


def test_others_see_of_the_queue_what_they_may_see_and_nothing_to_work_with(people, house):
    found(house)
    browser = people.browser(people.let_in())
    page = text_of(browser.get(QUEUE))
    for work in ("/findings/bulk/", "/findings/pairs/", "/findings/views/", "data-keys", 'name="owner"'):
        assert work not in page, work
    assert "No pair is in this state" in text_of(browser.get("/findings/pairs/"))


def test_what_coordinators_have_besides_costs_nobody_else_a_query(people, house):
    """Pinned: a page of the queue asks this often, however much there is, and opening a finding as often."""
    shown_to(found(house), Tlp.CLEAR, "any")
    member, coordinator = people.browser(people.let_in()), people.browser(people.ida)
    number = found(house)
    for browser in (member, coordinator):
        browser.get(QUEUE)
    coordinator.get(f"/findings/{number}/")
    assert counted(member, QUEUE) == MEMBERS_QUEUE
    for page, most in MOST.items():
        assert counted(coordinator, page.format(number)) <= most, page


def test_the_page_of_a_duplicate_is_that_of_any_report_until_its_proof_was_reproduced(people, house):
    finder = people.let_in()
    browser = people.browser(finder)
    numbers = []
    for _ in range(2):
        house.later(minutes=1)
        numbers.append(house.report(actor=people.acting(finder)).outcome.id)
    first, second = (house.correlate(number).id for number in numbers)
    coordinator = people.browser(people.ida)
    action = action_of(text_of(coordinator.get(QUEUE)), "/findings/bulk/")
    coordinator.post(action, {"do": "same", "finding": [first, second], "reason": "One field."})
    pair = reads.list_pairs(people.acting(people.ida)).lines[0].id

    def pages():
        shown = [browser.get(f"/held/{number}/") for number in numbers]
        assert {page.status_code for page in shown} == {200}
        return [
            re.sub(r"<time.*?</time>", "", text_of(page).replace(str(number), "N"))
            for page, number in zip(shown, numbers, strict=True)
        ]

    before = pages()
    assert before[0] == before[1]
    decided(coordinator, pair, step="merge", into=first, reason="One field.")
    assert pages() == before
    for number in numbers:
        record_reproduced(SYSTEM, number, now=house.now)
    after = pages()
    assert (after[0] == before[0], "It is held already" in after[1]) == (True, True)
    assert "reproduced here" in after[1]
