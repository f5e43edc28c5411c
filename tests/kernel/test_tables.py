# SPDX-License-Identifier: Apache-2.0
"""Decision tables: complete or not at all, and every outcome can be asked for again."""

import copy
import itertools
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.kernel.errors import Invalid
from weir.kernel.tables import (
    Contradictory,
    DecisionTable,
    Incomplete,
    Malformed,
    Outcome,
    OutcomeDiffers,
    UnknownTable,
    order_violations,
    replay,
)

READERS, STATES, WEEKS = ("C", "A"), ("N", "W", "F"), ("1W", "2W", "4W")
LOAN = {  # how long the village library lends, by who reads and in which state the copy is
    ("C", "N"): "4W", ("C", "W"): "4W", ("C", "F"): "2W",
    ("A", "N"): "4W", ("A", "W"): "2W", ("A", "F"): "1W",
}  # fmt: skip


def point(key, name, *values):
    return {
        "namespace": "village",
        "key": key,
        "version": "1.0.0",
        "name": name,
        "definition": f"{name}?",
        "schemaVersion": "2.0.0",
        "values": [{"key": v, "name": n, "definition": f"Means {n.lower()}."} for v, n in values],
    }


def library():
    points = [
        point("R", "Reader kind", ("C", "Child"), ("A", "Adult")),
        point("S", "Copy state", ("N", "New"), ("W", "Worn"), ("F", "Falling apart")),
        point("T", "Loan time", ("1W", "One week"), ("2W", "Two weeks"), ("4W", "Four weeks")),
    ]
    return {
        "namespace": "village",
        "key": "DT_LOAN",
        "version": "1.0.0",
        "name": "Loan table",
        "definition": "How long a copy may stay out.",
        "schemaVersion": "2.0.0",
        "decision_points": {f"village:{p['key']}:1.0.0": p for p in points},
        "outcome": "village:T:1.0.0",
        "mapping": [{"village:R:1.0.0": r, "village:S:1.0.0": s, "village:T:1.0.0": t} for (r, s), t in LOAN.items()],
    }


TABLE = DecisionTable.load(library())


def wide(inputs, values):
    """A table with so many inputs of so many values, without its rows."""
    whole = library()
    letters = [f"P{n}" for n in range(inputs)]
    answers = [(f"V{n}", f"Value {n}") for n in range(values)]
    whole["decision_points"] = {k: point(k, f"Point {k}", *answers) for k in [*letters, "OUT"]}
    return {**whole, "outcome": "OUT", "mapping": []}


def test_the_table_answers_every_combination_as_written():
    for (reader, state), weeks in LOAN.items():
        assert TABLE.decide(reader_kind=reader, copy_state=state).value == weeks


@pytest.mark.parametrize(
    "spelled",
    [
        {"village:R:1.0.0": "C", "village:S:1.0.0": "F"},
        {"village:R": "C", "village:S": "F"},
        {"S": "F", "R": "C"},
        {"copy_state": "F", "village:R": "C"},
    ],
)
def test_however_a_question_is_spelled_the_outcome_is_the_same(spelled):
    assert TABLE.decide(spelled) == Outcome(
        value="2W",
        name="Two weeks",
        table="village:DT_LOAN",
        version="1.0.0",
        digest=TABLE.digest,
        inputs=(("village:R:1.0.0", "C"), ("village:S:1.0.0", "F")),
    )


def test_a_missing_input_names_the_question_and_its_answers():
    with pytest.raises(Invalid) as no:
        TABLE.decide(R="C")
    assert no.value.faults == {
        "village:S:1.0.0": "Copy state is missing; its values are N (New), W (Worn), F (Falling apart)"
    }


def test_everything_wrong_with_the_inputs_is_said_at_once():
    with pytest.raises(Invalid) as no:
        TABLE.decide({"R": "C", "reader_kind": "A", "weather": "sun"}, copy_state="f")
    assert sorted(no.value.faults) == ["reader_kind", "village:S:1.0.0", "weather"]


