"""Precedent: other code that already does what a finding says cannot be done.

Code that was committed, here or in a library, mostly works. If it reads the same member of the same
class, imports the same name of the same module or passes the same keyword to the same function,
then what is judged is no invention of its author; rather something about the class is not known.
What an edit itself removed is no precedent: its users are broken, however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import MODULE, NAMESPACE, Entity, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.inference.query_cache import cached
from ...indexer.inference.types import without_none
from ...indexer.paths import is_outside
from ..source.entity_views import enclosing
from . import messages
from .context import CheckContext
from .findings import ERROR, HINT, Finding

# Path and qualified name of each class, function or module that something may be.
_Subject = frozenset[tuple[str, str]]
# Yields positions in a file where a name is used, and what it is used of.
_Search = Callable[[Inference, str, str], Iterator[tuple[int, _Subject]]]
# Files that are searched for one, and places in each.
_FILES, _PLACES = 60, 200


def _has_other_reads(context: CheckContext, finding: Finding) -> bool:
    """True if other committed functions read an attribute of the same name, of whatever it is."""
    name = finding.subject.rpartition(".")[2]
    committed = (context.before or context.inference).strict()
    here = enclosing(context.strict, context.path, finding.start)
    return any(
        role & f.ATTRIBUTE_ROLE
        and role & f.ROLE_MASK in (f.READ, f.CALLED)
        and not (
            context.before is None
            and path == context.path
            and enclosing(committed, path, position) == here
        )
        for path in _files_with(committed, name, context.path)
        for role, position, _ in committed.need(path).occurrences(name)
    )


# Builtins of Python 2, which code that nobody runs any more reads everywhere.
_OF_PYTHON_2 = frozenset(
    ["apply", "basestring", "buffer", "cmp", "coerce", "execfile", "file", "intern", "long",
     "raw_input", "reduce", "reload", "unichr", "unicode", "xrange"]
)  # fmt: skip
# Other files that read a name without binding it, of which something else must bind it: pysnmp's
# MIBs are executed with `mibBuilder` in their globals.
_READERS = 3


def _is_bound_for_files(context: CheckContext, finding: Finding) -> bool:
    """True if several committed files read a name that none of them binds."""
    name = finding.subject
    committed = (context.before or context.inference).strict()
    if name in _OF_PYTHON_2:
        return False
    readers = (
        path
        for path in committed.files_with(name)[:_FILES]
        if path != context.path and _reads_unbound(committed.facts(path), name)
    )
    return len(list(islice(readers, _READERS))) == _READERS


def _reads_unbound(facts: FileFacts | None, name: str) -> bool:
    if facts is None or f.STAR in facts.imports.name:
        return False
    row = facts.name_id(name)
    return row not in facts.binding.name and any(
        role in (f.READ, f.CALLED) for role, _, _ in facts.occurrences(name)
    )


def lower_by_precedent(context: CheckContext, finding: Finding) -> None:
    """Make an error a hint if committed code elsewhere does the same."""
    if finding.evidence == "conventional" and finding.message.startswith(messages.UNKNOWN):
        if _has_other_reads(context, finding):
            finding.severity = HINT
        return
    if finding.rule == "undefined-name" and _is_bound_for_files(context, finding):
        finding.severity = HINT
        return
    search = _SEARCHES.get(finding.rule)
    if finding.severity != ERROR or search is None:
        return
    place = next(_places(context, finding, search), None)
    if place is not None:
        finding.severity = HINT
        finding.message = f"{finding.message.rstrip('.')}; {place} has it as well."


def _places(context: CheckContext, finding: Finding, search: _Search) -> Iterator[str]:
    """Yield places where committed code does what a finding is about."""
    spelled = re.match(rb"\w*", context.text[finding.start : finding.end])
    name = spelled[0].decode() if spelled else ""
    wanted = [
        subject
        for subject, positions in _uses(search, context.strict, context.path, name).items()
        if finding.start in positions
    ]
    committed = (context.before or context.inference).strict()
    if len(wanted) != 1:
        return
    files = [path for subject in wanted for path, _ in subject]
    if context.before is not None:
        if any(_has_name(committed, path, name) for path in files):
            return  # the edit may have removed it
    elif not all(is_outside(path) or path.endswith(".pyi") for path in files):
        return  # of what the workspace defines itself all is known
    else:
        # A stub that says which class something is of may mean another one that it declares, but
        # builtin classes have nothing in common that would be mistaken.
        yield from (
            path
            for path in files
            if not path.endswith("/builtins.pyi") and _has_name(committed, path, name)
        )
    here = enclosing(context.strict, context.path, finding.start)
    for path in _files_with(committed, name, context.path):
        is_here = context.before is None and path == context.path
        positions = _uses(search, committed, path, name).get(wanted[0], {})
        for position in islice(positions, _PLACES):
            if not is_here or enclosing(committed, path, position) != here:
                yield f"{path}:{committed.need(path).line_of(position) + 1}"


def _uses(
    search: _Search, inference: Inference, path: str, name: str
) -> dict[_Subject, dict[int, None]]:
    """Return the positions in a file where a name is used, in order, by what it is used of."""

    def collected() -> dict[_Subject, dict[int, None]]:
        found: dict[_Subject, dict[int, None]] = {}
        for position, subject in search(inference, path, name):
            found.setdefault(subject, {})[position] = None
        return found

    return cached(inference, ("precedent", search, path, name), collected, {})


def _files_with(inference: Inference, name: str, first: str) -> list[str]:
    """Return some of the files that have a name, the one that is judged first."""
    paths = inference.files_with(name)
    return [*(path for path in paths if path == first), *paths[:_FILES]]


def _has_name(inference: Inference, path: str, name: str) -> bool:
    facts = inference.facts(path)
    return facts is not None and facts.name_id(name) >= 0


def _subject(inference: Inference, entities: Iterable[Entity]) -> _Subject:
    return frozenset((each.path, qualified_name(inference, each)) for each in entities)


def _attribute_reads(inference: Inference, path: str, name: str) -> Iterator[tuple[int, _Subject]]:
    """Yield position, and classes or module of the receiver, of each read of an attribute."""
    facts = inference.need(path)
    for role, position, expr in facts.occurrences(name):
        if not role & f.ATTRIBUTE_ROLE or role & f.ROLE_MASK not in (f.READ, f.CALLED):
            continue
        parts = facts_view.attribute(facts, expr) if expr >= 0 else None
        if parts is None:
            continue
        found = [
            item.entity
            for item in inference.definitions_of(path, parts.receiver)
            if item.entity.kind in (MODULE, NAMESPACE)
        ] or [value.entity for value in without_none(inference.infer_type(path, parts.receiver))]
        if found:
            yield position, _subject(inference, found)


def _imports(inference: Inference, path: str, name: str) -> Iterator[tuple[int, _Subject]]:
    """Yield position and module of each import of a name."""
    facts = inference.need(path)
    table, row = facts.imports, facts.name_id(name)
    for each, module, position in zip(table.name, table.module, table.position, strict=True):
        if each == row:
            found = imported_module(inference, path, facts.names[module])
            yield position, _subject(inference, [found])


def _keywords(inference: Inference, path: str, name: str) -> Iterator[tuple[int, _Subject]]:
    """Yield position and function of each call with a keyword."""
    facts = inference.need(path)
    row = facts.name_id(name)
    for call in facts_view.calls(facts):
        for argument in facts_view.arguments(facts, call.row):
            if argument.key == row:
                found = [value.entity for value in inference.infer_type(path, call.function)]
                yield argument.position, _subject(inference, found)


_SEARCHES: dict[str, _Search] = {
    "unresolved-attribute": _attribute_reads,
    "unresolved-name": _imports,
    "unknown-keyword": _keywords,
}
