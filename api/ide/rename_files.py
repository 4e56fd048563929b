"""Moving modules and packages: what has to change in the files that import them, and in themselves.

Module names are rewritten as they are spelled: an absolute import stays absolute, a relative one
relative as long as both ends are in one package.
"""

from __future__ import annotations

import re

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import MODULE, NAMESPACE, Entity
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.paths import is_outside
from ..source.cursor import Cursor

# start, end, text
Edit = tuple[int, int, str]


_FROM = re.compile(rb"\bfrom[ \t]+(\.[. \t]{0,64}[\w.]*|[\w.]+)[ \t\\\r\n]+import\b")
_SUFFIXES = (".py", ".pyi")


class Moves:
    """Moved files by path, and modules by dotted name."""

    def __init__(self, inference: Inference, moves: list[tuple[str, str]]) -> None:
        """``moves`` are (old, new) paths of files or folders, relative to the workspace."""
        self.inference = inference
        self.paths: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        for old, new in moves:
            if old.endswith(_SUFFIXES):
                self._add(old, new)
                continue
            for path in inference.snapshot.paths():
                if path.startswith(old + "/"):
                    self._add(path, new + path[len(old) :])
            names = self._name(f"{old}/__init__.py"), self._name(f"{new}/__init__.py")
            if all(names):
                self.modules.setdefault(*names)

    def _add(self, old: str, new: str) -> None:
        self.paths[old] = new
        before, after = self._name(old), self._name(new)
        if before and after and before != after:
            self.modules[before] = after

    def _name(self, path: str) -> str:
        return self.inference.snapshot.index.module_name(path) or ""

    def module(self, name: str) -> str:
        """Return the name of a module after the move."""
        head, tail = name, ""
        while head:
            if head in self.modules:
                return self.modules[head] + tail
            head, _, last = head.rpartition(".")
            tail = f".{last}{tail}"
        return name

    def package(self, path: str, *, after: bool) -> str:
        """Return the dotted name of the package that a file's relative imports start from."""
        path = self.paths.get(path, path) if after else path
        folder = path.rpartition("/")[0]
        return self._name(f"{folder}/__init__.py") or folder.replace("/", ".")


def file_rename_edits(inference: Inference, moves: list[tuple[str, str]]) -> dict[str, list[Edit]]:
    """Return edits by path, to be made before the files are moved."""
    moving = Moves(inference, moves)
    if not moving.modules:
        return {}
    paths = set(moving.paths)
    for name in moving.modules:
        paths.update(inference.files_with(name.rpartition(".")[2]))
    found: dict[str, list[Edit]] = {}
    for path in sorted(paths):
        facts = inference.facts(path)
        if facts is None or is_outside(path):
            continue
        inference.snapshot.relax()
        changed = _Rewriting(moving, path, facts).edits()
        if changed:
            found[path] = sorted(set(changed))
    return found


