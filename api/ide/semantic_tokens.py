"""Semantic tokens: the kind of each name in a file.

Names are looked up in their own file, and what is imported is followed; attributes are judged by
how they are written, since an editor asks again after every key.
"""

from __future__ import annotations

import builtins
from bisect import bisect_left

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.facts_view import Occurrence
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, NAMESPACE
from ...indexer.inference.inference import Inference
from ...indexer.inference.names import import_target
from ...indexer.scope_map import scope_at

TYPES = (
    "namespace", "class", "function", "method", "property", "variable", "parameter",
    "typeParameter", "decorator", "enumMember",
)  # fmt: skip
MODIFIERS = ("declaration", "definition", "readonly", "async", "defaultLibrary", "static")

(
    _NAMESPACE, _CLASS, _FUNCTION, _METHOD, _PROPERTY, _VARIABLE, _PARAMETER, _TYPE_PARAMETER,
    _DECORATOR, _ENUM_MEMBER,
) = range(10)  # fmt: skip
_DECLARATION, _DEFINITION, _READONLY, _ASYNC, _LIBRARY, _STATIC = (1 << bit for bit in range(6))
_EXCEPTIONS = ("Error", "Exception", "Warning", "Exit", "Interrupt", "Iteration")


def semantic_tokens(
    inference: Inference, path: str, first: int, last: int
) -> list[tuple[int, int, int, int]]:
    """(start, length, type, modifiers) in bytes of the names between two offsets, in order."""
    facts = inference.need(path)
    classifier = _Classifier(inference, path, facts)
    found: list[tuple[int, int, int, int]] = []
    for each in facts_view.all_occurrences(facts):
        kind = classifier.kind(each) if first <= each.position < last else None
        if kind is not None:
            found.append((each.position, len(each.name.encode("utf-8", "replace")), *kind))
    found.sort()
    # A name can be there twice, as what an import names and what it binds.
    return [item for at, item in enumerate(found) if not at or found[at - 1][0] != item[0]]


class _Classifier:
    """Kinds of the names in one file."""

    def __init__(self, inference: Inference, path: str, facts: FileFacts) -> None:
        self._inference = inference
        self._path = path
        self._facts = facts
        self._imported: dict[int, tuple[int, int]] = {}
        self._known: dict[tuple[str, int], tuple[int, int] | None] = {}

    def kind(self, occurrence: Occurrence) -> tuple[int, int] | None:
        """Return (type, modifiers) of an occurrence; None if other highlighting covers it."""
        name, position, role, ref = occurrence
        plain = role & f.ROLE_MASK
        if plain == f.DEFINED:
            kind, modifiers = self._definition(ref)
            return kind, modifiers | _DEFINITION
        if plain == f.MODULE_ROLE:
            return _NAMESPACE, 0
        if plain == f.KEYWORD:
            return _PARAMETER, 0
        if plain == f.EXPORTED:
            return None
        if role & f.ATTRIBUTE_ROLE:
            if plain == f.CALLED:
                return (_CLASS if name[:1].isupper() and not name.isupper() else _METHOD), 0
            if plain in (f.INHERITED, f.ANNOTATED) or (name[:1].isupper() and not name.isupper()):
                return _CLASS, 0
            return _PROPERTY, _READONLY if name.isupper() else 0
        if plain == f.PARAMETER_ROLE:
            return _PARAMETER, _DECLARATION
        if plain == f.IMPORTED:
            return self._import(ref)
        found = self._plain(name, position)
        if found is None:
            return None
        if plain == f.WRITTEN:
            return found[0], found[1] | _DECLARATION
        return found

    def _definition(self, row: int) -> tuple[int, int]:
        table = self._facts.definition
        if table.kind[row] == f.CLASS:
            return _CLASS, 0
        flags = table.flags[row]
        modifiers = _ASYNC if flags & f.ASYNC else 0
        if flags & (f.STATIC | f.CLASSMETHOD):
            modifiers |= _STATIC
        scope = table.scope[row]
        kinds, parents = self._facts.scope.kind, self._facts.scope.parent
        while kinds[scope] == f.TYPE_SCOPE:
            scope = parents[scope]
        if kinds[scope] != f.CLASS_SCOPE:
            return _FUNCTION, modifiers
        return (_PROPERTY if flags & f.PROPERTY else _METHOD), modifiers

    def _import(self, row: int) -> tuple[int, int]:
        kept = self._imported.get(row)
        if kept is None:
            kept = _NAMESPACE, 0
            if self._facts.imports.name[row] != -1:
                kept = _VARIABLE, 0
                for item in import_target(self._inference, self._path, self._facts, row)[:1]:
                    kind = item.entity.kind
                    kept = {
                        CLASS: (_CLASS, 0),
                        FUNCTION: (_FUNCTION, 0),
                        MODULE: (_NAMESPACE, 0),
                        NAMESPACE: (_NAMESPACE, 0),
                    }.get(kind, kept)
            self._imported[row] = kept
        return kept

    def _plain(self, name: str, position: int) -> tuple[int, int] | None:
        key = name, scope_at(self._facts, position)
        if key not in self._known:
            self._known[key] = self._resolved(*key)
        return self._known[key]

    def _resolved(self, name: str, scope: int) -> tuple[int, int] | None:
        facts = self._facts
        row = facts.name_id(name)
        kinds, parents = facts.scope.kind, facts.scope.parent
        inner = True
        while scope >= 0:
            # The names of a class are seen in its own body only.
            if inner or kinds[scope] != f.CLASS_SCOPE:
                for binding in facts.bindings_of(scope, row):
                    if facts.binding.kind[binding] in (f.GLOBAL, f.NONLOCAL):
                        continue
                    return self._binding(binding, name, in_class=kinds[scope] == f.CLASS_SCOPE)
            inner = inner and kinds[scope] in (f.COMPREHENSION_SCOPE, f.TYPE_SCOPE)
            scope = parents[scope]
        return _builtin(name)

    def _binding(self, row: int, name: str, *, in_class: bool) -> tuple[int, int]:
        table = self._facts.binding
        kind, ref = table.kind[row], table.ref[row]
        if kind in (f.DEF_CLASS, f.DEF_FUNCTION):
            return self._definition(ref)
        if kind == f.PARAMETER:
            return _PARAMETER, 0
        if kind == f.IMPORT:
            return self._import(ref)
        if kind == f.TYPE_PARAMETER:
            return _TYPE_PARAMETER, 0
        if kind == f.TYPE_ALIAS:
            return _CLASS, 0
        readonly = _READONLY if name.isupper() else 0
        return (_PROPERTY if in_class else _VARIABLE), readonly


def _builtin(name: str) -> tuple[int, int] | None:
    """Kind of a name that the file does not bind; None when it is nothing known."""
    if not hasattr(builtins, name):
        return None
    if isinstance(getattr(builtins, name), type) or name.endswith(_EXCEPTIONS):
        return _CLASS, _LIBRARY
    return _FUNCTION, _LIBRARY


def edits(old: list[int], new: list[int]) -> list[tuple[int, int, list[int]]]:
    """(start, number deleted, numbers put there) that turn one list into another."""
    size = min(len(old), len(new))
    if old[:size] == new[:size]:
        same = size
    else:
        # The first difference, by bisection over equal beginnings.
        same = bisect_left(range(size), 1, key=lambda at: old[: at + 1] != new[: at + 1])
    tail = 0
    while tail < size - same and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    if same == len(old) == len(new):
        return []
    return [(same, len(old) - same - tail, new[same : len(new) - tail])]
