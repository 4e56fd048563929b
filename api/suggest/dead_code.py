"""Dead code: definitions that nothing uses, in sources, tests, documentation or settings.

A name that stands nowhere else is the first sign. What Python, frameworks and other code may still
do with it is asked of :mod:`.keepers`; who may use it from outside of :mod:`.public_api`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.errors import OutOfWorkError
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    MODULE,
    TEXTUAL,
    VARIABLE,
    Entity,
    name_of,
    position_of,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module, submodule
from ...indexer.inference.references import references
from ...indexer.paths import is_supporting_file, is_test_file
from .definitions import Definition, definitions
from .dynamic_access import DynamicAccess, find_dynamic_access
from .keepers import Case, doubt_about, keeper_of
from .name_census import NameCensus, Use, take_census
from .other_texts import Mention, OtherTexts, mentions_in_code, read_other_texts
from .public_api import INTERNAL, PRIVATE, PUBLIC, PublicApi, is_private
from .removals import removal_of
from .suggestion import CERTAIN, LIKELY, LOOK, Suggestion, weaker

KIND = "dead-code"
_WORDS = {CLASS: "class", FUNCTION: "function", VARIABLE: "variable", ATTRIBUTE: "attribute"}
# Definitions of names that others have as well, of which each use is looked at.
_MOST_RESOLVED = 1_500
_WORK = 3_000_000
# How often it is asked what only unused code uses.
_ROUNDS = 4
_DOING = frozenset([f.CALL, f.AWAIT, f.YIELDED])


@dataclass(slots=True)
class _Evidence:
    """What is known of the uses of a definition."""

    definition: Definition
    tests: list[Use]
    """Uses in tests, when there are no others."""
    dead_users: list[Entity]
    """Definitions that use it and are themselves unused."""
    elsewhere: int
    """Places that spell its name and mean something else."""
    mentions: list[Mention]


@dataclass(slots=True)
class _Workspace:
    """What is asked about every definition."""

    inference: Inference
    census: NameCensus
    texts: OtherTexts
    access: DynamicAccess
    api: PublicApi
    imported: frozenset[str]
    given_to_tests: frozenset[str]
    by_name: dict[str, list[Definition]]


def find(inference: Inference) -> list[Suggestion]:
    """Return definitions that nothing uses."""
    found = [
        definition
        for path in inference.snapshot.paths()
        if not path.endswith(".pyi") and (facts := inference.facts(path)) is not None
        for definition in definitions(path, facts)
    ]
    by_name: dict[str, list[Definition]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    census = take_census(inference, [*by_name, *_mangled_names(inference, found)])
    texts = read_other_texts(inference)
    workspace = _Workspace(
        inference, census, texts, find_dynamic_access(inference),
        PublicApi(inference, census, texts), _imported_modules(inference),
        census.star_modules(inference, is_test_file), by_name,
    )  # fmt: skip
    suggestions: dict[Entity, Suggestion] = {}
    dead: list[Definition] = []
    left = found
    for round_ in range(_ROUNDS):
        unused = _unused(workspace, left, dead, resolves=not round_)
        said = mentions_in_code(inference, {each.definition.name for each in unused})
        for each in unused:
            each.mentions = _outside_of_own(each.definition, said[each.definition.name])
            suggestion = _judged(workspace, each)
            if suggestion is not None:
                suggestions[each.definition.entity] = suggestion
        dead = [
            each.definition
            for each in unused
            if each.definition.entity in suggestions
            and suggestions[each.definition.entity].grade == CERTAIN
        ]
        users = {name for each in dead for name in _names_within(workspace, each)}
        left = [each for each in found if each.name in users and each.entity not in suggestions]
        if not left:
            break
    return _outermost(inference, suggestions)


def _mangled(inference: Inference, definition: Definition) -> str:
    """Return what a member whose name begins with two underscores is called elsewhere."""
    if definition.owner < 0 or not definition.name.startswith("__"):
        return ""
    cls = name_of(inference, Entity(CLASS, definition.entity.path, definition.owner))
    return f"_{cls.lstrip('_')}{definition.name}"


def _mangled_names(inference: Inference, found: list[Definition]) -> list[str]:
    return [name for each in found if (name := _mangled(inference, each))]


def _imported_modules(inference: Inference) -> frozenset[str]:
    """Return the paths of modules that an import somewhere leads to, and of packages around."""
    found: set[str] = set()
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        if facts is None:
            continue
        for row, spelled in enumerate(facts.imports.module):
            module = imported_module(inference, path, facts.names[spelled])
            found.add(module.path)
            name = facts.imports.name[row]
            if name >= 0 and (module.kind != MODULE or module.path.endswith("__init__.py")):
                inner = submodule(inference, module, facts.names[name])
                if inner is not None:
                    found.add(inner.path)
    return frozenset(found - {""})


# Uses.


def _unused(
    workspace: _Workspace, found: Iterable[Definition], dead: list[Definition], *, resolves: bool
) -> list[_Evidence]:
    """Return what no live code uses: nothing at all, tests only, or only what is dead itself.

    With ``resolves``, places that spell a name which several definitions have are looked at.
    """
    unused: list[_Evidence] = []
    resolved = 0
    for definition in found:
        evidence = _looked_at(workspace, definition, dead)
        if evidence is None and resolves and _is_shared(workspace, definition):
            resolved += 1
            if resolved <= _MOST_RESOLVED:
                evidence = _resolved(workspace, definition)
        if evidence is not None:
            unused.append(evidence)
    return unused


def _outermost(inference: Inference, suggestions: dict[Entity, Suggestion]) -> list[Suggestion]:
    """Return suggestions without those about parts of what another one is about."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for kind, path, row in suggestions:
        if kind in (CLASS, FUNCTION):
            table = inference.need(path).definition
            spans.setdefault(path, []).append((table.start[row], table.end[row]))
    return [
        each
        for entity, each in suggestions.items()
        if not any(
            start < position_of(inference, entity) < end
            and (entity.kind not in (CLASS, FUNCTION) or _start_of(inference, entity) > start)
            for start, end in spans.get(entity.path, ())
        )
    ]


