"""The context of a check: a file with its facts, and the part of it that an edit may have broken.

Local variables of a function mean nothing outside of it; all else is found by its name. So an edit
of one function in a long file costs the check of one function.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from functools import cached_property

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import access_path, enclosing_call, last_name
from ...indexer.inference.dead_code import never_runs
from ...indexer.inference.entities import MODULE, OUTSIDE
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.inference.query_cache import cached
from ...indexer.inference.types import without_none
from ...indexer.scope_map import blocks_around, scope_at
from ..source.ranges import is_in_brackets
from ..source.text_edits import hunks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


Regions = list[tuple[int, int]]


def changed_spans(
    old: bytes, old_facts: FileFacts, new: bytes, new_facts: FileFacts
) -> tuple[Regions, Regions]:
    """Return (start, end) of the regions in which two texts of a file differ: old and new ones.

    Each is a whole function, or lines outside of all functions; they are in order.
    """
    old_lines, new_lines = old.split(b"\n"), new.split(b"\n")
    changes = hunks(old_lines, new_lines)
    return (
        _widened(old_facts, [(a, b) for a, b, _, _ in changes]),
        _widened(new_facts, [(c, d) for _, _, c, d in changes]),
    )


def statements(old: bytes, new: bytes, new_facts: FileFacts) -> Regions:
    """Return (start, end) of the statements of the new text that are not in the old one, in order.

    Far less than :func:`changed_spans`: what was written, not what it does to its function.
    """
    starts = new_facts.line_starts
    last = len(starts) - 1
    found: Regions = []
    for _, _, first, until in hunks(old.split(b"\n"), new.split(b"\n")):
        while 0 < first < last and is_in_brackets(new, starts[first]):
            first -= 1
        found.append((starts[min(first, last)], starts[min(until, last)] + 1))
    return found


def _widened(facts: FileFacts, lines: list[tuple[int, int]]) -> Regions:
    """Return byte ranges of lines, widened to the outermost functions that they touch."""
    table = facts.definition
    starts = facts.line_starts
    last = len(starts) - 1
    functions = [
        (start, table.end[row])
        for row, start in enumerate(table.start)
        if table.kind[row] == f.FUNCTION
    ]
    found: Regions = []
    for first, until in lines:
        start, end = starts[min(first, last)], starts[min(until, last)]
        for function_start, function_end in functions:
            if function_start <= end and start <= function_end:
                start, end = min(start, function_start), max(end, function_end)
        found.append((start, end + 1))
    return sorted(found)


# Bytes of a text that is parsed.
_LARGEST_TREE = 1_000_000
# Expressions between two chances to interrupt a check.
_INTERRUPT_EVERY = 16
_ATTRIBUTE_FUNCTIONS = frozenset(["hasattr", "getattr", "setattr", "delattr"])
_CATCHING_ANY = frozenset(["Exception", "BaseException"])
# Lines of a `try` that tries one thing: what a handler of everything expects to fail.
_SHORT_TRY = 3


class CheckContext:
    """A file that is checked.

    ``names`` restricts rules to what is spelled with one of these names; None means everything.
    That is how the users of what an edit changed are checked. ``near`` restricts them to the parts
    of a file that an edit changed, and to what is spelled with ``affected`` names elsewhere in it.
    """

    def __init__(
        self,
        inference: Inference,
        path: str,
        names: frozenset[str] | None = None,
        before: Inference | None = None,
        near: Regions | None = None,
        affected: frozenset[str] = frozenset(),
    ) -> None:
        """Check a file; raises UnknownFileError if it cannot be read.

        ``before`` is the state before the edit, for rules that compare; None if there was none.
        """
        self.inference = inference
        self.before = before
        # Without heuristics: what it finds is exact or inferred.
        self.strict = inference.strict()
        self.path = path
        self.names = names
        self.near = near
        self.affected = affected
        # True if only what is certain counts, so that rules need not try heuristics.
        self.is_certain_only = False
        # Rows of the expressions near the edit, by kind.
        self._near: dict[int, list[int]] = {}
        self.facts: FileFacts = inference.need(path)

    @cached_property
    def old_facts(self) -> FileFacts | None:
        """Facts of the file before the edit; None for a new file."""
        return self.before.facts(self.path) if self.before is not None else None

    def includes(self, name: str) -> bool:
        """True if rules are to check what is spelled with a name."""
        return self.names is None or name in self.names

    def named_last(self, expr: int) -> int:
        """Return what is named at the end of an expression: of a call what it calls."""
        facts = self.facts
        while True:
            if facts_view.op(facts, expr) == f.CALL:
                expr = facts_view.called(facts, expr)
            elif item := facts_view.subscript(facts, expr):
                expr = item.value
            else:
                return expr

    def last_name(self, expr: int) -> str:
        """Return the last name of an expression; empty for one that has none."""
        named = self.named_last(expr)
        return (
            "None" if facts_view.op(self.facts, named) == f.NONE else last_name(self.facts, named)
        )

    @cached_property
    def text(self) -> bytes:
        """The normalized text."""
        return self.inference.text(self.path)

    @cached_property
    def tree(self) -> ast.Module | None:
        """The syntax tree; None for what does not parse here, and for very long texts."""
        if len(self.text) > _LARGEST_TREE:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self.text.decode())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def is_stub(self) -> bool:
        """True for a stub file."""
        return self.path.endswith(".pyi")

    def expressions(self, op: int) -> Iterator[int]:
        """Yield the expressions of a kind, as far as the edit may have broken them."""
        near = self._near.get(op)
        if near is None:
            near = _rows_by_op(self.facts).get(op, [])
            if self.near is not None:
                near = list(filter(self._is_near, near))
            self._near[op] = near
        for count, row in enumerate(near):
            if not count % _INTERRUPT_EVERY:
                self.inference.snapshot.work.look()  # may raise, or wait
            yield row

    def _is_near(self, expr: int) -> bool:
        """True if an expression is in a part that changed, or names something that did."""
        assert self.near is not None
        position = self.facts.expr.position[expr]
        return any(start <= position < end for start, end in self.near) or (
            bool(self.affected) and self._names_affected(expr, 3)
        )

    def _names_affected(self, expr: int, depth: int) -> bool:
        """True if one of the last names of a dotted name or call is an affected one."""
        facts = self.facts
        op = facts.expr.op[expr]
        if op == f.NAME:
            return facts_view.plain_name(facts, expr) in self.affected
        attribute = facts_view.attribute(facts, expr)
        if attribute is not None and attribute.name in self.affected:
            return True
        if op in (f.ATTRIBUTE, f.CALL, f.AWAIT, f.SUBSCRIPT) and depth:
            return self._names_affected(facts_view.operand(facts, expr), depth - 1)
        return False

    def is_touched(self, start: int, end: int) -> bool:
        """True if the edit changed anything between two positions."""
        return self.near is None or any(first < end and start < last for first, last in self.near)

    def complete_type(self, expr: int) -> Type:
        """Return the type of an expression if it is exhaustive without heuristics, else nothing."""
        if not is_exhaustive(self.strict, self.path, expr):
            return ()
        type_ = self.strict.infer_type(self.path, expr)
        return () if self._is_assigned_otherwise(expr, type_) else type_

    @cached_property
    def _outside_assignments(self) -> dict[int, list[int]]:
        """Rows of assignments to attributes of other objects than ``self``, by attribute."""
        found: dict[int, list[int]] = {}
        table = self.facts.attribute_binding
        for row, owner in enumerate(table.owner):
            if owner < 0:
                found.setdefault(table.name[row], []).append(row)
        return found

    def _is_assigned_otherwise(self, expr: int, type_: Type) -> bool:
        """True if code of this file assigns a value of another type to an attribute of any object.

        Tests replace attributes by doubles: ``client.socket = FakeSocket()``.
        """
        attribute = facts_view.attribute(self.facts, expr)
        if attribute is None:
            return False
        known = {value.head for value in type_}
        for row in self._outside_assignments.get(self.facts.name_id(attribute.name), ()):
            value = self.facts.attribute_binding.value[row]
            assigned = self.strict.infer_type(self.path, value) if value >= 0 else ()
            if not assigned or any(each.head not in known for each in without_none(assigned)):
                return True
        return False

    def spelled(self, expr: int) -> str:
        """Return a plain or dotted name as it is written, else an empty string."""
        return ".".join(self.facts.names[name] for name in access_path(self.facts, expr))

    def scope_of(self, expr: int) -> int:
        """Return the scope that an expression is evaluated in."""
        return scope_at(self.facts, self.facts.expr.position[expr])

    def is_dead(self, position: int) -> bool:
        """True if code at a position never runs here: behind a test that cannot hold."""
        return any(not holds for holds in self._constant_tests(position)) or never_runs(
            self.strict, self.path, position
        )

    def _constant_tests(self, position: int) -> Iterator[bool]:
        """Yield for each ``if True`` or ``if False`` around a position if its branch runs."""
        for test, is_true_branch in self._tests_around(position, self.scope_at(position)):
            op = self.facts.expr.op[test]
            if op in (f.TRUE, f.FALSE):
                yield (op == f.TRUE) == is_true_branch

    def _tests_around(self, position: int, scope: int) -> Iterator[tuple[int, bool]]:
        """Yield the tests of the branches around a position, and if the branch is the true one."""
        table = self.facts.block
        for block in blocks_around(self.facts, scope, position):
            kind = table.kind[block]
            if kind in (f.IF_TRUE, f.IF_FALSE) and table.test[block] >= 0:
                yield table.test[block], kind == f.IF_TRUE

    def has_attribute_test_around(self, position: int) -> bool:
        """True if a test around a position calls ``hasattr`` or the like."""
        return self.has_test_around(position, _ATTRIBUTE_FUNCTIONS)

    def has_test_around(self, position: int, functions: frozenset[str]) -> bool:
        """True if a test around a position, or around its function, calls one of some names."""
        scope = self.scope_at(position)
        while scope >= 0:
            tests = self._tests_around(position, scope)
            if any(self._calls_any(test, functions) for test, _ in tests):
                return True
            scope = self.facts.scope.parent[scope]
        return False

    def _calls_any(self, test: int, functions: frozenset[str]) -> bool:
        function = facts_view.called(self.facts, test)
        if function >= 0:
            return self.spelled(function).rpartition(".")[2] in functions
        return any(
            self._calls_any(each, functions) for each in facts_view.operands(self.facts, test)
        )

    def scope_at(self, position: int) -> int:
        """Return the scope in which what is written at a position is evaluated."""
        return scope_at(self.facts, position)

    def is_guarded(self, position: int, *exceptions: str) -> bool:
        """True if a handler around a position expects one of these exceptions.

        One that catches everything expects failing imports, and what fails in a short ``try``; a
        long one only keeps a program running.
        """
        for start, end, names in self._tries:
            if start <= position < end:
                if names & {*exceptions}:
                    return True
                is_short = self.facts.line_of(end - 1) - self.facts.line_of(start) < _SHORT_TRY
                if names & {*_CATCHING_ANY, ""} and (is_short or "ImportError" in exceptions):
                    return True
        return False

    @cached_property
    def _tries(self) -> list[tuple[int, int, set[str]]]:
        """(start, end, names of caught exceptions) of each ``try``; an empty name is a bare one."""
        table = self.facts.block
        tries = [row for row, kind in enumerate(table.kind) if kind == f.TRY]
        caught: dict[int, set[str]] = {row: set() for row in tries}
        for row, kind in enumerate(table.kind):
            if kind == f.HANDLER:
                before = [
                    each
                    for each in tries
                    if table.parent[each] == table.parent[row]
                    and table.end[each] <= table.start[row]
                ]
                if before:
                    caught[before[-1]] |= self.caught(table.test[row])
        return [(table.start[row], table.end[row], names) for row, names in caught.items()]

    def caught(self, expr: int) -> set[str]:
        """Return the last names of the exceptions that an expression lists."""
        if expr < 0:
            return {""}
        if self.facts.expr.op[expr] == f.TUPLE:
            parts = facts_view.elements(self.facts, expr)
            return {name for part in parts for name in self.caught(part)}
        # A computed exception may be any.
        return {self.spelled(expr).rpartition(".")[2]}

    @cached_property
    def tested_attributes(self) -> set[str]:
        """Names of attributes that this file tests with ``hasattr``, ``getattr`` and the like."""
        facts = self.facts
        found: set[str] = set()
        for name in _ATTRIBUTE_FUNCTIONS:
            for _, _, function in facts.occurrences(name):
                call = enclosing_call(facts, function) if function >= 0 else -1
                arguments = list(facts_view.arguments(facts, call)) if call >= 0 else []
                key = facts_view.string(facts, arguments[1].value) if len(arguments) > 1 else None
                if key is not None:
                    found.add(key)
        return found

    def statement_start(self, position: int) -> int:
        """Return the start of the import statement that holds a position; else the position."""
        table = self.facts.imports
        for row, start in enumerate(table.position):
            if start <= position <= table.bound_position[row]:
                begin = max(self.text.rfind(word, 0, position) for word in (b"from ", b"import "))
                return max(begin, 0)
        return position

    def absolute_module(self, spelled: str) -> str:
        """Return the absolute name of a module, as the interpreter names a relative one."""
        rest = spelled.lstrip(".")
        level = len(spelled) - len(rest)
        own = self.inference.snapshot.index.module_name(self.path)
        if not level or not own:
            return spelled
        parts = own.split(".")
        is_package = self.path.rpartition("/")[2].startswith("__init__.")
        package = parts[: len(parts) + is_package - level]
        return ".".join([*package, rest] if rest else package) if package else spelled

    @cached_property
    def imports_unknown(self) -> bool:
        """True if the file imports a missing module, whose objects may have any member."""
        return _imports_missing(self.strict, self.path, set(self.facts.imports.module))

    @property
    def lacks_modules(self) -> bool:
        """True if the file may use objects of packages that are not installed."""
        return (
            self.inference.snapshot.index.search_path.lacks_something
            or self.may_get_unknown_objects
            or self.imports_unknown
        )

    @cached_property
    def may_get_unknown_objects(self) -> bool:
        """True if the file, or a module of the workspace that it imports, needs a missing module.

        It may get objects of that without naming it.
        """
        if _needs_missing(self.strict, self.path):
            return True
        modules = {
            imported_module(self.strict, self.path, self.facts.names[row])
            for row in set(self.facts.imports.module)
        }
        return any(
            module.kind == MODULE
            and not module.is_outside
            and _needs_missing(self.strict, module.path)
            for module in modules
        )


def _needs_missing(inference: Inference, path: str) -> bool:
    """True if a file imports a missing module unconditionally."""
    facts = inference.facts(path)
    if facts is None:
        return True
    table = facts.imports
    optional = f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH
    rows = {table.module[row] for row, flags in enumerate(table.flags) if not flags & optional}
    key = ("needs unknown", path)
    return cached(inference, key, lambda: _imports_missing(inference, path, rows), False)


def _imports_missing(inference: Inference, path: str, modules: set[int]) -> bool:
    names = inference.need(path).names
    return any(imported_module(inference, path, names[row]).kind == OUTSIDE for row in modules)


def _rows_by_op(facts: FileFacts) -> dict[int, list[int]]:
    """Return the expressions of a file by kind, cached with its facts."""
    found: dict[int, list[int]] | None = facts.memo.get("rows by op")
    if found is None:
        found = facts.memo["rows by op"] = {}
        for row, op in enumerate(facts.expr.op):
            found.setdefault(op, []).append(row)
    return found
