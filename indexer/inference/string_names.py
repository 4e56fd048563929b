"""Names in strings: what a literal names where code looks it up by its text.

Keys of typed dictionaries, attributes for ``getattr`` and in ``__slots__``, modules for
``import_module``; and what plugins know: fixtures, patched objects, fields of validators.
"""

from __future__ import annotations

import re

from .. import facts as f
from .. import facts_view
from ..plugins import registry
from .access_paths import argument_for, last_name, parent_expression
from .annotations import annotation_type
from .calls import keyword_target
from .classes import class_member, is_enum
from .entities import CLASS, FUNCTION, INFERRED, MODULE, NAMESPACE, QUOTED, VARIABLE, Entity, Found
from .entity_types import entity_type
from .expressions import definitions_of, infer_type
from .members import attribute_definitions
from .modules import IMPORTERS, find_module, module_imported_by_call
from .signatures import parameter_rows
from .synthesized import is_typed_dict, made_fields
from .types import CLASS_OBJECT, INSTANCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type


_DISPLAYS = (f.LIST, f.TUPLE, f.SET)
_KEY_METHODS = frozenset(["get", "pop", "setdefault"])
_ATTRIBUTE_FUNCTIONS = frozenset(["getattr", "hasattr", "setattr", "delattr"])
_MEMBER_LISTS = ("__slots__", "__match_args__")


def string_at(facts: FileFacts, offset: int) -> int:
    """Return the row of the short string literal around a byte offset, or -1."""
    table = facts.expr
    for row, kind in enumerate(table.op):
        if kind == f.STRING and table.position[row] < offset < table.b[row] and table.a[row] >= 0:
            return row
    return -1


def quoted(facts: FileFacts, text: bytes, name: str) -> Iterator[tuple[int, int]]:
    """Yield (position, row of the string) of every place where a short string has a word."""
    rows = {row for row, string in enumerate(facts.strings) if name in string}
    if not rows:
        return
    word = re.compile(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)")
    table = facts.expr
    for row, kind in enumerate(table.op):
        if kind == f.STRING and table.a[row] in rows:
            for found in word.finditer(text, table.position[row], table.b[row]):
                yield found.start(), row


def named_in_string(inference: Inference, path: str, position: int, expr: int) -> list[Found]:
    """Return what the word at a position of a string literal names."""
    facts = inference.need(path)
    text = facts_view.string(facts, expr)
    if text is None:
        return []
    start = inference.text(path).find(text.encode(), facts.expr.position[expr])
    raw = text.encode()
    behind = re.compile(rb"\w*").match(raw, position - start)
    if start < 0 or behind is None:
        return []
    # What is written up to and with the word: `pkg.mod` of "pkg.mod.name".
    prefix = raw[: behind.end()].decode()
    used = _uses(facts).get(expr, -1)
    if _is_made_field(inference, path, facts, position):
        return [Found(Entity(QUOTED, path, position))]
    if used < 0:
        return _of_member_list(inference, path, facts, expr, text)
    kind = facts.expr.op[used]
    if kind == f.CALL:
        return _of_argument(inference, path, facts, used, expr, prefix)
    if kind in _DISPLAYS:
        call = _uses(facts).get(used, -1)
        if call >= 0 and facts.expr.op[call] == f.CALL:
            last = last_name(facts, facts_view.called(facts, call))
            return registry.named_in_string(inference, path, last, call, expr, prefix)
        return _of_member_list(inference, path, facts, used, text)
    if kind == f.SUBSCRIPT:
        type_ = infer_type(inference, path, facts_view.operand(facts, used))
        return _keys(inference, type_, text) or [
            item.weaker(INFERRED)
            for value in type_
            if value.form == CLASS_OBJECT and is_enum(inference, value.entity)
            for item in class_member(inference, value.entity, text)
        ]
    if kind == f.COMPARE:
        comparison = facts_view.single_comparison(facts, used)
        if comparison is None or comparison.operator not in ("in", "not-in"):
            return []
        return _keys(inference, infer_type(inference, path, comparison.right), text)
    starred = _uses(facts).get(used, -1)
    if starred >= 0 and facts.expr.op[starred] == f.STARRED:
        call, _ = parent_expression(facts, starred)  # `f(**{"width": 1})`
        return keyword_target(inference, path, facts, call, text) if call >= 0 else []
    return _keys(inference, expected_type(inference, path, facts, used), text)


def _is_made_field(inference: Inference, path: str, facts: FileFacts, position: int) -> bool:
    """True if a call makes a class with a field whose name is at a position."""
    found: set[int] | None = facts.memo.get("made fields")
    if found is None:
        classes = [Entity(CLASS, path, row) for row in facts_view.definitions(facts, f.CLASS)]
        classes += [Entity(VARIABLE, path, row) for row in range(len(facts.binding.name))]
        found = facts.memo["made fields"] = {
            field.row for cls in classes for field in made_fields(inference, cls).values()
        }
    return position in found


def _uses(facts: FileFacts) -> dict[int, int]:
    """Return the row of the expression that uses each string, and each display in a call."""
    found: dict[int, int] | None = facts.memo.get("string uses")
    if found is not None:
        return found
    found = facts.memo["string uses"] = {}
    ops, _, lefts, rights = facts.expr
    for row, kind in enumerate(ops):
        if kind == f.CALL:
            parts = facts_view.argument_values(facts, row)
        elif kind in _DISPLAYS:
            parts = facts_view.elements(facts, row)
        elif kind == f.DICT:
            pairs = list(facts_view.items(facts, row))
            values = [value for _, value in pairs if ops[value] in (f.DICT, *_DISPLAYS)]
            parts = [key for key, _ in pairs] + values
        elif kind == f.STARRED:
            parts = [lefts[row]]
        elif kind == f.SUBSCRIPT:
            parts = [rights[row]]
        elif kind == f.COMPARE:
            parts = [lefts[row]]
        else:
            continue
        for part in parts:
            if part >= 0 and (ops[part] in (f.STRING, f.DICT) or ops[part] in _DISPLAYS):
                found[part] = row
    return found


