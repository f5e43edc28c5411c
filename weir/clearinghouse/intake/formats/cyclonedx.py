# SPDX-License-Identifier: Apache-2.0
"""CycloneDX in JSON, VEX, VDR or an SBOM with vulnerabilities: one item for each vulnerability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Said, first_line, unique
from weir.clearinghouse.intake.formats.flowing import Rows, read_each
from weir.clearinghouse.intake.formats.heads import on_top
from weir.clearinghouse.intake.formats.packages import generic, of_cpe, of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds, Gathered, of_vers
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Trouble

STATUSES = {
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "false_positive": "not_affected",
    "not_affected": "not_affected",
}
METHODS = ("CVSSv4", "CVSSv31", "CVSSv3", "CVSSv2", "OWASP", "SSVC", "other", "")
LARGEST_CWE = 99_999

Component = tuple[str, str]


def looks_like(head: bytes, filename: str) -> bool:
    return on_top(head, "bomFormat") or on_top(head, "specVersion", "components")


ROWS = Rows(lambda found: bool({"affects", "ratings", "analysis"} & found.keys()), "vulnerabilities")


@written_as("cyclonedx", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    return read_each(stream, _items, ROWS)


def _items(said: Said) -> Iterator[Item]:
    if not said.value.get("vulnerabilities"):
        said.trouble("vulnerabilities", "There is no vulnerability in this document, so nothing was taken from it.")
        return
    components = dict(_components(said))
    for vulnerability in said.each("vulnerabilities"):
        yield from _item(vulnerability, components)


def _item(said: Said, components: dict[str, Component]) -> Iterator[Item]:
    id, description, detail = said.text("id"), said.text("description"), said.text("detail")
    if not (id or description or detail):
        said.trouble("", "This vulnerability has neither id nor description, so nothing was taken from it.")
        return
    analysis, state = said.inner("analysis"), said.inner("analysis").text("state")
    if state and state not in STATUSES:
        analysis.trouble("state", f"Expected one of {', '.join(STATUSES)}. It was kept without a status.")
    status = STATUSES.get(state, "")
    texts = (description, detail, analysis.text("detail"), said.text("recommendation"), said.text("workaround"))
    yield Item(
        where=said.pointer,
        grain=Grain.ADVISORY,
        title=first_line(description) or id or first_line(detail),
        description="\n\n".join(unique(texts)),
        aliases=unique((id,), (one.text("id") for one in said.each("references"))),
        affected=tuple(_affected(said, components, status)),
        weaknesses=tuple(f"CWE-{number}" for number in said.numbers("cwes", LARGEST_CWE)),
        severity=_severity(said),
        references=unique(
            (said.inner("source").text("url"),),
            (one.inner("source").text("url") for one in said.each("references")),
            (one.text("url") for one in said.each("advisories")),
        ),
        published=said.text("published"),
        tool=next(iter(unique(_tools(said))), ""),
        status=status,
        justification=analysis.text("justification"),
    )


def _severity(said: Said) -> str:
    """The newest vector; else the first word."""
    ratings = [(one.text("method"), one.text("vector"), one.text("severity")) for one in said.each("ratings")]
    vectors = (vector for wanted in METHODS for method, vector, _ in ratings if method == wanted)
    return next(filter(None, (*vectors, *(word for _, _, word in ratings))), "")


def _tools(said: Said) -> Iterable[str]:
    """A list of tools until 1.4, an object with components and services since."""
    if isinstance(said.value.get("tools"), list):
        return (one.text("name") for one in said.each("tools"))
    tools = said.inner("tools")
    return (one.text("name") for kind in ("components", "services") for one in tools.each(kind))


def _affected(said: Said, components: dict[str, Component], status: str) -> Iterator[Affected]:
    """Versions that are said to be unaffected are left out, unless that is what the whole statement says."""
    for one in said.each("affects"):
        package, version = _of_ref(one.text("ref"), components)
        listed = Gathered()
        for each in one.each("versions"):
            if each.text("status") != "unaffected" or status in ("not_affected", "fixed"):
                listed.add(of_vers(each.text("range") or each.text("version")))
        if package:
            yield (listed.bounds() if one.has("versions") else Bounds(versions=unique((version,)))).of(package)


def _of_ref(ref: str, components: dict[str, Component]) -> Component:
    """What stands in this document, else what the ref itself says: a purl, or the end of a link to another document."""
    if ref in components:
        return components[ref]
    package, version = of_purl(ref)
    if package or not ref.startswith("urn:cdx:"):
        return package, version
    rest = ref.partition("#")[2]
    package, version = of_purl(rest)
    return (package, version) if package else (generic(rest), "")


def _components(said: Said) -> Iterator[tuple[str, Component]]:
    """Every component and service that can be referred to, those inside others too."""
    waiting = [said.inner("metadata").inner("component"), *said.each("components"), *said.each("services")]
    while waiting:
        one = waiting.pop()
        ref = one.text("bom-ref")
        if ref:
            yield ref, _component(one)
        waiting += [*one.each("components"), *one.each("services")]


def _component(said: Said) -> Component:
    package, version = of_purl(said.text("purl"))
    if not package:
        package, version = of_cpe(said.text("cpe"))
    if not package:
        package = generic(said.text("group"), said.text("name"))
    return package, version or said.text("version")
