"""Rules: each looks at one file and finds one kind of fault.

A module of this package holds the rules of one family in ``RULES``. A rule's name is what findings,
settings and documents call it; its function takes a :class:`~..file.File` and yields findings.
"""

from __future__ import annotations

from importlib import import_module

from ..findings import ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import Any

    from ..context import CheckContext
    from ..findings import Finding

    Check = Callable[[CheckContext], Iterator[Finding]]

_FAMILIES = (
    "syntax",
    "imports",
    "names",
    "unbound",
    "attributes",
    "namespaces",
    "conflicts",
    "registrations",
    "calls",
    "asynchrony",
    "logic",
    "stubs",
    "ruff",
    "overrides",
    "modules",
    "drift",
)


EXISTENCE = frozenset(
    ["unresolved-import", "unresolved-name", "undefined-name", "unresolved-attribute",
     "unknown-keyword"]
)  # fmt: skip
"""Names of the rules about what does not exist at all: what an edit invents, for which it may be
refused before it is written."""

EXISTENCE_FAMILIES = ("imports", "names", "attributes", "calls")
"""Their families, so that they can be had without loading the others."""


class Rule:
    """A kind of fault: its name, family, severity at most, and one sentence on what is wrong."""

    __slots__ = ("check", "name", "severity", "summary")

    def __init__(
        self, name: str, summary: str, check: Check | None = None, severity: str = ERROR
    ) -> None:
        """Describe a rule; one without a function is found by another rule's on its way."""
        self.name = name
        self.summary = summary
        self.check = check
        self.severity = severity

    @property
    def existence(self) -> bool:
        """Whether it is about what does not exist at all."""
        return self.name in EXISTENCE


def rules(families: Collection[str] = _FAMILIES) -> list[Rule]:
    """Every rule of some families, by default of all, family by family."""
    return [rule for family in _FAMILIES if family in families for rule in _module(family).RULES]


def families_of(findings: Iterable[Finding]) -> set[str]:
    """The families whose rules found something."""
    names = {finding.rule.partition(":")[0] for finding in findings}
    return {
        family for family in _FAMILIES if any(rule.name in names for rule in _module(family).RULES)
    }


def _module(family: str) -> Any:
    return import_module(f".{family}", __package__)
