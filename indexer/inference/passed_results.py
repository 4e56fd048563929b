"""Results that are made of what a call passes: ``def first(*rows): return rows[0]``.

A function without annotations returns what its parameters are for this call, and not what they may
be for all. Only expressions that begin with a parameter are evaluated so.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from . import container_contents, left_out, narrowing, operators
from .entities import INFERRED, PARAMETER, VARIABLE
from .query_cache import cached
from .signatures import NEVER, Arguments, takes_all
from .standard_types import builtin_instance, standard_class
from .types import UNKNOWN, alternatives, instance, union, weaken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference
    from .left_out import Known
    from .types import Type


def passed_result(
    inference: Inference, function: Entity, arguments: Arguments, known: Known, *, bound: bool
) -> Type:
    """Return what a call of a function without annotation returns of what it passes.

    Unknown if none of its results is made of a parameter, or if one of them is unknown. ``bound``
    is True if the first parameter is the receiver; ``known`` as in :mod:`.left_out`.
    """
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    if not any(_root(facts, scope, expr) >= 0 for expr in facts_view.returned(facts, scope)):
        return UNKNOWN
    # By what it is called with, so that a function that calls itself with the same comes to an end.
    key = ("passed result", function, known, bound, *_key(arguments))
    call = _Call(inference, function.path, facts, scope, arguments, bound=bound)
    return cached(inference, key, lambda: call.result(known), UNKNOWN)


def lambda_result(
    inference: Inference, path: str, function: int, arguments: Arguments, depth: int = 2
) -> Type:
    """Return what a call of a lambda, or of a name for one, returns of what it passes.

    Unknown if what is called is no lambda, or if its value does not begin with a parameter.
    """
    facts = inference.need(path)
    if facts_view.op(facts, function) == f.LAMBDA:
        body, scope = facts_view.operand(facts, function), facts_view.lambda_scope(facts, function)
        if _root(facts, scope, body) < 0:
            return UNKNOWN
        key = ("lambda result", path, function, *_key(arguments))
        call = _Call(inference, path, facts, scope, arguments, bound=False)
        return cached(inference, key, lambda: weaken(call.value(body), INFERRED), UNKNOWN)
    if facts_view.op(facts, function) != f.NAME or not depth:
        return UNKNOWN
    found = [item.entity for item in inference.definitions_of(path, function)]
    if len(found) != 1 or found[0].kind not in (VARIABLE, PARAMETER):
        return UNKNOWN
    kind, where, row = found[0]
    other = inference.need(where)
    value = (
        other.binding.value[row]
        if kind == VARIABLE
        else other.parameter.default[other.binding.ref[row]]
    )
    return lambda_result(inference, where, value, arguments, depth - 1) if value >= 0 else UNKNOWN


def _key(arguments: Arguments) -> tuple[object, ...]:
    """Return what tells the arguments of one call from those of another."""
    return (
        arguments.path, tuple(arguments.positional), tuple(sorted(arguments.keywords.items())),
        arguments.starred, arguments.doubled,
    )  # fmt: skip


def _root(facts: FileFacts, scope: int, expr: int) -> int:
    """Return the row of the parameter that an expression, or a part of it, begins with; else -1."""
    op = facts_view.op(facts, expr)
    if op == f.NAME:
        return _parameter(facts, scope, facts_view.name_row(facts, expr))
    if op == f.CALL:
        root = _root(facts, scope, facts_view.called(facts, expr))
        return root if root >= 0 else max(_packed(facts, scope, expr), default=-1)
    if op == f.SUBSCRIPT:
        return _root(facts, scope, facts_view.operand(facts, expr))
    if op in (f.OR, f.AND, f.CONDITIONAL_EXPR):
        parts: tuple[int, ...] = (facts.expr.a[expr], facts.expr.b[expr])
    else:
        parts = tuple(facts_view.elements(facts, expr)) if op == f.TUPLE else ()
    return max((_root(facts, scope, part) for part in parts), default=-1)


def _packed(facts: FileFacts, scope: int, call: int) -> list[int]:
    """Return the rows of the packed parameters that a call passes on: ``f(*args, **kwargs)``."""
    return [
        row
        for argument in facts_view.arguments(facts, call)
        if argument.is_unpacked
        for row in (_root(facts, scope, _unpacked(facts, argument.value)),)
        if row >= 0 and facts.parameter.kind[row] in (f.VAR_POSITIONAL, f.VAR_KEYWORD)
    ]


def _unpacked(facts: FileFacts, expr: int) -> int:
    """Return the row of what ``*`` or ``**`` unpacks."""
    return facts_view.operand(facts, expr) if facts_view.op(facts, expr) == f.STARRED else expr


def _parameter(facts: FileFacts, scope: int, name: int) -> int:
    """Return the row of a parameter that a function never binds to anything else; else -1."""
    if len(facts.bindings_of(scope, name)) != 1:
        return -1
    for row in facts_view.parameters(facts, scope):
        if facts.parameter.name[row] == name:
            is_packed = facts.parameter.kind[row] in (f.VAR_POSITIONAL, f.VAR_KEYWORD)
            is_filled = is_packed and container_contents.has_additions(facts, (scope, name))
            return -1 if is_filled else row
    return -1


class _Call:
    """One call: evaluates expressions of the function with what is passed."""

    def __init__(
        self,
        inference: Inference,
        path: str,
        facts: FileFacts,
        scope: int,
        arguments: Arguments,
        *,
        bound: bool,
    ) -> None:
        self.inference = inference
        self.path = path
        self.facts = facts
        self.scope = scope
        self.arguments = arguments
        self.bound = bound

    def result(self, known: Known) -> Type:
        """Return the type of what the function returns; unknown if a part of it is."""
        parts: list[Type] = []
        has_receiver = False
        for expr in facts_view.returned(self.facts, self.scope):
            position = self.facts.expr.position[expr]
            if not known or left_out.is_reachable(self.facts, self.scope, position, known):
                parts.append(self.value(expr))
                has_receiver = has_receiver or self._is_receiver(expr)
        # For navigation, the parts that are known; what the receiver is, is not known here.
        is_known = all(parts) or (self.inference.conventional and not has_receiver)
        return weaken(union(*parts), INFERRED) if is_known else UNKNOWN

    def _is_receiver(self, expr: int) -> bool:
        """True if an expression begins with the receiver of a method."""
        row = _root(self.facts, self.scope, expr)
        return row >= 0 and self._place(row) < 0

    def value(self, expr: int) -> Type:
        """Return the type of an expression for this call."""
        facts = self.facts
        op = facts_view.op(facts, expr)
        if _root(facts, self.scope, expr) < 0:
            return self.inference.infer_type(self.path, expr)
        left, right = facts.expr.a[expr], facts.expr.b[expr]
        if op == f.NAME:
            row = _parameter(facts, self.scope, facts_view.name_row(facts, expr))
            return narrowing.narrow(self.inference, self.path, expr, self._passed(row))
        if op == f.CALL:
            packed = _packed(facts, self.scope, expr)
            inner = (
                self._passed_on(expr)
                if packed
                else Arguments.of(self.inference, self.path, facts, expr)
            )
            if made := self._called_lambda(left, inner):
                return made
            return union(*(self.inference.call_result(each, inner) for each in self.value(left)))
        if op == f.SUBSCRIPT:
            return self._item(left, right)
        if op == f.TUPLE:
            return self._tuple([self.value(each) for each in facts_view.elements(facts, expr)])
        first = self.value(left)
        if op == f.AND:
            first = operators.falsy_part(self.inference, first)
        return alternatives(first, self.value(right))

    def _called_lambda(self, function: int, inner: Arguments) -> Type:
        """Return what a lambda gives that is passed for the parameter that is called."""
        if facts_view.op(self.facts, function) != f.NAME or not self.inference.conventional:
            return UNKNOWN
        row = _parameter(self.facts, self.scope, facts_view.name_row(self.facts, function))
        name = facts_view.plain_name(self.facts, function)
        given = self.arguments.given(self._place(row), name) if row >= 0 else None
        if not isinstance(given, int):
            return UNKNOWN
        return lambda_result(self.inference, self.arguments.path, given, inner)

    def _passed_on(self, call: int) -> Arguments:
        """Return the arguments of an inner call, with what this one passes on unpacked."""
        facts, outer = self.facts, self.arguments
        inner = Arguments(self.inference, self.path, [])
        own = {facts.names[facts.parameter.name[row]]
               for row in facts_view.parameters(facts, self.scope)}  # fmt: skip
        for key, _, value in facts_view.arguments(facts, call):
            row = _root(facts, self.scope, _unpacked(facts, value)) if key < -1 else -1
            if key == f.ARG_POSITIONAL:
                inner.positional.append(self.value(value))
            elif key >= 0:
                inner.keywords[facts.names[key]] = self.value(value)
            elif key == f.ARG_STAR:
                place = self._place(row) if row >= 0 else -1
                inner.positional += outer.passed()[place:] if place >= 0 else []
                inner.starred = inner.starred or outer.starred or place < 0
            else:
                inner.keywords |= {
                    name: outer.type_of(-1, name) for name in outer.keywords if name not in own
                }
                inner.doubled = inner.doubled or outer.doubled or row < 0
        return inner

    def _place(self, row: int) -> int:
        """Return the place of a parameter among the positional arguments of a call."""
        return list(facts_view.parameters(self.facts, self.scope)).index(row) - self.bound

    def _item(self, container: int, key: int) -> Type:
        facts = self.facts
        text = facts_view.string(facts, key)
        name = facts_view.name_row(facts, container) if facts.expr.op[container] == f.NAME else -1
        row = _parameter(facts, self.scope, name) if name >= 0 else -1
        if row >= 0 and facts.parameter.kind[row] == f.VAR_KEYWORD and text is not None:
            return self.arguments.type_of(-1, text)
        return union(
            *(
                operators.item_type(self.inference, self.path, facts, value, key)
                for value in self.value(container)
            )
        )

    def _passed(self, row: int) -> Type:
        """Return the type of what is passed for a parameter."""
        facts, table = self.facts, self.facts.parameter
        place = self._place(row)
        if place < 0:
            return UNKNOWN  # the receiver
        kind = table.kind[row]
        if kind == f.VAR_POSITIONAL:
            passed = self.arguments.passed()[place:]
            return UNKNOWN if self.arguments.starred else self._tuple(passed)
        if kind == f.VAR_KEYWORD:
            keywords = self.arguments.keywords
            values = alternatives(*(self.arguments.type_of(-1, each) for each in keywords))
            return builtin_instance(
                self.inference, "dict", builtin_instance(self.inference, "str"), values
            )
        given = self.arguments.given(
            -1 if kind == f.KEYWORD_ONLY else place, facts.names[table.name[row]]
        )
        if given is not None:
            if isinstance(given, int):
                given = self.inference.infer_type(self.arguments.path, given)
            annotation = table.annotation[row]
            if annotation >= 0 and given:
                # What does not fit is no instance of what the function says that it takes.
                declared = self.inference.annotation_type(self.path, annotation)
                if takes_all(self.inference, declared, given) == NEVER:
                    return declared
            return given
        if self.arguments.is_open or table.default[row] < 0:
            return UNKNOWN
        return self.inference.infer_type(self.path, table.default[row])

    def _tuple(self, elements: list[Type]) -> Type:
        entity = standard_class(self.inference, "builtins", "tuple")
        if entity is None:
            return UNKNOWN
        return (instance(entity, (alternatives(*elements), *elements)),)
