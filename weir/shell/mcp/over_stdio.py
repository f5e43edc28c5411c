# SPDX-License-Identifier: Apache-2.0
"""The Model Context Protocol over stdio: tools and answers are those of an instance's own MCP door, so the caller's
token can do here exactly what it can do there, and a newer instance brings its newer tools. One tool is ours alone,
since it must run on the caller's side: the blind check.
"""

from __future__ import annotations

from typing import Any

import anyio
from anyio.to_thread import run_sync
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
)

from weir import __version__
from weir.kernel.errors import Invalid, WeirError
from weir.shell.client import Client, fresh_key
from weir.shell.mcp import checking, tools

Context = ServerRequestContext[Any]


def serve(client: Client) -> None:
    """Serve until the other side closes."""
    anyio.run(_serve, client)


async def _serve(client: Client) -> None:
    server = server_for(client)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def server_for(client: Client) -> Server[Any]:
    """A server that hands every call on."""

    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        try:
            return ListToolsResult.model_validate(await run_sync(_listed, client))
        except WeirError as error:
            raise MCPError(INTERNAL_ERROR, f"{error.sentence} {error.hint}") from error

    async def call_tool(_: Context, asked: CallToolRequestParams) -> CallToolResult:
        try:
            return CallToolResult.model_validate(await run_sync(_called, client, asked))
        except WeirError as error:
            return CallToolResult.model_validate(tools.refused(error))

    return Server(
        "weir",
        version=__version__,
        title="Weir",
        instructions=tools.INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _listed(client: Client) -> dict[str, Any]:
    listed = client.tools("tools/list", {})
    if {each["name"] for each in listed["tools"]} >= checking.NEEDS:
        listed["tools"].append(checking.described())
    return listed


def _called(client: Client, asked: CallToolRequestParams) -> dict[str, Any]:
    if asked.name == checking.NAME:
        return checking.called(client, asked.arguments or {})
    key = (asked.meta or {}).get(tools.KEY) or fresh_key()
    parameters = {"name": asked.name, "arguments": asked.arguments or {}, "_meta": {tools.KEY: key}}
    try:
        return client.tools("tools/call", parameters)
    except Invalid as error:
        raise MCPError(INVALID_PARAMS, error.sentence) from error
