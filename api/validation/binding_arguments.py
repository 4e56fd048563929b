"""Arguments and parameters: which argument no parameter takes, which parameter gets none."""

from __future__ import annotations

from ...indexer import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from .signatures import Parameter, Signature

UNKNOWN_KEYWORD = "unknown-keyword"
MISSING_ARGUMENT = "missing-argument"
TOO_MANY_ARGUMENTS = "too-many-arguments"
DUPLICATE_ARGUMENT = "duplicate-argument"


class Written:
    """The arguments of a call as they are written: (position, expression) each."""

    __slots__ = ("doubled", "keywords", "positional", "starred")

    def __init__(self, facts: FileFacts, call: int, skipped: int = 0) -> None:
        """Arguments of a call behind the first ``skipped`` ones by place."""
        self.positional: list[tuple[int, int]] = []
        self.keywords: dict[str, tuple[int, int]] = {}
        # Whether there is a `*sequence`, a `**mapping`: any parameter may get its value there.
        self.starred = self.doubled = False
        (extra,) = facts.extra
        at = facts.expr[f.EXPR_B][call]
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            key, position, value = extra[index : index + 3]
            if key == f.ARG_POSITIONAL:
                self.positional.append((position, value))
            elif key >= 0:
                self.keywords[facts.names[key]] = position, value
            elif key == f.ARG_STAR:
                self.starred = True
            else:
                self.doubled = True
        self.positional = self.positional[skipped:]


class Mismatch:
    """Why arguments do not fit: the name of a rule, what it is about, and where that is.

    ``names`` are the keyword, or the parameters that get nothing; ``position`` is -1 for the call.
    """

    __slots__ = ("names", "position", "rule")

    def __init__(self, rule: str, names: list[str], position: int = -1) -> None:
        """Describe a mismatch."""
        self.rule = rule
        self.names = names
        self.position = position


def mismatches(signature: Signature, written: Written, *, partly: bool = False) -> list[Mismatch]:
    """Why a call does not fit a signature; nothing when it does, as far as anybody can tell.

    ``partly`` says that more arguments come later, as with ``functools.partial``.
    """
    parameters = signature.parameters
    by_place = [each for each in parameters if each.kind <= f.POSITIONAL]
    by_name = {each.name for each in parameters if each.kind in (f.POSITIONAL, f.KEYWORD_ONLY)}
    found: list[Mismatch] = []
    count = len(written.positional)
    if count > len(by_place) and not signature.takes_any(f.VAR_POSITIONAL):
        position = written.positional[len(by_place)][0]
        found.append(Mismatch(TOO_MANY_ARGUMENTS, [], position))
    given = {each.name for each in by_place[:count] if each.kind == f.POSITIONAL}
    any_keyword = signature.takes_any(f.VAR_KEYWORD)
    for name, (position, _) in written.keywords.items():
        if name in given:
            found.append(Mismatch(DUPLICATE_ARGUMENT, [name], position))
        elif name not in by_name and not any_keyword:
            found.append(Mismatch(UNKNOWN_KEYWORD, [name], position))
    if not partly:
        missing = [each.name for each in _missing(parameters, written)]
        if missing:
            found.append(Mismatch(MISSING_ARGUMENT, missing))
    return found


def _missing(parameters: list[Parameter], written: Written) -> list[Parameter]:
    """Parameters that have to be given and are not, for certain."""
    found: list[Parameter] = []
    place = 0
    for each in parameters:
        by_place = each.kind <= f.POSITIONAL
        gets = by_place and (place < len(written.positional) or written.starred)
        place += by_place
        by_name = each.kind != f.POSITIONAL_ONLY
        gets = gets or (by_name and (each.name in written.keywords or written.doubled))
        if each.required and not gets:
            found.append(each)
    return found
