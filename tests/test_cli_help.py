"""Every operation and command explains itself, and its examples work."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from flux_index.api.cli import main
from flux_index.api.cli.commands import COMMANDS
from flux_index.api.cli.help import EXAMPLES, example
from flux_index.api.cli.options import COMMON, flags, parse
from flux_index.api.cli.query import check_targets
from flux_index.api.operations.table import OPERATIONS


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_overview_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys)
    assert text == told(capsys, "--help") == told(capsys, "-h") == told(capsys, "help")
    for name in ("query", *COMMANDS):
        assert f"\n  {name} " in text


def test_query_alone_lists_every_operation(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "query")
    assert text == told(capsys, "query", "--help") == told(capsys, "help", "query")
    for name, operation in OPERATIONS.items():
        assert f"\n  {name} " in text
        assert operation.doc.split(",")[0].split()[0] in text
    for code in ("0 found", "1 nothing found", "2 an error", "130 interrupted"):
        assert code in text


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    text = told(capsys, "query", name, "--help")
    assert text == told(capsys, "query", "-h", name)
    assert text.startswith(f"usage: flux-index query {name} ")
    assert f"\n  {example(name)}\n" in text
    for parameter in (*OPERATIONS[name].parameters, *COMMON):
        assert flags(parameter)[0] in text
        assert parameter.doc
        assert all(choice in text for choice in parameter.choices)


@pytest.mark.parametrize("name", OPERATIONS)
def test_example_of_an_operation_is_understood(name: str) -> None:
    operation: Any = OPERATIONS[name]
    given, targets = parse(
        shlex.split(EXAMPLES[name]), (*operation.parameters, *COMMON), operation.name
    )
    given.pop("json", None)
    check_targets(operation, given, targets)


@pytest.mark.parametrize("name", COMMANDS)
def test_command_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    text = told(capsys, name, "--help")
    assert text == told(capsys, "help", name)
    command = COMMANDS[name]
    assert text.startswith(f"usage: flux-index {name} ")
    assert command.doc.split()[0] in text
    taken = command.module.PARAMETERS if command.takes else command.parameters
    for parameter in taken:
        assert flags(parameter)[0] in text
        assert parameter.doc
    assert command.examples
    for line in command.examples:
        assert f"\n  {line}\n" in text
        program, called, *rest = shlex.split(line)
        assert (program, called) == ("flux-index", name)
        parse(rest[: rest.index("<")] if "<" in rest else rest, taken, name)


def test_help_keeps_to_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [told(capsys, "query", name, "--help") for name in OPERATIONS]
    texts += [told(capsys, "help", name) for name in COMMANDS]
    texts += [told(capsys), told(capsys, "query")]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 100