class _Rewriting:
    """The imports of one file, and its uses of the modules that they bring."""

    def __init__(self, moves: Moves, path: str, facts: FileFacts) -> None:
        self.moves = moves
        self.inference = moves.inference
        self.path = path
        self.facts = facts
        self.text = moves.inference.text(path)
        self.found: list[Edit] = []
        self.before = moves.package(path, after=False)
        self.after = moves.package(path, after=True)

    def edits(self) -> list[Edit]:
        statements: dict[int, list[int]] = {}
        spans = [(found.start(), *found.span(1)) for found in _FROM.finditer(self.text)]
        for row, name in enumerate(self.facts.imports.name):
            position = self.facts.imports.position[row]
            if name == -1:
                self._plain(row)
            else:
                places = [place for place, span in enumerate(spans) if span[0] < position]
                if places:
                    statements.setdefault(places[-1], []).append(row)
        for place, rows in statements.items():
            self._from(spans[place][1], spans[place][2], rows)
        self._uses()
        return self.found

    def _target(self, spelled: str) -> str:
        """Return the absolute name of a module as it is spelled in this file."""
        rest = spelled.lstrip(".")
        level = len(spelled) - len(rest)
        if not level:
            return spelled
        parts = self.before.split(".") if self.before else []
        kept = parts[: len(parts) - (level - 1)] if level > 1 else parts
        return ".".join([*kept, rest] if rest else kept)

    def _respelled(self, spelled: str, target: str) -> str:
        """Return how this file spells a module after the move."""
        if not spelled.startswith("."):
            return target
        package, wanted = self.after.split("."), target.split(".")
        common = 0
        while common < min(len(package), len(wanted)) and package[common] == wanted[common]:
            common += 1
        if not common:
            return target
        return "." * (len(package) - common + 1) + ".".join(wanted[common:])

    def _is_ours(self, spelled: str) -> bool:
        """True if a spelling resolves to a module or package of the workspace."""
        entity = imported_module(self.inference, self.path, spelled)
        return entity.kind in (MODULE, NAMESPACE) and not entity.is_outside

    def _plain(self, row: int) -> None:
        """Rewrite ``import a.b``."""
        spelled = self.facts.names[self.facts.imports.module[row]]
        target = self.moves.module(spelled)
        start = self.facts.imports.position[row]
        end = start + len(spelled.encode())
        if target != spelled and self._is_ours(spelled) and self.text[start:end] == (
            spelled.encode()
        ):  # fmt: skip
            self.found.append((start, end, target))

    def _from(self, start: int, end: int, rows: list[int]) -> None:
        """Rewrite ``from a import b, c``: the module, and names that are modules themselves."""
        written = b"".join(self.text[start:end].split()).decode()
        old = self._target(written)
        table, names = self.facts.imports, self.facts.names
        module = self._respelled(written, self.moves.module(old))
        leaving: list[tuple[int, str]] = []
        for row in rows:
            if table.name[row] < 0:
                continue
            name = names[table.name[row]]
            inner = f"{old}.{name}" if old else name
            moved = self.moves.modules.get(inner)
            if moved is None:
                continue
            parent, _, last = moved.rpartition(".")
            if parent == self.moves.module(old):
                self._rename_imported(row, last)
            else:
                leaving.append((row, moved))
        if leaving and len(leaving) == len(rows) == 1:
            _, moved = leaving[0]
            parent, _, last = moved.rpartition(".")
            row = rows[0]
            module = self._respelled(written, parent) if parent else ""
            self._rename_imported(row, last)
        elif leaving:
            self._split(start, rows, leaving, written)
        if module and module != written and (module != old or written != old):
            self.found.append((start, end, module))

    def _rename_imported(self, row: int, new: str) -> None:
        """Rename what an import of a name imports."""
        table = self.facts.imports
        name, position = self.facts.names[table.name[row]], table.position[row]
        if new != name:
            self.found.append((position, position + len(name.encode()), new))

    def _split(
        self, start: int, rows: list[int], leaving: list[tuple[int, str]], written: str
    ) -> None:
        """Take names that moved elsewhere out of a statement, and import them by another one."""
        table, names = self.facts.imports, self.facts.names
        line_start = self.text.rfind(b"\n", 0, start) + 1
        indent = self.text[line_start:start].partition(b"from")[0].decode()
        added = ""
        for row, moved in leaving:
            parent, _, last = moved.rpartition(".")
            bound = names[table.bound[row]]
            alias = f" as {bound}" if table.flags[row] & f.ALIASED else ""
            module = self._respelled(written, parent)
            added += f"{indent}from {module} import {last}{alias}\n"
            first = table.position[row]
            behind = table.bound_position[row] + len(bound.encode())
            place = rows.index(row)
            if place + 1 < len(rows):
                behind = table.position[rows[place + 1]]
            else:
                previous = rows[place - 1]
                bound = names[table.bound[previous]]
                first = table.bound_position[previous] + len(bound.encode())
            self.found.append((first, behind, ""))
        self.found.append((line_start, line_start, added))

    def _uses(self) -> None:
        """Rewrite uses: ``a.b.f`` behind ``import a.b``, ``b.f`` behind ``from a import b``."""
        for old, new in self.moves.modules.items():
            last, wanted = old.rpartition(".")[2], new.rpartition(".")[2]
            for role, position, ref in self.facts.occurrences(last):
                kind = role & f.ROLE_MASK
                if kind not in (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES):
                    continue
                end = position + len(last.encode())
                named = self.inference.definitions_of(self.path, ref)
                if not any(self._is_module(item.entity, old) for item in named):
                    continue
                cursor = Cursor(self.facts, self.text, end)
                start = cursor.expression_start(end)
                written = b"".join(self.text[start:end].split()).decode("utf-8", "replace")
                if written == old:
                    self.found.append((start, end, new))
                elif wanted != last and not self._is_alias(written, last):
                    self.found.append((position, end, wanted))

    def _is_module(self, entity: Entity, dotted: str) -> bool:
        kind, path, _ = entity
        if kind not in (MODULE, NAMESPACE):
            return False
        return (self.inference.snapshot.index.module_name(path) or path.replace("/", ".")) == dotted

    def _is_alias(self, written: str, last: str) -> bool:
        """True if a name is an alias that an import binds with ``as``."""
        if written != last:
            return False
        row = self.facts.name_id(last)
        bound, flags = self.facts.imports.bound, self.facts.imports.flags
        return any(flags[index] & f.ALIASED for index, each in enumerate(bound) if each == row)
