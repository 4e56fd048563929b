"""Code that is there to fail: what a test expects to be raised, or a handler catches."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.places import block_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .file import File

_EXPECTING = (b"raises", b"assertRaises", b"suppress", b"assertWarns", b"warns", b"expect")

_FAILING = (b"xfail", b"expectedFailure")


def is_expected_to_fail(file: File, position: int, *exceptions: str) -> bool:
    """Whether a handler or a ``with pytest.raises(…)`` around a position is for its failing."""
    if file.is_guarded(position, *exceptions) or _is_in_failing_test(file, position):
        return True
    kinds, parents, _, starts = file.facts.block[:4]
    block = block_at(file.facts, file.scope_at(position), position)
    while block >= 0:
        if kinds[block] == f.WITH_BODY:
            begin = file.text.rfind(b"with", 0, starts[block])
            if any(word in file.text[begin : starts[block]] for word in _EXPECTING):
                return True
        block = parents[block]
    line = file.facts.line_starts[file.facts.line_of(position)]
    # `with pytest.raises(TypeError): call()` on one line, `assertRaises(TypeError, call)`
    return b"raises" in file.text[line:position].lower()


def _is_in_failing_test(file: File, position: int) -> bool:
    """Whether a function around a position is decorated as a test that is to fail."""
    table = file.facts.definition
    return any(
        table[f.DEF_START][row] <= position < table[f.DEF_END][row]
        and (_is_marked(file, row) or _is_to_raise(file, row))
        for row in range(len(table[f.DEF_START]))
    )


def _is_marked(file: File, row: int) -> bool:
    table = file.facts.definition
    text = file.text[table[f.DEF_START][row] : table[f.DEF_POS][row]]
    return table[f.DEF_DECORATORS][row] >= 0 and any(word in text for word in _FAILING)


def _is_to_raise(file: File, row: int) -> bool:
    """Whether a function inside of another is given to ``assertRaises(TypeError, function)``."""
    facts = file.facts
    scope = facts.definition[f.DEF_SCOPE][row]
    if facts.scope[f.SCOPE_KIND][scope] != f.FUNCTION_SCOPE or b"aises(" not in file.text:
        return False
    import re

    name = re.escape(facts.names[facts.definition[f.DEF_NAME][row]].encode())
    return re.search(rb"aises\([^()\n]*,\s*" + name + rb"\b", file.text) is not None


def is_for_another_version(file: File, position: int) -> bool:
    """Whether a constant that is named after versions of Python decides whether code runs: PY38."""
    kinds, parents, tests = file.facts.block[:3]
    block = block_at(file.facts, file.scope_at(position), position)
    while block >= 0:
        if kinds[block] in (f.IF_TRUE, f.IF_FALSE) and tests[block] >= 0:
            name = file.spelled(tests[block]).rpartition(".")[2].lstrip("_").upper()
            if name.startswith(("PY2", "PY3", "IS_PY", "PYPY")):
                return True
        block = parents[block]
    return False
