"""Symbols of SCIP: the names that entities have in an index, written and read by its grammar."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    QUOTED,
    Entity,
    name_of,
    qualified_name,
    scope_of,
)
from ...indexer.inference.inference import Inference
from ...indexer.text import UnreadableError, read
from ...indexer.workspace import Workspace
from ..json_values import is_object

SCHEME = "flux-index"
MANAGER = "python"
STANDARD_LIBRARY = "python-stdlib"
# What the symbol of a module ends with, as scip-python has it.
MODULE_DESCRIPTOR = "__init__:"

_SIMPLE = re.compile(r"[A-Za-z0-9_+$-]+").fullmatch
_LOCAL_SCOPES = (f.FUNCTION_SCOPE, f.LAMBDA_SCOPE, f.COMPREHENSION_SCOPE, f.TYPE_SCOPE)


@dataclass(frozen=True, slots=True)
class Package:
    """What a symbol is distributed with; an empty version is one that nobody says."""

    name: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class ParsedSymbol:
    """A symbol taken apart: ``names`` are those of its descriptors, all empty for a local one."""

    scheme: str
    manager: str
    package: Package
    names: tuple[str, ...]
    suffix: str
    """How the last descriptor ends: ``/ # . (). : !``, or ``()`` and ``[]`` around it."""


def identifier(name: str) -> str:
    """Return a name as descriptors have it."""
    return name if _SIMPLE(name) else f"`{name.replace('`', '``')}`"


def prefix(package: Package) -> str:
    """Return the start of the symbols of a package."""
    parts = (SCHEME, MANAGER, package.name, package.version)
    return "".join(f"{(part or '.').replace(' ', '  ')} " for part in parts)


_SPACED = re.compile(r"((?:[^ ]|  )+) ").match
_NAME = r"[A-Za-z0-9_+$-]+|`(?:[^`]|``)+`"
_DESCRIPTOR = re.compile(
    rf"\[(?P<type>{_NAME})\]|\((?P<parameter>{_NAME})\)|(?P<name>{_NAME})(?P<suffix>[/#:!.]|"
    r"\([A-Za-z0-9_+$-]*\)\.)"
).match


def parse(symbol: str) -> ParsedSymbol | None:
    """Return a symbol taken apart, None if it is not of the grammar."""
    if symbol.startswith("local "):
        is_right = _SIMPLE(symbol[6:]) is not None
        return ParsedSymbol("local", "", Package(""), (), "") if is_right else None
    parts: list[str] = []
    at = 0
    while len(parts) < 4:
        found = _SPACED(symbol, at)
        if found is None:
            return None
        part = found[1].replace("  ", " ")
        parts.append("" if part == "." and parts else part)
        at = found.end()
    names: list[str] = []
    suffix = ""
    while at < len(symbol):
        found = _DESCRIPTOR(symbol, at)
        if found is None:
            return None
        name = found["type"] or found["parameter"] or found["name"]
        suffix = found["suffix"] or ("[]" if found["type"] else "()")
        suffix = "()." if suffix.endswith(").") else suffix
        if name.startswith("`"):
            name = name[1:-1].replace("``", "`")
            if _SIMPLE(name):
                return None  # not canonical
        names.append(name)
        at = found.end()
    if not names:
        return None
    return ParsedSymbol(parts[0], parts[1], Package(parts[2], parts[3]), tuple(names), suffix)


def dotted_name(symbol: ParsedSymbol) -> str:
    """Return the name that people know a symbol by; that of a module is its descriptor's."""
    names = symbol.names
    if symbol.suffix == ":" and names[-1:] == ("__init__",):
        names = names[:-1]
    return ".".join(names)