# Keys of typed dictionaries.


def _keys(inference: Inference, type_: Type, key: str) -> list[Found]:
    return [
        item.weaker(max(INFERRED, value.evidence))
        for value in type_
        if value.form == INSTANCE and is_typed_dict(inference, value.entity)
        for item in class_member(inference, value.entity, key)
        if item.entity.kind in (VARIABLE, QUOTED)
    ]


def expected_type(inference: Inference, path: str, facts: FileFacts, display: int) -> Type:
    """Return the type that the context of a display declares: of a target, parameter or result."""
    table = facts.binding
    for row, value in enumerate(table.value):
        if value == display:
            return entity_type(inference, Entity(VARIABLE, path, row))
    attributes = facts.attribute_binding
    for row, value in enumerate(attributes.value):
        if value == display and attributes.annotation[row] >= 0:
            return annotation_type(inference, path, attributes.annotation[row])
    for row, value in enumerate(facts.result.expr):
        definition = facts.scope.definition[facts.result.scope[row]] if value == display else -1
        if definition >= 0 and facts.result.kind[row] == f.RETURN:
            return annotation_type(inference, path, facts.definition.returns[definition])
    used = _uses(facts).get(display, -1)
    kind = facts_view.op(facts, used)
    if kind == f.CALL:
        return _parameter_type(inference, path, facts, used, display)
    if kind == f.DICT:
        keys = [key for key, value in facts_view.items(facts, used) if value == display]
        return _held(inference, path, facts, used, facts_view.string(facts, keys[0]))
    if kind == f.LIST:
        outer = expected_type(inference, path, facts, used)
        return outer[0].args[0] if outer and outer[0].args else ()
    return ()


def _held(inference: Inference, path: str, facts: FileFacts, display: int, key: str | None) -> Type:
    """Return the type that a display's context declares for what is under a key."""
    outer = expected_type(inference, path, facts, display)
    found = _keys(inference, outer, key or "")
    if found:
        return entity_type(inference, found[0].entity)
    return outer[0].args[1] if outer and len(outer[0].args) > 1 else ()


def _parameter_type(
    inference: Inference, path: str, facts: FileFacts, call: int, argument: int
) -> Type:
    """Return the type of the parameter that takes an argument of a call."""
    arguments = list(facts_view.arguments(facts, call))
    for place, each in enumerate(arguments):
        if each.value != argument:
            continue
        if each.is_keyword:
            named = keyword_target(inference, path, facts, call, facts.names[each.key])
            return entity_type(inference, named[0].entity) if named else ()
        for item in definitions_of(inference, path, facts_view.called(facts, call)):
            if item.entity.kind == FUNCTION:
                other = inference.need(item.entity.path)
                rows = parameter_rows(inference, item.entity)
                is_bound = facts_view.attribute(facts, facts_view.called(facts, call)) is not None
                place += (
                    is_bound
                    and other.scope.kind[other.definition.scope[item.entity.row]] == f.CLASS_SCOPE
                )
                if place < len(rows):
                    annotation = other.parameter.annotation[rows[place]]
                    return annotation_type(inference, item.entity.path, annotation)
    return ()


# Attributes and modules.


def _of_member_list(
    inference: Inference, path: str, facts: FileFacts, listed: int, name: str
) -> list[Found]:
    """Return the member that an element of ``__slots__`` or ``__match_args__`` names."""
    table = facts.binding
    for each in _MEMBER_LISTS:
        row = facts.name_id(each)
        for binding in facts.bindings_named(row) if row >= 0 else ():
            scope = table.scope[binding]
            if table.value[binding] == listed and facts.scope.kind[scope] == f.CLASS_SCOPE:
                owner = Entity(CLASS, path, facts.scope.definition[scope])
                return class_member(inference, owner, name)
    return []


def _of_argument(
    inference: Inference, path: str, facts: FileFacts, call: int, expr: int, prefix: str
) -> list[Found]:
    """Return what a word in an argument of a call names; ``prefix`` ends with it."""
    function = facts_view.called(facts, call)
    last = last_name(facts, function)
    method = facts_view.attribute(facts, function)
    positional = facts_view.positional_arguments(facts, call)
    place = positional.index(expr) if expr in positional else -1
    if method is not None and last in _KEY_METHODS and place == 0:
        return _keys(inference, infer_type(inference, path, method.receiver), prefix)
    if method is None and last in _ATTRIBUTE_FUNCTIONS and place == 1:
        found = attribute_definitions(inference, path, positional[0], prefix)
        if not found and inference.conventional:
            found = inference.conventional_definitions(path, positional[0], prefix)
        return found
    if last in IMPORTERS and argument_for(facts, call, 0, "name") == expr:
        imported = module_imported_by_call(inference, path, facts, call, [expr], {})
        if imported is not None:
            module = find_module(inference, prefix, path)
            is_ours = module is not None and module.kind in (MODULE, NAMESPACE)
            return [Found(module, INFERRED)] if module is not None and is_ours else []
    return registry.named_in_string(inference, path, last, call, expr, prefix)
