"""The OpenRPC document is valid, complete, and true of what the server answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from rpc_helpers import BOX, DEADLINE, hosted, make_workspace

from flux_index.api.operations.table import OPERATIONS
from flux_index.api.rpc.client import Client

# The rules of OpenRPC's meta-schema that concern what we use: for each kind of object its members,
# those that are required with a star, and the kind or JSON type of their values.
META = {
    "document": "openrpc*:version info*:info servers:any methods*:[method] components:components "
    "externalDocs:any",
    "info": "title*:text version*:text description:text termsOfService:text contact:any "
    "license:license",
    "license": "name:text url:text",
    "method": "name*:text summary:text description:text tags:any paramStructure:structure "
    "params*:[descriptor] result*:descriptor errors:[error] links:any examples:any "
    "deprecated:flag servers:any externalDocs:any",
    "descriptor": "name*:text summary:text description:text required:flag schema*:schema "
    "deprecated:flag",
    "error": "code*:number message*:text data:any",
    "components": "schemas:{schema} errors:{error} links:any examples:any examplePairings:any "
    "contentDescriptors:any tags:any",
}
JSON_TYPES = {"text": str, "number": int, "flag": bool}
DRAFT_7_TYPES = {"array", "boolean", "integer", "null", "number", "object", "string"}
SCHEMA_KEYWORDS = {
    "type", "properties", "required", "description", "items", "enum", "default", "minimum",
    "additionalProperties", "allOf", "anyOf", "$ref",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    workspace = make_workspace(tmp_path_factory.mktemp("w"))
    (workspace / "use.py").write_text("from shapes import Box\n\nprint(Box().area())\n")
    with hosted(workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        yield client


@pytest.fixture(scope="module")
def document(client: Client) -> dict[str, Any]:
    return client.call("rpc.discover", timeout=DEADLINE)


def resolve(document: Any, reference: str) -> Any:
    assert reference.startswith("#/")
    for part in reference[2:].split("/"):
        document = document[part]
    return document


def check(document: Any, value: Any, kind: str) -> None:
    """Fail when a value is not of its kind."""
    if kind == "any":
        return
    if kind.startswith("["):
        assert isinstance(value, list)
        for item in value:
            check(document, item, kind[1:-1])
    elif kind.startswith("{"):
        for name, item in value.items():
            assert re.fullmatch(r"[a-zA-Z0-9._-]+", name)
            check(document, item, kind[1:-1])
    elif kind in JSON_TYPES:
        assert type(value) is JSON_TYPES[kind]
    elif kind == "version":
        assert re.fullmatch(r"1\.[23]\.\d+", value)
    elif kind == "structure":
        assert value in ("by-name", "by-position", "either")
    elif kind == "schema":
        check_schema(document, value)
    elif "$ref" in value and kind in ("error", "descriptor"):
        assert set(value) == {"$ref"}
        check(document, resolve(document, value["$ref"]), kind)
    else:
        members = {}
        for entry in META[kind].split():
            name, _, of = entry.partition(":")
            members[name.rstrip("*")] = of
            if name.endswith("*"):
                assert name[:-1] in value, f"{kind} without {name[:-1]}"
        for name, item in value.items():
            if not name.startswith("x-"):
                assert name in members, f"{kind} with {name}"
                check(document, item, members[name])


def check_schema(document: Any, schema: Any) -> None:
    """Fail unless this is a schema of JSON Schema draft 7, of the keywords that we use."""
    assert set(schema) <= SCHEMA_KEYWORDS
    if "$ref" in schema:
        assert set(schema) == {"$ref"}
        resolve(document, schema["$ref"])
    assert schema.get("type", "object") in DRAFT_7_TYPES
    assert set(schema.get("required", ())) <= set(schema.get("properties", ()))
    for inner in schema.get("properties", {}).values():
        check_schema(document, inner)
    for inner in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        check_schema(document, inner)
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            check_schema(document, schema[keyword])


def fits(document: Any, value: Any, schema: Any, where: str = "result") -> None:
    """Fail when a value does not fit a schema; members that no schema names do not fit either."""
    if "$ref" in schema:
        fits(document, value, resolve(document, schema["$ref"]), where)
        return
    for inner in schema.get("allOf", ()):
        fits(document, value, inner, where)
    if "enum" in schema:
        assert value in schema["enum"], where
    kind = schema.get("type")
    if kind == "object":
        assert isinstance(value, dict), where
        if "properties" in schema:
            assert set(schema["required"]) <= set(value) <= set(schema["properties"]), where
            for name, item in value.items():
                fits(document, item, schema["properties"][name], f"{where}.{name}")
        for name, item in value.items():
            fits(document, item, schema.get("additionalProperties", {}), f"{where}.{name}")
    elif kind == "array":
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            fits(document, item, schema["items"], f"{where}[{number}]")
    elif kind is not None:
        expected = {"string": str, "integer": int, "boolean": bool, "number": float}[kind]
        assert type(value) is expected, where


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    check(document, document, "document")
    names = [method["name"] for method in document["methods"]]
    assert len(names) == len(set(names))
    for method in document["methods"]:
        parameters = [parameter["name"] for parameter in method["params"]]
        assert len(parameters) == len(set(parameters))
        required = [parameter["required"] for parameter in method["params"]]
        assert required == sorted(required, reverse=True), "required parameters come first"


def test_every_operation_is_in_the_document(document: dict[str, Any]) -> None:
    methods = {method["name"]: method for method in document["methods"]}
    assert set(OPERATIONS) < set(methods)
    for name, operation in OPERATIONS.items():
        described = methods[name]["params"]
        assert [one["name"] for one in described] == [one.name for one in operation.parameters]
        assert methods[name]["description"] == operation.doc


def test_fields_are_described_by_their_docstrings(document: dict[str, Any]) -> None:
    symbol = document["components"]["schemas"]["Symbol"]
    assert symbol["description"] == "A definition: class, function, variable, attribute, module."
    assert symbol["properties"]["summary"]["description"] == "First line of the docstring."
    assert "summary" not in symbol["required"]
    assert "name" in symbol["required"]
    listing = document["components"]["schemas"]["Listing"]
    assert "Counts committed changes" in listing["properties"]["generation"]["description"]


ASKED: dict[str, dict[str, Any]] = {
    "symbols": {"query": "Box"},
    "outline": {"path": "shapes.py"},
    "definition": BOX,
    "references": BOX,
    "members": BOX,
    "hierarchy": BOX,
    "callers": {"name": "shapes.Shape.area"},
    "callees": {"name": "shapes.Shape.area"},
    "explain": {"path": "shapes.py", "line": 0, "character": 6},
    "validate": {"whole": True},
    "breakage": {"path": "shapes.py", "text": "x = 1\n"},
    "reasons": {"finding": "use.py:2", "path": "use.py", "text": "import shapes\nshapes.Bo()\n"},
    "fix": {"path": "use.py", "text": "import shapes\nshapes.Bo()\n", "unsafe": True},
    "imports": {"path": "use.py"},
    "importers": {"name": "shapes"},
    "exists": {"query": "shapes.Box.areas"},
    "source": BOX,
    "begin": {"client": "test"},
    "guard": {"session": "", "path": "use.py", "text": "x = 1\n", "supply": True},
    "context": {"task": "the area of a box", "paths": ["use.py"], "budget": 500},
    "patterns": {"base": "shapes.Shape", "text": "Star"},
    "similar": BOX,
    "reuse": {"query": "area of a shape"},
    "conventions": {},
    "suggest": {"grade": "look"},
    "task.begin": {"text": "give `shapes.Box` a lid", "client": "test", "budget": 500},
    "task.step": {
        "task": "",
        "step": "1",
        "edits": [{"path": "use.py", "text": "import shapes\n"}],
    },
    "task.plan": {"task": "", "steps": [{"kind": "change", "path": "use.py", "uses": ["x.y"]}]},
    "task.verify": {"task": ""},
    "task.finish": {"task": ""},
    "tests": BOX,
    "task.undo": {"token": ""},
    "task.resume": {"task": ""},
    "task.status": {"task": ""},
    "task.list": {"state": "understood"},
    "map": {},
    "lessons": {},
    "stats": {},
    "dependencies": {},
    "status": {},
    "hook.answer": {"event": "Stop", "payload": {"session_id": "s"}},
    "server.info": {},
    "server.sync": {},
    "server.wait": {},
    "server.subscribe": {"changes": False},
    "rpc.discover": {},
}


def test_everything_that_can_be_asked_is_asked_here(document: dict[str, Any]) -> None:
    not_here = {"server.authenticate", "server.shutdown"}
    assert {method["name"] for method in document["methods"]} == set(ASKED) | not_here


@pytest.mark.parametrize("name", ASKED)
def test_answers_are_as_the_document_says(
    client: Client, document: dict[str, Any], name: str
) -> None:
    (method,) = (method for method in document["methods"] if method["name"] == name)
    asked = ASKED[name]
    if "session" in asked:
        asked = {**asked, **{"session": client.call("begin", {}, DEADLINE)["session"]}}
    if "task" in asked and name.startswith("task."):
        begun = client.call("task.begin", {"text": "make a lid"}, DEADLINE)
        asked = {**asked, "task": begun["task"]}
    if "token" in asked:
        begun = client.call("task.begin", {"text": "make a lid"}, DEADLINE)
        edits = [{"path": "lid.py", "text": "import shapes\n"}]
        given = {"task": begun["task"], "step": "1", "edits": edits}
        asked = {"token": client.call("task.step", given, DEADLINE)["token"]}
    answer = client.call(name, asked, DEADLINE)
    fits(document, answer, method["result"]["schema"])
    assert json.loads(json.dumps(answer)) == answer