class SymbolNames:
    """The symbols of the entities of one workspace, and of what it rests on."""

    def __init__(self, inference: Inference) -> None:
        """Nothing is looked at before the first question."""
        self._inference = inference
        self._index = inference.snapshot.index
        self._prefixes: dict[str, str] = {}
        self._scopes: dict[str, list[str]] = {}
        self._locals: dict[str, dict[tuple[int, int], int]] = {}

    def symbol(self, entity: Entity) -> str:
        """Return an entity's symbol; empty if it has none.

        Overloads, accessors, and all that is bound to one name in one scope are one symbol.
        """
        kind, path, row = entity
        if kind == OUTSIDE:
            return f"{prefix(Package(path.partition('.')[0]))}{identifier(path)}:" if path else ""
        if kind == MODULE:
            return self._prefix(path) + MODULE_DESCRIPTOR
        if kind == NAMESPACE:
            return self._prefix(f"{path}/__init__.py") + MODULE_DESCRIPTOR
        if kind == QUOTED:
            module = self._index.module_name(path) or path
            owner = qualified_name(self._inference, entity).removeprefix(f"{module}.")
            *around, name = owner.split(".")
            classes = "".join(f"{identifier(each)}#" for each in around)
            return f"{self._prefix(path)}{classes}{identifier(name)}."
        facts = self._inference.need(path)
        name = identifier(name_of(self._inference, entity))
        if kind == ATTRIBUTE:
            owner = facts.attribute_binding.owner[row]
            if owner < 0:
                return ""
            scope = facts.definition.own_scope[owner]
            return f"{self._prefix(path)}{self.scope(path)[scope]}{name}."
        scope = scope_of(facts, entity)
        around = self.scope(path)[scope]
        is_function = facts.scope.kind[scope] == f.FUNCTION_SCOPE
        if kind == PARAMETER and is_function:
            return f"{self._prefix(path)}{around}({name})"
        if kind in (CLASS, FUNCTION):
            return f"{self._prefix(path)}{around}{name}{'#' if kind == CLASS else '().'}"
        if facts.scope.kind[scope] in _LOCAL_SCOPES:
            numbers = self._locals.setdefault(path, {})
            key = scope, facts.binding.name[row]
            return f"local {numbers.setdefault(key, len(numbers))}"
        return f"{self._prefix(path)}{around}{name}."

    def scope(self, path: str) -> list[str]:
        """Return the descriptors of each scope of a file, without those of its module."""
        found = self._scopes.get(path)
        if found is None:
            found = self._scopes[path] = _scopes(self._inference.need(path))
        return found

    def forget(self, path: str) -> None:
        """Let go of what is remembered of a file."""
        self._locals.pop(path, None)

    def _prefix(self, path: str) -> str:
        """Return the start of the symbols of a file, its module included."""
        found = self._prefixes.get(path)
        if found is None:
            module = self._index.module_name(path) or path
            found = f"{prefix(self._package(path))}{identifier(module)}/"
            self._prefixes[path] = found
        return found

    def _package(self, path: str) -> Package:
        if not Entity(MODULE, path, -1).is_outside:
            return project_of(self._index.workspace, path)
        search_path = self._index.search_path
        if search_path.layer(path) == "stdlib":
            return Package(STANDARD_LIBRARY, "{}.{}".format(*search_path.version))
        distribution = search_path.distribution(path)
        if distribution is None:
            module = self._index.module_name(path) or path
            return Package(module.partition(".")[0])
        return Package(distribution.name, distribution.version)


def _scopes(facts: FileFacts) -> list[str]:
    result: list[str] = []
    for row, kind in enumerate(facts.scope.kind):
        parent, definition = facts.scope.parent[row], facts.scope.definition[row]
        around = result[parent] if parent >= 0 else ""
        if kind in (f.CLASS_SCOPE, f.FUNCTION_SCOPE):
            name = identifier(facts.names[facts.definition.name[definition]])
            around += f"{name}#" if kind == f.CLASS_SCOPE else f"{name}()."
        result.append(around)
    return result


def project_of(workspace: Workspace, path: str) -> Package:
    """Return the project of the workspace that a file belongs to, as its build file says."""
    holding = [
        folder for folder in workspace.projects if not folder or path.startswith(folder + "/")
    ]
    folder = max(holding, key=len, default="")
    return _declared(workspace.absolute(folder))


@cache
def _declared(folder: str) -> Package:
    """Return name and version of the project in a folder, whose name is that of the folder else."""
    fallback = folder.rstrip("/").rpartition("/")[2] or "workspace"
    try:
        settings = tomllib.loads(read(f"{folder}/pyproject.toml").decode())
    except (UnreadableError, ValueError):
        return Package(fallback)
    tools = settings.get("tool")
    for table in (settings.get("project"), tools.get("poetry") if is_object(tools) else None):
        if is_object(table) and isinstance(name := table.get("name"), str) and name:
            stated = table.get("version")
            return Package(name, stated if isinstance(stated, str) else "")
    return Package(fallback)
