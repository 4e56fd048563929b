"""Two things under one key of a registry: the later one replaces the earlier, or is not reached."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, FUNCTION, Entity, name_of
from ....indexer.plugins.synthesized import last_name
from ..clones import is_test_file
from ..findings import HINT, WARNING, Edit, Finding, Fix
from ..registries import (
    DECORATED,
    SET,
    Registration,
    identity,
    is_conventional,
    keeps_by_key,
    registrations,
)
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext

# Files that enter something into a registry, of those that are looked at.
_LOOKED_AT = 200


def duplicate_registration(context: CheckContext) -> Iterator[Finding]:
    """Things that are registered under a key that another one has, in this file or elsewhere."""
    if context.is_stub:
        return
    listed = registrations(context.strict, context.path)
    for place, each in enumerate(listed):
        earlier = next((other for other in listed[:place] if _is_same(context, other, each)), None)
        if earlier is not None:
            if _is_wanted(context, each) or _is_wanted(context, earlier):
                yield _finding(context, each, context.path, earlier)
        elif context.names is None and _is_near(context, each) and not is_test_file(context.path):
            found = _elsewhere(context, each)
            if found is not None:
                yield _finding(context, each, *found)


def _is_wanted(context: CheckContext, each: Registration) -> bool:
    return context.wants(_name(context.strict, context.path, each))


def _is_near(context: CheckContext, each: Registration) -> bool:
    return context.near is None or any(start <= each.start < end for start, end in context.near)


def _is_same(context: CheckContext, first: Registration, second: Registration) -> bool:
    """Whether two registrations of a file enter two things under one key of one registry."""
    if (first.key, first.kind, first.scope, first.how) != (
        second.key, second.kind, second.scope, second.how,
    ):  # fmt: skip
        return False
    strict, path = context.strict, context.path
    kept = keeps_by_key(strict, path, second)
    if kept is False:
        return False
    if second.kind == DECORATED:
        # The same text in the same scope means the same registry.
        return kept is True or (
            is_conventional(context.facts, second) and not _of_module(context, second)
        )
    if context.spelled(first.into) != context.spelled(second.into) or not context.spelled(
        first.into
    ):
        return False
    if kept is None and not is_conventional(context.facts, second):
        return False
    return _are_two_definitions(strict, path, first, path, second)


def _of_module(context: CheckContext, each: Registration) -> bool:
    """Whether a decorator is a plain function of a module, such as ``click.command``."""
    facts = context.facts
    if facts.expr.op[each.into] != f.ATTRIBUTE or last_name(facts, each.into) == "register":
        return False
    receiver = facts.expr.a[each.into]
    from ....indexer.inference.entities import MODULE, NAMESPACE

    found = context.strict.definitions_of(context.path, receiver)
    return any(item.entity.kind in (MODULE, NAMESPACE) for item in found)


def _are_two_definitions(
    inference: Inference, path: str, first: Registration, other: str, second: Registration
) -> bool:
    """Whether both things are functions or classes, and not one and the same."""
    things = [_thing(inference, path, first), _thing(inference, other, second)]
    return all(things) and things[0] != things[1]


def _thing(inference: Inference, path: str, each: Registration) -> Entity | None:
    facts = inference.need(path)
    if each.kind == DECORATED:
        kind = facts.definition.kind[each.thing]
        return Entity(CLASS if kind == f.CLASS else FUNCTION, path, each.thing)
    expr = each.thing
    if facts.expr.op[expr] == f.CALL:
        expr = facts.expr.a[expr]  # an instance of a class
    found = [item.entity for item in inference.definitions_of(path, expr)]
    return found[0] if len(found) == 1 and found[0].kind in (CLASS, FUNCTION) else None


def _elsewhere(context: CheckContext, each: Registration) -> tuple[str, Registration] | None:
    """Another file of the workspace that enters another thing under the same key."""
    strict = context.strict
    kept = keeps_by_key(strict, context.path, each)
    if not kept and (kept is False or not is_conventional(context.facts, each)):
        return None
    into = identity(strict, context.path, each)
    if into is None or (kept is None and not into[0].is_outside and into[1] == ""):
        return None  # a function of the workspace that does not look like a registry
    name = name_of(strict, into[0])
    for path in strict.files_with(name)[:_LOOKED_AT]:
        if path == context.path or is_test_file(path) or path.endswith(".pyi"):
            continue
        for other in registrations(strict, path):
            if (other.key, other.kind) != (each.key, each.kind) or other.how != each.how:
                continue
            if identity(strict, path, other) == into and _are_two_definitions(
                strict, path, other, context.path, each
            ):
                return path, other
    return None


def _name(inference: Inference, path: str, each: Registration) -> str:
    facts = inference.need(path)
    if each.kind == DECORATED:
        return facts.names[facts.definition.name[each.thing]]
    expr = each.thing
    if facts.expr.op[expr] == f.CALL:
        expr = facts.expr.a[expr]
    return last_name(facts, expr)


def _finding(context: CheckContext, each: Registration, path: str, other: Registration) -> Finding:
    strict = context.strict
    facts = strict.need(path)
    line = facts.line_of(other.start) + 1
    where = f"on line {line}" if path == context.path else f"in {path}:{line}"
    name = _name(strict, path, other)
    how = each.how.decode("utf-8", "replace").removeprefix("@")
    if each.kind == DECORATED:
        said = f"`{name}` {where} is already registered by `@{how}`."
    else:
        registry = context.spelled(each.into) or last_name(context.facts, each.into)
        form = f'{registry}["{each.key}"]' if each.kind == SET else f'{registry}("{each.key}", …)'
        said = f"`{form}` already has `{name}`, entered {where}."
    thing = _thing(strict, path, other)
    elsewhere = path != context.path
    finding = Finding(
        "duplicate-registration", context.path, each.start, each.end, said,
        subject=how or f"{last_name(context.facts, each.into)}:{each.key}",
        severity=HINT if elsewhere and context.before is None else WARNING,
        evidence="conventional" if elsewhere else "exact",
        nearest=[thing] if thing is not None else [],
    )  # fmt: skip
    _rename_key(context, each, finding)
    return finding


def _rename_key(context: CheckContext, each: Registration, finding: Finding) -> None:
    """A key of its own, where keys are names; routes are left to whoever wrote them."""
    if not each.key.replace("-", "_").isidentifier():
        return
    stem = context.path.rpartition("/")[2].partition(".")[0].strip("_")
    new = f"{stem}_{each.key}" if "-" not in each.key else f"{stem}-{each.key}"
    start = each.start
    if each.kind == DECORATED:
        begin = context.facts.definition.start[each.thing]
        start = context.text.find(each.key.encode(), begin, each.start)
    else:
        start = context.text.find(each.key.encode(), each.start, each.end)
    if start >= 0:
        end = start + len(each.key.encode())
        finding.fixes = [Fix(f"Register it as `{new}`", [Edit(context.path, start, end, new)])]


RULES = [
    Rule(
        "duplicate-registration",
        "Two things registered under one key.",
        duplicate_registration,
        WARNING,
    ),
]
