"""Completion of plain names: what is in scope, keyword arguments, keywords, and what to import."""

from __future__ import annotations

import re
from keyword import iskeyword

from ....indexer import facts as f
from ....indexer.inference.entities import MODULE, entity_of_binding
from . import completion as c
from .members import kind_of_binding, module_items, star_modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.facts import FileFacts
    from ....indexer.inference.inference import Inference

_STATEMENT_WORDS = (
    "assert async await break class continue def del elif else except finally for from global if"
    " import lambda match nonlocal not pass raise return try while with yield type case"
).split()
_OPERATOR_WORDS = "and as async else for from if in is not or".split()
_CONSTANTS = ("None", "True", "False")
_DEFINES = re.compile(rb"\s*(?:async[ \t]+)?def[ \t]+\w*$")
_NAMES_CLASS = re.compile(rb"\s*class[ \t]+\w*$")
_BINDS = re.compile(
    rb"(?:^|\s)(?:as[ \t]+\w*|(?:global|nonlocal)[ \t][\w, \t]*|lambda[ \t]+[\w, \t*]*"
    rb"|for[ \t]+[\w, \t(]*)$"
)
_IN_DEFINITION = re.compile(rb"\bdef[ \t]+\w+(?:\[[^\]]*\])?[ \t]*$")
_BLANK = re.compile(rb"\s*\w*$")
_NOT_VISIBLE = frozenset([f.DELETE, f.GLOBAL, f.NONLOCAL])


def items(context: c.Context) -> list[c.Item]:
    """Items where a name may stand."""
    cursor = context.cursor
    line = cursor.logical
    if _DEFINES.match(line):
        from ...check.fixes.override_stubs import override_stubs

        return override_stubs(context)
    if _NAMES_CLASS.match(line):
        return []
    if _BINDS.search(line):
        return [c.Item("in", "keyword", c.KEYWORD)] if b"for" in line else []
    if _is_new_parameter(context):
        return []
    if _follows_operand(context):
        return [c.Item(word, "keyword", c.KEYWORD) for word in _OPERATOR_WORDS]
    found = _keyword_arguments(context)
    found += in_scope(context.inference, context.path, context.scope)
    found += _builtins(context.inference)
    found += _keywords(context)
    if len(cursor.prefix) >= 2:
        from ..auto_import import candidates

        taken = {item.label for item in found}
        extra, more = candidates(context.inference, context.path, cursor.prefix)
        found += [item for item in extra if item.label not in taken]
        context.more = True
        del more
    else:
        context.more = True  # names to import come with the second letter
    return found


def _is_new_parameter(context: c.Context) -> bool:
    """Whether the cursor is where a definition names its parameters."""
    cursor = context.cursor
    for bracket in reversed(cursor.brackets):
        if bracket.kind == b"(" and _IN_DEFINITION.search(cursor.text[: bracket.position][-120:]):
            if bracket is not cursor.brackets[-1]:
                return False
            last = cursor.arguments(bracket)[-1]
            return b":" not in last and b"=" not in last
    return False


def in_scope(inference: Inference, path: str, scope: int) -> list[c.Item]:
    """Names bound in a scope and those around it, the nearest first, each once."""
    facts = inference.need(path)
    kinds, parents = facts.scope.kind, facts.scope.parent
    order: list[int] = []
    current = scope
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == scope:
            order.append(current)
        current = parents[current]
    by_scope: dict[int, dict[int, int]] = {each: {} for each in order}
    names, scopes, _, binding_kinds = facts.binding[:4]
    for row, where in enumerate(scopes):
        if where in by_scope and binding_kinds[row] not in _NOT_VISIBLE:
            by_scope[where][names[row]] = row
    seen: set[int] = set()
    result: list[c.Item] = []
    for each in order:
        for name_row, row in by_scope[each].items():
            if name_row in seen:
                continue
            seen.add(name_row)
            item = _bound(facts, path, each, kinds[each], row)
            if item is not None:
                result.append(item)
    have = {item.label for item in result}
    for star in star_modules(inference, path, facts):
        for name, kind, entity, exported in module_items(inference, star):
            if exported and name not in have:
                result.append(c.Item(name, kind, c.IMPORTED, entity))
    return result


