"""Skeletons: a new class or function as its family would write it, with what to fill in marked.

A body that nobody can know raises ``NotImplementedError("fill in: ...")`` and names the sibling to
compare with: it fails loudly where doing nothing would pass for an answer, and `validate` reports
it as long as it stands there. What most siblings do alike (pass on to ``super()``, keep parameters
on ``self``) is written out.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import Entity, name_of, owner_class
from ...indexer.symbols import words
from .origins import Origins
from .plan import VARIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from .features import Parameter
    from .plan import Plan, PlannedFunction

MARK = "fill in"
"""What is to be written by whoever uses a skeleton says so by these words."""
_INDENT = "    "
_WIDTH = 88
_NOTHING_GIVEN = frozenset(["__init__", "__init_subclass__", "__del__", "__post_init__"])


def class_skeleton(
    inference: Inference, name: str, plan: Plan, origins: Origins, *, has_doc: bool
) -> str:
    """Imports and the class."""
    origins.own.add(name)
    bases = [each for each in plan.bases if origins.knows(each)]
    keywords = [each for each in plan.keywords if origins.knows(each.partition("=")[2])]
    lines = _decorators(plan.decorators, origins)
    header = ", ".join([*bases, *keywords])
    lines.append(f"class {name}({header}):" if header else f"class {name}:")
    body: list[str] = []
    if has_doc:
        body += [f'"""{MARK.capitalize()}: what {words(name) or name} is."""', ""]
    for each in plan.attributes:
        annotation = each.annotation
        if annotation and not origins.knows(annotation, quoted=True, is_type=True):
            annotation = ""
        body.append(_attribute(each.name, annotation, each.value, each.examples, origins))
    if plan.attributes and plan.functions:
        body.append("")
    for at, each in enumerate(plan.functions):
        if at:
            body.append("")
        fields = plan.fields if each.name == "__init__" else []
        body += function_lines(inference, each, origins, fields)
    while body and not body[-1]:
        body.pop()
    lines += [f"{_INDENT}{line}" if line else "" for line in body or ["pass"]]
    return _joined(origins, lines)


def function_skeleton(inference: Inference, plan: PlannedFunction, origins: Origins) -> str:
    """Imports and the function."""
    origins.own.add(plan.name)
    return _joined(origins, function_lines(inference, plan, origins, []))


def _joined(origins: Origins, lines: list[str]) -> str:
    imports = origins.text()
    return (f"{imports}\n\n" if imports else "") + "\n".join(lines) + "\n"


def _attribute(
    name: str, annotation: str, value: str, examples: list[str], origins: Origins
) -> str:
    head = f"{name}: {annotation}" if annotation else name
    if not value and annotation:
        return head
    if value and value != "..." and origins.knows(value):
        return f"{head} = {value}"
    shown = " or ".join(examples[:2])
    return f"{head} = ...  # {MARK}{f', such as {shown}' if shown else ''}"


def function_lines(
    inference: Inference, plan: PlannedFunction, origins: Origins, fields: list[tuple[str, str]]
) -> list[str]:
    """A function or method line by line, not indented."""
    lines = _decorators(plan.decorators, origins)
    written = parameters_text(plan.parameters, origins)
    returns = plan.returns
    if returns and not origins.knows(returns, quoted=True, is_type=True):
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


def _decorators(written: list[str], origins: Origins) -> list[str]:
    return [f"@{each}" for each in written if origins.knows(each.removesuffix(VARIES))]


def parameters_text(parameters: list[Parameter], origins: Origins) -> list[str]:
    """Parameters as they are written, with the ``/`` and ``*`` between them."""
    written: list[str] = []
    last = -1
    for each in parameters:
        if last == f.POSITIONAL_ONLY and each.kind > f.POSITIONAL_ONLY:
            written.append("/")
        if each.kind == f.KEYWORD_ONLY and last < f.VAR_POSITIONAL:
            written.append("*")
        last = each.kind
        stars = {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}.get(each.kind, "")
        annotation, default = each.annotation, each.default
        if annotation and not origins.knows(annotation, quoted=True, is_type=True):
            annotation = ""
        if default and not origins.knows(default):
            default = "None"
        said = stars + each.name + (f": {annotation}" if annotation else "")
        if default:
            said += f" = {default}" if annotation else f"={default}"
        written.append(said)
    if last == f.POSITIONAL_ONLY:
        written.append("/")
    return written


def bare_text(parameters: list[Parameter]) -> list[str]:
    """Parameters by name alone, with an ellipsis for defaults."""
    stars = {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}
    return [
        f"{stars.get(each.kind, '')}{each.name}{'=…' if each.default else ''}"
        for each in parameters
    ]


def _body(inference: Inference, plan: PlannedFunction, fields: list[tuple[str, str]]) -> list[str]:
    kept = [f"self.{name} = {parameter}" for name, parameter in fields]
    compared = _compared(inference, plan)
    if plan.supers is not None:
        passed = [*plan.supers, *(f"{name}=..." for name in plan.lacking)]
        call = f"super().{plan.name}({', '.join(passed)})"
        if plan.is_async and not plan.decorators:
            call = f"await {call}"
        if plan.name in _NOTHING_GIVEN:
            return [f"{call}  # {MARK}" if plan.lacking else call, *kept]
        said = f"# {MARK}: what it adds{compared}"
        return [said, f"return {call}"] if plan.returns_value else [call, said]
    if kept:
        return kept
    return [f'raise NotImplementedError("{MARK}{compared}")']


def _compared(inference: Inference, plan: PlannedFunction) -> str:
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
