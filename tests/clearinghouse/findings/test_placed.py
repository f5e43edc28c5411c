# SPDX-License-Identifier: Apache-2.0
"""Results of static analysis are linked by where they lie; none that weighs enough is overlooked."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.findings.engines.correlation import links
from weir.clearinghouse.findings.engines.placed import CROWD, ONE, met
from weir.clearinghouse.findings.engines.trees import shipped
from weir.clearinghouse.findings.rules.statics import weigh
from weir.clearinghouse.findings.terms.links import Basis, LinkKind
from weir.clearinghouse.intake.terms.items import Affected, Grain, Item, Place

HOME = (Affected(repository="https://example.org/quill"),)
FEW = ("", "one", "two")
PLACES = st.builds(Place, st.sampled_from(FEW), symbol=st.sampled_from(FEW), snippet=st.sampled_from(FEW))
RESULTS = st.builds(
    lambda place, flow, classes: result(place, flow=flow, weaknesses=classes),
    PLACES,
    st.sampled_from([(), (Place("a"), Place("b")), (Place("a"), Place("c"))]),
    st.sampled_from([(), ("CWE-22",), ("CWE-89",), ("CWE-22", "CWE-89")]),
)


def result(place, *, tool="finch", flow=(), weaknesses=("CWE-89",), affected=HOME, title="SQL", **more):
    return Item(
        "",
        Grain.STATIC,
        title,
        affected=affected,
        weaknesses=weaknesses,
        tool=tool,
        rule=tool,
        places=(place,),
        flow=flow,
        **more,
    )


SINK = Place("src/db.py", 40, "find_user", "cursor.execute(q)")


def placed(items):
    return [link for link in links(items, shipped()) if any(reason.feature == "path" for reason in link.reasons)]


@given(st.lists(RESULTS, max_size=7))
def test_whatever_weighs_enough_is_weighed(items):
    pairs = combinations(range(len(items)), 2)
    assert {pair for pair in pairs if weigh(items[pair[0]], items[pair[1]]).score >= ONE} <= set(met(items))


def test_two_tools_that_mean_one_place_are_linked_with_reasons():
    moved = SINK._replace(path="./src/db.py", line=77, snippet="cursor.execute( q )")
    (link,) = placed([result(SINK), result(moved, tool="rook"), result(SINK._replace(path="src/other.py"))])
    assert (link.left, link.right, link.kind, link.basis) == (0, 1, LinkKind.SAME, Basis.SCORE)
    assert {reason.feature for reason in link.reasons} == {"path", "symbol", "snippet", "weakness"}


def test_the_same_place_of_another_code_is_another_one():
    elsewhere = (Affected(repository="https://example.org/fork"),)
    assert not placed([result(SINK), result(SINK, affected=elsewhere)])


def test_two_cves_in_one_place_are_related_at_most():
    items = [result(SINK, aliases=("CVE-2024-1001",)), result(SINK, aliases=("CVE-2024-1002",))]
    assert {link.kind for link in links(items, shipped())} == {LinkKind.RELATED}


def test_a_crowd_in_one_place_is_bounded():
    assert len(met([result(SINK)] * (3 * CROWD))) == CROWD * (CROWD - 1) // 2
