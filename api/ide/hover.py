"""Hover: signature or type of a name, its evidence, documentation and origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...indexer import facts as f
from ...indexer.facts_view import Occurrence
from ...indexer.heuristics.parameters import explain_parameter
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    CONVENTIONAL,
    EVIDENCE_NAMES,
    EXACT,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    Entity,
    Found,
    name_of,
    position_of,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.signatures import overloads
from ...indexer.paths import is_outside
from ..quoting import escaped_text
from ..source.docstrings import as_markdown, docstring
from ..source.entity_views import kind_of, line_text, one_line
from ..source.lexical import layout
from ..source.ranges import split_arguments
from ..source.type_text import is_conventional, type_text

if TYPE_CHECKING:
    from ...indexer.inference.types import Type

_MOST = 3  # definitions that are shown
_LONG_LINE = 88
_RESTS = (
    "",
    f"{EVIDENCE_NAMES[1]}: through types",
    f"{EVIDENCE_NAMES[2]}: by how the code base uses it",
    f"{EVIDENCE_NAMES[3]}: same name only",
)


@dataclass(slots=True)
class Hover:
    """Declarations in Python, notes on evidence, documentation and origin of a name."""

    start: int
    end: int
    """Byte offsets of the name."""
    code: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    documentation: str = ""
    origin: str = ""
    evidence: int = EXACT

    def markdown(self) -> str:
        """Return the answer as Markdown."""
        code = escaped_text("\n".join(self.code))
        # A fence that the code does not have.
        fence = "````" if "```" in code else "```"
        parts = [f"{fence}python\n{code}\n{fence}"] if code else []
        parts += [f"*{note}*" for note in self.notes]
        text = as_markdown(self.documentation)
        if text:
            parts.append("---\n" + text if parts else text)
        if self.origin:
            parts.append(f"---\n{self.origin}")
        return escaped_text("\n\n".join(parts))

    def plain(self) -> str:
        """Return the answer for clients that show no Markdown."""
        parts = ["\n".join(self.code), *self.notes, self.documentation]
        parts.append(self.origin.replace("`", ""))
        return escaped_text("\n\n".join(part for part in parts if part))


def hover(inference: Inference, path: str, offset: int) -> Hover | None:
    """Describe the name at a byte offset; None if there is none, or nothing is known of it."""
    occurrence = occurrence_at(inference, path, offset)
    if occurrence is None:
        return None
    found = entities_at(inference, path, occurrence)
    known = [item for item in found if item.entity.kind != OUTSIDE or item.entity.path]
    end = occurrence.position + len(occurrence.name.encode())
    answer = Hover(occurrence.position, end)
    code = dict.fromkeys(_code(inference, path, occurrence, item) for item in known[:_MOST])
    answer.code = [text for text in code if text]
    if not answer.code:
        return None
    _explain(inference, known, answer)
    documentation = (docstring(inference, item.entity) for item in known[:_MOST])
    answer.documentation = next(filter(None, documentation), "") or _constructor_doc(
        inference, known[0].entity
    )
    answer.origin = _origin(inference, path, known[0].entity)
    return answer


def hover_of_entity(inference: Inference, item: Found) -> Hover:
    """Describe an entity, wherever it is named."""
    answer = Hover(0, 0)
    text = _code(inference, "", None, item)
    answer.code += [text] if text else []
    answer.evidence = item.evidence
    answer.documentation = docstring(inference, item.entity) or _constructor_doc(
        inference, item.entity
    )
    answer.origin = _origin(inference, "", item.entity)
    return answer


def _code(inference: Inference, path: str, occurrence: Occurrence | None, item: Found) -> str:
    """Return the declaration of an entity, as Python."""
    entity = item.entity
    kind = entity.kind
    if kind in (MODULE, NAMESPACE):
        return f"(module) {qualified_name(inference, entity)}"
    if kind == OUTSIDE:
        return f"(not found) {entity.path}"
    if kind == CLASS:
        return header(inference, entity)
    if kind == FUNCTION:
        return _function(inference, entity)
    type_ = _type_here(inference, path, occurrence) or inference.entity_type(entity)
    text = type_text(inference, type_)
    if is_conventional(type_) and text:
        text += "  # by convention"
    word = kind_of(inference, entity)
    name = name_of(inference, entity)
    if kind == PARAMETER:
        return f"(parameter) {_parameter(inference, entity, text)}"
    if text:
        return f"({word}) {name}: {text}"
    return f"({word}) {_assigned(inference, entity) or name}"


def _type_here(inference: Inference, path: str, occurrence: Occurrence | None) -> Type:
    """Return the type that a name has where it is read, which tests may have narrowed."""
    if occurrence is None or occurrence.ref < 0:
        return ()
    if occurrence.role & f.ROLE_MASK not in (f.READ, f.CALLED):
        return ()
    return inference.infer_type(path, occurrence.ref)


def _function(inference: Inference, entity: Entity) -> str:
    each = overloads(inference, entity)
    shown = [header(inference, function) for function in each[:_MOST]]
    if len(each) > _MOST:
        shown.append(f"# and {len(each) - _MOST} more overloads")
    return "\n".join(shown)


def header(inference: Inference, entity: Entity) -> str:
    """Return the header of a class or function as it is written.

    The decorators that say what kind of method it is stand above it; what a function without an
    annotation returns is added when it is known.
    """
    _, path, row = entity
    facts = inference.need(path)
    table = facts.definition
    text = inference.text(path)
    name = facts.names[table.name[row]]
    start = table.position[row]
    written = text[start : table.header_end[row]].decode("utf-8", "replace")
    written = one_line(written.encode()).rstrip(":").rstrip()
    flags = table.flags[row]
    if entity.kind == CLASS:
        return f"class {written}"
    word = "async def" if flags & f.ASYNC else "def"
    if table.returns[row] < 0:
        # By types alone: a signature is no place for what is only usual, and that takes longer.
        result = type_text(inference, inference.strict().return_type(entity, None))
        result = _awaited_text(result) if flags & f.ASYNC else result
        if result:
            written += f" -> {result}"
    above = [
        f"@{word}\n"
        for flag, word in (
            (f.PROPERTY, "property"), (f.STATIC, "staticmethod"), (f.CLASSMETHOD, "classmethod"),
            (f.OVERLOAD, "overload"), (f.ABSTRACT, "abstractmethod"),
        )
        if flags & flag
    ]  # fmt: skip
    line = f"{word} {written}"
    if len(line) > _LONG_LINE:
        line = _broken(line, len(f"{word} {name}"))
    return "".join(above) + line


def _awaited_text(text: str) -> str:
    """Return the type of an awaited coroutine, from the text of the coroutine's type."""
    inner = text.removeprefix("Coroutine[Any, Any, ")
    return inner[:-1] if inner != text else ""


