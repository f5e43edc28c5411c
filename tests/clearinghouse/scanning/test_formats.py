# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weir.clearinghouse.scanning.formats import security_md, security_txt
from weir.clearinghouse.scanning.rules import projects
from weir.clearinghouse.scanning.terms import NotARule
from weir.kernel.errors import Invalid
from weir.kernel.moments import Moment

NOW = Moment.parse("2026-11-20T12:00:00Z")
TXT = """# Our security contacts
Contact: mailto:security@gate.example
contact: https://gate.example/report
Expires: 2027-01-01T00:00:00.000Z
Preferred-Languages: en, de
Policy: https://gate.example/policy
Encryption: openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f
Hiring: https://gate.example/jobs
Weekly-Cap: 900
"""
MD = """# Security
Please write to security@gate.example and to nobody else.
We ask for 45 days before public disclosure.
Reports made with AI are welcome with a reproducible proof of concept.
Version 2.0 was supported for 400 days.
"""


def said(lines):
    return [(line.name, line.value, line.line) for line in lines]


def test_security_txt_is_read_line_by_line_and_what_rfc_9116_does_not_have_is_passed_over():
    assert said(security_txt.read(TXT, NOW)) == [
        ("stated_contact", "mailto:security@gate.example", 2),
        ("stated_contact", "https://gate.example/report", 3),
        ("expires", "2027-01-01T00:00:00.000Z", 4),
        ("languages", "en, de", 5),
        ("policy_page", "https://gate.example/policy", 6),
        ("encryption_key", "openpgp4fpr:5f2de5521c63a801ab59ccb603d49de44b29100f", 7),
    ]


@pytest.mark.parametrize(
    "text",
    [
        TXT.replace("2027", "2025"),
        TXT.replace("Expires", "Expired"),
        TXT.replace("2027-01-01T00:00:00.000Z", "soon"),
        TXT + "Expires: 2028-01-01T00:00:00Z\n",
        "x" * 70_000,
    ],
)
def test_a_security_txt_that_does_not_count_says_nothing(text):
    with pytest.raises(NotARule):
        security_txt.read(text, NOW)


def test_security_md_gives_what_is_said_plainly_with_its_line():
    assert said(security_md.read(MD)) == [
        ("stated_contact", "mailto:security@gate.example", 2),
        ("embargo_days", "45", 3),
        ("ai_policy", "with_proof", 4),
    ]


@pytest.mark.parametrize("more", ["Or 90 days until disclosure.", "We disclose after 30 to 90 days or 45 days."])
def test_where_a_text_contradicts_itself_nothing_is_taken(more):
    names = [line.name for line in security_md.read(MD + more)]
    assert names.count("embargo_days") == ("to 90" in more)


@given(st.text(max_size=400) | st.lists(st.sampled_from(MD.split(" ")), max_size=40).map(" ".join))
def test_whatever_a_security_md_holds_what_comes_out_can_be_kept(text):
    for stated in security_md.read(text):
        if stated.name in projects.READ:
            projects.check_values({stated.name: stated.value})
        assert stated.quote.isprintable()


@given(st.text(max_size=300))
def test_whatever_a_security_txt_holds_it_is_read_or_refused(text):
    with suppress(Invalid):
        assert security_txt.read(f"{TXT}{text}", NOW)
