"""Arguments of tools: as JSON Schema, and checked.

Models give numbers as text and one name where a list is taken; what is meant is plain, so it is
taken. What is not plain is refused with what the tool takes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ..json_values import is_array, is_object
from ..operations.schemas import schema_of
from ..operations.table import Parameter
from .tools import Tool


def schema(tool: Tool) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments."""
    described: dict[str, Any] = {
        "type": "object",
        "properties": {
            one.name: _property(one) for one in tool.parameters if one.name not in tool.unlisted
        },
    }
    required = [one.name for one in tool.parameters if one.required]
    if required:
        described["required"] = required
    return described


def checked(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with defaults; raises InvalidArgumentsError if they do not fit."""
    known = {one.name: one for one in tool.parameters}
    for name in given:
        if name not in known:
            raise InvalidArgumentsError(
                f"{tool.name} has no argument {name!r}; it takes {_signature(tool)}"
            )
    result: dict[str, Any] = {}
    for one in tool.parameters:
        value = given.get(one.name)
        if value is None:
            if one.required:
                raise InvalidArgumentsError(
                    f"{tool.name} needs {one.name!r}; it takes {_signature(tool)}"
                )
            value = one.default
        else:
            value = _fitting(one, value)
        if value is not None:
            result[one.name] = value
    return result


def _property(one: Parameter) -> dict[str, Any]:
    return {**schema_of(one), **({"description": one.doc} if one.doc else {})}


def _fitting(one: Parameter, value: Any) -> Any:
    """Return the value as the parameter's type; raises InvalidArgumentsError if it does not fit."""
    fitted = _converted(one.type, value)
    if fitted is None:
        article = "an" if one.type[0] in "aeiou" else "a"
        kind = _LISTS.get(one.type, one.type)
        raise InvalidArgumentsError(f"{one.name!r} takes {article} {kind}, not {value!r}")
    if one.type == "integer" and fitted < 0:
        raise InvalidArgumentsError(f"{one.name!r} cannot be negative")
    for each in fitted if is_array(fitted) else [fitted]:
        if one.choices and each not in one.choices:
            raise InvalidArgumentsError(
                f"{one.name!r} takes {', '.join(one.choices)}, not {each!r}"
            )
    return fitted


_LISTS = {"array": "list of strings", "objects": "list of objects"}


def _converted(kind: str, value: Any) -> Any:
    """Return the value as one of this JSON type, or None."""
    match kind, value:
        case "boolean", bool():
            return value
        case "boolean", "true" | "false":
            return value == "true"
        case "integer", int() if not isinstance(value, bool):
            return value
        case "integer", float() if value.is_integer():
            return int(value)
        case "integer", str() if value.strip().isdecimal():
            return int(value)
        case "string", str():
            return value
        case "array", str():
            return _as_list(value)
        case "array", list():
            return _strings(value)  # pyright: ignore[reportUnknownArgumentType]
        case "objects", str() | dict() | list():
            return _objects(value)
        case "object", dict():
            return value  # pyright: ignore[reportUnknownVariableType]
        case _:
            return None


def _strings(listed: list[Any]) -> list[Any] | None:
    return listed if all(isinstance(each, str) for each in listed) else None


def _objects(value: Any) -> list[Any] | None:
    """Return a list of objects that is given as such, as one of them or as JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    listed = [*value] if is_array(value) else [value]
    return listed if all(map(is_object, listed)) else None


def _as_list(text: str) -> list[Any] | None:
    """Return the list in a JSON text, or a list of one string."""
    if not text.startswith("["):
        return [text]

    try:
        return _converted("array", json.loads(text))
    except ValueError:
        return None


def _signature(tool: Tool) -> str:
    names = [one.name if one.required else f"{one.name}?" for one in tool.parameters]
    return ", ".join(names) or "no arguments"
