"""Moving modules and packages: what has to change in the files that import them, and in themselves.

Module names are rewritten as they are spelled: an absolute import stays absolute, a relative one
relative as long as both ends are in one package. A name that an import binds is renamed with the
module, unless something else needs it: then it stays, as ``import new as old``. Edits of a file
touch each place once; what cannot follow is told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from keyword import iskeyword

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import InvalidArgumentsError
from ...indexer.extract.source import extract_blob
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import MODULE, NAMESPACE, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.modules import imported_module
from ...indexer.inference.string_names import named_in_string, quoted
from ...indexer.paths import is_outside
from ...indexer.symbols import QUOTE, quoted_words
from ..source.cursor import Cursor
from ..source.mentions import Mention, entry_point_mentions, notebook_mentions

# start, end, text
Edit = tuple[int, int, str]


_FROM = re.compile(rb"\bfrom[ \t]+(\.[. \t]{0,64}[\w.]*|[\w.]+)[ \t\\\r\n]+import\b")
_SUFFIXES = (".py", ".pyi")
_USING = (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES, f.DELETED)


@dataclass(frozen=True, slots=True)
class Moved:
    """Edits by path, to be made before the files are moved; and the places that cannot follow."""

    edits: dict[str, list[Edit]] = field(default_factory=dict[str, list[Edit]])
    left: list[Mention] = field(default_factory=list[Mention])


class Moves:
    """Moved files by path, and modules by dotted name."""

    def __init__(self, inference: Inference, moves: list[tuple[str, str]]) -> None:
        """``moves`` are (old, new) paths of files or folders, relative to the workspace."""
        self.inference = inference
        self.paths: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        # Names of modules that other files take from a file that imports them.
        self.needed: set[tuple[str, str]] = set()
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


def file_rename_edits(inference: Inference, moves: list[tuple[str, str]]) -> Moved:
    """Return edits by path, to be made before the files are moved, and what is left.

    Raises InvalidArgumentsError when a file would not parse afterwards.
    """
    moving = Moves(inference, moves)
    if not moving.modules:
        return Moved()
    last_names = {name.rpartition(".")[2] for name in moving.modules}
    paths = set(moving.paths)
    for name in last_names:
        paths.update(inference.files_with(name))
        paths.update(inference.files_with(QUOTE + name))
    found = Moved()
    files: dict[str, _Rewriting] = {}
    for path in sorted(paths):
        facts = inference.facts(path)
        if facts is not None and not is_outside(path):
            files[path] = _Rewriting(moving, path, facts)
    for file in files.values():
        file.note_uses_of_others()
    for path, file in files.items():
        inference.snapshot.relax()
        edits = _outermost(file.edits())
        if edits:
            _check_parses(path, file, edits)
            found.edits[path] = edits
        found.left.extend(file.left)
    for name in moving.modules:
        found.left.extend(entry_point_mentions(inference, name))
        found.left.extend(notebook_mentions(inference, name.rpartition(".")[2]))
    found.left[:] = list(dict.fromkeys(found.left))
    return found


def module_moves(inference: Inference, path: str, offset: int, new: str) -> list[tuple[str, str]]:
    """Return old and new paths of what is to be moved to rename the module named at an offset.

    A package is its folder; a stub beside a module goes with it. Nothing where no module of the
    workspace is named by its own name. Raises InvalidArgumentsError for a new name that is none,
    or is taken.
    """
    occurrence = occurrence_at(inference, path, offset)
    found = entities_at(inference, path, occurrence) if occurrence is not None else []
    module = found[0].entity if len(found) == 1 else None
    if (
        occurrence is None
        or module is None
        or module.kind not in (MODULE, NAMESPACE)
        or module.is_outside
        or name_of(inference, module) != occurrence.name
    ):
        return []
    if not new.isidentifier() or iskeyword(new):
        raise InvalidArgumentsError(f"{new!r} is no name for a module.")
    stem, _, suffix = module.path.rpartition(".")
    if module.kind == NAMESPACE or stem.endswith("/__init__"):
        folder = module.path if module.kind == NAMESPACE else stem.rpartition("/")[0]
        moves = [(folder, _beside(folder, new))]
        taken = [f"{moves[0][1]}/__init__.py", f"{moves[0][1]}.py"]
    else:
        target = _beside(stem, new)
        both = [suffix, *({"py", "pyi"} - {suffix})]
        moves = [
            (f"{stem}.{each}", f"{target}.{each}")
            for each in both
            if inference.exists(f"{stem}.{each}")
        ]
        taken = [f"{target}/__init__.py", f"{target}.py"]
    for each in taken:
        if inference.exists(each):
            raise InvalidArgumentsError(f"{each} is there already.")
    return moves


def _beside(path: str, name: str) -> str:
    folder, slash, _ = path.rpartition("/")
    return f"{folder}{slash}{name}"


def _outermost(edits: list[Edit]) -> list[Edit]:
    """Return edits in order, each place once: of two that overlap, the longer one."""
    kept: list[Edit] = []
    for edit in sorted(set(edits), key=lambda edit: (edit[0] - edit[1], edit)):
        start, end, _ = edit
        if not any(
            (start < other[1] and other[0] < end) or (start, end) == other[:2] for other in kept
        ):
            kept.append(edit)
    return sorted(kept)


def _check_parses(path: str, file: _Rewriting, edits: list[Edit]) -> None:
    text = file.text
    for start, end, new in reversed(edits):
        text = text[:start] + new.encode() + text[end:]
    if len(FileFacts(extract_blob(text)).errors.start) > len(file.facts.errors.start):
        raise InvalidArgumentsError(f"{path} would not parse after the move.")


class _Rewriting:
    """The imports of one file, and its uses of the modules that they bring."""

    def __init__(self, moves: Moves, path: str, facts: FileFacts) -> None:
        self.moves = moves
        self.inference = moves.inference
        self.path = path
        self.facts = facts
        self.text = moves.inference.text(path)
        self.found: list[Edit] = []
        self.left: list[Mention] = []
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
            self._from(spans[place][0], spans[place][1], spans[place][2], rows)
        self._uses()
        self._strings()
        return self.found

    def note_uses_of_others(self) -> None:
        """Note the names of modules that this file takes from files that import them."""
        for old in self.moves.modules:
            last = old.rpartition(".")[2]
            for role, _, ref in self.facts.occurrences(last):
                if role & f.ROLE_MASK == f.IMPORTED:
                    module = self.facts.names[self.facts.imports.module[ref]]
                    source = imported_module(self.inference, self.path, module)
                elif role & f.ATTRIBUTE_ROLE and role & f.ROLE_MASK in _USING:
                    attribute = facts_view.attribute(self.facts, ref)
                    if attribute is None:
                        continue
                    named = self.inference.definitions_of(self.path, attribute.receiver)
                    source = named[0].entity if named else None
                else:
                    continue
                if source is not None and source.kind == MODULE:
                    self.moves.needed.add((source.path, last))

    def _keeps(self, name: str, new: str) -> bool:
        """True if a name that an import binds has to stay when the module is called otherwise.

        Something else binds it or needs it, or the new name means something here already.
        """
        bindings, facts = self.facts.binding, self.facts
        row = facts.name_id(name)
        rebound = any(bindings.kind[each] != f.IMPORT for each in facts.bindings_named(row))
        package = self._package_init()
        needed = (self.path, name) in self.moves.needed and not (
            package and f"{package}.{name}" in self.moves.modules
        )
        return rebound or needed or self._means_something(new)

    def _means_something(self, name: str) -> bool:
        """True if a name is used in this file, other than for a module that moves."""
        for role, _, ref in self.facts.occurrences(name):
            kind = role & f.ROLE_MASK
            if role & f.ATTRIBUTE_ROLE or kind in (f.MODULE_ROLE, f.KEYWORD, f.EXPORTED):
                continue
            if kind == f.IMPORTED:
                module = self._target(self.facts.names[self.facts.imports.module[ref]])
                if self.moves.module(f"{module}.{name}") != f"{module}.{name}":
                    continue
            elif kind in _USING:
                named = self.inference.definitions_of(self.path, ref)
                modules = (*self.moves.modules, name)
                if any(self._is_module(item.entity, each) for item in named for each in modules):
                    continue
            return True
        return False

    def _package_init(self) -> str:
        """Return the name of the package that this file is the ``__init__`` of, if it is one."""
        is_package = self.path.rpartition("/")[2].startswith("__init__.")
        return self.before if is_package else ""

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
        table = self.facts.imports
        spelled = self.facts.names[table.module[row]]
        target = self.moves.module(spelled)
        start = table.position[row]
        end = start + len(spelled.encode())
        if target == spelled or not self._is_ours(spelled) or self.text[start:end] != (
            spelled.encode()
        ):  # fmt: skip
            return
        if not table.flags[row] & f.ALIASED:
            stays = self._staying_package(spelled)
            if "." not in spelled and ("." in target or self._keeps(spelled, target)):
                target = f"{target} as {spelled}"
            elif stays and self._reads_package(stays):
                target = f"{stays}, {target}"
        self.found.append((start, end, target))

    def _staying_package(self, module: str) -> str:
        """Return the innermost package around a module that does not move."""
        package = module.rpartition(".")[0]
        while package and self.moves.module(package) != package:
            package = package.rpartition(".")[0]
        return package

    def _reads_package(self, package: str) -> bool:
        """True if anything is read of a package but modules that move."""
        root = package.partition(".")[0]
        for role, position, _ in self.facts.occurrences(root):
            if role & f.ATTRIBUTE_ROLE or role & f.ROLE_MASK not in _USING:
                continue
            written = re.compile(rb"[\w. \t]+").match(self.text, position)
            spelled = b"".join(written[0].split()).decode() if written else ""
            if self.moves.module(spelled) == spelled:
                return True
        return False

    def _bound_after(self) -> set[str]:
        """Return the names that imports of modules bind after the move, where they name these."""
        table, names = self.facts.imports, self.facts.names
        found: set[str] = set()
        for row, module in enumerate(table.module):
            spelled = self._target(names[module])
            if table.name[row] == -1 and not table.flags[row] & f.ALIASED:
                target = self.moves.module(spelled)
                if "." in spelled or "." not in target:
                    found.add(target.partition(".")[0])
                    found.add(self._staying_package(spelled).partition(".")[0])
            elif table.name[row] >= 0:
                target = self.moves.module(f"{spelled}.{names[table.name[row]]}")
                if "." not in target and names[table.bound[row]] == target:
                    found.add(target)
        return found

    def _from(self, at: int, start: int, end: int, rows: list[int]) -> None:
        """Rewrite ``from a import b, c``: the module, and names that are modules themselves.

        ``at`` is where the statement starts; ``start`` and ``end`` are of the module's name.
        """
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
        if leaving and len(leaving) == len(rows):
            self._replace(at, rows, leaving, written)
            return
        if leaving:
            self._split(at, rows, leaving, written)
        if module and module != written and (module != old or written != old):
            self.found.append((start, end, module))

    def _rename_imported(self, row: int, new: str) -> None:
        """Rename what an import of a name imports."""
        table = self.facts.imports
        name, position = self.facts.names[table.name[row]], table.position[row]
        if new != name:
            kept = not table.flags[row] & f.ALIASED and self._keeps(name, new)
            text = f"{new} as {name}" if kept else new
            self.found.append((position, position + len(name.encode()), text))

    def _replace(
        self, at: int, rows: list[int], leaving: list[tuple[int, str]], written: str
    ) -> None:
        """Rewrite a statement all of whose names leave for other packages."""
        table, names = self.facts.imports, self.facts.names
        end = self._end_of(rows[-1])
        opened = self.text.rfind(b"(", at, table.position[rows[0]])
        if opened >= 0:
            closed = self.text.find(b")", end)
            if closed < 0:
                return
            end = closed + 1
        by_module: dict[str, list[str]] = {}
        for row, moved in leaving:
            parent, _, last = moved.rpartition(".")
            module = self._respelled(written, parent) if parent else ""
            bound = names[table.bound[row]]
            aliased = table.flags[row] & f.ALIASED or (last != bound and self._keeps(bound, last))
            by_module.setdefault(module, []).append(f"{last} as {bound}" if aliased else last)
        text = self._separator(at).join(
            f"from {module} import {', '.join(listed)}" if module else f"import {', '.join(listed)}"
            for module, listed in by_module.items()
        )
        self.found.append((at, end, text))

    def _separator(self, at: int) -> str:
        """Return what stands between statements where one becomes several."""
        indent = self.text[self.text.rfind(b"\n", 0, at) + 1 : at]
        return "\n" + indent.decode() if not indent.strip() else "; "

    def _end_of(self, row: int) -> int:
        table = self.facts.imports
        return table.bound_position[row] + len(self.facts.names[table.bound[row]].encode())

    def _split(
        self, at: int, rows: list[int], leaving: list[tuple[int, str]], written: str
    ) -> None:
        """Take names that moved elsewhere out of a statement, and import them by others."""
        table, names = self.facts.imports, self.facts.names
        gone = {row for row, _ in leaving}
        added = ""
        for row, moved in leaving:
            parent, _, last = moved.rpartition(".")
            bound = names[table.bound[row]]
            aliased = table.flags[row] & f.ALIASED or (last != bound and self._keeps(bound, last))
            name = f"{last} as {bound}" if aliased else last
            module = self._respelled(written, parent) if parent else ""
            added += f"from {module} import {name}" if module else f"import {name}"
            added += self._separator(at)
        staying = [place for place, row in enumerate(rows) if row not in gone]
        for place, row in enumerate(rows):
            # With the comma behind it; behind the last that stays, with the comma before it.
            if row in gone and place < staying[-1]:
                self.found.append((table.position[row], table.position[rows[place + 1]], ""))
        last = rows[staying[-1]]
        if last != rows[-1]:
            self.found.append((self._end_of(last), self._end_of(rows[-1]), ""))
        self.found.append((at, at, added))

    def _uses(self) -> None:
        """Rewrite uses: ``a.b.f`` behind ``import a.b``, ``b.f`` behind ``from a import b``."""
        for old, new in self.moves.modules.items():
            last, wanted = old.rpartition(".")[2], new.rpartition(".")[2]
            for role, position, ref in self.facts.occurrences(last):
                kind = role & f.ROLE_MASK
                if kind not in _USING:
                    continue
                end = position + len(last.encode())
                named = self.inference.definitions_of(self.path, ref)
                if not any(self._is_module(item.entity, old) for item in named):
                    continue
                cursor = Cursor(self.facts, self.text, end)
                start = cursor.expression_start(end)
                written = b"".join(self.text[start:end].split()).decode("utf-8", "replace")
                if "." not in written:
                    if not self._is_alias(written, last) and self._is_renamed(written, old, new):
                        self.found.append((start, end, wanted))
                elif written == old and (
                    (
                        new.partition(".")[0] in self._bound_after()
                        and not self._means_something(new.partition(".")[0])
                    )
                    or new.partition(".")[0] == old.partition(".")[0]
                ):
                    self.found.append((start, end, new))
                else:
                    self._use_of_attribute(position, start, end, old, new)
        self._exported()

    def _exported(self) -> None:
        """Rename modules that ``__all__`` of their package lists."""
        package = self._package_init()
        for old, new in self.moves.modules.items():
            parent, _, last = old.rpartition(".")
            if parent != package or not package:
                continue
            for role, position, _ in self.facts.occurrences(last):
                if role & f.ROLE_MASK != f.EXPORTED or self.facts.bindings_named(
                    self.facts.name_id(last)
                ):
                    continue
                if self.moves.module(parent) == new.rpartition(".")[0]:
                    wanted = new.rpartition(".")[2]
                    self.found.append((position, position + len(last.encode()), wanted))
                else:
                    self.left.append(Mention(self.path, self.facts.line_of(position)))

    def _is_renamed(self, name: str, old: str, new: str) -> bool:
        """True if the import that binds a module's name binds its new one after the move."""
        last = new.rpartition(".")[2]
        rows = [
            row
            for row, bound in enumerate(self.facts.imports.bound)
            if bound >= 0 and self.facts.names[bound] == name
        ]
        is_plain = any(self.facts.imports.name[row] == -1 for row in rows)
        if is_plain and "." in new:
            return False  # it became `import pkg.new as old`
        del old
        return last != name and not self._keeps(name, last)

    def _use_of_attribute(self, position: int, start: int, end: int, old: str, new: str) -> None:
        """Rewrite ``b.c`` for the module ``a.b.c``, or note that it cannot follow."""
        last, wanted = old.rpartition(".")[2], new.rpartition(".")[2]
        package = old.rpartition(".")[0]
        named = self._receiver(position)
        if named is not None and not self._is_module(named, package):
            return  # a module that imports it keeps its own name for it
        if self.moves.module(package) == new.rpartition(".")[0]:
            if wanted != last:
                self.found.append((position, end, wanted))
            return
        root = new.partition(".")[0]
        if named is not None and root in self._bound_after() and not self._means_something(root):
            self.found.append((start, end, new))
        else:
            self.left.append(Mention(self.path, self.facts.line_of(position)))

    def _receiver(self, position: int) -> Entity | None:
        """Return what the receiver of the attribute at a position is, if that is one thing."""
        for attribute in facts_view.attributes(self.facts):
            if attribute.position == position:
                named = self.inference.definitions_of(self.path, attribute.receiver)
                return named[0].entity if len(named) == 1 else None
        return None

    def _strings(self) -> None:
        """Rewrite ``import_module("a.b")`` and the like; other strings of a module are told."""
        for old, new in self.moves.modules.items():
            last = old.rpartition(".")[2]
            for position, string in quoted(self.facts, self.text, last):
                text = facts_view.string(self.facts, string) or ""
                if last not in quoted_words(text):
                    continue
                start = self.text.find(text.encode(), self.facts.expr.position[string])
                end = position + len(last.encode())
                if self.text[start:end] != old.encode():
                    continue
                if self.text[end : end + 1] not in (b".", b":", b"'", b'"'):
                    continue
                named = named_in_string(self.inference, self.path, position, string)
                if any(self._is_module(item.entity, old) for item in named):
                    self.found.append((start, end, new))
                elif "." in old:
                    self.left.append(Mention(self.path, self.facts.line_of(position)))

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
