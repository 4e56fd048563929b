"""``flux-index completion``: a script by which a shell completes command lines.

shtab makes it of a parser of all commands and operations, which only this command builds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

import shtab

from ...indexer.errors import InvalidArgumentsError
from ..clients.supported import CLIENTS
from ..operations.table import OPERATIONS
from .commands import COMMANDS
from .options import COMMON, HELP, OptionParser, Parameter, parse
from .output import write

PARAMETERS: tuple[Parameter, ...] = ()
SHELLS = ("bash", "zsh", "fish")
# What the arguments of commands are that are no options.
_CHOICES = {
    "setup": tuple(CLIENTS),
    "hook": ("session-start", "user-prompt", "pre-tool", "post-tool", "stop", "subagent-stop"),
    "completion": SHELLS,
    "export": ("scip",),
    "import": ("scip",),
}
_FILES = ("validate", "fix", "explain")
_PATHS = ("path", "paths", "output", "diff", "into", "write", "remove")
_FOLDERS = ("workspace", "folder")
_MOST_WORDS = 70


class _Parser(OptionParser):
    """A parser of a command, made by argparse for the parser of all."""

    def __init__(self, *, prog: str, **_: Any) -> None:
        super().__init__(prog)


def run(arguments: Sequence[str]) -> int:
    """Write the script for a shell; returns the exit code."""
    _, targets = parse(arguments, PARAMETERS, "completion")
    if len(targets) != 1 or targets[0] not in SHELLS:
        raise InvalidArgumentsError(f"completion takes one of {', '.join(SHELLS)}")
    write(shtab.complete(whole_parser(), targets[0]) + "\n")
    return 0


def whole_parser() -> argparse.ArgumentParser:
    """Return a parser of all commands, with all operations below ``query``."""
    parser = _Parser(prog="flux-index")
    parser.add_parameters((HELP, Parameter("version", "boolean", "Show the version.")))
    commands = parser.add_subparsers(parser_class=_Parser)
    query = commands.add_parser("query", help="Ask a question")
    operations = query.add_subparsers(parser_class=_Parser)
    for name, operation in OPERATIONS.items():
        one = operations.add_parser(name, help=_words(operation.doc))
        _add(one, (*operation.parameters, *COMMON))
        one.add_argument("target", nargs="*").complete = shtab.FILE  # type: ignore[attr-defined]
    for name, command in COMMANDS.items():
        one = commands.add_parser(name, help=_words(command.doc))
        _add(one, command.options)
        if name in _CHOICES:
            one.add_argument("target", choices=_CHOICES[name])
        if name in _FILES:
            one.add_argument("files", nargs="*").complete = shtab.FILE  # type: ignore[attr-defined]
        elif command.on_workspace:
            one.add_argument("folder", nargs="?").complete = shtab.DIR  # type: ignore[attr-defined]
    return parser


def _add(parser: _Parser, parameters: Iterable[Parameter]) -> None:
    known = {parameter.name: parameter for parameter in parameters}
    parser.add_parameters(known.values())
    for action in parser._actions:
        parameter = known.get(action.dest)
        if action.help and action.help != argparse.SUPPRESS:
            action.help = _words(action.help)
        if parameter is None:
            continue
        if parameter.choices:
            action.choices = parameter.choices
        elif parameter.name in _PATHS:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif parameter.name in _FOLDERS:
            action.complete = shtab.DIR  # type: ignore[attr-defined]


def _words(text: str) -> str:
    """Return the first sentence of a text, without what shells read: quotes and backticks."""
    sentence = text.partition(". ")[0].partition(": ")[0].rstrip(".")
    plain = "".join(letter for letter in sentence if letter not in "`\"'$\\[]{}%")
    return plain if len(plain) <= _MOST_WORDS else plain[:_MOST_WORDS].rpartition(" ")[0] + " …"
