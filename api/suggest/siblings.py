"""Classes beside their kin: what all siblings do and one does not, and bases that are missing."""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.classes import has_unknown_bases, mro, subclasses
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, name_of, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_supporting_file
from ..check.rules.drift import broken_conventions, siblings_of
from ..patterns.features import class_features
from ..patterns.similarity import Subject, similarity
from .suggestion import LIKELY, LOOK, Suggestion

DRIFT, MISSING_BASE = "drift", "missing-base"
# Siblings that make a convention, and those that make it a strong one.
_FEWEST, _MANY = 4, 6
_MOST = 60
# Methods that classes without a common base share, and how many such classes there are.
_SHARED_METHODS, _CLASSES = 3, 3


def find_drift(inference: Inference) -> list[Suggestion]:
    """Return classes that lack what all of their siblings have."""
    found: list[Suggestion] = []
    for cls in _classes(inference):
        siblings = siblings_of(inference, cls)
        if not _FEWEST <= len(siblings) <= _MOST or subclasses(inference, cls):
            continue
        for _, subject, custom in broken_conventions(inference, cls, siblings):
            near = nearest_to(inference, cls, siblings)
            shown = " and ".join(name_of(inference, each) for each in near)
            found.append(
                Suggestion(
                    DRIFT, LIKELY if len(siblings) >= _MANY else LOOK,
                    f"class {qualified_name(inference, cls)} is unlike its siblings: "
                    f"all {len(siblings)} {custom}",
                    cls, [f"such as {shown}"],
                    ["what it inherits is what it is to do"],
                    others=near, worth=len(siblings), key=subject,
                )
            )  # fmt: skip
    return found


def nearest_to(inference: Inference, cls: Entity, siblings: list[Entity]) -> list[Entity]:
    """Return the two siblings that are most like a class."""
    subject = Subject.of(class_features(inference, cls))
    return sorted(
        siblings,
        key=lambda each: (
            -similarity(subject, Subject.of(class_features(inference, each))), each,
        ),
    )[:2]  # fmt: skip


def find_missing_bases(inference: Inference) -> list[Suggestion]:
    """Return classes that have the same methods and nothing that says so."""
    by_methods: dict[tuple[str, ...], list[Entity]] = {}
    for cls in _classes(inference):
        features = class_features(inference, cls)
        order = mro(inference, cls)
        if has_unknown_bases(inference, cls) or any(
            base.kind == CLASS and name_of(inference, base) not in ("object", "ABC")
            for base in order[1:]
        ):
            continue
        names = tuple(sorted(name for name in features.methods if not name.startswith("_")))
        if len(names) >= _SHARED_METHODS:
            by_methods.setdefault(names, []).append(cls)
    found: list[Suggestion] = []
    for names, classes in by_methods.items():
        if len(classes) < _CLASSES or not _have_same_parameters(inference, classes, names):
            continue
        first, *others = classes
        shown = ", ".join(names[:5])
        found.append(
            Suggestion(
                MISSING_BASE, LIKELY if len(classes) > _CLASSES else LOOK,
                f"{len(classes)} classes such as {qualified_name(inference, first)} have the same "
                "methods and no base",
                first, [f"all define {shown}, with the same parameters"],
                ["they are never given to the same code"],
                others=others, worth=len(classes) * len(names), key=" ".join(names),
            )
        )  # fmt: skip
    return found


def _classes(inference: Inference) -> Iterator[Entity]:
    """Yield the classes at the top of files that are no tests."""
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        if facts is None or path.endswith(".pyi") or is_supporting_file(path):
            continue
        inference.snapshot.relax()
        for row in facts_view.definitions(facts, f.CLASS):
            if facts.definition.scope[row] == 0:
                yield Entity(CLASS, path, row)


def _have_same_parameters(
    inference: Inference, classes: list[Entity], names: tuple[str, ...]
) -> bool:
    """True if the methods of some names take the same parameters in all of some classes."""
    shapes: set[tuple[tuple[str, ...], ...]] = set()
    for cls in classes:
        of_class: list[tuple[str, ...]] = []
        for name in names:
            entity = next(
                (item.entity for item in inference.own_member(cls, name)
                 if item.entity.kind == FUNCTION),
                None,
            )  # fmt: skip
            if entity is None:
                return False
            facts = inference.need(entity.path)
            scope = facts.definition.own_scope[entity.row]
            rows = facts_view.parameters(facts, scope)
            of_class.append(tuple(facts.names[facts.parameter.name[row]] for row in rows))
        shapes.add(tuple(of_class))
    return len(shapes) == 1