def test_a_spelling_that_two_questions_share_names_neither():
    whole = wide(2, 2)
    for p in ("P0", "P1"):
        whole["decision_points"][p]["name"] = "Same name"
    whole["mapping"] = [{"P0": a, "P1": b, "OUT": a} for a, b in itertools.product(["V0", "V1"], repeat=2)]
    table = DecisionTable.load(whole)
    with pytest.raises(Invalid, match="no such decision point"):
        table.decide(same_name="V0", P1="V0")
    assert table.decide(P0="V1", P1="V0").value == "V1"


@given(st.sets(st.sampled_from(range(6)), min_size=1, max_size=6))
def test_a_table_with_rows_missing_does_not_come_to_be(gone):
    whole = library()
    whole["mapping"] = [row for at, row in enumerate(whole["mapping"]) if at not in gone]
    with pytest.raises(Incomplete) as no:
        DecisionTable.load(whole)
    assert no.value.sentence.startswith(f"{len(gone)} of the combinations")
    missing = [f"village:R:1.0.0={r}, village:S:1.0.0={s}" for at, (r, s) in enumerate(LOAN) if at in gone]
    assert [name in no.value.sentence for name in missing] == ([True] * 3 + [False] * 3)[: len(missing)]


@given(st.integers(0, 5), st.sampled_from(WEEKS), st.integers(0, 6))
def test_a_combination_that_stands_twice_is_named_and_refused(twice, weeks, at):
    whole = library()
    row = whole["mapping"][twice]
    again = {**row, "village:T:1.0.0": weeks}
    whole["mapping"].insert(at, again)
    named = f"village:R:1.0.0={row['village:R:1.0.0']}, village:S:1.0.0={row['village:S:1.0.0']} is answered"
    with pytest.raises(Contradictory, match=named) as no:
        DecisionTable.load(whole)
    assert ("again" in no.value.sentence) == (weeks == row["village:T:1.0.0"])


def _set(whole, path, value):
    *way, last = path
    for step in way:
        whole = whole[step]
    if value is None:
        del whole[last]
    else:
        whole[last] = value


R = ("decision_points", "village:R:1.0.0")


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("mapping", 2, "village:R:1.0.0"), "X", "/mapping/2/village:R:1.0.0"),
        (("mapping", 2, "village:T:1.0.0"), "9W", "/mapping/2/village:T:1.0.0"),
        (("mapping", 2, "village:T:1.0.0"), ["1W"], "/mapping/2/village:T:1.0.0"),
        (("mapping", 2, "village:S:1.0.0"), None, "/mapping/2"),
        (("mapping", 2, "village:Z:1.0.0"), "C", "/mapping/2"),
        (("mapping", 2), "C", "/mapping/2"),
        (("mapping",), None, "/"),
        (("outcome",), "village:Z:1.0.0", "/outcome"),
        (("schemaVersion",), "1.0.0", "/schemaVersion"),
        (("version",), "1", "/version"),
        (("key",), "DT LOAN", "/key"),
        (("namespace",), "v", "/namespace"),
        (("weather",), "sun", "/"),
        ((*R, "values"), [], "/decision_points/village:R:1.0.0/values"),
        ((*R, "values", 1, "key"), "C", "/decision_points/village:R:1.0.0/values"),
        ((*R, "values", 1, "key"), "_", "/decision_points/village:R:1.0.0/values/1/key"),
        ((*R, "definition"), None, "/decision_points/village:R:1.0.0"),
    ],
)
def test_a_malformed_table_names_the_place(path, value, place):
    whole = library()
    _set(whole, path, value)
    with pytest.raises(Malformed) as no:
        DecisionTable.load(whole)
    assert list(no.value.faults) == [place]


def test_a_table_of_nothing_but_an_outcome_is_refused():
    with pytest.raises(Malformed, match="at least one input"):
        DecisionTable.load(wide(0, 2))