def _start_of(inference: Inference, entity: Entity) -> int:
    return inference.need(entity.path).definition.start[entity.row]


def _names_within(workspace: _Workspace, definition: Definition) -> set[str]:
    """Return the names that occur in a definition, whose other uses may be none."""
    facts = workspace.inference.need(definition.entity.path)
    found: set[str] = set()
    roles, positions, _ = facts.occurrence
    index = facts.occurrence_index.value
    for row, name in enumerate(facts.names):
        if name not in workspace.by_name:
            continue
        for at in range(index[row], index[row + 1]):
            is_here = any(start <= positions[at] < end for start, end in definition.ranges)
            if is_here and roles[at] & f.ROLE_MASK != f.DEFINED:
                found.add(name)
                break
    return found


def _looked_at(
    workspace: _Workspace, definition: Definition, dead: list[Definition]
) -> _Evidence | None:
    """Return the evidence that nothing uses a definition, None if its name is used."""
    if workspace.census.is_frequent(definition.name):
        return None
    names = [definition.name, _mangled(workspace.inference, definition)]
    uses = [
        use
        for name in names
        for use in workspace.census.uses.get(name, ())
        if not _is_within(use, definition)
    ]
    users: list[Entity] = []
    tests: list[Use] = []
    in_tests = is_test_file(definition.entity.path)
    for use in uses:
        user = next((each for each in dead if _is_within(use, each)), None)
        if user is not None:
            users.append(user.entity)
        elif not in_tests and is_test_file(use.path):
            tests.append(use)
        else:
            return None
    return _Evidence(definition, tests, list(dict.fromkeys(users)), 0, [])


def _is_within(use: Use, definition: Definition) -> bool:
    return use.path == definition.entity.path and any(
        start <= use.position < end for start, end in definition.ranges
    )


