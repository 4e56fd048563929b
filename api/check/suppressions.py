"""Suppression comments: ``# type: ignore``, ``# noqa``, ``# pylint: disable`` and their like.

Each tool says in its own way for which lines a comment counts: its own, the next one, the block
that it stands in, or the whole file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from ...indexer import facts_view
from ...indexer.inference.access_paths import last_name
from ..source.lexical import Layout, layout
from .context import CheckContext
from .findings import Finding

# Codes of other tools, by the rule that looks for the same: those of flake8 and ruff, of pylint,
# and of type checkers.
_CODES = {
    "undefined-name": ("F821", "undefined-variable", "E0602", "name-defined", "name-error",
                       "reportUndefinedVariable"),
    "used-before-definition": ("F821", "used-before-assignment", "E0601", "used-before-def",
                               "undefined-variable", "E0602", "name-error",
                               "reportUnboundVariable"),
    "deleted-name": ("F821", "undefined-variable", "E0602", "used-before-assignment", "E0601",
                     "name-error", "reportUnboundVariable"),
    "possibly-unbound": ("F821", "possibly-used-before-assignment", "E0606", "E0601",
                         "used-before-assignment", "undefined-loop-variable", "W0631",
                         "possibly-undefined", "possibly-unbound", "possibly-unresolved-reference",
                         "reportPossiblyUnbound", "reportPossiblyUnboundVariable"),
    "never-bound": ("F821", "undefined-variable", "E0602", "used-before-assignment", "E0601",
                    "possibly-used-before-assignment", "E0606", "name-error",
                    "reportUnboundVariable", "reportPossiblyUnbound"),
    "redefinition": ("F811", "function-redefined", "E0102", "no-redef", "reportRedeclaration"),
    "unresolved-attribute": ("no-member", "E1101", "maybe-no-member", "E1103", "attr-defined",
                             "union-attr", "attribute-error", "module-attr",
                             "misc",  # of mypy, for a property without a setter
                             "missing-attribute", "unresolved-attribute",
                             "possibly-unbound-attribute", "possibly-missing-attribute",
                             "reportAttributeAccessIssue", "reportOptionalMemberAccess",
                             "reportFunctionMemberAccess", "reportUnknownMemberType"),
    "unresolved-import": ("import-error", "E0401", "import", "import-not-found", "import-untyped",
                          "no-name-in-module", "E0611", "reportMissingImports"),
    "not-installed": ("import-error", "E0401", "import", "import-not-found", "import-untyped",
                      "reportMissingImports", "reportMissingModuleSource"),
    "unresolved-name": ("no-name-in-module", "E0611", "attr-defined", "import-error",
                        "reportAttributeAccessIssue"),
    "unknown-keyword": ("unexpected-keyword-arg", "E1123", "call-arg", "wrong-keyword-args",
                        "call-overload", "reportCallIssue"),
    "missing-argument": ("no-value-for-parameter", "E1120", "call-arg", "missing-parameter",
                         "call-overload", "reportCallIssue"),
    "too-many-arguments": ("too-many-function-args", "E1121", "call-arg", "wrong-arg-count",
                           "call-overload", "reportCallIssue"),
    "duplicate-argument": ("redundant-keyword-arg", "E1124", "call-arg", "misc",
                           "duplicate-keyword-argument", "reportCallIssue"),
    "not-callable": ("not-callable", "E1102", "operator", "misc", "reportCallIssue"),
    "unpack-count": ("unbalanced-tuple-unpacking", "W0632", "misc", "bad-unpacking"),
    "missing-await": ("unused-coroutine", "reportUnusedCoroutine"),
    "not-entered": ("bad-context-manager",),
    "incompatible-override": ("arguments-differ", "W0221", "override", "signature-mismatch",
                              "reportIncompatibleMethodOverride"),
    "abstract-instantiated": ("abstract-class-instantiated", "E0110", "abstract",
                              "reportAbstractUsage"),
    "abstract-missing": ("abstract-method", "W0223"),
}  # fmt: skip
# Codes of type checkers for what no rule looks for.
_OTHER = frozenset(
    "no-any-return assignment arg-type return-value return index operator type-arg type-var "
    "var-annotated no-untyped-def no-untyped-call valid-type str-bytes-safe truthy-bool "
    "comparison-overlap redundant-cast list-item dict-item typeddict-item func-returns-value "
    "unreachable unused-ignore safe-super exit-return empty-body method-assign literal-required "
    "reportReturnType reportArgumentType reportAssignmentType reportPrivateUsage "
    "reportIndexIssue reportOperatorIssue reportUnknownVariableType reportUnknownArgumentType "
    "reportUnknownParameterType reportMissingTypeStubs reportMissingParameterType".split()
)
_NEVER = frozenset(["syntax-error"])

_KNOWN = _OTHER.union(*_CODES.values())

# Which lines a comment counts for.
_LINE, _NEXT, _BLOCK, _END_OF_BLOCK, _FILE = range(5)


class _Comment(NamedTuple):
    """What a comment asks for: for which lines, and what; nothing for all that is wrong.

    ``codes`` are other tools' or, where ``is_own``, names of rules. Those of type checkers are many
    (``is_of_checker``), so that only those count as being about something else that are known.
    """

    where: int
    codes: frozenset[str]
    is_own: bool = False
    is_of_checker: bool = False


class _Suppression(NamedTuple):
    """The lines that a comment counts for, first and last, and what it asks for."""

    first: int
    last: int
    comment: _Comment


_PATTERN = re.compile(
    r"(?P<checker>(?:type|pyright|pyrefly|ty|mypy)\s*:\s*ignore(?![\w-])|pyre-(?:ignore|fixme)\b)"
    r"(?:\s*\[(?P<types>[^\]]*)\])?"
    r"|(?P<own>flux-index\s*:\s*ignore(?:\[(?P<rules>[^\]]*)\])?)"
    r"|(?P<linter>flake8|ruff)\s*[:=]\s*noqa(?:\s*:\s*(?P<file_codes>[\w, ]+))?"
    r"|(?P<noqa>\bnoqa\b(?:\s*:\s*(?P<codes>[A-Z]+[0-9]*(?:[\s,]+[A-Z]+[0-9]+)*))?)"
    r"|(?P<whole>mypy\s*:\s*ignore-errors(?!\s*=\s*false)|pyrefly\s*:\s*ignore-errors"
    r"|pyre-ignore-all-errors|pytype\s*:\s*skip-file|pylint\s*:\s*(?:skip-file|disable-all))"
    r"|mypy\s*:\s*disable-error-code\s*=\s*\"?(?P<mypy>[\w, -]+)"
    r"|pyright\s*:\s*(?P<pyright>report\w+\s*=\s*(?:false|none)(?:\s*,\s*report\w+\s*=\s*\w+)*)"
    r"|(?:pylint|pytype)\s*:\s*(?P<verb>disable-next|disable-msg|disable|enable-msg|enable)\s*=\s*"
    r"(?P<messages>[\w-]+(?:\s*,\s*[\w-]+)*)",
    re.IGNORECASE,
)


def is_ignored(context: CheckContext, finding: Finding) -> bool:
    """True if a comment suppresses a fault, or ``@no_type_check`` is around it.

    ``# flux-index: ignore[rule]`` counts for the rules that it names; ``# noqa: F821``, ``# pylint:
    disable=no-member`` and ``# type: ignore[attr-defined]`` for the rules that look for the same;
    and each of them without codes for all.
    """
    if finding.rule in _NEVER:
        return False
    if _is_in_unchecked(context, finding.start):
        return True
    suppressions = _suppressions(context)
    if not suppressions:
        return False
    facts = context.facts
    first, last = facts.line_of(finding.start), facts.line_of(max(finding.start, finding.end - 1))
    lines = {*range(first, last + 1), *_ends_of_statement(context, finding.start)}
    return any(
        _asks_for(each.comment, finding.rule)
        and any(each.first <= line <= each.last for line in lines)
        for each in suppressions
    )


def _asks_for(comment: _Comment, rule: str) -> bool:
    """True if a comment suppresses what a rule finds."""
    if not comment.codes or comment.is_own:
        return not comment.codes or rule in comment.codes
    known = _CODES.get(rule, ())
    if comment.is_of_checker:
        return not known or any(given in known or given not in _KNOWN for given in comment.codes)
    return any(
        code == given or (given.isupper() and code.startswith(given))  # "F8" is all of F8xx
        for given in comment.codes
        for code in known
    )


def _is_in_unchecked(context: CheckContext, position: int) -> bool:
    """True if a definition around a position is marked with ``typing.no_type_check``."""
    facts, table = context.facts, context.facts.definition
    return facts.name_id("no_type_check") >= 0 and any(
        table.start[row] <= position < table.end[row]
        and any(last_name(facts, each) == "no_type_check" for each in decorators)
        for row in facts_view.definitions(facts)
        if (decorators := facts_view.decorators(facts, row))
    )


def _ends_of_statement(context: CheckContext, position: int) -> tuple[int, int]:
    """Return the first and the last line of the logical line that holds a position."""
    facts = context.facts
    start, end, _ = _logical_line(_layout(context), position)
    return facts.line_of(start), facts.line_of(max(start, end - 1))


def _logical_line(found: Layout, position: int) -> tuple[int, int, int]:
    at = bisect_right(found.lines, position, key=lambda line: line[0]) - 1
    return found.lines[at] if at >= 0 else (position, position, 0)


def _layout(context: CheckContext) -> Layout:
    return layout(context.text, context.facts.memo)


def _suppressions(context: CheckContext) -> list[_Suppression]:
    """Return what the comments of a file suppress; remembered with its facts."""
    found: list[_Suppression] | None = context.facts.memo.get("suppressions")
    if found is None:
        found = context.facts.memo["suppressions"] = list[_Suppression]()
        if _PATTERN.search(context.text.decode("utf-8", "replace")):
            _read(context, found)
    return found


def _read(context: CheckContext, found: list[_Suppression]) -> None:
    """Add what each comment of a file suppresses."""
    facts, text, lines = context.facts, context.text, _layout(context)
    for start, end in lines.comments:
        comment = text[start:end].decode("utf-8", "replace")
        line = facts.line_of(start)
        is_alone = not text[facts.line_starts[line] : start].strip()
        for match in _PATTERN.finditer(comment):
            if (match["verb"] or "").lower().startswith("enable"):
                _end_earlier(found, line, _listed(match["messages"]))
                continue
            asked = _asked(match)
            where = asked.where
            if match["checker"] and is_alone:
                # On top of a file `# type: ignore` and `# ty: ignore` count for all of it.
                is_first = not lines.lines or lines.lines[0][0] > start
                where = _FILE if is_first and match["checker"].startswith("ty") else _NEXT
            elif match["own"] and is_alone:
                where = _NEXT
            elif where == _BLOCK and is_alone:
                where = _END_OF_BLOCK
            found.append(_Suppression(*_range_of(context, where, start), asked))


def _asked(match: re.Match[str]) -> _Comment:
    """Return what one mark in a comment asks for, and for which lines it mostly counts."""
    if match["own"]:
        return _Comment(_LINE, _listed(match["rules"]), is_own=True)
    if match["linter"]:
        return _Comment(_FILE, _listed(match["file_codes"]))
    if match["noqa"]:
        return _Comment(_LINE, _listed((match["codes"] or "").upper()))
    if match["whole"]:
        return _Comment(_FILE, frozenset())
    if match["mypy"]:
        return _Comment(_FILE, _listed(match["mypy"]))
    if match["pyright"]:
        pairs = [pair.partition("=") for pair in match["pyright"].split(",")]
        off = {name.strip() for name, _, value in pairs if value.strip() in ("false", "none")}
        return _Comment(_FILE, frozenset(off))
    if match["verb"]:
        codes = _listed(match["messages"])
        where = _NEXT if match["verb"].lower() == "disable-next" else _BLOCK
        return _Comment(where, frozenset() if "all" in codes else codes)
    return _Comment(_LINE, _listed(match["types"]), is_of_checker=True)


def _listed(text: str | None) -> frozenset[str]:
    """Return the codes of a list; those of pylint's errors as ruff writes them are its own."""
    codes = [code for code in re.split(r"[\s,]+", text or "") if code]
    return frozenset(code.removeprefix("PL") if code[2:3] in "CERW" else code for code in codes)


