"""A plan as data: steps that name files, symbols, signatures and the APIs that are to be used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

from ...indexer.errors import InvalidArgumentsError
from ...indexer.hashing import blake2b
from ...indexer.inference.inference import Inference
from ..check.findings import Finding
from ..retrieval.definitions import inner_name
from ..source.entity_views import enclosing

CREATE, CHANGE, MOVE, REMOVE, TEST = "create", "change", "move", "remove", "test"
KINDS = (CREATE, CHANGE, MOVE, REMOVE, TEST)
_TEXTS = ("id", "kind", "path", "symbol", "signature", "to", "why")
_LISTS = ("bases", "uses", "after")


@dataclass(slots=True)
class PlanStep:
    """One step of a plan.

    ``symbol`` is a dotted name inside of the file, empty for the file itself; ``to`` is the file
    that a move leads to. ``uses`` are APIs, as calls where arguments matter: ``a.B.save(force=)``.
    ``after`` are ids of steps that come first.
    """

    id: str
    kind: str
    path: str
    symbol: str = ""
    signature: str | None = None
    to: str = ""
    bases: list[str] = field(default_factory=list[str])
    uses: list[str] = field(default_factory=list[str])
    after: list[str] = field(default_factory=list[str])
    why: str = ""

    def covers(self, path: str, symbol: str) -> bool:
        """True if what stands in a symbol of a file is in the hands of this step.

        What stands in no symbol, such as imports, is in those of any step of the file.
        """
        if path == self.to:
            return True
        if path != self.path:
            return False
        own = self.symbol
        return not own or not symbol or symbol == own or symbol.startswith(f"{own}.")


def parse_steps(raw: Iterable[Mapping[str, Any]]) -> list[PlanStep]:
    """Return the steps that JSON objects describe; raise InvalidArgumentsError for what is none."""
    found: list[PlanStep] = []
    for number, each in enumerate(raw, 1):
        values: dict[str, Any] = {"id": str(number)}
        for key, value in each.items():
            values[key] = _checked(number, key, value)
        if values.get("kind") not in KINDS:
            raise InvalidArgumentsError(f"step {number}: 'kind' is one of {', '.join(KINDS)}")
        if not values.get("path"):
            raise InvalidArgumentsError(f"step {number} needs the 'path' that it is about")
        if values["kind"] == MOVE and not values.get("to"):
            raise InvalidArgumentsError(f"step {number}: a move needs 'to', the file it leads to")
        found.append(PlanStep(**values))
    ids = [step.id for step in found]
    if twice := next((each for each in ids if ids.count(each) > 1), ""):
        raise InvalidArgumentsError(f"two steps have the id {twice!r}")
    return found


def _checked(number: int, key: str, value: object) -> Any:
    if key in _LISTS:
        if isinstance(value, str):
            return [value]
        if isinstance(value, list) and all(
            isinstance(one, str) for one in cast("list[Any]", value)
        ):
            return cast("list[str]", value)
        raise InvalidArgumentsError(f"step {number}: {key!r} takes a list of strings")
    if key not in _TEXTS:
        takes = ", ".join((*_TEXTS, *_LISTS))
        raise InvalidArgumentsError(f"step {number} has no {key!r}; it takes {takes}")
    if key == "id" and isinstance(value, int):
        return str(value)
    if not isinstance(value, str) and not (key == "signature" and value is None):
        raise InvalidArgumentsError(f"step {number}: {key!r} takes a string, not {value!r}")
    return value


def as_json(steps: Iterable[PlanStep]) -> list[dict[str, Any]]:
    """Return steps as they are stored and answered, without what is empty."""
    return [
        {key: value for key, value in asdict(step).items() if value not in ("", None, [])}
        for step in steps
    ]


def plan_hash(steps: Iterable[PlanStep]) -> str:
    """Return the identity of a plan, which is that of its steps."""
    text = json.dumps(as_json(steps), sort_keys=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def symbol_around(inference: Inference, path: str, offset: int) -> str:
    """Return the dotted name inside of its file of what a place stands in; empty for none."""
    around = enclosing(inference, path, offset)
    return inner_name(inference, around) if around is not None else ""


def step_covering(
    inference: Inference, steps: Iterable[PlanStep], finding: Finding
) -> PlanStep | None:
    """Return the first step in whose hands the place of a finding is; None for none."""
    symbol = symbol_around(inference, finding.path, finding.start)
    return next((step for step in steps if step.covers(finding.path, symbol)), None)
