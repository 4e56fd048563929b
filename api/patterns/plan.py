"""Plans: what the members of a family say about one that is still to be written.

Each member counts as much as it is like what is asked for. A plan holds what most of them do, so
that what follows it is what they would be expected to look like.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.inference.entities import Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.symbols import CLASS as CLASS_SYMBOL
from .family import Family, overridden_method, required_methods
from .features import (
    ClassFeatures,
    FunctionFeatures,
    Parameter,
    Shape,
    class_features,
    function_features,
)
from .similarity import plain_name

Weighed = Sequence[tuple[FunctionFeatures, float]]
WeighedClasses = Sequence[tuple[ClassFeatures, float]]


# Share of the family, by weight, from which on something belongs into what is new.
MEMBER = 0.7
_HEADER = 0.5
VARIES = "  # fill in"
"""Stands behind a decorator whose arguments are different everywhere."""
_SUGGESTED = 0.34  # for what a base leaves to others without insisting
_VALUE = 0.6
_PLAIN_BASES = frozenset(["ABC", "Generic", "Protocol"])


@dataclass(slots=True)
class Plan:
    """A class or function to be written: texts as they would stand in its header and body."""

    bases: list[str] = field(default_factory=list[str])
    keywords: list[str] = field(default_factory=list[str])
    decorators: list[str] = field(default_factory=list[str])
    attributes: list[Attribute] = field(default_factory=list["Attribute"])
    fields: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(name, parameter) of what ``__init__`` keeps on ``self``."""
    functions: list[PlannedFunction] = field(default_factory=list["PlannedFunction"])


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name that the body of a class binds. Without a value that most agree on, some examples."""

    name: str
    annotation: str
    value: str
    examples: list[str]


@dataclass(slots=True)
class PlannedFunction:
    """A function or method to be written, like ``model``."""

    name: str
    model: FunctionFeatures
    count: int = 0
    of: int = 0
    required: bool = False
    parameters: list[Parameter] = field(default_factory=list["Parameter"])
    returns: str = ""
    decorators: list[str] = field(default_factory=list[str])
    is_async: bool = False
    returns_value: bool = False
    supers: list[str] | None = None
    """Arguments that most pass to the method that they override; None when most do not."""
    lacking: list[str] = field(default_factory=list[str])
    """Arguments without which the method that it overrides cannot be called."""
    raises: list[str] = field(default_factory=list[str])


def plan_class(inference: Inference, family: Family) -> Plan:
    """Return the plan of a new class of a family."""
    plan = Plan()
    members = [class_features(inference, each) for each in family.members]
    weighed = list(zip(members, family.weights, strict=True))
    total = sum(family.weights)
    plan.bases = _bases(inference, family, members)
    plan.keywords = _common(((each.keywords, w) for each, w in weighed), total, key=str)
    plan.decorators = _common(((each.decorators, w) for each, w in weighed), total, share=MEMBER)
    required = required_methods(inference, family.base) if family.base else {}
    names: dict[str, None] = {}
    for each in members:
        names.update(dict.fromkeys(each.methods))
    names.update(dict.fromkeys(required))
    names.update(dict.fromkeys(sorted(family.subject.members)))
    positions = _positions([list(each.methods) for each in members])
    for name in sorted(names, key=lambda each: positions.get(each, 0.99)):
        having = [(each.methods[name], w) for each, w in weighed if name in each.methods]
        share = sum(w for _, w in having) / total if total else 0.0
        is_usual = _is_shared(having, members) and share >= (
            _SUGGESTED if name in required else MEMBER
        )
        is_abstract = name in required and required[name][1]
        if not is_usual and not is_abstract and name not in family.subject.members:
            continue
        base = overridden_method(inference, family.base, name) if family.base else None
        planned = plan_function(inference, name, having, base)
        if planned is not None:
            planned.of = len(members)
            planned.required = name in required
            plan.functions.append(planned)
    plan.attributes = _attributes(weighed, total)
    plan.fields = _fields(weighed, plan)
    return plan


def plan_function(
    inference: Inference, name: str, having: Weighed, base: Entity | None = None
) -> PlannedFunction | None:
    """Return the plan of a function like existing ones, each with its weight.

    ``base`` is the method that it overrides, which says what to take when they do not agree.
    """
    overridden = function_features(inference, base) if base is not None else None
    if not having and overridden is None:
        return None
    total = sum(w for _, w in having)
    shapes: defaultdict[Shape, float] = defaultdict(float)
    for each, weight in having:
        shapes[each.shape] += weight
    best = max(shapes, key=shapes.__getitem__) if shapes else ()
    model = next((each for each, _ in having if each.shape == best), overridden)
    assert model is not None
    planned = PlannedFunction(name, model)
    planned.count = len(having)
    if overridden is not None and (
        not shapes or (name != "__init__" and shapes[best] < _HEADER * total)
    ):
        planned.parameters, planned.returns = overridden.parameters, overridden.returns
    elif shapes[best] >= _HEADER * total or len(having) == 1:
        planned.parameters = _usual_annotations([each for each, _ in having if each.shape == best])
    else:
        planned.parameters = _frequent_parameters(having, total)
    if having:
        planned.returns = _majority(each.returns for each, _ in having) or planned.returns
        planned.is_async = sum(w for each, w in having if each.is_async) > total / 2
        planned.decorators = _common(((each.decorators, w) for each, w in having), total)
        planned.returns_value = sum(w for each, w in having if each.returns_value) > total / 2
        calling = [(each, w) for each, w in having if any(n == name for n, _ in each.supers)]
        if sum(w for _, w in calling) >= _HEADER * total:
            planned.supers = _super_arguments(name, calling, planned.parameters)
            planned.lacking = _missing_arguments(planned.supers, overridden)
        raised = Counter(name for each, _ in having for name in each.raises)
        planned.raises = [each for each, n in raised.most_common(2) if n * 3 >= len(having)]
    elif overridden is not None:
        planned.is_async = overridden.is_async
        planned.returns_value = overridden.returns_value or bool(
            overridden.returns and overridden.returns != "None"
        )
        planned.decorators = [
            each for each in overridden.decorators if not plain_name(each).startswith("abstract")
        ]
    return planned


def _is_shared(having: Sequence[object], members: Sequence[object]) -> bool:
    """True if enough members have something for it to be shared."""
    return len(having) >= 3 or len(having) * 3 > len(members)


def apply_stub(planned: PlannedFunction, family: Family, having: Weighed) -> None:
    """Give a planned function the parameters of the stub that was given for it, if there is one."""
    subject = family.subject
    if subject.is_async is not None:
        planned.is_async = subject.is_async
    if not subject.parameters:
        return
    known: dict[str, list[Parameter]] = {}
    for each, _ in having:
        for parameter in each.parameters:
            known.setdefault(parameter.name, []).append(parameter)
    planned.parameters = [
        Parameter(
            name, f.POSITIONAL, _majority(each.annotation for each in known.get(name, ())), ""
        )
        for name in subject.parameters
    ]


def _bases(inference: Inference, family: Family, members: list[ClassFeatures]) -> list[str]:
    """Return the bases that most have, as they are written most, and the requested one."""
    wanted = name_of(inference, family.base) if family.base else ""
    total = sum(family.weights)
    weighed = [(each.bases, w) for each, w in zip(members, family.weights, strict=True)]
    found = _common(weighed, total, share=MEMBER)
    named = _base_in_name(inference, family, members, wanted)
    if named and named not in found:
        found.append(named)
    for base in sorted(family.subject.bases - {plain_name(each) for each in found} - {wanted}):
        texts = Counter(each for cls in members for each in cls.bases if plain_name(each) == base)
        found.append(texts.most_common(1)[0][0] if texts else base)
    if wanted and all(plain_name(each) != wanted for each in found):
        texts = Counter(each for cls in members for each in cls.bases if plain_name(each) == wanted)
        text = texts.most_common(1)[0][0] if texts else wanted
        # Where the family derives through others, these are no bases of the new class.
        found = [each for each in found if plain_name(each) in _PLAIN_BASES]
        found.append(text)
    return found


def _base_in_name(
    inference: Inference, family: Family, members: list[ClassFeatures], wanted: str
) -> str:
    """Return the base that a new class is called after, where most are: `TupleExact(…, Exact)`."""
    name = family.subject.name
    heads: defaultdict[str, float] = defaultdict(float)
    spelled: Counter[str] = Counter()
    for each, weight in zip(members, family.weights, strict=True):
        for text in each.bases:
            base = plain_name(text)
            if base != wanted and len(base) > 2 and each.name.endswith(base) and base != each.name:
                heads[each.name[: -len(base)]] += weight
                spelled[text[: -len(base)] if text.endswith(base) else ""] += 1
    if not name or not heads:
        return ""
    head = max(heads, key=heads.__getitem__)
    rest = name.removeprefix(head)
    if heads[head] <= MEMBER * sum(family.weights) or rest in (name, ""):
        return ""
    named = inference.snapshot.symbols_named([rest])
    if not any(symbol.kind == CLASS_SYMBOL for _, symbol in named):
        return ""
    return spelled.most_common(1)[0][0] + rest


def _common(
    weighed: Iterable[tuple[list[str], float]],
    total: float,
    *,
    key: Callable[[str], str] = plain_name,
    share: float = _HEADER,
) -> list[str]:
    """Return the texts that most have, equal ones by ``key``, as written most, in their order."""
    shares: defaultdict[str, float] = defaultdict(float)
    texts: dict[str, Counter[str]] = {}
    places: dict[str, list[int]] = {}
    for written, weight in weighed:
        seen: set[str] = set()
        for place, text in enumerate(written):
            name = key(text)
            if name in seen:  # a decorator may stand there several times, with other arguments
                continue
            seen.add(name)
            shares[name] += weight
            texts.setdefault(name, Counter())[text] += 1
            places.setdefault(name, []).append(place)
    chosen = [name for name, weight in shares.items() if total and weight > share * total]
    chosen.sort(key=lambda name: sum(places[name]) / len(places[name]))
    found: list[str] = []
    for name in chosen:
        text, count = texts[name].most_common(1)[0]
        varies = "(" in text and not text.endswith("()") and count * 2 < len(places[name])
        found.append(f"{text}{VARIES}" if varies and len(places[name]) > 1 else text)
    return found


def _usual_annotations(alike: list[FunctionFeatures]) -> list[Parameter]:
    """Return the parameters of functions with the same ones, annotated as most are."""
    found: list[Parameter] = []
    for place, first in enumerate(alike[0].parameters):
        annotation = _majority(each.parameters[place].annotation for each in alike)
        default = _majority(each.parameters[place].default for each in alike) or first.default
        found.append(Parameter(first.name, first.kind, annotation, default))
    return found


def _frequent_parameters(having: Weighed, total: float) -> list[Parameter]:
    """Return the parameters that most have, where no list of them is that of most."""
    shares: defaultdict[tuple[str, int], float] = defaultdict(float)
    examples: dict[tuple[str, int], list[Parameter]] = {}
    places: dict[tuple[str, int], list[float]] = {}
    for each, weight in having:
        for place, parameter in enumerate(each.parameters):
            key = parameter.name, parameter.kind
            shares[key] += weight
            examples.setdefault(key, []).append(parameter)
            places.setdefault(key, []).append(place / len(each.parameters))
    chosen = [key for key, share in shares.items() if share > _VALUE * total]
    chosen.sort(key=lambda key: (key[1], sum(places[key]) / len(places[key])))
    found: list[Parameter] = []
    has_default = False
    for key in chosen:
        alike = examples[key]
        default = _majority(each.default for each in alike)
        if has_default and not default and key[1] <= f.POSITIONAL:
            default = next((each.default for each in alike if each.default), "None")
        has_default |= bool(default) and key[1] <= f.POSITIONAL
        found.append(Parameter(*key, _majority(each.annotation for each in alike), default))
    return found


def _super_arguments(name: str, calling: Weighed, parameters: list[Parameter]) -> list[str]:
    """Arguments that most pass on, as far as the new function has them."""
    known = {each.name for each in parameters}
    texts = Counter(
        tuple(arguments)
        for each, _ in calling
        for called, arguments in each.supers
        if called == name
    )
    for arguments, count in texts.most_common(3):
        if count * 2 >= len(calling) and all(_is_given(each, known) for each in arguments):
            return list(arguments)
    result: list[str] = []
    for each in parameters[1:]:
        shared = sum(any(each.name in a for a in arguments) for arguments in texts)
        if shared * 2 > len(texts):
            keyword = f"{each.name}=" if each.kind == f.KEYWORD_ONLY else ""
            result.append(keyword + each.stars + each.name)
    return result


def _missing_arguments(passed: list[str], overridden: FunctionFeatures | None) -> list[str]:
    """Return the parameters of a method that have to be given and are not."""
    if overridden is None or any(each.startswith("*") for each in passed):
        return []
    keywords = {each.partition("=")[0] for each in passed if "=" in each}
    positional = len(passed) - len(keywords)
    return [
        each.name
        for place, each in enumerate(overridden.parameters[1:])
        if not each.default
        and each.kind not in (f.VAR_POSITIONAL, f.VAR_KEYWORD)
        and each.name not in keywords
        and (each.kind == f.KEYWORD_ONLY or place >= positional)
    ]


def _is_given(argument: str, known: set[str]) -> bool:
    value = argument.partition("=")[2] or argument
    value = value.lstrip("*").partition(".")[0]
    return value in known or value in ("True", "False", "None") or value.isdigit()


def _attributes(weighed: WeighedClasses, total: float) -> list[Attribute]:
    """Return names that the bodies of most bind, with the values that most agree on."""
    members = [each for each, _ in weighed]
    shares: defaultdict[str, float] = defaultdict(float)
    for each, weight in weighed:
        for name in each.attributes:
            shares[name] += weight
    found: list[Attribute] = []
    positions = _positions([list(each.attributes) for each in members])
    for name in sorted(shares, key=positions.__getitem__):
        if not total or shares[name] < MEMBER * total or name == "__doc__":
            continue
        having = [each.attributes[name] for each in members if name in each.attributes]
        if not _is_shared(having, members):
            continue
        values = Counter(value for _, value in having)
        value, count = values.most_common(1)[0]
        examples = [text for text, _ in values.most_common(3) if text not in ("", "...")]
        if count < _VALUE * len(having) or value == "...":
            value = "..." if any(text for text in values) else ""
        annotation = _majority(annotation for annotation, _ in having)
        found.append(Attribute(name, annotation, value, examples))
    return found


def _fields(weighed: WeighedClasses, plan: Plan) -> list[tuple[str, str]]:
    """Return (name, parameter) of the fields that most keep from a parameter."""
    init = next((each for each in plan.functions if each.name == "__init__"), None)
    if init is None:
        return []
    having = [(each, w) for each, w in weighed if "__init__" in each.methods]
    total = sum(w for _, w in having)
    known = {each.name for each in init.parameters}
    found: list[tuple[str, str]] = []
    for name in dict.fromkeys(name for each, _ in having for name in each.fields):
        given = Counter(
            each.fields[name] for each, _ in having if each.fields.get(name, "") in known
        )
        if given:
            parameter, _ = given.most_common(1)[0]
            share = sum(w for each, w in having if each.fields.get(name) == parameter)
            if share > _HEADER * total:
                found.append((name, parameter))
    return found


def _positions(lists: list[list[str]]) -> dict[str, float]:
    """Return the average position of names in lists, from 0 to 1."""
    places: dict[str, list[float]] = {}
    for names in lists:
        for place, name in enumerate(names):
            places.setdefault(name, []).append(place / len(names))
    return {name: sum(each) / len(each) for name, each in places.items()}


def _majority(texts: Iterable[str]) -> str:
    """Return the text that is there most often, if at least half have it; else an empty one."""
    counted = Counter(texts)
    if not counted:
        return ""
    text, count = counted.most_common(1)[0]
    return text if count * 2 >= counted.total() else ""
