"""Attributes of what ``parse_args`` returns, which have to be declared with its parser."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.facts_view import calls, op, string
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.standard_types import is_standard_class
from ....indexer.inference.types import INSTANCE, without_none
from .. import messages
from ..arguments import CallArguments
from ..duck_types import is_set_from_outside
from ..findings import WARNING, Edit, Finding, Fix
from ..suggestions import closest
from ..uses import wanted_attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ..context import CheckContext

_OWN = frozenset(["__dict__", "__class__", "__contains__", "__eq__"])
# Functions that declare attributes, or create parsers.
_DECLARING = frozenset(
    ["add_argument", "set_defaults", "Namespace", "ArgumentParser", "add_subparsers", "add_parser"]
)
_CREATING = frozenset(["ArgumentParser", "add_subparsers", "add_parser"])


def undeclared_argument(context: CheckContext) -> Iterator[Finding]:
    """Yield attributes of a namespace that no parser of the workspace declares.

    Only where the file creates its parser itself and no name is computed.
    """
    facts = context.facts
    if context.is_stub or facts.name_id("add_argument") < 0 or facts.name_id("parse_args") < 0:
        return
    declared: set[str] | None = None
    for _, parts in wanted_attributes(context):
        name, start = parts.name, parts.position
        if name in _OWN or not _is_namespace(context, parts.receiver):
            continue
        if declared is None:
            declared = _declared(context)
        if not declared or name in declared or name in context.asked_for:
            continue
        if start in facts.attribute_binding.position or is_set_from_outside(context.strict, name):
            continue
        if context.is_guarded(start, "AttributeError") or context.is_dead(start):
            continue
        end = start + len(name.encode())
        near = closest(name, declared, most=3)
        yield Finding(
            "undeclared-argument", context.path, start, end,
            messages.undeclared_argument(name, near or sorted(declared)[:5]),
            subject=f"{context.spelled(parts.receiver)}.{name}",
            severity=WARNING, evidence="conventional",
            fixes=[Fix(f"Replace `{name}` by `{each}`", [Edit(context.path, start, end, each)])
                   for each in near],
        )  # fmt: skip


def _is_namespace(context: CheckContext, receiver: int) -> bool:
    """True if a plain or dotted name is a namespace of parsed arguments."""
    if op(context.facts, receiver) not in (f.NAME, f.ATTRIBUTE):
        return False
    values = without_none(context.strict.infer_type(context.path, receiver))
    return bool(values) and all(
        value.form == INSTANCE
        and is_standard_class(context.strict, value.entity, "argparse", "Namespace")
        for value in values
    )


def _declared(context: CheckContext) -> set[str]:
    """Return the names that parsers of the workspace declare; none if some are unknown."""
    found: set[str] = set()
    passed = _is_passed_on(context)
    paths = {*context.strict.files_with("add_argument"), *context.strict.files_with("set_defaults")}
    for path in {*paths, context.path}:
        facts = context.strict.facts(path)
        names = _declared_in(facts) if facts is not None else set[str]()
        if names is None and (path == context.path or passed):
            return set()
        found |= names or set()
    return set() if passed is None else found


def _is_passed_on(context: CheckContext) -> bool | None:
    """True if a parser is passed to functions, which may add to it; None if to unknown ones."""
    passed = False
    for call in calls(context.facts):
        arguments = CallArguments(context.facts, call.row)
        values = [value for _, value in (*arguments.positional, *arguments.keywords.values())]
        if not any(_is_parser(context, value) for value in values):
            continue
        passed = True
        found = context.strict.definitions_of(context.path, call.function)
        if not found or any(item.entity.is_outside for item in found):
            return None
    return passed


def _is_parser(context: CheckContext, expr: int) -> bool:
    if op(context.facts, expr) != f.NAME:
        return False
    return any(
        value.form == INSTANCE
        and is_standard_class(context.strict, value.entity, "argparse", "ArgumentParser")
        for value in context.strict.infer_type(context.path, expr)
    )


def _declared_in(facts: FileFacts) -> set[str] | None:
    """Return the names that a file declares; None if some are computed, or of other parsers."""
    found: set[str] = set()
    for call in calls(facts):
        name = last_name(facts, call.function)
        if name not in _DECLARING:
            continue
        arguments = CallArguments(facts, call.row)
        if name in ("set_defaults", "Namespace"):
            if arguments.doubled:
                return None
            found |= arguments.keywords.keys()
            continue
        if name in _CREATING and ("parents" in arguments.keywords or arguments.doubled):
            return None
        if "dest" in arguments.keywords:
            values = [arguments.keywords["dest"][1]]
        elif name == "add_argument":
            values = [value for _, value in arguments.positional]
        else:
            continue
        if arguments.starred or arguments.doubled or not values:
            return None
        texts = [string(facts, value) for value in values]
        if None in texts:
            return None
        found.add(_dest([each for each in texts if each is not None]))
    return found


def _dest(strings: list[str]) -> str:
    """Return the attribute that argparse derives from an argument's names."""
    long = [each for each in strings if each.startswith("--")]
    chosen = (long or strings)[0]
    return chosen.lstrip("-").replace("-", "_") if chosen.startswith("-") else chosen
