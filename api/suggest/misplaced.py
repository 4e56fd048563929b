"""Functions that stand in one module and belong to another."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import FUNCTION, MODULE, Entity, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.paths import is_supporting_file
from .name_census import NameCensus, take_census
from .suggestion import LIKELY, LOOK, Suggestion

KIND = "misplaced"


def find(inference: Inference) -> list[Suggestion]:
    """Return functions that one other module alone uses, and that use more of it than of theirs."""
    functions: list[tuple[str, Entity]] = []
    counts: dict[str, int] = {}
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        if facts is None or path.endswith(".pyi"):
            continue
        for row in facts_view.definitions(facts):
            name = facts_view.definition_name(facts, row)
            counts[name] = counts.get(name, 0) + 1
            is_top = facts.definition.kind[row] == f.FUNCTION and facts.definition.scope[row] == 0
            if is_top and not is_supporting_file(path) and not facts_view.decorators(facts, row):
                functions.append((name, Entity(FUNCTION, path, row)))
    functions = [(name, entity) for name, entity in functions if counts[name] == 1]
    census = take_census(inference, (name for name, _ in functions))
    found = (_judged(inference, census, name, entity) for name, entity in functions)
    return [each for each in found if each is not None]


def _judged(
    inference: Inference, census: NameCensus, name: str, entity: Entity
) -> Suggestion | None:
    uses = [
        use for use in census.uses[name] if use.role & f.ROLE_MASK not in (f.IMPORTED, f.EXPORTED)
    ]
    facts = inference.need(entity.path)
    start, end = facts.definition.start[entity.row], facts.definition.end[entity.row]
    files = {use.path for use in uses if use.path != entity.path or not start <= use.position < end}
    importers = {use.path for use in census.uses[name] if use.role & f.ROLE_MASK == f.IMPORTED}
    if census.is_frequent(name) or len(files) != 1 or entity.path in files:
        return None
    (user,) = files
    if is_supporting_file(user) or importers - {user}:
        return None
    own, theirs = _what_it_uses(inference, facts, entity, user)
    if own or not theirs:
        return None
    module = qualified_name(inference, Entity(MODULE, user, -1))
    return Suggestion(
        KIND, LIKELY if len(theirs) > 1 else LOOK,
        f"function {qualified_name(inference, entity)} belongs to {module}",
        entity,
        [
            f"only {module} uses it, and of its own module it uses nothing",
            f"it uses {', '.join(sorted(theirs)[:4])} of {module}",
        ],
        ["others import it from where it is, or it stands there so that imports make no circle"],
        others=[Entity(MODULE, user, -1)], worth=len(theirs),
    )  # fmt: skip


def _what_it_uses(
    inference: Inference, facts: FileFacts, entity: Entity, user: str
) -> tuple[set[str], set[str]]:
    """Return the names that a function uses of its own module, and of another one."""
    table = facts.definition
    start, end = table.start[entity.row], table.end[entity.row]
    own: set[str] = set()
    theirs: set[str] = set()
    for each in facts_view.all_occurrences(facts):
        if not start <= each.position < end or each.role & f.ATTRIBUTE_ROLE:
            continue
        row = facts.name_id(each.name)
        for binding in facts.bindings_of(0, row):
            if facts.binding.kind[binding] != f.IMPORT:
                if facts.binding.ref[binding] != entity.row or each.role != f.DEFINED:
                    own.add(each.name)
                continue
            index = facts.binding.ref[binding]
            spelled = facts.names[facts.imports.module[index]]
            if imported_module(inference, entity.path, spelled).path == user:
                theirs.add(each.name)
    own.discard(facts_view.definition_name(facts, entity.row))
    return own, theirs
