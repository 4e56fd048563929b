"""Rules: each looks at one file and finds one kind of fault.

A rule's name is what findings, settings and documents call it. Its function, in the module of its
family, takes a :class:`~..context.CheckContext` and yields findings; a rule without a function is
found by that of another one of its family.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from ..context import CheckContext
from ..findings import ERROR, HINT, WARNING, Finding

Check = Callable[[CheckContext], Iterator[Finding]]


# Family: name, severity at most, function or nothing, and what is wrong, of each rule.
# fmt: off
_TABLE: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "syntax": (
        ("syntax-error", ERROR, "syntax_error", "The text is not valid Python."),
    ),
    "imports": (
        ("unresolved-import", ERROR, "unresolved_import",
         "An import of a module that does not exist."),
        ("not-installed", WARNING, "", "An import of what is neither here nor installed."),
        ("unresolved-name", ERROR, "", "An import of a name that its module does not have."),
    ),
    "names": (
        ("undefined-name", ERROR, "undefined_name", "A name that nothing defines."),
    ),
    "unbound": (
        ("used-before-definition", ERROR, "unbound", "A name that is read before it is bound."),
        ("deleted-name", ERROR, "", "A name that is read after it was deleted."),
        ("possibly-unbound", WARNING, "", "A name that is read where it may not be bound."),
        ("never-bound", ERROR, "never_bound", "A name that only code binds which never runs."),
    ),
    "attributes": (
        ("unresolved-attribute", ERROR, "unresolved_attribute",
         "An attribute that its receiver does not have."),
        ("removed-member", ERROR, "", "An attribute that an edit took away elsewhere."),
    ),
    "namespaces": (
        ("undeclared-argument", WARNING, "undeclared_argument",
         "An attribute of parsed arguments that no parser declares."),
    ),
    "known_mistakes": (
        ("known-mistake", WARNING, "known_mistakes",
         "An attribute that lessons say was meant to be another one, twice and more."),
    ),
    "supers": (
        ("bad-super", ERROR, "bad_super",
         "A call of `super` with a class that is not one of its second argument's."),
    ),
    "conflicts": (
        ("redefinition", WARNING, "redefinition",
         "A definition that replaces another one before that was used."),
        ("name-conflict", WARNING, "name_conflict",
         "A new class or function whose name another one of the workspace has."),
    ),
    "registrations": (
        ("duplicate-registration", WARNING, "duplicate_registration",
         "Two things registered under one key."),
    ),
    "calls": (
        ("unknown-keyword", ERROR, "mismatched_arguments",
         "A keyword argument that no parameter takes."),
        ("missing-argument", ERROR, "", "A call without a required argument."),
        ("too-many-arguments", ERROR, "", "More positional arguments than there are parameters."),
        ("duplicate-argument", ERROR, "",
         "An argument that is passed by position and by keyword."),
        ("misplaced-argument", WARNING, "",
         "A positional argument that an edit of what is called gave another meaning."),
        ("not-callable", ERROR, "not_callable", "A call of what cannot be called."),
    ),
    "asynchrony": (
        ("missing-await", ERROR, "missing_await", "A coroutine that nothing awaits."),
        ("not-awaitable", ERROR, "not_awaitable", "An `await` of what cannot be awaited."),
        ("async-iteration", ERROR, "wrong_iteration",
         "A loop that has to be, or must not be, `async`."),
        ("async-context", ERROR, "wrong_context",
         "A `with` that has to be, or must not be, `async`."),
    ),
    "special_methods": (
        ("not-iterable", ERROR, "lacking_special_method",
         "A loop over, or an unpacking of, what cannot be iterated."),
        ("not-subscriptable", ERROR, "", "An item of what has no items."),
        ("not-a-container", ERROR, "", "A test with `in` of what has no items."),
        ("not-a-context-manager", ERROR, "", "A `with` of what cannot be entered."),
    ),
    "typed_dicts": (
        ("missing-key", WARNING, "missing_key",
         "A dictionary without a key that the type requires that is declared for it."),
    ),
    "logic": (
        ("unpack-count", ERROR, "unpack_count",
         "Unpacking into another number of names than there are values."),
        ("uncalled-method", WARNING, "uncalled_method",
         "A method that is compared or tested instead of called."),
        ("unused-result", WARNING, "unused_result",
         "A call that only returns a value, which is dropped."),
        ("not-entered", WARNING, "", "A context manager that no `with` enters."),
        ("endless-recursion", ERROR, "self_recursion", "A function that calls itself in any case."),
    ),
    "stubs": (
        ("stub-body", WARNING, "stub_body", "A function that has no code yet."),
        ("placeholder-comment", WARNING, "placeholder_comment", "A comment in the place of code."),
    ),
    "ruff": (
        ("ruff", WARNING, "ruff", "What ruff's rules for likely bugs find in a file."),
    ),
    "overrides": (
        ("incompatible-override", WARNING, "incompatible_override",
         "A method that cannot be called as the one that it overrides."),
        ("shadowed-method", WARNING, "shadowed_method", "An attribute under the name of a method."),
        ("abstract-instantiated", ERROR, "abstract_instantiated",
         "A call of a class that has abstract methods."),
        ("abstract-missing", WARNING, "abstract_missing",
         "A new class that leaves abstract methods of its bases open."),
    ),
    "modules": (
        ("import-cycle", ERROR, "import_cycle",
         "An import that fails because modules import each other."),
        ("shadowed-module", WARNING, "shadowed_module",
         "A new file that hides a module of that name."),
        ("test-module-conflict", WARNING, "conflicting_test_module",
         "A new test module under the name of another one."),
    ),
    "drift": (
        ("missing-override", HINT, "unlike_siblings", "A member that all siblings define."),
        ("missing-decorator", HINT, "", "A decorator that all siblings have."),
        ("missing-super-call", HINT, "", "A call of `super().__init__` that all make."),
    ),
}
# fmt: on
# Modules of the families that are not called after theirs.
_MODULES = {"namespaces": "attributes"}

# Rules that look at stubs too, where nothing runs.
_IN_STUBS = frozenset(
    ["syntax-error", "unresolved-import", "unresolved-attribute", "placeholder-comment",
     "shadowed-module", "test-module-conflict"]
)  # fmt: skip

EXISTENCE = frozenset(
    ["unresolved-import", "unresolved-name", "undefined-name", "unresolved-attribute",
     "unknown-keyword"]
)  # fmt: skip
"""Names of the rules about what does not exist at all: what an edit invents, for which it may be
refused before it is written."""

EXISTENCE_FAMILIES = ("imports", "names", "attributes", "calls")
"""Their families, so that they can be had without loading the others."""


SLOW_FAMILIES = frozenset(["ruff", "unbound"])
"""Families that start a process, or go through all of a file whatever was edited of it."""


@dataclass(slots=True, frozen=True)
class Rule:
    """A kind of fault: its name, severity at most, and one sentence on what is wrong."""

    name: str
    summary: str
    check: Check | None = None
    severity: str = ERROR

    @property
    def in_stubs(self) -> bool:
        """True if it looks at stubs too."""
        return self.name in _IN_STUBS

    @property
    def existence(self) -> bool:
        """True if it is about what does not exist at all."""
        return self.name in EXISTENCE


def quick_rules() -> list[Rule]:
    """Return the rules of all families but the slow ones."""
    return rules([family for family in _TABLE if family not in SLOW_FAMILIES])


def rules(families: Collection[str] = _TABLE.keys()) -> list[Rule]:
    """Return the rules of some families, by default of all, family by family."""
    found: list[Rule] = []
    for family, rows in _TABLE.items():
        if family in families:
            module = import_module(f".{_MODULES.get(family, family)}", __package__)
            for name, severity, function, summary in rows:
                check = getattr(module, function) if function else None
                found.append(Rule(name, summary, check, severity))
    return found


def family_of(name: str) -> str:
    """Return the family of a rule, empty for one that is not in the table."""
    return next((family for family, rows in _TABLE.items() if any(r[0] == name for r in rows)), "")


def families_of(findings: Iterable[Finding]) -> set[str]:
    """Return the families whose rules found something."""
    return families_of_rules(finding.rule for finding in findings)


def families_of_rules(rules: Iterable[str]) -> set[str]:
    """Return the families of some rules."""
    names = {rule.partition(":")[0] for rule in rules}
    return {family for family, rows in _TABLE.items() if any(row[0] in names for row in rows)}
