"""Docstrings: found in the text, and rendered as Markdown."""

from __future__ import annotations

import ast
import re
import warnings
from inspect import cleandoc

from docstring_to_markdown import convert

from ...indexer import facts as f
from ...indexer.errors import FluxIndexError
from ...indexer.inference import stub_mapping
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.inference import Inference

_LONGEST = 20_000  # characters that are rendered


def docstring(inference: Inference, entity: Entity) -> str:
    """Return the docstring of an entity without its indentation; empty if there is none.

    For one that a stub defines, what its source says; for a method without any, what the method
    that it overrides says; for a class without any, its constructor's.
    """
    found = _in_file_or_source(inference, entity)
    if found or entity.kind != FUNCTION:
        return found
    inherited = (_in_file_or_source(inference, base) for base in _overridden(inference, entity))
    return next(filter(None, inherited), "")


def _in_file_or_source(inference: Inference, entity: Entity) -> str:
    """Return the docstring of an entity; of one of a stub without any, that of its source."""
    source = None
    found = _docstring_at(inference, entity)
    if not found:
        source = source_of(inference, entity)
    return found if source is None else _docstring_at(inference, source)


def source_of(inference: Inference, entity: Entity) -> Entity | None:
    """The entity in its source file, for one that a stub defines; None when there is no source."""
    if not entity.path.endswith(".pyi"):
        return None
    try:
        return stub_mapping.source_entity(inference, entity)
    except FluxIndexError:
        return None


def _overridden(inference: Inference, entity: Entity) -> list[Entity]:
    facts = inference.need(entity.path)
    cls = owner_class(facts, entity)
    if cls < 0:
        return []
    name = name_of(inference, entity)
    return [
        found.entity
        for base in inference.mro(Entity(CLASS, entity.path, cls))[1:]
        if base.kind == CLASS
        for found in inference.own_member(base, name)
        if found.entity.kind == FUNCTION
    ]


def _docstring_at(inference: Inference, entity: Entity) -> str:
    if entity.kind not in (CLASS, FUNCTION, MODULE, VARIABLE):
        return ""
    facts, row = inference.facts(entity.path), entity.row
    if facts is None:
        return ""
    text = inference.text(entity.path)
    if entity.kind == MODULE:
        return _literal(text, _first_code(text))
    if entity.kind == VARIABLE:
        is_local = facts.scope.kind[facts.binding.scope[row]] > f.CLASS_SCOPE
        return "" if is_local else _beside(text, facts.binding.position[row])
    at = facts.definition.doc[row]
    return _literal(text, at) if at >= 0 else ""


def _beside(text: bytes, position: int) -> str:
    """Return the documentation of a variable: a string below it, or ``#:`` comments."""
    line_start = text.rfind(b"\n", 0, position) + 1
    indent = position - line_start
    lines: list[str] = []
    above = line_start
    while above > 0:
        start = text.rfind(b"\n", 0, above - 1) + 1
        line = text[start : above - 1].strip()
        if not line.startswith(b"#:"):
            break
        lines.append(line[2:].decode("utf-8", "replace").strip())
        above = start
    if lines:
        return "\n".join(reversed(lines))
    end = text.find(b"\n", position)
    while end >= 0:
        start = end + 1
        end = text.find(b"\n", start)
        line = text[start : end if end >= 0 else len(text)]
        stripped = line.lstrip(b" ")
        if not stripped.strip():
            return ""
        column = len(line) - len(stripped)
        if column == indent:
            is_string = stripped.startswith((b'"""', b"'''", b'r"""'))
            return _literal(text, start + column) if is_string else ""
        if column < indent or stripped[:1] in b"#":
            return ""
        # Deeper: the value goes on.
    return ""


def _first_code(text: bytes) -> int:
    """Offset of the first code of a text."""
    at = 0
    while at < len(text):
        if text[at] in b" \t\r\n\f":
            at += 1
        elif text[at] == 35:
            at = text.find(b"\n", at)
            if at < 0:
                return len(text)
        else:
            break
    return at


def _literal(text: bytes, at: int) -> str:
    """Value of the string literal at an offset, cleaned; empty if there is none."""
    found = re.compile(
        rb"[rRuU]?(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"
        rb"|\"(?:\\.|[^\\\n\"])*\"|'(?:\\.|[^\\\n'])*')",
        re.DOTALL,
    ).match(text, at)
    if found is None:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value: object = ast.literal_eval(found[0].decode("utf-8", "replace"))
    except (SyntaxError, ValueError):
        return ""
    return cleandoc(value) if isinstance(value, str) else ""


def as_markdown(text: str) -> str:
    """A docstring as Markdown: sections and fields of reST, Google's and NumPy's style cleaned up.

    What follows none of them stands as it is, in paragraphs.
    """
    text = text[:_LONGEST]
    if not text:
        return ""
    try:
        return convert(text).strip()
    except Exception:  # an unknown format, or a converter's fault, which must not cost the answer
        return _plain(text)


def _plain(text: str) -> str:
    """Text with its indented parts as code, and nothing in it taken for markup."""
    out: list[str] = []
    is_code = False
    for line in text.split("\n"):
        if line.startswith("    ") and (is_code or not out or not out[-1]):
            if not is_code:
                out.append("```text")
            is_code = True
            out.append(line[4:])
            continue
        if is_code and line:
            while out and not out[-1]:
                out.pop()
            out += ["```", ""]
            is_code = False
        out.append(line if is_code else _escaped(line))
    if is_code:
        out.append("```")
    return "\n".join(out)


def _escaped(line: str) -> str:
    if "`" in line:
        return line
    return line.replace("*", "\\*").replace("__", "\\_\\_").replace("<", "\\<")
