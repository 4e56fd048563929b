"""Clones: functions and classes that do the same, under other names or in another order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from ...indexer import facts_view
from ...indexer.inference.classes import mro
from ...indexer.inference.entities import CLASS, Entity, name_of, owner_class, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_supporting_file
from .shapes import Shape, shapes
from .suggestion import CERTAIN, LIKELY, LOOK, Suggestion, weaker

KIND = "clones"
# Tokens that a body has at least: what is shorter is said anew sooner than looked up.
_LEAST, _LEAST_SURE = 24, 40
# What is alike but not the same is worth less, so that it has to be longer.
_LEAST_ALIKE = 64
_ON_PURPOSE = re.compile(rb"(?i)\b(duplicate|copy|copied|same code|mirrors?|keep in sync)\b")
# Statements of a near duplicate, and the share of them that both have.
_LEAST_STATEMENTS, _NEAR = 8, 0.8
# A statement that more functions have tells nothing of them.
_COMMON = 30


def find(inference: Inference) -> list[Suggestion]:
    """Return groups of functions and classes that are the same, or nearly."""
    all_shapes: list[Shape] = []
    for path in inference.snapshot.paths():
        if not path.endswith(".pyi") and inference.facts(path) is not None:
            inference.snapshot.relax()
            all_shapes += shapes(inference, path, _LEAST)
    grouped: set[Entity] = set()
    found: list[Suggestion] = []
    ways: tuple[tuple[str, str, Callable[[Shape], Hashable]], ...] = (
        ("the same code, variables aside", CERTAIN, lambda each: each.renamed),
        ("the same statements in another order", LIKELY, lambda each: each.reordered),
        ("the same code, constants aside", LIKELY, lambda each: each.constants),
    )  # fmt: skip
    for how, grade, key in ways:
        for group in _groups((each for each in all_shapes if each.entity not in grouped), key):
            grouped.update(each.entity for each in group)
            found.append(_suggestion(inference, group, how, grade))
    left = [each for each in all_shapes if each.entity not in grouped]
    for group, share in _near(left):
        how = f"{share:.0%} of their statements are the same"
        found.append(_suggestion(inference, group, how, LIKELY))
    return _whole_classes(inference, found)


def _groups(all_shapes: Iterable[Shape], key: Callable[[Shape], Hashable]) -> list[list[Shape]]:
    by_key: dict[Hashable, list[Shape]] = {}
    for each in all_shapes:
        by_key.setdefault(key(each), []).append(each)
    return [group for group in by_key.values() if len(group) > 1]


def _near(all_shapes: list[Shape]) -> list[tuple[list[Shape], float]]:
    """Return pairs of functions most of whose statements are the same."""
    by_statement: dict[bytes, list[int]] = {}
    for number, each in enumerate(all_shapes):
        if len(each.loose) >= _LEAST_STATEMENTS:
            for statement in set(each.loose):
                by_statement.setdefault(statement, []).append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for numbers in by_statement.values():
        if len(numbers) <= _COMMON:
            for place, one in enumerate(numbers):
                for other in numbers[place + 1 :]:
                    shared[one, other] += 1
    pairs: list[tuple[float, int, int]] = []
    for (one, other), count in shared.items():
        first, second = all_shapes[one], all_shapes[other]
        if count * 3 < min(len(first.loose), len(second.loose)):
            continue
        both = sum((Counter(first.loose) & Counter(second.loose)).values())
        share = 2 * both / (len(first.loose) + len(second.loose))
        if share >= _NEAR and not _is_inside(first.span, second.span):
            pairs.append((share, one, other))
    taken: set[int] = set()
    found: list[tuple[list[Shape], float]] = []
    for share, one, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if one not in taken and other not in taken:
            taken |= {one, other}
            found.append(([all_shapes[one], all_shapes[other]], share))
    return found


def _suggestion(inference: Inference, group: list[Shape], how: str, grade: str) -> Suggestion:
    first, *others = [each.entity for each in group]
    size = min(each.size for each in group)
    wrong_if = ["each of them is to change without the others"]
    names = {name_of(inference, each.entity) for each in group}
    is_twin = len({each.is_async for each in group}) > 1 or _are_twin_classes(inference, group)
    if is_twin:
        title = f"{_called(inference, first)} and {len(others)} more are sync and async twins"
        grade = LOOK
        wrong_if = ["twins are kept beside each other on purpose, as they mostly are"]
    else:
        title = f"{_called(inference, first)} has {_copies(len(others))}"
    if any(is_supporting_file(each.entity.path) for each in group):
        grade = LOOK
        wrong_if.append("tests and examples say things again to be read alone")
    elif _say_so(inference, group):
        grade = LOOK
        wrong_if.append("its author knows of it: a comment or docstring says so")
    elif how.startswith("the same code, constants aside") and size < _LEAST_ALIKE:
        grade = LOOK
        wrong_if.append("a function for both would say no more than the two")
    elif "%" in how and size < _LEAST_SURE:
        grade = LOOK
        wrong_if.append("it is too little to be worth a name")
    elif size < _LEAST_SURE:
        grade = weaker(grade, LIKELY)
        wrong_if.append("it is too little to be worth a name")
    elif len(names) == 1 and _is_interface(inference, group):
        grade = weaker(grade, LIKELY)
        wrong_if.append("the classes have it for a protocol, and nothing else in common")
    return Suggestion(
        KIND, grade, title, first, [f"{how}: {size} tokens"], wrong_if, others=others,
        worth=size * len(others), key=how.partition(":")[0],
    )  # fmt: skip


def _say_so(inference: Inference, group: list[Shape]) -> bool:
    """True if the text of one of some functions speaks of being a copy."""
    return any(
        _ON_PURPOSE.search(inference.text(path)[start:end])
        for path, start, end in (each.span for each in group)
    )


def _called(inference: Inference, entity: Entity) -> str:
    return qualified_name(inference, entity)


def _copies(count: int) -> str:
    return "a copy" if count == 1 else f"{count} copies"


def _owner(inference: Inference, entity: Entity) -> Entity | None:
    row = owner_class(inference.need(entity.path), entity)
    return Entity(CLASS, entity.path, row) if row >= 0 else None


def _are_twin_classes(inference: Inference, group: list[Shape]) -> bool:
    """True if one is of a class whose name says `Async`, and another of the one without."""
    names = {
        name_of(inference, owner)
        for each in group
        if (owner := _owner(inference, each.entity)) is not None
    }
    names |= {each.entity.path for each in group}
    if len({_says_async(name_of(inference, each.entity)) for each in group}) > 1:
        return True
    return len({_says_async(name) for name in names}) > 1


def _says_async(name: str) -> bool:
    return any(word in name.lower() for word in ("async", "asgi", "aio"))


def _is_inside(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    """True if one function is part of another one."""
    if one[0] != other[0]:
        return False
    outer, inner = sorted((one, other), key=lambda span: (span[1], -span[2]))
    return inner[2] <= outer[2]


def _is_interface(inference: Inference, group: list[Shape]) -> bool:
    """True if methods of one name are of classes that share no base in the workspace."""
    owners = [_owner(inference, each.entity) for each in group]
    if any(owner is None for owner in owners):
        return False
    orders = [set(mro(inference, owner)) for owner in owners if owner is not None]
    common = orders[0].intersection(*orders[1:])
    return not any(not each.is_outside for each in common)


def _whole_classes(inference: Inference, found: list[Suggestion]) -> list[Suggestion]:
    """Return suggestions, those about all methods of two classes as one."""
    pairs: dict[tuple[Entity, Entity], list[Suggestion]] = {}
    for each in found:
        owners = [_owner(inference, entity) for entity in (each.entity, *each.others)]
        if len(owners) == 2 and owners[0] and owners[1] and owners[0] != owners[1]:
            pairs.setdefault((owners[0], owners[1]), []).append(each)
    left = list(found)
    for (one, other), parts in pairs.items():
        count = max(_methods(inference, one), _methods(inference, other))
        if len(parts) < 2 or len(parts) * 4 < count * 3:
            continue
        left = [each for each in left if each not in parts]
        grade = max((each.grade for each in parts), key=[CERTAIN, LIKELY, LOOK].index)
        left.append(
            Suggestion(
                KIND, grade, f"class {_called(inference, one)} has a copy", one,
                [f"{len(parts)} of {count} methods are the same or nearly"],
                list(dict.fromkeys(why for each in parts for why in each.wrong_if)),
                others=[other], worth=sum(each.worth for each in parts), key="class",
            )
        )  # fmt: skip
    return left


def _methods(inference: Inference, cls: Entity) -> int:
    facts = inference.need(cls.path)
    scope = facts.definition.own_scope[cls.row]
    return sum(facts.definition.scope[row] == scope for row in facts_view.definitions(facts, 0))
