"""The arguments of a call, evaluated when asked for."""

from __future__ import annotations

from .. import facts as f
from . import evaluate
from .types import CALLABLE, INFERRED, NOWHERE, UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .types import Type

# What a lambda is as long as nobody asks what it gives.
_LAMBDA: Type = ((CALLABLE, NOWHERE, (), INFERRED),)


class Arguments:
    """Arguments of a call: expressions of one file, or types that stand for what is passed."""

    __slots__ = ("apart", "doubled", "keywords", "path", "positional", "snapshot", "starred")

    def __init__(self, snapshot: Snapshot, path: str, positional: list[int | Type]) -> None:
        """A call in a file, with arguments by place."""
        self.snapshot = snapshot
        self.path = path
        self.positional = positional
        self.keywords: dict[str, int] = {}
        # Whether there is a `*sequence`, and a `**mapping`: both may give any parameter a value.
        self.starred = self.doubled = False
        # Row of an argument that is not to be looked at: the lambda that is asked about.
        self.apart = -1

    @classmethod
    def of(cls, snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Arguments:
        """Arguments of the call in a row of expressions."""
        result = cls(snapshot, path, [])
        (extra,) = facts.extra
        at = facts.expr[f.EXPR_B][expr]
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            key, value = extra[index], extra[index + 2]
            if key == f.ARG_POSITIONAL and not result.starred:
                result.positional.append(value)
            elif key >= 0:
                result.keywords[facts.names[key]] = value
            elif key == f.ARG_DOUBLE_STAR:
                result.doubled = True
            else:
                result.starred = True
        return result

    def without_first(self) -> Arguments:
        """The same arguments behind the first one by place."""
        rest = Arguments(self.snapshot, self.path, self.positional[1:])
        rest.keywords, rest.apart = self.keywords, self.apart
        rest.starred, rest.doubled = self.starred, self.doubled
        return rest

    @property
    def is_open(self) -> bool:
        """Whether there may be arguments that are not written."""
        return self.starred or self.doubled

    def given(self, index: int, name: str) -> int | Type | None:
        """What a parameter gets, by keyword or by place; None when nothing is written."""
        if name in self.keywords:
            return self.keywords[name]
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return None

    def type_of(self, index: int, name: str) -> Type:
        """Type of what a parameter gets; unknown when nothing is written."""
        return self._evaluated(self.given(index, name))

    def _evaluated(self, given: int | Type | None) -> Type:
        if given is None or given == self.apart:
            return UNKNOWN
        if isinstance(given, int):
            return evaluate.values(self.snapshot, self.path, given)
        return given

    def shape_of(self, index: int, name: str) -> Type:
        """Type of what a parameter gets, for choosing signatures: lambdas stay closed."""
        given = self.given(index, name)
        if isinstance(given, int):
            facts = self.snapshot.need(self.path)
            if facts.expr[f.EXPR_OP][given] == f.LAMBDA:
                return _LAMBDA
        return self._evaluated(given)

    def passed(self) -> list[Type]:
        """Types of the arguments by place."""
        return [self._evaluated(given) for given in self.positional]