def _range_of(context: CheckContext, where: int, start: int) -> tuple[int, int]:
    """Return the first and last line that a comment counts for."""
    facts, lines = context.facts, _layout(context).lines
    line = facts.line_of(start)
    if where == _FILE:
        return 0, len(facts.line_starts)
    if where == _LINE:
        return line, line
    after = bisect_right(lines, start, key=lambda each: each[0])
    if where == _NEXT:
        begin, end, _ = lines[after] if after < len(lines) else (start, start, 0)
        return facts.line_of(begin), facts.line_of(max(begin, end - 1))
    if where == _BLOCK:
        begin, end, indentation = _logical_line(_layout(context), start)
        if context.text[end - 1 : end] != b":":
            return line, line
        return facts.line_of(begin), _end_of_block(context, after, indentation + 1)
    column = start - facts.line_starts[line]
    return line, _end_of_block(context, after, column)


def _end_of_block(context: CheckContext, after: int, indentation: int) -> int:
    """Return the last line before a logical line that is less indented than a block."""
    for start, _, column in _layout(context).lines[after:]:
        if column < indentation:
            return context.facts.line_of(start) - 1
    return len(context.facts.line_starts)


def _end_earlier(found: list[_Suppression], line: int, codes: frozenset[str]) -> None:
    """End what was switched off, where a comment switches it on again."""
    for index, each in enumerate(found):
        if each.first < line <= each.last and (codes & each.comment.codes or "all" in codes):
            found[index] = each._replace(last=line - 1)
