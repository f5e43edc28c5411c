# SPDX-License-Identifier: Apache-2.0

import time

import pytest

from tests.clearinghouse.intake.formats.reading import golden, taken
from weir.clearinghouse.intake.formats.mail import MOST_CONTAINERS, MOST_PARTS, looks_like, words_of
from weir.clearinghouse.intake.terms import Grain, Place

HEAD = "From: a@example.org\nTo: b@example.org\nSubject: Lid\n"


def test_a_mail_is_its_words_and_what_its_attachments_say():
    items, troubles = golden("mail.eml")
    assert [item.where for item in items] == ["mail", "part 3 ('one.json')", "part 5, mail"]
    mail, record, earlier = items
    assert (mail.grain, mail.title) == (Grain.WORDS, "The lid öffnet itself")
    assert mail.description == "Steam in src/lid.c:12, CWE-121. Böse."
    assert mail.published == "2026-02-01T10:00:00+01:00"
    assert mail.places == (Place("src/lid.c", 12),)
    assert record.aliases == ("CVE-2026-10001",)
    assert (earlier.title, earlier.description) == ("Earlier", "It whistled.")
    assert [(one.where, one.what) for one in troubles] == [
        ("part 4 ('lid.png')", "This attachment, 29 bytes, is kept with the mail and was not read.")
    ]


def test_nobody_is_named():
    items, _ = golden("mail.eml")
    assert "example.org" not in repr(items)


def test_html_is_read_as_text_where_there_is_nothing_plainer():
    page = "<style>p{}</style><p>The lid<br>opens &amp; closes, 1 < 2</p><script>no()</script><!-- no --><div>end</div>"
    (item,), _ = taken("mail", f"{HEAD}Content-Type: text/html\n\n{page}")
    assert item.description == "The lid\nopens & closes, 1 < 2\n\nend"


@pytest.mark.parametrize(
    "page", ["<", "<<<", "<p", "</script>", "<script>", "<p><", "a<b>c", "&#xfffffff;", "<![foo", "<!--"]
)
def test_no_page_is_too_broken(page):
    assert isinstance(words_of(page), str)


def test_a_subject_is_enough():
    (item,), troubles = taken("mail", HEAD)
    assert (item.title, item.description, troubles) == ("Lid", "", [])


def test_a_mail_that_says_nothing_is_told():
    items, (trouble,) = taken("mail", "From: a\nTo: b\nDate: never\n\n")
    assert (items, trouble.where) == ([], "mail")


@pytest.mark.parametrize(
    "field",
    [
        "Subject: =?utf-8?b?!!!?=",
        "Subject: =?utf-8?b?a?=",
        "Subject: =?nonsense?q?x?=",
        "Subject: =?idna?q?xn--a?=",
        "Subject: =?utf-8?b?w7Y",
        "Date: Mon, 99 Xyz 99999 99:99:99 +9999",
        "Content-Type: text/plain; charset=unicode_escape",
        "Content-Type: text/plain; charset*=x'y'%ff",
        "Content-Type: multipart/mixed",
        'Content-Type: multipart/mixed; boundary=""',
        "Content-Disposition: attachment; filename*0*=x'y; filename*1=z",
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: x-uuencode",
    ],
)
def test_no_field_is_too_broken(field):
    items, troubles = taken("mail", f"From: a\nTo: b\n{field}\n\nSteam\\d")
    assert len(items) + len(troubles) >= 1


def nested(depth):
    letter = "From: a\nTo: b\nSubject: the last\n\nSteam."
    for _ in range(depth):
        letter = f"From: a\nTo: b\nSubject: outer\nContent-Type: message/rfc822\n\n{letter}"
    return letter


def test_mails_within_mails_are_read_three_deep():
    items, troubles = taken("mail", nested(3))
    assert items[-1].title == "the last"
    assert not troubles
    items, troubles = taken("mail", nested(4))
    assert "the last" not in [item.title for item in items]
    assert "3 deep" in troubles[-1].what


def test_what_is_nested_beyond_reason_is_told():
    items, (trouble,) = taken("mail", nested(MOST_CONTAINERS + 1))
    assert not items
    assert "too many" in trouble.what


def test_of_many_parts_the_first_are_read():
    parts = "".join(f"--b\nContent-Type: application/x\n\n{at}\n" for at in range(1_000))
    items, troubles = taken("mail", f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{parts}--b--\n")
    assert len(items) == 1
    assert len(troubles) == MOST_PARTS + 1


@pytest.mark.parametrize("line", ["", "--b", "x: y", "From: ", "=?q?", "Content-Type: text/plain"])
def test_lines_without_end_take_no_time_without_end(line):
    begun = time.process_time()
    taken("mail", f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n" + f"{line}\n" * 10_000)
    taken("mail", HEAD + f"{line}\n" * 5_000)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("head", "is_mail"),
    [
        (HEAD, True),
        (f"From momo Sat\n{HEAD}", True),
        ("# Steam\n\nFrom: a\nTo: b\nSubject: c", False),
        ("From: here\nTo: there", False),
        ("Note: x\nFrom: a\nTo: b\n", False),
    ],
)
def test_a_mail_has_three_fields_of_mails(head, is_mail):
    assert looks_like(head.encode(), "") == is_mail
