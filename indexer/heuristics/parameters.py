"""Types of untyped code by convention: by how the rest of the code base uses it.

Type checkers fall silent on a parameter without annotation. Here it is what call sites pass, what
the fixture of its name gives, what its docstring says, and so on, each rule a module of its own.
Rules are asked in order of how often they are right; the first that has an answer gives it, and one
that sees too many different things says that the parameter takes anything. Everything found here is
CONVENTIONAL, type arguments included, never mixed up with what types say.
"""

from __future__ import annotations

from .. import facts as f
from ..inference import access_paths, expressions
from ..inference.entities import CLASS, Found, name_of
from ..inference.query_cache import NESTED
from ..inference.types import CLASS_OBJECT, INSTANCE, UNKNOWN, without_none
from ..paths import is_outside
from ..plugins import registry
from ..snapshot.query_cache import CONSULTED
from .evidence import Answer, ParameterQuery, as_conventional, combine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type


class Reason:
    """The reason for a parameter's type: the type, the rule's short name, one sentence."""

    __slots__ = ("rule", "text", "type")

    def __init__(self, type_: Type, rule: str, text: str) -> None:
        """``text`` is like "`llm` is a `BaseProvider`: 3 of 3 call sites"."""
        self.type = type_
        self.rule = rule
        self.text = text


def parameter_type(inference: Inference, path: str, row: int) -> Type:
    """Return the type of an unannotated parameter by convention, or unknown."""
    found = _conventional_answer(inference, path, row)
    return found[0] if found is not None else UNKNOWN


def explain_parameter(inference: Inference, path: str, row: int) -> Reason | None:
    """Return why a parameter, a row of binding, has its conventional type.

    None when it has none.
    """
    found = _conventional_answer(inference, path, row)
    if found is None:
        return None
    type_, answer = found
    facts = inference.need(path)
    name = facts.names[facts.binding.name[row]]
    description = " or ".join(dict.fromkeys(_describe(inference, type_)))
    return Reason(type_, answer.rule, f"`{name}` is {description}: {answer.because}")


def _describe(inference: Inference, type_: Type) -> list[str]:
    described: list[str] = []
    for form, entity, _, _ in type_:
        if entity.kind == CLASS and form in (INSTANCE, CLASS_OBJECT):
            name = name_of(inference, entity)
            article = "an" if name[:1] in "AEIOUaeiou" else "a"
            described.append(f"{article} `{name}`" if form == INSTANCE else f"the class `{name}`")
        else:
            described.append("a function" if entity.row >= 0 else "something callable")
    return described


def _conventional_answer(inference: Inference, path: str, row: int) -> tuple[Type, Answer] | None:
    facts = inference.need(path)
    scope = facts.binding.scope[row]
    definition = facts.scope.definition[scope]
    kind = facts.scope.kind[scope]
    if kind != f.LAMBDA_SCOPE and (definition < 0 or kind != f.FUNCTION_SCOPE):
        return None
    progress = inference.progress
    progress.touched |= CONSULTED
    if progress.conventions >= NESTED:
        # What a framework passes is no guess, however many fixtures rest on each other.
        answer = (
            registry.parameter_type(inference, ParameterQuery(inference, path, facts, row))
            if definition >= 0 and facts.definition.decorators[definition] >= 0
            else None
        )
        return (as_conventional(answer.type), answer) if answer is not None else None
    progress.conventions += 1
    try:
        answer = _answer(inference, path, facts, row, is_lambda=kind == f.LAMBDA_SCOPE)
        type_ = combine(inference, answer.type) if answer is not None else UNKNOWN
        return (type_, answer) if answer is not None and type_ else None
    finally:
        progress.conventions -= 1


def _answer(
    inference: Inference, path: str, facts: FileFacts, row: int, *, is_lambda: bool
) -> Answer | None:
    """Return what the first rule says that has an answer."""
    outside = is_outside(path)
    if is_lambda:
        if outside:
            return None
        from .callbacks import lambda_called_with

        type_ = lambda_called_with(inference, path, facts, row)
        return Answer(type_, "callback", "what it is called back with")
    query = ParameterQuery(inference, path, facts, row)
    if outside:
        return registry.parameter_type(inference, query)
    from .rules import RULES

    for rule in RULES:
        answer = rule(inference, query)
        if answer is not None:
            return answer
    return None


def conventional_type(inference: Inference, path: str, expr: int) -> Type:
    """Return the conventional type of an expression whose type is unknown otherwise."""
    facts = inference.facts(path)
    op = facts.expr.op[expr] if facts is not None else f.UNKNOWN
    if facts is None or op not in (f.CALL, f.SUBSCRIPT, f.ATTRIBUTE, f.ELEMENT) or is_outside(path):
        return UNKNOWN
    # What frameworks make rests on no guess of its own, so it does not count as nested.
    type_from_plugin = registry.unknown_type(
        inference, path, facts, expr, access_paths.last_name(facts, expr)
    )
    if type_from_plugin:
        return as_conventional(type_from_plugin)
    progress = inference.progress
    progress.touched |= CONSULTED
    if progress.conventions >= NESTED:
        return UNKNOWN
    progress.conventions += 1
    try:
        from . import unknown_values

        return as_conventional(unknown_values.unknown_value(inference, path, facts, expr))
    finally:
        progress.conventions -= 1


def conventional_definitions(
    inference: Inference, path: str, receiver: int, name: str
) -> list[Found]:
    """Return the entities that ``receiver.name`` names by convention, when nothing else tells."""
    if is_outside(path):
        return []
    type_ = without_none(expressions.infer_type(inference, path, receiver))
    for value in type_:
        found = registry.attribute_definitions(inference, value, name)
        if found:
            return found
    progress = inference.progress
    progress.touched |= CONSULTED
    if progress.conventions >= NESTED:
        return []
    progress.conventions += 1
    try:
        from . import receivers, unknown_values

        found = unknown_values.attribute_found(inference, path, receiver, name)
        return found or receivers.definitions_by_use(inference, path, receiver, name, type_)
    finally:
        progress.conventions -= 1
