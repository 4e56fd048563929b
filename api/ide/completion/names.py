"""Completion of plain names: what is in scope, keywords, arguments, imports, overrides."""

from __future__ import annotations

import re
from keyword import iskeyword

from ....indexer import facts as f
from ....indexer import facts_view
from ....indexer.facts import FileFacts
from ....indexer.inference.entities import CLASS, MODULE, Entity, entity_of_binding, name_of
from ....indexer.inference.inference import Inference
from ....indexer.inference.modules import find_module
from ....indexer.inference.names import is_deleted
from ....indexer.inference.types import without_none
from ....indexer.plugins.registry import offered_keywords, offered_parameters
from ...source.cursor import keyword_of
from ...source.override_stubs import INDENT, overridable
from ...source.partial_expressions import PartialExpression
from ..auto_import import importable_names
from ..module_contents import NO_NAMES, kind_of_binding, module_names, star_modules
from ..signature_help import signatures_of
from .items import CompletionContext, Group, Item
from .members import of_every_module

_STATEMENT_WORDS = (
    "assert async await break class continue def del elif else except finally for from global if"
    " import lambda match nonlocal not pass raise return try while with yield type case"
).split()
# Those that may stand behind a semicolon.
_SIMPLE_STATEMENT_WORDS = (
    "assert await break continue del from global import lambda nonlocal not pass raise return yield"
    " type"
).split()
_OPERATOR_WORDS = "and as async else for from if in is not or".split()
_CONSTANTS = ("None", "True", "False")
_DEFINES = re.compile(rb"\s*(?:async[ \t]+)?def[ \t]+\w*$")
_TAKES_NOTHING = re.compile(rb"\s*(?:pass|break|continue)[ \t]+\w*$")
_NAMES_CLASS = re.compile(rb"\s*class[ \t]+\w*$")
_BINDS = re.compile(
    rb"(?:^|\s)(?:as[ \t]+\w*|(?:global|nonlocal)[ \t][\w, \t]*|lambda[ \t]+[\w, \t*]*"
    rb"|for[ \t]+[\w, \t(]*)$"
)
_WORD = re.compile(rb"\w+")
_IN_DEFINITION = re.compile(rb"\bdef[ \t]+(\w+)(?:\[[^\]]*\])?[ \t]*$")
# Names that only the stub of the builtins has.
_STUB_ONLY = frozenset(["reveal_type", "reveal_locals", "function", "ellipsis"])
_BLANK = re.compile(rb"\s*\w*$")
_LAST_WORD = re.compile(rb"\w+\Z")
_SOFT = frozenset([b"match", b"case", b"type", b"print", b"exec"])


def items(context: CompletionContext) -> list[Item]:
    """Return items for a place where a name may stand."""
    cursor = context.cursor
    line = cursor.logical
    if _DEFINES.match(line):
        return override_items(context)
    if _NAMES_CLASS.match(line) or _TAKES_NOTHING.match(line):
        return []
    if _BINDS.search(line[-1_000:]):
        return [Item("in", "keyword", Group.KEYWORD)] if b"for" in line else []
    definition = _definition_of_parameters(context)
    if definition:
        return _requested(context, *definition)
    if _follows_operand(context):
        return [Item(word, "keyword", Group.KEYWORD) for word in _OPERATOR_WORDS]
    found, is_only = _keyword_arguments(context)
    if is_only:
        return found
    found += in_scope(context.inference, context.path, context.scope, cursor.start)
    found += _builtins(context.inference)
    found += _keywords(context)
    if cursor.prefix.startswith("__"):
        known = {item.label for item in found}
        found += [item for item in of_every_module() if item.label not in known]
    context.is_incomplete = True  # names to import come with the second letter
    if len(cursor.prefix) >= 2:
        known = {item.label for item in found}
        found += [item for item in _importable(context) if item.label not in known]
    return found


def _importable(context: CompletionContext) -> list[Item]:
    """Return items that add an import when they are chosen."""
    return [
        Item(
            each.name or each.module, each.kind, Group.UNIMPORTED,
            module=each.module, name=each.name, description=each.description,
        )
        for each in importable_names(context.inference, context.path, context.cursor.prefix)
    ]  # fmt: skip


def _definition_of_parameters(context: CompletionContext) -> tuple[str, str] | None:
    """Return the name of the function whose parameters are named at the cursor, and its decorators.

    These are text. None where no parameter is named.
    """
    cursor = context.cursor
    for bracket in reversed(cursor.brackets):
        before = cursor.text[: bracket.position]
        found = _IN_DEFINITION.search(before[-120:]) if bracket.kind == b"(" else None
        if found is None:
            continue
        last = cursor.arguments(bracket)[-1]
        if bracket is not cursor.brackets[-1] or b":" in last or b"=" in last:
            return None
        name = found[1].decode("utf-8", "replace")
        above = _decorators_above(before[-1_000:].split(b"\n")[:-1])
        return name, above.decode("utf-8", "replace")
    return None


