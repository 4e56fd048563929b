"""Our entries in TOML and YAML files: a table for a server, keys and items for aider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import tomlkit
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.tokens import (
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
)
from tomlkit.exceptions import TOMLKitError

from ...indexer.toml import parse_toml
from ..json_values import is_array, is_object
from .rule_files import appended, newline_of, taken_out


class TablesError(ValueError):
    """A file in which our entry has no place; the message has what to add by hand."""


def with_toml_table(text: str, path: tuple[str, str], values: Mapping[str, Any]) -> str:
    """Return a TOML text with a table of these values, added at its end if it differs."""
    block = _toml_block(path, values)
    try:
        outer = _toml(text).get(path[0], {})
        found = outer.get(path[1]) if is_object(outer) else None
        if found == dict(values):
            return text
        if found is not None:
            text = without_toml_table(text, path, values)
        result = appended(text, block)
        _toml(result)
    except TablesError as error:
        raise TablesError(f"{error}; what belongs into it is:\n{block}") from error
    return result


def without_toml_table(text: str, path: tuple[str, str], values: Mapping[str, Any]) -> str:
    """Return a TOML text without a table."""
    block = _toml_block(path, values).replace("\n", newline_of(text))
    at = text.find(block)
    if at >= 0 and text[at + len(block) : at + len(block) + 1] in ("", "\r", "\n"):
        return taken_out(text, at, at + len(block))
    found = _toml(text).get(path[0])
    if not is_object(found) or path[1] not in found:
        return text
    try:
        document: Any = tomlkit.parse(text)
        outer: Any = document[path[0]]
        outer.remove(path[1])
        if not outer:
            document.remove(path[0])
        return tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, RecursionError) as error:
        raise TablesError(str(error)) from error


def _toml(text: str) -> dict[str, Any]:
    tables, wrong = parse_toml(text.encode())
    if wrong:
        raise TablesError(f"this is no TOML that is read: {wrong}")
    return tables


def _toml_block(path: tuple[str, str], values: Mapping[str, Any]) -> str:
    lines = [f"[{'.'.join(path)}]"]
    items: list[tuple[str, Any]] = [(key, tomlkit.item(value)) for key, value in values.items()]
    lines += [f"{key} = {item.as_string()}" for key, item in items]
    return "\n".join(lines)


_BEGIN, _END, _MARK = "# flux-index: begin", "# flux-index: end", "  # flux-index"


def with_yaml_items(text: str, items: Mapping[str, str]) -> str:
    """Return a YAML text in which each key lists an item; raises TablesError if one cannot.

    A key that is not there is added in a block at the end; to a list that is, a line is added.
    """
    missing: list[str] = []
    for key, item in items.items():
        found = _yaml(text)
        value = found.get(key)
        if value is None and key not in found:
            missing += [f"{key}:", f"  - {json.dumps(item)}"]
        elif item != value and (not isinstance(value, list) or item not in value):
            text = _with_yaml_item(text, key, json.dumps(item))
    if not missing:
        return text
    return appended(text, "\n".join([_BEGIN, *missing, _END]))


def without_yaml_items(text: str) -> str:
    """Return a YAML text without our items."""
    start, end = text.find(_BEGIN), text.find(_END)
    if 0 <= start < end:
        text = taken_out(text, start, end + len(_END))
    lines = text.split("\n")
    return "\n".join(line for line in lines if not line.rstrip("\r").endswith(_MARK))


def _with_yaml_item(text: str, key: str, item: str) -> str:
    value: Any = _yaml(text)[key]
    position: Any = getattr(value, "lc", None)
    is_block = is_array(value) and bool(value) and not _is_in_line(value)
    if not is_block:
        raise TablesError(f"{key} is set otherwise; what belongs into it is: {item}")
    at: tuple[int, int] = position.item(len(value) - 1)
    line, column = at
    newline = newline_of(text)
    lines = text.split("\n")
    # An item may go on over several lines, which are indented more than its mark.
    mark: int = lines[line].rfind("-", 0, column)
    end = line + 1
    while (
        end < len(lines)
        and lines[end].strip()
        and len(lines[end]) - len(lines[end].lstrip()) > mark
    ):
        end += 1
    if end == len(lines):
        raise TablesError(f"the text needs a line break at its end before {key} gets {item}")
    lines.insert(end, f"{' ' * mark}- {item}{_MARK}{newline[:-1]}")
    return "\n".join(lines)


def _is_in_line(value: Any) -> bool:
    """True if a list is between brackets."""
    return bool(value.fa.flow_style())


# The library takes the square of what is nested in time. People's files are a tenth as large.
_MOST_YAML = 50_000
_DEEPEST = 30
_OPENING = (
    BlockMappingStartToken, BlockSequenceStartToken, FlowMappingStartToken, FlowSequenceStartToken,
)  # fmt: skip
_CLOSING = (BlockEndToken, FlowMappingEndToken, FlowSequenceEndToken)


def _yaml(text: str) -> dict[str, Any]:
    """Return a YAML mapping; raises TablesError for what is none, or larger than is read."""
    if len(text) > _MOST_YAML:
        raise TablesError(f"this is larger than {_MOST_YAML:,} characters")
    reader: Any = YAML()
    try:
        depth = 0
        for token in reader.scan(text):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > _DEEPEST:
                raise TablesError("this is nested too deeply")
        reader = YAML()
        found = reader.load(text)
    except YAMLError as error:
        raise TablesError(f"this is no YAML: {error}") from error
    if found is None:
        return {}
    if not is_object(found):
        raise TablesError("this is no mapping")
    return found
