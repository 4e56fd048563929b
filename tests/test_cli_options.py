"""Reading command lines: what is an option, what it means, and what is said of mistakes."""

from __future__ import annotations

from typing import Any

import pytest

from flux_index.api.cli.options import COMMON, Parameter, flags, parse
from flux_index.api.operations.table import OPERATIONS
from flux_index.indexer.errors import InvalidArgumentsError

PARAMETERS = (
    Parameter("workspace", "string", "A folder."),
    Parameter("limit", "integer", "Most items."),
    Parameter("idle_exit", "number", "Seconds."),
    Parameter("roles", "array", "Roles.", choices=("call", "read", "write")),
    Parameter("format", "string", "Shape.", choices=("table", "json")),
    Parameter("textual", "boolean", "Names too.", default=True),
    Parameter("json", "boolean", "As JSON.", default=False),
)


def read(line: str) -> tuple[dict[str, Any], list[str]]:
    return parse(line.split(), PARAMETERS, "test")


@pytest.mark.parametrize(
    ("line", "values", "rest"),
    [
        ("", {}, []),
        ("Model.save", {}, ["Model.save"]),
        ("--limit 3 save", {"limit": 3}, ["save"]),
        ("save --limit=3", {"limit": 3}, ["save"]),
        ("--limit 3 --limit 4", {"limit": 4}, []),
        ("-w src save", {"workspace": "src"}, ["save"]),
        ("-wsrc save", {"workspace": "src"}, ["save"]),
        ("--idle-exit 1.5", {"idle_exit": 1.5}, []),
        ("--roles call,read", {"roles": ["call", "read"]}, []),
        ("--role call --role=read", {"roles": ["call", "read"]}, []),
        ("--no-textual --json", {"textual": False, "json": True}, []),
        ("--textual --no-json", {"textual": True, "json": False}, []),
        ("--json -- --limit", {"json": True}, ["--limit"]),
        ("- save", {}, ["-", "save"]),
        ("--format json", {"format": "json"}, []),
        ("--workspace=", {"workspace": ""}, []),
    ],
)
def test_reads(line: str, values: dict[str, Any], rest: list[str]) -> None:
    assert read(line) == (values, rest)


def test_an_empty_argument_is_no_option() -> None:
    assert parse(["symbols", ""], PARAMETERS, "test") == ({}, ["symbols", ""])


def test_leaves_alone_what_follows_the_first_argument_when_told_so() -> None:
    read_first = parse("--json symbols --kind x".split(), PARAMETERS, "test", only_leading=True)
    assert read_first == ({"json": True}, ["symbols", "--kind", "x"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--limt 3", "test has no option --limt; did you mean --limit?"),
        ("--xyzzy", "test has no option --xyzzy"),
        ("-x", "test has no option -x"),
        ("--limit", "argument --limit: expected one argument"),
        ("--limit --json", "argument --limit: expected one argument"),
        ("--roles", "argument --roles/--role: expected one argument"),
        ("--limit many", "argument --limit: invalid value: 'many' is not a whole number"),
        ("--limit -3", "argument --limit: invalid value: -3 is negative"),
        ("--limit=-3", "argument --limit: invalid value: -3 is negative"),
        ("--idle-exit nan", "argument --idle-exit: invalid value: 'nan' is not a number"),
        ("--json=yes", "argument --json: ignored explicit argument 'yes'"),
        (
            "--roles call,reed",
            "argument --roles/--role: invalid choice: 'reed' (choose from call, read, write)"
            "; did you mean read?",
        ),
        (
            "--role x",
            "argument --roles/--role: invalid choice: 'x' (choose from call, read, write)",
        ),
        ("--format yaml", "argument --format: invalid choice: 'yaml' (choose from table, json)"),
    ],
)
def test_says_what_is_wrong(line: str, message: str) -> None:
    with pytest.raises(InvalidArgumentsError) as caught:
        read(line)
    assert str(caught.value) == message


def test_lists_have_a_singular_and_switches_an_opposite() -> None:
    assert [flags(parameter) for parameter in PARAMETERS] == [
        ("--workspace",),
        ("--limit",),
        ("--idle-exit",),
        ("--roles", "--role"),
        ("--format",),
        ("--no-textual", "--textual"),
        ("--json", "--no-json"),
    ]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_no_parameter_of_an_operation_hides_an_option_of_every_query(operation: Any) -> None:
    common = {flag for parameter in COMMON for flag in flags(parameter)}
    own = {flag for parameter in operation.parameters for flag in flags(parameter)}
    assert not common & own
