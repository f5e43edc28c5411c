# SPDX-License-Identifier: Apache-2.0
"""What runs in a process of its own, with a home and a database of its own: `python -m bench.scenes.NAME ARGUMENTS`."""
