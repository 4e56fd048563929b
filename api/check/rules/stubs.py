"""Code that is not there: bodies that do nothing, and comments in the place of code.

Doing nothing is often right: in protocols and abstract classes, in hooks that others override and
in overrides of what is not wanted. What an edit adds is a warning, what was there a hint.
"""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.classes import subclasses
from ....indexer.inference.entities import CLASS, OUTSIDE, Entity
from ....indexer.plugins.synthesized import decorators, last_name
from ....indexer.symbols import base_names
from ..clones import is_test_file
from ..findings import HINT, WARNING, Finding
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ..context import CheckContext

# Decorators under which a body still has to do something.
_TRANSPARENT = frozenset(["staticmethod", "classmethod", "property", "cached_property"])
# Words in the name of a class or function that says itself that it does nothing.
_IDLE = (
    "fake", "mock", "stub", "dummy", "null", "noop", "no_op", "nothing", "ignore", "placeholder",
    "base", "abstract", "interface", "protocol", "mixin", "hook", "callback", "sentinel",
)  # fmt: skip
# Comments that stand where code was meant to be.
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
_SHOWN = 3


def stub_body(context: CheckContext) -> Iterator[Finding]:
    """Functions whose body does nothing, though nobody said that somebody else would do it."""
    if context.is_stub or context.names is not None or is_test_file(context.path):
        return
    facts, table = context.facts, context.facts.definition
    has_skeleton = _SKELETON in context.text
    for row, kind in enumerate(table.kind):
        if kind != f.FUNCTION or not context.is_touched(table.start[row], table.end[row]):
            continue
        name = facts.names[table.name[row]]
        said = ""
        if has_skeleton and _is_skeleton(context, row):
            said = "is a skeleton that nobody has filled in yet."
        elif not _may_be_empty(context, row):
            if table.flags[row] & f.STUB_BODY:
                said = _said_of_stub(context, row)
            else:
                said = _said_of_constant(context, row)
            said = "" if said and _is_for_others(context, row) else said
        if said:
            start = table.position[row]
            yield Finding(
                "stub-body", context.path, start, start + len(name.encode()), f"`{name}` {said}",
                subject=name, severity=HINT if context.before is None else WARNING,
            )  # fmt: skip


def _is_skeleton(context: CheckContext, row: int) -> bool:
    """Whether the body of a function is what a skeleton of `patterns` has in its place."""
    table = context.facts.definition
    body = context.text[table.header_end[row] : table.end[row]].strip()
    return body.lstrip(b": \n\t").startswith(_SKELETON)


def _may_be_empty(context: CheckContext, row: int) -> bool:
    """Whether a function is declared to be without a body, or says so by its name."""
    facts, table = context.facts, context.facts.definition
    flags = table.flags[row]
    if flags & (f.OVERLOAD | f.ABSTRACT | f.CONDITIONAL | f.ACCESSOR):
        return True
    name = facts.names[table.name[row]]
    if name.startswith("__") or not name.strip("_"):
        return True
    if any(word in name.lower() for word in _IDLE):
        return True
    for expr in decorators(facts, row):
        called = facts.expr.op[expr] == f.CALL
        target = facts.expr.a[expr] if called else expr
        if last_name(facts, target) not in _TRANSPARENT:
            return True
    scope = table.scope[row]
    return facts.scope.kind[scope] not in (f.MODULE_SCOPE, f.CLASS_SCOPE)


def _said_of_stub(context: CheckContext, row: int) -> str:
    """What a body without code comes to; empty when it says why it is so."""
    facts, table = context.facts, context.facts.definition
    body = context.text[table.header_end[row] : table.end[row]]
    if b"NotImplementedError" in body and facts.names[table.name[row]]:
        refusal = body[body.index(b"NotImplementedError") :].lower()
        if any(word in refusal for word in (b"subclass", b"overrid", b"support", b"deriv")):
            return ""
        return "is not written yet: it only raises NotImplementedError."
    comments = [line.partition(b"#")[2] for line in body.splitlines() if b"#" in line]
    if comments and not any(_is_placeholder(b"#" + each) for each in comments):
        return ""  # somebody explains why there is nothing to do
    if b"pass" not in body and b"..." not in body:
        return "has a docstring and no body."
    return "does nothing: it has no code yet."


def _is_placeholder(comment: bytes) -> bool:
    import re

    return b"todo" in comment.lower() or bool(re.search(_PLACEHOLDER, comment, re.IGNORECASE))


