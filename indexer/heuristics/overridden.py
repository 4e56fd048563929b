"""Types of parameters by the method that theirs overrides, or the protocol it implements."""

from __future__ import annotations

from .. import facts as f
from ..inference.annotations import annotation_type
from ..inference.classes import class_member
from ..inference.entities import CLASS, FUNCTION, Entity
from ..inference.signatures import parameter_rows
from ..inference.standard_types import standard_class
from ..inference.types import CLASS_OBJECT, UNKNOWN, Value, instance, without_none
from . import docstrings, usage
from .evidence import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..inference.inference import Inference
    from .evidence import ParameterQuery

_OPERATORS = frozenset(
    f"__{name}__"
    for name in (
        "eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul", "truediv", "floordiv", "mod",
        "and", "or", "xor", "matmul", "iadd", "isub", "iand", "ior", "radd", "rsub", "rand", "ror",
    )
)  # fmt: skip
_EXITS = ("__exit__", "__aexit__")


def overridden(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what the method that this one overrides says of the parameter.

    Annotated, else documented.
    """
    if query.cls < 0 or query.method == "__init__":
        return None
    entity = Entity(CLASS, query.path, query.cls)
    for item in class_member(inference, entity, query.method, after=entity):
        if item.entity.kind != FUNCTION:
            continue
        path = item.entity.path
        other = inference.need(path)
        parameter = _counterpart(inference, query, item.entity)
        if parameter < 0:
            continue
        annotation = other.parameter.annotation[parameter]
        type_ = (
            without_none(annotation_type(inference, path, annotation))
            if annotation >= 0
            else UNKNOWN
        )
        if not type_ and annotation < 0:
            name = other.names[other.parameter.name[parameter]]
            text = docstrings.docstring(inference, path, other, item.entity.row)
            type_text = docstrings.parameter_text(text, name) if name in text else ""
            type_ = (
                docstrings.resolve_docstring_type(inference, path, type_text)
                if type_text
                else UNKNOWN
            )
        if type_:
            return Answer(type_, "overridden", "the method that this one overrides says so")
    return None


def _counterpart(inference: Inference, query: ParameterQuery, function: Entity) -> int:
    """Return the row of another method's parameter for the same argument, by name or position."""
    facts = inference.need(function.path)
    rows = parameter_rows(inference, function)
    for row in rows:
        if facts.names[facts.parameter.name[row]] == query.name:
            return row
    rows = rows[1:]
    if 0 <= query.place < len(rows):
        row = rows[query.place]
        if facts.parameter.kind[row] in (f.POSITIONAL_ONLY, f.POSITIONAL):
            return row
    return -1


def protocol(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what Python itself passes to a method with a special name."""
    if query.cls < 0:
        return None
    entity = Entity(CLASS, query.path, query.cls)
    if query.method in _OPERATORS and query.place == 0:
        used = usage.attributes_used_on_parameter(query)
        if used and usage.has_all_members(inference, entity, used):
            return Answer((instance(entity),), "operand", "operands are mostly of one class")
    if query.method in _EXITS and query.place in (0, 1, 2):
        exception = standard_class(inference, "builtins", "BaseException")
        traceback = standard_class(inference, "types", "TracebackType")
        if exception is None or traceback is None:
            return None
        passed = (
            Value(CLASS_OBJECT, exception, (), 0),
            instance(exception),
            instance(traceback),
        )[query.place]
        return Answer((passed,), "protocol", "what `with` passes")
    return None
