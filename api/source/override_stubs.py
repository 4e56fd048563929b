"""Methods to override: their headers, with a call of what they override."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.facts_view import bases
from ...indexer.inference.classes import own_member_names
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.names import builtin_name
from ...indexer.inference.return_types import decorated_type
from ...indexer.inference.signatures import parameter_rows
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.synthesized import is_typed_dict
from .entity_views import one_line
from .ranges import split_default

_WORD = re.compile(r"[^\W\d]\w*")
INDENT = "    "


@dataclass(slots=True)
class OverrideStub:
    """A method as it would override another. ``header`` begins behind ``def`` and has no colon."""

    name: str
    entity: Entity
    owner: Entity
    header: str = ""
    body: str = ""
    decorators: list[str] = field(default_factory=list[str])
    is_async: bool = False

    def text(self, indent: str) -> str:
        """The whole method, each line indented."""
        lines = [*self.decorators, f"{'async ' if self.is_async else ''}def {self.header}:"]
        lines.append(f"{INDENT}{self.body}")
        return "".join(f"{indent}{line}\n" for line in lines)


def overridable(inference: Inference, cls: Entity, at: int = -1) -> list[OverrideStub]:
    """Methods that bases of a class define and it does not, but for one that stands at ``at``."""
    facts = inference.need(cls.path)
    if is_typed_dict(inference, cls):
        return []  # it has keys, and no methods
    own = set(own_member_names(inference, cls))
    if at >= 0:
        for row, position in enumerate(facts.definition.position):
            name = facts.names[facts.definition.name[row]]
            if position <= at <= position + len(name.encode()):
                own.discard(name)
    seen = set(own)
    result: list[OverrideStub] = []
    order = [base for base in inference.mro(cls)[1:] if base.kind == CLASS]
    root = standard_class(inference, "builtins", "object")
    if root is not None and root not in order:
        order.append(root)
    for base in order:
        for name in own_member_names(inference, base):
            if name in seen:
                continue
            seen.add(name)
            found = inference.own_member(base, name)
            method = found[-1].entity if found and not _is_private(name) else None
            if method is not None and method.kind == FUNCTION and _is_plain(inference, method):
                result.append(stub_of(inference, cls, method, base))
    return result


def _is_plain(inference: Inference, method: Entity) -> bool:
    """True if a method is what its header says: no decorator makes something else of it."""
    facts = inference.need(method.path)
    table = facts.definition
    return (
        table.decorators[method.row] < 0
        or bool(table.flags[method.row] & f.PROPERTY)
        or any(value.entity == method for value in decorated_type(inference, method))
    )


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def stub_of(inference: Inference, cls: Entity, method: Entity, owner: Entity) -> OverrideStub:
    """A method of a class that overrides one of a base."""
    facts = inference.need(method.path)
    table = facts.definition
    flags = table.flags[method.row]
    name = facts.names[table.name[method.row]]
    stub = OverrideStub(name, method, owner)
    stub.is_async = bool(flags & f.ASYNC)
    if flags & f.PROPERTY:
        stub.decorators.append("@property")
    if flags & f.CLASSMETHOD and name not in ("__init_subclass__", "__class_getitem__"):
        stub.decorators.append("@classmethod")
    if flags & f.STATIC and name != "__new__":
        stub.decorators.append("@staticmethod")
    parameters, passed = _parameters(inference, cls.path, method, is_static=bool(flags & f.STATIC))
    returns = ""
    if table.returns[method.row] >= 0:
        header = one_line(
            inference.text(method.path)[table.position[method.row] : table.header_end[method.row]]
        )
        annotation = header.rpartition("->")[2].strip().rstrip(":").rstrip()
        if names_known_here(inference, cls.path, annotation):
            returns = f" -> {annotation}"
    stub.header = f"{name}({', '.join(parameters)}){returns}"
    if flags & f.ABSTRACT:
        stub.body = "raise NotImplementedError"
    elif flags & f.PROPERTY:
        stub.body = f"return super().{name}"
    else:
        call = f"super().{name}({', '.join(passed)})"
        if _is_made_anew(inference, cls):
            receiver = parameters[:1] if not flags & (f.CLASSMETHOD | f.STATIC) else []
            call = f"{name_of(inference, owner)}.{name}({', '.join([*receiver, *passed])})"
        gives = name not in ("__init__", "__init_subclass__", "__del__", "__post_init__")
        if stub.is_async and not flags & f.GENERATOR:
            call = f"await {call}"
        stub.body = f"return {call}" if gives else call
    return stub


def _is_made_anew(inference: Inference, cls: Entity) -> bool:
    """True if another class is made of the body, in which ``super()`` fails: a NamedTuple's."""
    marker = standard_class(inference, "typing", "NamedTuple")
    facts = inference.need(cls.path)
    return marker is not None and any(
        item.entity == marker
        for base in bases(facts, cls.row)
        for item in inference.definitions_of(cls.path, base.value)
    )