def test_a_name_given_twice_in_a_row_is_refused():
    text = json.dumps(library()).replace('"village:R:1.0.0": "C"', '"village:R:1.0.0": "A", "village:R:1.0.0": "C"')
    with pytest.raises(Malformed, match="twice"):
        DecisionTable.load(text.encode())


def test_a_table_of_too_many_combinations_is_refused_before_they_are_counted_out():
    with pytest.raises(Malformed, match="at most 200000"):
        DecisionTable.load(wide(60, 10))


def test_a_large_table_without_rows_names_three_gaps():
    with pytest.raises(Incomplete) as no:
        DecisionTable.load(wide(5, 11))
    assert no.value.sentence.startswith("161051 of the combinations")
    assert no.value.sentence.count("P0=") == 3


def test_a_table_survives_its_own_canonical_json():
    again = DecisionTable.load(TABLE.to_json())
    assert again == TABLE
    assert again.to_json() == TABLE.to_json()


def test_the_order_in_which_a_file_names_its_questions_says_nothing():
    whole = library()
    whole["decision_points"] = dict(reversed(whole["decision_points"].items()))
    again = DecisionTable.load(whole)
    assert again == TABLE
    assert again.explain({"R": "A", "S": "W"}) == TABLE.explain({"R": "A", "S": "W"})


def test_the_digest_hears_every_change_that_could_matter():
    def digest_with(path, value):
        whole = library()
        _set(whole, path, value)
        return DecisionTable.load(whole).digest

    changed = [
        digest_with(("mapping", 0, "village:T:1.0.0"), "1W"),
        digest_with((*R, "definition"), "Who?"),
        digest_with(("version",), "1.0.1"),
        digest_with((*R, "values"), library()["decision_points"]["village:R:1.0.0"]["values"][::-1]),
    ]
    assert len({*changed, TABLE.digest}) == 5
    assert digest_with(("_comment",), "aside") == TABLE.digest


inputs = st.fixed_dictionaries({"R": st.sampled_from(READERS), "S": st.sampled_from(STATES)})


@given(inputs)
def test_a_stored_outcome_is_decided_again_the_same(given_inputs):
    outcome = TABLE.decide(given_inputs)
    stored = Outcome.of(json.loads(json.dumps(outcome.record())))
    assert stored == outcome
    assert replay(stored, [TABLE]) == outcome


def test_an_outcome_finds_its_own_version_among_others():
    whole = library()
    whole["version"] = "2.0.0"
    whole["mapping"][0]["village:T:1.0.0"] = "1W"
    newer = DecisionTable.load(whole)
    old, new = TABLE.decide(R="C", S="N"), newer.decide(R="C", S="N")
    assert (old.value, new.value) == ("4W", "1W")
    assert replay(old, [newer, TABLE]) == old
    assert replay(new, [TABLE, newer]) == new
    with pytest.raises(UnknownTable):
        replay(old, [newer])


def test_a_table_altered_under_the_same_version_does_not_answer_for_the_old_one():
    whole = library()
    whole["mapping"][5]["village:T:1.0.0"] = "2W"
    altered, outcome = DecisionTable.load(whole), TABLE.decide(R="C", S="N")
    with pytest.raises(OutcomeDiffers, match=outcome.digest):
        replay(outcome, [altered])
    assert replay(outcome, [altered, TABLE]) == outcome


@pytest.mark.parametrize("alteration", [{"value": "1W"}, {"name": "Forever"}, {"inputs": {"village:R:1.0.0": "A"}}])
def test_an_altered_outcome_is_not_confirmed(alteration):
    altered = Outcome.of({**TABLE.decide(R="C", S="N").record(), **alteration})
    with pytest.raises((OutcomeDiffers, Invalid)):
        replay(altered, [TABLE])


