"""Expressions as they are written: their values even where the text around them does not parse.

Where the facts of the file know a name or call at its place, they answer, narrowing included; what
they do not know is put together from its parts.
"""

from __future__ import annotations

import ast

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference import operators
from ...indexer.inference.entities import Found
from ...indexer.inference.inference import Inference
from ...indexer.inference.members import member_definitions, member_type
from ...indexer.inference.names import builtin_name, lookup, module_attribute, star_imported
from ...indexer.inference.signatures import Arguments
from ...indexer.inference.standard_types import builtin_instance
from ...indexer.inference.types import (
    CLASS_OBJECT,
    UNKNOWN,
    entity_object,
    union,
    weaken,
    without_none,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


_BUILTINS = {
    "List": "list", "ListComp": "list", "Dict": "dict", "DictComp": "dict", "Set": "set",
    "SetComp": "set", "Tuple": "tuple", "JoinedStr": "str", "Compare": "bool",
}  # fmt: skip


class PartialExpression:
    """An expression of a file that begins at a byte offset and is looked up in a scope."""

    __slots__ = ("node", "path", "scope", "inference", "start")

    def __init__(self, inference: Inference, path: str, start: int, end: int, scope: int) -> None:
        """Parse what is written between two offsets; what does not parse is unknown."""
        self.inference = inference
        self.path = path
        self.start = start
        self.scope = scope
        self.node: ast.expr | None = None
        source = inference.text(path)[start:end].replace(b"\n", b" ").replace(b"\\", b" ")
        try:
            self.node = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.node = None

    def type(self) -> Type:
        """The type of its value."""
        return self._type(self.node, 0) if self.node is not None else UNKNOWN

    def objects(self) -> list[Found]:
        """The entities that it names."""
        return self._objects(self.node) if self.node is not None else []

    def _ref(self, name: str, position: int) -> int:
        """Row of the expression that a name at a position is in the facts, or -1."""
        for role, at, ref in self.inference.need(self.path).occurrences(name):
            if at == position and role & f.ROLE_MASK in (f.READ, f.CALLED):
                return ref
        return -1

    def _row(self, node: ast.expr) -> int:
        """Row of a name, attribute or call in the facts, or -1."""
        if isinstance(node, ast.Name):
            return self._ref(node.id, self.start + node.col_offset)
        if isinstance(node, ast.Attribute):
            end = node.end_col_offset or 0
            return self._ref(node.attr, self.start + end - len(node.attr.encode()))
        if isinstance(node, ast.Call):
            function = self._row(node.func)
            if function >= 0:
                calls = facts_view.calls(self.inference.need(self.path))
                return next((call.row for call in calls if call.function == function), -1)
        return -1

    def _type(self, node: ast.expr, depth: int) -> Type:
        if depth > 40:
            return UNKNOWN
        row = self._row(node)
        type_ = self.inference.infer_type(self.path, row) if row >= 0 else UNKNOWN
        return type_ or self._composed(node, depth + 1)

    def _composed(self, node: ast.expr, depth: int) -> Type:
        inference = self.inference
        if isinstance(node, ast.Name):
            return union(
                *(
                    weaken(inference.entity_type(item.entity), item.evidence)
                    for item in self._lookup(node.id, self.start + node.col_offset)
                )
            )
        if isinstance(node, ast.Attribute):
            found = self._objects(node)
            modules = [entity_object(item.entity) for item in found if item.entity.kind in (0, 1)]
            if modules:
                return union(*modules)
            return union(
                *(
                    weaken(member_type(inference, value, node.attr), value.evidence)
                    for value in without_none(self._type(node.value, depth))
                )
            )
        if isinstance(node, ast.Call):
            arguments = self._arguments(node, depth)
            return union(
                *(
                    weaken(inference.call_result(value, arguments), value.evidence)
                    for value in without_none(self._type(node.func, depth))
                )
            )
        if isinstance(node, ast.Subscript):
            return self._subscripted(node, depth)
        if isinstance(node, ast.Constant):
            name = type(node.value).__name__
            return (
                builtin_instance(inference, name)
                if name not in ("NoneType", "ellipsis")
                else UNKNOWN
            )
        if isinstance(node, (ast.List, ast.Set)):
            inner = union(*(self._type(part, depth) for part in node.elts[:8]))
            return builtin_instance(inference, _BUILTINS[type(node).__name__], inner)
        if isinstance(node, ast.Await):
            return operators.awaited_type(inference, self._type(node.value, depth))
        if isinstance(node, ast.IfExp):
            return union(self._type(node.body, depth), self._type(node.orelse, depth))
        if isinstance(node, ast.BoolOp):
            return union(*(self._type(part, depth) for part in node.values))
        if isinstance(node, ast.NamedExpr):
            return self._type(node.value, depth)
        name = _BUILTINS.get(type(node).__name__)
        return builtin_instance(inference, name) if name else UNKNOWN

    def _subscripted(self, node: ast.Subscript, depth: int) -> Type:
        parts: list[Type] = []
        for value in without_none(self._type(node.value, depth)):
            if value.form == CLASS_OBJECT or isinstance(node.slice, ast.Slice):
                parts.append((value,))
            elif isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
                parts.append(operators.unpacked_type(self.inference, (value,), node.slice.value))
            else:
                parts.append(self.inference.method_result(value, "__getitem__"))
        return union(*parts)

    def _arguments(self, node: ast.Call, depth: int) -> Arguments:
        arguments = _KnownArguments(self.inference, self.path)
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                arguments.starred = True
                continue
            arguments.positional.append(self._type(argument, depth))
        for keyword in node.keywords:
            if keyword.arg is None:
                arguments.doubled = True
            else:
                arguments.add_named(keyword.arg, self._type(keyword.value, depth))
        return arguments

    def _objects(self, node: ast.expr) -> list[Found]:
        row = self._row(node) if not isinstance(node, ast.Call) else -1
        found = self.inference.definitions_of(self.path, row) if row >= 0 else []
        if found:
            return found
        if isinstance(node, ast.Name):
            return self._lookup(node.id, self.start + node.col_offset)
        if isinstance(node, ast.Attribute):
            for item in self._objects(node.value):
                if item.entity.kind in (0, 1):
                    found += module_attribute(self.inference, item.entity, node.attr)
            if not found:
                for value in without_none(self._type(node.value, 0)):
                    found += [
                        item.weaker(value.evidence)
                        for item in member_definitions(self.inference, value, node.attr)
                    ]
        if isinstance(node, ast.Subscript):
            return self._objects(node.value)
        return found

    def _lookup(self, name: str, position: int) -> list[Found]:
        facts = self.inference.need(self.path)
        row = facts.name_id(name)
        if row >= 0:
            return lookup(self.inference, self.path, self.scope, row, position)
        return star_imported(self.inference, self.path, facts, name) or builtin_name(
            self.inference, name
        )


class _KnownArguments(Arguments):
    """Arguments whose types are known already."""

    __slots__ = ("named",)

    def __init__(self, inference: Inference, path: str) -> None:
        super().__init__(inference, path, [])
        self.named: dict[str, Type] = {}

    def add_named(self, name: str, type_: Type) -> None:
        """Add an argument by keyword."""
        self.keywords[name] = -1
        self.named[name] = type_

    def given(self, index: int, name: str) -> int | Type | None:
        """Return the argument of a parameter, by keyword or by position."""
        if name in self.named:
            return self.named[name]
        return super().given(index, name)
