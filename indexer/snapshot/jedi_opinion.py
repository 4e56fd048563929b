"""A second opinion on half-written code, from Jedi, for when the index has no answer.

Jedi reads sources and nothing else here: it imports no extension module of the workspace's
environment, starts no interpreter, and has a third of a second. One question is asked at a time;
who comes while another is being answered gets none.

Jedi cannot be called off, so the time is looked at where it spends it: at every token that is
parsed and every expression that is inferred. An exception that another thread raises in it would
land anywhere, in callbacks of weak references too, where Python drops it and Jedi goes on.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from copy import copy
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .snapshot import Snapshot

LIMIT = 0.3  # seconds
# Seconds for which a stub may be parsed on after that. Jedi keeps stubs on disk once they are
# parsed; those of the builtins take longer than the limit, and no question does without them.
_STUBS = 5
_KINDS = {
    "class": "class", "function": "method", "module": "module", "property": "property",
    "instance": "field", "statement": "field", "param": "parameter", "keyword": "keyword",
}  # fmt: skip
_asking = allocate_lock()


class _OutOfTimeError(BaseException):
    """Raised inside of Jedi when its time is over; nothing of it may catch that."""


class _Deadline:
    """When Jedi's time is over."""

    def __init__(self, seconds: float) -> None:
        self.end = monotonic() + seconds

    def later(self, seconds: float) -> _Deadline:
        """Return one that is so much later."""
        other = _Deadline(0)
        other.end = self.end + seconds
        return other

    def look(self) -> None:
        """Raise _OutOfTimeError if the time is over."""
        if monotonic() >= self.end:
            raise _OutOfTimeError

    def put_into(self, grammar: Any) -> Any:
        """Return a grammar, as parso's, that looks at the time at every token."""
        checked = copy(grammar)
        tokenize = grammar._tokenizer  # parso has no other way to say how text is taken apart

        def tokens(lines: object) -> Iterator[Any]:
            for token in tokenize(lines):
                self.look()
                yield token

        checked._tokenizer = tokens
        return checked


class _Counts(dict[object, int]):
    """How often Jedi has inferred in each scope, which it asks before each expression."""

    def __init__(self, deadline: _Deadline) -> None:
        super().__init__()
        self._look = deadline.look

    def __getitem__(self, scope: object) -> int:
        self._look()
        return super().__getitem__(scope)


def members(
    snapshot: Snapshot, path: str, offset: int, limit: float = LIMIT
) -> list[tuple[str, str]]:
    """(name, kind) of what Jedi would complete at a byte offset; empty when it takes too long."""
    if not _asking.acquire(blocking=False):
        return []
    from threading import Event, Thread

    answer: list[tuple[str, str]] = []
    done = Event()
    deadline = _Deadline(limit)

    def run() -> None:
        try:
            answer.extend(_complete(snapshot, path, offset, deadline))
        except _OutOfTimeError:
            pass
        except Exception:  # its faults must not cost the answer of the others
            answer.clear()
        finally:
            done.set()
            _forget()
            _asking.release()

    thread = Thread(target=run, name="jedi", daemon=True)
    thread.start()
    if not done.wait(limit):
        return []
    return list(answer)


def _forget() -> None:
    """Let go of the trees that Jedi keeps of every file it has seen."""
    import sys

    cache = sys.modules.get("parso.cache")
    if cache is not None:
        cache.parser_cache.clear()


def _complete(
    snapshot: Snapshot, path: str, offset: int, deadline: _Deadline
) -> list[tuple[str, str]]:
    from importlib import import_module

    # Typed as Any: what Jedi says of its own types is not complete.
    jedi: Any = import_module("jedi")
    environment: Any = import_module("jedi.api.environment")
    index = snapshot.index
    _configure(jedi, index.cache_dir)
    root = index.workspace.root
    roots = [os.path.join(root, each) if each else root for each in index.workspace.source_roots]

    class Project(jedi.Project):
        """A project whose extension modules are those of the standard library, at most."""

        def _get_base_sys_path(self, inference_state: Any) -> list[str]:
            del inference_state
            return [os.path.dirname(os.__file__)]

    interpreter = environment.InterpreterEnvironment()
    grammar = deadline.put_into(interpreter.get_grammar())
    interpreter.get_grammar = lambda: grammar
    project = Project(
        root,
        sys_path=[*roots, *index.search_path.roots],
        smart_sys_path=False,
        load_unsafe_extensions=False,
    )
    text = snapshot.text(path)
    before = text[:offset]
    line_start = before.rfind(b"\n") + 1
    script = jedi.Script(
        text.decode("utf-8", "replace"),
        path=snapshot.absolute(path),
        project=project,
        environment=interpreter,
    )
    state = script._inference_state
    state.latest_grammar = deadline.later(_STUBS).put_into(state.latest_grammar)
    state.inferred_element_counts = _Counts(deadline)
    column = len(before[line_start:].decode("utf-8", "replace"))
    found = script.complete(before.count(b"\n") + 1, column)
    return [(name.name, _KINDS.get(name.type, "field")) for name in found if name.type != "keyword"]


def _configure(jedi: Any, cache_dir: str) -> None:
    """Keep Jedi from importing anything, from reading much, and its cache with ours."""
    settings = jedi.settings
    settings.auto_import_modules = []
    settings.allow_unsafe_interpreter_executions = False
    settings.dynamic_params = False
    settings.dynamic_params_for_other_modules = False
    settings.dynamic_array_additions = False
    settings.cache_directory = os.path.join(cache_dir, "jedi")
