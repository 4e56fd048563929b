"""Missing code: bodies that do nothing, and comments in the place of code.

Doing nothing is often right: in protocols and abstract classes, in hooks that are overridden and in
overrides that disable something. What an edit adds is a warning, what was there a hint.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from textwrap import dedent

from ....indexer import facts as f
from ....indexer.facts_view import (
    decorators,
    definition_name,
    definitions,
    elements,
    items,
    op,
    parameters,
    results,
    string_end,
)
from ....indexer.inference.access_paths import decorator_callee, last_name
from ....indexer.inference.classes import subclasses
from ....indexer.inference.entities import CLASS, OUTSIDE, Entity
from ....indexer.paths import is_test_file
from ....indexer.symbols import base_names
from .. import messages
from ..context import CheckContext
from ..findings import HINT, WARNING, Finding

# Decorators under which a body still has to do something.
_TRANSPARENT = frozenset(["staticmethod", "classmethod", "property", "cached_property"])
# Words in the names of classes and functions that may do nothing.
_IDLE = (
    "fake", "mock", "stub", "dummy", "null", "noop", "no_op", "nothing", "ignore", "placeholder",
    "base", "abstract", "interface", "protocol", "mixin", "hook", "callback", "sentinel",
)  # fmt: skip
# Comments in the place of code.
_PLACEHOLDER = (
    rb"your (?:code|logic|implementation)(?: goes)? here"
    rb"|(?:code|logic|implementation) goes here"
    rb"|(?:rest|remainder) of (?:the |your )?(?:code|file|function|class|method|implementation)"
    rb"|(?:\.\.\.|\xe2\x80\xa6) ?(?:existing|previous|other|remaining|rest)"
    rb"|(?:existing|remaining|previous) (?:code|methods|implementation)"
    rb" (?:here|unchanged|remains|stays|omitted)"
    rb"|(?:code|implementation) omitted"
    rb"|implement (?:me|this)\b"
    rb"|(?:todo|fixme)\W{0,3}(?:add |write )?(?:the |your )?(?:actual )?implement(?:ation)?\b"
    rb"|placeholder (?:implementation|for (?:the |now))"
    rb"|in a real (?:implementation|application|system)"
)
_SKELETON = b'raise NotImplementedError("fill in'


def stub_body(context: CheckContext) -> Iterator[Finding]:
    """Yield functions whose body does nothing, where that is not known to be intended."""
    if context.names is not None or is_test_file(context.path):
        return
    facts, table = context.facts, context.facts.definition
    has_skeleton = _SKELETON in context.text
    for row in definitions(facts, f.FUNCTION):
        if not context.is_touched(table.start[row], table.end[row]):
            continue
        name, message = definition_name(facts, row), ""
        if has_skeleton and _is_skeleton(context, row):
            message = messages.not_implemented(name, "its skeleton is not filled in yet")
        elif not _may_be_empty(context, row):
            if table.flags[row] & f.STUB_BODY:
                message = _empty_body(context, row)
            else:
                message = _constant_body(context, row)
            message = "" if message and _is_for_subclasses(context, row) else message
        if message:
            start = table.position[row]
            yield Finding(
                "stub-body", context.path, start, start + len(name.encode()), message,
                subject=name, severity=HINT if context.before is None else WARNING,
            )  # fmt: skip


def _is_skeleton(context: CheckContext, row: int) -> bool:
    """True if the body of a function is that of a skeleton of ``patterns``."""
    table = context.facts.definition
    body = context.text[table.header_end[row] : table.end[row]].strip()
    return body.lstrip(b": \n\t").startswith(_SKELETON)


def _may_be_empty(context: CheckContext, row: int) -> bool:
    """True if a function is declared to be without a body, or is named accordingly."""
    facts, table = context.facts, context.facts.definition
    flags = table.flags[row]
    if flags & (f.OVERLOAD | f.ABSTRACT | f.CONDITIONAL | f.ACCESSOR):
        return True
    name = definition_name(facts, row)
    if name.startswith("__") or not name.strip("_"):
        return True
    if any(word in name.lower() for word in _IDLE):
        return True
    for expr in decorators(facts, row):
        if last_name(facts, decorator_callee(facts, expr)) not in _TRANSPARENT:
            return True
    scope = table.scope[row]
    return facts.scope.kind[scope] not in (f.MODULE_SCOPE, f.CLASS_SCOPE)


def _empty_body(context: CheckContext, row: int) -> str:
    """Return the message on a body without code; empty when it explains itself."""
    table, name = context.facts.definition, definition_name(context.facts, row)
    body = context.text[table.header_end[row] : table.end[row]]
    if b"NotImplementedError" in body:
        reason = body[body.index(b"NotImplementedError") :].lower()
        if any(word in reason for word in (b"subclass", b"overrid", b"support", b"deriv")):
            return ""
        return messages.not_implemented(name, "it only raises NotImplementedError")
    comments = [line.partition(b"#")[2] for line in body.splitlines() if b"#" in line]
    if comments and not any(_is_placeholder(b"#" + each) for each in comments):
        return ""  # a comment explains why there is nothing to do
    if b"pass" not in body and b"..." not in body:
        return messages.not_implemented(name, "it has a docstring and no body")
    return messages.not_implemented(name, "it has no code yet")


def _is_placeholder(comment: bytes) -> bool:
    return b"todo" in comment.lower() or bool(re.search(_PLACEHOLDER, comment, re.IGNORECASE))


def _constant_body(context: CheckContext, row: int) -> str:
    """Return the message on a function that only returns a constant; empty for any other."""
    facts, own = context.facts, context.facts.definition.own_scope[row]
    values = [facts.result.expr[row] for row in results(facts, own)]
    if len(values) != 1 or not _is_constant(context, values[0]):
        return ""
    names = [facts.names[facts.parameter.name[each]] for each in parameters(facts, own)]
    names = [name for name in names if name not in ("self", "cls") and not name.startswith("_")]
    if not names or not _only_returns(context, row):
        return ""
    return messages.constant_result(definition_name(facts, row), names)


def _is_constant(context: CheckContext, expr: int) -> bool:
    kind = op(context.facts, expr)
    if kind in (f.LIST, f.SET, f.TUPLE):
        return not elements(context.facts, expr)
    if kind == f.DICT:
        return not any(items(context.facts, expr))
    return kind in (f.TRUE, f.FALSE, f.NONE, f.INTEGER, f.FLOAT, f.STRING)


def _only_returns(context: CheckContext, row: int) -> bool:
    """True if a body is one statement behind a docstring."""
    table = context.facts.definition
    start = table.start[row]
    begin = context.facts.line_starts[context.facts.line_of(start)]
    text = context.text[begin : table.end[row]].decode("utf-8", "replace")
    try:
        (function,) = ast.parse(dedent(text)).body
    except (SyntaxError, ValueError, RecursionError):
        return False
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    statements = [
        each
        for each in function.body
        if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
    return len(statements) == 1


def _is_for_subclasses(context: CheckContext, row: int) -> bool:
    """True if a method is one of a protocol or base class, or overrides an inherited one."""
    facts, table = context.facts, context.facts.definition
    scope = table.scope[row]
    if facts.scope.kind[scope] != f.CLASS_SCOPE:
        return False
    owner = facts.scope.definition[scope]
    if any(word in definition_name(facts, owner).lower() for word in _IDLE):
        return True
    if {"Protocol", "ABC", "NamedTuple", "TypedDict"} & set(base_names(facts, owner)):
        return True
    name = definition_name(facts, row)
    cls = Entity(CLASS, context.path, owner)
    for base in context.strict.mro(cls)[1:]:
        if base.kind == OUTSIDE or (base.kind == CLASS and context.strict.own_member(base, name)):
            return True
    if any(context.strict.own_member(each, name) for each in subclasses(context.strict, cls)):
        return True
    return _is_usual_in_class(context, row, scope)


def _is_usual_in_class(context: CheckContext, row: int, scope: int) -> bool:
    """True if the class had other methods without code before the edit."""
    facts, old = context.facts, context.old_facts
    if old is None:
        return False
    cls, name = definition_name(facts, facts.scope.definition[scope]), definition_name(facts, row)
    return any(
        old.definition.flags[each] & f.STUB_BODY
        and (owner := old.scope.definition[old.definition.scope[each]]) >= 0
        and definition_name(old, owner) == cls
        and definition_name(old, each) != name
        for each in definitions(old, f.FUNCTION)
    )


def placeholder_comment(context: CheckContext) -> Iterator[Finding]:
    """Yield comments that say that code was left out, or is still to be written."""
    if context.names is not None:
        return
    text = context.text
    strings: list[tuple[int, int]] | None = None
    for found in re.finditer(rb"#[^\n]*", text):
        start = found.start()
        if not context.is_touched(start, found.end()):
            continue
        if not re.search(_PLACEHOLDER, found[0], re.IGNORECASE):
            continue
        if strings is None:
            facts = context.facts
            strings = [
                (facts.expr.position[row], string_end(facts, row))
                for row in context.expressions(f.STRING)
            ]
            strings += [
                (at, text.find(b'"""', at + 3)) for at in context.facts.definition.doc if at >= 0
            ]
        if any(first < start < last for first, last in strings):
            continue
        comment = found[0].decode("utf-8", "replace").lstrip("# ").rstrip()
        yield Finding(
            "placeholder-comment", context.path, start, found.end(),
            messages.placeholder_comment(comment), subject=comment,
            severity=HINT if context.before is None else WARNING,
        )  # fmt: skip