def _broken(line: str, at: int) -> str:
    """Return a long header with each parameter on a line of its own; ``at`` is where they begin."""
    raw, start = line.encode(), len(line[:at].encode())
    end = dict(layout(raw).brackets).get(start, -1)
    if raw[start : start + 1] != b"(" or end < 0:
        return line
    parameters = split_arguments(raw[start + 1 : end - 1].decode())
    inner = "".join(f"    {parameter},\n" for parameter in parameters)
    return f"{line[: at + 1]}\n{inner}{raw[end - 1 :].decode()}"


def _parameter(inference: Inference, entity: Entity, type_: str) -> str:
    _, path, row = entity
    facts = inference.need(path)
    parameter = facts.binding.ref[row]
    start, end = facts.parameter.position[parameter], facts.parameter.end[parameter]
    written = one_line(inference.text(path)[start:end])
    stars = {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}.get(facts.parameter.kind[parameter], "")
    if facts.parameter.annotation[parameter] >= 0 or not type_:
        return stars + written.lstrip("*")
    name = facts.names[facts.parameter.name[parameter]]
    type_, _, note = type_.partition("  #")
    rest = written.lstrip("*")[len(name) :].lstrip()
    default = f" = {rest[1:].lstrip()}" if rest.startswith("=") else ""
    return f"{stars}{name}: {type_}{default}" + (f"  #{note}" if note else "")


def _assigned(inference: Inference, entity: Entity) -> str:
    """Return the line that gives a variable its value, when it is short and does just that."""
    line = line_text(inference, entity.path, position_of(inference, entity))
    name = name_of(inference, entity)
    bare = line.removeprefix("self.")
    if len(line) > _LONG_LINE or not bare.startswith((f"{name} =", f"{name}:", f"{name}=")):
        return ""
    if sum(map(bare.count, "([{")) != sum(map(bare.count, ")]}")):
        return ""  # it goes on on the next line
    return bare


def _explain(inference: Inference, found: list[Found], answer: Hover) -> None:
    """Add how it is known, unless that is by bindings and imports alone."""
    answer.evidence = max((item.evidence for item in found), default=EXACT)
    entity = found[0].entity
    reason = _reason(inference, entity) if entity.kind == PARAMETER else ""
    if reason:
        answer.evidence = CONVENTIONAL
        answer.notes.append(reason)
    elif answer.evidence > EXACT and entity.kind != ATTRIBUTE:
        answer.notes.append(_RESTS[answer.evidence])


def _reason(inference: Inference, entity: Entity) -> str:
    """Explain the type of an unannotated parameter, if it is by convention."""
    type_ = inference.entity_type(entity)
    if not is_conventional(type_):
        return ""
    reason = explain_parameter(inference, entity.path, entity.row)
    if reason is not None:
        return f"conventional: {reason.text}"
    name = name_of(inference, entity)
    return f"conventional: `{name}` is {_article(type_text(inference, type_))} where it is used"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


def _constructor_doc(inference: Inference, entity: Entity) -> str:
    if entity.kind != CLASS:
        return ""

    for item in inference.own_member(entity, "__init__"):
        if item.entity.kind == FUNCTION:
            return docstring(inference, item.entity)
    return ""


def _origin(inference: Inference, path: str, entity: Entity) -> str:
    """Return the module that an entity comes from, and the distribution when that is outside."""
    if entity.kind in (NAMESPACE, OUTSIDE) or (entity.kind == MODULE and not entity.is_outside):
        return entity.path if entity.kind == MODULE else ""
    module = inference.snapshot.index.module_name(entity.path)
    where = origin(inference, entity.path)
    if entity.kind == MODULE:
        return where
    if entity.path == path and entity.kind not in (CLASS, FUNCTION):
        return ""
    shown = qualified_name(inference, entity) if module else entity.path
    if entity.path == path and "." not in shown[len(module or "") + 1 :]:
        return ""
    return f"`{shown}`" + (f" ({where})" if where else "")


def origin(inference: Inference, path: str) -> str:
    """``Python 3.12 standard library`` or ``requests 2.32.5``; empty for files of the workspace."""
    if not is_outside(path):
        return ""
    search_path = inference.snapshot.index.search_path
    if search_path.layer(path) == "stdlib":
        major, minor = search_path.version
        return f"Python {major}.{minor} standard library"
    found = search_path.distribution(path)
    return str(found) if found is not None else ""
