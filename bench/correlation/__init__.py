# SPDX-License-Identifier: Apache-2.0
"""Which records are one vulnerability, with every identifier hidden: how many are found, how many wrongly, how fast.

What is compared with what, and how the folds are cut: docs/correlation.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np

from bench.correlation import peers
from bench.correlation.reading import Labeled, labeled
from bench.correlation.trials import across_folds, without_source
from bench.correlation.truth import SUBSETS, Truth, folds_of, truth_of
from bench.figures import Figure, Measured
from weir.clearinghouse.findings.engines.bags import Numbers
from weir.clearinghouse.findings.engines.blocking import Candidates, candidates
from weir.clearinghouse.findings.engines.correlation import compare
from weir.clearinghouse.findings.engines.exact import components
from weir.clearinghouse.findings.engines.features import NAMES, Table, features
from weir.clearinghouse.findings.engines.trees import shipped
from weir.clearinghouse.findings.engines.words import Corpus, corpus_of
from weir.clearinghouse.findings.rules.causes import SAME_FROM, groups, listed_together

FOLDS = 5
SEED = 20261121
ROUNDS = 5
KEYED_RECORDS = 5_000_000
F1_ASKED = {"": 0.92, "cross-source": 0.90, "text-differs": 0.70, "not-copies": 0.70}
TIMES_ASKED = {"": 1.1, "cross-source": 1.5, "text-differs": 1.6, "not-copies": 1.6}
FEWEST = 3  # true pairs that a source must have, for its figures to say anything


class Scene(NamedTuple):
    """Everything that the figures are worked out from."""

    records: list[Labeled]
    corpus: Corpus
    truth: Truth
    pairs: Candidates
    numbers: Numbers
    table: Table
    fold: Numbers


def measure(data: Path | None) -> Measured:
    measured = Measured("correlation")
    measured.results += exact_keys()
    if data is None:
        measured.skipped.append("everything but exact keys: name a folder of advisories with --data or WEIR_DATA")
        return measured
    scene = set_up(labeled(data))
    scores = across_folds(scene.table, scene.pairs, np.isin(scene.numbers, scene.truth.pairs), scene.fold)
    found = scene.numbers[scores >= SAME_FROM]
    measured.results += [
        *quality(scene.truth, found),
        *beside_peers(scene, found),
        blocking(scene),
        guard(scene, found, scores),
        *left_out(scene),
        *rates(scene),
    ]
    return measured


def set_up(records: list[Labeled]) -> Scene:
    corpus = corpus_of([each.record for each in records])
    truth, pairs = truth_of(records), candidates(corpus)
    table = features(corpus, pairs)
    fold = folds_of(truth, corpus, pairs, table[:, NAMES.index("text")], FOLDS, SEED)
    return Scene(records, corpus, truth, pairs, pairs.left * truth.count + pairs.right, table, fold)


def quality(truth: Truth, found: Numbers) -> list[Figure]:
    figures = []
    for subset in SUBSETS:
        score = truth.score(found, subset)
        against = f"P {score.precision:.3f}, R {score.recall:.3f}; {truth.size(subset):,} true pairs"
        figures.append(Figure(f"F1, {subset or 'overall'}", score.f1, "", against, score.f1, F1_ASKED[subset]))
    precision = truth.score(found).precision
    return [*figures, Figure("precision, overall", precision, "", f"{len(found):,} pairs", precision, 0.97)]


def beside_peers(scene: Scene, found: Numbers) -> list[Figure]:
    cosine, threshold = peers.tf_idf(scene.records, scene.truth)
    best = f"TF-IDF at its best threshold, {threshold:.2f}"
    others = {
        "DefectDojo's field hash": (peers.field_hash(scene.records), TIMES_ASKED),
        best: (cosine, dict.fromkeys(SUBSETS, 1.0)),
        "equal titles": (peers.equal_title(scene.records), dict.fromkeys(SUBSETS, 1.0)),
        "a link that at most three have": (peers.rare_link(scene.records), dict.fromkeys(SUBSETS, 1.0)),
    }
    figures = []
    for name, (theirs, asked) in others.items():
        for subset in SUBSETS:
            ours, score = scene.truth.score(found, subset).f1, scene.truth.score(theirs, subset)
            against = f"{name}: F1 {score.f1:.3f} (P {score.precision:.3f}, R {score.recall:.3f})"
            ratio = ours / max(score.f1, 1e-3)
            figures.append(Figure(f"F1, {subset or 'overall'}, beside", ours, "", against, ratio, asked[subset]))
    return figures


def blocking(scene: Scene) -> Figure:
    recall = scene.truth.score(scene.numbers).recall
    across = scene.truth.score(scene.numbers, "cross-source").recall
    against = f"{len(scene.numbers):,} pairs of {scene.truth.count:,} records; cross-source {across:.3f}"
    return Figure("recall of blocking", recall, "", against, recall, 0.98)


def guard(scene: Scene, found: Numbers, scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Figure:
    """With the CVEs known again, as they are in use: what would be merged must not bring two of them together."""
    together = listed_together(each.ids for each in scene.records)
    chosen = np.flatnonzero(scores >= SAME_FROM)
    pairs = [(float(scores[at]), int(scene.pairs.left[at]), int(scene.pairs.right[at])) for at in chosen]
    cves = [each.cves for each in scene.records]
    merged = groups(pairs, cves, together)
    seen: dict[int, set[str]] = {}
    for group, own in zip(merged, cves, strict=True):
        seen.setdefault(group, set()).update(together[each] for each in own)
    wrong = sum(len(roots) - 1 for roots in seen.values() if roots)
    unguarded = len(np.setdiff1d(found, scene.truth.pairs))
    against = (
        f"{len(merged) - len(seen):,} merges; {unguarded} pairs of different ones were scored as same, and held back"
    )
    return Figure("merges of different CVEs", float(wrong), "", against, float(wrong), 0.0, at_most=True)


def left_out(scene: Scene) -> list[Figure]:
    """Each source in turn as if its form had never been seen."""
    right = np.isin(scene.numbers, scene.truth.pairs)
    figures = []
    for number in np.unique(scene.truth.source).tolist():
        name = scene.records[int(np.flatnonzero(scene.truth.source == number)[0])].source
        scores, tested = without_source(
            scene.table, scene.pairs, right, scene.truth.source, number, scene.truth.clusters
        )
        theirs = scene.truth.source == number
        left, other = np.divmod(scene.truth.pairs, scene.truth.count)
        truth = scene.truth._replace(pairs=scene.truth.pairs[theirs[left] | theirs[other]])
        if truth.size() >= FEWEST:
            score = truth.score(scene.numbers[tested & (scores >= SAME_FROM)])
            against = f"P {score.precision:.3f}, R {score.recall:.3f}; {truth.size():,} true pairs"
            figures.append(Figure(f"F1, trained without {name}", score.f1, "", against, score.f1, 0.0))
    return figures


def rates(scene: Scene) -> list[Figure]:
    records = [each.record for each in scene.records]
    model = shipped()
    scored = _seconds(lambda: compare(scene.corpus, model))
    taken = _seconds(lambda: corpus_of(records))
    count = len(records)
    return [
        Figure(
            "the scored stage",
            count / scored,
            "records/s",
            f"blocking, features and score of {count:,} records that are taken apart: {scored:.3f} s",
            count / scored / 20_000,
            1.0,
        ),
        Figure(
            "the scored stage with taking apart",
            count / (scored + taken),
            "records/s",
            f"words, links and versions of each record: {taken:.3f} s more",
            count / (scored + taken) / 20_000,
            0.0,
        ),
    ]


def exact_keys() -> list[Figure]:
    """Five million records, one to three keys each, two in ten of which another record has too."""
    random = np.random.default_rng(SEED)
    owners = np.sort(np.concatenate([np.arange(KEYED_RECORDS), random.integers(0, KEYED_RECORDS, KEYED_RECORDS // 2)]))
    names = random.integers(0, 4 * KEYED_RECORDS, len(owners)).astype(np.uint64)
    keys = names * np.uint64(0xD1342543DE82EF95) + np.uint64(0x2545F4914F6CDD1D)
    seconds = _seconds(lambda: components(owners, keys, KEYED_RECORDS))
    joined = KEYED_RECORDS - len(np.unique(components(owners, keys, KEYED_RECORDS)))
    rate = KEYED_RECORDS / seconds
    against = f"{len(keys):,} keys, a root for every record, {joined:,} joined: {seconds:.2f} s"
    return [Figure("exact keys", rate, "records/s", against, rate / 5_000_000, 1.0)]


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begin = perf_counter()
        work()
        taken.append(perf_counter() - begin)
    return float(np.median(taken))
