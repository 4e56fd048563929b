"""The part of a file that an edit may have made wrong: the definitions in which its text differs.

What code in a function says of its own variables, it says of the whole function; what it says of
others is looked after by name. So an edit of one function in a long file costs one function.


The file that rules look at: its facts, with what several of them want to know of it.
"""

from __future__ import annotations

from functools import cached_property

from ...indexer import facts as f
from ...indexer.inference.access_paths import access_path, enclosing_call
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.types import without_none
from ...indexer.platform_conditions import never_runs
from ...indexer.scope_map import block_at
from ..source.line_changes import hunks
from ..source.ranges import is_in_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts

    Regions = list[tuple[int, int]]
    from collections.abc import Iterator

    from ...indexer.inference.inference import Inference
    from ...indexer.inference.types import Type


def changed_spans(
    old: bytes, old_facts: FileFacts, new: bytes, new_facts: FileFacts
) -> tuple[Regions, Regions]:
    """(start, end) of the regions in which two texts of a file differ: in the old and in the new.

    Each is a whole function, or lines outside of all functions; they are in order.
    """
    old_lines, new_lines = old.split(b"\n"), new.split(b"\n")
    changes = hunks(old_lines, new_lines)
    return (
        _widened(old_facts, [(a, b) for a, b, _, _ in changes]),
        _widened(new_facts, [(c, d) for _, _, c, d in changes]),
    )


