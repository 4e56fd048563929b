"""Uses of what is deprecated, or gone in a version of Python that the workspace says it is for."""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import decorator_callee, last_name
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    Entity,
    name_of,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import Occurrence, entities_at
from ...indexer.inference.modules import imported_module
from ...indexer.paths import is_outside, is_supporting_file
from ...indexer.platform_conditions import holding
from ...indexer.search_path.typeshed import StandardLibrary
from ..check.known_names import files_outside_with
from ..source.entity_views import enclosing
from .suggestion import CERTAIN, LIKELY, LOOK, Suggestion

KIND = "deprecated"
# No version after this one is asked about, whatever the workspace allows.
_NEWEST = (3, 14)
_GUARDED = f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH | f.TYPE_CHECKING_ONLY
_USES = (f.READ, f.CALLED, f.INHERITED, f.DECORATES)


def find(inference: Inference) -> list[Suggestion]:
    """Return uses of deprecated and removed functions, classes and modules."""
    return [*_deprecated_uses(inference), *_removed_imports(inference)]


def _deprecated_uses(inference: Inference) -> Iterator[Suggestion]:
    marked = _marked(inference)
    by_name: dict[str, set[Entity]] = {}
    for entity in marked:
        by_name.setdefault(name_of(inference, entity), set()).add(entity)
    places: dict[Entity, list[tuple[str, int]]] = {}
    for name, entities in by_name.items():
        for path in inference.files_with(name):
            facts = inference.facts(path)
            if facts is None or path.endswith(".pyi"):
                continue
            inference.snapshot.relax()
            for role, position, ref in facts.occurrences(name):
                if role & f.ROLE_MASK not in _USES:
                    continue
                found = entities_at(inference, path, Occurrence(name, position, role, ref))
                meant = {item.entity for item in found}
                # Where it may be something else as well, nothing is said.
                if meant and meant <= entities and not _is_in_deprecated(
                    inference, path, position, marked
                ):  # fmt: skip
                    places.setdefault(min(meant), []).append((path, position))
    for entity, used in places.items():
        yield _suggestion(
            inference, used, f"{qualified_name(inference, entity)} is deprecated",
            [marked[entity]] if marked[entity] else ["it is marked as deprecated"], CERTAIN,
        )  # fmt: skip


def _is_in_deprecated(
    inference: Inference, path: str, position: int, marked: dict[Entity, str]
) -> bool:
    """True if a use is within something that is deprecated itself."""
    around = enclosing(inference, path, position)
    return around is not None and around in marked


def _marked(inference: Inference) -> dict[Entity, str]:
    """Return what a decorator marks as deprecated, with what it says, all overloads of it."""
    paths = [path for path, _ in files_outside_with(inference, "deprecated")]
    paths += inference.files_with("deprecated")
    found: dict[Entity, str] = {}
    for path in paths:
        facts = inference.facts(path)
        if facts is None:
            continue
        inference.snapshot.relax()
        rows: dict[tuple[int, int], list[int]] = {}
        for row, scope in enumerate(facts.definition.scope):
            rows.setdefault((scope, facts.definition.name[row]), []).append(row)
        for alike in rows.values():
            messages = [_message(facts, row) for row in alike]
            if all(message is not None for message in messages):
                for row in alike:
                    kind = CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION
                    found[Entity(kind, path, row)] = messages[0] or ""
    return found


def _message(facts: FileFacts, row: int) -> str | None:
    """Return what the decorator of a definition says that it is deprecated for, None without."""
    for decorator in facts_view.decorators(facts, row):
        if last_name(facts, decorator_callee(facts, decorator)) == "deprecated":
            if facts_view.called(facts, decorator) < 0:
                return ""
            given = facts_view.positional_arguments(facts, decorator)
            return (facts_view.string(facts, given[0]) or "") if given else ""
    return None


def _removed_imports(inference: Inference) -> Iterator[Suggestion]:
    """Yield imports of modules and names that a newer version, which is allowed, has no more."""
    search_path = inference.snapshot.index.search_path
    allowed = [each for each in search_path.versions_allowed if each <= _NEWEST]
    if not allowed or not search_path.stdlib:
        return
    newest = max(allowed)
    inference.snapshot.rest_on_environment()
    library = StandardLibrary(search_path.stdlib, newest)
    places: dict[str, list[tuple[str, int]]] = {}
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        if facts is None or path.endswith(".pyi"):
            continue
        table = facts.imports
        for row, flags in enumerate(table.flags):
            spelled = facts.names[table.module[row]]
            if flags & _GUARDED or table.scope[row] or spelled.startswith("."):
                continue
            module = imported_module(inference, path, spelled)
            if module.kind != MODULE or not module.path.startswith(search_path.stdlib):
                continue
            name = facts.names[table.name[row]] if table.name[row] >= 0 else ""
            if not library.has_stub(spelled):
                places.setdefault(spelled, []).append((path, table.position[row]))
            elif name and _is_gone(inference, module.path, name, newest):
                places.setdefault(f"{spelled}.{name}", []).append((path, table.position[row]))
    version = ".".join(map(str, newest))
    for name, used in places.items():
        yield _suggestion(
            inference, used, f"{name} is no more in Python {version}",
            [f"the workspace says that it is for Python {version}, whose stubs have no {name}"],
            CERTAIN,
        )  # fmt: skip


def _is_gone(inference: Inference, stub: str, name: str, version: tuple[int, int]) -> bool:
    snapshot = inference.snapshot
    facts = snapshot.index.facts_provider.get(snapshot.digest(stub))  # for all versions
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0 or not facts.bindings_of(0, row):
        return False
    later = holding(facts, version, "")
    return not later.bindings_of(0, row)


def _suggestion(
    inference: Inference, used: list[tuple[str, int]], what: str, evidence: list[str], grade: str
) -> Suggestion:
    # Those in the code itself first, then those in tests and examples.
    used = sorted(used, key=lambda place: (is_supporting_file(place[0]), place))
    path, position = used[0]
    around = enclosing(inference, path, position) or Entity(MODULE, path, -1)
    if is_supporting_file(path):
        grade = LIKELY
    line = inference.need(path).line_of(position) + 1
    count = f"{len(used)} places use" if len(used) > 1 else "one place uses"
    return Suggestion(
        KIND, grade if not is_outside(path) else LOOK, f"{what}, and {count} it", around,
        [*evidence, f"the first is {path}:{line}"],
        ["it is called on purpose, for versions that have nothing else"],
        worth=len(used), key=what, places=used,
    )  # fmt: skip
