# SPDX-License-Identifier: Apache-2.0

import pytest

from tests.clearinghouse.intake.formats.reading import golden, taken
from weir.clearinghouse.intake.terms import Affected, Grain, Item

STATEMENT = {"vulnerability": {"name": "CVE-2026-1"}, "status": "fixed", "products": [{"@id": "pkg:npm/kettle@1"}]}


def document(*statements):
    return {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-03-01T00:00:00Z", "statements": statements}


def test_each_statement_is_an_item():
    items, troubles = golden("openvex.json")
    assert not troubles
    assert items == [
        Item(
            where="/statements/0",
            grain=Grain.ADVISORY,
            title="CVE-2026-10001",
            description="The lid.\n\nThe lid is welded.",
            aliases=("CVE-2026-10001", "GHSA-2222-3333-4444"),
            affected=(
                Affected("pkg:npm/%40tea/kettle", versions=("1.1",)),
                Affected("pkg:generic/teaworks/lid", versions=("2.0",)),
            ),
            references=("https://vulns.example/CVE-2026-10001",),
            published="2026-03-01T00:00:00Z",
            status="not_affected",
            justification="vulnerable_code_not_in_execute_path",
        ),
        Item(
            where="/statements/1",
            grain=Grain.ADVISORY,
            title="CVE-2026-10002",
            description="Update.",
            aliases=("CVE-2026-10002",),
            affected=(Affected("pkg:apk/wolfi/kettle", versions=("1.0-r0",)),),
            published="2026-03-02T00:00:00Z",
            status="affected",
        ),
    ]


@pytest.mark.parametrize(
    ("wrong", "where", "kept"),
    [
        ({"status": "perhaps"}, "/statements/0/status", 2),
        ({"vulnerability": {}}, "/statements/0/vulnerability", 1),
        ({"vulnerability": 7}, "/statements/0/vulnerability", 1),
        ({"products": [{"@id": 7}]}, "/statements/0/products/0/@id", 2),
        ({"products": 7}, "/statements/0/products", 2),
        ({"products": ["pkg:npm/a", 7]}, "/statements/0/products/0", 2),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_kept(wrong, where, kept):
    items, troubles = taken("openvex", document({**STATEMENT, **wrong}, STATEMENT))
    assert len(items) == kept
    assert troubles[0].where == where
    assert items[-1].status == "fixed"


def test_a_document_without_statements_is_a_trouble():
    items, (trouble,) = taken("openvex", document())
    assert (items, trouble.where) == ([], "/statements")
