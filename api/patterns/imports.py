"""Imports that the names in a skeleton need, found where other members have them from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.inference import Inference
from ...indexer.inference.names import builtin_name
from ..source.import_edits import key_of, name_key, relative_to

# A name, but not that of a keyword argument.
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*+(?!\s*=(?!=))")
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'")
_KEYWORDS = frozenset(
    ["None", "True", "False", "and", "or", "not", "if", "else", "for", "in", "is", "lambda",
     "await", "async"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Import:
    """An import of a name from a module, or of the module."""

    module: str
    name: str
    """Empty for the module itself."""
    alias: str
    """Empty where there is none."""
    is_for_types: bool = field(kw_only=True, default=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """Key by which imports are equal."""
        return self.module, self.name, self.alias


def names_in(written: str, *, quoted: bool = False) -> list[str]:
    """Return the names that parts of an expression begin with; those in strings if ``quoted``."""
    if not quoted:
        written = _STRINGS.sub("", written)
    return [name for name in _WORD.findall(written) if name not in _KEYWORDS]


class ImportFinder:
    """Finds names where the members of a family have them from."""

    def __init__(self, inference: Inference, into: str, sources: Iterable[str]) -> None:
        """``into`` is where the names are wanted, ``sources`` the files to look into, in order."""
        self.inference = inference
        self.into = into
        self.sources = list(dict.fromkeys(sources))
        self.needed: dict[tuple[str, str, str], Import] = {}
        self.own: set[str] = set()
        """Names that the skeleton defines itself."""
        self.preamble: list[str] = []
        """Assignments that every file of the kind makes for itself: `app = FastAPI()`."""
        self._target_facts = inference.facts(into) if into and inference.exists(into) else None

    def knows(self, written: str, *, quoted: bool = False, is_type: bool = False) -> bool:
        """True if all names of an expression are available; notes the imports that they take."""
        wanted: list[Import] = []
        for name in names_in(written, quoted=quoted):
            if name in self.own or self._is_bound(name) or self._is_assigned_by_most(name):
                continue
            found = self.origin(name)
            if found is None:
                if builtin_name(self.inference, name):
                    continue
                return False
            if found.is_for_types and not is_type:
                found = Import(found.module, found.name, found.alias)
            wanted.append(found)
        for each in wanted:
            before = self.needed.get(each.key)
            if before is None or before.is_for_types:
                self.needed[each.key] = each
        return True

    def _is_bound(self, name: str) -> bool:
        return bool(_module_bindings(self._target_facts, name))

    def _is_assigned_by_most(self, name: str) -> bool:
        """True if most sources define a variable of this name themselves."""
        made: list[str] = []
        having = 0
        for path in self.sources:
            facts = self.inference.facts(path)
            rows = _module_bindings(facts, name)
            having += bool(rows)
            if facts is not None and rows and facts.binding.kind[rows[0]] == f.ASSIGN:
                text = self.inference.text(path)
                start = facts.binding.position[rows[0]]
                line = text[start : text.find(b"\n", start)].decode("utf-8", "replace")
                if re.fullmatch(r"\w+ = [\w.]+\(\)", line.strip()):
                    made.append(line.strip())
        if having < 2 or len(made) * 2 <= having:
            return False
        line = max(sorted(set(made)), key=made.count)
        self.own.add(name)
        if not self.knows(line.partition("=")[2]):
            self.own.discard(name)
            return False
        self.preamble.append(line)
        return True

    def origin(self, name: str) -> Import | None:
        """Return the import by which a source has a name, or by which others take it from there."""
        for path in self.sources:
            facts = self.inference.facts(path)
            if facts is None:
                continue
            for binding in _module_bindings(facts, name):
                kind, ref = facts.binding.kind[binding], facts.binding.ref[binding]
                if kind == f.IMPORT:
                    table = facts.imports
                    module = absolute_module(self.inference, path, facts.names[table.module[ref]])
                    imported = table.name[ref]
                    flags = table.flags[ref]
                    if flags & (f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH) or imported < -1:
                        continue
                    original = facts.names[imported] if imported >= 0 else ""
                    if not original and module.partition(".")[0] == name:
                        return Import(module, "", "")
                    alias = name if name != (original or module) else ""
                    for_types = bool(flags & f.TYPE_CHECKING_ONLY)
                    return Import(module, original, alias, is_for_types=for_types)
                module = self.inference.snapshot.index.module_name(path)
                if module and kind in (f.DEF_CLASS, f.DEF_FUNCTION, f.ASSIGN, f.DECLARE):
                    return Import(module, name, "")
        return None

    def text(self) -> str:
        """Return the import statements, each section apart; empty if nothing is to be imported."""
        for_types = [each for each in self.needed.values() if each.is_for_types]
        plain = [each for each in self.needed.values() if not each.is_for_types]
        lines: list[str] = []
        is_new = self._target_facts is None or not len(self._target_facts.binding.name)
        if not _has_future(self._target_facts) and (for_types or (is_new and self._uses_future())):
            lines += ["from __future__ import annotations", ""]
        guard = self._guard(plain) if for_types else ""
        lines += self._statements(plain)
        if for_types:
            lines += ["", f"if {guard}:"] if lines else [f"if {guard}:"]
            lines += [f"    {line}" if line else "" for line in self._statements(for_types)]
        if self.preamble:
            lines += ["", *self.preamble]
        text = "\n".join(lines).strip("\n")
        return text + "\n" if text else ""

    def _guard(self, plain: list[Import]) -> str:
        """Return how the siblings spell ``TYPE_CHECKING``, noting the import that it takes."""
        if self._is_bound("TYPE_CHECKING"):
            return "TYPE_CHECKING"
        by_name = self.origin("TYPE_CHECKING")
        if by_name is not None and by_name.module == "typing":
            plain.append(by_name)
            return "TYPE_CHECKING"
        for name in ("t", "typing", "tp"):
            if self._is_bound(name):
                continue  # whatever it is there
            found = self.origin(name)
            if found is not None and found.module == "typing" and not found.name:
                if all(each.key != found.key for each in plain):
                    plain.append(found)
                return f"{name}.TYPE_CHECKING"
        plain.append(Import("typing", "TYPE_CHECKING", ""))
        return "TYPE_CHECKING"

    def _uses_future(self) -> bool:
        sources = self.sources[:5]
        return 2 * sum(_has_future(self.inference.facts(path)) for path in sources) > len(sources)

    def _statements(self, imports: list[Import]) -> list[str]:
        by_module: dict[str, list[Import]] = {}
        plain: list[tuple[tuple[int, int, str], str]] = []
        for each in imports:
            module = self._spelled(each.module) if each.name else each.module
            if each.alias or not each.name:
                key = key_of(self.inference, module, is_from=bool(each.name))
                alias = f" as {each.alias}" if each.alias else ""
                line = f"from {module} import {each.name}" if each.name else f"import {module}"
                plain.append((key, line + alias))
            else:
                by_module.setdefault(module, []).append(each)
        for module, each in by_module.items():
            names = sorted({one.name for one in each}, key=name_key)
            key = key_of(self.inference, module, is_from=True)
            plain.append((key, f"from {module} import {', '.join(names)}"))
        plain.sort()
        lines: list[str] = []
        for at, (key, line) in enumerate(plain):
            if at and plain[at - 1][0][0] != key[0]:
                lines.append("")
            lines.append(line)
        return lines

    def _spelled(self, module: str) -> str:
        """Return a module as files near the skeleton spell it: relative or absolute."""
        own = self.inference.snapshot.index.module_name(self.into) or ""
        near = self.into.rpartition("/")[0]
        paths = [self.into, *self.sources] if self._target_facts is not None else self.sources
        relative = whole = 0
        top = own.partition(".")[0]
        for path in [each for each in paths if each.rpartition("/")[0] == near][:5]:
            facts = self.inference.facts(path)
            for row in facts.imports.module if facts is not None else ():
                spelled = facts.names[row] if facts is not None else ""
                relative += spelled.startswith(".")
                whole += spelled.partition(".")[0] == top
        if relative <= whole:
            return module
        return relative_to(own, module, is_package=self.into.endswith("/__init__.py"))


def _has_future(facts: FileFacts | None) -> bool:
    """True if a file has an import from ``__future__``."""
    return facts is not None and any(flag & f.FUTURE for flag in facts.imports.flags)


def _module_bindings(facts: FileFacts | None, name: str) -> list[int]:
    """Return the rows of the bindings of a name at the top level of a file."""
    row = facts.name_id(name) if facts is not None else -1
    return list(facts.bindings_of(0, row)) if facts is not None and row >= 0 else []


def absolute_module(inference: Inference, path: str, module: str) -> str:
    """Return the full name of a module that a file imports by a relative one."""
    if not module.startswith("."):
        return module
    own = (inference.snapshot.index.module_name(path) or "").split(".")
    dots = len(module) - len(module.lstrip("."))
    up = dots - 1 if path.endswith("/__init__.py") else dots
    package = own[: len(own) - up] if up <= len(own) else []
    return ".".join(part for part in (*package, module.lstrip(".")) if part)
