"""Reading a command line by a table of parameters.

The same parameters describe operations to every face, so the command line needs no description of
its own; and argparse would cost more start-up time than asking most questions does.
"""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ..operations.table import Parameter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

__all__ = ["HELP", "Parameter", "flags", "parse", "short_flag", "suggestion"]

HELP = Parameter("help", "boolean", "Show this help.")

_SHORT = {"-h": "--help", "-j": "--jobs", "-q": "--quiet", "-w": "--workspace"}
_WANTS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "a value",
    "array": "a value, or several separated by commas",
}


def flags(parameter: Parameter) -> tuple[str, ...]:
    """What a parameter is called on the command line, the usual form first.

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


def short_flag(flag: str) -> str:
    """The short form of a flag, empty if it has none."""
    return next((short for short, long in _SHORT.items() if long == flag), "")


def parse(
    arguments: Sequence[str],
    parameters: Iterable[Parameter],
    subject: str,
    *,
    only_leading: bool = False,
) -> tuple[dict[str, Any], list[str]]:
    """Values by parameter name, and the arguments that are no options.

    Raises InvalidArgumentsError, naming ``subject``, for what is no option of it or has no fitting
    value. With ``only_leading``, what follows the first argument that is no option is returned
    unread with it.
    """
    by_flag = {flag: parameter for parameter in parameters for flag in flags(parameter)}
    values: dict[str, Any] = {}
    rest: list[str] = []
    left = list(arguments)
    left.reverse()
    while left:
        argument = left.pop()
        if argument == "--":
            rest += reversed(left)
            break
        if len(argument) < 2 or argument[0] != "-":
            rest.append(argument)
            if only_leading:
                rest += reversed(left)
                break
            continue
        flag, value = _split(argument)
        parameter = by_flag.get(flag)
        if parameter is None:
            raise InvalidArgumentsError(
                f"{subject} has no option {flag}{suggestion(flag, by_flag)}"
            )
        name = parameter.name
        if parameter.type == "boolean":
            if value is not None:
                raise InvalidArgumentsError(f"{flag} takes no value, it is given {value!r}")
            values[name] = not flag.startswith("--no-")
            continue
        if value is None:
            if not left or _is_option(left[-1]):
                raise InvalidArgumentsError(f"{flag} needs {_WANTS[parameter.type]}")
            value = left.pop()
        if parameter.type == "array":
            values[name] = values.get(name, []) + _choices(parameter, flag, value.split(","))
        else:
            values[name] = _value(parameter, flag, value)
    return values, rest


def suggestion(given: str, known: Iterable[str]) -> str:
    """The end of a sentence that names what was probably meant, empty if nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(given, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _split(argument: str) -> tuple[str, str | None]:
    """The long flag of an argument, and the value written together with it."""
    if argument.startswith("--"):
        flag, has_value, value = argument.partition("=")
        return flag, value if has_value else None
    flag = argument[:2]
    return _SHORT.get(flag, flag), argument[2:].removeprefix("=") or None


def _is_option(argument: str) -> bool:
    # A negative number is a value, if only one to be refused as such.
    return len(argument) > 1 and argument[0] == "-" and not argument[1:].isdigit()


def _value(parameter: Parameter, flag: str, text: str) -> object:
    if parameter.type == "string":
        _choices(parameter, flag, [text])
        return text
    try:
        value = int(text) if parameter.type == "integer" else float(text)
    except ValueError:
        wanted = _WANTS[parameter.type]
        raise InvalidArgumentsError(f"{flag} takes {wanted}, not {text!r}") from None
    if not value >= 0:
        raise InvalidArgumentsError(f"{flag} cannot be negative, it is given {text}")
    return value


def _choices(parameter: Parameter, flag: str, texts: list[str]) -> list[str]:
    for text in texts if parameter.choices else ():
        if text not in parameter.choices:
            near = suggestion(text, parameter.choices)
            raise InvalidArgumentsError(
                f"{flag} takes {', '.join(parameter.choices)}, not {text!r}{near}"
            )
    return texts