def statements(old: bytes, new: bytes, new_facts: FileFacts) -> Regions:
    """(start, end) of the statements of the new text that are not in the old one, in order.

    Far less than :func:`regions`, for who wants to know only what was written, not what it does to
    the rest of its function.
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
    """Byte ranges of lines, widened to the outermost functions that they touch."""
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


# Expressions between two chances to call an examination off.
_BREATH = 16
_ASKING = ("hasattr", "getattr", "setattr", "delattr")
_CATCHING_ANY = frozenset(["Exception", "BaseException"])


class CheckContext:
    """A file of a snapshot under examination.

    ``names`` restricts rules to what is spelled with one of these names; None means everything.
    That is how the users of what an edit changed are examined. ``near`` restricts them to the parts
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
        """Examine a file; it must be one that can be read.

        ``before`` is what was before the edit, for rules that learn from it; None when nothing was.
        """
        self.inference = inference
        self.before = before
        # Without conventions: what is found in it is exact or inferred.
        self.strict = inference.strict()
        self.path = path
        self.names = names
        self.near = near
        self.affected = affected
        # Whether only what is certain is asked for: what conventions say is not even looked for.
        self.is_certain_only = False
        # Rows of expressions by kind, as far as they are wanted.
        self._near: dict[int, list[int]] = {}
        self.facts: FileFacts = inference.need(path)

    @cached_property
    def old_facts(self) -> FileFacts | None:
        """Facts of the file before the edit that it is proposed by; None for a new file."""
        return self.before.facts(self.path) if self.before is not None else None

    def wants(self, name: str) -> bool:
        """Whether rules are to look at what is spelled with a name."""
        return self.names is None or name in self.names

    @cached_property
    def text(self) -> bytes:
        """The normalized text."""
        return self.inference.text(self.path)

    @cached_property
    def is_stub(self) -> bool:
        """Whether this is a stub file."""
        return self.path.endswith(".pyi")

    def expressions(self, op: int) -> Iterator[int]:
        """Rows of the expressions of a kind, as far as the edit may have made them wrong."""
        near = self._near.get(op)
        if near is None:
            near = _rows_by_op(self.facts).get(op, [])
            if self.near is not None:
                near = list(filter(self._is_near, near))
            self._near[op] = near
        for count, row in enumerate(near):
            interrupt = self.inference.snapshot.interrupt
            if interrupt is not None and not count % _BREATH:
                interrupt()  # a long examination can be called off, or held up
            yield row

    def _is_near(self, expr: int) -> bool:
        """Whether an expression is in a part that changed, or speaks of something that did."""
        assert self.near is not None
        position = self.facts.expr.position[expr]
        return any(start <= position < end for start, end in self.near) or (
            bool(self.affected) and self._speaks_of(expr, 3)
        )

    def _speaks_of(self, expr: int, depth: int) -> bool:
        """Whether one of the last names of a dotted name or call is an affected one."""
        ops, _, lefts, rights = self.facts.expr
        op = ops[expr]
        if op == f.NAME:
            return self.facts.names[lefts[expr]] in self.affected
        if op == f.ATTRIBUTE and self.facts.names[rights[expr]] in self.affected:
            return True
        if op in (f.ATTRIBUTE, f.CALL, f.AWAIT, f.SUBSCRIPT) and depth:
            return self._speaks_of(lefts[expr], depth - 1)
        return False

    def is_touched(self, start: int, end: int) -> bool:
        """Whether the edit changed anything between two positions."""
        return self.near is None or any(first < end and start < last for first, last in self.near)

    def complete_type(self, expr: int) -> Type:
        """The type of an expression if all that it may be is known, without conventions."""
        if not is_exhaustive(self.strict, self.path, expr):
            return ()
        type_ = self.strict.infer_type(self.path, expr)
        return () if self._is_set_otherwise(expr, type_) else type_

    @cached_property
    def _set_from_outside(self) -> dict[int, list[int]]:
        """Rows of attributes that are set on other objects than ``self``, by their names."""
        found: dict[int, list[int]] = {}
        table = self.facts.attribute_binding
        for row, owner in enumerate(table.owner):
            if owner < 0:
                found.setdefault(table.name[row], []).append(row)
        return found

    def _is_set_otherwise(self, expr: int, type_: Type) -> bool:
        """Whether code of this file gives an attribute of any object a value of another type.

        Tests put their doubles there: ``client.socket = FakeSocket()``.
        """
        ops, _, _, rights = self.facts.expr
        if ops[expr] != f.ATTRIBUTE:
            return False
        said = {value.head for value in type_}
        for row in self._set_from_outside.get(rights[expr], ()):
            given = self.facts.attribute_binding.value[row]
            held = self.strict.infer_type(self.path, given) if given >= 0 else ()
            if not held or any(value.head not in said for value in without_none(held)):
                return True
        return False

    def spelled(self, expr: int) -> str:
        """A plain or dotted name as it is written, else an empty string."""
        return ".".join(self.facts.names[name] for name in access_path(self.facts, expr))

    def scope_of(self, expr: int) -> int:
        """Row of the scope that an expression is evaluated in."""
        from ...indexer.scope_map import scope_at

        return scope_at(self.facts, self.facts.expr.position[expr])

    def is_dead(self, position: int) -> bool:
        """Whether code at a position never runs here: behind a check that cannot hold."""
        layers = self.inference.snapshot.index.layers
        return any(not holds for holds in self._constant_tests(position)) or never_runs(
            self.facts, layers.version, layers.platform, position
        )

    def _constant_tests(self, position: int) -> Iterator[bool]:
        facts = self.facts
        kinds, parents, tests = facts.block[:3]
        block = block_at(facts, self.scope_at(position), position)
        while block >= 0:
            test = tests[block]
            if test >= 0 and kinds[block] in (f.IF_TRUE, f.IF_FALSE):
                op = facts.expr.op[test]
                if op in (f.TRUE, f.FALSE):
                    yield (op == f.TRUE) == (kinds[block] == f.IF_TRUE)
            block = parents[block]

    def is_asked_around(self, position: int) -> bool:
        """Whether a test around a position asks with ``hasattr`` what is there."""
        facts = self.facts
        kinds, parents, tests = facts.block[:3]
        block = block_at(facts, self.scope_at(position), position)
        while block >= 0:
            if kinds[block] in (f.IF_TRUE, f.IF_FALSE) and self._asks(tests[block]):
                return True
            block = parents[block]
        return False

    def _asks(self, test: int) -> bool:
        if test < 0:
            return False
        ops, _, lefts, rights = self.facts.expr
        if ops[test] in (f.AND, f.OR):
            return self._asks(lefts[test]) or self._asks(rights[test])
        if ops[test] == f.NOT:
            return self._asks(lefts[test])
        return ops[test] == f.CALL and self.spelled(lefts[test]) in _ASKING

    def scope_at(self, position: int) -> int:
        """Row of the scope in which what is written at a position is evaluated."""
        from ...indexer.scope_map import scope_at

        return scope_at(self.facts, position)

    def is_guarded(self, position: int, *exceptions: str) -> bool:
        """Whether a handler around a position catches one of these exceptions."""
        return any(start <= position < end and names & {*exceptions, *_CATCHING_ANY, ""}
                   for start, end, names in self._tries)  # fmt: skip

    @cached_property
    def _tries(self) -> list[tuple[int, int, set[str]]]:
        """(start, end, names of caught exceptions) of each ``try``; an empty name is a bare one."""
        kinds, parents, tests, starts, ends = self.facts.block[:5]
        tries = [row for row, kind in enumerate(kinds) if kind == f.TRY]
        caught: dict[int, set[str]] = {row: set() for row in tries}
        for row, kind in enumerate(kinds):
            if kind == f.HANDLER:
                before = [
                    each
                    for each in tries
                    if parents[each] == parents[row] and ends[each] <= starts[row]
                ]
                if before:
                    caught[before[-1]] |= self._exceptions(tests[row])
        return [(starts[row], ends[row], names) for row, names in caught.items()]

    def _exceptions(self, expr: int) -> set[str]:
        """Last names of the exceptions that an expression lists."""
        if expr < 0:
            return {""}
        if self.facts.expr.op[expr] == f.TUPLE:
            at = self.facts.expr.a[expr]
            (extra,) = self.facts.extra
            parts = extra[at + 1 : at + 1 + extra[at]]
            return {name for part in parts for name in self._exceptions(part)}
        # What is caught under a computed name may be anything.
        return {self.spelled(expr).rpartition(".")[2]}

    @cached_property
    def asked_for(self) -> set[str]:
        """Names that this file asks for with ``hasattr``, ``getattr`` and the like."""
        facts = self.facts
        ops, _, lefts, rights = facts.expr
        (extra,) = facts.extra
        found: set[str] = set()
        for name in _ASKING:
            for _, _, function in facts.occurrences(name):
                row = enclosing_call(facts, function) if function >= 0 else -1
                if row < 0 or extra[rights[row]] < 2:
                    continue
                key = extra[rights[row] + 6]
                if ops[key] == f.STRING and lefts[key] >= 0:
                    found.add(facts.strings[lefts[key]])
        return found

    def statement_start(self, position: int) -> int:
        """Where the import statement that holds a position begins; else the position."""
        table = self.facts.imports
        for row, start in enumerate(table.position):
            if start <= position <= table.bound_position[row]:
                begin = max(self.text.rfind(word, 0, position) for word in (b"from ", b"import "))
                return max(begin, 0)
        return position

    @cached_property
    def imports_unknown(self) -> bool:
        """Whether the file imports a module that is not here, whose objects may have any member."""
        from ...indexer.inference.entities import OUTSIDE
        from ...indexer.inference.modules import imported_module

        table = self.facts.imports
        return any(
            imported_module(self.strict, self.path, self.facts.names[row]).kind == OUTSIDE
            for row in set(table.module)
        )

    @cached_property
    def meets_unknown(self) -> bool:
        """Whether the file, or a module of the workspace that it imports, imports what is not here.

        Objects of that may come its way without a word that says so.
        """
        from ...indexer.inference.entities import MODULE
        from ...indexer.inference.modules import imported_module

        if _needs_unknown(self.strict, self.path):
            return True
        modules = {
            imported_module(self.strict, self.path, self.facts.names[row])
            for row in set(self.facts.imports.module)
        }
        return any(
            kind == MODULE and path[:1] != "/" and _needs_unknown(self.strict, path)
            for kind, path, _ in modules
        )


def _needs_unknown(inference: Inference, path: str) -> bool:
    """Whether a file imports a module that is not here, and does not get by without it."""
    from ...indexer.inference.entities import OUTSIDE
    from ...indexer.inference.modules import imported_module
    from ...indexer.inference.query_cache import cached

    facts = inference.facts(path)
    if facts is None:
        return True
    table = facts.imports
    rows = {
        table.module[row]
        for row, flags in enumerate(table.flags)
        if not flags & (f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH)
    }
    return cached(
        inference,
        ("needs unknown", path),
        lambda: any(
            imported_module(inference, path, facts.names[row]).kind == OUTSIDE for row in rows
        ),
        False,
    )


def _rows_by_op(facts: FileFacts) -> dict[int, list[int]]:
    """Rows of a file's expressions by kind, remembered with its facts: every rule asks for some."""
    found: dict[int, list[int]] | None = facts.memo.get("rows by op")
    if found is None:
        found = facts.memo["rows by op"] = {}
        for row, op in enumerate(facts.expr.op):
            found.setdefault(op, []).append(row)
    return found
