"""The event of a session's start: a short map of the workspace."""

from __future__ import annotations

from collections import Counter

from ...indexer.paths import is_test_file
from ..render.words import counted
from ..sessions.read_log import packed
from .messages import SESSION_START, add_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .event import Event
    from .messages import Answer

# After these, what was read before is no longer before the model's eyes.
_FORGETTING = frozenset(["compact", "clear"])
_PACKAGES = 12
_FOLDERS = 6


def answer(event: Event) -> Answer | None:
    """Return the map; after a compaction, forget what was shown before."""
    payload, ledger = event.payload, event.ledger
    if payload.text("source") in _FORGETTING:
        ledger.forget_shown(event.number)
    if payload.text("model"):
        ledger.note_model(event.number, payload.text("model"))
    event.session.inference(whole=True)
    view = event.session.index.view()
    ledger.note_files(event.number, packed(view.files))
    sentences = [*_map(event, view.files), *_usage()]
    if view.pending:
        sentences.append(f"{counted(len(view.pending), 'file')} not indexed yet.")
    return add_context(SESSION_START, "\n".join(sentences))


def _map(event: Event, files: Iterable[str]) -> list[str]:
    """Return sentences on packages below the import roots, and on tests."""
    workspace = event.session.index.workspace
    modules: Counter[str] = Counter()
    tests: Counter[str] = Counter()
    for path in files:
        if is_test_file(path):
            tests[path.partition("/")[0]] += 1
            continue
        name = workspace.module_name(path)
        parts = name.split(".") if name else [path.partition("/")[0]]
        modules[".".join(parts[:2]) if len(parts) > 2 else parts[0]] += 1
    n_files = sum(modules.values()) + sum(tests.values())
    sentences = [
        f"flux-index keeps an index of this Python workspace ({counted(n_files, 'file')})."
    ]
    if modules:
        listed = ", ".join(f"{name} ({count})" for name, count in modules.most_common(_PACKAGES))
        more = len(modules) - _PACKAGES
        sentences.append(f"Packages (modules): {listed}{f' and {more} more' if more > 0 else ''}.")
    if tests:
        listed = ", ".join(f"{name}/ ({count})" for name, count in tests.most_common(_FOLDERS))
        sentences.append(f"Tests (files): {listed}.")
    return sentences


def _usage() -> list[str]:
    """Return sentences on how to ask the index."""
    return [
        "`flux-index query exists 'a.b.C.method(keyword=)'` tells whether an API exists and what "
        "is nearest; `query source NAME`, `members CLASS`, `references NAME`, `outline FILE` show "
        "code without reading whole files; `flux-index validate` judges what has changed.",
        "Edits of Python files are compared with the index before they are written: what uses an "
        "API that does not exist, or changes lines that were not read, is refused with the reason.",
    ]
