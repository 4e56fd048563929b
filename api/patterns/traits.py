"""Traits: what the members of a family have in common, with counts, and who does otherwise.

A trait is told when at least a quarter of the members have it, and at least two. A file that names
most members and defines few is where a new one has to be added as well.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ...indexer.symbols import words
from .family import Family
from .features import ClassFeatures, FunctionFeatures, class_features, function_features
from .imports import ImportFinder, absolute_module
from .plan import Plan
from .sequences import MOST_COMPARED, common_sequence
from .similarity import Subject, plain_name, similarity
from .skeleton import bare_text, parameters_text

_SHARE, _LEAST = 0.25, 2
_SEQUENCE = 0.5
_LOGGER = re.compile(
    rb"^[ \t]*((?:self\.)?\w+)(?:: ?[\w.]+)? = ((?:[\w.]+\.)?(?:getLogger|get_logger)\([^)\n]*\))",
    re.MULTILINE,
)
_OUTLIER = 0.75
_MOST = 12  # habits of one kind
_LONG = 110  # characters of a parameter list from which on its names do
_OBVIOUS = frozenset(["typing", "__future__", "builtins", "collections.abc"])
_EXAMINED = 12  # members whose uses are looked up
_WIDE = 60  # files; a name in more of them says nothing about one
_HALF = 0.5
_MOST_FILES = 3
_ROLE_NAMES = {
    f.IMPORTED: "imported", f.EXPORTED: "in `__all__`", f.CALLED: "called", f.READ: "named",
    f.INHERITED: "inherited", f.ANNOTATED: "annotated",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trait:
    """What ``count`` of ``of`` members have: its kind, its name, and how it looks."""

    kind: str
    name: str
    count: int
    of: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outlier:
    """A member that lacks what nearly all others have, and the two nearest that have it all."""

    entity: Entity
    name: str
    path: str
    lacks: list[str]
    nearest: list[Entity]


def find_traits(inference: Inference, family: Family, plan: Plan) -> list[Trait]:
    """Return the traits of a family, kind by kind, the most frequent first."""
    if family.kind == CLASS:
        members = [class_features(inference, each) for each in family.members]
        traits = list(_of_classes(inference, members, plan))
        functions = [method for each in members for method in each.methods.values()]
        owners = [each for each in members for _ in each.methods]
    else:
        members = [function_features(inference, each) for each in family.members]
        traits = list(_of_functions(inference, members))
        functions, owners = members, members
    traits += _orders(functions, named=family.kind == CLASS)
    traits += _errors(inference, functions, owners, len(members))
    traits += _places(inference, family)
    return traits


def find_outliers(inference: Inference, family: Family) -> list[Outlier]:
    """Return members that lack what three quarters of the others have, most first.

    Of classes these are methods, of functions decorators, parameters and calls.
    """
    if len(family.members) < 4:
        return []
    features = class_features if family.kind == CLASS else function_features
    members = [features(inference, each) for each in family.members]
    shown = [_shown(each) for each in members]
    counted = Counter(name for each in shown for name in each)
    usual = [name for name, n in counted.items() if n >= _OUTLIER * len(members)]
    found: list[Outlier] = []
    for each, own in zip(members, shown, strict=True):
        lacks = [name for name in usual if name not in own]
        if not lacks:
            continue
        having = [
            other
            for other, theirs in zip(members, shown, strict=True)
            if all(name in theirs for name in lacks)
        ]
        nearest = _nearest(each, having)
        found.append(Outlier(each.entity, each.name, each.entity.path, lacks, nearest))
    found.sort(key=lambda each: -len(each.lacks))
    return found[:3]


def _shown(member: ClassFeatures | FunctionFeatures) -> dict[str, None]:
    """Return what may be usual of a member: methods; decorators, parameters and calls."""
    if isinstance(member, ClassFeatures):
        return dict.fromkeys(member.methods)
    return dict.fromkeys(
        [
            *(f"@{plain_name(each)}" for each in member.decorators),
            *(each.name for each in member.parameters),
            *(f"{each}()" for each in member.calls),
        ]
    )


def _nearest(
    member: ClassFeatures | FunctionFeatures, others: Sequence[ClassFeatures | FunctionFeatures]
) -> list[Entity]:
    subject = Subject.of(member)
    ranked = sorted(others, key=lambda each: -similarity(subject, Subject.of(each)))
    return [each.entity for each in ranked[:2]]


def _of_classes(inference: Inference, members: list[ClassFeatures], plan: Plan) -> Iterable[Trait]:
    n = len(members)
    yield from _counted("base", (_plain(each.bases) for each in members), n, _texts(members))
    yield from _counted("decorator", (_plain(each.decorators) for each in members), n)
    planned = {each.name: each for each in plan.functions}
    methods: defaultdict[str, list[FunctionFeatures]] = defaultdict(list)
    for each in members:
        for name, method in each.methods.items():
            methods[name].append(method)
    traits: list[Trait] = []
    for name, having in methods.items():
        if not _is_frequent(len(having), n):
            continue
        detail = signature_of(inference, having)
        n_calling = sum(any(called == name for called, _ in each.supers) for each in having)
        if n_calling * 2 >= len(having):
            detail += f", {n_calling} call super"
        if name in planned and planned[name].required:
            detail += ", required by the base"
        traits.append(Trait("method", name, len(having), n, detail))
    traits += [
        Trait("method", each.name, 0, n, "required by the base")
        for each in plan.functions
        if each.required and each.name not in methods
    ]
    yield from sorted(traits, key=lambda each: -each.count)[:_MOST]
    yield from _attributes(members, n)
    yield from _counted("field", ([*each.fields] for each in members if each.fields), n, most=6)
    yield from _imports(inference, members, n)
    yield from _names([each.name for each in members])


def _attributes(members: list[ClassFeatures], n: int) -> Iterable[Trait]:
    counted: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in members:
        for name, written in each.attributes.items():
            counted[name].append(written)
    traits: list[Trait] = []
    for name, having in counted.items():
        if _is_frequent(len(having), n):
            value, count = Counter(value for _, value in having).most_common(1)[0]
            annotation = Counter(text for text, _ in having).most_common(1)[0][0]
            detail = f": {annotation}" if annotation else ""
            if value and value != "..." and count * 2 >= len(having) and len(value) < 30:
                detail += f" = {value}"
            elif value:
                shown = [each for _, each in having if each not in ("", "...")][:2]
                detail += f" = {' | '.join(dict.fromkeys(shown))}" if shown else ""
            traits.append(Trait("attribute", name, len(having), n, detail))
    yield from sorted(traits, key=lambda each: -each.count)[:_MOST]


def _of_functions(inference: Inference, members: list[FunctionFeatures]) -> Iterable[Trait]:
    n = len(members)
    texts: dict[str, Counter[str]] = {}
    for each in members:
        for text in each.decorators:
            texts.setdefault(plain_name(text), Counter())[text] += 1
    yield from _counted(
        "decorator", (_plain(each.decorators) for each in members), n,
        lambda name: texts[name].most_common(1)[0][0],
    )  # fmt: skip
    yield Trait(
        "signature", signature_of(inference, members, bare=True), _n_with_usual_shape(members), n
    )
    taken: dict[str, Counter[str]] = {}
    for each in members:
        for parameter in each.parameters:
            taken.setdefault(parameter.name, Counter())[parameter.annotation] += 1

    def annotated(name: str) -> str:
        annotation = taken[name].most_common(1)[0][0]
        return f": {annotation}" if annotation else ""

    parameters = ([each.name for each in one.parameters] for one in members)
    yield from _counted("parameter", parameters, n, annotated, most=6)
    yield from _counted("returns", ([each.returns] for each in members if each.returns), n, most=3)
    asynchronous = sum(each.is_async for each in members)
    if asynchronous:
        yield Trait("async", "async def", asynchronous, n)
    yield from _names([each.name for each in members])


def signature_of(
    inference: Inference, having: Sequence[FunctionFeatures], *, bare: bool = False
) -> str:
    """Return the parameters that most have, and how many do where not all have the same."""
    shapes = Counter(each.shape for each in having)
    best, count = shapes.most_common(1)[0]
    model = next(each for each in having if each.shape == best)
    if count == 1 and len(having) > 1:
        names = Counter(each.name for one in having for each in one.parameters)
        shared = [name for name, number in names.items() if number == len(having)]
        return f"({', '.join([*shared, '…'])})"
    finder = ImportFinder(inference, "", [model.entity.path])
    text = f"({', '.join(parameters_text(model.parameters, finder))})"
    if len(text) > _LONG:
        text = f"({', '.join(bare_text(model.parameters))})"
    if model.returns:
        text += f" -> {model.returns}"
    if bare or count == len(having):
        return text
    return f"{text} in {count} of them"


def _n_with_usual_shape(members: list[FunctionFeatures]) -> int:
    return Counter(each.shape for each in members).most_common(1)[0][1] if members else 0


def _orders(functions: list[FunctionFeatures], *, named: bool) -> Iterable[Trait]:
    """Yield what half of some functions call in the same order, of methods name by name."""
    by_name: dict[str, list[FunctionFeatures]] = {}
    for each in functions:
        by_name.setdefault(each.name if named else "", []).append(each)
    traits: list[Trait] = []
    for name, having in by_name.items():
        if len(having) <= _LEAST:
            continue
        least = max(_LEAST, round(_SEQUENCE * len(having)))
        parts, count = common_sequence([each.calls for each in having], least)
        if parts:
            of = min(len(having), MOST_COMPARED)
            traits.append(Trait("calls", ", then ".join(parts), count, of, name))
    yield from sorted(traits, key=lambda each: -each.count)[:4]


def _errors(
    inference: Inference, functions: list[FunctionFeatures], owners: Sequence[object], n: int
) -> Iterable[Trait]:
    """Yield what members raise, catch and log, and by which loggers."""
    for kind in ("raises", "catches", "logs"):
        having: dict[str, set[int]] = {}
        for each, owner in zip(functions, owners, strict=True):
            for name in getattr(each, kind):
                having.setdefault(name, set()).add(id(owner))
        traits = [Trait(kind, name, len(ids), n) for name, ids in having.items()
                if _is_frequent(len(ids), n)]  # fmt: skip
        yield from sorted(traits, key=lambda each: -each.count)[:4]
    logging = {each.entity.path: each for each in functions if each.logs}
    made: Counter[str] = Counter()
    for path in logging:
        text = inference.text(path)
        made.update({b" = ".join(each.groups()).decode() for each in _LOGGER.finditer(text)})
    for written, count in made.most_common(1):
        if _is_frequent(count, len(logging)):
            yield Trait("logger", written, count, len(logging), "files that log")


def _imports(inference: Inference, members: list[ClassFeatures], n: int) -> Iterable[Trait]:
    def spelled(member: ClassFeatures) -> list[str]:
        found: list[str] = []
        above = {plain_name(each) for each in member.bases}
        for each in member.imports:
            module, _, name = each.partition(":")
            if name in above:
                continue  # told as a base
            full = absolute_module(inference, member.entity.path, module)
            if full not in _OBVIOUS:
                found.append(f"{full}.{name}" if name else full)
        return found

    yield from _counted("import", (spelled(each) for each in members), n, most=8)


def _names(names: list[str]) -> Iterable[Trait]:
    """Yield the words that names of members begin and end with."""
    n = len(names)
    listed = [words(name).split() for name in names]
    for kind, place in (("ends", -1), ("begins", 0)):
        counted = Counter(each[place] for each in listed if len(each) > 1)
        for word, count in counted.most_common(1):
            if count * 2 >= n and count >= _LEAST:
                at = next(i for i, each in enumerate(listed) if len(each) > 1 and
                          each[place] == word)  # fmt: skip
                name = names[at]
                shown = name[-len(word) :] if place else name.lstrip("_")[: len(word)]
                yield Trait("name", f"*{shown}" if place else f"{shown}*", count, n, kind)


def _places(inference: Inference, family: Family) -> Iterable[Trait]:
    n = len(family.members)
    files = Counter(each.path for each in family.members)
    folders = Counter(each.path.rpartition("/")[0] for each in family.members)
    path, count = files.most_common(1)[0]
    if count * 2 > n:
        yield Trait("place", path, count, n)
        return
    folder, count = folders.most_common(1)[0]
    if _is_frequent(count, n):
        yield Trait("place", f"{folder}/", count, n, f"{len(files)} files")
    own = [each for each in family.members if _is_named_after(inference, each)]
    if len(own) * 2 > n:
        example = own[0]
        description = f"{name_of(inference, example)} in {example.path.rpartition('/')[2]}"
        yield Trait("file name", "after the member", len(own), n, description)
    stems = Counter(each.rpartition("/")[2] for each in files)
    name, count = stems.most_common(1)[0]
    if count > 1 and count * 2 > len(files):
        yield Trait("file name", name, count, len(files))


def _is_named_after(inference: Inference, entity: Entity) -> bool:
    stem = entity.path.rpartition("/")[2].removesuffix(".py").strip("_")
    own = words(name_of(inference, entity)).replace(" ", "")
    return len(stem) > 2 and (stem.replace("_", "") in own or own in stem.replace("_", ""))


def _plain(written: Iterable[str]) -> list[str]:
    return [plain_name(each) for each in written]


def _texts(members: list[ClassFeatures]) -> Callable[[str], str]:
    """Return a function that tells how a base is spelled most, if not by its name."""

    def text(name: str) -> str:
        written = Counter(each for cls in members for each in cls.bases if plain_name(each) == name)
        best = written.most_common(1)[0][0]
        return best if best != name else ""

    return text


def _counted(
    kind: str,
    lists: Iterable[Iterable[str]],
    n: int,
    detail: Callable[[str], str] | None = None,
    most: int = _MOST,
) -> Iterable[Trait]:
    counted = Counter(name for names in lists for name in dict.fromkeys(names))
    for name, count in counted.most_common(most):
        if name and _is_frequent(count, n):
            yield Trait(kind, name, count, n, detail(name) if detail else "")


def _is_frequent(count: int, n: int) -> bool:
    return count >= _LEAST and count >= _SHARE * n


def surrounding_traits(inference: Inference, family: Family) -> list[Trait]:
    """Return the files that name most members, and the tests of how many name them."""
    shown = [each for each in family.members if not is_test_file(each.path)][:_EXAMINED]
    members = [(each, name_of(inference, each)) for each in shown]
    if len(members) < _MOST_FILES:
        return []
    naming: dict[str, set[str]] = {}
    tested: Counter[str] = Counter()
    n_tested = 0
    for entity, name in members:
        files = inference.files_with(name)
        tests = [path for path in files if is_test_file(path)]
        n_tested += bool(tests)
        tested.update(tests)
        if len(files) > _WIDE:
            continue
        for path in files:
            if path != entity.path and not is_test_file(path):
                naming.setdefault(path, set()).add(name)
    traits: list[Trait] = []
    n = len(members)
    ranked = sorted(naming.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    for path, names in ranked[:8]:
        if len(names) >= max(2, _HALF * n) and len(traits) < _MOST_FILES:
            description = _describe_roles(inference, path, names)
            if description:
                traits.append(Trait("registered", path, len(names), n, description))
    if n_tested:
        path, count = tested.most_common(1)[0]
        stems = {entity.path.rpartition("/")[2].removesuffix(".py") for entity, _ in members}
        after = [each for each in tested if _is_test_of(each, stems)]
        detail = f"such as {path}"
        if count * 2 >= n:
            detail = f"most in {path}"
        elif after and len(after) * 2 >= len(stems):
            detail = f"called after the module, such as {after[0]}"
        traits.append(Trait("tested", "named in tests", n_tested, n, detail))
    own = _exported(inference, members)
    if own >= max(2, _HALF * n):
        traits.append(Trait("registered", "`__all__` of their file", own, n))
    return traits


def _is_test_of(path: str, stems: set[str]) -> bool:
    """True if a test file is named after one of some modules."""
    name = path.rpartition("/")[2].removesuffix(".py")
    return name.removeprefix("test_") in stems or name.removesuffix("_test") in stems


def _describe_roles(inference: Inference, path: str, names: set[str]) -> str:
    """Return what a file does with most of some names, in words."""
    facts = inference.facts(path)
    if facts is None:
        return ""
    roles: Counter[str] = Counter()
    for name in names:
        here = {role & f.ROLE_MASK for role, _, _ in facts.occurrences(name)}
        roles.update(_ROLE_NAMES[role] for role in here if role in _ROLE_NAMES)
    description = [role for role in _ROLE_NAMES.values() if roles[role] * 2 > len(names)]
    return ", ".join(description[:2])


def _exported(inference: Inference, members: list[tuple[Entity, str]]) -> int:
    return sum(
        any(role & f.ROLE_MASK == f.EXPORTED for role, _, _ in facts.occurrences(name))
        for entity, name in members
        if (facts := inference.facts(entity.path)) is not None
    )
