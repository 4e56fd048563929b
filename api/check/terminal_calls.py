"""Calls that never return: what is declared ``NoReturn``, and functions that always raise."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.entities import FUNCTION, Entity
from ...indexer.inference.inference import Inference
from ...indexer.scope_map import block_at

RETURNS, MAY_RETURN, NEVER_RETURNS = range(3)

# What functions of which nothing is known are called that may end the program, or the function:
# `usage()`, `parser.error("…")`, `self.fail("…")`, `ctx.exit(1)`, `die("…")`.
_SOUNDS_TERMINAL = (
    "abort", "bail", "crash", "die", "error", "exit", "fail", "fatal", "quit", "raise", "skip",
    "stop", "terminate", "throw", "usage", "help", "panic", "reject", "unreachable", "assert",
    "leave", "return", "kill", "check", "execv", "require",
)  # fmt: skip
_NO_RETURN = ("NoReturn", "Never")
_ENDING = ("exit", "_exit", "abort", "quit")


def how_it_returns(inference: Inference, path: str, name: str, position: int) -> int:
    """Return whether a call of what is named at a position comes back."""
    facts = inference.need(path)
    occurrences = facts.occurrences(name, position)
    expr = next((ref for _, at, ref in occurrences if at == position), -1)
    found = inference.definitions_of(path, expr) if expr >= 0 else []
    sounds_terminal = any(word in name.lower() for word in _SOUNDS_TERMINAL)
    by_name = MAY_RETURN if sounds_terminal else RETURNS
    if not found or any(item.entity.kind != FUNCTION for item in found):
        return by_name
    answers = {_how_function_returns(inference, item.entity, by_name) for item in found}
    return answers.pop() if len(answers) == 1 else MAY_RETURN


def _how_function_returns(inference: Inference, function: Entity, by_name: int) -> int:
    facts = inference.need(function.path)
    table = facts.definition
    declared = table.returns[function.row]
    if declared >= 0 and last_name(facts, declared) in _NO_RETURN:
        return NEVER_RETURNS
    if function.path.endswith(".pyi"):
        # The standard library's stubs say `NoReturn` wherever it holds; others need not.
        library = inference.snapshot.index.search_path.stdlib
        return RETURNS if library and function.path.startswith(library) else by_name
    scope = table.own_scope[function.row]
    results = [row for row, owner in enumerate(facts.result.scope) if owner == scope]
    raising = [row for row in results if facts.result.kind[row] == f.RAISE]
    ending = [
        block
        for call in facts_view.calls(facts)
        if last_name(facts, call.function) in _ENDING
        and (block := block_at(facts, scope, facts.expr.position[call.row])) >= 0
    ]
    if not raising and not ending:
        return RETURNS
    blocks = [*(facts.result.block[row] for row in raising), *ending]
    is_certain = (
        declared < 0
        and len(raising) == len(results)
        and not table.flags[function.row] & (f.ABSTRACT | f.GENERATOR | f.STUB_BODY | f.ASYNC)
        and any(facts.block.kind[block] == f.BODY for block in blocks)
        and not any(_is_unwritten(facts, facts.result.expr[row]) for row in raising)
    )
    return NEVER_RETURNS if is_certain else MAY_RETURN


def _is_unwritten(facts: FileFacts, raised: int) -> bool:
    """True for ``raise NotImplementedError``, which is for others to write."""
    kind = facts_view.called(facts, raised)
    return last_name(facts, kind if kind >= 0 else raised) == "NotImplementedError"
