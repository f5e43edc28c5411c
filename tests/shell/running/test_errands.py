# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from weir.foundation.jobs.jobs import JOBS
from weir.foundation.verb import VERBS
from weir.shell import flow
from weir.shell.running import errands


def test_every_errand_is_woken_by_a_verb_that_exists_and_wakes_a_job_that_exists():
    errands.declare_jobs()
    errands.declare_jobs()
    for station in errands.STATIONS:
        assert station.kind in VERBS
        assert station.job in JOBS


def test_no_errand_has_the_name_of_a_station_since_each_has_one_cursor():
    names = [station.name for station in (*flow.stations(), *errands.STATIONS)]
    assert len(names) == len(set(names))


def test_every_act_is_somebodys_errand():
    assert {station.job for station in errands.STATIONS} == set(errands.ACTS)
