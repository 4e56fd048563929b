"""Duplicate keys of a registry: the later value replaces the earlier, or is not reached."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.facts_view import attribute, called, definition_name, op
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import CLASS, FUNCTION, MODULE, NAMESPACE, Entity, name_of
from ....indexer.paths import is_test_file
from .. import messages
from ..code_registries import (
    DECORATED,
    SET,
    Registration,
    identity,
    is_conventional,
    keeps_one_per_key,
    registrations,
)
from ..findings import HINT, WARNING, Edit, Finding, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext

# Most files that mention a registry which are looked at.
_LOOKED_AT = 200


def duplicate_registration(context: CheckContext) -> Iterator[Finding]:
    """Yield values that are registered under a key that another one has, here or elsewhere."""
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
    """True if two registrations of a file are of two values under one key of one registry."""
    if (first.key, first.kind, first.scope, first.decorator) != (
        second.key, second.kind, second.scope, second.decorator,
    ):  # fmt: skip
        return False
    strict, path = context.strict, context.path
    kept = keeps_one_per_key(strict, path, second)
    if kept is False:
        return False
    if second.kind == DECORATED:
        # The same text in the same scope means the same registry.
        return kept is True or (
            is_conventional(context.facts, second) and not _of_module(context, second)
        )
    if context.spelled(first.registry) != context.spelled(second.registry) or not context.spelled(
        first.registry
    ):
        return False
    if kept is None and not is_conventional(context.facts, second):
        return False
    return _are_two_definitions(strict, path, first, path, second)


def _of_module(context: CheckContext, each: Registration) -> bool:
    """True if a decorator is a plain function of a module, such as ``click.command``."""
    parts = attribute(context.facts, each.registry)
    if parts is None or parts.name == "register":
        return False
    found = context.strict.definitions_of(context.path, parts.receiver)
    return any(item.entity.kind in (MODULE, NAMESPACE) for item in found)


def _are_two_definitions(
    inference: Inference, path: str, first: Registration, other: str, second: Registration
) -> bool:
    """True if both values are functions or classes, and not the same one."""
    values = [_value(inference, path, first), _value(inference, other, second)]
    return all(values) and values[0] != values[1]


def _value(inference: Inference, path: str, each: Registration) -> Entity | None:
    facts = inference.need(path)
    if each.kind == DECORATED:
        kind = facts.definition.kind[each.value]
        return Entity(CLASS if kind == f.CLASS else FUNCTION, path, each.value)
    found = [item.entity for item in inference.definitions_of(path, _named(facts, each.value))]
    return found[0] if len(found) == 1 and found[0].kind in (CLASS, FUNCTION) else None


def _elsewhere(context: CheckContext, each: Registration) -> tuple[str, Registration] | None:
    """Return another file that registers another value under the same key."""
    strict = context.strict
    kept = keeps_one_per_key(strict, context.path, each)
    if not kept and (kept is False or not is_conventional(context.facts, each)):
        return None
    registry = identity(strict, context.path, each)
    if registry is None or (kept is None and not registry[0].is_outside and registry[1] == ""):
        return None  # a function of the workspace that does not look like a registry
    name = name_of(strict, registry[0])
    for path in strict.files_with(name)[:_LOOKED_AT]:
        if path == context.path or is_test_file(path) or path.endswith(".pyi"):
            continue
        for other in registrations(strict, path):
            if (other.key, other.kind) != (
                each.key,
                each.kind,
            ) or other.decorator != each.decorator:
                continue
            if identity(strict, path, other) == registry and _are_two_definitions(
                strict, path, other, context.path, each
            ):
                return path, other
    return None


def _name(inference: Inference, path: str, each: Registration) -> str:
    facts = inference.need(path)
    if each.kind == DECORATED:
        return definition_name(facts, each.value)
    return last_name(facts, _named(facts, each.value))


def _named(facts: FileFacts, expr: int) -> int:
    """Return what a call calls: an instance is known by its class."""
    return called(facts, expr) if op(facts, expr) == f.CALL else expr


def _finding(context: CheckContext, each: Registration, path: str, other: Registration) -> Finding:
    strict = context.strict
    facts = strict.need(path)
    line = facts.line_of(other.start) + 1
    place = f"on line {line}" if path == context.path else f"in {path}:{line}"
    name = _name(strict, path, other)
    decorator = each.decorator.decode("utf-8", "replace").removeprefix("@")
    registry = context.spelled(each.registry) or last_name(context.facts, each.registry)
    if each.kind == DECORATED:
        text = f"@{decorator}"
    else:
        text = f'{registry}["{each.key}"]' if each.kind == SET else f'{registry}("{each.key}", …)'
    value = _value(strict, path, other)
    elsewhere = path != context.path
    finding = Finding(
        "duplicate-registration", context.path, each.start, each.end,
        messages.duplicate_registration(text, name, place),
        subject=decorator or f"{last_name(context.facts, each.registry)}:{each.key}",
        severity=HINT if elsewhere and context.before is None else WARNING,
        evidence="conventional" if elsewhere else "exact",
        nearest=[value] if value is not None else [],
    )  # fmt: skip
    _add_fix(context, each, finding)
    return finding


def _add_fix(context: CheckContext, each: Registration, finding: Finding) -> None:
    """Offer another key, where keys are names; routes are left alone."""
    if not each.key.replace("-", "_").isidentifier():
        return
    stem = context.path.rpartition("/")[2].partition(".")[0].strip("_")
    new = f"{stem}_{each.key}" if "-" not in each.key else f"{stem}-{each.key}"
    begin, until = each.start, each.end
    if each.kind == DECORATED:
        begin, until = context.facts.definition.start[each.value], begin
    start = context.text.find(each.key.encode(), begin, until)
    if start >= 0:
        end = start + len(each.key.encode())
        finding.fixes = [Fix(f"Register it as `{new}`", [Edit(context.path, start, end, new)])]
