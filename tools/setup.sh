#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Finds a Python that is new enough and lets it make the environment (tools/setup.py).
set -eu

here=$(dirname "$0")
candidates="python3 $(printf 'python%s ' 3.14 3.13 3.12 3.11)"
# Who names one means that one, and not another.
for name in ${PYTHON:-$candidates}; do
    # A version manager's shim may exist and yet start nothing, so each candidate is run.
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        exec "$name" "$here/setup.py" "$@"
    fi
done

found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "no Python")
echo "Weir needs Python 3.11 or newer; here is $found." >&2
echo "On Debian 12 or newer, as root: apt-get update && apt-get install -y --no-install-recommends python3-venv" >&2
echo "Elsewhere: PYTHON=/path/to/python3.12 make run" >&2
exit 1
