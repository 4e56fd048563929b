"""Types in docstrings, in the styles of Google, NumPy and Sphinx."""

from __future__ import annotations

from ..inference.classes import class_member
from ..inference.entities import CLASS, MODULE, NAMESPACE
from ..inference.locate import resolve_dotted_name
from ..inference.names import builtin_name, module_attribute, module_member
from ..inference.standard_types import builtin_instance
from ..inference.types import UNKNOWN, instance, union
from .evidence import Answer
from .names import class_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.entities import Entity
    from ..inference.inference import Inference
    from ..inference.types import Type
    from .evidence import ParameterQuery

_ARGUMENTS = ("args:", "arguments:", "parameters:", "params:", "keyword args:", "attributes:")
_RETURNS = ("returns:", "return:", "yields:")
_WORDS = {
    "string": "str", "integer": "int", "boolean": "bool", "dictionary": "dict", "number": "float",
    "strings": "str", "ints": "int", "integers": "int", "floats": "float", "strs": "str",
    "booleans": "bool",
}  # fmt: skip
# What is written around a type and is no part of it.
_ROLES = (":class:", ":py:class:", ":obj:", ":py:obj:", ":exc:", ":ref:", ":any:")
_CONTAINERS = {"list": "list", "tuple": "tuple", "set": "set", "sequence": "list"}
# Docstrings say these of anything.
_NOTHING = frozenset(["object", "any", "none", "optional", "instance", "value", "self", "type"])


