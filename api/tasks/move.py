"""Moving a class or function to another file, with the imports that it and its users need."""

from __future__ import annotations

import re

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import TEXTUAL, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.references import Reference, references
from ...indexer.scope_map import scope_at
from ..source.import_edits import import_edit
from ..source.text_edits import Edit

_READING = (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES)


def move_edits(inference: Inference, entity: Entity, to: str) -> list[Edit]:
    """Return the edits that move a definition of a module's top level to another file.

    It takes the imports of what it uses along; files that import it do so from its new place, and
    the file that it came from imports it if it still uses it. Raises InvalidArgumentsError.
    """
    source = entity.path
    facts = inference.need(source)
    if facts.definition.scope[entity.row] != 0:
        raise InvalidArgumentsError("only what stands at the top level of a file is moved")
    target = inference.snapshot.relative(to)
    if target == source:
        raise InvalidArgumentsError(f"it is in {target} already")
    if not inference.exists(target):
        raise InvalidArgumentsError(f"there is no file {target}: make it first, it may be empty")
    return _Move(inference, entity, target).edits()


class _Move:
    def __init__(self, inference: Inference, entity: Entity, target: str) -> None:
        self.inference = inference
        self.entity = entity
        self.source, self.target = entity.path, target
        self.name = name_of(inference, entity)
        modules = inference.snapshot.index
        self.old = modules.module_name(self.source) or ""
        self.new = modules.module_name(target) or ""
        if not self.new or not self.old:
            raise InvalidArgumentsError("only modules that can be imported are moved between")
        row, self.facts = entity.row, inference.need(self.source)
        self.start = self.facts.definition.start[row]
        self.end = self.facts.definition.end[row]

    def edits(self) -> list[Edit]:
        """Return all edits."""
        target = self.inference.need(self.target)
        if target.bindings_of(0, target.name_id(self.name)):
            raise InvalidArgumentsError(f"{self.target} has a {self.name} already")
        needed = self._needed()
        found, stays = self._users()
        imports_back = any(module == self.old for module, _, _ in needed)
        if stays and imports_back:
            raise InvalidArgumentsError(
                f"{self.source} and {self.target} would import each other: "
                f"move what {self.name} uses of {self.source} as well"
            )
        for module, name, alias in needed:
            if module != self.new:
                found += self._import(self.target, module, name, alias)
        if stays:
            found += self._import(self.source, self.new, self.name, "")
        # First, since of what is inserted at one place the last stands first: imports.
        return [*self._transplant(has_imports=bool(needed)), *found]

    def _transplant(self, *, has_imports: bool) -> list[Edit]:
        """Return the edits that cut the definition and put it at the end of the target."""
        text, into = self.inference.text(self.source), self.inference.text(self.target)
        code = text[self.start : self.end].decode("utf-8", "surrogateescape")
        rest = text[self.end :]
        end = self.end + len(rest) - len(rest.lstrip(b"\r\n"))
        lead = "\n\n" if into.strip() or has_imports else ""
        if into and not into.endswith(b"\n"):
            lead += "\n"
        return [
            Edit(self.source, self.start, end, ""),
            Edit(self.target, len(into), len(into), f"{lead}{code}\n"),
        ]

    def _needed(self) -> list[tuple[str, str, str]]:
        """Return (module, name, alias) of imports that the definition needs where it goes."""
        facts = self.facts
        names: dict[str, None] = {}
        for use in facts_view.all_occurrences(facts):
            inside = self.start <= use.position < self.end
            if not inside or use.role & f.ATTRIBUTE_ROLE or use.role & f.ROLE_MASK not in _READING:
                continue
            if use.name != self.name and self._is_global(use.name, use.position):
                names[use.name] = None
        found: list[tuple[str, str, str]] = []
        for name in names:
            rows = facts.bindings_of(0, facts.name_id(name))
            imported = [row for row in rows if facts.binding.kind[row] == f.IMPORT]
            found.append(self._import_of(imported[-1]) if imported else (self.old, name, ""))
        return found

    def _is_global(self, name: str, position: int) -> bool:
        """True if a name that is read at a position is one of the module."""
        facts = self.facts
        row = facts.name_id(name)
        scope = own = scope_at(facts, position)
        while scope > 0:
            is_seen = scope == own or facts.scope.kind[scope] != f.CLASS_SCOPE
            if is_seen and facts.bindings_of(scope, row):
                return False
            scope = facts.scope.parent[scope]
        return bool(facts.bindings_of(0, row))

    def _import_of(self, binding: int) -> tuple[str, str, str]:
        """Return (module, name, alias) of an import of the source, the module absolute."""
        facts = self.facts
        row = facts.binding.ref[binding]
        table = facts.imports
        module = self._absolute(facts.names[table.module[row]])
        name = facts.names[table.name[row]] if table.name[row] >= 0 else ""
        is_aliased = bool(table.flags[row] & f.ALIASED)
        return module, name, facts.names[table.bound[row]] if is_aliased else ""

    def _absolute(self, module: str) -> str:
        dots = len(module) - len(module.lstrip("."))
        if not dots:
            return module
        package = self.old.split(".")
        if not self.source.endswith("/__init__.py"):
            package = package[:-1]
        package = package[: len(package) - dots + 1]
        return ".".join([*package, *filter(None, [module.lstrip(".")])])

    def _import(self, path: str, module: str, name: str, alias: str) -> list[Edit]:
        edits = import_edit(self.inference, path, module, name)
        if not alias:
            return edits
        last = name or module
        return [
            Edit(each.path, each.start, each.end, f"{alias}".join(_split_behind(each.text, last)))
            for each in edits
        ]

    def _users(self) -> tuple[list[Edit], bool]:
        """Return edits of the imports of others, and True if the source still has to have it."""
        found: list[Edit] = []
        stays = False
        for each in references(self.inference, self.entity):
            if each.evidence >= TEXTUAL or each.role == f.DEFINED:
                continue
            if each.path == self.source:
                stays = stays or not self.start <= each.position < self.end
            elif each.role == f.IMPORTED:
                found += self._reimport(each)
            elif self._is_through_module(each):
                stays = True
        return found, stays

    def _is_through_module(self, use: Reference) -> bool:
        """True if a use names the module that it came from, as in ``module.name``."""
        facts = self.inference.need(use.path)
        return any(
            position == use.position and role & f.ATTRIBUTE_ROLE
            for role, position, _ in facts.occurrences(self.name)
        )

    def _reimport(self, use: Reference) -> list[Edit]:
        """Return the edits that import it from its new place where it is imported."""
        facts, text = self.inference.need(use.path), self.inference.text(use.path)
        table = facts.imports
        row = next((row for row, at in enumerate(table.position) if at == use.position), -1)
        if row < 0:
            return []
        is_aliased = bool(table.flags[row] & f.ALIASED)
        alias = facts.names[table.bound[row]] if is_aliased else ""
        others = [
            other
            for other, at in enumerate(table.position)
            if other != row and _statement(text, at) == _statement(text, use.position)
        ]
        removal = _without_name(use.path, text, use.position, alone=not others)
        if use.path == self.target:
            return [removal]
        added = self._import(use.path, self.new, self.name, alias)
        if any(each.overlaps(removal) or each.start == removal.end for each in added):
            # A statement of its own that would stand beside the one that goes takes its place.
            line = "".join(each.text for each in added).strip("\n")
            return [Edit(use.path, removal.start, removal.end, f"{line}\n")]
        return [removal, *added]


def _split_behind(text: str, word: str) -> tuple[str, str]:
    """Return a text before and behind where an alias of its last such word goes."""
    at = text.rindex(word) + len(word)
    return f"{text[:at]} as ", text[at:]


def _statement(text: bytes, position: int) -> int:
    """Return the start of the import statement that a position is in."""
    return max(text.rfind(b"from ", 0, position), 0)


def _without_name(path: str, text: bytes, position: int, *, alone: bool) -> Edit:
    """Return the edit that takes a name out of an import; all of it when it is ``alone``."""
    name = re.compile(rb"\w+(?:[ \t]+as[ \t]+\w+)?").match(text, position)
    assert name is not None
    end = name.end()
    if alone:
        start = text.rfind(b"\n", 0, _statement(text, position)) + 1
        closing = re.compile(rb"(?:[ \t,\r\n]*\))?[^\n]*\n?").match(text, end)
        return Edit(path, start, closing.end() if closing else end, "")
    behind = re.compile(rb"[ \t]*,[ \t]*(?:\n[ \t]*(?!\)))?").match(text, end)
    if behind is not None:
        return Edit(path, position, behind.end(), "")
    before = re.compile(rb",\s*$").search(text[:position])
    return Edit(path, before.start() if before else position, end, "")
