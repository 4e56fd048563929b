"""Families by registration: what is given to the same call, or stands in the same table.

A call registers when it stands at the start of a line, as a statement or an entry of a display, and
takes names of functions or classes: `registry.register(handle)`, `path("users/", users)`. A table
is a display that a name at the top of a module or class is bound to, with such names in it. Calls
of different files are the same when they are written the same; those on `self` and tables are
those of one file.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import access_path, last_name
from ...indexer.inference.entities import CLASS, FUNCTION, VARIABLE, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from .similarity import path_proximity

_FEWEST = 3
_FILES = 60  # that have the name of a call or of what is registered
_MEMBERS = 120
_PLAIN_CALLS = frozenset(dir(builtins)) | {"cast", "partial", "wraps"}
_DISPLAYS = frozenset([f.LIST, f.TUPLE, f.SET, f.DICT])


@dataclass(slots=True)
class Registry:
    """A call or table in a file: how it is written, and the expressions that it is given."""

    written: str
    is_table: bool
    given: list[int] = field(default_factory=list[int])

    @property
    def is_of_file(self) -> bool:
        """True if the same text in another file means another one."""
        return self.is_table or self.written.startswith(("self.", "cls."))


def registered_with(
    inference: Inference, entity: Entity, near: str = ""
) -> tuple[str, list[Entity]] | None:
    """Return what else is registered where a function or class is, and how, in words.

    Of several places, it is that with the fewest members; None if there is none.
    """
    name = name_of(inference, entity)
    found: list[tuple[int, str, list[Entity]]] = []
    seen: set[tuple[str, str]] = set()
    for path in _files_near(inference, name, entity.path):
        if is_test_file(path) != is_test_file(entity.path):
            continue
        facts = inference.facts(path)
        for registry in registries(inference, path) if facts is not None else ():
            key = registry.written, path if registry.is_of_file else ""
            if key in seen or not any(
                _is_called(facts, expr, name) and _names(inference, path, expr, entity)
                for expr in registry.given
            ):
                continue
            seen.add(key)
            members = members_of(inference, registry, path, entity.kind, near or entity.path)
            others = [each for each in members if each != entity]
            if len(others) >= _FEWEST:
                found.append((len(others), _told(registry), others))
    if not found:
        return None
    _, why, members = min(found, key=lambda each: each[:2])
    return why, members


def registered_by(inference: Inference, entity: Entity, kind: int = 0) -> tuple[str, list[Entity]]:
    """Return the functions or classes that a function is called with, or that a table has.

    Those of the kind that there are more of, if none is given.
    """
    name = name_of(inference, entity)
    found: dict[int, tuple[str, list[Entity]]] = {}
    is_table = entity.kind == VARIABLE
    for path in [entity.path] if is_table else _files_near(inference, name, entity.path):
        if is_test_file(path) and not is_test_file(entity.path):
            continue
        for registry in registries(inference, path):
            if registry.is_table != is_table or registry.written.rpartition(".")[2] != name:
                continue
            for each in (CLASS, FUNCTION):
                _, members = found.setdefault(each, (_told(registry), []))
                others = members_of(inference, registry, path, each, entity.path, [path])
                members += [other for other in others if other not in members]
                del members[_MEMBERS:]
    return max(
        (each for at, each in found.items() if kind in (0, at)),
        key=lambda each: len(each[1]),
        default=("", list[Entity]()),
    )


def members_of(
    inference: Inference,
    registry: Registry,
    path: str,
    kind: int,
    near: str,
    paths: list[str] | None = None,
) -> list[Entity]:
    """Return the workspace's functions or classes that are registered in the same way."""
    if paths is None:
        last = registry.written.rpartition(".")[2]
        paths = [path] if registry.is_of_file else _files_near(inference, last, near)
    found: dict[Entity, None] = {}
    for each in paths:
        if is_test_file(each) != is_test_file(path):
            continue
        for other in registries(inference, each):
            if (other.written, other.is_table) != (registry.written, registry.is_table):
                continue
            for expr in other.given:
                found.update(dict.fromkeys(_entities(inference, each, expr, kind)))
        if len(found) >= _MEMBERS:
            break
    return list(found)[:_MEMBERS]


