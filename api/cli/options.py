"""Command lines by argparse, from the parameters by which tables describe operations and commands.

Only the parser of the command at hand is built, so that a query does not pay for the others.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from math import isnan

from ...indexer.errors import InvalidArgumentsError
from ...indexer.text import UnreadableError, read
from ..operations.table import Operation, Parameter
from .output import width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, NoReturn


__all__ = [
    "AS_JSON", "COMMON", "FORMAT", "HELP", "OptionParser", "Parameter", "flags", "parse",
    "suggestion",
]  # fmt: skip

HELP = Parameter("help", "boolean", "Show this help.")

# fmt: off
FORMAT = Parameter("format", "string",
    "`table` for people, `compact` for language models, `json` for programs.", default="table",
    choices=("table", "compact", "json"))
ANY_FORMAT = Parameter("format", "string",
    "`table` for people, `compact` for language models, `json` for programs; `dot`, `mermaid` or "
    "`svg` as a picture, for hierarchy, callers, callees, importers, map and dependencies.",
    default="table", choices=("table", "compact", "json", "dot", "mermaid", "svg"))
# fmt: on
AS_JSON = Parameter("json", "boolean", "The same as `--format json`.", default=False)
# fmt: off
COMMON = (
    Parameter("workspace", "string",
        "A folder or file of the workspace to ask; by default the current folder."),
    ANY_FORMAT,
    AS_JSON,
    HELP,
)
# fmt: on
"""Parameters of every query besides those of its operation."""

_SHORT = {"--help": "-h", "--jobs": "-j", "--quiet": "-q", "--workspace": "-w"}
_FORMS = {
    "string": "TEXT",
    "integer": "N",
    "number": "X",
    "array": "A,B",
    "objects": "JSON|@FILE|-",
}
_MAX_WIDTH = 100
# Bytes of the largest file that is read because an option names it.
_LARGEST = 100_000_000


class HelpFormatter(argparse.HelpFormatter):
    """Help as wide as the terminal, but not so wide that lines are hard to read."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(width(sys.stdout) or _MAX_WIDTH, _MAX_WIDTH))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Wrap a paragraph; lines that are broken already, such as examples, stay."""
        return text if "\n" in text else super()._fill_text(text, width, indent)


class OptionParser(argparse.ArgumentParser):
    """A parser that raises InvalidArgumentsError, and does not end the process."""

    def __init__(
        self,
        subject: str,
        parameters: Iterable[Parameter] = (),
        *,
        usage: str = "",
        description: str = "",
        epilog: str = "",
    ) -> None:
        """Take the options of ``parameters``; values that are not passed are left out."""
        super().__init__(
            subject,
            # Never empty: argparse would make one up, which takes time.
            usage=usage or subject,
            description=description,
            epilog=epilog,
            formatter_class=HelpFormatter,
            add_help=False,
            # A parameter's own name wins over the singular of another.
            conflict_handler="resolve",
            allow_abbrev=False,
            argument_default=argparse.SUPPRESS,
        )
        self.add_parameters(parameters)

    def add_parameters(self, parameters: Iterable[Parameter], title: str = "") -> None:
        """Take more options, listed in help below ``title``."""
        group = self.add_argument_group(title) if title else self
        for parameter in parameters:
            long = "--" + parameter.name.replace("_", "-")
            names = [_SHORT[long]] if long in _SHORT else []
            names += [flag for flag in flags(parameter) if not flag.startswith("--no-")]
            settings: dict[str, Any] = {"dest": parameter.name, "help": _help(parameter)}
            if parameter is HELP:
                settings["action"] = "store_true"
            elif parameter.type == "boolean":
                if parameter.default:
                    settings["action"] = argparse.BooleanOptionalAction
                else:  # nobody needs to be told of --no-json
                    group.add_argument(
                        f"--no-{long[2:]}",
                        dest=parameter.name,
                        action="store_false",
                        default=argparse.SUPPRESS,
                        help=argparse.SUPPRESS,
                    )
                    settings["default"] = argparse.SUPPRESS
                    settings["action"] = "store_true"
            else:
                settings |= {"type": _converter(parameter), "metavar": _FORMS[parameter.type]}
                if parameter.type in ("array", "objects"):
                    settings["action"] = "extend"
            group.add_argument(*names, **settings)

    def add_listing(self, title: str, listed: Iterable[tuple[str, str]]) -> None:
        """List names with what they are below ``title``, for help alone."""
        group = self.add_argument_group(title)
        for name, doc in listed:
            group.add_argument(name, help=doc.replace("%", "%%"))

    def error(self, message: str) -> NoReturn:
        """Refuse a command line."""
        raise InvalidArgumentsError(message)


def flags(parameter: Parameter) -> tuple[str, ...]:
    """Return what a parameter is called on the command line, the usual form first.

    A switch can be turned off by its ``--no-`` form. A list is also known by its singular, since
    ``--kind class`` is what one types for a single kind.
    """
    flag = "--" + parameter.name.replace("_", "-")
    if parameter.type == "boolean" and parameter.name != "help":
        off = "--no-" + flag[2:]
        return (off, flag) if parameter.default is True else (flag, off)
    if parameter.type == "array" and flag.endswith("s"):
        return flag, flag[:-1]
    return (flag,)


