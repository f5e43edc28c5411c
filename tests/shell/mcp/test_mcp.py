# SPDX-License-Identifier: Apache-2.0

from __future__ import annotations

import json

import pytest

from tests.worlds.callers import REPORT, Instance, Program

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def message(method, id=1, **params):
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


def result(response):
    assert response.status_code == 200, response.content
    return response.json()["result"]


def error(response, status, code):
    assert response.status_code == status, response.content
    told = response.json()
    assert told["error"]["code"] == code
    assert "Traceback" not in told["error"]["message"]
    return told


@pytest.fixture
def instance():
    return Instance()


@pytest.fixture
def finder(instance):
    return Program(instance.token(instance.finder))


@pytest.fixture
def agent(instance):
    scopes = ("intake.receive_report", "intake.list_reports")
    return Program(instance.agent(instance.finder, *scopes))


def names(program):
    return {tool["name"] for tool in result(program.post("/mcp", message("tools/list")))["tools"]}


def test_an_agent_is_shown_what_its_scopes_open_and_no_more(agent):
    assert names(agent) == {"intake.receive_report", "intake.list_reports"}


def test_strangers_are_not_shown_what_policy_keeps_from_them(instance):
    shown = names(Program())
    assert "intake.receive_report" in shown
    assert "identity.list_members" not in shown


def test_what_takes_a_person_is_no_tool_for_anybody_not_even_with_their_own_token(instance):
    from weir.shell.doors import on_pages

    programs = [Program(), *(Program(instance.token(each)) for each in (instance.coordinator, instance.finder))]
    before = instance.entries()
    for program in programs:
        assert not names(program) & set(on_pages())
        for name in on_pages():
            error(program.post("/mcp", message("tools/call", name=name, arguments={})), 400, -32602)
    assert instance.entries() == before


def test_internal_verbs_are_no_tools_for_anybody(finder):
    assert not names(finder) & {"ledger.note_reading", "findings.correlate_report"}


def test_a_tool_tells_its_shape_and_how_careful_to_be(finder):
    tools = {tool["name"]: tool for tool in result(finder.post("/mcp", message("tools/list")))["tools"]}
    receive, read = tools["intake.receive_report"], tools["intake.read_report"]
    assert receive["inputSchema"]["required"] == ["title", "description"]
    assert receive["annotations"]["readOnlyHint"] is False
    assert receive["annotations"]["destructiveHint"] is False
    assert set(receive["outputSchema"]["required"]) == {"answer", "entry", "receipt"}
    assert read["annotations"]["readOnlyHint"] is True


def test_a_verb_gives_its_outcome_entry_and_receipt(instance, agent):
    before = instance.entries()
    given = result(agent.post("/mcp", message("tools/call", name="intake.receive_report", arguments=REPORT)))
    assert given["isError"] is False
    assert set(given["structuredContent"]) == {"answer", "entry", "receipt"}
    assert given["structuredContent"]["answer"]["id"] in given["content"][0]["text"]
    assert instance.entries() == before + 1


def test_a_question_gives_its_answer_as_an_object(agent):
    agent.post("/mcp", message("tools/call", name="intake.receive_report", arguments=REPORT))
    given = result(agent.post("/mcp", message("tools/call", name="intake.list_reports", arguments={})))
    assert [line["title"] for line in given["structuredContent"]["answer"]["lines"]] == [REPORT["title"]]


def test_what_is_refused_is_a_result_that_says_why(instance, finder):
    before = instance.entries()
    given = result(finder.post("/mcp", message("tools/call", name="intake.receive_report", arguments={"title": 1})))
    assert given["isError"] is True
    assert "/title" in given["content"][0]["text"]
    assert given["_meta"]["weir/problem"]["status"] == 422
    asked = message("tools/call", name="intake.read_report", arguments={"report": "R-2026-7K3QM-8"})
    assert result(finder.post("/mcp", asked))["_meta"]["weir/problem"]["status"] == 404
    assert instance.entries() == before


def test_a_tool_that_is_not_shown_is_not_there(instance, agent):
    before = instance.entries()
    for name in ("intake.read_report", "identity.leave", "nothing.at_all", "ledger.note_reading"):
        error(agent.post("/mcp", message("tools/call", name=name, arguments={})), 400, -32602)
    assert instance.entries() == before


