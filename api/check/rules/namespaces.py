"""Attributes of what `parse_args` gives, which are the names that its parser was told of."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.standard_types import is_standard_class
from ....indexer.inference.types import INSTANCE, without_none
from ..arguments import CallArguments
from ..duck_types import is_set_from_outside
from ..findings import WARNING, Edit, Finding, Fix
from ..suggestions import closest
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ..context import CheckContext

_OWN = frozenset(["__dict__", "__class__", "__contains__", "__eq__"])


def undeclared_argument(context: CheckContext) -> Iterator[Finding]:
    """Attributes of a namespace that no parser of the workspace declares.

    Only where the file makes its parser itself and says all names as they are.
    """
    facts = context.facts
    if context.is_stub or facts.name_id("add_argument") < 0 or facts.name_id("parse_args") < 0:
        return
    declared: set[str] | None = None
    for expr in context.expressions(f.ATTRIBUTE):
        name = facts.names[facts.expr.b[expr]]
        receiver = facts.expr.a[expr]
        if not context.wants(name) or name in _OWN or not _is_namespace(context, receiver):
            continue
        if declared is None:
            declared = _declared(context)
        if not declared or name in declared or name in context.asked_for:
            continue
        start = facts.expr.position[expr]
        if start in facts.attribute_binding.position or is_set_from_outside(context.strict, name):
            continue
        if context.is_guarded(start, "AttributeError") or context.is_dead(start):
            continue
        end = start + len(name.encode())
        near = closest(name, declared, most=3)
        listed = ", ".join(f"`{each}`" for each in near or sorted(declared)[:5])
        yield Finding(
            "undeclared-argument", context.path, start, end,
            f"No argument is declared as `{name}`. There is {listed}.",
            subject=f"{context.spelled(receiver)}.{name}", severity=WARNING, evidence="conventional",
            fixes=[Fix(f"Replace `{name}` by `{each}`", [Edit(context.path, start, end, each)])
                   for each in near],
        )  # fmt: skip


def _is_namespace(context: CheckContext, receiver: int) -> bool:
    """Whether a plain name is what ``parse_args`` gave, or an annotated namespace."""
    if context.facts.expr.op[receiver] not in (f.NAME, f.ATTRIBUTE):
        return False
    values = without_none(context.strict.infer_type(context.path, receiver))
    return bool(values) and all(
        value.form == INSTANCE
        and is_standard_class(context.strict, value.entity, "argparse", "Namespace")
        for value in values
    )


def _declared(context: CheckContext) -> set[str]:
    """Names that parsers of the workspace declare; nothing when not all can be told."""
    found: set[str] = set()
    handed = _is_handed_on(context)
    paths = {*context.strict.files_with("add_argument"), *context.strict.files_with("set_defaults")}
    for path in {*paths, context.path}:
        facts = context.strict.facts(path)
        names = _of_file(facts) if facts is not None else set[str]()
        if names is None and (path == context.path or handed):
            return set()
        found |= names or set()
    return set() if handed is None else found


def _is_handed_on(context: CheckContext) -> bool | None:
    """Whether a parser is given to other functions, which may add to it; None to unknown ones."""
    facts = context.facts
    handed = False
    for row, op in enumerate(facts.expr.op):
        if op != f.CALL:
            continue
        written = CallArguments(facts, row)
        given = [value for _, value in (*written.positional, *written.keywords.values())]
        if not any(_is_parser(context, value) for value in given):
            continue
        handed = True
        found = context.strict.definitions_of(context.path, facts.expr.a[row])
        if not found or any(item.entity.is_outside for item in found):
            return None
    return handed


def _is_parser(context: CheckContext, expr: int) -> bool:
    if context.facts.expr.op[expr] != f.NAME:
        return False
    return any(
        value.form == INSTANCE
        and is_standard_class(context.strict, value.entity, "argparse", "ArgumentParser")
        for value in context.strict.infer_type(context.path, expr)
    )


def _of_file(facts: FileFacts) -> set[str] | None:
    """Names that a file declares; None when some are computed, or come from other parsers."""
    ops, _, lefts, rights = facts.expr
    found: set[str] = set()
    for row, op in enumerate(ops):
        if op != f.CALL or ops[lefts[row]] not in (f.ATTRIBUTE, f.NAME):
            continue
        function = lefts[row]
        called = facts.names[rights[function] if ops[function] == f.ATTRIBUTE else lefts[function]]
        if called not in _DECLARING:
            continue
        written = CallArguments(facts, row)
        if called in ("set_defaults", "Namespace"):
            if written.doubled:
                return None
            found |= written.keywords.keys()
            continue
        makes = called in ("ArgumentParser", "add_subparsers", "add_parser")
        if makes and ("parents" in written.keywords or written.doubled):
            return None
        if "dest" in written.keywords:
            strings = [written.keywords["dest"][1]]
        elif called == "add_argument":
            strings = [value for _, value in written.positional]
        else:
            continue
        if written.starred or written.doubled or not strings:
            return None
        given = [_string(facts, value) for value in strings]
        if None in given:
            return None
        found.add(_dest([each for each in given if each is not None]))
    return found


_DECLARING = frozenset(
    ["add_argument", "set_defaults", "Namespace", "ArgumentParser", "add_subparsers", "add_parser"]
)


def _string(facts: FileFacts, expr: int) -> str | None:
    ops, _, lefts, _ = facts.expr
    return facts.strings[lefts[expr]] if ops[expr] == f.STRING and lefts[expr] >= 0 else None


def _dest(strings: list[str]) -> str:
    """The attribute that argparse makes of an argument's names."""
    long = [each for each in strings if each.startswith("--")]
    chosen = (long or strings)[0]
    return chosen.lstrip("-").replace("-", "_") if chosen.startswith("-") else chosen


RULES = [
    Rule(
        "undeclared-argument",
        "An attribute of parsed arguments that no parser declares.",
        undeclared_argument,
        WARNING,
    ),
]
