"""Facts as text that a person can compare with the source they come from."""

from __future__ import annotations

from collections.abc import Iterable

from fixtures_language import parse_fixture
from oracle_facts import View

from flux_index.indexer import facts as f
from flux_index.indexer.extract import columns
from flux_index.indexer.extract.source import extract
from flux_index.indexer.facts import FileFacts
from flux_index.indexer.text import normalize

KINDS = (
    "assign declare augment parameter import function class for with except walrus capture delete "
    "global nonlocal type-parameter type-alias".split()
)
ROLES = (
    "read call write delete import inherit annotation decorator keyword parameter definition "
    "export module".split()
)
SCOPES = ("module", "class", "function", "lambda", "comprehension", "type")
BLOCKS = (
    "body if-true if-false loop loop-else try handler try-else finally with case iterable".split()
)
IMPORT_FLAGS = ("type-checking", "try", "handler", "branch", "alias", "future")
DEFINITION_FLAGS = (
    "async generator stub conditional property static classmethod overload abstract "
    "returns-value accessor".split()
)
EXPORTS = ("set", "add", "remove", "extend", "unknown")
PARAMETERS = ("positional-only", "positional", "*", "keyword-only", "**")


def facts_of(source: str | bytes) -> FileFacts:
    return extract(source.encode() if isinstance(source, str) else source)


def view_of(facts: FileFacts) -> View:
    """Reads expressions back: ``view_of(facts).canonical(row)``."""
    return View(facts, b"", {})


def flags(value: int, names: Iterable[str]) -> list[str]:
    return [name for bit, name in enumerate(names) if value >> bit & 1]


def scope_names(facts: FileFacts) -> list[str]:
    """A dotted name for each scope: ``f``, ``A.f``, ``f.lambda``, ``comprehension``."""
    names: list[str] = []
    kinds, parents, _, _, definitions, _ = facts.scope
    for row, kind in enumerate(kinds):
        name = SCOPES[kind]
        if kind in (f.CLASS_SCOPE, f.FUNCTION_SCOPE):
            name = facts.names[facts.definition[columns.DEF_NAME][definitions[row]]]
        outer = names[parents[row]] if parents[row] > 0 else ""
        names.append(f"{outer}.{name}" if outer else name)
    return names


def bindings(source: str | bytes) -> dict[str, list[str]]:
    """``name kind`` of every binding by scope, in the order of the text."""
    facts = facts_of(source)
    scopes = scope_names(facts)
    found: dict[str, list[tuple[int, str]]] = {}
    for name, scope, position, kind, _, _, _, _ in zip(*facts.binding, strict=True):
        shown = f"{facts.names[name]} {KINDS[kind]}"
        found.setdefault(scopes[scope], []).append((position, shown))
    return {scope: [shown for _, shown in sorted(listed)] for scope, listed in found.items()}


def values(source: str | bytes) -> list[str]:
    """``name = value`` or ``name: annotation = value`` of every binding that has either."""
    facts = facts_of(source)
    view = view_of(facts)
    found: list[tuple[int, str]] = []
    rows = [
        (name, at, value, note)
        for name, _, at, _, value, note, _, _ in zip(*facts.binding, strict=True)
    ]
    for name, at, value, annotation in rows:
        if value >= 0 or annotation >= 0:
            shown = facts.names[name]
            shown += f": {view.canonical(annotation)}" if annotation >= 0 else ""
            shown += f" = {view.canonical(value)}" if value >= 0 else ""
            found.append((at, shown))
    return [shown for _, shown in sorted(found)]


def occurrences(facts: FileFacts) -> dict[int, tuple[str, str]]:
    """(name, role) by position."""
    found: dict[int, tuple[str, str]] = {}
    for name in facts.names:
        for role, position, _ in facts.occurrences(name):
            shown = ROLES[role & f.ROLE_MASK] + "-attribute" * bool(role & f.ATTRIBUTE_ROLE)
            found[position] = (name, shown)
    return found


def check_roles(text: str) -> None:
    """What is marked in a fixture occurs there with the marked role, or not at all for ``none``."""
    fixture = parse_fixture(text)
    facts = extract(fixture.source)
    found = occurrences(facts)
    assert fixture.ranges
    for role, places in fixture.ranges.items():
        for place in places:
            spelled = normalize(fixture.source)[place.start : place.end].decode()
            expected = None if role == "none" else (spelled, role)
            assert found.get(place.start) == expected, f"line {place.line + 1}"