def test_an_explanation_says_which_row_what_was_meant_and_what_would_change_it():
    assert TABLE.explain({"R": "A", "S": "W"}).sentences == (
        "Loan time: Two weeks, by row 4 of the table village:DT_LOAN 1.0.0.",
        "Reader kind is Adult: Means adult.",
        "Copy state is Worn: Means worn.",
        "If Reader kind were Child, it would be Four weeks.",
        "If Copy state were New, it would be Four weeks.",
        "If Copy state were Falling apart, it would be One week.",
    )


@given(inputs)
def test_every_change_that_is_told_is_true_and_none_is_left_out(given_inputs):
    told = TABLE.explain(TABLE.decide(given_inputs)).changes
    here = LOAN[given_inputs["R"], given_inputs["S"]]
    elsewhere = [{**given_inputs, "R": r} for r in READERS] + [{**given_inputs, "S": s} for s in STATES]
    expected = [(i["R"], i["S"], LOAN[i["R"], i["S"]]) for i in elsewhere if LOAN[i["R"], i["S"]] != here]
    found = [{**given_inputs, c.point.key: c.after.key, "T": c.outcome.key} for c in told]
    assert sorted((f["R"], f["S"], f["T"]) for f in found) == sorted(expected)


@given(st.lists(st.sampled_from(WEEKS), min_size=6, max_size=6))
def test_no_step_goes_down_exactly_when_no_pair_goes_down(weeks):
    whole = library()
    for row, week in zip(whole["mapping"], weeks, strict=True):
        row["village:T:1.0.0"] = week
    said = dict(zip(LOAN, weeks, strict=True))
    rank = {key: (READERS.index(key[0]), STATES.index(key[1]), WEEKS.index(said[key])) for key in LOAN}
    worse = [
        (low, high)
        for low, high in itertools.permutations(LOAN, 2)
        if rank[low][0] <= rank[high][0] and rank[low][1] <= rank[high][1] and rank[low][2] > rank[high][2]
    ]
    found = order_violations(DecisionTable.load(whole))
    assert bool(found) == bool(worse)
    assert {(tuple(v for _, v in f.lower), tuple(v for _, v in f.higher)) for f in found} <= set(worse)


def test_a_loaded_table_does_not_follow_its_source():
    whole = library()
    table = DecisionTable.load(whole)
    before = copy.deepcopy(table.decide(R="C", S="N"))
    whole["mapping"][0]["village:T:1.0.0"] = "1W"
    assert table.decide(R="C", S="N") == before
    with pytest.raises(TypeError):
        table.rows["C", "N"] = (0, "1W")  # type: ignore[index]


@pytest.fixture
def published():
    """The tables that CERT/CC publishes, by id."""
    folder = Path(os.environ["WEIR_DATA"]) / "ssvc" / "decision_tables"
    if not folder.is_dir():
        pytest.skip("the folder that WEIR_DATA names has no ssvc/decision_tables")
    tables = [DecisionTable.load(path.read_bytes()) for path in sorted(folder.glob("*/*.json"))]
    return {table.id: table for table in tables}


@pytest.mark.realdata
def test_published_tables_load_decide_every_row_and_survive_a_round_trip(published):
    assert len(published) >= 9
    for table in published.values():
        assert DecisionTable.load(table.to_json()) == table
        for keys, (row, value) in table.rows.items():
            asked = dict(zip((p.id for p in table.points), keys, strict=True))
            explained = table.explain(replay(table.decide(asked), published.values()))
            assert (explained.row, explained.outcome.value) == (row, value)


@pytest.mark.realdata
def test_five_combinations_of_bod_26_04_are_three_days_and_three_of_them_add_forensics(published):
    table = published["cisa:DT_BOD2604"]
    values = [value for _, value in table.rows.values()]
    assert {v: values.count(v) for v in values} == {"FSU": 2, "60D": 3, "14D": 6, "3D": 2, "3DF": 3}
    assert table.decide(in_kev="N", publicly_exposed="Y", automatable="Y", technical_impact="T").value == "3D"
    assert table.decide(KEV="Y", PE="N", A="Y", TI="T").value == "3DF"
    assert order_violations(table) == ()
