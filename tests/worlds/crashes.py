# SPDX-License-Identifier: Apache-2.0
"""Stopping for real: a child process runs the act and is gone at the stop, with no `finally` and no `atexit`."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

GONE = 86
FAILED = 1


@contextmanager
def gone_before(owner: object, name: str) -> Iterator[None]:
    """Whoever calls this is gone before it begins."""
    with patch.object(owner, name, lambda *_, **__: os._exit(GONE)):
        yield


@contextmanager
def gone_after(owner: object, name: str) -> Iterator[None]:
    """Whoever calls this is gone once it is done."""
    real = getattr(owner, name)

    def act(*args: object, **kwargs: object) -> None:
        real(*args, **kwargs)
        os._exit(GONE)

    with patch.object(owner, name, act):
        yield


def in_child(act: Callable[[], object]) -> int:
    """Run in a forked child; its exit code: 0 when it came through, GONE when it was stopped, FAILED on any error."""
    child = os.fork()
    if child == 0:
        code = FAILED
        try:
            act()
            code = 0
        except BaseException:  # noqa: BLE001 - the child must never go on as a second test runner
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