def parse(
    arguments: Sequence[str],
    parameters: Sequence[Parameter],
    subject: str,
    *,
    only_leading: bool = False,
) -> tuple[dict[str, Any], list[str]]:
    """Return values by parameter name, and the arguments that are no options.

    Raises InvalidArgumentsError for what is no option of ``subject`` or has no fitting value. With
    ``only_leading``, what follows the first argument that is no option is returned unread with it.
    """
    parser = OptionParser(subject, parameters)
    rest: list[str] = []
    if only_leading:
        parser.add_argument("targets", nargs=argparse.REMAINDER)
        namespace, unknown = parser.parse_known_args(arguments)
    else:
        if "--" in arguments:
            # Before Python 3.13, argparse loses it between its two passes.
            end = arguments.index("--")
            arguments, rest = arguments[:end], list(arguments[end + 1 :])
        parser.add_argument("targets", nargs="*", default=[])
        namespace, unknown = parser.parse_known_intermixed_args(arguments)
    values = vars(namespace)
    if unknown:
        flag = unknown[0].partition("=")[0]
        flag = flag if flag.startswith("--") else flag[:2]
        known = (name for parameter in parameters for name in flags(parameter))
        raise InvalidArgumentsError(f"{subject} has no option {flag}{suggestion(flag, known)}")
    return values, [*values.pop("targets", ()), *rest]


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of a sentence that names what was probably meant, empty if nothing is near."""
    # Late, since only mistakes need it.
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _help(parameter: Parameter) -> str:
    text = parameter.doc
    if parameter.choices:
        text += f" One of {', '.join(parameter.choices)}."
    if parameter.type == "boolean":
        text += " On by default." if parameter.default is True else ""
    elif parameter.default is not None:
        text += f" By default {parameter.default}."
    if parameter.name in ("line", "character") and "Zero-based" in text:
        text += " For programs: FILE:LINE:COL, which people write, counts from 1."
    if parameter.type == "objects":
        text += " As JSON: one object or a list; @FILE reads a file, - standard input."
    if parameter.type in ("array", "objects"):
        text += " Can be repeated."
    return text.replace("%", "%%")


def _converter(parameter: Parameter) -> Callable[[str], object]:
    if parameter.type == "integer":
        return partial(_number, int, "a whole number")
    if parameter.type == "number":
        return partial(_number, float, "a number")
    if parameter.type == "objects":
        return _objects
    return partial(_array if parameter.type == "array" else _choice, parameter.choices)


def _number(convert: Callable[[str], float], wanted: str, text: str) -> float:
    try:
        number = convert(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"invalid value: {text!r} is not {wanted}") from None
    if number < 0:
        raise argparse.ArgumentTypeError(f"invalid value: {text} is negative")
    if isnan(number):
        raise argparse.ArgumentTypeError(f"invalid value: {text!r} is not {wanted}")
    return number


def _array(choices: Sequence[str], text: str) -> list[str]:
    return [_choice(choices, each) for each in text.split(",")]


def read_named(path: str) -> bytes:
    """Return the bytes of a file that the user names; raise InvalidArgumentsError if that fails.

    What waits or has no end is read from standard input only: a repository may have put it there.
    """
    try:
        return read(path, _LARGEST)
    except UnreadableError as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error}") from error


def _objects(text: str) -> list[Any]:
    # Late: only what takes objects needs them.
    import json

    from ..json_values import is_array, is_object

    try:
        if text.startswith("@"):
            text = read_named(text[1:]).decode()
        value = json.loads(sys.stdin.read() if text == "-" else text)
    except (InvalidArgumentsError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"invalid value: {error}") from None
    listed = [*value] if is_array(value) else [value]
    if not all(map(is_object, listed)):
        raise argparse.ArgumentTypeError("invalid value: not a JSON object, nor a list of such")
    return listed


def _choice(choices: Sequence[str], text: str) -> str:
    if choices and text not in choices:
        near = suggestion(text, choices)
        raise argparse.ArgumentTypeError(
            f"invalid choice: {text!r} (choose from {', '.join(choices)}){near}"
        )
    return text


def placeholder(operation: Operation) -> str:
    """Return what help calls the target; empty if the operation takes none."""
    takes = operation.takes
    if operation.name == "task.begin":
        return "TASK"
    if operation.name.startswith("task."):
        return "TOKEN" if "token" in takes else "HANDLE" if "task" in takes else ""
    if "task" in takes:
        return "TASK"
    if not takes.isdisjoint(("paths", "diff")) and "name" not in takes:
        return ""  # options describe an edit
    if "query" in takes:
        return "NAME" if operation.name == "exists" else "TEXT"
    if "line" in takes:
        return "NAME|FILE:LINE[:COL]" if "name" in takes else "FILE:LINE[:COL]"
    return "FILE|NAME" if "path" in takes else ""
