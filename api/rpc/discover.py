"""The OpenRPC document: drawn from the table of methods and the shapes of results.

Schemas come from the typed dictionaries by their type hints, and their descriptions from the
docstrings below the fields, so nothing is written twice.
"""

from __future__ import annotations

import ast
import inspect
import types
from types import ModuleType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from .. import metric_types, suggestion_types, task_types
from .. import types as answers
from ..operations.schemas import schema_of
from ..operations.table import Operation, Parameter
from ..version import version
from . import methods
from .messages import CHANGED, NOT_PERMITTED, PROGRESS
from .methods import METHODS

Schema = dict[str, Any]

_OPENRPC = "1.3.2"
_SHAPES = (answers, task_types, metric_types, suggestion_types, methods)
_SCALARS: dict[object, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}
_ERRORS = (
    (-32001, "The path is outside of the workspace."),
    (-32002, "The file is no file of the index."),
    (-32003, "Another process writes the index."),
    (-32004, "The index cannot be read or written."),
    (NOT_PERMITTED, "Not allowed on this connection."),
)


def document() -> dict[str, Any]:
    """This service as an OpenRPC document."""
    schemas: dict[str, Schema] = {}
    described: dict[str, dict[str, str]] = {}
    for module in _SHAPES:
        described |= _docstrings(module, described)
        schemas.update(_schemas(module, described))
    return {
        "openrpc": _OPENRPC,
        "info": {
            "title": "flux-index",
            "version": version(),
            "description": "Questions about the code of one Python workspace. Every method takes "
            "`progressToken`, or `_meta.progressToken`, to be told of a running build by "
            f"`{PROGRESS}` until it is answered.",
            "license": {"name": "MIT"},
        },
        "methods": [_method(method) for method in METHODS.values()],
        "components": {
            "schemas": schemas,
            "errors": {
                _error_name(code): {"code": code, "message": message} for code, message in _ERRORS
            },
        },
        "x-notifications": [
            {"name": CHANGED, "params": {"$ref": "#/components/schemas/Changed"}},
            {"name": PROGRESS, "params": {"$ref": "#/components/schemas/ProgressParams"}},
        ],
    }


def _method(method: Operation) -> dict[str, Any]:
    parameters = method.parameters
    is_typed = any(method.result in vars(module) for module in _SHAPES)
    result = {"$ref": f"#/components/schemas/{method.result}"} if is_typed else {"type": "object"}
    return {
        "name": method.name,
        "summary": method.doc.partition(". ")[0].removesuffix("."),
        "description": method.doc,
        "paramStructure": "either",
        "params": [_parameter(parameter) for parameter in parameters],
        "result": {"name": method.result, "schema": result},
        "errors": [{"$ref": f"#/components/errors/{_error_name(code)}"} for code, _ in _ERRORS],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: Schema = schema_of(parameter)
    if parameter.type == "integer" and not parameter.choices:
        schema["minimum"] = 0
    if parameter.default is not None:
        schema["default"] = parameter.default
    return {
        "name": parameter.name,
        "description": parameter.doc,
        "required": parameter.required,
        "schema": schema,
    }


def _error_name(code: int) -> str:
    return f"error{-code}"


def _schemas(module: ModuleType, described: dict[str, dict[str, str]]) -> dict[str, Schema]:
    return {
        name: _object(value, described.get(name, {}))
        for name, value in vars(module).items()
        if is_typeddict(value) and value.__module__ == module.__name__
    }


def _object(shape: type, described: dict[str, str]) -> Schema:
    """Schema of a typed dictionary."""
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name, hint in get_type_hints(shape, include_extras=True).items():
        # Asked of the hint: the class itself cannot tell under postponed annotations.
        if get_origin(hint) is NotRequired:
            (hint,) = get_args(hint)
        else:
            required.append(name)
        properties[name] = _schema(hint)
        if name in described:
            # Beside a reference, siblings do not count in this version of JSON Schema.
            if "$ref" in properties[name]:
                properties[name] = {"allOf": [properties[name]]}
            properties[name]["description"] = described[name]
    schema: Schema = {"type": "object", "properties": properties, "required": required}
    if shape.__doc__:
        schema["description"] = inspect.cleandoc(shape.__doc__)
    return schema


def _schema(hint: Any) -> Schema:
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    if is_typeddict(hint):
        return {"$ref": f"#/components/schemas/{hint.__name__}"}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(argument) for argument in arguments]}
    raise TypeError(f"no schema is known for {hint!r}")


def _docstrings(module: ModuleType, known: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The text below each field, by class and field, those of base classes included.

    ``known`` has those of modules that this one imports from.
    """
    try:
        tree = ast.parse(inspect.getsource(module))
    except OSError:
        return {}
    found: dict[str, dict[str, str]] = {}
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        fields: dict[str, str] = {}
        for base in node.bases:
            base_name = ast.unparse(base)
            fields.update(found.get(base_name) or known.get(base_name, {}))
        for field, below in zip(node.body, node.body[1:], strict=False):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    fields[name] = inspect.cleandoc(text)
                case _:
                    pass
        found[node.name] = fields
    return found
