"""From a question to a family: a name, a place, a stub, "a new subclass of X", or a description."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.classes import bases
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    OUTSIDE,
    VARIABLE,
    Entity,
    name_of,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import resolve_dotted_name
from ...indexer.inference.names import module_member
from ...indexer.paths import is_test_file
from ...indexer.symbols import words
from ..source.targets import find_by_name, find_targets
from .described import (
    classes_called,
    described_bases,
    inherited_names,
    noun_phrase,
    second_meaning,
)
from .family import (
    FEWEST,
    Family,
    classes_beside,
    classes_in_folder,
    definitions_in,
    derived_classes,
    functions_beside,
    functions_like,
    gather_family,
    is_base,
    subclasses_below,
    with_decorator,
)
from .features import class_features
from .registration import registered_by
from .search import SURE, search_definitions, terms
from .similarity import Subject, path_proximity, plain_name
from .stub import parse_stub

_LOOKED_INTO = 40  # files that name a base, to see what they mean by it
_SUBCLASS = re.compile(
    r"\b(?:sub-?class(?:es)?|derived|derives|inherits?|child|implementation|kind)\b"
    r"(?: class)? (?:of|from) (?:the )?`?([A-Za-z_][\w.]*)`?", re.IGNORECASE,
)  # fmt: skip
_CALLED = re.compile(r"\b(?:called|named) `?([A-Za-z_]\w*)`?", re.IGNORECASE)
_IDENTIFIER = re.compile(r"\b(?:[A-Za-z_]\w*\.)*(?:[A-Z][a-z0-9]+[A-Z]\w*|[a-z]+_\w+|[A-Z]\w+)\b")
_FUNCTION = re.compile(
    r"^\W*(?:an? |the )?(?:new )?(?:helper |test )?function\b|\b(?:def|helper)\b", re.I
)
_STUB = re.compile(r"^\s*(?:@[^\n]*\n\s*)*(?:class|(?:async\s+)?def)\s+\w+", re.MULTILINE)


@dataclass(slots=True)
class Question:
    """A question: the family, and what is known of the class or function to be written."""

    family: Family
    name: str = ""
    entity: Entity | None = None
    """What was asked about, if it exists."""
    notes: list[str] = field(default_factory=list[str])


def understand_question(
    inference: Inference,
    *,
    name: str | None,
    position: tuple[str | None, int | None, int],
    text: str | None,
    base: str | None,
    into: str,
) -> Question | None:
    """Return the family that a question is about; None when nothing fits.

    ``position`` is a path, a zero-based line and a UTF-16 character. Raises InvalidArgumentsError
    when nothing is asked.
    """
    if name and not re.fullmatch(r"[\w.]+", name.strip()):
        text, name = name, None
    if base:
        return _of_base(inference, base, _stubbed(text or name, into), into)
    if text and _STUB.match(text):
        return _of_stub(inference, text, into)
    if text and name is None and position[1] is None:
        return _described(inference, text, into)
    found = find_targets(inference, name, *position)
    for item in found:
        question = _about(inference, item.entity, into)
        if question is not None:
            return question
        if item.entity.kind == OUTSIDE and derived_classes(inference, item.entity)[0]:
            return _under(inference, item.entity, Subject(path=into))
    return None


def _about(inference: Inference, entity: Entity, into: str) -> Question | None:
    """Return the question about a class or function; None for anything else."""
    if entity.kind == CLASS:
        return _of_class(inference, entity, into)
    if entity.kind not in (FUNCTION, VARIABLE):
        return None
    registered = _registered_by(inference, entity, into)
    if registered is not None or entity.kind == VARIABLE:
        return registered
    return Question(functions_beside(inference, entity), entity=entity)


def _registered_by(inference: Inference, entity: Entity, into: str) -> Question | None:
    """Return the question about what a decorator, a call or a table registers."""
    name = name_of(inference, entity)
    why, found = registered_by(inference, entity)
    if entity.kind == FUNCTION and len(found) < FEWEST:
        for kind in (CLASS, FUNCTION):
            having = [
                each
                for each in with_decorator(inference, frozenset([name]), entity.path, kind)
                if is_test_file(each.path) <= is_test_file(entity.path)
            ]
            if len(having) > len(found):
                why, found = f"are decorated with `{name}`", having
    if len(found) < FEWEST:
        return None
    subject = Subject(path=into or found[0].path)
    if why.startswith("are decorated"):
        subject.decorators.add(name)
    return Question(gather_family(inference, found[0].kind, subject, found, why), entity=entity)


def _of_class(inference: Inference, cls: Entity, into: str) -> Question:
    if cls.is_outside or is_base(inference, cls):
        question = _under(
            inference, cls, Subject(path=into or ("" if cls.path[0] == "/" else cls.path))
        )
        question.entity = cls
        return question
    return Question(classes_beside(inference, cls), entity=cls)


def _under(inference: Inference, base: Entity, subject: Subject) -> Question:
    subject.bases.add(name_of(inference, base))
    return Question(subclasses_below(inference, base, subject), subject.name)


def _of_base(inference: Inference, base: str, subject: Subject, into: str) -> Question | None:
    entity = resolve_base(inference, base, into)
    return _under(inference, entity, subject) if entity is not None else None


def resolve_base(inference: Inference, written: str, into: str = "") -> Entity | None:
    """Return the class that is meant by a name, as a file knows it or as the workspace does."""
    name = re.split(r"[\[(]", written)[0].strip()
    if into and inference.exists(into) and "." not in name:
        for item in module_member(inference, into, name):
            if item.entity.kind in (CLASS, OUTSIDE):
                return item.entity
    if "." in name and name[:1].islower():
        there = [item.entity for item in resolve_dotted_name(inference, name)] or _as_bases(
            inference, name, into
        )
        if there:
            return there[0]
    found = [item.entity for item in find_by_name(inference, name)] if name else []
    classes = [each for each in found if each.kind == CLASS]
    if len(classes) > 1:  # of several, the one that others derive from
        classes.sort(key=lambda each: -len(derived_classes(inference, each)[0]))
    outside = [each for each in found if each.kind == OUTSIDE and each.path]
    return next(iter([*classes, *outside, *_as_bases(inference, name, into)]), None)


def _as_bases(inference: Inference, name: str, into: str) -> list[Entity]:
    """Return the bases that classes spell so: `models.Field`, or one that is not installed."""
    last = name.rpartition(".")[2]
    paths = inference.snapshot.files_inheriting(last) if last else []
    votes: dict[Entity, float] = {}
    for path in sorted(paths, key=lambda path: (-path_proximity(into, path), path))[:_LOOKED_INTO]:
        for cls in definitions_in(inference, path, CLASS):
            above = bases(inference, cls)
            written = class_features(inference, cls).bases
            for text, base in zip(written, above, strict=False):
                spelled = f".{qualified_name(inference, base)}" if base.path else ""
                if len(written) == len(above) and (
                    text.partition("[")[0] == name or spelled.endswith(f".{name}")
                ):
                    votes[base] = votes.get(base, 0.0) + 1.0
    return sorted((each for each in votes if each.path), key=lambda each: -votes[each])


def _stubbed(text: str | None, into: str) -> Subject:
    """Return what a stub, a name or a description tells of what is to be written."""
    subject = Subject(path=into)
    if not text:
        return subject
    node = parse_stub(text) if _STUB.match(text) else None
    if node is not None:
        return _subject_of(node, into)
    called = _CALLED.search(text)
    if called:
        subject.name = called[1]
    elif text.strip().isidentifier():
        subject.name = text.strip()
    return subject


def _subject_of(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, into: str) -> Subject:
    subject = Subject(node.name, into)
    subject.decorators = {plain_name(ast.unparse(each)) for each in node.decorator_list}
    if isinstance(node, ast.ClassDef):
        subject.bases = {plain_name(ast.unparse(each)) for each in node.bases}
        for each in node.body:
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
                subject.members.add(each.name)
            elif isinstance(each, ast.Assign):
                subject.members |= {t.id for t in each.targets if isinstance(t, ast.Name)}
            elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                subject.members.add(each.target.id)
    else:
        arguments = node.args
        subject.is_async = isinstance(node, ast.AsyncFunctionDef)
        subject.parameters = [
            each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        ]
    return subject


def _of_stub(inference: Inference, text: str, into: str) -> Question | None:
    node = parse_stub(text)
    if node is None:
        raise InvalidArgumentsError("'text' looks like a stub of a class or function, but is none")
    subject = _subject_of(node, into)
    if not isinstance(node, ast.ClassDef):
        return Question(functions_like(inference, subject), subject.name)
    best: Question | None = None
    for written in node.bases:
        base = resolve_base(inference, ast.unparse(written), into)
        question = _under(inference, base, subject) if base is not None else None
        if question is not None and (best is None or _is_closer(question.family, best.family)):
            best = question
    if best is None or not best.family.members:
        best = Question(classes_in_folder(inference, None, subject), subject.name)
    return best


def _is_closer(family: Family, other: Family) -> bool:
    """True if a family is the better one: it has enough members, and they are more alike."""
    enough, before = len(family.members) >= FEWEST, len(other.members) >= FEWEST
    if enough != before:
        return enough
    return family.nearness > other.nearness


def _described(inference: Inference, text: str, into: str) -> Question | None:
    """Return the family of the base that a description names, else of what its words find."""
    subject = _stubbed(text, into)
    found = _SUBCLASS.search(text)
    if found:
        question = _of_base(inference, found[1].rstrip("."), subject, into)
        if question is not None:
            return question
    # What is said of a thing often names products: `on Void Linux` means no class.
    told = len(noun_phrase(text))
    for at in _IDENTIFIER.finditer(text):
        identifier = at[0]
        if identifier == subject.name or (at.start() >= told and _is_plain_word(identifier)):
            continue
        for item in find_by_name(inference, identifier)[:3]:
            question = _about(inference, item.entity, into)
            if question is not None and len(question.family.members) >= FEWEST:
                question.name = subject.name
                return question
    return _by_words(inference, text, subject)


def _is_plain_word(identifier: str) -> bool:
    return identifier.isalnum() and identifier[1:].islower()


def _by_words(inference: Inference, text: str, subject: Subject) -> Question | None:
    """Return the family of classes that a description means, or of functions if none is meant."""
    found = [] if _FUNCTION.search(text) else described_bases(inference, text)
    if found:
        question = _under(inference, found[0][1], subject)
        other = second_meaning(found, inference)
        if other is not None:
            members, _ = derived_classes(inference, other)
            question.notes.append(
                f"or {len(members)} that derive from {qualified_name(inference, other)}"
            )
        return question
    outside = [] if _FUNCTION.search(text) else _outside_bases(inference, text)
    if outside:
        return _under(inference, outside[0], subject)
    called = [] if _FUNCTION.search(text) else classes_called(inference, text)
    if len(called) >= FEWEST:
        subject.path = subject.path or called[0].path
        why = f"are called *{words(name_of(inference, called[0])).split()[-1].title()}"
        return Question(gather_family(inference, CLASS, subject, called, why), subject.name)
    return _functions_by_words(inference, text, subject)


def _outside_bases(inference: Inference, text: str) -> list[Entity]:
    """Return the bases outside of the workspace that a description may mean, best first."""
    said = set(terms(text))
    found: dict[Entity, tuple[int, int]] = {}
    for name in inherited_names(inference, text):
        for base in _as_bases(inference, name, ""):
            members, _ = derived_classes(inference, base)
            own = [each for each in members if not is_test_file(each.path)]
            if (base.is_outside or base.kind == OUTSIDE) and own:
                shared = len(said.intersection(words(qualified_name(inference, base)).split()))
                found[base] = (shared, len(own))
    return sorted(found, key=lambda each: (found[each], each), reverse=True)


def _functions_by_words(inference: Inference, text: str, subject: Subject) -> Question | None:
    """Return the decorator or name that most functions have that fit the words of a description."""
    votes: dict[str, float] = {}
    entities: dict[str, Entity] = {}
    for rank, match in enumerate(search_definitions(inference, terms(text), limit=12)):
        if match.entity.kind != FUNCTION or match.likeness < SURE:
            continue
        family = functions_beside(inference, match.entity)
        if len(family.members) >= FEWEST:
            votes[family.why] = votes.get(family.why, 0.0) + 1 / (2 + rank)
            entities.setdefault(family.why, match.entity)
    if not votes:
        return None
    best = max(votes, key=votes.__getitem__)
    question = _about(inference, entities[best], subject.path)
    assert question is not None
    question.name = subject.name
    question.entity = None
    question.notes.append(f"the description was taken for one of the functions that {best}")
    return question
