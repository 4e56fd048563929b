"""JSON with comments and trailing commas, edited where it is: all else stays byte for byte.

What is put in can be taken out again so that the text is what it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

_BLANK = re.compile(r"(?:[ \t\r\n]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_BLANK_ON_LINE = re.compile(r"(?:[ \t]+|//[^\r\n]*|/\*[^\r\n]*?\*/)*")
_WORD = re.compile(r"[^\s,:\[\]{}\"/]+")


# What is deeper is none of the files that people and clients write.
_DEEPEST = 64


class JsoncError(ValueError):
    """A text that is not JSON; the message has the place."""


@dataclass(slots=True)
class Node:
    """A value and its place in the text."""

    kind: str
    """``{``, ``[``, or empty for anything else."""
    start: int
    end: int
    keys: list[str] = field(default_factory=list[str])
    """Of an object."""
    children: list[Node] = field(default_factory=list["Node"])
    """Of an object or array."""
    starts: list[int] = field(default_factory=list[int])
    """Where members begin, with their keys."""
    trailing: int = -1
    """Place of a comma behind the last child, -1 for none."""
    value: Any = None

    def get(self, *path: str | int) -> Node | None:
        """Return the value at a path of keys and indexes inside of this one, or None."""
        node = self
        for key in path:
            if isinstance(key, int):
                if node.kind != "[" or key >= len(node.children):
                    return None
                node = node.children[key]
            elif node.kind == "{" and key in node.keys:
                node = node.children[node.keys.index(key)]
            else:
                return None
        return node

    def plain(self) -> Any:
        """Return the value as the json module has it."""
        if self.kind == "{":
            return {key: child.plain() for key, child in zip(self.keys, self.children, strict=True)}
        return [child.plain() for child in self.children] if self.kind == "[" else self.value


def parse(text: str) -> Node:
    """The root value of a text; raises JsoncError."""
    node, at = _value(text, _skip(text, 1 if text.startswith("\ufeff") else 0))
    if _skip(text, at) != len(text):
        raise _error(text, at)
    return node


def with_member(text: str, path: Sequence[str], value: Any) -> str:
    """Return a text with a value at a path of keys, whose objects are added if missing.

    A value that is there is replaced, unless it is equal. Raises JsoncError when something on the
    way is no object.
    """
    root = parse(text)
    node, depth = root, 0
    for depth, key in enumerate(path):
        if node.kind != "{":
            raise JsoncError(f"{'.'.join(path[:depth]) or 'the text'} is no object")
        child = node.get(key)
        if child is None:
            for missing in reversed(path[depth + 1 :]):
                value = {missing: value}
            return _inserted(text, node, depth + 1, value, key)
        node = child
    if node.plain() == value:
        return text
    return text[: node.start] + _dumped(text, value, depth + 1) + text[node.end :]


def with_item(text: str, path: Sequence[str], value: Any) -> str:
    """Return a text with an item at the end of the array at a path, added if missing."""
    node = parse(text).get(*path)
    if node is None:
        return with_member(text, path, [value])
    if node.kind != "[":
        raise JsoncError(f"{'.'.join(path)} is no array")
    return _inserted(text, node, len(path) + 1, value, None)


def without_member(text: str, path: Sequence[str]) -> str:
    """Return a text without the value at a path, and without objects that are empty then."""
    parent = parse(text).get(*path[:-1])
    if parent is None or parent.get(path[-1]) is None:
        return text
    text = _removed(text, parent, parent.keys.index(path[-1]))
    return _without_emptied(text, path[:-1])


def without_items(text: str, path: Sequence[str | int], is_meant: Callable[[Any], bool]) -> str:
    """A text without the items of an array that are meant, and without what is empty for that."""
    node = parse(text).get(*path)
    if node is None or node.kind != "[":
        return text
    meant = [at for at, child in enumerate(node.children) if is_meant(child.plain())]
    for at in reversed(meant):  # places before one that is taken out stay what they are
        text = _removed(text, node, at)
    return _without_emptied(text, path) if meant else text


def is_emptied(text: str) -> bool:
    """True if nothing is left of an object that was on several lines."""
    root = parse(text)
    inner = text[root.start + 1 : root.end - 1]
    return root.kind == "{" and not inner.strip() and "\n" in inner


def _without_emptied(text: str, path: Sequence[str | int]) -> str:
    """A text without the containers on a path that became empty.

    One that is written as ``{}`` was empty before anything was put in.
    """
    for depth in range(len(path), 0, -1):
        parent, node = parse(text).get(*path[: depth - 1]), parse(text).get(*path[:depth])
        if parent is None or node is None:
            continue
        inner = text[node.start + 1 : node.end - 1]
        if inner.strip() or "\n" not in inner:
            break
        key = path[depth - 1]
        text = _removed(text, parent, key if isinstance(key, int) else parent.keys.index(key))
    return text


def _inserted(text: str, node: Node, depth: int, value: Any, key: str | None) -> str:
    """A text with a value as the last child of a container."""
    newline = "\r\n" if "\r\n" in text else "\n"
    dumped = _dumped(text, value, depth)
    if key is not None:
        dumped = f"{json.dumps(key, ensure_ascii=False)}: {dumped}"
    on_lines = f"{newline}{_indent(text) * depth}{dumped}"
    if not node.children:
        at = _solid_end(text, node.start + 1, node.end - 1)
        has_lines = "\n" in text[node.start : node.end]
        return text[:at] + (on_lines if has_lines else dumped) + text[at:]
    last = node.children[-1]
    has_lines = "\n" in text[node.start : node.starts[0]]
    behind = node.trailing + 1 if node.trailing >= 0 else last.end
    match = _BLANK_ON_LINE.match(text, behind)
    at = len(text[: match.end() if match else behind].rstrip(" \t")) if has_lines else behind
    at = max(at, behind)
    added = on_lines if has_lines else f" {dumped}"
    if node.trailing >= 0:
        return text[:at] + added + "," + text[at:]
    return text[: last.end] + "," + text[last.end : at] + added + text[at:]


def _removed(text: str, node: Node, index: int) -> str:
    """Return a text without a child of a container; what is between others stays."""
    start, end = node.starts[index], node.children[index].end
    floor = node.children[index - 1].end if index else node.start + 1
    comma = _comma(text, end, node.end)
    begin = _solid_end(text, floor, start)
    if comma >= 0:
        return text[:begin] + text[end:comma] + text[comma + 1 :]
    text = text[:begin] + text[end:]
    before = _comma(text, floor, begin) if index else -1
    return text if before < 0 else text[:before] + text[before + 1 :]


def _solid_end(text: str, start: int, end: int) -> int:
    """Return the end of what is no blank before a place, comments and commas included."""
    return start + len(text[start:end].rstrip())


def _comma(text: str, start: int, end: int) -> int:
    at = _skip(text, start)
    return at if at < end and text[at : at + 1] == "," else -1


def _indent(text: str) -> str:
    """Return the indentation of the first level."""
    found = re.search(r"^([ \t]+)\S", text, re.MULTILINE)
    return found[1] if found else "  "


def _dumped(text: str, value: Any, depth: int) -> str:
    unit = _indent(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = json.dumps(value, indent=unit, ensure_ascii=False).split("\n")
    return f"{newline}{unit * depth}".join(lines)


def _value(text: str, at: int, depth: int = 0) -> tuple[Node, int]:
    if depth > _DEEPEST:
        raise JsoncError("it is nested too deeply")
    kind = text[at : at + 1]
    node = Node(kind if kind in ("{", "[") and kind else "", at, at)
    if not node.kind:
        if kind == '"':
            node.value, at = _string(text, at)
        else:
            match = _WORD.match(text, at)
            if match is None:
                raise _error(text, at)
            try:
                node.value = json.loads(match[0])
            except ValueError:
                raise _error(text, at) from None
            at = match.end()
        node.end = at
        return node, at
    closing = "}" if node.kind == "{" else "]"
    at = _skip(text, at + 1)
    while text[at : at + 1] != closing:
        if node.children and node.trailing < 0:
            raise _error(text, at)
        node.starts.append(at)
        if node.kind == "{":
            key, at = _string(text, at)
            node.keys.append(key)
            at = _skip(text, at)
            if text[at : at + 1] != ":":
                raise _error(text, at)
            at = _skip(text, at + 1)
        child, at = _value(text, at, depth + 1)
        node.children.append(child)
        at = _skip(text, at)
        node.trailing = -1
        if text[at : at + 1] == ",":
            node.trailing = at
            at = _skip(text, at + 1)
    node.end = at + 1
    return node, at + 1


def _string(text: str, at: int) -> tuple[str, int]:
    try:
        value, end = json.JSONDecoder().raw_decode(text, at)
    except ValueError:
        raise _error(text, at) from None
    if not isinstance(value, str):
        raise _error(text, at)
    return value, end


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _error(text: str, at: int) -> JsoncError:
    line = text.count("\n", 0, at) + 1
    return JsoncError(f"line {line} is no JSON")
