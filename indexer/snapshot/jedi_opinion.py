"""A second opinion on half-written code, from Jedi, for when the index has no answer.

Jedi reads sources and nothing else here: it imports no extension module of the workspace's
environment, starts no interpreter, and has a third of a second. One question is asked at a time;
who comes while another is being answered gets none.
"""

from __future__ import annotations

import os
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .snapshot import Snapshot

LIMIT = 0.3  # seconds
_KINDS = {
    "class": "class", "function": "method", "module": "module", "property": "property",
    "instance": "field", "statement": "field", "param": "parameter", "keyword": "keyword",
}  # fmt: skip
_asking = allocate_lock()


class _OutOfTimeError(BaseException):
    """Raised inside of Jedi when its time is over; nothing of it may catch that."""


def members(
    snapshot: Snapshot, path: str, offset: int, limit: float = LIMIT
) -> list[tuple[str, str]]:
    """(name, kind) of what Jedi would complete at a byte offset; empty when it takes too long."""
    if not _asking.acquire(blocking=False):
        return []
    from threading import Event, Thread

    answer: list[tuple[str, str]] = []
    done = Event()

    def run() -> None:
        try:
            answer.extend(_complete(snapshot, path, offset))
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
        _interrupt(thread.ident)
        return []
    return list(answer)


def _forget() -> None:
    """Let go of the trees that Jedi keeps of every file it has seen."""
    import sys

    cache = sys.modules.get("parso.cache")
    if cache is not None:
        cache.parser_cache.clear()


def _interrupt(ident: int | None) -> None:
    """Have a thread stop at its next step of Python."""
    import ctypes

    if ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(ident), ctypes.py_object(_OutOfTimeError)
        )


def _complete(snapshot: Snapshot, path: str, offset: int) -> list[tuple[str, str]]:
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
        environment=environment.InterpreterEnvironment(),
    )
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
