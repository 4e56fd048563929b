"""Rules: each looks at one file and finds one kind of fault.

A module of this package holds the rules of one family in ``RULES``. A rule's name is what findings,
settings and documents call it; its function takes a :class:`~..file.File` and yields findings.
"""

from __future__ import annotations

from importlib import import_module

from ..findings import ERROR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..file import File
    from ..findings import Finding

    Check = Callable[[File], Iterator[Finding]]

_FAMILIES = (
    "syntax",
    "imports",
    "names",
    "attributes",
    "conflicts",
    "calls",
    "asynchrony",
    "logic",
    "stubs",
    "ruff",
    "overrides",
    "modules",
    "drift",
)


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


def rules() -> list[Rule]:
    """Every rule, family by family."""
    found: list[Rule] = []
    for family in _FAMILIES:
        module = import_module(f".{family}", __package__)
        found += module.RULES
    return found
