"""Words of classes and functions: of name, place, documentation and code, for searching by meaning.

A pure function of a file's facts and text, so it runs wherever extraction runs.
"""

from __future__ import annotations

from bisect import bisect_right

from . import facts as f
from .symbols import containers, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import FileFacts

DefinitionWords = tuple[int, str, str, str, str, str]
"""Position of the name; words of the name and of what it is in, summary, documentation, code."""

# Bytes of a docstring that are searched: what follows are examples and lists.
_DOCUMENTED = 1_500
_QUOTES = (b'"""', b"'''", b'"', b"'")


def definition_words(facts: FileFacts, text: bytes, *, code: bool) -> list[DefinitionWords]:
    """Return the words of the classes and functions of a file.

    Without ``code``, which is for files of tests, of no bodies and of nothing that is called a
    test: what tests do is nothing to use again.
    """
    inside = containers(facts)
    table = facts.definition
    spelled: dict[str, str] = {}
    used = _names_used(facts, spelled) if code else {}
    found: list[DefinitionWords] = []
    for row, name in enumerate(table.name):
        if not code and facts.names[name].lower().startswith("test"):
            continue
        summary = facts.strings[table.summary[row]] if table.summary[row] >= 0 else ""
        found.append(
            (
                table.position[row],
                _words(facts.names[name], spelled),
                " ".join(_words(part, spelled) for part in inside[table.scope[row]].split(".")),
                summary,
                _documentation(text, table.doc[row]),
                " ".join(sorted(used.get(row, ()))),
            )
        )
    return found


def _names_used(facts: FileFacts, spelled: dict[str, str]) -> dict[int, set[str]]:
    """Return the words of the names that each definition uses and defines."""
    starts, owners = _stretches(facts)
    found: dict[int, set[str]] = {}
    roles, positions, _ = facts.occurrence
    index = facts.occurrence_index.value
    table = facts.definition
    for row, scope in enumerate(table.scope):
        name = facts.names[table.name[row]]
        if (owner := facts.scope.definition[scope]) >= 0:
            found.setdefault(owner, set()).add(_words(name, spelled))
    for row, name in enumerate(facts.names):
        first, last = index[row], index[row + 1]
        if first == last or len(name) < 2:
            continue
        inside = {
            owners[bisect_right(starts, positions[at]) - 1]
            for at in range(first, last)
            if roles[at] & f.ROLE_MASK != f.DEFINED
        }
        for owner in inside:
            if owner >= 0:
                found.setdefault(owner, set()).add(_words(name, spelled))
    return found


def _stretches(facts: FileFacts) -> tuple[list[int], list[int]]:
    """Return where stretches of text begin, and which definition each belongs to (-1: none)."""
    table = facts.definition
    starts, owners = [0], [-1]
    around: list[int] = []

    def close_until(position: float) -> None:
        while around and table.end[around[-1]] <= position:
            starts.append(table.end[around.pop()])
            owners.append(around[-1] if around else -1)

    for row in sorted(range(len(table.kind)), key=lambda row: (table.start[row], -table.end[row])):
        close_until(table.start[row])
        starts.append(table.start[row])
        owners.append(row)
        around.append(row)
    close_until(float("inf"))
    return starts, owners


def _documentation(text: bytes, start: int) -> str:
    """Return a docstring, or its beginning, without its first line: that is the summary."""
    if start < 0:
        return ""
    for quote in _QUOTES:
        opening = text.find(quote, start, start + 2 + len(quote))
        if opening >= 0:
            begin = opening + len(quote)
            end = text.find(quote, begin)
            body = text[begin : min(end if end >= 0 else begin, begin + _DOCUMENTED)].strip()
            return body.partition(b"\n")[2].decode("utf-8", "replace").strip()
    return ""


def _words(name: str, spelled: dict[str, str]) -> str:
    found = spelled.get(name)
    if found is None:
        found = spelled[name] = words(name)
    return found