def _decorators_above(lines: list[bytes]) -> bytes:
    """Return the text of the decorators that some lines end with, without comments."""
    found: list[bytes] = []
    for line in reversed(lines):
        stripped = line.strip()
        if stripped.startswith(b"@"):
            found.append(stripped)
        elif not stripped.startswith(b"#"):
            break
    return b"\n".join(reversed(found))


def _requested(context: CompletionContext, function: str, decorator: str) -> list[Item]:
    """Return what a framework passes by the names of parameters, such as fixtures."""
    offered = offered_parameters(context.inference, context.path, function, decorator)
    written = context.cursor.logical.partition(b"(")[2]
    used = {word.decode("utf-8", "replace") for word in _WORD.findall(written)}
    return [
        Item(name, "parameter", Group.PARAMETER, entity)
        for name, entity in offered.items()
        if name not in used or name == context.cursor.prefix
    ]


def in_scope(inference: Inference, path: str, scope: int, position: int) -> list[Item]:
    """Return the names bound in a scope and those around it, the nearest first, each once.

    Those that are deleted before a position of the scope are left out.
    """
    facts = inference.need(path)
    kinds, parents = facts.scope.kind, facts.scope.parent
    order: list[int] = []
    current = scope
    while current >= 0:
        if kinds[current] != f.CLASS_SCOPE or current == scope:
            order.append(current)
        current = parents[current]
    by_scope: dict[int, dict[int, int]] = {each: {} for each in order}
    table = facts.binding
    for row, where in enumerate(table.scope):
        if where in by_scope and table.kind[row] not in NO_NAMES:
            by_scope[where][table.name[row]] = row
    seen: set[int] = set()
    result: list[Item] = []
    for each in order:
        for name_row, row in by_scope[each].items():
            if name_row in seen:
                continue
            seen.add(name_row)
            if each == scope and is_deleted(facts, scope, name_row, position):
                continue
            item = _bound(facts, path, each, kinds[each], row)
            if item is not None:
                result.append(item)
    known = {item.label for item in result}
    for star in star_modules(inference, path, facts):
        for each in module_names(inference, star):
            if each.is_exported and each.name not in known:
                result.append(Item(each.name, each.kind, Group.IMPORTED, each.entity))
    return result


def _bound(facts: FileFacts, path: str, scope: int, scope_kind: int, row: int) -> Item | None:
    kind, ref = facts.binding.kind[row], facts.binding.ref[row]
    name = facts_view.binding_name(facts, row)
    if kind == f.IMPORT and facts.imports.flags[ref] & f.FUTURE:
        return None
    word = kind_of_binding(facts, row, in_class=scope_kind == f.CLASS_SCOPE)
    if kind == f.PARAMETER:
        group, word = Group.PARAMETER, "parameter"
    elif scope_kind == f.CLASS_SCOPE:
        group = Group.CLASS_LEVEL
    elif kind == f.IMPORT and scope == 0:
        group = Group.IMPORTED
    else:
        group = Group.MODULE_LEVEL if scope == 0 else Group.LOCAL
    description = facts.names[facts.imports.module[ref]] if kind == f.IMPORT else ""
    return Item(name, word, group, entity_of_binding(path, facts, row), description=description)


def _builtins(inference: Inference) -> list[Item]:
    module = find_module(inference, "builtins")
    if module is None or module.kind != MODULE:
        return []
    return [
        Item(each.name, each.kind, Group.BUILTIN, each.entity)
        for each in module_names(inference, module.path)
        if each.is_exported
        and (not each.name.startswith("_") or each.name == "__import__")
        and each.name not in _STUB_ONLY
    ]


