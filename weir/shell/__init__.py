# SPDX-License-Identifier: Apache-2.0
"""The only place that knows every room: the flow, settings, and the doors (pages, API, commands, MCP, worker)."""
