# SPDX-License-Identifier: Apache-2.0
"""The command and the MCP clients of others, against a real server process on loopback."""

from __future__ import annotations

import json
import sys

import anyio
import pytest

from tests.worlds.callers import REPORT
from tests.worlds.servers import ROOT, served


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with served(tmp_path_factory.mktemp("served")) as running:
        yield running


async def use(client):
    """List, do, ask, be refused, be told that there is no such tool."""
    from mcp import MCPError

    tools = {tool.name for tool in (await client.list_tools()).tools}
    done = await client.call_tool("intake.receive_report", REPORT)
    asked = await client.call_tool("intake.list_reports", {})
    refused = await client.call_tool("intake.receive_report", {"title": 1})
    with pytest.raises(MCPError, match="no tool of that name"):
        await client.call_tool("identity.leave", {})
    return tools, done, asked, refused


def check(seen):
    tools, done, asked, refused = seen
    assert tools == {"intake.receive_report", "intake.list_reports", "intake.read_report"}
    assert not done.is_error
    number = done.structured_content["answer"]["id"]
    assert number in {line["id"] for line in asked.structured_content["answer"]["lines"]}
    assert refused.is_error
    assert "/title" in refused.content[0].text


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_an_agent_works_over_http_with_the_clients_of_others(server, era):
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async def go():
        headers = {"Authorization": f"Bearer {server.tokens['agent']}"}
        async with httpx2.AsyncClient(headers=headers) as http:
            transport = streamable_http_client(f"{server.url}/mcp", http_client=http)
            async with Client(transport, mode=era) as client:
                return await use(client)

    check(anyio.run(go))


@pytest.mark.parametrize("era", ["auto", "legacy"])
def test_an_agent_works_over_stdio_with_the_clients_of_others(server, era):
    from mcp import Client, StdioServerParameters, stdio_client

    environ = server.environ | {"WEIR_TOKEN": server.tokens["agent"]}
    command = StdioServerParameters(command=sys.executable, args=["-m", "weir.shell", "mcp"], env=environ, cwd=ROOT)

    async def go():
        async with Client(stdio_client(command), mode=era) as client:
            return await use(client)

    check(anyio.run(go))


def test_over_stdio_an_instance_that_is_not_there_is_an_answer_that_says_so(server):
    from mcp import Client, StdioServerParameters, stdio_client

    arguments = ["-m", "weir.shell", "mcp", "--server", "http://127.0.0.1:9"]
    command = StdioServerParameters(command=sys.executable, args=arguments, env=server.environ, cwd=ROOT)

    async def go():
        async with Client(stdio_client(command)) as client:
            return await client.call_tool("intake.list_reports", {})

    given = anyio.run(go)
    assert given.is_error
    assert "does not answer" in given.content[0].text


def test_a_person_reports_lists_and_reads_at_the_terminal(server, tmp_path):
    words = tmp_path / "words.md"
    words.write_text("First line.\n\x1b[31mred\x1b[0m \u202eevil\n", encoding="utf-8")
    sent = server.weir(
        "--json", "intake", "receive-report", "--title", "@@home", "--description", f"@{words}", token="finder"
    )
    assert (sent.returncode, sent.stderr) == (0, "")
    number = json.loads(sent.stdout)["answer"]["id"]
    assert number in server.weir("intake", "list-reports", token="finder").stdout
    read = server.weir("intake", "read-report", number, token="finder").stdout
    assert "@home" in read
    assert "    First line." in read
    assert "\x1b" not in read
    assert "\u202e" not in read


def test_the_exit_code_tells_the_kind(server):
    codes = {
        ("intake", "receive-report", "--title", "x", "--description", "-"): ("", 2),
        ("identity", "issue-token", "--scopes", "a", "--expires", "2027-01-01T00:00:00Z"): ("finder", 3),
        ("intake", "read-report", "R-2026-7K3QM-8"): ("finder", 4),
        ("ledger", "head"): ("", 6),
        ("intake", "list-reports", "--server", "http://127.0.0.1:9"): ("", 6),
    }
    seen = {command: (who, server.weir(*command, token=who).returncode) for command, (who, _) in codes.items()}
    assert seen == codes


def test_what_goes_wrong_is_a_sentence_on_stderr_or_a_problem_for_programs(server):
    missing = server.weir("intake", "read-report", "R-2026-7K3QM-8", token="finder")
    assert missing.stdout == ""
    assert missing.stderr.startswith("weir: There is nothing here under that name")
    problem = server.weir("intake", "read-report", "R-2026-7K3QM-8", "--json", token="finder")
    assert json.loads(problem.stderr)["status"] == 404
