# SPDX-License-Identifier: Apache-2.0
"""Stop a verb between any two statements, as a power cut would: nothing of it may remain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connection

from weir.foundation.ledger import record

# The brackets of a test's own transaction around the verb's; outside tests they are BEGIN and COMMIT.
_BRACKETS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


class PowerCut(Exception):
    """The machine stopped here."""


def statements(act: Callable[[], object]) -> int:
    """How many statements this act sends: there are that many places, and one more, at which it can stop."""
    sent = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        nonlocal sent
        sent += sql.startswith(_BRACKETS) is False
        return execute(sql, params, many, context)

    with _before_each(count):
        act()
    return sent


@contextmanager
def stop_before(statement: int) -> Iterator[None]:
    """The power goes just before this statement is sent; 0 is the first. Later ones pass: they undo what was begun."""
    sent = 0

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        nonlocal sent
        if sql.startswith(_BRACKETS):
            return execute(sql, params, many, context)
        sent += 1
        if sent == statement + 1:
            raise PowerCut(sql)
        return execute(sql, params, many, context)

    with _before_each(cut):
        yield


@contextmanager
def _before_each(wrapper: Callable[..., Any]) -> Iterator[None]:
    """Around every statement: Django's, and the one that the ledger hands to the driver itself."""
    keep = record.keep_entry

    def wrapped(*given: Any, **how: Any) -> Any:
        return wrapper(lambda *_asked: keep(*given, **how), "INSERT INTO ledger_entry", given, False, {})

    with patch.object(record, "keep_entry", wrapped), connection.execute_wrapper(wrapper):
        yield
