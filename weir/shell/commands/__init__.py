# SPDX-License-Identifier: Apache-2.0
"""The `weir` command: a group for each room, drawn from the same list as the API, and the operator's own commands."""
