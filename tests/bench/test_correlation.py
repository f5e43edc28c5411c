# SPDX-License-Identifier: Apache-2.0
"""The bench of correlation: identifiers are hidden, folds keep clusters and near copies together, scores are right."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import zstandard

from bench.correlation import beside_peers, blocking, guard, quality, set_up
from bench.correlation.peers import equal_title, field_hash, rare_link, tf_idf
from bench.correlation.reading import IDENTIFIERS, item_of, labeled, lines_of

FIRST = "A heap buffer overflow in decode_palette of pixmill writes past the row buffer (CVE-2024-1001)."
OTHER = "The session cookie of quillpad is not bound to the login, PYSEC-2024-0002 says, and can be fixed by a link."
THIRD = "Template names given to brewserve are joined to a folder and any file is read."


def osv(number, name, words, *aliases):
    package = {"ecosystem": "PyPI", "name": name}
    events = [{"introduced": "0"}, {"fixed": f"1.{number}"}]
    record = {
        "id": f"PYSEC-2024-000{number}",
        "summary": words[:30],
        "details": words,
        "affected": [{"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
        "references": [{"url": f"https://example.org/{name}/CVE-2024-100{number}/notes"}],
        "published": "2024-03-01T00:00:00Z",
    }
    return {"_source": "ours", "_path": "", "_ids": [f"PYSEC-2024-000{number}", *aliases], "record": record}


@pytest.fixture
def folder(tmp_path):
    lines = [
        osv(1, "pixmill", FIRST, "CVE-2024-1001"),
        osv(2, "pixmill-gpu", FIRST, "CVE-2024-1001"),
        osv(3, "quillpad", OTHER, "CVE-2024-1003", "CVE-2024-1003a"),
        osv(4, "quillpad-lite", OTHER, "CVE-2024-1004"),
        osv(5, "brewserve", THIRD, "GHSA-2222-3333-4444"),
        osv(6, "nobody-knows", THIRD),
    ]
    text = "\n".join(json.dumps(line) for line in lines).encode()
    (tmp_path / "ours.jsonl.zst").write_bytes(zstandard.compress(text))
    return tmp_path


def test_identifiers_are_hidden_everywhere(folder):
    records = labeled(folder)
    assert len(records) == 5
    assert not [value for each in records for value in map(str, each.record) if IDENTIFIERS.search(value)]


def test_near_copies_share_a_fold_though_they_are_different_ones(folder):
    scene = set_up(labeled(folder))
    assert scene.fold[0] == scene.fold[1]
    assert scene.fold[2] == scene.fold[3]
    assert len(set(scene.fold.tolist())) > 1


def test_scores_count_pairs(folder):
    truth = set_up(labeled(folder)).truth
    assert truth.pairs.tolist() == [1]
    assert truth.score(np.array([1, 13])) == (0.5, 1.0)
    assert truth.score(np.array([1]), "text-differs") == (0.0, 0.0)


def test_figures_are_drawn_from_scores(folder):
    scene = set_up(labeled(folder))
    scores = np.ones(len(scene.numbers))
    merges = guard(scene, scene.numbers, scores)
    assert (merges.value, merges.ok) == (0, True)
    assert "held back" in merges.against
    assert quality(scene.truth, scene.truth.pairs)[0].metric == "F1, overall"
    assert blocking(scene).value == 1
    assert len(beside_peers(scene, scene.truth.pairs)) == 16


def test_peers_find_copies(folder):
    scene = set_up(labeled(folder))
    copies = {1, 2 * 5 + 3}
    assert set(field_hash(scene.records).tolist()) == set(equal_title(scene.records).tolist()) == copies
    assert rare_link(scene.records).tolist() == []
    assert {1} <= set(tf_idf(scene.records, scene.truth)[0].tolist()) <= copies


@pytest.mark.parametrize(
    ("record", "package", "fixed"),
    [
        (
            {"containers": {"cna": {"affected": [{"packageName": "a/b", "versions": [{"lessThan": "1.2"}]}]}}},
            "a/b",
            ("1.2",),
        ),
        ({"engine": "jruby", "patched_versions": [">= 9.1"]}, "rubies/jruby", ("9.1",)),
        ({"gem": "a", "patched_versions": ["~> 5.2.4", ">= 6.0"]}, "rubygems/a", ("5.2.4", "6.0")),
        (
            {"reference": "composer://a/b", "branches": {"1": {"time": None, "versions": [">=1.0", "<1.2"]}}},
            "packagist/a/b",
            ("1.2",),
        ),
        ({"module_name": "a", "patched_versions": ">=3.0.0"}, "npm/a", ("3.0.0",)),
        ({"vulnerable": "4.x", "ref": "https://x", "patched": "^4.8.2 || ^6.1.0"}, "nodejs/node", ("4.8.2", "6.1.0")),
        ({"cveID": "CVE-2024-1001", "vendorProject": "A", "product": "B"}, "A/B", ()),
    ],
)
def test_each_form_is_read(record, package, fixed):
    item = item_of(record)
    assert item is not None
    assert (item.affected[0].package, item.affected[0].fixed) == (package, fixed)


@pytest.mark.realdata
def test_every_record_of_the_folder_has_a_known_form():
    folder = Path(os.environ["WEIR_DATA"]) / "advisories"
    for path in folder.glob("*.jsonl.zst"):
        for line in lines_of(path):
            assert item_of(line["record"]) is not None, path
