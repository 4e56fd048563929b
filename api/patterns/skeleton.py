"""Skeletons: a new class or function as its family would write it, with what to fill in marked.

A body that nobody can know raises ``NotImplementedError("fill in: ...")`` and names the sibling to
compare with: it fails loudly where doing nothing would pass for an answer, and `validate` reports
it as long as it stands there. What most siblings do alike (pass on to ``super()``, keep parameters
on ``self``) is written out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, Entity, name_of, owner_class
from ...indexer.inference.inference import Inference
from ...indexer.symbols import words
from ..source.entity_views import summary
from .family import Family
from .features import Parameter, function_features
from .imports import ImportFinder
from .plan import VARIES, Plan, PlannedFunction, apply_stub, plan_class, plan_function

if TYPE_CHECKING:
    from .question import Question

_SOURCES = 12
MARK = "fill in"
"""What is to be written by whoever uses a skeleton says so by these words."""
_INDENT = "    "
_WIDTH = 88
_RETURN_NOTHING = frozenset(["__init__", "__init_subclass__", "__del__", "__post_init__"])


@dataclass(frozen=True, slots=True)
class Draft:
    """A skeleton with the plan that it follows and the file, perhaps a new one, that it is for."""

    plan: Plan
    text: str
    path: str


def make_draft(inference: Inference, question: Question, into: str) -> Draft:
    """Return a class or function like the members of the family that was asked for."""
    family = question.family
    name = question.name or suggest_name(inference, family)
    path = into or suggest_path(family, name)
    sources = list(dict.fromkeys(each.path for each in family.members))[:_SOURCES]
    if family.base is not None and family.base.kind == CLASS:
        sources.append(family.base.path)
    finder = ImportFinder(inference, path, sources)
    if family.kind == CLASS:
        plan = plan_class(inference, family)
        documented = sum(bool(summary(inference.need(each.path), each)) for each in family.members)
        text = class_skeleton(
            inference, name, plan, finder, has_doc=documented * 2 > len(family.members)
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
    return Draft(plan, function_skeleton(inference, planned, finder), path)


def suggest_name(inference: Inference, family: Family) -> str:
    """Return a name as the members have them: ``New`` with the word that most of them end with."""
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


def class_skeleton(
    inference: Inference, name: str, plan: Plan, finder: ImportFinder, *, has_doc: bool
) -> str:
    """Return the imports and the class."""
    finder.own.add(name)
    return _with_imports(finder, class_lines(inference, name, plan, finder, has_doc=has_doc))


def class_lines(
    inference: Inference, name: str, plan: Plan, finder: ImportFinder, *, has_doc: bool
) -> list[str]:
    """Return a class line by line."""
    bases = [each for each in plan.bases if finder.knows(each)]
    keywords = [each for each in plan.keywords if finder.knows(each.partition("=")[2])]
    lines = _decorators(plan.decorators, finder)
    header = ", ".join([*bases, *keywords])
    lines.append(f"class {name}({header}):" if header else f"class {name}:")
    body: list[str] = []
    if has_doc:
        body += [f'"""{MARK.capitalize()}: what {words(name) or name} is."""', ""]
    for each in plan.attributes:
        annotation = each.annotation
        if annotation and not finder.knows(annotation, quoted=True, is_type=True):
            annotation = ""
        body.append(_attribute(each.name, annotation, each.value, each.examples, finder))
    if plan.attributes and plan.functions:
        body.append("")
    for at, each in enumerate(plan.functions):
        if at:
            body.append("")
        fields = plan.fields if each.name == "__init__" else []
        body += function_lines(inference, each, finder, fields)
    while body and not body[-1]:
        body.pop()
    return [*lines, *(f"{_INDENT}{line}" if line else "" for line in body or ["pass"])]


def function_skeleton(inference: Inference, plan: PlannedFunction, finder: ImportFinder) -> str:
    """Return the imports and the function."""
    finder.own.add(plan.name)
    return _with_imports(finder, function_lines(inference, plan, finder, []))


def _with_imports(finder: ImportFinder, lines: list[str]) -> str:
    imports = finder.text()
    return (f"{imports}\n\n" if imports else "") + "\n".join(lines) + "\n"


def _attribute(
    name: str, annotation: str, value: str, examples: list[str], finder: ImportFinder
) -> str:
    head = f"{name}: {annotation}" if annotation else name
    if not value and annotation:
        return head
    if value and value != "..." and finder.knows(value):
        return f"{head} = {value}"
    shown = " or ".join(examples[:2])
    return f"{head} = ...  # {MARK}{f', such as {shown}' if shown else ''}"


def function_lines(
    inference: Inference, plan: PlannedFunction, finder: ImportFinder, fields: list[tuple[str, str]]
) -> list[str]:
    """Return a function or method line by line, not indented."""
    lines = _decorators(plan.decorators, finder)
    written = parameters_text(plan.parameters, finder)
    returns = plan.returns
    if returns and not finder.knows(returns, quoted=True, is_type=True):
        returns = ""
    head = "async def" if plan.is_async else "def"
    tail = f" -> {returns}:" if returns else ":"
    line = f"{head} {plan.name}({', '.join(written)}){tail}"
    if len(line) + len(_INDENT) <= _WIDTH:
        lines.append(line)
    else:
        lines += [f"{head} {plan.name}(", *(f"{_INDENT}{each}," for each in written), f"){tail}"]
    lines += [f"{_INDENT}{each}" for each in _body(inference, plan, fields)]
    return lines


def _decorators(written: list[str], finder: ImportFinder) -> list[str]:
    return [f"@{each}" for each in written if finder.knows(each.removesuffix(VARIES))]


def parameters_text(parameters: list[Parameter], finder: ImportFinder) -> list[str]:
    """Return the parameters as they are written, with the ``/`` and ``*`` between them."""
    written: list[str] = []
    last = -1
    for each in parameters:
        if last == f.POSITIONAL_ONLY and each.kind > f.POSITIONAL_ONLY:
            written.append("/")
        if each.kind == f.KEYWORD_ONLY and last < f.VAR_POSITIONAL:
            written.append("*")
        last = each.kind
        annotation, default = each.annotation, each.default
        if annotation and not finder.knows(annotation, quoted=True, is_type=True):
            annotation = ""
        if default and not finder.knows(default):
            default = "None"
        text = each.stars + each.name + (f": {annotation}" if annotation else "")
        if default:
            text += f" = {default}" if annotation else f"={default}"
        written.append(text)
    if last == f.POSITIONAL_ONLY:
        written.append("/")
    return written


def bare_text(parameters: list[Parameter]) -> list[str]:
    """Return the parameters by name alone, with an ellipsis for defaults."""
    return [f"{each.stars}{each.name}{'=…' if each.default else ''}" for each in parameters]


def _body(inference: Inference, plan: PlannedFunction, fields: list[tuple[str, str]]) -> list[str]:
    kept = [f"self.{name} = {parameter}" for name, parameter in fields]
    compared = _model_place(inference, plan)
    if plan.supers is not None:
        passed = [*plan.supers, *(f"{name}=..." for name in plan.lacking)]
        call = f"super().{plan.name}({', '.join(passed)})"
        if plan.is_async and not plan.decorators:
            call = f"await {call}"
        if plan.name in _RETURN_NOTHING:
            return [f"{call}  # {MARK}" if plan.lacking else call, *kept]
        comment = f"# {MARK}: what it adds{compared}"
        return [comment, f"return {call}"] if plan.returns_value else [call, comment]
    if kept:
        return kept
    return [f'raise NotImplementedError("{MARK}{compared}")']


def _model_place(inference: Inference, plan: PlannedFunction) -> str:
    """Return where the model of a function is."""
    kind, path, row = plan.model.entity
    facts = inference.need(path)
    line = facts.line_of(facts.definition.position[row]) + 1
    owner = owner_class(facts, Entity(kind, path, row))
    name = name_of(inference, plan.model.entity)
    if owner >= 0:  # the class says enough: the method is called the same
        name = facts.names[facts.definition.name[owner]]
    where = path.rpartition("/")[2]
    return f"; compare {name}, {where}:{line}"