def registries(inference: Inference, path: str) -> list[Registry]:
    """Return the calls and tables of a file, those that are written the same as one."""
    facts = inference.facts(path)
    if facts is None:
        return []
    known: list[Registry] | None = facts.memo.get("registries")
    if known is None:
        by_key: dict[tuple[str, bool], Registry] = {}
        for written, is_table, given in _written(facts, inference.text(path)):
            by_key.setdefault((written, is_table), Registry(written, is_table)).given += given
        known = facts.memo["registries"] = list(by_key.values())
    return known


def _written(facts: FileFacts, text: bytes) -> Iterator[tuple[str, bool, list[int]]]:
    """Yield (text, is it a table, names given) of the calls and tables of a file."""
    for call in facts_view.calls(facts):
        rows = access_path(facts, call.function)
        if not rows or (len(rows) == 1 and facts.names[rows[0]] in _PLAIN_CALLS):
            continue
        given = [
            each for each in facts_view.argument_values(facts, call.row) if _is_name(facts, each)
        ]
        if given and _starts_line(facts, text, call.function):
            yield ".".join(facts.names[row] for row in rows), False, given
    bound = facts.binding
    for row, value in enumerate(bound.value):
        in_function = facts.scope.kind[bound.scope[row]] not in (f.MODULE_SCOPE, f.CLASS_SCOPE)
        if in_function or bound.kind[row] != f.ASSIGN:
            continue
        if facts_view.op(facts, value) not in _DISPLAYS:
            continue
        given = [each for each in _entries(facts, value) if _is_name(facts, each)]
        if given and facts_view.binding_name(facts, row) != "__all__":
            yield facts_view.binding_name(facts, row), True, given


def _entries(facts: FileFacts, display: int) -> Iterator[int]:
    """Yield what stands in a display, and in tuples in it."""
    if facts_view.op(facts, display) == f.DICT:
        inner = [each for pair in facts_view.items(facts, display) for each in pair]
    else:
        inner = list(facts_view.elements(facts, display))
    for each in inner:
        if facts_view.op(facts, each) == f.TUPLE:
            yield from facts_view.elements(facts, each)
        elif each >= 0:
            yield each


def _is_name(facts: FileFacts, expr: int) -> bool:
    return facts_view.op(facts, expr) in (f.NAME, f.ATTRIBUTE) and bool(access_path(facts, expr))


def _starts_line(facts: FileFacts, text: bytes, function: int) -> bool:
    """True if nothing but blanks stands before a plain or dotted name on its line."""
    while facts_view.op(facts, function) == f.ATTRIBUTE:
        function = facts_view.operand(facts, function)
    start = facts.expr.position[function]
    return not text[text.rfind(b"\n", 0, start) + 1 : start].strip()


def _entities(inference: Inference, path: str, expr: int, kind: int) -> list[Entity]:
    return [
        each.entity
        for each in inference.definitions_of(path, expr)
        if each.entity.kind == kind and each.entity.path and not each.entity.is_outside
    ]


def _names(inference: Inference, path: str, expr: int, entity: Entity) -> bool:
    return entity in _entities(inference, path, expr, entity.kind)


def _is_called(facts: FileFacts | None, expr: int, name: str) -> bool:
    return facts is not None and last_name(facts, expr) == name


def _told(registry: Registry) -> str:
    if registry.is_table:
        return f"stand in `{registry.written}`"
    return f"are given to `{registry.written}(…)`"


def _files_near(inference: Inference, name: str, near: str) -> list[str]:
    """Return files that have a name, nearest first; none if it is everywhere."""
    paths = [each for each in inference.files_with(name) if not each.startswith("/")]
    return sorted(paths, key=lambda path: (-path_proximity(near, path), path))[:_FILES]
