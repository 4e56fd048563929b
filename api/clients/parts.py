"""Parts of clients' files that are ours: how each is put in and taken out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..json_values import is_array, is_object
from .jsonc import (
    JsoncError,
    is_emptied,
    parse,
    with_item,
    with_member,
    without_items,
    without_member,
)
from .rule_files import BlockError, has_block, with_block, without_block
from .toml_yaml import with_toml_table, with_yaml_items, without_toml_table, without_yaml_items

SERVER = "flux-index"
"""What clients call the MCP server."""


@dataclass(slots=True, frozen=True)
class Part:
    """A file with a part of ours."""

    path: str
    what: str
    """What the part is, in a few words."""
    put: Callable[[str], str]
    """Return a text with the part."""
    take: Callable[[str], str]
    """Return a text without the part."""
    is_nothing: Callable[[str], bool]
    """True if nothing is left of a text without the part, so that the file goes as well."""
    is_shared: bool = False
    """True if other clients read the same part."""


def json_member(path: str, what: str, keys: Sequence[str], value: Any) -> Part:
    """A value in a JSON file, at a path of keys of which the last is ours."""

    def put(text: str) -> str:
        return with_member(text or _NEW_OBJECT, keys, value)

    return Part(path, what, put, lambda text: without_member(text, keys), is_emptied)


def json_hooks(path: str, events: Mapping[str, Sequence[tuple[str, str, int]]]) -> Part:
    """Hooks as Claude Code and Codex have them: (matcher, command, timeout in s) by event."""
    groups = {event: [_group(*each) for each in listed] for event, listed in events.items()}

    def put(text: str) -> str:
        text = text or _NEW_OBJECT
        found = parse(text).plain()
        if not is_object(found):
            return with_item(text, ("hooks",), None)  # which says that it is no object
        there = found.get("hooks")
        if there is not None and _ours(there) == groups:
            return text
        text = take(text)
        for event, listed in groups.items():
            for group in listed:
                text = with_item(text, ("hooks", event), group)
        return text

    def take(text: str) -> str:
        node = parse(text).get("hooks")
        ours = _ours(node.plain()) if node is not None else {}
        if sum(map(len, ours.values())) > _MOST_GROUPS or (ours and len(text) > _LARGEST):
            raise JsoncError(f"there are too many hooks to find those of {SERVER}")
        for event in ours:
            found = parse(text).get("hooks", event)
            there = found.children if found is not None else []
            for at in reversed(range(len(there))):
                if _has_ours(there[at].plain()):
                    text = without_items(text, ("hooks", event, at, "hooks"), _is_ours)
            text = without_items(text, ("hooks", event), _is_left_over)
        return text

    return Part(path, "hooks", put, take, is_emptied)


def json_items(
    path: str, head: Mapping[str, Any], commands: Mapping[str, str], timeout: int
) -> Part:
    """Hooks as Cursor has them: commands by event, below what a new file begins with."""

    def put(text: str) -> str:
        text = take(text or _NEW_OBJECT)
        for key, value in head.items():
            if parse(text).get(key) is None:
                text = with_member(text, (key,), value)
        for event, command in commands.items():
            text = with_item(text, ("hooks", event), {"command": command, "timeout": timeout})
        return text

    def take(text: str) -> str:
        node = parse(text).get("hooks")
        for event in node.keys if node is not None else ():
            text = without_items(text, ("hooks", event), _is_ours)
        return text

    def is_nothing(text: str) -> bool:
        return parse(text).plain() == head or is_emptied(text)

    return Part(path, "hooks", put, take, is_nothing)


def markdown_block(path: str, body: str, *, is_shared: bool = False) -> Part:
    """A block between marks in a Markdown file."""
    return Part(
        path,
        "what agents should know",
        lambda text: with_block(text, body),
        without_block,
        lambda text: not text,
        is_shared=is_shared,
    )


def own_file(path: str, what: str, content: str, *, is_shared: bool = False) -> Part:
    """A file that is ours altogether, as long as it has our marks."""

    def put(text: str) -> str:
        if text and not has_block(text):
            raise BlockError(f"it is not one of {SERVER}")
        return content

    def take(text: str) -> str:
        return "" if has_block(text) else text

    return Part(path, what, put, take, lambda text: not text, is_shared=is_shared)


def json_entry(
    path: str, what: str, head: Mapping[str, Any], key: str, entry: Mapping[str, Any]
) -> Part:
    """An object of our name in an array of a JSON file, below what a new file begins with."""

    def is_ours(value: Any) -> bool:
        return is_object(value) and value.get("name") == SERVER

    def put(text: str) -> str:
        text = take(text or _NEW_OBJECT)
        for name, value in head.items():
            if parse(text).get(name) is None:
                text = with_member(text, (name,), value)
        return with_item(text, (key,), dict(entry))

    def take(text: str) -> str:
        return without_items(text, (key,), is_ours)

    def is_nothing(text: str) -> bool:
        return parse(text).plain() == head or is_emptied(text)

    return Part(path, what, put, take, is_nothing)


def own_json(path: str, what: str, content: Mapping[str, Any]) -> Part:
    """A JSON file that is ours altogether, as long as it names us first."""
    text = json.dumps(content, indent=2) + "\n"
    head = next(iter(content))

    def take(other: str) -> str:
        found = parse(other).plain()
        return "" if is_object(found) and found.get(head) == content[head] else other

    return Part(path, what, lambda _: text, take, lambda other: not other)


def toml_table(path: str, what: str, keys: tuple[str, str], values: Mapping[str, Any]) -> Part:
    """A table in a TOML file."""
    return Part(
        path,
        what,
        lambda text: with_toml_table(text, keys, values),
        lambda text: without_toml_table(text, keys, values),
        lambda text: not text,
    )


def yaml_items(path: str, what: str, items: Mapping[str, str]) -> Part:
    """Items of lists in a YAML file."""
    return Part(
        path,
        what,
        lambda text: with_yaml_items(text, items),
        without_yaml_items,
        lambda text: not text,
    )


_NEW_OBJECT = "{\n}\n"
# Each group that is taken out costs reading the file a few times; a setup makes six of them.
_MOST_GROUPS, _LARGEST = 50, 200_000


def _group(matcher: str, command: str, timeout: int) -> dict[str, Any]:
    handler = {"type": "command", "command": command, "timeout": timeout}
    return {**({"matcher": matcher} if matcher else {}), "hooks": [handler]}


def _ours(events: object) -> dict[str, list[object]]:
    """Return our groups among those of all events."""
    found: dict[str, list[object]] = {}
    for event, listed in events.items() if is_object(events) else ():
        for group in listed if is_array(listed) else ():
            if _has_ours(group):
                found.setdefault(event, []).append(group)
    return found


def _has_ours(group: object) -> bool:
    """True if a group has a handler of ours."""
    handlers = group.get("hooks") if is_object(group) else None
    return is_array(handlers) and any(_is_ours(each) for each in handlers)


def _is_ours(handler: object) -> bool:
    """True if a handler runs this program's hooks, wherever the program is."""
    command = handler.get("command") if is_object(handler) else None
    if not isinstance(command, str):
        return False
    program, found, _ = command.partition(" hook ")
    return bool(found) and os.path.basename(program.strip("'\"")).partition(".")[0] == SERVER


def _is_left_over(group: object) -> bool:
    """True if a group has lost its handlers, which were ours."""
    return is_object(group) and set(group) <= {"matcher"}
