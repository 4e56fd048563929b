"""`flux-index mcp` as the official client sees it, in both eras of the protocol."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp.shared.exceptions import MCPError
from mcp_helpers import Agent, agent, make_workspace, stop_serving

from flux_index.api.operations.table import OPERATIONS
from flux_index.api.source.tokens import count_tokens

VERSIONS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
KEPT_BY_CLAUDE_CODE = 2048
MOST_TOOLS, MOST_TOKENS = 8, 3000


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = make_workspace(tmp_path_factory.mktemp("agents") / "project")
    yield folder
    stop_serving(folder)


@pytest.fixture(scope="module", params=VERSIONS)
def era(
    request: pytest.FixtureRequest, workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Agent]]:
    home = tmp_path_factory.mktemp("home")
    with agent(workspace, mode=request.param, home=home) as connected:
        yield VERSIONS[request.param], connected


@pytest.fixture
def asker(era: tuple[str, Agent]) -> Agent:
    return era[1]


def test_the_era_is_the_clients(era: tuple[str, Agent]) -> None:
    version, asker = era
    assert asker.client.protocol_version == version
    assert asker.client.server_info.name == "flux-index"
    assert 0 < len(asker.client.instructions.encode()) <= KEPT_BY_CLAUDE_CODE


def test_tools_are_few_short_and_said_to_read_only(asker: Agent) -> None:
    tools = asker.do("list_tools").tools
    listed = [tool.model_dump(by_alias=True, exclude_none=True) for tool in tools]
    assert len(tools) <= MOST_TOOLS
    assert count_tokens(json.dumps(listed, separators=(",", ":"))) <= MOST_TOKENS
    names = [tool.name for tool in tools]
    assert names[:5] == ["search", "definition", "references", "members", "exists"]
    assert names[-1] == "validate"
    for tool in tools:
        assert re.fullmatch(r"[A-Za-z0-9_.-]{1,128}", tool.name)
        assert len(tool.description.encode()) <= KEPT_BY_CLAUDE_CODE
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.open_world_hint is False
        assert tool.annotations.destructive_hint is False
        assert tool.input_schema["type"] == "object"
        assert set(tool.input_schema.get("required", ())) <= set(tool.input_schema["properties"])


def test_search_pages(asker: Agent) -> None:
    first = asker.call("search", query="helper", limit=3).structured_content
    assert first["total"] == 200
    assert first["next_offset"] == 3
    assert first["lines"][-2] == "… 197 more of 200: offset=3"
    second = asker.call("search", query="helper", limit=3, offset=3).structured_content
    assert second["lines"][1:4] != first["lines"][1:4]
    last = asker.call("search", query="helper", limit=3, offset=198).structured_content
    assert "next_offset" not in last


def test_definition_comes_with_its_text(asker: Agent) -> None:
    assert asker.text("definition", name="Box") == (
        "shapes.py:7-8 class shapes.Box\n7 class Box(Shape):\n8     side = 1.0"
    )
    # Of what is inherited, the text is where the base class has it.
    assert asker.text("definition", name="Box.area").startswith("shapes.py:2-4 method")


def test_a_name_that_is_not_there_is_answered_with_what_is(asker: Agent) -> None:
    told = asker.text("definition", name="Box.volume")
    assert "missing: Box.volume — shapes.Box has no 'volume'" in told


def test_references_by_relation(asker: Agent) -> None:
    assert "7 inherit in Box: class Box(Shape):" in asker.text("references", name="Shape")
    told = asker.text("references", name="Shape.area", relation="callers")
    assert "function total — 12: return sum(shape.area()" in told
    told = asker.text("references", name="Shape", relation="hierarchy")
    assert "1 subclass\n Box shapes.py:7" in told


def test_members_of_a_class_and_outline_of_a_file(asker: Agent) -> None:
    told = asker.text("members", name="Box")
    assert told.split("\n")[0] == "shapes.Box shapes.py"
    assert " 2 method area(self) -> float — Square units." in told
    assert " 11 function total" in asker.text("members", path="shapes.py")


def test_exists_tells_of_several_names(asker: Agent) -> None:
    result = asker.call("exists", names=["Box.area", "Box.volume", "shapes.total(1, 2)"])
    assert result.structured_content["verdicts"] == {
        "Box.area": "exists",
        "Box.volume": "missing",
        "shapes.total(1, 2)": "missing",
    }


def test_validate_judges_what_is_not_written(asker: Agent, workspace: Path) -> None:
    wrong = asker.call("validate", path="shapes.py", old="shape.area()", new="shape.volume()")
    assert wrong.structured_content["verdict"] == "broken"
    assert "has no attribute 'volume'" in wrong.content[0].text
    assert "'area'" in wrong.content[0].text
    text = (workspace / "shapes.py").read_text().replace("side", "edge")
    assert asker.text("validate", path="shapes.py", text=text) == "ok: 1 file checked" + (
        "\nnote: no Python environment was found (`python` under [tool.flux-index] names one): "
        "nothing is said about what is not installed"
    )
    assert "side" in (workspace / "shapes.py").read_text()


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("definition", {"nme": "Box"}, "definition has no argument 'nme'; it takes name, path?"),
        ("definition", {}, "definition needs 'name'"),
        ("search", {"query": "x", "limit": "many"}, "'limit' takes an integer, not 'many'"),
        ("search", {"query": "x", "limit": -1}, "'limit' cannot be negative"),
        ("search", {"query": "x", "kinds": ["klass"]}, "'kinds' takes class, function"),
        ("references", {"name": "Box", "relation": "users"}, "'relation' takes references"),
        (
            "references",
            {"name": "Box", "relation": "callers", "overrides": True},
            "'overrides' does not go with relation 'callers'",
        ),
        ("members", {}, "members needs 'name', or 'path' of a file"),
        ("exists", {"names": ["not a name"]}, "is not a dotted name"),
        ("validate", {"path": "shapes.py", "old": "zzz", "new": ""}, "it occurs 0 times"),
        ("validate", {"path": "../x.py", "old": "a", "new": "b"}, "not inside of the workspace"),
        ("validate", {"old": "a"}, "'old' and 'new' go together with 'path'"),
        ("members", {"path": "nothing.py"}, "nothing.py"),
    ],
)
def test_bad_arguments_are_answered_with_what_is_taken(
    asker: Agent, tool: str, arguments: dict[str, object], told: str
) -> None:
    result = asker.call(tool, **arguments)
    assert result.is_error
    assert told in result.content[0].text


def test_plain_mistakes_of_models_are_taken_as_they_are_meant(asker: Agent) -> None:
    assert "Box" in asker.text("search", query="Box", limit="1", kinds="class")
    assert "exists: Box.area" in asker.text("exists", names='["Box.area"]')


def test_an_unknown_tool_is_an_error_of_the_protocol(asker: Agent) -> None:
    with pytest.raises(MCPError, match="there is no tool 'grep', but search"):
        asker.call("grep", pattern="x")


def test_resources(asker: Agent) -> None:
    listed = {resource.uri for resource in asker.do("list_resources").resources}
    assert "flux-index://status" in listed
    assert "flux-index://map" in listed
    assert ("flux-index://rules" in listed) == ("conventions" in OPERATIONS)
    for uri in sorted(listed):
        assert asker.do("read_resource", uri).contents[0].text
    templates = asker.do("list_resource_templates").resource_templates
    assert "flux-index://file/{+path}" in {template.uri_template for template in templates}
    outline = asker.do("read_resource", "flux-index://file/shapes.py").contents[0].text
    assert "class Box(Shape)" in outline or "class Box" in outline
    for uri in ("flux-index://nothing", "flux-index://source/Nothing", "file:///etc/passwd"):
        with pytest.raises(MCPError):
            asker.do("read_resource", uri)


def test_prompts(asker: Agent) -> None:
    assert [prompt.name for prompt in asker.do("list_prompts").prompts] == [
        "before-you-write",
        "review-my-edit",
    ]
    told = asker.do("get_prompt", "before-you-write", {"task": "area", "path": "shapes.py"})
    text = told.messages[0].content.text
    assert "The task: area" in text
    assert "Shape.area(self) -> float" in text
    with pytest.raises(MCPError, match="needs 'task'"):
        asker.do("get_prompt", "before-you-write", {})
    with pytest.raises(MCPError, match="there is no prompt"):
        asker.do("get_prompt", "sing", {})