def test_a_key_makes_a_second_try_safe(instance, agent):
    asked = message("tools/call", name="intake.receive_report", arguments=REPORT, _meta={"weir/idempotency-key": "one"})
    done = result(agent.post("/mcp", asked))
    before = instance.entries()
    again = result(agent.post("/mcp", asked))
    first, second = done["structuredContent"], again["structuredContent"]
    assert done["content"][0]["text"].startswith("Done: ")
    assert again["content"][0]["text"].startswith("Done before")
    assert second["answer"] == first["answer"]
    assert second["entry"]["again"] is True
    assert instance.entries() == before


def test_the_handshake_agrees_on_a_version_both_know(finder):
    def greeted(version):
        hello = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        return result(finder.post("/mcp", message("initialize", **hello)))

    assert greeted("2025-06-18")["protocolVersion"] == "2025-06-18"
    assert greeted("1999-01-01")["protocolVersion"] == "2025-11-25"
    assert "strangers" in greeted("2025-11-25")["instructions"]


MODERN = "2026-07-28"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}


def test_the_newest_version_needs_no_handshake(finder):
    headers = {"MCP_Protocol_Version": MODERN, "Mcp_Method": "tools/list"}
    given = result(finder.post("/mcp", message("tools/list", _meta=ENVELOPE), **headers))
    assert given["resultType"] == "complete"
    assert given["cacheScope"] == "private"


@pytest.mark.parametrize(
    ("headers", "meta", "code"),
    [
        ({"MCP_Protocol_Version": MODERN, "Mcp_Method": "tools/call"}, ENVELOPE, -32020),
        ({"MCP_Protocol_Version": "2025-06-18", "Mcp_Method": "tools/list"}, ENVELOPE, -32020),
        ({"MCP_Protocol_Version": MODERN}, ENVELOPE, -32020),
        ({"MCP_Protocol_Version": MODERN, "Mcp_Method": "tools/list"}, {}, -32602),
        (
            {"MCP_Protocol_Version": "2099-01-01", "Mcp_Method": "tools/list"},
            ENVELOPE | {"io.modelcontextprotocol/protocolVersion": "2099-01-01"},
            -32022,
        ),
    ],
)
def test_a_call_that_contradicts_itself_is_told_so(finder, headers, meta, code):
    error(finder.post("/mcp", message("tools/list", _meta=meta), **headers), 400, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, -32700),
        (b"\xff", 400, -32700),
        (b"[" * 5000, 400, -32700),
        (b"[]", 400, -32600),
        (b"{}", 400, -32600),
        (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": 5}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "ping", "params": 3}', 400, -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "resources/list"}', 404, -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}', 404, -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {}}', 400, -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "initialize"}', 400, -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x", "arguments": []}}', 400, -32602),
    ],
)
def test_what_is_no_call_is_an_error_of_the_protocol(instance, finder, body, status, code):
    before = instance.entries()
    error(finder.post("/mcp", body), status, code)
    assert instance.entries() == before


def test_notes_are_taken_without_an_answer(finder):
    taken = finder.post("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (taken.status_code, taken.content) == (202, b"")


def test_no_stream_is_opened(finder):
    answer = finder.get("/mcp", Accept="text/event-stream")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def test_origin_audience_and_host_are_checked(instance, finder, settings):
    assert finder.post("/mcp", message("ping"), Origin="https://evil.example").status_code == 403
    assert finder.post("/mcp", message("ping"), Host="evil.example").status_code == 421
    assert Program("weir_forged").post("/mcp", message("ping")).status_code == 401
    settings.PUBLIC_URL = "https://other.example"
    assert finder.post("/mcp", message("ping")).status_code == 401


def test_an_agent_cannot_outrun_its_rate(instance):
    agent = Program(instance.agent(instance.finder, "intake.list_reports", rate=2))
    codes = [agent.post("/mcp", message("tools/list")).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_the_list_of_tools_stays_small_enough_to_read(finder):
    """Whoever needs few tools takes a token for few; so it is each tool that has to be short."""
    tools = result(finder.post("/mcp", message("tools/list")))["tools"]
    assert len(json.dumps(tools)) < 2_000 * len(tools)
