# SPDX-License-Identifier: Apache-2.0
"""`python -m weir.shell`: the `weir` command of exactly this interpreter, for processes that start others."""

from __future__ import annotations

from weir.shell.cli import main

if __name__ == "__main__":
    main()
