# SPDX-License-Identifier: Apache-2.0
"""security.txt (RFC 9116): contacts in order, policy, languages, and the day after which none of it counts."""

from __future__ import annotations

from collections.abc import Iterator

from weir.clearinghouse.scanning.terms import NotARule, Stated
from weir.kernel.errors import Invalid
from weir.kernel.moments import Moment

LARGEST = 64_000
_FIELDS = {
    "contact": "stated_contact",
    "policy": "policy_page",
    "preferred-languages": "languages",
    "encryption": "encryption_key",
    "canonical": "canonical",
    "expires": "expires",
}
_ONCE = {"expires", "languages"}
_LONGEST = 500


def read(text: str, now: Moment) -> tuple[Stated, ...]:
    """What the file says. A file whose day is over, or that names none, says nothing: RFC 9116, section 2.5.5."""
    if len(text) > LARGEST:
        raise NotARule("This is too long for a security.txt.", faults={"/text": f"{LARGEST} characters fit"})
    said = tuple(_lines(text))
    for name in _ONCE:
        if sum(line.name == name for line in said) > 1:
            raise NotARule("This says a thing twice that may be said once.", faults={"/text": f"{name} stands twice"})
    expires = next((line.value for line in said if line.name == "expires"), "")
    if not _counts(expires, now):
        raise NotARule(
            "The file names no day until which it counts, or that day is over.",
            hint="Ask the project for a file that counts; set the rules by hand meanwhile.",
            faults={"/text": f"Expires: {expires[:40] or 'missing'}"},
        )
    return said


def _lines(text: str) -> Iterator[Stated]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(("#", "-----")):
            continue
        field, colon, value = line.partition(":")
        name = _FIELDS.get(field.strip().lower())
        plain = value.strip()
        if name and colon and plain and plain.isprintable() and len(plain) <= _LONGEST:
            yield Stated(name, plain, number, line.strip()[:_LONGEST])


def _counts(expires: str, now: Moment) -> bool:
    try:
        return Moment.parse(expires) > now
    except Invalid:
        return False
