"""Conventional evidence: what untyped code is by how the code base speaks.

Type checkers fall silent on a parameter without annotation. Here it is what call sites pass, what
the fixture of its name gives, what its docstring says, and so on, each rule a module of its own.
Rules are asked in order of how often they are right; the first that has an answer gives it, and one
that sees too many different things says that the parameter takes anything. Everything found here is
CONVENTIONAL, type arguments included, never mixed up with what types say.
"""

from __future__ import annotations

from ... import facts as f
from .. import evaluate
from ..entities import CLASS, Found, name_of
from ..memo import CONSULTED
from ..types import CLASS_OBJECT, INSTANCE, UNKNOWN, known, union
from . import django, syntax
from .asked import Answer, Parameter
from .combine import combined, conventional
from .levels import NESTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...facts import FileFacts
    from ...snapshot import Snapshot
    from ..types import Type

__all__ = ["Reason", "attribute_found", "explain", "parameter_type", "unknown_value"]


class Reason:
    """Why a parameter is what it is: its type, the rule's short name, one sentence for people."""

    __slots__ = ("rule", "text", "type")

    def __init__(self, type_: Type, rule: str, text: str) -> None:
        """``text`` is like "`llm` is a `BaseProvider`: 3 of 3 call sites"."""
        self.type = type_
        self.rule = rule
        self.text = text


def parameter_type(snapshot: Snapshot, path: str, row: int) -> Type:
    """Type of a parameter without annotation, by convention; unknown when there is none."""
    found = _found(snapshot, path, row)
    return found[0] if found is not None else UNKNOWN


def explain(snapshot: Snapshot, path: str, row: int) -> Reason | None:
    """Why a parameter, a row of binding, has its conventional type; None when it has none."""
    found = _found(snapshot, path, row)
    if found is None:
        return None
    type_, answer = found
    facts = snapshot.need(path)
    name = facts.names[facts.binding[f.BIND_NAME][row]]
    spelled = " or ".join(dict.fromkeys(_spelled(snapshot, type_)))
    return Reason(type_, answer.rule, f"`{name}` is {spelled}: {answer.because}")


def _spelled(snapshot: Snapshot, type_: Type) -> list[str]:
    said: list[str] = []
    for form, entity, _, _ in type_:
        if entity[0] == CLASS and form in (INSTANCE, CLASS_OBJECT):
            name = name_of(snapshot, entity)
            article = "an" if name[:1] in "AEIOUaeiou" else "a"
            said.append(f"{article} `{name}`" if form == INSTANCE else f"the class `{name}`")
        else:
            said.append("a function" if entity[2] >= 0 else "something callable")
    return said


def _found(snapshot: Snapshot, path: str, row: int) -> tuple[Type, Answer] | None:
    facts = snapshot.need(path)
    scope = facts.binding[f.BIND_SCOPE][row]
    definition = facts.scope[f.SCOPE_DEFINITION][scope]
    kind = facts.scope[f.SCOPE_KIND][scope]
    if kind != f.LAMBDA_SCOPE and (definition < 0 or kind != f.FUNCTION_SCOPE):
        return None
    progress = snapshot.progress
    progress.touched |= CONSULTED
    if progress.conventions >= NESTED:
        return None
    progress.conventions += 1
    try:
        answer = _answer(snapshot, path, facts, row, is_lambda=kind == f.LAMBDA_SCOPE)
        type_ = combined(snapshot, answer.type) if answer is not None else UNKNOWN
        return (type_, answer) if answer is not None and type_ else None
    finally:
        progress.conventions -= 1


def _answer(
    snapshot: Snapshot, path: str, facts: FileFacts, row: int, *, is_lambda: bool
) -> Answer | None:
    """What the first rule says that has an answer."""
    outside = path.startswith("/")
    if is_lambda:
        if outside:
            return None
        from .callbacks import lambda_called

        type_ = lambda_called(snapshot, path, facts, row)
        return Answer(type_, "callback", "what it is called back with")
    asked = Parameter(snapshot, path, facts, row)
    if outside:
        return django.request(snapshot, asked)
    from .rules import RULES

    for rule in RULES:
        answer = rule(snapshot, asked)
        if answer is not None:
            return answer
    return None


def unknown_value(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type by convention of an expression whose type is unknown otherwise."""
    facts = snapshot.facts(path)
    op = facts.expr[f.EXPR_OP][expr] if facts is not None else f.UNKNOWN
    if (
        facts is None
        or op not in (f.CALL, f.SUBSCRIPT, f.ATTRIBUTE, f.ELEMENT)
        or path.startswith("/")
    ):
        return UNKNOWN
    # What frameworks make rests on no guess of its own, so it does not count as nested.
    made = _of_django(snapshot, path, facts, expr)
    if not made and syntax.last_name(facts, expr) == "param":
        from .expressions import request_param

        made = request_param(snapshot, path, facts, expr)
    if made:
        return conventional(made)
    progress = snapshot.progress
    progress.touched |= CONSULTED
    if progress.conventions >= NESTED:
        return UNKNOWN
    progress.conventions += 1
    try:
        from . import expressions

        return conventional(expressions.unknown_value(snapshot, path, facts, expr))
    finally:
        progress.conventions -= 1


def of_query_set(snapshot: Snapshot, path: str, expr: int) -> Type:
    """What a query set that is known to hold a model gives; its own code forgets the model."""
    facts = snapshot.facts(path)
    if facts is None or path.startswith("/"):
        return UNKNOWN
    ops, _, lefts, rights = facts.expr
    op, inner = ops[expr], lefts[expr]
    if op == f.CALL:
        if ops[inner] != f.ATTRIBUTE or not django.is_method(facts.names[rights[inner]]):
            return UNKNOWN
    elif op not in (f.ELEMENT, f.SUBSCRIPT):
        return UNKNOWN
    if not django.is_used(snapshot):
        return UNKNOWN
    return _of_django(snapshot, path, facts, expr)


def _of_django(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    ops, _, lefts, rights = facts.expr
    op, inner = ops[expr], lefts[expr]
    if op == f.CALL:
        if ops[inner] != f.ATTRIBUTE:
            return UNKNOWN
        receiver = evaluate.values(snapshot, path, lefts[inner])
        return django.called(snapshot, receiver, facts.names[rights[inner]])
    receiver = evaluate.values(snapshot, path, inner)
    if op == f.ATTRIBUTE:
        name = facts.names[rights[expr]]
        return union(*(django.attribute_value(snapshot, value, name) for value in known(receiver)))
    sliced = op == f.SUBSCRIPT and ops[rights[expr]] == f.SLICE
    return django.element(snapshot, receiver, sliced=sliced)


def attribute_found(snapshot: Snapshot, path: str, receiver: int, name: str) -> list[Found]:
    """Entities that ``receiver.name`` names by convention, when nothing else tells."""
    if path.startswith("/"):
        return []
    for value in known(evaluate.values(snapshot, path, receiver)):
        found = django.attribute_found(snapshot, value, name)
        if found:
            return found
    progress = snapshot.progress
    progress.touched |= CONSULTED
    if progress.conventions >= NESTED:
        return []
    progress.conventions += 1
    try:
        from . import expressions

        return expressions.attribute_found(snapshot, path, receiver, name)
    finally:
        progress.conventions -= 1
