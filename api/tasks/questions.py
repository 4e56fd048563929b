"""What is not clear about a task from its text, answered from the index where that can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.classes import override_family
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    TEXTUAL,
    Entity,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.references import references
from ...indexer.paths import is_test_file
from ..check.existence import look_up
from ..retrieval.task import Task
from ..source.entity_views import kind_of, signature
from ..source.targets import find_by_name
from .reached_tests import ReachedTest, reached_tests

# Names of a task that are looked up, and things that it is about of which users are counted.
_MOST_NAMES, _MOST_SUBJECTS = 12, 3
_MOST_TESTS = 5
# A user answers few questions before the first line is written.
_MOST_FOR_USER = 2
_DOTTED = re.compile(r"(?<![\w./])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?![\w/])")
_NEW = re.compile(
    r"\b(?:add|create|new|implement|introduce|write|extract|support)\b", re.IGNORECASE
)
_FILE_ENDING = re.compile(r"\.(?:py|pyi|md|toml|txt|json|ya?ml|cfg|ini|html?|js|css)$")


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question, and its answer if the index has one; only the user can tell otherwise."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a task names, and what uses it."""

    entity: Entity
    n_references: int
    n_files: int
    n_overrides: int
    tests: list[ReachedTest]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What is known about a task: questions, and what would be affected."""

    questions: list[OpenQuestion]
    subjects: list[Subject]
    is_new: bool
    """True if something is to be written that is not there yet."""


def understand(inference: Inference, text: str) -> Understanding:
    """Return what the text of a task leaves open, and what uses the things that it names."""
    task = Task(text)
    is_new = bool(_NEW.search(task.title))
    questions: list[OpenQuestion] = []
    entities: dict[Entity, None] = {}
    for name in _names(task):
        question, found = _look_up(inference, name, is_new=is_new)
        questions += question
        entities.update(dict.fromkeys(found))
    for frame in task.mentioned:
        questions += _path_question(inference, frame.path, is_new=is_new)
    open_ones = [each for each in questions if not each.answer]
    for each in open_ones[_MOST_FOR_USER:]:
        questions.remove(each)
    subjects = [_subject(inference, entity) for entity in list(entities)[:_MOST_SUBJECTS]]
    return Understanding(questions, subjects, is_new)


def _names(task: Task) -> list[str]:
    """Return the names in a task that are written like code: dotted ones whole."""
    dotted = [
        name
        for name in _DOTTED.findall(task.text)
        if not _FILE_ENDING.search(name) and not name.startswith(("e.g", "i.e"))
    ]
    parts = {part for name in dotted for part in name.split(".")}
    paths = {part for frame in task.mentioned for part in re.split(r"\W+", frame.path)}
    plain = [name for name in task.identifiers if name not in parts and name not in paths]
    return list(dict.fromkeys([*dotted, *plain]))[:_MOST_NAMES]


def _look_up(
    inference: Inference, name: str, *, is_new: bool
) -> tuple[list[OpenQuestion], list[Entity]]:
    """Return questions on a name, and the definitions of the workspace that it means."""
    try:
        found = [item.entity for item in find_by_name(inference, name)]
    except InvalidArgumentsError:
        return [], []
    own = [each for each in found if each.kind in (CLASS, FUNCTION) and not each.is_outside]
    inner = [each for each in own if not is_test_file(each.path)] or own
    if len(inner) == 1:
        answer = _described(inference, inner[0])
        return [OpenQuestion(f"What is `{name}`?", answer)], inner
    if inner:
        listed = "; ".join(_described(inference, each) for each in inner[:4])
        if len({each.path for each in inner}) == 1:  # a property and its setter, overloads
            return [OpenQuestion(f"What is `{name}`?", listed)], inner[:1]
        more = f"; and {len(inner) - 4} more" if len(inner) > 4 else ""
        if name[:1].isupper() or "." in name:
            return [OpenQuestion(f"Which `{name}` is meant: {listed}{more}?")], []
        return [OpenQuestion(f"What is `{name}`?", f"several: {listed}{more}")], []
    if found:
        return [], []
    return list(_missing(inference, name, is_new=is_new)), []


def _missing(inference: Inference, name: str, *, is_new: bool) -> Iterator[OpenQuestion]:
    """Yield a question on a name that nothing has."""
    known = look_up(inference, name)
    if known.verdict != "missing":
        return
    near = [each.entity for each in known.nearest if each.entity.kind in (CLASS, FUNCTION)]
    if is_new:
        yield OpenQuestion(f"Is `{name}` free?", f"yes: {known.reason}")
    elif near and "." in name:
        listed = " or ".join(f"`{qualified_name(inference, each)}`" for each in near[:2])
        yield OpenQuestion(f"{known.reason}: is {listed} meant, or is it to be made?")
    else:
        yield OpenQuestion(f"What is `{name}`?", known.reason)


def _path_question(inference: Inference, path: str, *, is_new: bool) -> Iterator[OpenQuestion]:
    """Yield a question on a file that a task names and that is not there."""
    same = [each for each in inference.snapshot.paths() if each.endswith(path.lstrip("./"))]
    if len(same) == 1:
        return
    if same:
        yield OpenQuestion(f"Which `{path}`?", f"there are {', '.join(same[:4])}")
    else:
        how = "it is to be made" if is_new else "there is no such file"
        yield OpenQuestion(f"Where is `{path}`?", how)


def _described(inference: Inference, entity: Entity) -> str:
    facts = inference.need(entity.path)
    line = facts.line_of(facts.definition.position[entity.row]) + 1
    header = signature(inference, entity)
    header = header if len(header) <= 80 else f"{header[:79]}…"
    name = qualified_name(inference, entity)
    return f"{kind_of(inference, entity)} {name}{header} at {entity.path}:{line}"


def _subject(inference: Inference, entity: Entity) -> Subject:
    uses = [
        use
        for use in references(inference, entity, conventions=False, is_partial=True)
        if use.evidence < TEXTUAL and use.role not in (f.DEFINED, f.PARAMETER_ROLE)
    ]
    overrides = [each for each in override_family(inference, entity) if each != entity]
    tests = reached_tests(inference, [entity])
    return Subject(
        entity, len(uses), len({use.path for use in uses}), len(overrides), tests[:_MOST_TESTS]
    )