def _bound(facts: FileFacts, path: str, scope: int, scope_kind: int, row: int) -> c.Item | None:
    kind = facts.binding.kind[row]
    name = facts.names[facts.binding.name[row]]
    if kind == f.IMPORT:
        ref = facts.binding.ref[row]
        if facts.imports.flags[ref] & f.FUTURE:
            return None
    word = kind_of_binding(facts, row, in_class=scope_kind == f.CLASS_SCOPE)
    if kind == f.PARAMETER:
        group, word = c.PARAMETER, "parameter"
    elif scope_kind == f.CLASS_SCOPE:
        group = c.CLASS_LEVEL
    elif kind == f.IMPORT and scope == 0:
        group = c.IMPORTED
    else:
        group = c.MODULE_LEVEL if scope == 0 else c.LOCAL
    item = c.Item(name, word, group, entity_of_binding(path, facts, row))
    if kind == f.IMPORT:
        ref = facts.binding.ref[row]
        item.description = facts.names[facts.imports.module[ref]]
    return item


def _builtins(inference: Inference) -> list[c.Item]:
    from ....indexer.inference.modules import find_module

    module = find_module(inference, "builtins")
    if module is None or module.kind != MODULE:
        return []
    return [
        c.Item(name, kind, c.BUILTIN, entity)
        for name, kind, entity, exported in module_items(inference, module.path)
        if exported and (not name.startswith("_") or name == "__import__")
        and name not in ("reveal_type", "reveal_locals", "function", "ellipsis")
    ]  # fmt: skip


def _keyword_arguments(context: c.Context) -> list[c.Item]:
    """Names of parameters of the call around, where an argument begins."""
    cursor = context.cursor
    if not cursor.brackets:
        return []
    found = cursor.call()
    if found is None or found[2] is not cursor.brackets[-1]:
        return []
    start, end, bracket = found
    arguments = cursor.arguments(bracket)
    if not _BLANK.match(arguments[-1]):
        return []
    from ...source.cursor import keyword_of
    from ...source.partial_expressions import PartialExpression
    from ..signature_help import signatures_of

    written = PartialExpression(context.inference, context.path, start, end, context.scope)
    used = {keyword_of(argument) for argument in arguments[:-1]} | _behind(context)
    positional = sum(
        1 for argument in arguments[:-1] if not keyword_of(argument) and argument.strip()
    )
    result: list[c.Item] = []
    for signature in signatures_of(context.inference, written):
        for place, parameter in enumerate(signature.parameters):
            if parameter.kind in (f.POSITIONAL, f.KEYWORD_ONLY) and parameter.name not in used:
                if parameter.kind == f.POSITIONAL and place < positional:
                    continue
                item = c.Item(f"{parameter.name}=", "parameter", c.KEYWORD_ARGUMENT)
                item.detail = parameter.text
                item.description = signature.name
                result.append(item)
    return result


def _behind(context: c.Context) -> set[str]:
    """Keywords that are written behind the cursor on its line."""
    text, offset = context.cursor.text, context.cursor.offset
    end = text.find(b"\n", offset)
    line = text[offset : end if end >= 0 else len(text)]
    return {name.decode() for name in re.findall(rb"\b(\w+)\s*=(?!=)", line)}


def _keywords(context: c.Context) -> list[c.Item]:
    """Keywords that may stand at the cursor."""
    cursor = context.cursor
    is_first = not cursor.brackets and not cursor.line_before[: -len(cursor.prefix) or None].strip()
    result = [c.Item(word, "constant", c.BUILTIN) for word in _CONSTANTS]
    words = _STATEMENT_WORDS if is_first else ("lambda", "not", "await", "yield")
    return result + [c.Item(word, "keyword", c.KEYWORD) for word in words]


def _follows_operand(context: c.Context) -> bool:
    """Whether a value ends right before the word, so that only an operator can come."""
    cursor = context.cursor
    before = cursor.behind(cursor.start)
    if before == 0 or before <= cursor.statement:
        return False
    if before in cursor.strings or cursor.text[before - 1] in b")]}":
        return True
    found = _LAST_WORD.search(cursor.text, max(cursor.line_start, before - 80), before)
    return found is not None and not iskeyword(found[0].decode()) and found[0] not in _SOFT


_LAST_WORD = re.compile(rb"\w+\Z")
_SOFT = frozenset([b"match", b"case", b"type", b"print", b"exec"])
