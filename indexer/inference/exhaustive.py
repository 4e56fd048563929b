"""Exhaustive types: those whose alternatives cover every value that an expression may have.

For navigation a type may omit what is unknown: of ``x = known() if test else unknown()`` it is the
known half. A diagnostic that something does *not* exist needs an exhaustive type: every possible
value has to be one of the alternatives. When in doubt, a type is not exhaustive.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from . import expressions, narrowing
from .annotations import annotation_type, is_whole
from .classes import class_member, mro, own_attributes, own_member, subclasses
from .constructors import gives_another
from .dynamic_attributes import may_replace_attributes, sets_computed_attributes
from .entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
)
from .entity_types import entity_type
from .members import member_definitions
from .module_writes import values_set_elsewhere
from .names import bindings_of_name, module_attribute, resolve_binding
from .query_cache import cached
from .receivers import is_what_it_is_called_on
from .return_types import has_known_decorators
from .signatures import NEVER, Arguments, match_score, matching_overloads, overloads
from .standard_types import standard_class
from .synthesized import tuple_fields
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NONE,
    SUPER,
    VARIABLE_TYPE,
    has_variables,
    without_none,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Found
    from .inference import Inference
    from .types import Type, Value

# Expressions whose class is known whatever their operands are.
_OF_KNOWN_CLASS = frozenset(
    [f.STRING, f.BYTES, f.FORMATTED, f.INTEGER, f.FLOAT, f.COMPLEX, f.TRUE, f.FALSE, f.NONE, f.LIST,
     f.SET, f.DICT, f.TUPLE, f.LIST_COMPREHENSION, f.SET_COMPREHENSION, f.DICT_COMPREHENSION,
     f.GENERATOR_EXPRESSION, f.LAMBDA, f.NOT, f.SLICE]
)  # fmt: skip
_BRANCHING = frozenset([f.CONDITIONAL_EXPR, f.OR, f.AND])
# Derived classes that are looked at; with more of them nothing is claimed of all.
_DERIVED = 200
# Expressions that read an element of a container.
_ELEMENTS = frozenset([f.ELEMENT, f.ITEM, f.REST, f.SUBSCRIPT, f.STARRED])


def is_exhaustive(inference: Inference, path: str, expr: int) -> bool:
    """True if the type of an expression covers every value that it may have."""
    if expr < 0:
        return False
    key = ("complete", path, expr)
    return cached(inference, key, lambda: _is_expression_exhaustive(inference, path, expr), False)


def _is_expression_exhaustive(inference: Inference, path: str, expr: int) -> bool:
    facts = inference.facts(path)
    if facts is None:
        return False
    op = facts.expr.op[expr]
    if op in _OF_KNOWN_CLASS:
        return True
    if op in _BRANCHING:
        return all(
            is_exhaustive(inference, path, part) for part in facts_view.branches(facts, expr)
        )
    if not expressions.infer_type(inference, path, expr):
        return False
    if op == f.NAME:
        return _is_narrowed(inference, path, expr) or _name(inference, path, facts, expr)
    if op == f.ATTRIBUTE:
        return _is_narrowed(inference, path, expr) or _attribute(inference, path, facts, expr)
    if op == f.CALL:
        return _call(inference, path, facts, expr)
    operand = facts_view.operand(facts, expr)
    if op in _ELEMENTS:
        if op == f.SUBSCRIPT and _has_unknown_elements(inference, path, operand):
            return False
        return _has_only_known_values(inference, path, facts, operand)
    if op in (f.NAMED, f.AWAIT, f.ENTERED, f.RAISED, f.UNARY):
        return is_exhaustive(inference, path, operand)
    if op == f.COMPARE:
        return _comparison(inference, path, facts, expr)
    if op == f.BINARY:
        return is_exhaustive(inference, path, operand) and is_exhaustive(
            inference, path, facts_view.binary(facts, expr).right
        )
    return False


# Comparisons that call a method, of the left operand or else of the right one.
_COMPARING = {
    "==": ("__eq__", "__eq__"), "!=": ("__ne__", "__ne__"), "<": ("__lt__", "__gt__"),
    ">": ("__gt__", "__lt__"), "<=": ("__le__", "__ge__"), ">=": ("__ge__", "__le__"),
}  # fmt: skip
# Files that declare classes of the interpreter itself, which compare to a bool.
_COMPARING_TO_BOOL = ("/builtins.pyi", "/types.pyi", "/datetime.pyi", "/decimal.pyi")


def _comparison(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    """True if it is known which classes are compared: arrays and columns give more than a bool."""
    comparison = facts_view.single_comparison(facts, expr)
    if comparison is None:
        return False  # a chain
    methods = _COMPARING.get(comparison.operator)
    if methods is None:
        return True  # `in`, `is`
    for operand, method in zip((comparison.left, comparison.right), methods, strict=True):
        if not is_exhaustive(inference, path, operand):
            return False
        for value in expressions.infer_type(inference, path, operand):
            if value.form != INSTANCE:
                continue
            if value.entity.path.endswith("/typing.pyi"):
                return False  # a `Sequence` may be an array
            found = class_member(inference, value.entity, method)
            if any(not item.entity.path.endswith(_COMPARING_TO_BOOL) for item in found):
                return False
    return True


def _is_narrowed(inference: Inference, path: str, expr: int) -> bool:
    """True if the tests before an expression, or its last value, are enough to know its type."""
    if without_none(narrowing.narrow_by_tests(inference, path, expr, ())):
        return True
    value = narrowing.assigned_value(inference.need(path), expr)
    return (
        value >= 0
        and bool(without_none(narrowing.narrow(inference, path, expr, ())))
        and is_exhaustive(inference, path, value)
    )


def _name(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    rows = bindings_of_name(facts, expr)
    if not rows:  # a builtin, or a name that a star import binds
        return all(
            _entity(inference, item.entity)
            for item in expressions.definitions_of(inference, path, expr)
        )
    return all(_binding(inference, path, facts, row) and not _is_field(facts, row) for row in rows)


def _annotates(facts: FileFacts, cls: int, name: int) -> bool:
    """True if a class says of which type an attribute is."""
    annotated = facts.binding.annotation
    scope = facts.definition.own_scope[cls]
    return any(annotated[row] >= 0 for row in facts.bindings_of(scope, name)) or any(
        facts.attribute_binding.annotation[row] >= 0 for row in own_attributes(facts, cls, name)
    )


def _is_field(facts: FileFacts, row: int) -> bool:
    """True if a name in a class body is a field, whose annotation is that of instances."""
    table = facts.binding
    value = table.value[row]
    return (
        table.annotation[row] >= 0
        and value >= 0
        and facts.expr.op[value] == f.CALL
        and facts.scope.kind[table.scope[row]] == f.CLASS_SCOPE
    )


def _binding(inference: Inference, path: str, facts: FileFacts, row: int) -> bool:
    kind = facts.binding.kind[row]
    if kind == f.IMPORT:
        found = resolve_binding(inference, path, facts, row)
        return bool(found) and all(_entity(inference, item.entity) for item in found)
    if kind in (f.DEF_CLASS, f.DEF_FUNCTION):
        return True
    annotation = facts.binding.annotation[row]
    if annotation >= 0:
        return is_whole(inference, path, annotation) and not _is_class_of_declared(
            inference, path, annotation, facts.binding.value[row]
        )
    if kind == f.PARAMETER:
        return is_what_it_is_called_on(inference, path, row)
    if kind == f.AUGMENT or _is_placeholder(facts, row):
        return False
    return is_exhaustive(inference, path, facts.binding.value[row])


def _is_class_of_declared(inference: Inference, path: str, annotation: int, value: int) -> bool:
    """True if an annotation contradicts its value: ``group_class: Group = ShapeGroup``."""
    if value < 0:
        return False
    declared = annotation_type(inference, path, annotation)
    instances = {each.entity for each in declared if each.form == INSTANCE}
    return any(
        each.form == CLASS_OBJECT and not instances.isdisjoint(mro(inference, each.entity))
        for each in expressions.infer_type(inference, path, value)
    )


def _is_placeholder(facts: FileFacts, row: int) -> bool:
    """True if a class variable is ``NotImplemented``, which derived classes replace."""
    return (
        _is_not_implemented(facts, facts.binding.value[row])
        and facts.scope.kind[facts.binding.scope[row]] == f.CLASS_SCOPE
    )


def _is_not_implemented(facts: FileFacts, expr: int) -> bool:
    return facts_view.plain_name(facts, expr) == "NotImplemented"


def _is_set_elsewhere(inference: Inference, variable: Entity) -> bool:
    """True if other files assign a value of another type to a variable of a module."""
    if inference.snapshot.index.search_path.layer(variable.path) == "stdlib":
        return False
    declared = {value.head for value in entity_type(inference, variable)}
    for path, value in values_set_elsewhere(inference, variable.path, name_of(inference, variable)):
        if not is_exhaustive(inference, path, value) or any(
            each.head not in declared for each in expressions.infer_type(inference, path, value)
        ):
            return True
    return False


def _is_replaced(inference: Inference, variable: Entity, owner: int, name: str) -> bool:
    """True if a derived class overrides a class variable with a value of another type."""
    cls = Entity(CLASS, variable.path, owner)
    if cls.is_outside:
        return False  # installed packages rarely derive from each other's classes
    declared = {value.head for value in entity_type(inference, variable)}
    for each in all_subclasses(inference, cls):
        for item in own_member(inference, each, name):
            if item.entity.kind not in (VARIABLE, ATTRIBUTE):
                return True
            type_ = entity_type(inference, item.entity)
            if not type_ or any(value.head not in declared for value in type_):
                return True
    return False


def _entity(inference: Inference, entity: Entity) -> bool:
    """True if the type of an entity covers every value that it may have."""
    kind, path, row = entity
    if kind in (MODULE, NAMESPACE, CLASS):
        return True
    if kind == OUTSIDE:
        return False
    key = ("complete entity", entity)
    return cached(inference, key, lambda: _entity_now(inference, kind, path, row), False)


def _entity_now(inference: Inference, kind: int, path: str, row: int) -> bool:
    facts = inference.need(path)
    if kind == FUNCTION:
        return True
    if kind == PARAMETER:
        return _binding(inference, path, facts, row)
    if kind == VARIABLE:
        scope, name = facts.binding.scope[row], facts.binding.name[row]
        owner = -1
        if facts.scope.kind[scope] == f.CLASS_SCOPE:
            owner = facts.scope.definition[scope]
        if facts.binding.annotation[row] >= 0:
            return _binding(inference, path, facts, row)
        rows = facts.bindings_of(scope, name)
        if not all(_binding(inference, path, facts, other) for other in rows):
            return False
        if scope == 0 and _is_set_elsewhere(inference, Entity(VARIABLE, path, row)):
            return False
        if owner >= 0 and not path.endswith(".pyi") and sets_computed_attributes(facts, owner):
            return False
        if owner >= 0 and _is_replaced(
            inference, Entity(VARIABLE, path, row), owner, facts.names[name]
        ):
            return False
        if (
            owner >= 0
            and any(facts_view.op(facts, facts.binding.value[other]) == f.CALL for other in rows)
            and may_replace_attributes(inference, Entity(CLASS, path, owner))
        ):
            return False
    elif kind == ATTRIBUTE:
        owner, name = (
            facts.attribute_binding.owner[row],
            facts.attribute_binding.name[row],
        )
    else:
        return False
    if owner >= 0 and _is_set_in_a_base(inference, Entity(CLASS, path, owner), facts.names[name]):
        return False
    return _assigned(inference, path, facts, owner, name)


def _is_set_in_a_base(inference: Inference, cls: Entity, name: str) -> bool:
    """True if methods of a base class assign to an attribute without annotating it."""
    for base in mro(inference, cls)[1:]:
        facts = inference.facts(base.path) if base.kind == CLASS else None
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0:
            continue
        rows = own_attributes(facts, base.row, row)
        if rows and all(facts.attribute_binding.annotation[each] < 0 for each in rows):
            return True
    return False


def _assigned(inference: Inference, path: str, facts: FileFacts, owner: int, name: int) -> bool:
    """True if the type of every value that methods of a class assign to an attribute is known."""
    table = facts.attribute_binding
    if owner < 0:
        return True
    rows = [
        row for row, other in enumerate(table.owner) if other == owner and table.name[row] == name
    ]
    for row in rows:
        annotation = table.annotation[row]
        if annotation >= 0:
            return is_whole(inference, path, annotation) and not _is_class_of_declared(
                inference, path, annotation, table.value[row]
            )
    return all(is_exhaustive(inference, path, table.value[row]) for row in rows)


def _attribute(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    attribute = facts_view.attribute(facts, expr)
    if attribute is None:
        return False
    receiver, name = attribute.receiver, attribute.name
    for item in expressions.definitions_of(inference, path, receiver):
        if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE):
            found = module_attribute(inference, item.entity, name)
            return bool(found) and all(_entity(inference, inner.entity) for inner in found)
    if not is_exhaustive(inference, path, receiver):
        return False
    for value in without_none(expressions.infer_type(inference, path, receiver)):
        found = member_definitions(inference, value, name)
        if not found or not all(_member(inference, item.entity) for item in found):
            return False
        if value.form == CLASS_OBJECT and found[0].entity.kind == ATTRIBUTE:
            return False  # nothing, or what stands for a slot
        if value.form == INSTANCE and _is_rebound(inference, value.entity, name, found):
            return False
    return True


def _is_rebound(inference: Inference, cls: Entity, name: str, found: list[Found]) -> bool:
    """True if methods assign another value to an attribute than those that were found for it.

    ``self.find = lru_cache(self.find)`` hides the method; a subclass may assign what its base does
    not declare.
    """
    known: set[tuple[int, Entity]] | None = None
    for base in mro(inference, cls):
        facts = inference.facts(base.path) if base.kind == CLASS else None
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0 or _annotates(facts, base.row, row):
            continue
        for each in own_attributes(facts, base.row, row):
            value, annotation = (
                facts.attribute_binding.value[each], facts.attribute_binding.annotation[each],
            )  # fmt: skip
            if annotation >= 0 or value < 0:
                continue
            if known is None:
                known = {
                    each.head
                    for item in found
                    for each in entity_type(inference, item.entity)
                    if item.entity.kind != FUNCTION
                }
            type_ = without_none(expressions.infer_type(inference, base.path, value))
            if not type_ or any(value.head not in known for value in type_):
                return True
    return False


def _member(inference: Inference, entity: Entity) -> bool:
    if entity.kind == FUNCTION:
        facts = inference.need(entity.path)
        if facts.definition.flags[entity.row] & f.PROPERTY:
            return _result(inference, entity)
    return _entity(inference, entity) and (
        entity.kind != VARIABLE or _is_read_completely(inference, entity)
    )


def _is_read_completely(inference: Inference, variable: Entity) -> bool:
    """True if the results of all descriptors that a class variable may be are known."""
    plain = standard_class(inference, "builtins", "property")  # returns its function's result
    if any(
        value.form == INSTANCE
        and class_member(inference, value.entity, "__set__")
        and not class_member(inference, value.entity, "__get__")
        for value in entity_type(inference, variable)
    ):
        return False  # what it has put into the instance is read
    return all(
        item.entity.kind == FUNCTION and _result(inference, item.entity)
        for value in entity_type(inference, variable)
        if value.form == INSTANCE and value.entity.kind == CLASS and value.entity != plain
        for item in class_member(inference, value.entity, "__get__")
    )


def _call(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    function = facts_view.called(facts, expr)
    if _is_type_call(facts, expr):
        return False
    if facts_view.plain_name(facts, function) == "property":  # it is read for what that returns
        getters = [
            item.entity
            for argument in facts_view.argument_values(facts, expr)[:1]
            for item in expressions.definitions_of(inference, path, argument)
        ]
        return all(each.kind == FUNCTION and _result(inference, each) for each in getters)
    called = without_none(expressions.infer_type(inference, path, function))
    if _returns_element(inference, facts, function, called) and not _has_only_known_values(
        inference, path, facts, facts_view.operand(facts, function)
    ):
        return False
    return (
        bool(called)
        and is_exhaustive(inference, path, function)
        and all(_has_known_result(inference, value) for value in called)
        and not _leaves_variables(inference, path, expr, called)
        and not _is_chosen_blindly(inference, path, facts, expr, called)
    )


def _is_chosen_blindly(
    inference: Inference, path: str, facts: FileFacts, call: int, called: Type
) -> bool:
    """True if overloads give different results, and it is not known which one is called."""
    arguments = Arguments.of(inference, path, facts, call)
    is_known = all(
        _is_known_throughout(inference, path, argument.value)
        for argument in facts_view.arguments(facts, call)
    )
    functions: list[Entity] = []
    for value in called:
        if value.form != FUNCTION_OBJECT or value.entity.kind != FUNCTION:
            continue
        is_bound = any(value.args)
        if is_known:
            functions += matching_overloads(inference, value.entity, arguments, bound=is_bound)
        else:
            functions += (
                each
                for each in overloads(inference, value.entity)
                if match_score(inference, each, arguments, bound=is_bound) != NEVER
            )
    results = {
        annotation_type(inference, where, inference.need(where).definition.returns[row])
        for _, where, row in functions
    }
    return len(results) > 1


def _is_known_throughout(inference: Inference, path: str, expr: int) -> bool:
    """True if the type of an expression is exhaustive, those of its elements included."""
    return is_exhaustive(inference, path, expr) and not any(
        value.form == INSTANCE and value.args and not all(value.args)
        for value in expressions.infer_type(inference, path, expr)
    )


def _leaves_variables(inference: Inference, path: str, call: int, called: Type) -> bool:
    """True if a declared result is a union with a type variable of which nothing is known here."""
    for value in called:
        if value.form != FUNCTION_OBJECT or value.entity.kind != FUNCTION:
            continue
        where, row = value.entity.path, value.entity.row
        declared = annotation_type(inference, where, inference.need(where).definition.returns[row])
        if len(declared) > 1 and any(each.form == VARIABLE_TYPE for each in declared):
            plain = {each.head for each in declared if each.form != VARIABLE_TYPE}
            got = expressions.infer_type(inference, path, call)
            if all(each.head in plain for each in got):
                return True
    return False


def _has_unknown_elements(inference: Inference, path: str, expr: int) -> bool:
    """True if the declared type or a value of a container has ``Any`` for its elements."""
    facts = inference.need(path)
    if facts.expr.op[expr] != f.NAME:
        return False
    for row in bindings_of_name(facts, expr):
        annotation, value = facts.binding.annotation[row], facts.binding.value[row]
        if annotation >= 0:
            type_ = annotation_type(inference, path, annotation)
        elif value >= 0 and facts.binding.kind[row] == f.ASSIGN:
            type_ = expressions.infer_type(inference, path, value)
        else:
            continue
        if any(each.form == INSTANCE and each.args and not each.args[-1] for each in type_):
            return True
    return False


def _returns_element(inference: Inference, facts: FileFacts, function: int, called: Type) -> bool:
    """True if a call is of a method that returns an element of a standard container."""
    if facts.expr.op[function] != f.ATTRIBUTE:
        return False
    for value in called:
        entity = value.entity
        if value.form != FUNCTION_OBJECT or not entity.path.endswith(".pyi"):
            continue
        returns = inference.need(entity.path).definition.returns[entity.row]
        if (
            returns >= 0
            and any(
                each.form == VARIABLE_TYPE
                for each in annotation_type(inference, entity.path, returns)
            )
            and inference.snapshot.index.search_path.layer(entity.path) == "stdlib"
        ):
            return True
    return False


def _is_type_call(facts: FileFacts, call: int) -> bool:
    """True if a call is ``type("Box", (Base,), body)``, of which only the base is known."""
    function = facts_view.called(facts, call)
    return (
        facts_view.plain_name(facts, function) == "type"
        and len(facts_view.argument_values(facts, call)) > 1
    )


def _has_known_result(inference: Inference, value: Value) -> bool:
    """True if the type of what calling a value returns is exhaustive."""
    form, entity = value.head
    if form == CLASS_OBJECT:
        if entity.kind == VARIABLE:
            return bool(tuple_fields(inference, entity))
        # `Enum("Color", names)` makes a class.
        enum = standard_class(inference, "enum", "Enum")
        makes_class = entity.is_outside and enum in mro(inference, entity)
        return entity.kind == CLASS and not makes_class and not gives_another(inference, entity)
    if form == FUNCTION_OBJECT:
        return has_known_decorators(inference, entity) and _result(inference, entity)
    if form == CALLABLE:
        return bool(value.args and value.args[0])
    if form == INSTANCE:
        found = member_definitions(inference, value, "__call__")
        return bool(found) and all(
            item.entity.kind == FUNCTION
            and has_known_decorators(inference, item.entity)
            and _result(inference, item.entity)
            for item in found
        )
    return form in (SUPER, NONE)


def _result(inference: Inference, function: Entity) -> bool:
    """True if the return type of a function is exhaustive."""
    key = ("complete result", function)
    return cached(inference, key, lambda: _result_now(inference, function), False)


def _result_now(inference: Inference, function: Entity) -> bool:
    _, path, row = function
    facts = inference.need(path)
    table = facts.definition
    annotation = table.returns[row]
    if annotation >= 0:
        return is_whole(inference, path, annotation)
    if path.endswith(".pyi"):
        return False
    flags = table.flags[row]
    declared = overloads(inference, function)
    if declared != [function]:  # what is run of them
        return all(_result(inference, each) for each in declared)
    if flags & (f.GENERATOR | f.ABSTRACT | f.STUB_BODY):
        return bool(flags & f.GENERATOR)
    if _is_overridden(inference, function, facts):
        return False
    returned = list(facts_view.returned(facts, table.own_scope[row]))
    if returned and all(_is_not_implemented(facts, expr) for expr in returned):
        return False  # derived classes are to say
    return all(is_exhaustive(inference, path, expr) for expr in returned)


def _is_overridden(inference: Inference, function: Entity, facts: FileFacts) -> bool:
    """True if a derived class overrides a method."""
    cls = owner_class(facts, function)
    if cls < 0:
        return False
    name = facts_view.definition_name(facts, function.row)
    below = all_subclasses(inference, Entity(CLASS, function.path, cls))
    return len(below) >= _DERIVED or any(own_member(inference, each, name) for each in below)


def all_subclasses(inference: Inference, cls: Entity) -> list[Entity]:
    """Return the direct and indirect subclasses of a class, of very many only some."""
    found: list[Entity] = []
    pending, seen = [cls], {cls}
    while pending and len(found) < _DERIVED:
        for each in subclasses(inference, pending.pop()):
            if each not in seen:
                seen.add(each)
                found.append(each)
                pending.append(each)
    return found


def _has_only_known_values(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    """True if the types of all elements of a container are known: it is annotated, or a tuple.

    Values that other code adds to a list or dictionary cannot be listed.
    """
    op = facts.expr.op[expr]
    if op == f.TUPLE:
        parts = facts_view.elements(facts, expr)
        return all(is_exhaustive(inference, path, part) for part in parts)
    if op in (f.LIST_COMPREHENSION, f.SET_COMPREHENSION, f.GENERATOR_EXPRESSION):
        return is_exhaustive(inference, path, facts_view.operand(facts, expr))
    if op in (f.LIST, f.SET, f.DICT, f.DICT_COMPREHENSION):
        return False
    if op == f.NAME:
        rows = bindings_of_name(facts, expr)
        return bool(rows) and all(
            _binding_has_only_known_values(inference, path, facts, row) for row in rows
        )
    if op == f.ATTRIBUTE:
        return is_exhaustive(inference, path, expr) and _is_declared(inference, path, facts, expr)
    if op == f.CALL and not _is_declared_result(inference, path, facts_view.called(facts, expr)):
        return False
    return op in (f.CALL, f.AWAIT, f.SUBSCRIPT, f.ELEMENT, f.ITEM, f.ENTERED) and is_exhaustive(
        inference, path, expr
    )


def _is_declared_result(inference: Inference, path: str, function: int) -> bool:
    """True if a function has a return annotation, which also names the types of elements.

    Where it names type variables of the class, they are those of the receiver.
    """
    facts = inference.need(path)
    for value in without_none(expressions.infer_type(inference, path, function)):
        if value.form != FUNCTION_OBJECT or value.entity.kind != FUNCTION:
            return False
        where, row = value.entity.path, value.entity.row
        returns = inference.need(where).definition.returns[row]
        if returns < 0:
            return False
        if (
            facts.expr.op[function] == f.ATTRIBUTE
            and has_variables(annotation_type(inference, where, returns))
            and not _has_only_known_values(
                inference, path, facts, facts_view.operand(facts, function)
            )
        ):
            return False
    return True


def _binding_has_only_known_values(
    inference: Inference, path: str, facts: FileFacts, row: int
) -> bool:
    annotation = facts.binding.annotation[row]
    if annotation >= 0:
        return bool(annotation_type(inference, path, annotation))
    if facts.binding.kind[row] in (f.PARAMETER, f.IMPORT, f.AUGMENT):
        return False
    value = facts.binding.value[row]
    return value >= 0 and _has_only_known_values(inference, path, facts, value)


def _is_declared(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    """True if an attribute has an annotation, which also names the types of elements."""
    attribute = facts_view.attribute(facts, expr)
    if attribute is None:
        return False
    for value in without_none(expressions.infer_type(inference, path, attribute.receiver)):
        for item in member_definitions(inference, value, attribute.name):
            kind, where, row = item.entity
            if kind == OUTSIDE:
                return False
            other = inference.need(where)
            if kind == FUNCTION and other.definition.returns[row] < 0:
                return False  # a property
            if kind == VARIABLE and other.binding.annotation[row] < 0:
                return False
            if kind == ATTRIBUTE:
                table = other.attribute_binding
                same = [
                    index
                    for index, owner in enumerate(table.owner)
                    if owner == table.owner[row] and table.name[index] == table.name[row]
                ]
                if all(table.annotation[index] < 0 for index in same):
                    return False
    return True
