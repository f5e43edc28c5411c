# SPDX-License-Identifier: Apache-2.0
"""The scored stage: what records share, which pairs are worth a look, what the model says and why."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weir.clearinghouse.findings.engines.bags import listed, shared
from weir.clearinghouse.findings.engines.blocking import candidates
from weir.clearinghouse.findings.engines.boosting import Course, learn
from weir.clearinghouse.findings.engines.correlation import compare, explained, links
from weir.clearinghouse.findings.engines.features import FEATURES, NAMES, UNKNOWN, features
from weir.clearinghouse.findings.engines.records import Record, record_of
from weir.clearinghouse.findings.engines.trees import SHIPPED, Model, UnfitModel, shipped
from weir.clearinghouse.findings.engines.words import corpus_of, places_of, spoken_in
from weir.clearinghouse.findings.terms.links import Basis, LinkKind
from weir.clearinghouse.intake.terms.items import Affected, Grain, Item

MODEL = shipped()
WORDS = st.lists(st.sampled_from("abcdefgh"), max_size=6)
COLUMNS = st.lists(st.floats(-1, 6, width=32), min_size=len(FEATURES), max_size=len(FEATURES))

OVERFLOW = (
    "A heap buffer overflow in decode_palette of the pixmill library lets a crafted TIFF image with a negative "
    "samples-per-pixel field write past the row buffer."
)
COPIED = (
    "pixmill: heap overflow in decode_palette, when samples-per-pixel of a TIFF is negative and the row buffer ends."
)
OTHERS = (
    "The session cookie of quillpad is not bound to the login, so that it can be fixed by whoever sends a link.",
    "Template names given to brewserve are joined to a folder without a look at dots, and any file is read.",
    "A regular expression in mailcomb takes exponential time for a header with many commas.",
    "An unauthenticated caller of the ferrystack admin port restarts the scheduler.",
)


def item(text, package, **more):
    return Item("", Grain.ADVISORY, text[:40], text, affected=(Affected(package, fixed=("2.1.4",)),), **more)


@pytest.fixture
def items():
    fix = ("https://example.org/pixmill/commit/0123456789abcdef0123456789abcdef01234567",)
    return [
        item(OVERFLOW, "pkg:pypi/pixmill", aliases=("CVE-2024-1001",), references=fix, published="2024-03-01"),
        item(COPIED, "pkg:generic/pixmill", aliases=("GHSA-2222-3333-4444",), references=fix, published="2024-03-02"),
        *(item(text, f"pkg:pypi/other{number}") for number, text in enumerate(OTHERS)),
    ]


@given(st.lists(WORDS, min_size=2, max_size=8))
def test_what_two_share_is_what_stands_in_both(lists):
    bag = listed(lists)
    left, right = np.triu_indices(len(lists), 1)
    found = shared(bag, bag, left, right)
    for place, (one, other) in enumerate(zip(left, right, strict=True)):
        assert found.terms[place] == len(set(lists[one]) & set(lists[other]))
    assert (found.mass <= np.minimum(bag.mass[left], bag.mass[right]) + 1e-9).all()
    assert (found.best <= found.mass + 1e-9).all()


def test_identifiers_are_not_read():
    plain = Record("Overflow in decoder", "The decoder overflows.", ("pypi/x",), ("https://example.org/x/issues/7",))
    named = plain._replace(
        title="CVE-2024-1001 GHSA-2222-3333-4444 Overflow in decoder",
        text="The decoder (PYSEC-2024-0017, RUSTSEC-2024-0007) overflows.",
        links=(*plain.links, "https://nvd.example/vuln/CVE-2024-1001", "https://pkg.go.dev/vuln/GO-2024-0001"),
    )
    corpus = corpus_of([plain, named])
    table = features(corpus, candidates(corpus))
    row = dict(zip(NAMES, table[0].tolist(), strict=True))
    assert row["same_title"] == row["same_text"] == row["link_within"] == 1
    assert b"1001" not in b" ".join(spoken_in([named.title, named.text]).written)


def test_a_link_keeps_the_words_behind_an_identifier():
    assert places_of("https://www.Example.org/blog/CVE-2024-1001-escape-hatch/") == ["example.org/blog/*-escape-hatch"]
    assert places_of("http://example.org/a/commit/0123456789abcdef") == [
        "example.org/a/commit/0123456789abcdef",
        "commit 0123456789ab",
    ]


def test_what_is_alike_is_nominated_and_told_in_words(items):
    found = links(items, shipped())
    best = found[0]
    assert (best.left, best.right, best.kind, best.basis) == (0, 1, LinkKind.SAME, Basis.SCORE)
    assert any(reason.weight > 0 for reason in best.reasons)
    said = {feature.speaks_for for feature in FEATURES} | {feature.speaks_against for feature in FEATURES}
    assert {reason.words for reason in best.reasons} <= said
    assert not [link for link in found[1:] if link.kind is LinkKind.SAME]


def test_two_cves_are_never_the_same_by_score(items):
    items[1] = items[1]._replace(aliases=("CVE-2024-1002",))
    assert {link.kind for link in links(items, shipped()) if {link.left, link.right} == {0, 1}} == {LinkKind.RELATED}


def test_an_exact_key_comes_before_any_score(items):
    items[4] = items[4]._replace(aliases=("CVE-2024-1001",))
    assert links(items, shipped())[0][:5] == (0, 4, LinkKind.SAME, Basis.KEY, 1.0)


def test_stacks_alone_only_relate():
    frames = ("decode_row", "decode_image", "open_image")
    crashes = [Item("", Grain.CRASH, f"crash {n}", affected=(Affected("pkg:x/y"),), frames=frames) for n in range(2)]
    (found,) = (link for link in links(crashes, shipped()) if link.basis is Basis.STACK)
    assert found.kind is LinkKind.RELATED


def row_of(one, other):
    corpus = corpus_of([one, other])
    return dict(zip(NAMES, features(corpus, candidates(corpus))[0].tolist(), strict=True))


def test_versions_of_two_packages_do_not_part_them():
    text, link = "The decoder of palettes overflows.", ("https://example.org/news/7",)
    one = Record("Overflow", text, ("pypi/x",), link, fixed=("1.2.3",))
    other = one._replace(packages=("pypi/y",), fixed=("4.5.6",))
    assert row_of(one, other)["fixed"] == row_of(one, other)["versions"] == UNKNOWN
    assert row_of(one, other._replace(packages=one.packages))["fixed"] == 0
    assert row_of(one, other._replace(fixed=one.fixed))["fixed"] == 1


def test_a_page_that_one_alone_points_to_sets_apart():
    links = ("https://example.org/news/7", "https://example.org/x/issues/7")
    one = Record("Overflow", "The decoder of palettes overflows.", ("pypi/x",), links)
    same, less = row_of(one, one), row_of(one, one._replace(links=links[:1]))
    assert (same["link_apart"], same["link_union"]) == (0, 1)
    assert less["link_apart"] > 0
    assert less["link_union"] < 1
    assert less["link_set"] == UNKNOWN
    assert same["link_set"] > 0


def test_what_is_unknown_may_say_more_than_what_is_known():
    place = NAMES.index("link")
    table = np.zeros((900, len(FEATURES)), np.float32)
    table[:, place] = np.repeat([UNKNOWN, 0.0, 1.0], 300)
    model = learn(table, np.repeat([True, False, True], 300), Course(trees=30, rate=0.4))
    unknown, apart, shared_link = model.probabilities(table[[0, 300, 600]])
    assert apart < 0.5 < min(unknown, shared_link)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_records_are_no_trouble(count):
    compared = compare(corpus_of([Record()] * count), shipped())
    assert len(compared.scores) == len(compared.pairs.left)


@settings(max_examples=10)
@given(COLUMNS)
def test_reasons_add_up_to_the_score(row):
    model = MODEL
    table = np.array([row], np.float32)
    expected = model.log_odds(table)[0]
    mean = sum(float((tree.values * tree.covers).sum() / tree.covers.sum()) for tree in model.trees)
    assert model.bias + mean + model.contributions(table)[0].sum() == pytest.approx(expected)
    assert all(reason.weight for reason in explained(model, table)[0])


@settings(max_examples=30)
@given(COLUMNS, st.sampled_from([p for p, feature in enumerate(FEATURES) if feature.direction]), st.floats(0, 3))
def test_no_feature_speaks_against_its_direction(row, place, more):
    model = MODEL
    row[place] = abs(row[place])  # known: what is unknown may say more or less than any value
    moved = [*row]
    moved[place] += more
    low, high = model.log_odds(np.array([row, moved], np.float32))
    assert FEATURES[place].direction * (high - low) >= -1e-9


def test_learning_finds_the_rule_and_is_the_same_every_time():
    random = np.random.default_rng(7)
    table = random.random((1200, len(FEATURES))).astype(np.float32)
    truth = (table[:, 7] > 0.5) & (table[:, 16] > 0.7)
    model = learn(table, truth, Course(trees=12, rate=0.4))
    assert ((model.probabilities(table) > 0.5) == truth).mean() > 0.95
    assert learn(table, truth, Course(trees=12, rate=0.4)).written() == model.written()
    again = Model.read(model.written())
    assert np.abs(again.log_odds(table) - model.log_odds(table)).max() < 1e-2


def test_the_shipped_model_holds_no_words_of_the_data():
    said = json.loads(SHIPPED.read_text("utf-8"))
    assert set(said) == {"features", "bias", "trees"}
    numbers = [value for tree in said["trees"] for values in tree.values() for value in values]
    assert all(isinstance(number, int | float) for number in numbers)


def test_a_model_for_other_features_is_refused():
    said = json.loads(SHIPPED.read_text("utf-8"))
    with pytest.raises(UnfitModel):
        Model.read(json.dumps(said | {"features": said["features"][1:]}))


def test_packages_have_one_spelling():
    one = record_of(Item("", Grain.ADVISORY, "", affected=(Affected("pkg:pypi/My_Lib@1.0?x=y"),)))
    other = record_of(Item("", Grain.ADVISORY, "", affected=(Affected("pkg:PyPI/my.lib"),)))
    assert one.packages == other.packages == ("pypi/my-lib",)