def _keyword_arguments(context: CompletionContext) -> tuple[list[Item], bool]:
    """Return the names of parameters of the call around, where an argument begins.

    Also, if nothing else can stand there: behind another keyword, or behind all that is positional.
    """
    cursor = context.cursor
    if not cursor.brackets:
        return [], False
    found = cursor.call()
    if found is None or found[2] is not cursor.brackets[-1]:
        return [], False
    start, end, bracket = found
    arguments = cursor.arguments(bracket)
    if not _BLANK.match(arguments[-1]):
        return [], False
    function = PartialExpression(context.inference, context.path, start, end, context.scope)
    before = {keyword_of(argument) for argument in arguments[:-1]} - {""}
    used = before | _keywords_behind(context)
    positional = sum(
        1 for argument in arguments[:-1] if not keyword_of(argument) and argument.strip()
    )
    result: list[Item] = []
    signatures = signatures_of(context.inference, function)
    takes_more = any(
        each.kind == f.VAR_POSITIONAL
        or (place >= positional and each.kind in (f.POSITIONAL, f.POSITIONAL_ONLY))
        for signature in signatures
        for place, each in enumerate(signature.parameters)
    )
    for signature in signatures:
        for place, parameter in enumerate(signature.parameters):
            if parameter.kind in (f.POSITIONAL, f.KEYWORD_ONLY) and parameter.name not in used:
                if parameter.kind == f.POSITIONAL and place < positional:
                    continue
                item = Item(
                    f"{parameter.name}=", "parameter", Group.KEYWORD_ARGUMENT,
                    detail=parameter.text, description=signature.name,
                )  # fmt: skip
                result.append(item)
    known = {item.label for item in result}
    for value in without_none(function.type()):
        result += [
            Item(f"{name}=", "parameter", Group.KEYWORD_ARGUMENT, entity)
            for name, entity in offered_keywords(context.inference, value).items()
            if name not in used and f"{name}=" not in known
        ]
    return result, bool(result) and (bool(before) or not takes_more)


def _keywords_behind(context: CompletionContext) -> set[str]:
    """Return the keyword arguments behind the cursor on its line."""
    text, offset = context.cursor.text, context.cursor.offset
    end = text.find(b"\n", offset)
    line = text[offset : end if end >= 0 else len(text)]
    return {name.decode() for name in re.findall(rb"\b(\w+)\s*=(?!=)", line)}


def _keywords(context: CompletionContext) -> list[Item]:
    """Return the keywords and constants that may stand at the cursor."""
    cursor = context.cursor
    before = cursor.line_before[: -len(cursor.prefix) or None].strip()
    is_first = not cursor.brackets and (not before or before.endswith(b";"))
    result = [Item(word, "constant", Group.BUILTIN) for word in _CONSTANTS]
    statements = _SIMPLE_STATEMENT_WORDS if before else _STATEMENT_WORDS
    words = statements if is_first else ("lambda", "not", "await", "yield")
    return result + [Item(word, "keyword", Group.KEYWORD) for word in words]


def _follows_operand(context: CompletionContext) -> bool:
    """True if an operand ends right before the word, so that only an operator can follow."""
    cursor = context.cursor
    before = cursor.behind(cursor.start)
    if before == 0 or before <= cursor.statement:
        return False
    if before in cursor.strings or cursor.text[before - 1] in b")]}":
        return True
    found = _LAST_WORD.search(cursor.text, max(cursor.line_start, before - 80), before)
    return found is not None and not iskeyword(found[0].decode()) and found[0] not in _SOFT


def override_items(context: CompletionContext) -> list[Item]:
    """Return an item for each method of a base that the class around the cursor lacks."""
    inference, path, cursor = context.inference, context.path, context.cursor
    facts = inference.need(path)
    if facts.scope.kind[context.scope] != f.CLASS_SCOPE:
        return []
    cls = Entity(CLASS, path, facts.scope.definition[context.scope])
    result: list[Item] = []
    line_start = cursor.line_start
    line = cursor.text[line_start : cursor.start]
    indent = line[: len(line) - len(line.lstrip())].decode()
    rest = cursor.text[cursor.offset :].partition(b"\n")[0]
    has_more = bool(rest.lstrip(b"0123456789abcdefghijklmnopqrstuvwxyz_").strip())
    for stub in overridable(inference, cls, at=cursor.offset):
        item = Item(
            stub.name, "method", Group.MEMBER, stub.entity,
            detail=f"def {stub.header}", description=name_of(inference, stub.owner),
        )  # fmt: skip
        if not has_more:
            body = f":\n{indent}{INDENT}"
            item.insert = f"{stub.header}{body}{stub.body}"
            escaped = item.insert.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
            at = len(escaped) - len(stub.body.replace("$", "\\$").replace("}", "\\}"))
            item.snippet = f"{escaped[:at]}${{0:{escaped[at:]}}}"
        at = line_start + len(indent.encode())
        if stub.is_async and not line.lstrip().startswith(b"async"):
            item.before.append((at, "async "))
        above = cursor.text[:line_start].rstrip().rpartition(b"\n")[2].strip()
        for decorator in stub.decorators:
            if above != decorator.encode():
                item.before.append((at, f"{decorator}\n{indent}"))
        result.append(item)
    return result
