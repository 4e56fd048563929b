"""Where names are read, and whether control may come there without their having been bound.

The statements of a module are gone through as they run. Function bodies run later; class bodies and
comprehensions run where they are written.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from .correlated_conditions import fails_at_first, is_correlated
from .name_scopes import (
    CLASS,
    COMPREHENSIONS,
    FUNCTION,
    INLINE,
    MODULE,
    NOWHERE,
    Function,
    Scope,
    SetElsewhere,
    State,
    bound_by,
    set_by_declaration,
    unbound_by,
    within,
)
from .statements import (
    always_evaluated,
    catches_all,
    is_harmless,
    is_interrupted,
    is_irrefutable,
    is_never_empty,
    suppresses,
)
from .terminal_calls import MAY_RETURN, NEVER_RETURNS, RETURNS

# How certain it is that a name is unbound; SELDOM is where a loop must not run for it, or where
# what is tested may well tell whether it is bound.
SURELY, POSSIBLY, SELDOM = range(3)


class Unbound(NamedTuple):
    """A name that is read, or deleted, where it is not bound, or may not be.

    ``node`` is where that happens; ``function`` is the one that reads the name, if a call of it
    stands there.
    """

    name: str
    node: ast.AST
    how: int
    scope: Scope
    function: Function | None

    @property
    def binders(self) -> list[ast.AST]:
        """The nodes that bind the name, in order."""
        return self.scope.binders.get(self.name, [])

    @property
    def enders(self) -> list[ast.AST]:
        """The nodes that unbind the name, or only declare it, in order."""
        return self.scope.enders.get(self.name, [])


class Oracle(NamedTuple):
    """What the tree alone does not tell.

    The ``truth`` of a test, if that depends on version and platform only; how a call ``returns``,
    as :mod:`.terminal_calls` says it; whether a name ``is_known`` that no scope binds, and what is
    in a function ``is_wanted``; whether there are any ``:=``, and any ``global`` or ``nonlocal``.
    """

    truth: Callable[[ast.If], bool | None]
    returns: Callable[[ast.expr], int]
    is_known: Callable[[str], bool]
    is_wanted: Callable[[Function], bool]
    evaluates_annotations: bool
    has_walrus: bool
    has_declarations: bool


class _Seen:
    """A read of a name that may be unbound: what it may be there."""

    __slots__ = ("bound", "function", "hard", "node", "scope")

    def __init__(self, node: ast.AST, scope: Scope, function: Function | None) -> None:
        self.node = node
        self.scope = scope
        self.function = function
        self.hard = self.bound = False


def unbound_reads(tree: ast.Module, oracle: Oracle) -> Iterator[Unbound]:
    """Yield the reads of names that may be unbound, in no order; only the first on each way."""
    flow = _Flow(oracle)
    flow.run(tree)
    for (name, *_), seen in flow.seen.items():
        how = SURELY
        if seen.bound:
            nodes = [*seen.scope.binders.get(name, ()), *seen.scope.enders.get(name, ())]
            if fails_at_first(seen.scope, seen.node, nodes):
                how = SURELY
            elif seen.hard and not is_correlated(seen.scope, seen.node, nodes, name):
                how = POSSIBLY
            else:
                how = SELDOM
        yield Unbound(name, seen.node, how, seen.scope, seen.function)


def _join(one: State, other: State) -> State:
    return one[0] | other[0], one[1] | other[1], one[2] | other[2]


def _soften(state: State, mask: int) -> State:
    """Return a state in which some names are unbound only if a loop does not run, or the like."""
    return state[0] & ~mask, state[1] | (state[0] & mask), state[2]


class _Flow:
    """A walk through a module, with the state where it stands."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        self.seen: dict[tuple[str, int, int], _Seen] = {}
        self.scope: Scope
        # Scopes of functions whose bodies are still to be gone through.
        self.waiting: list[Function] = []
        # Of each `try` around, innermost last, in what states an exception may leave its body;
        # of each `finally`, in what states `return` and the like lead there; of each loop, in what
        # states `break` and `continue` leave its body.
        self.raised: list[State] = []
        self.left: list[State] = []
        self.loops: list[tuple[list[State], list[State]]] = []
        self.needs: dict[Function, dict[str, ast.AST]] = {}
        self.set_elsewhere: list[SetElsewhere] = []

    def run(self, tree: ast.Module) -> None:
        if self.oracle.has_declarations:
            self.set_elsewhere = set_by_declaration(tree)
        self.inner(self.open(tree, MODULE), tree.body)
        while self.waiting:
            function = self.waiting.pop()
            if self.oracle.is_wanted(function):
                self.inner(self.open(function, FUNCTION), function.body)

    def open(self, node: ast.AST, kind: int, outer: Scope | None = None) -> Scope:
        return Scope(node, kind, outer, has_walrus=self.oracle.has_walrus)

    def inner(self, scope: Scope, body: list[ast.stmt]) -> None:
        """Go through the body of a scope."""
        outer = getattr(self, "scope", None), self.raised, self.left, self.loops
        self.scope, self.raised, self.left, self.loops = scope, [], [], []
        self.block(body)
        if outer[0] is not None:
            self.scope = outer[0]
        _, self.raised, self.left, self.loops = outer

    def block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            if self.raised and not is_harmless(statement):
                self.may_raise()
            visitor = _STATEMENTS.get(type(statement))
            if visitor is not None:
                visitor(self, statement)
            else:
                self.visit(statement)

    def may_raise(self) -> None:
        if self.raised:
            self.raised[-1] = _join(self.raised[-1], self.scope.state)

    def leave(self) -> None:
        """Control goes elsewhere: by ``return``, ``break`` or ``continue``."""
        if self.left:
            self.left[-1] = _join(self.left[-1], self.scope.state)
        self.scope.state = NOWHERE

    # Names

    def read(self, name: str, node: ast.AST) -> None:
        """Note a read of a name, if it may be unbound."""
        if not self.scope.is_alive:
            return
        scope: Scope | None = self.scope
        unbound_in: Scope | None = None
        while scope is not None:
            bit = scope.bits.get(name, 0)
            if bit and (scope.kind != CLASS or scope is self.scope):
                if not scope.is_alive or not (scope.state[0] | scope.state[1]) & bit:
                    return
                if unbound_in is None:
                    unbound_in = scope
                if scope.kind != CLASS:
                    break
            scope = scope.outer
        if unbound_in is None:
            return
        if unbound_in.kind == CLASS and (
            # Whatever binds it outside, where that is not gone through just now.
            self.oracle.is_known(name) or (scope is None and _is_inside_function(unbound_in))
        ):
            return
        self.note(name, node, unbound_in)

    def note(
        self, name: str, node: ast.AST, scope: Scope, function: Function | None = None
    ) -> None:
        bit = scope.bits[name]
        unbound, seldom, bound = scope.state
        key = name, getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        seen = self.seen.get(key)
        if seen is None:
            seen = self.seen[key] = _Seen(node, scope, function)
        seen.hard = seen.hard or bool(unbound & bit)
        seen.bound = seen.bound or bool(bound & bit)
        # Code behind it runs only if the name is bound.
        scope.state = unbound & ~bit, seldom & ~bit, bound | bit

    def bind(self, names: Iterable[str]) -> None:
        """Bind names in the present scope."""
        mask = self.scope.mask(names)
        unbound, seldom, bound = self.scope.state
        if self.scope.is_alive:
            self.scope.state = unbound & ~mask, seldom & ~mask, bound | mask

    def unbind(self, name: str) -> None:
        bit = self.scope.bits.get(name, 0)
        unbound, seldom, bound = self.scope.state
        if self.scope.is_alive:
            self.scope.state = unbound | bit, seldom & ~bit, bound & ~bit

    def may_be_bound(self, scope: Scope, names: Iterable[str]) -> None:
        """Names of a scope may be bound from now on, by other code than that gone through."""
        mask = scope.mask(names)
        if scope.is_alive:
            unbound, seldom, bound = _soften(scope.state, mask)
            scope.state = unbound, seldom, bound | mask

    # Expressions

    def visit(self, node: ast.AST) -> None:
        visitor = _EXPRESSIONS.get(type(node))
        if visitor is not None:
            visitor(self, node)
        else:
            for child in ast.iter_child_nodes(node):
                self.visit(child)

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.read(node.id, node)
        elif isinstance(node.ctx, ast.Store):
            self.bind([node.id])
        else:
            self.read(node.id, node)
            self.unbind(node.id)

    def named(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        target: Scope | None = self.scope
        while target is not None and target.kind == INLINE:
            target = target.outer
        if target is self.scope:
            self.bind([node.target.id])
        elif target is not None:
            self.may_be_bound(target, [node.target.id])

    def call(self, node: ast.Call) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child)
        if isinstance(node.func, ast.Name):
            self.called(node.func)

    def called(self, node: ast.Name) -> None:
        """Check that what a function needs is bound where it is called."""
        scope: Scope | None = self.scope if self.scope.is_alive else None
        while scope is not None and node.id not in scope.bits:
            scope = scope.outer
        if scope is None or scope.kind in (CLASS, INLINE) or not scope.is_alive:
            return
        function = _only_function(scope, node.id)
        if function is None or (node.id, node.lineno, node.col_offset) in self.seen:
            return
        for name in self.needed(scope, function):
            bit = scope.bits[name]
            if not scope.state[2] & bit and not self.oracle.is_known(name):
                self.note(name, node, scope, function)
                break

    def needed(self, scope: Scope, function: Function) -> dict[str, ast.AST]:
        """Return the names of a scope that a function reads whenever it is called."""
        found = self.needs.get(function)
        if found is None:
            found = self.needs[function] = {}  # meanwhile, for functions that call each other
            own = self.open(function, FUNCTION)
            parameters = {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
            declared = {
                name
                for each in within(function.body)
                if isinstance(each, (ast.Global, ast.Nonlocal))
                for name in each.names
            }
            for node in _always_read(function.body, self.oracle):
                name = node.id
                if name in own.bits or name in parameters or name in declared:
                    continue
                if name in scope.bits:
                    found.setdefault(name, node)
                    inner = _only_function(scope, name)
                    if inner is not None and isinstance(own.parents.get(node), ast.Call):
                        found.update(self.needed(scope, inner))
        return found

    def lambda_(self, node: ast.Lambda) -> None:
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])

    def conditional(self, node: ast.IfExp) -> None:
        holds, fails = self.test(node.test)
        self.scope.state = holds
        self.visit(node.body)
        after = self.scope.state
        self.scope.state = fails
        self.visit(node.orelse)
        self.scope.state = _join(after, self.scope.state)

    def bool_op(self, node: ast.BoolOp) -> None:
        self.scope.state = _join(*self.test(node))

    def comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        scope = self.open(node, INLINE, self.scope)
        outer = self.scope
        if not outer.is_alive:
            return
        for place, each in enumerate(node.generators):
            self.scope = scope if place else outer
            self.visit(each.iter)
            self.scope = scope
            self.visit(each.target)
            self.visit_all(each.ifs)
        if isinstance(node, ast.DictComp):
            self.visit_all([node.key, node.value])
        else:
            self.visit(node.elt)
        self.scope = outer

    def test(self, node: ast.expr) -> tuple[State, State]:
        """Go through a test; return the state where it holds and that where it fails."""
        match node:
            case ast.BoolOp(op=ast.And()):
                fails = NOWHERE
                for value in node.values:
                    self.scope.state, failed = self.test(value)
                    fails = _join(fails, failed)
                return self.scope.state, fails
            case ast.BoolOp():
                holds = NOWHERE
                for value in node.values:
                    held, self.scope.state = self.test(value)
                    holds = _join(holds, held)
                return holds, self.scope.state
            case ast.UnaryOp(op=ast.Not()):
                holds, fails = self.test(node.operand)
                return fails, holds
            case ast.Constant():
                state = self.scope.state
                return (state, NOWHERE) if node.value else (NOWHERE, state)
            case ast.NamedExpr(value=ast.Constant(value=constant)):
                self.visit(node)
                state = self.scope.state
                return (state, NOWHERE) if constant else (NOWHERE, state)
            case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
                return NOWHERE, self.scope.state
            case _:
                self.visit(node)
                return self.scope.state, self.scope.state

    # Statements

    def expression(self, node: ast.Expr) -> None:
        self.visit(node.value)
        how = self.oracle.returns(node.value)
        if how == NEVER_RETURNS:
            self.scope.state = NOWHERE
        elif how == MAY_RETURN:
            self.scope.state = _soften(self.scope.state, self.scope.state[0])

    def return_(self, node: ast.Return) -> None:
        self.visit_all([node.value])
        self.leave()

    def raise_(self, node: ast.Raise) -> None:
        self.visit_all([node.exc, node.cause])
        self.may_raise()
        self.scope.state = NOWHERE

    def break_(self, _node: ast.Break) -> None:
        if self.loops:
            self.loops[-1][0].append(self.scope.state)
        self.leave()

    def continue_(self, _node: ast.Continue) -> None:
        if self.loops:
            self.loops[-1][1].append(self.scope.state)
        self.leave()

    def assert_(self, node: ast.Assert) -> None:
        holds, self.scope.state = self.test(node.test)
        self.visit_all([node.msg])
        self.scope.state = holds

    def assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        self.visit_all(node.targets)

    def annotated(self, node: ast.AnnAssign) -> None:
        self.visit_all([node.value])
        if self.oracle.evaluates_annotations and self.scope.kind in (MODULE, CLASS):
            self.visit(node.annotation)
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def augmented(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, node.target)
        self.visit(node.value)
        self.visit(node.target)

    def import_(self, node: ast.Import | ast.ImportFrom) -> None:
        self.bind(bound_by(node))

    def function(self, node: Function) -> None:
        self.visit_all(node.decorator_list)
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        if self.oracle.evaluates_annotations and not getattr(node, "type_params", ()):
            for each in ast.walk(node.args):
                if isinstance(each, ast.arg):
                    self.visit_all([each.annotation])
            self.visit_all([node.returns])
        self.bind([node.name])
        self.waiting.append(node)
        for line, kind, names in self.set_elsewhere:
            if not node.lineno <= line <= (node.end_lineno or line):
                continue
            outer: Scope | None = self.scope
            while outer is not None:
                if kind is ast.Nonlocal or outer.kind == MODULE:
                    self.may_be_bound(outer, names)
                outer = outer.outer

    def class_(self, node: ast.ClassDef) -> None:
        self.visit_all(node.decorator_list)
        if not getattr(node, "type_params", ()):
            self.visit_all([*node.bases, *(each.value for each in node.keywords)])
        if self.scope.is_alive:
            self.inner(self.open(node, CLASS, self.scope), node.body)
        self.bind([node.name])

    def if_(self, node: ast.If) -> None:
        after, ends = NOWHERE, list[State]()
        clause: ast.If | None = node
        rest: list[ast.stmt] = []
        while clause is not None:
            holds, fails = self.test(clause.test)
            truth = self.oracle.truth(clause)
            self.scope.state = NOWHERE if truth is False else holds
            self.block(clause.body)
            ends.append(self.scope.state)
            after = _join(after, self.scope.state)
            self.scope.state = NOWHERE if truth else fails
            rest = clause.orelse
            clause = rest[0] if len(rest) == 1 and isinstance(rest[0], ast.If) else None
        if rest:
            self.block(rest)
        elif len(ends) > 1:
            self.scope.state = _soften(self.scope.state, _bound_in_all(ends))
        self.scope.state = _join(after, self.scope.state)

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        entry = self.scope.state
        mask = self.repeat([node.target, *node.body])
        self.visit(node.target)
        self.body_of_loop(node)
        if not is_never_empty(node.iter, self.scope):
            self.scope.state = _join(self.scope.state, _soften(entry, mask))
        self.end_of_loop(node)

    def while_(self, node: ast.While) -> None:
        mask = self.repeat([node.test, *node.body])
        self.scope.state, fails = self.test(node.test)
        self.body_of_loop(node)
        if fails != NOWHERE:
            self.scope.state = _join(self.scope.state, _soften(fails, mask))
        else:
            self.scope.state = NOWHERE
        self.end_of_loop(node)

    def repeat(self, nodes: list[ast.AST]) -> int:
        """Enter a loop, as on its first round or a later one; return the names that it binds."""
        inside = list(self.scope.binding_nodes(nodes))
        mask = self.scope.mask(name for each in inside for name in bound_by(each))
        ended = self.scope.mask(
            name for each in inside if isinstance(each, ast.Name) for name in unbound_by(each)
        )
        unbound, seldom, bound = self.scope.state
        if self.scope.is_alive:
            self.scope.state = unbound, seldom | ended, bound | mask
        return mask

    def body_of_loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        self.loops.append(([], []))
        self.block(node.body)
        for state in self.loops[-1][1]:
            self.scope.state = _join(self.scope.state, state)

    def end_of_loop(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        breaks, _ = self.loops.pop()
        self.block(node.orelse)
        for state in breaks:
            self.scope.state = _join(self.scope.state, state)

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        is_suppressing = False
        for item in node.items:
            self.visit(item.context_expr)
            self.visit_all([item.optional_vars])
            is_suppressing = is_suppressing or suppresses(item.context_expr)
        if not is_suppressing:
            self.block(node.body)
            return
        self.raised.append(self.scope.state)
        self.block(node.body)
        self.scope.state = _join(self.scope.state, self.raised.pop())

    def match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        after, ends = NOWHERE, list[State]()
        for case in node.cases:
            before = self.scope.state
            for each in within([case.pattern]):
                self.bind(bound_by(each))
                if isinstance(each, ast.expr):
                    self.visit(each)
            fails = before
            if case.guard is not None:
                self.scope.state, fails = self.test(case.guard)
            elif is_irrefutable(case.pattern):
                fails = NOWHERE
            self.block(case.body)
            ends.append(self.scope.state)
            after = _join(after, self.scope.state)
            self.scope.state = fails
        self.scope.state = _join(after, _soften(self.scope.state, _bound_in_all(ends)))

    def try_(self, node: ast.Try) -> None:
        entry = self.scope.state
        if node.finalbody:
            self.left.append(NOWHERE)
            self.raised.append(NOWHERE)
        self.raised.append(NOWHERE)
        self.block(node.body)
        raised = self.raised.pop()
        if raised == NOWHERE:  # as far as is known
            raised = _join(entry, self.scope.state)
        # Which of several statements is expected to fail is not known.
        raised = _soften(raised, raised[0] & raised[2])
        if not any(map(catches_all, node.handlers)):
            after, self.scope.state = self.scope.state, raised
            self.may_raise()
            self.scope.state = after
        self.block(node.orelse)
        passed, ends = self.scope.state, list[State]()
        after = NOWHERE
        for handler in node.handlers:
            self.scope.state = raised
            if is_interrupted(handler):
                self.scope.state = _soften(raised, raised[0])
            self.visit_all([handler.type])
            self.bind(bound_by(handler))
            self.block(handler.body)
            if handler.name:
                self.unbind(handler.name)
            ends.append(self.scope.state)
            after = _join(after, self.scope.state)
        # `try: fail()`, `except Error as error: caught = error`, and then `check(caught)`
        after = _join(after, _soften(passed, _bound_in_all(ends) if after != NOWHERE else 0))
        self.scope.state = after
        if node.finalbody:
            failed = self.raised.pop()
            otherwise = _join(self.left.pop(), _soften(failed, failed[0]))
            if otherwise != NOWHERE:
                self.scope.state = _join(after, otherwise)
                self.block(node.finalbody)
                self.may_raise()
                self.scope.state = after
            self.block(node.finalbody)


def _is_inside_function(scope: Scope) -> bool:
    while scope.outer is not None:
        scope = scope.outer
    return scope.kind == FUNCTION


def _bound_in_all(states: list[State]) -> int:
    """Return the names that are bound wherever control comes out of some states."""
    found = -1
    for unbound, seldom, bound in states:
        if bound:
            found &= bound & ~unbound & ~seldom
    return found


def _only_function(scope: Scope, name: str) -> Function | None:
    """Return the plain function that a name of a scope stands for, if it stands for nothing else.

    Its body runs when it is called.
    """
    binders = scope.binders.get(name, ())
    if len(binders) != 1 or name in scope.enders:
        return None
    function = binders[0]
    if not isinstance(function, ast.FunctionDef) or function.decorator_list:
        return None
    nodes = within(function.body)
    is_generator = any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in nodes)
    return None if is_generator else function


