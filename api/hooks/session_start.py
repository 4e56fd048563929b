"""When a session starts: a short map of the workspace, and what the ledger has to forget."""

from __future__ import annotations

from collections import Counter

from ..render.view import counted
from ..sessions.files import packed
from .wire import SESSION_START, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .event import Asked
    from .wire import Answer

# After these, what was read before is no longer before the model's eyes.
_FORGETTING = frozenset(["compact", "clear"])
_PACKAGES = 12
_FOLDERS = 6


def answer(asked: Asked) -> Answer | None:
    """The map."""
    payload, ledger = asked.payload, asked.ledger
    if payload.text("source") in _FORGETTING:
        ledger.forget_shown(asked.number)
    if payload.text("model"):
        ledger.note_model(asked.number, payload.text("model"))
    asked.session.inference(whole=True)
    view = asked.session.index.view()
    ledger.note_files(asked.number, packed(view.files))
    said = [*_map(asked, view.files), *_how()]
    if view.pending:
        said.append(f"{counted(len(view.pending), 'file')} not indexed yet.")
    return told(SESSION_START, "\n".join(said))


def _map(asked: Asked, files: Iterable[str]) -> list[str]:
    """What lies where: packages below the import roots, tests, other folders."""
    workspace = asked.session.index.workspace
    modules: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for path in files:
        if "/tests/" in f"/{path}" or path.rpartition("/")[2].startswith("test_"):
            tests[path.partition("/")[0]] += 1
            continue
        name = workspace.module_name(path)
        parts = name.split(".") if name else [path.partition("/")[0]]
        modules[".".join(parts[:2]) if len(parts) > 2 else parts[0]] += 1
    n_files = sum(modules.values()) + sum(tests.values())
    said = [f"flux-index keeps an index of this Python workspace ({counted(n_files, 'file')})."]
    if modules:
        listed = ", ".join(f"{name} ({count})" for name, count in modules.most_common(_PACKAGES))
        more = len(modules) - _PACKAGES
        said.append(f"Packages (modules): {listed}{f' and {more} more' if more > 0 else ''}.")
    if tests:
        listed = ", ".join(f"{name}/ ({count})" for name, count in tests.most_common(_FOLDERS))
        said.append(f"Tests (files): {listed}.")
    return said


def _how() -> list[str]:
    """What can be asked."""
    return [
        "`flux-index query exists 'a.b.C.method(keyword=)'` tells whether an API exists and what "
        "is nearest; `query source NAME`, `members CLASS`, `references NAME`, `outline FILE` show "
        "code without reading whole files; `flux-index validate` judges what has changed.",
        "Edits of Python files are compared with the index before they are written: what uses an "
        "API that does not exist, or changes lines that were not read, is refused with the reason.",
    ]
