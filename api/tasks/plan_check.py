"""A plan held against the code before a line is written: it advises, and never blocks.

Each step is looked at for what it names; all steps together are an overlay, which is judged as an
edit is: what then breaks where no step goes is a step that is missing. What is not known is not
wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.classes import has_unknown_bases
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    Entity,
    Found,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.names import builtin_name
from ..check.edits import Change, proposed
from ..check.existence import look_up
from ..open_workspace import OpenWorkspace
from ..patterns.question import resolve_base
from ..retrieval.definitions import inner_name
from ..source.targets import find_by_suffix
from .changed import symbol_texts
from .plan import CHANGE, CREATE, MOVE, REMOVE, TEST, PlanStep
from .plan_missing import MissingStep, missing_steps
from .plan_overlay import overlay_of, parsed_signature, plain_signature

_SUFFIXES = (".py", ".pyi")
OK, WRONG, UNKNOWN = "ok", "wrong", "unknown"


@dataclass(slots=True)
class Remark:
    """Something about a step: ``what`` it is about, a verdict, a sentence, what is nearest."""

    what: str
    verdict: str
    message: str
    nearest: Sequence[Found] = ()


@dataclass(slots=True)
class PlanReport:
    """What is to be said of a plan."""

    remarks: dict[str, list[Remark]]
    missing: list[MissingStep]
    order: list[str]
    inference: Inference
    """The state in which the plan was carried out, as far as it tells."""

    def verdict_of(self, step: str) -> str:
        """Return the verdict on a step: that of its worst remark."""
        found = {remark.verdict for remark in self.remarks[step]}
        return WRONG if WRONG in found else UNKNOWN if UNKNOWN in found else OK

    @property
    def verdict(self) -> str:
        """The verdict on the plan; one without a step that it certainly needs is wrong."""
        found = {self.verdict_of(step) for step in self.remarks}
        if WRONG in found or any(each.is_certain for each in self.missing):
            return WRONG
        return UNKNOWN if UNKNOWN in found else OK


def check_plan(workspace: OpenWorkspace, steps: list[PlanStep]) -> PlanReport:
    """Return what is wrong with a plan, what it lacks, and an order in which it can be done."""
    return _PlanCheck(workspace, steps).report()


@dataclass(slots=True)
class _Needs:
    """Ids of steps that have to come before one, with why."""

    before: dict[str, str] = field(default_factory=dict[str, str])


class _PlanCheck:
    def __init__(self, workspace: OpenWorkspace, steps: list[PlanStep]) -> None:
        self.workspace = workspace
        self.steps = steps
        self.before = workspace.inference(whole=True)
        self._canonical()
        contents, self.made = overlay_of(workspace, steps)
        self.change: Change = proposed(workspace, contents)
        self.after = self.change.after
        self.remarks: dict[str, list[Remark]] = {step.id: [] for step in steps}
        self.needs: dict[str, _Needs] = {step.id: _Needs() for step in steps}

    def report(self) -> PlanReport:
        """Look at all steps."""
        for step in self.steps:
            self.remarks[step.id] += self._place(step)
            self.remarks[step.id] += self._signature(step)
            self.remarks[step.id] += self._bases(step)
            self.remarks[step.id] += self._uses(step)
        order = self._order()
        missing = missing_steps(self.change, self.steps)
        return PlanReport(self.remarks, missing, order, self.after)

    def _canonical(self) -> None:
        """Give paths and symbols the names that the index has for them."""
        snapshot = self.before.snapshot
        for step in self.steps:
            step.path = snapshot.relative(step.path)
            step.to = snapshot.relative(step.to) if step.to else ""
            module = snapshot.index.module_name(step.path) or ""
            if module and step.symbol.startswith(f"{module}."):
                step.symbol = step.symbol.removeprefix(f"{module}.")
            known = symbol_texts(self.before, step.path) if step.symbol else {}
            if known and step.symbol not in known and step.kind != CREATE:
                same = [name for name in known if name.endswith(f".{step.symbol}")]
                step.symbol = same[0] if len(same) == 1 else step.symbol

    # What a step names

    def _place(self, step: PlanStep) -> Iterator[Remark]:
        exists = self._exists(step.path)
        maker = self.made.get(f"{step.path}:")
        if not exists and maker is not None and maker.id != step.id:
            self._need(step, maker, f"{step.path} is made by step {maker.id}")
        elif not exists and step.kind in (CHANGE, MOVE, REMOVE):
            yield Remark("path", WRONG, self._no_such_file(step.path))
            return
        if os.path.isdir(self.before.snapshot.absolute(step.path)):
            yield Remark("path", WRONG, f"{step.path} is a folder: a step is about a file")
            return
        if step.kind == CREATE and not step.symbol and exists:
            yield Remark("path", WRONG, f"there is a file {step.path} already: change it")
        if step.kind == MOVE and not self._exists(step.to) and f"{step.to}:" not in self.made:
            yield Remark("path", UNKNOWN, f"{step.to} is not there: it is to be made first")
        if step.symbol and step.path.endswith(_SUFFIXES):
            yield from self._symbol(step)

    def _exists(self, path: str) -> bool:
        return self.before.exists(path) or os.path.exists(self.before.snapshot.absolute(path))

    def _no_such_file(self, path: str) -> str:
        paths = list(self.before.snapshot.paths())
        name = path.rpartition("/")[2]
        same = [each for each in paths if each.rpartition("/")[2] == name]
        near = same or get_close_matches(path, paths, 2, 0.7)
        return f"there is no file {path}" + (f"; there is {' and '.join(near[:2])}" if near else "")

    def _symbol(self, step: PlanStep) -> Iterator[Remark]:
        if self._exists(step.path) and not self.before.exists(step.path):
            return  # a file that is not indexed
        is_there = self._defines(step.path, step.symbol)
        maker = self.made.get(f"{step.path}:{step.symbol}")
        if step.kind in (CREATE, TEST) and is_there and step.kind == CREATE:
            freed = next((each for each in self.steps if _frees(each, step)), None)
            if freed is not None:
                self._need(step, freed, f"step {freed.id} frees the name")
            else:
                yield self._taken(step)
        elif step.kind == CREATE:
            yield from self._owner(step)
        elif step.kind in (CHANGE, MOVE, REMOVE) and not is_there:
            if maker is not None:
                self._need(step, maker, f"{step.symbol} is made by step {maker.id}")
            elif self.before.exists(step.path) or f"{step.path}:" in self.made:
                yield self._no_such_symbol(step)

    def _defines(self, path: str, symbol: str) -> bool:
        """True if a file defines a class, function, or another name of a module or class."""
        if symbol in symbol_texts(self.before, path):
            return True
        facts = self.before.facts(path) if self.before.exists(path) else None
        if facts is None:
            return False
        owner, _, name = symbol.rpartition(".")
        row = facts.name_id(name)
        if row < 0:
            return False
        if not owner:
            return bool(facts.bindings_of(0, row))
        around = symbol_texts(self.before, path).get(owner, (None, b""))[0]
        if around is None:
            return False
        if facts.bindings_of(facts.definition.own_scope[around.row], row):
            return True
        attributes = facts.attribute_binding
        return any(
            attributes.name[at] == row and attributes.owner[at] == around.row
            for at in range(len(attributes.name))
        )

    def _taken(self, step: PlanStep) -> Remark:
        entity = symbol_texts(self.before, step.path).get(step.symbol, (None, b""))[0]
        message = (
            f"{step.path} has a {step.symbol} already: change it, or take another name, "
            f"such as {self._free_name(step)}"
        )
        if entity is None:  # a variable may become a property, which is often told of as new
            return Remark("symbol", UNKNOWN, message)
        return Remark("symbol", WRONG, message, [Found(entity)])

    def _free_name(self, step: PlanStep) -> str:
        name = step.symbol.rpartition(".")[2]
        return next(
            each
            for each in (f"{name}{mark}{n}" for n in range(2, 100) for mark in ("_", "_new_"))
            if not self._defines(step.path, step.symbol.removesuffix(name) + each)
        )

    def _owner(self, step: PlanStep) -> Iterator[Remark]:
        """Yield a remark if what is created is to be in a class that is not there."""
        owner = step.symbol.rpartition(".")[0]
        if not owner or not (self.before.exists(step.path) or f"{step.path}:" in self.made):
            return
        maker = self.made.get(f"{step.path}:{owner}")
        if maker is not None:
            self._need(step, maker, f"{owner} is made by step {maker.id}")
        elif not self._defines(step.path, owner):
            yield self._no_such_symbol(step, owner)

    def _no_such_symbol(self, step: PlanStep, symbol: str = "") -> Remark:
        symbol = symbol or step.symbol
        name = symbol.rpartition(".")[2]
        elsewhere = [
            found
            for found in find_by_suffix(self.before, symbol)
            if found.entity.kind in (CLASS, FUNCTION) and found.entity.path != step.path
        ]
        known = symbol_texts(self.before, step.path)
        close = get_close_matches(symbol, [each for each in known if each], 2, 0.6)
        near = [Found(entity) for each in close if (entity := known[each][0]) is not None]
        message = f"{step.path} has no {symbol}"
        if elsewhere:
            message += f"; {elsewhere[0].entity.path} has a {name}"
        return Remark("symbol", WRONG, message, [*elsewhere[:2], *near][:3])

    def _signature(self, step: PlanStep) -> Iterator[Remark]:
        if not step.signature or step.kind not in (CREATE, CHANGE, TEST):
            return
        entity = symbol_texts(self.before, step.path).get(step.symbol, (None, b""))[0]
        if entity is not None and entity.kind == CLASS:
            return
        function = parsed_signature(plain_signature(step.signature))
        if function is None:
            yield Remark("signature", WRONG, f"{step.signature!r} is no list of parameters")
            return
        owner = step.symbol.rpartition(".")[0]
        around = symbol_texts(self.after, step.path).get(owner, (None, b""))[0] if owner else None
        takes_self = function.args.posonlyargs or function.args.args or function.args.vararg
        if around is not None and around.kind == CLASS and not takes_self:
            yield Remark(
                "signature", UNKNOWN, f"{step.symbol} is a method without a first parameter: "
                "it has to be static",
            )  # fmt: skip

    def _bases(self, step: PlanStep) -> Iterator[Remark]:
        for base in step.bases:
            maker = self._maker_of(step, base)
            if maker is not None:
                self._need(step, maker, f"its base {base} is made by step {maker.id}")
                continue
            entity = resolve_base(self.before.strict(), base, step.path)
            if entity is not None and entity.kind in (FUNCTION, MODULE):
                yield Remark("base", WRONG, f"{base} is no class", [Found(entity)])
            elif entity is None:
                yield from self._remark_on("base", step, base)

    def _uses(self, step: PlanStep) -> Iterator[Remark]:
        for use in step.uses:
            maker = self._maker_of(step, use)
            if maker is not None:
                self._need(step, maker, f"{use} is made by step {maker.id}")
            yield from self._remark_on("use", step, use)

    def _remark_on(self, what: str, step: PlanStep, query: str) -> Iterator[Remark]:
        """Yield what is wrong with, or not known of, an API that a step names."""
        name = query.partition("(")[0].strip()
        module = self.before.snapshot.index.module_name(step.path) or ""
        if name.split(".")[0] in ("self", "cls"):
            owner = step.symbol.rpartition(".")[0] or step.symbol
            query = f"{module}.{owner}.{query.partition('.')[2]}" if module else query
        elif module and self._binds(step.path, name.partition(".")[0]):
            local = self._look_up(f"{module}.{query}")
            if local is not None and local[0] == "exists":
                return
        if "." not in name and builtin_name(self.after, name):
            return
        found = self._look_up(query)
        if found is None:
            yield Remark(what, UNKNOWN, f"{query!r} is no dotted name")
            return
        verdict, message, near = found
        if verdict == "missing" and ("." not in name or self._may_come(name)):
            verdict = "unknown"
        if verdict != "exists":
            yield Remark(what, WRONG if verdict == "missing" else UNKNOWN, message, near)

    def _binds(self, path: str, name: str) -> bool:
        """True if a module of the plan binds a name."""
        facts = self.after.facts(path) if self.after.exists(path) else None
        row = facts.name_id(name) if facts is not None else -1
        return facts is not None and row >= 0 and bool(facts.bindings_of(0, row))

    def _look_up(self, query: str) -> tuple[str, str, Sequence[Found]] | None:
        try:
            found = look_up(self.after, query)
        except InvalidArgumentsError:
            return None
        return found.verdict, found.reason or query, found.nearest

    def _may_come(self, name: str) -> bool:
        """True if a step may add a name, or the arguments that it is called with."""
        if (known := self._look_up(name)) is not None and known[0] == "exists":
            return any(self._changes(found) for found in find_by_suffix(self.after, name))
        parts = name.split(".")
        owners = [".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
        return any(self._changes(found) for found in find_by_suffix(self.after, owners[0])) or any(
            not step.symbol
            and step.kind in (CREATE, CHANGE, TEST)
            and any(self._is_module(step.path, owner) for owner in owners)
            for step in self.steps
        )

    def _changes(self, found: Found) -> bool:
        """True if a step makes a definition anew, or changes it as a whole."""
        entity = found.entity
        if entity.kind == CLASS and has_unknown_bases(self.after, entity):
            return True
        inner = inner_name(self.after, entity)
        return any(
            step.path == entity.path
            and step.symbol == inner
            and (step.kind == CHANGE or self.made.get(f"{step.path}:{inner}") is step)
            and not (entity.kind == FUNCTION and step.signature and not self._is_overloaded(entity))
            for step in self.steps
        )

    def _is_overloaded(self, entity: Entity) -> bool:
        """True if a function is defined several times, of which a step tells of one."""
        inner = inner_name(self.after, entity)
        rows = facts_view.definitions(self.after.need(entity.path), f.FUNCTION)
        same = [Entity(FUNCTION, entity.path, row) for row in rows]
        return sum(inner_name(self.after, each) == inner for each in same) > 1

    def _is_module(self, path: str, name: str) -> bool:
        module = self.before.snapshot.index.module_name(path) or ""
        return bool(module) and (module == name or module.endswith(f".{name}"))

    def _maker_of(self, step: PlanStep, query: str) -> PlanStep | None:
        """Return the other step that makes what a name means, or the class that it is of."""
        name = query.partition("(")[0].strip()
        for key, maker in self.made.items():
            path, _, symbol = key.partition(":")
            if not symbol or maker.id == step.id:
                continue
            module = self.before.snapshot.index.module_name(path) or ""
            full = f"{module}.{symbol}" if module else symbol
            if any(each == name or name.startswith(f"{each}.") for each in _endings(full, symbol)):
                return maker
        return None

    # Order

    def _need(self, step: PlanStep, maker: PlanStep, why: str) -> None:
        if maker.id != step.id:
            self.needs[step.id].before.setdefault(maker.id, why)

    def _order(self) -> list[str]:
        """Return ids in an order that can be done; what is planned in another one is remarked."""
        ids = [step.id for step in self.steps]
        for step in self.steps:
            for other in step.after:
                if other not in self.needs:
                    remark = Remark("order", WRONG, f"there is no step {other!r} to come before")
                    self.remarks[step.id].append(remark)
        explicit = {
            step.id: [each for each in step.after if each in self.needs] for step in self.steps
        }
        planned = _sorted(ids, explicit)
        if planned is None:
            self.remarks[ids[0]].append(
                Remark("order", WRONG, "steps wait for one another: their 'after' is a circle")
            )
            planned = ids
        for step in self.steps:
            for other, why in self.needs[step.id].before.items():
                if planned.index(other) > planned.index(step.id):
                    message = f"{why}, which has to come first"
                    self.remarks[step.id].append(Remark("order", WRONG, message))
        needed = {
            step: [*dict.fromkeys([*explicit[step], *self.needs[step].before])] for step in ids
        }
        return _sorted(planned, needed) or planned


def _endings(full: str, symbol: str) -> Iterator[str]:
    """Yield the dotted names by which a symbol may be called, from its own on."""
    yield symbol
    parts = full.removesuffix(symbol).rstrip(".").split(".")
    for count in range(1, len(parts) + 1):
        yield ".".join([*parts[-count:], symbol])


def _frees(step: PlanStep, other: PlanStep) -> bool:
    """True if a step takes away the name that another one makes."""
    return (
        step.kind in (REMOVE, MOVE)
        and step.path == other.path
        and (not step.symbol or other.symbol == step.symbol)
    )


def _sorted(ids: list[str], before: dict[str, list[str]]) -> list[str] | None:
    """Return ids in their order, but each behind those that come before it; None for a circle."""
    found: list[str] = []
    left = list(ids)
    while left:
        ready = next((each for each in left if all(b in found for b in before[each])), None)
        if ready is None:
            return None
        found.append(ready)
        left.remove(ready)
    return found
