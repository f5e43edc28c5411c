# SPDX-License-Identifier: Apache-2.0
"""The sixth import contract: a room's tables are its own. Others ask its reads and call its verbs."""

from __future__ import annotations

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

INSIDE = {"models", "verbs", "reads", "migrations"}


class PrivateTables(Contract):
    """`weir.<wing>.<room>.models` is for that room's verbs, reads and migrations, and for the direct writers named."""

    type_name = "private_tables"
    direct_writers = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001 (the library's signature)
        writers = cast("set[str]", self.direct_writers) or set()
        trespasses = [
            (importer, table)
            for table in sorted(graph.modules)
            if table.split(".")[3:4] == ["models"]
            for importer in sorted(graph.find_modules_that_directly_import(table))
            if not _at_home(importer, table, writers)
        ]
        return ContractCheck(kept=not trespasses, metadata={"trespasses": trespasses})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, table in check.metadata["trespasses"]:
            output.print_error(f"{importer} imports {table}: ask that room's reads, or call its verbs")


def _at_home(importer: str, table: str, writers: set[str]) -> bool:
    here, there = importer.split("."), table.split(".")
    return here[:3] == there[:3] and (importer in writers or bool(INSIDE.intersection(here[3:4])))