def _said_of_constant(context: CheckContext, row: int) -> str:
    """That a function gives a constant whatever it is given; empty for what does more."""
    facts, table = context.facts, context.facts.definition
    own = table.own_scope[row]
    given = [
        expr for scope, expr in zip(*facts.result[:2], strict=True) if scope == own
    ]  # fmt: skip
    if len(given) != 1 or given[0] < 0 or not _is_constant(context, given[0]):
        return ""
    names = [
        facts.names[facts.parameter.name[index]]
        for index, scope in enumerate(facts.parameter.scope)
        if scope == own
    ]
    names = [name for name in names if name not in ("self", "cls") and not name.startswith("_")]
    if not names or not _only_returns(context, row):
        return ""
    shown = " and ".join(f"`{name}`" for name in names[:_SHOWN])
    return f"gives the same whatever {shown} {'is' if len(names) == 1 else 'are'}."


def _is_constant(context: CheckContext, expr: int) -> bool:
    ops, _, lefts, _ = context.facts.expr
    op = ops[expr]
    if op in (f.LIST, f.DICT, f.SET, f.TUPLE):
        return lefts[expr] < 0 or not context.facts.extra[0][lefts[expr]]
    return op in (f.TRUE, f.FALSE, f.NONE, f.INTEGER, f.FLOAT, f.STRING)


def _only_returns(context: CheckContext, row: int) -> bool:
    """Whether a body is one ``return`` behind a docstring, with no comment that explains it."""
    import ast
    from textwrap import dedent

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


def _is_for_others(context: CheckContext, row: int) -> bool:
    """Whether a method stands in a protocol, a base class, or in the place of an inherited one."""
    facts, table = context.facts, context.facts.definition
    scope = table.scope[row]
    if facts.scope.kind[scope] != f.CLASS_SCOPE:
        return False
    owner = facts.scope.definition[scope]
    if any(word in facts.names[table.name[owner]].lower() for word in _IDLE):
        return True
    if {"Protocol", "ABC", "NamedTuple", "TypedDict"} & set(base_names(facts, owner)):
        return True
    name = facts.names[table.name[row]]
    cls: Entity = Entity(CLASS, context.path, owner)
    for base in context.strict.mro(cls)[1:]:
        if base.kind == OUTSIDE or (base.kind == CLASS and context.strict.own_member(base, name)):
            return True
    if any(context.strict.own_member(each, name) for each in subclasses(context.strict, cls)):
        return True
    return _is_a_custom_here(context, row, scope)


def _is_a_custom_here(context: CheckContext, row: int, scope: int) -> bool:
    """Whether the class had methods like this one before the edit."""
    table, old = context.facts.definition, context.old_facts
    if old is None:
        return False
    name = context.facts.names[table.name[context.facts.scope.definition[scope]]]
    return any(
        kind == f.FUNCTION
        and old.definition.flags[index] & f.STUB_BODY
        and (owner := old.scope.definition[old.definition.scope[index]]) >= 0
        and old.names[old.definition.name[owner]] == name
        and old.names[old.definition.name[index]] != context.facts.names[table.name[row]]
        for index, kind in enumerate(old.definition.kind)
    )


def placeholder_comment(context: CheckContext) -> Iterator[Finding]:
    """Comments that say that code was left out, or is still to be written."""
    import re

    if context.names is not None:
        return
    text = context.text
    strings: list[tuple[int, int]] | None = None
    for found in re.finditer(rb"#[^\n]*?(?:" + _PLACEHOLDER + rb")[^\n]*", text, re.IGNORECASE):
        start = found.start()
        if strings is None:
            _, positions, _, ends = context.facts.expr
            strings = [(positions[row], ends[row]) for row in context.expressions(f.STRING)]
            strings += [
                (at, text.find(b'"""', at + 3)) for at in context.facts.definition.doc if at >= 0
            ]
        if any(first < start < last for first, last in strings):
            continue
        said = found[0].decode("utf-8", "replace").lstrip("# ").rstrip()
        yield Finding(
            "placeholder-comment", context.path, start, found.end(),
            f"Code is missing here: the comment says “{said}”.", subject=said,
            severity=HINT if context.before is None else WARNING,
        )  # fmt: skip


RULES = [
    Rule("stub-body", "A function that has no code yet.", stub_body, WARNING),
    Rule(
        "placeholder-comment",
        "A comment in the place of code.",
        placeholder_comment,
        WARNING,
    ),
]
