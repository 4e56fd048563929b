"""Suppression comments: ``# type: ignore``, ``# noqa``, ``# pylint: disable``."""

from __future__ import annotations

from .context import CheckContext
from .findings import Finding

# Comments for type checkers, which look for the same kinds of faults.
_MARKS = (b"type:ignore", b"pyright:ignore", b"pyrefly:ignore", b"ty:ignore", b"mypy:ignore")
# Codes of linters, by the rule that looks for the same.
_CODES = {
    "undefined-name": (b"F821", b"undefined-variable", b"E0602"),
    "used-before-definition": (b"F821", b"used-before-assignment", b"E0601"),
    "redefinition": (b"F811", b"function-redefined", b"E0102"),
    "unresolved-attribute": (b"no-member", b"E1101"),
    "unresolved-import": (b"import-error", b"E0401"),
    "not-installed": (b"import-error", b"E0401"),
    "unresolved-name": (b"no-name-in-module", b"E0611"),
    "unknown-keyword": (b"unexpected-keyword-arg", b"E1123"),
    "missing-argument": (b"no-value-for-parameter", b"E1120"),
    "too-many-arguments": (b"too-many-function-args", b"E1121"),
    "duplicate-argument": (b"redundant-keyword-arg", b"E1124"),
    "not-callable": (b"not-callable", b"E1102"),
    "abstract-instantiated": (b"abstract-class-instantiated", b"E0110"),
}
_OWN = b"flux-index:ignore"
_NEVER = frozenset(["syntax-error"])


def is_ignored(context: CheckContext, finding: Finding) -> bool:
    """True if a comment on the lines of a fault's statement suppresses it.

    ``# type: ignore[code]`` counts whatever the code, which is that of another tool;
    ``# flux-index: ignore[rule]`` only for the rules that it names, if it names any; ``# noqa:
    F821`` and ``# pylint: disable=no-member`` for the rules that look for the same.
    """
    if finding.rule in _NEVER:
        return False
    return any(_suppresses(comment, finding.rule) for comment in _comments(context, finding.start))


def _suppresses(comment: bytes, rule: str) -> bool:
    plain = comment.replace(b" ", b"")
    if _OWN in plain:
        named = plain.partition(_OWN)[2]
        return not named.startswith(b"[") or rule.encode() in named[1:].partition(b"]")[0].split(
            b","
        )
    for_linters = b"noqa:" in plain or b"pylint:disable=" in plain
    if for_linters and any(code in plain for code in _CODES.get(rule, ())):
        return True
    return any(mark in plain for mark in _MARKS)


def _comments(context: CheckContext, position: int) -> list[bytes]:
    """Return the comments on the line of a position, and on the first line of its statement."""
    lines = {
        context.facts.line_of(position),
        context.facts.line_of(context.statement_start(position)),
    }
    starts, text = context.facts.line_starts, context.text
    found: list[bytes] = []
    for line in lines:
        text_of_line = text[starts[line] : starts[line + 1]]
        if b"#" in text_of_line:
            found.append(text_of_line[text_of_line.index(b"#") :])
    return found
