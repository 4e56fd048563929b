"""What the place of a method says of its parameters: the method it overrides, or the protocol."""

from __future__ import annotations

from .. import facts as f
from ..inference import access_paths
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


def overridden(inference: Inference, asked: ParameterQuery) -> Answer | None:
    """What the method that this one overrides says of the parameter: annotated, else documented."""
    if asked.cls < 0 or asked.method == "__init__":
        return None
    entity = Entity(CLASS, asked.path, asked.cls)
    for item in class_member(inference, entity, asked.method, after=entity):
        if item.entity.kind != FUNCTION:
            continue
        path = item.entity.path
        other = inference.need(path)
        parameter = _counterpart(inference, asked, item.entity)
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
            said = docstrings.parameter_text(text, name) if name in text else ""
            type_ = docstrings.resolve_docstring_type(inference, path, said) if said else UNKNOWN
        if type_:
            return Answer(type_, "overridden", "the method that this one overrides says so")
    return None


def _counterpart(inference: Inference, asked: ParameterQuery, function: Entity) -> int:
    """Row of the parameter of another method that takes the same argument: by name, else place."""
    facts = inference.need(function.path)
    rows = parameter_rows(inference, function)
    for row in rows:
        if facts.names[facts.parameter.name[row]] == asked.name:
            return row
    rows = rows[1:]
    if 0 <= asked.place < len(rows):
        row = rows[asked.place]
        if facts.parameter.kind[row] in (f.POSITIONAL_ONLY, f.POSITIONAL):
            return row
    return -1


def protocol(inference: Inference, asked: ParameterQuery) -> Answer | None:
    """What Python itself passes to a method with a special name."""
    if asked.cls < 0:
        return None
    entity = Entity(CLASS, asked.path, asked.cls)
    if asked.method in _OPERATORS and asked.place == 0:
        used = usage.attributes_used_on_parameter(asked)
        if used and usage.has_all_members(inference, entity, used):
            return Answer((instance(entity),), "operand", "operands are mostly of one class")
    if asked.method in _EXITS and asked.place in (0, 1, 2):
        exception = standard_class(inference, "builtins", "BaseException")
        traceback = standard_class(inference, "types", "TracebackType")
        if exception is None or traceback is None:
            return None
        given = (
            Value(CLASS_OBJECT, exception, (), 0),
            instance(exception),
            instance(traceback),
        )[asked.place]
        return Answer((given,), "protocol", "what `with` passes")
    return None


def hook(inference: Inference, asked: ParameterQuery) -> Answer | None:
    """What the specification of a pluggy hook says, for its implementations."""
    facts, row = asked.facts, asked.function.row
    implements = any(
        access_paths.last_name(facts, access_paths.decorator_callee(facts, expr)).endswith(
            "hookimpl"
        )
        for expr in access_paths.decorator_expressions(facts, row)
    )
    if not implements and not asked.method.startswith("pytest_"):
        return None
    from ..inference.modules import find_module

    places = access_paths.nearest_files(asked.path, inference.files_with(asked.method), 24)
    own = find_module(inference, "_pytest.hookspec")
    if own is not None and asked.method.startswith("pytest_"):
        places = [own.path, *places]
    for path in places:
        other = inference.facts(path)
        name = other.name_id(asked.method) if other is not None else -1
        if other is None or name < 0:
            continue
        for definition, defined in enumerate(other.definition.name):
            if defined != name or (path, definition) == (asked.path, row):
                continue
            is_spec = path == (own.path if own else "") or any(
                access_paths.last_name(other, access_paths.decorator_callee(other, expr)).endswith(
                    "hookspec"
                )
                for expr in access_paths.decorator_expressions(other, definition)
            )
            if not is_spec:
                continue
            for parameter in parameter_rows(inference, Entity(FUNCTION, path, definition)):
                if other.names[other.parameter.name[parameter]] == asked.name:
                    annotation = other.parameter.annotation[parameter]
                    type_ = without_none(annotation_type(inference, path, annotation))
                    if type_:
                        return Answer(type_, "hook", "the hook's specification says so")
    return None