def _is_shared(workspace: _Workspace, definition: Definition) -> bool:
    """True if uses of a name may be of another definition, and are few enough to be looked at."""
    name = definition.name
    if workspace.census.is_frequent(name) or name.startswith("__"):
        return False
    if definition.is_nested or len(workspace.by_name[name]) < 2:
        return False
    facts = workspace.inference.need(definition.entity.path)
    if definition.owner < 0:
        # A plain name in the same file nearly always means it.
        return not any(
            use.path == definition.entity.path
            and not use.role & f.ATTRIBUTE_ROLE
            and not _is_within(use, definition)
            and len(facts.bindings_named(facts.name_id(name))) == len(definition.ranges)
            for use in workspace.census.uses[name]
        )
    return True


def _resolved(workspace: _Workspace, definition: Definition) -> _Evidence | None:
    """Return the evidence that all uses of a name are of other definitions, None if some is not."""
    inference = workspace.inference
    try:
        with inference.snapshot.work.part(_WORK // 20):
            found = references(inference, definition.entity, overrides=definition.owner >= 0)
    except OutOfWorkError:
        return None
    in_tests = is_test_file(definition.entity.path)
    tests: list[Use] = []
    for each in found:
        use = Use(each.path, each.position, each.role)
        if each.role in (f.DEFINED, f.WRITTEN, f.DELETED) or _is_within(use, definition):
            continue
        if in_tests or not is_test_file(each.path) or each.evidence == TEXTUAL:
            return None
        tests.append(use)
    elsewhere = len(workspace.census.uses[definition.name]) - len(tests)
    return _Evidence(definition, tests, [], elsewhere, [])


# Judgement.


def _outside_of_own(definition: Definition, mentions: list[Mention]) -> list[Mention]:
    """Return mentions that are not in a definition itself, or in the statement that makes it."""
    path = definition.entity.path
    return [
        each
        for each in mentions
        if each.path != path
        or not any(start <= each.position < end + 200 for start, end in definition.ranges)
        or (
            definition.entity.kind in (CLASS, FUNCTION)
            and not any(start <= each.position < end for start, end in definition.ranges)
        )
    ]


def _judged(workspace: _Workspace, evidence: _Evidence) -> Suggestion | None:
    definition = evidence.definition
    inference, entity = workspace.inference, definition.entity
    case = Case(
        inference, definition, workspace.access, workspace.imported, workspace.given_to_tests
    )
    if definition.is_imported or keeper_of(case):
        return None
    named_in = workspace.texts.names(definition.name)
    strings = [each for each in evidence.mentions if each.where == "string"]
    if (named_in and not is_supporting_file(entity.path)) or strings:
        return None
    standing = workspace.api.standing(entity)
    grade, wrong_if = _grade(workspace, evidence, standing)
    doubt = doubt_about(case)
    if doubt:
        grade = LOOK if definition.owner >= 0 or grade != CERTAIN else LIKELY
        wrong_if = [doubt, *wrong_if]
    others = [each for each in evidence.mentions if each.where != "string"]
    if others and grade == CERTAIN and any(each.where in ("docstring", "prose") for each in others):
        grade = LIKELY
    edits = removal_of(inference, definition)
    called = qualified_name(inference, entity)
    word = _word(definition)
    title = f"{word} {called} is {'only used by tests' if evidence.tests else _how(definition)}"
    return Suggestion(
        KIND, grade, title, entity, _told(workspace, evidence, standing, others), wrong_if,
        others=(), edits=edits if not evidence.tests and not evidence.dead_users else (),
        worth=_worth(definition, standing),
        places=[(use.path, use.position) for use in evidence.tests],
    )  # fmt: skip


def _word(definition: Definition) -> str:
    if definition.owner >= 0 and definition.entity.kind == FUNCTION:
        return "method"
    if definition.owner >= 0 and definition.entity.kind == VARIABLE:
        return "class variable"
    return _WORDS[definition.entity.kind]


def _how(definition: Definition) -> str:
    return (
        "assigned and never read" if definition.entity.kind in (VARIABLE, ATTRIBUTE) else "unused"
    )


def _worth(definition: Definition, standing: int) -> float:
    size = sum(end - start for start, end in definition.ranges)
    kind = {FUNCTION: 3, CLASS: 3, VARIABLE: 2, ATTRIBUTE: 1}[definition.entity.kind]
    # What lies in tests, examples and documentation comes last.
    beside = 20 if is_supporting_file(definition.entity.path) else 0
    return (PUBLIC - standing) * 10 - beside + kind + min(size, 5_000) / 5_000


def _grade(workspace: _Workspace, evidence: _Evidence, standing: int) -> tuple[str, list[str]]:
    """Return how sure it is, and what would make it wrong."""
    definition = evidence.definition
    inference, entity = workspace.inference, definition.entity
    name = definition.name
    grade, wrong_if = CERTAIN, list[str]()
    if standing == PUBLIC:
        grade = LOOK
        wrong_if.append("others import it: it is public and nothing says that it is not for them")
    elif is_supporting_file(entity.path):
        is_value = entity.kind in (VARIABLE, ATTRIBUTE)
        grade = CERTAIN if is_private(name) or definition.is_nested else LIKELY
        if is_value and not is_private(name):
            grade = LOOK
        wrong_if.append("a tool loads its file and looks for the name")
    elif standing == INTERNAL:
        module = inference.snapshot.index.module_name(entity.path) or entity.path
        wrong_if.append(f"others import it from {module}, of which nothing is offered to them")
    else:
        wrong_if.append("somebody outside of this workspace uses it in spite of its name")
    if definition.owner >= 0 and not is_private(name):
        grade = weaker(grade, LIKELY)
    if entity.kind in (VARIABLE, ATTRIBUTE):
        value = _does_something(workspace, definition)
        if value and entity.kind == ATTRIBUTE:
            grade = weaker(grade, LIKELY)
            wrong_if.append("the attribute keeps an object alive, or making its value is the point")
        elif value:
            wrong_if.append("making its value has an effect that is wanted")
    if evidence.tests:
        grade = weaker(grade, LIKELY)
        wrong_if.append("the tests show what is to come, or what others rely on")
    if evidence.dead_users:
        grade = weaker(grade, LIKELY)
        wrong_if.append(f"{name_of(inference, evidence.dead_users[0])} is used after all")
    if evidence.elsewhere:
        grade = weaker(grade, LIKELY)
        wrong_if.append("one of the places that spell its name means it by another way")
    return grade, wrong_if


def _does_something(workspace: _Workspace, definition: Definition) -> bool:
    """True if making one of the values that a name is given may do more than make it."""
    facts = workspace.inference.need(definition.entity.path)
    is_attribute = definition.entity.kind == ATTRIBUTE
    values = facts.attribute_binding.value if is_attribute else facts.binding.value
    return any(values[row] >= 0 and facts.expr.op[values[row]] in _DOING for row in definition.rows)


def _told(
    workspace: _Workspace, evidence: _Evidence, standing: int, mentions: list[Mention]
) -> list[str]:
    inference, name = workspace.inference, evidence.definition.name
    told: list[str] = []
    if evidence.tests:
        files = sorted({use.path for use in evidence.tests})
        told.append(f"only tests use it: {', '.join(files[:3])}")
    elif evidence.dead_users:
        users = ", ".join(qualified_name(inference, each) for each in evidence.dead_users[:3])
        told.append(f"only {users} uses it, which nothing uses")
    elif evidence.elsewhere:
        told.append(f"{evidence.elsewhere} places spell `{name}`, all of which mean something else")
    else:
        told.append(
            f"`{name}` is named nowhere else: not in sources, tests, documentation, templates or "
            "settings"
        )
    if mentions:
        first = mentions[0]
        line = inference.need(first.path).line_of(first.position) + 1
        where = "string" if first.where == "prose" else first.where
        told.append(f"a {where} has the word: {first.path}:{line}")
    if standing == PRIVATE:
        told.append("its name, or that of its module or class, says that it is private")
    elif standing == INTERNAL and not is_supporting_file(evidence.definition.entity.path):
        told.append(
            "nothing of its module is exported or documented"
            if workspace.api.is_packaged
            else "the workspace is no package that others install"
        )
    return told
