"""Parameters of operations as JSON Schema."""

from __future__ import annotations

from typing import Any

from .table import Parameter

_STRINGS = {"type": "array", "items": {"type": "string"}}


def schema_of(parameter: Parameter) -> dict[str, Any]:
    """Return the JSON Schema of the values that a parameter takes."""
    choices = {"enum": list(parameter.choices)} if parameter.choices else {}
    if parameter.type == "objects":
        fields = {
            name: _STRINGS if type_ == "array" else {"type": type_}
            for name, type_ in parameter.fields.items()
        }
        return {"type": "array", "items": {"type": "object", "properties": fields}}
    if parameter.type == "array":
        return {"type": "array", "items": {"type": "string", **choices}}
    return {"type": parameter.type, **choices}
