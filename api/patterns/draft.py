"""Drafts: the plan of what is asked for, as text, and the file that it would stand in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ...indexer.inference.entities import CLASS, name_of
from ...indexer.symbols import words
from ..source.entity_views import summary
from .features import function_features
from .origins import Origins
from .plan import Plan, apply_stub, plan_class, plan_function
from .skeleton import class_skeleton, function_skeleton

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from .family import Family
    from .question import Question

_SOURCES = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """A skeleton with the plan that it follows and the file that it is for.

    ``path`` need not exist.
    """

    plan: Plan
    text: str
    path: str


def make_draft(inference: Inference, question: Question, into: str) -> Draft:
    """A class or function like the members of the family that was asked for."""
    family = question.family
    name = question.name or suggest_name(inference, family)
    path = into or suggest_path(family, name)
    sources = list(dict.fromkeys(each.path for each in family.members))[:_SOURCES]
    if family.base is not None and family.base.kind == CLASS:
        sources.append(family.base.path)
    origins = Origins(inference, path, sources)
    if family.kind == CLASS:
        plan = plan_class(inference, family)
        documented = sum(bool(summary(inference.need(each.path), each)) for each in family.members)
        text = class_skeleton(
            inference, name, plan, origins, has_doc=documented * 2 > len(family.members)
        )
        return Draft(plan, text, path)
    plan = Plan()
    having = [
        (function_features(inference, each), weight)
        for each, weight in zip(family.members, family.weights, strict=True)
    ]
    planned = plan_function(inference, name, having)
    if planned is None:
        return Draft(plan, "", path)
    if question.entity is None:
        apply_stub(planned, family, having)
    plan.functions.append(planned)
    return Draft(plan, function_skeleton(inference, planned, origins), path)


def suggest_name(inference: Inference, family: Family) -> str:
    """A name as the members have them: ``New`` with the word that most of them end with."""
    names = [name_of(inference, each) for each in family.members]
    listed = [words(name).split() for name in names]
    if family.kind == CLASS:
        last = Counter(each[-1] for each in listed if each).most_common(1)[0]
        if last[1] * 2 >= len(names):
            for name in names:
                if words(name).split()[-1:] == [last[0]]:
                    return "New" + name[-len(last[0]) :]
        base = name_of(inference, family.base) if family.base else ""
        return f"New{base.lstrip('_')}" if base else "New"
    for place, made in ((0, "{}_new"), (-1, "new_{}")):
        word, count = Counter(each[place] for each in listed if each).most_common(1)[0]
        if count * 2 >= len(names) and len(set(names)) > 1:
            return made.format(word)
    return names[0] if len(set(names)) == 1 else "new"


def suggest_path(family: Family, name: str) -> str:
    """Return the file of most members, or a new file in their folder."""
    files = Counter(each.path for each in family.members)
    path, count = files.most_common(1)[0]
    if count * 2 > len(family.members):
        return path
    folders = Counter(each.path.rpartition("/")[0] for each in family.members)
    folder = folders.most_common(1)[0][0]
    parts = words(name).split()
    kind = parts[-1] if parts else ""
    # `SecurityMiddleware` may be in security.py or in security_middleware.py.
    with_kind = sum(kind in each.rpartition("/")[2] for each in files)
    if len(parts) > 1 and with_kind * 2 < len(files):
        del parts[-1]
    stem = "_".join(parts) or "new"
    stems = Counter(each.rpartition("/")[2] for each in files)
    common, count = stems.most_common(1)[0]
    if count * 2 > len(files) and len(files) > 1:
        return family.members[0].path
    prefix = "test_" if common.startswith("test_") else ""
    return f"{folder}/{prefix}{stem}.py" if folder else f"{prefix}{stem}.py"
