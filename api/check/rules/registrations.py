"""Two things under one key of a registry: the later one replaces the earlier, or is not reached."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, FUNCTION, Entity, name_of
from ....indexer.plugins.synthesized import last_name
from ..clones import is_of_tests
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
    from ..context import File

# Files that enter something into a registry, of those that are looked at.
_LOOKED_AT = 200


def duplicate_registration(file: File) -> Iterator[Finding]:
    """Things that are registered under a key that another one has, in this file or elsewhere."""
    if file.is_stub:
        return
    listed = registrations(file.strict, file.path)
    for place, each in enumerate(listed):
        earlier = next((other for other in listed[:place] if _is_same(file, other, each)), None)
        if earlier is not None:
            if _is_wanted(file, each) or _is_wanted(file, earlier):
                yield _finding(file, each, file.path, earlier)
        elif file.names is None and _is_near(file, each) and not is_of_tests(file.path):
            found = _elsewhere(file, each)
            if found is not None:
                yield _finding(file, each, *found)


def _is_wanted(file: File, each: Registration) -> bool:
    return file.wants(_name(file.strict, file.path, each))


def _is_near(file: File, each: Registration) -> bool:
    return file.near is None or any(start <= each.start < end for start, end in file.near)


def _is_same(file: File, first: Registration, second: Registration) -> bool:
    """Whether two registrations of a file enter two things under one key of one registry."""
    if (first.key, first.kind, first.scope, first.how) != (
        second.key, second.kind, second.scope, second.how,
    ):  # fmt: skip
        return False
    strict, path = file.strict, file.path
    kept = keeps_by_key(strict, path, second)
    if kept is False:
        return False
    if second.kind == DECORATED:
        # The same text in the same scope means the same registry.
        return kept is True or (
            is_conventional(file.facts, second) and not _of_module(file, second)
        )
    if file.spelled(first.into) != file.spelled(second.into) or not file.spelled(first.into):
        return False
    if kept is None and not is_conventional(file.facts, second):
        return False
    return _are_two_definitions(strict, path, first, path, second)


def _of_module(file: File, each: Registration) -> bool:
    """Whether a decorator is a plain function of a module, such as ``click.command``."""
    facts = file.facts
    if facts.expr.op[each.into] != f.ATTRIBUTE or last_name(facts, each.into) == "register":
        return False
    receiver = facts.expr.a[each.into]
    from ....indexer.inference.entities import MODULE, NAMESPACE

    found = file.strict.definitions_of(file.path, receiver)
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


def _elsewhere(file: File, each: Registration) -> tuple[str, Registration] | None:
    """Another file of the workspace that enters another thing under the same key."""
    strict = file.strict
    kept = keeps_by_key(strict, file.path, each)
    if not kept and (kept is False or not is_conventional(file.facts, each)):
        return None
    into = identity(strict, file.path, each)
    if into is None or (kept is None and not into[0].is_outside and into[1] == ""):
        return None  # a function of the workspace that does not look like a registry
    name = name_of(strict, into[0])
    for path in strict.files_with(name)[:_LOOKED_AT]:
        if path == file.path or is_of_tests(path) or path.endswith(".pyi"):
            continue
        for other in registrations(strict, path):
            if (other.key, other.kind) != (each.key, each.kind) or other.how != each.how:
                continue
            if identity(strict, path, other) == into and _are_two_definitions(
                strict, path, other, file.path, each
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


def _finding(file: File, each: Registration, path: str, other: Registration) -> Finding:
    strict = file.strict
    facts = strict.need(path)
    line = facts.line_of(other.start) + 1
    where = f"on line {line}" if path == file.path else f"in {path}:{line}"
    name = _name(strict, path, other)
    how = each.how.decode("utf-8", "replace").removeprefix("@")
    if each.kind == DECORATED:
        said = f"`{name}` {where} is already registered by `@{how}`."
    else:
        registry = file.spelled(each.into) or last_name(file.facts, each.into)
        form = f'{registry}["{each.key}"]' if each.kind == SET else f'{registry}("{each.key}", …)'
        said = f"`{form}` already has `{name}`, entered {where}."
    thing = _thing(strict, path, other)
    elsewhere = path != file.path
    finding = Finding(
        "duplicate-registration", file.path, each.start, each.end, said,
        subject=how or f"{last_name(file.facts, each.into)}:{each.key}",
        severity=HINT if elsewhere and file.before is None else WARNING,
        evidence="conventional" if elsewhere else "exact",
        nearest=[thing] if thing is not None else [],
    )  # fmt: skip
    _rename_key(file, each, finding)
    return finding


def _rename_key(file: File, each: Registration, finding: Finding) -> None:
    """A key of its own, where keys are names; routes are left to whoever wrote them."""
    if not each.key.replace("-", "_").isidentifier():
        return
    stem = file.path.rpartition("/")[2].partition(".")[0].strip("_")
    new = f"{stem}_{each.key}" if "-" not in each.key else f"{stem}-{each.key}"
    start = each.start
    if each.kind == DECORATED:
        begin = file.facts.definition.start[each.thing]
        start = file.text.find(each.key.encode(), begin, each.start)
    else:
        start = file.text.find(each.key.encode(), each.start, each.end)
    if start >= 0:
        end = start + len(each.key.encode())
        finding.fixes = [Fix(f"Register it as `{new}`", [Edit(file.path, start, end, new)])]


RULES = [
    Rule(
        "duplicate-registration",
        "Two things registered under one key.",
        duplicate_registration,
        WARNING,
    ),
]