def documented_parameter(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return the type that the docstring of the function, or of its class, gives a parameter."""
    facts, row = query.facts, query.function.row
    rows = [row]
    if query.method == "__init__" and query.cls >= 0:
        rows.append(query.cls)
    for definition in rows:
        text = docstring(inference, query.path, facts, definition)
        type_text = parameter_text(text, query.name) if query.name in text else ""
        type_ = resolve_docstring_type(inference, query.path, type_text) if type_text else UNKNOWN
        if type_:
            return Answer(type_, "docstring", f"its docstring says `{type_text}`")
    return None


def documented_return(inference: Inference, function: Entity) -> Type:
    """Return the return type in the docstring of a function."""
    facts = inference.need(function.path)
    text = docstring(inference, function.path, facts, function.row)
    type_text = return_text(text) if text else ""
    return resolve_docstring_type(inference, function.path, type_text) if type_text else UNKNOWN


def docstring(inference: Inference, path: str, facts: FileFacts, definition: int) -> str:
    """Return the source text of a definition's docstring with its quotes, or an empty string."""
    start = facts.definition.doc[definition]
    if start < 0:
        return ""
    text = inference.text(path)
    for quote in (b'"""', b"'''"):
        at = text.find(quote, start, start + 6)
        if at >= 0:
            end = text.find(quote, at + 3)
            return text[at + 3 : end].decode("utf-8", "replace") if end >= 0 else ""
    return ""


def parameter_text(text: str, name: str) -> str:
    """Return what a docstring says the type of a parameter is, as written.

    Empty when it does not.
    """
    lines = text.splitlines()
    section = ""
    for index, line in enumerate(lines):
        stripped = line.strip()
        if stripped.startswith(":"):
            type_text = _field(stripped, name)
            if type_text:
                return type_text
            continue
        below = lines[index + 1].strip() if index + 1 < len(lines) else ""
        if len(below) > 2 and not below.strip("-=~"):
            section = stripped.lower()
            continue
        if stripped.lower() in _ARGUMENTS:
            section = "args:"
            continue
        if section == "args:" and stripped.startswith((f"{name} (", f"{name}(", f"`{name}` (")):
            return _inside(stripped.partition("(")[2])
        if section in ("parameters", "other parameters", "arguments") and ":" in stripped:
            before, _, after = stripped.partition(":")
            if name in [part.strip(" *`") for part in before.split(",")] and after[:1] in ("", " "):
                return after.strip()
    return ""


def _field(line: str, name: str) -> str:
    """``:param Foo name: …`` or ``:type name: Foo``."""
    head, _, rest = line[1:].partition(":")
    words = head.split()
    if (
        len(words) == 2
        and words[0] in ("type", "vartype", "kwtype")
        and words[1].strip("*`") == name
    ):
        return rest.strip()
    if len(words) > 2 and words[0] in ("param", "parameter", "arg", "argument", "key", "keyword"):
        return " ".join(words[1:-1]) if words[-1].strip("*`") == name else ""
    return ""


def return_text(text: str) -> str:
    """Return what a docstring says the type of the result is, as written."""
    lines = text.splitlines()
    for index, line in enumerate(lines):
        stripped = line.strip()
        if stripped.startswith(":rtype:"):
            return stripped[7:].strip()
        below = lines[index + 1].strip() if index + 1 < len(lines) else ""
        if stripped.lower() in _RETURNS and below:
            type_text, colon, _ = below.partition(": ")
            return type_text.strip() if colon else ""
        if stripped.lower() in ("returns", "return", "yields") and below and not below.strip("-"):
            type_text = lines[index + 2].strip() if index + 2 < len(lines) else ""
            name, colon, rest = type_text.partition(" : ")
            return rest.strip() if colon and name.isidentifier() else type_text
    return ""


def _inside(text: str) -> str:
    """Return the text up to the parenthesis that closes what was opened before it."""
    depth = 1
    for index, char in enumerate(text):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            return text[:index]
    return ""


def resolve_docstring_type(inference: Inference, path: str, type_text: str, depth: int = 0) -> Type:
    """Return the type that words of a docstring name; unknown unless all of it is understood."""
    type_text = type_text.strip().rstrip(".;").strip()
    if depth > 3 or not type_text or len(type_text) > 120:
        return UNKNOWN
    for tail in (", optional", ", required", " optional", ", default", " instance", " object"):
        if tail in type_text:
            type_text = type_text.partition(tail)[0].strip()
    for article in ("a ", "an ", "an instance of ", "instance of ", "the "):
        type_text = type_text.removeprefix(article)
    for role in _ROLES:
        type_text = type_text.removeprefix(role)
    type_text = type_text.strip("`").lstrip("~!")
    if type_text.startswith("Optional[") and type_text.endswith("]"):
        return resolve_docstring_type(inference, path, type_text[9:-1], depth + 1)
    if type_text.startswith("Union[") and type_text.endswith("]"):
        type_text = type_text[6:-1].replace(",", " or ")
    alternatives = [part for chunk in type_text.split(" or ") for part in chunk.split("|")]
    if len(alternatives) > 1:
        parts = [part.strip() for part in alternatives]
        types = [
            resolve_docstring_type(inference, path, part, depth + 1)
            for part in parts
            if part.lower() not in ("none", "")
        ]
        return union(*types) if all(types) else UNKNOWN
    head, _, rest = type_text.partition(" of ")
    if rest and head.lower() in _CONTAINERS:
        inner = resolve_docstring_type(inference, path, rest, depth + 1) or resolve_docstring_type(
            inference, path, rest.removesuffix("s"), depth + 1
        )
        return builtin_instance(inference, _CONTAINERS[head.lower()], inner)
    if type_text.endswith("]") and "[" in type_text:
        head, _, rest = type_text.partition("[")
        name = head.rpartition(".")[2].lower()
        if name in _CONTAINERS:
            return _container(inference, path, _CONTAINERS[name], _parts(rest[:-1]), depth)
        return _class_named(inference, path, head)
    if type_text.startswith("(") and type_text.endswith(")") and len(_parts(type_text[1:-1])) > 1:
        return _container(inference, path, "tuple", _parts(type_text[1:-1]), depth)
    return _class_named(inference, path, type_text)


def _container(inference: Inference, path: str, name: str, parts: list[str], depth: int) -> Type:
    """Return an instance of a builtin container, by the texts of the types of what it holds."""
    types = [resolve_docstring_type(inference, path, each, depth + 1) for each in parts]
    if name == "tuple" and len(types) > 1 and parts[1] != "...":
        return builtin_instance(inference, name, union(*types), *types)
    return builtin_instance(inference, name, types[0])


def _parts(text: str) -> list[str]:
    """Return what stands between the commas of a text that are in no brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _class_named(inference: Inference, path: str, type_text: str) -> Type:
    """Return an instance of the class that a dotted name in a docstring means."""
    parts = type_text.split(".")
    if type_text.lower() in _NOTHING or not all(part.isidentifier() for part in parts):
        return UNKNOWN
    found = module_member(inference, path, parts[0])
    for part in parts[1:]:
        found = [
            inner
            for item in found
            for inner in (
                module_attribute(inference, item.entity, part)
                if item.entity.kind in (MODULE, NAMESPACE)
                else class_member(inference, item.entity, part)
                if item.entity.kind == CLASS
                else []
            )
        ]
    if not found and len(parts) > 1:
        found = resolve_dotted_name(inference, type_text)
    if not found and len(parts) == 1:
        found = builtin_name(inference, _WORDS.get(type_text.lower(), type_text))
        if not found and type_text[:1].isupper():
            entity = class_named(inference, type_text)
            return (instance(entity),) if entity is not None else UNKNOWN
    classes = [item.entity for item in found if item.entity.kind == CLASS]
    return (instance(classes[0]),) if classes else UNKNOWN