def _always_read(body: Iterable[ast.stmt], oracle: Oracle) -> Iterator[ast.Name]:
    """Yield the names that are read whenever some statements run."""
    for node in body:
        match node:
            case ast.If() | ast.While():
                yield from always_evaluated(node.test)
                if any(_may_leave(each) for each in within([node])):
                    return
            case ast.For():
                yield from always_evaluated(node.iter)
                if any(_may_leave(each) for each in within([node])):
                    return
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign() | ast.Expr() | ast.Return():
                if node.value is not None:
                    yield from always_evaluated(node.value)
                if isinstance(node, ast.Return) or (
                    isinstance(node, ast.Expr) and oracle.returns(node.value) != RETURNS
                ):
                    return
            case ast.FunctionDef() | ast.ClassDef() | ast.Import() | ast.ImportFrom() | ast.Pass():
                pass
            case ast.Global() | ast.Nonlocal() | ast.Assert():
                pass
            case _:
                return


def _may_leave(node: ast.AST) -> bool:
    return isinstance(node, (ast.Return, ast.Raise, ast.Yield, ast.Try, ast.With, ast.Call))


_STATEMENTS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Expr: _Flow.expression, ast.Return: _Flow.return_, ast.Raise: _Flow.raise_,
    ast.Break: _Flow.break_, ast.Continue: _Flow.continue_, ast.Assert: _Flow.assert_,
    ast.Assign: _Flow.assign, ast.AnnAssign: _Flow.annotated, ast.AugAssign: _Flow.augmented,
    ast.Import: _Flow.import_, ast.ImportFrom: _Flow.import_, ast.If: _Flow.if_,
    ast.For: _Flow.for_, ast.AsyncFor: _Flow.for_, ast.While: _Flow.while_,
    ast.With: _Flow.with_, ast.AsyncWith: _Flow.with_, ast.Match: _Flow.match,
    ast.Try: _Flow.try_, ast.TryStar: _Flow.try_, ast.ClassDef: _Flow.class_,
    ast.FunctionDef: _Flow.function, ast.AsyncFunctionDef: _Flow.function,
}  # fmt: skip
_EXPRESSIONS: dict[type[ast.AST], Callable[..., None]] = {
    ast.Name: _Flow.name, ast.NamedExpr: _Flow.named, ast.Lambda: _Flow.lambda_,
    ast.IfExp: _Flow.conditional, ast.BoolOp: _Flow.bool_op, ast.Call: _Flow.call,
    **dict.fromkeys(COMPREHENSIONS, _Flow.comprehension),
}  # fmt: skip
