"""Names in the place of a wrong one: whether code with them is right, as far as can be known.

A proposal is judged like the code that it mends: the receiver has the name, the module exports it,
or it is bound where it is read; and what it calls takes the arguments of the call.
"""

from __future__ import annotations

from collections.abc import Iterable

from ....indexer import facts as f
from ....indexer import facts_view
from ....indexer.inference.access_paths import enclosing_call
from ....indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    Found,
)
from ....indexer.inference.has_member import ABSENT, has_member, module_has_member
from ....indexer.inference.inference import Inference
from ....indexer.inference.modules import imported_module
from ....indexer.inference.names import (
    builtin_name,
    module_attribute,
    resolve_binding,
    star_imported,
)
from ....indexer.inference.type_variables import concrete
from ....indexer.inference.types import without_none
from ....indexer.scope_map import scope_at
from ..arguments import CallArguments, mismatches
from ..call_targets import member_targets
from ..callees import Callee
from ..context import CheckContext
from ..findings import Finding
from ..signatures import class_signature, function_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.types import Type


class Replacements:
    """What may stand in the place of a wrong name, which is that of one finding."""

    def __init__(self, inference: Inference, finding: Finding) -> None:
        """Look at a finding of a missing attribute, name or import."""
        self._context = CheckContext(inference, finding.path)
        self._facts = self._context.facts
        self._strict = self._context.strict
        self._finding = finding
        self._expr = self._receiver = -1
        self._module: Entity | None = None
        self._type: Type = ()
        if finding.rule == "unresolved-attribute":
            self._find_receiver(inference)
        elif finding.rule == "undefined-name":
            self._expr = self._row_at(f.NAME)
        called = [self._expr]
        if finding.rule == "unresolved-name":
            spelled = finding.subject.rpartition(":")[0]
            self._module = imported_module(self._strict, finding.path, spelled)
            called = self._uses_of_import()
        calls = [enclosing_call(self._facts, expr) for expr in called if expr >= 0]
        self._calls = [CallArguments(self._facts, call) for call in calls if call >= 0]

    def right(self, names: Iterable[str]) -> list[str]:
        """Return the names that are not known to be as wrong."""
        return [
            name
            for name in names
            if self._exists(name) and (not self._calls or self._take(self._callees(name)))
        ]

    def is_right(self, entity: Entity) -> bool:
        """True unless a function or class is known not to take the arguments of the call."""
        return self._take(self._callees_of([Found(entity)]))

    def _find_receiver(self, inference: Inference) -> None:
        self._expr = self._row_at(f.ATTRIBUTE)
        parts = facts_view.attribute(self._facts, self._expr) if self._expr >= 0 else None
        self._receiver = parts.receiver if parts is not None else -1
        if self._receiver < 0:
            return
        path = self._context.path
        for item in self._strict.definitions_of(path, self._receiver):
            if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE):
                self._module = item.entity
        type_ = self._context.complete_type(self._receiver)
        if not type_:
            type_ = inference.infer_type(path, self._receiver)
        self._type = concrete(self._strict, without_none(type_))

    def _row_at(self, op: int) -> int:
        """Return the expression of a kind whose name begins where the finding does, or -1."""
        rows: dict[int, int] | None = self._facts.memo.get(("rows by place", op))
        if rows is None:
            rows = self._facts.memo["rows by place", op] = {}
            for row, each in enumerate(self._facts.expr.op):
                parts = facts_view.attribute(self._facts, row) if each == op else None
                if each == op:
                    rows[parts.position if parts else self._facts.expr.position[row]] = row
        return rows.get(self._finding.start, -1)

    def _exists(self, name: str) -> bool:
        if self._module is not None:
            return module_has_member(self._strict, self._module, name) != ABSENT
        if self._type:
            return any(has_member(self._strict, each, name) != ABSENT for each in self._type)
        return self._finding.rule != "undefined-name" or bool(self._definitions(name))

    def _definitions(self, name: str) -> list[Found]:
        """Return what a plain name would stand for at the place of the finding."""
        facts, path = self._facts, self._context.path
        name_row = facts.name_id(name)
        scope = own = scope_at(facts, self._finding.start)
        while scope >= 0 and name_row >= 0:
            rows = facts.bindings_of(scope, name_row)
            # Functions do not see the names of the class that they are in.
            if rows and (scope == own or facts.scope.kind[scope] != f.CLASS_SCOPE):
                return resolve_binding(self._strict, path, facts, rows[-1])
            scope = facts.scope.parent[scope]
        found = star_imported(self._strict, path, facts, name)
        return found or builtin_name(self._strict, name)

    def _take(self, callees: list[Callee]) -> bool:
        """True unless none of what is called certainly takes the arguments of a call."""
        signatures = [signature for callee in callees for signature in callee.signatures]
        return not signatures or all(
            any(not mismatches(each, arguments) for each in signatures) for arguments in self._calls
        )

    def _uses_of_import(self) -> list[int]:
        """Return where the name that the finding's import binds is called."""
        facts, table = self._facts, self._facts.imports
        bound = {
            facts.names[table.bound[row]]
            for row, module in enumerate(table.module)
            if table.name[row] >= 0
            and f"{facts.names[module]}:{facts.names[table.name[row]]}" == self._finding.subject
        }
        return [
            expr
            for name in bound
            for role, _, expr in facts.occurrences(name)
            if role & (f.ROLE_MASK | f.ATTRIBUTE_ROLE) == f.CALLED
        ]

    def _callees(self, name: str) -> list[Callee]:
        """Return all that calling a name reaches; nothing if that is not known."""
        if self._module is not None:
            found = module_attribute(self._strict, self._module, name)
        elif self._type:
            targets = member_targets(self._strict, self._type, name)
            return targets.callees if targets is not None else []
        else:
            found = self._definitions(name)
        return self._callees_of(found)

    def _callees_of(self, found: list[Found]) -> list[Callee]:
        callees: list[Callee] = []
        for item in found:
            callee: Callee | None = None
            if item.entity.kind == FUNCTION:
                callee = function_signature(self._strict, item.entity, bound=False)
            elif item.entity.kind == CLASS:
                callee = class_signature(self._strict, item.entity)
            if callee is None:
                return []
            callees.append(callee)
        return callees