def _parameters(
    inference: Inference, path: str, method: Entity, *, is_static: bool
) -> tuple[list[str], list[str]]:
    """Parameters of a method as another file can write them, and arguments that pass them on."""
    facts, text = inference.need(method.path), inference.text(method.path)
    table = facts.parameter
    parameters: list[str] = []
    passed: list[str] = []
    last = -1
    for place, row in enumerate(parameter_rows(inference, method)):
        name = facts.names[table.name[row]]
        kind = table.kind[row]
        spelled = one_line(text[table.position[row] : table.end[row]]).lstrip("*")
        if last == f.POSITIONAL_ONLY and kind > f.POSITIONAL_ONLY and not name.startswith("__"):
            parameters.append("/")
        if kind == f.KEYWORD_ONLY and last < f.VAR_POSITIONAL:
            parameters.append("*")
        last = kind
        stars = {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}.get(kind, "")
        parameters.append(stars + _portable(inference, path, facts, row, name, spelled))
        if place == 0 and not is_static:
            continue
        passed.append(f"{name}={name}" if kind == f.KEYWORD_ONLY else stars + name)
    if last == f.POSITIONAL_ONLY:
        parameters.append("/")
    return parameters, passed


def _portable(
    inference: Inference, path: str, facts: FileFacts, row: int, name: str, spelled: str
) -> str:
    """A parameter with its annotation and default as far as another file knows their names."""
    has_annotation = facts.parameter.annotation[row] >= 0
    has_default = facts.parameter.default[row] >= 0
    rest = spelled[len(name) :].lstrip()
    annotation, default = "", ""
    if has_annotation and rest.startswith(":"):
        annotation = rest[1:].strip()
    if has_default:
        head, _, default = split_default(annotation if has_annotation else rest)
        annotation = head.strip() if has_annotation else ""
    if annotation and not names_known_here(inference, path, annotation):
        annotation = ""
    if default and not names_known_here(inference, path, default):
        default = "..."
    result = name + (f": {annotation}" if annotation else "")
    if default:
        result += f" = {default}" if annotation else f"={default}"
    return result


def names_known_here(inference: Inference, path: str, expression: str) -> bool:
    """True if a file knows every name in an expression: binds it at its top level, or a builtin."""
    facts = inference.need(path)
    if '"' in expression or "'" in expression:
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", expression)
        if not bare.strip():
            return True
        expression = bare
    for found in _WORD.finditer(expression):
        if expression[found.start() - 1 : found.start()] == ".":
            continue
        name = found[0]
        row = facts.name_id(name)
        if row >= 0 and facts.bindings_of(0, row):
            continue
        if name in ("None", "True", "False", "and", "or", "not", "lambda"):
            continue
        if not builtin_name(inference, name):
            return False
    return True


def abstract_methods(inference: Inference, cls: Entity) -> list[OverrideStub]:
    """Methods that a class has to define before it can be used: abstract ones of its bases."""
    return [
        stub
        for stub in overridable(inference, cls)
        if inference.need(stub.entity.path).definition.flags[stub.entity.row] & f.ABSTRACT
    ]
