"""The question about a parameter, the answer of a rule, and how far rules rest on each other.

An argument may itself be a parameter whose type only convention tells. Following that through
whatever the argument computes would soon mean all of the code base, so it is followed only where
the argument *is* a parameter, or an attribute of one; anything else is evaluated by what types say.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference import expressions
from ..inference.classes import mro
from ..inference.entities import (
    CLASS,
    CONVENTIONAL,
    FUNCTION,
    PARAMETER,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
)
from ..inference.query_cache import NESTED
from ..inference.signatures import parameter_rows
from ..inference.types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, NONE, UNKNOWN, Value, union
from ..paths import is_test_file
from ..plugins.registry import is_test_double

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type


class ParameterQuery:
    """A parameter whose type is to be inferred.

    ``place`` counts from what a call writes first, so the receiver of a method is left out; it is
    -1 for a parameter that is given by keyword only. ``cls`` is the definition row of the class
    that the function is a member of, or -1.
    """

    __slots__ = ("cls", "facts", "function", "method", "name", "parameter", "path", "place", "row")

    def __init__(self, inference: Inference, path: str, facts: FileFacts, row: int) -> None:
        """Row ``row`` of binding, of a function that has a definition."""
        self.path = path
        self.facts = facts
        self.row = row
        scope = facts.binding.scope[row]
        self.function = Entity(FUNCTION, path, facts.scope.definition[scope])
        self.method = facts_view.definition_name(facts, self.function.row)
        self.name = facts_view.binding_name(facts, row)
        self.parameter = facts.binding.ref[row]
        self.cls = owner_class(facts, self.function)
        rows = parameter_rows(inference, self.function)
        self.place = rows.index(self.parameter)
        if facts.parameter.kind[self.parameter] == f.KEYWORD_ONLY:
            self.place = -1
        elif self.is_bound:
            self.place -= 1

    @property
    def is_bound(self) -> bool:
        """True if calls leave out the first parameter."""
        flags = self.facts.definition.flags[self.function.row]
        return self.cls >= 0 and not flags & f.STATIC


class Answer:
    """The answer of one rule: a type, the rule's short name, and the reason, for people."""

    __slots__ = ("because", "rule", "type")

    def __init__(self, type_: Type, rule: str, because: str) -> None:
        """``because`` goes on after "`x` is a `Foo`: "."""
        self.type = type_
        self.rule = rule
        self.because = because


def infer_without_conventions(inference: Inference, path: str, expr: int) -> Type:
    """Return the type of an expression without looking for any more conventions."""
    progress = inference.progress
    before = progress.conventions
    progress.conventions = NESTED
    try:
        return expressions.infer_type(inference, path, expr)
    finally:
        progress.conventions = before


def infer_argument(inference: Inference, path: str, expr: int) -> Type:
    """Return the type of an argument; that of a parameter or its attributes by convention."""
    facts = inference.need(path)
    root = expr
    while facts.expr.op[root] in (f.ATTRIBUTE, f.SUBSCRIPT):
        root = facts_view.operand(facts, root)
    if facts_view.plain_name(facts, root) and any(
        item.entity.kind == PARAMETER for item in expressions.definitions_of(inference, path, root)
    ):
        return expressions.infer_type(inference, path, expr)
    return infer_without_conventions(inference, path, expr)


_OF_CLASSES = (INSTANCE, CLASS_OBJECT)
# Alternatives that are worth telling; more of them say that the parameter takes anything.
_MAX_ALTERNATIVES = 3
# Type arguments inside of each other, and alternatives of one, that are kept.
_DEPTH = 3
_WIDTH = 6


def informative(inference: Inference, type_: Type, path: str) -> Type:
    """Return the informative part of a type: no None, no ``object``, no test doubles.

    What tests define stands in for something else wherever it reaches other code.
    """
    anything = is_test_file(path)
    return tuple(
        value
        for value in type_
        if _is_informative(inference, value)
        and (anything or value.form not in _OF_CLASSES or not is_test_file(value.entity.path))
    )


def _is_informative(inference: Inference, value: Value) -> bool:
    form, entity, _, _ = value
    if form == NONE:
        return False
    if form != INSTANCE:
        return True
    if entity.kind not in (CLASS, VARIABLE) or is_test_double(entity):
        return False
    return name_of(inference, entity) not in ("object", "Any")


def combine(inference: Inference, type_: Type) -> Type:
    """Return the alternatives of one rule as a conventional type; unknown if there are too many."""
    merged = _merged(type_)
    if len(merged) > _MAX_ALTERNATIVES:
        base = _common_base(inference, merged)
        if base is None:
            return UNKNOWN
        merged = (base,)
    return as_conventional(merged)


def _merged(type_: Type) -> Type:
    """Return instances of one class with different type arguments as one."""
    found: dict[tuple[int, Entity], Value] = {}
    for value in type_:
        key = value.head
        first = found.get(key)
        if first is None:
            found[key] = value
        elif first.form == INSTANCE and len(first.args) == len(value.args):
            args = tuple(union(*pair) for pair in zip(first.args, value.args, strict=True))
            evidence = max(first.evidence, value.evidence)
            found[key] = Value(first.form, first.entity, args, evidence)
    return tuple(found.values())


def _common_base(inference: Inference, type_: Type) -> Value | None:
    """Return the nearest class that all are derived from, when they are all of one form."""
    forms = {value.form for value in type_}
    if len(forms) != 1 or not forms <= {INSTANCE, CLASS_OBJECT}:
        return None
    orders = [mro(inference, value.entity) for value in type_]
    for candidate in orders[0]:
        if candidate.kind == CLASS and all(candidate in order for order in orders[1:]):
            outside = candidate.path.endswith((".pyi",)) and candidate.is_outside
            return None if outside else Value(type_[0].form, candidate, (), CONVENTIONAL)
    return None


def as_conventional(type_: Type, depth: int = 0) -> Type:
    """Return a type marked as conventional, with its type arguments but for deeply nested ones."""
    return tuple(
        Value(
            form,
            entity,
            args
            if form == FUNCTION_OBJECT
            else tuple(_inner_argument(arg, depth + 1) for arg in args),
            CONVENTIONAL,
        )
        for form, entity, args, _ in type_
    )


def _inner_argument(arg: Type, depth: int) -> Type:
    return as_conventional(arg, depth) if depth <= _DEPTH and len(arg) <= _WIDTH else UNKNOWN
