"""Comments by which authors say that they know better."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .file import File
    from .findings import Finding

# What checkers of types are told with; they look for the same kinds of faults.
_MARKS = (b"type:ignore", b"pyright:ignore", b"pyrefly:ignore", b"ty:ignore", b"mypy:ignore")
_OWN = b"flux-index:ignore"
_NEVER = frozenset(["syntax-error"])


def is_ignored(file: File, finding: Finding) -> bool:
    """Whether a comment on the lines of a fault's statement says to leave it alone.

    ``# type: ignore[code]`` counts whatever the code, which is that of another tool;
    ``# flux-index: ignore[rule]`` only for the rules that it names, if it names any.
    """
    if finding.rule in _NEVER:
        return False
    return any(_says(comment, finding.rule) for comment in _comments(file, finding.start))


def _says(comment: bytes, rule: str) -> bool:
    plain = comment.replace(b" ", b"")
    if _OWN in plain:
        named = plain.partition(_OWN)[2]
        return not named.startswith(b"[") or rule.encode() in named[1:].partition(b"]")[0].split(
            b","
        )
    return any(mark in plain for mark in _MARKS)


def _comments(file: File, position: int) -> list[bytes]:
    """Comments of the line that holds a position, and of the line that its statement begins on."""
    lines = {file.facts.line_of(position), file.facts.line_of(file.statement_start(position))}
    starts, text = file.facts.line_starts, file.text
    found: list[bytes] = []
    for line in lines:
        written = text[starts[line] : starts[line + 1]]
        if b"#" in written:
            found.append(written[written.index(b"#") :])
    return found
