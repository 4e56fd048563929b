"""The events of a session's start, answered with a map of the workspace, and of a user's prompt."""

from __future__ import annotations

import re
from collections import Counter

from ...indexer.paths import is_test_file
from ...indexer.store.lesson_store import ON
from ..lessons.book import book_of, is_current
from ..lessons.sentences import sentence
from ..quoting import quoted
from ..render.words import counted
from ..sessions.read_log import packed
from ..tasks.observed import observe_prompt
from .event import FOLLOWED, GAP
from .hosts import client_of
from .messages import SESSION_START, USER_PROMPT, add_context
from .reads import mentioned_lines, record_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .event import Event
    from .messages import Answer


# After these, all that is before the model's eyes was heard of, if it was so before.
_FOLLOWING = frozenset(["startup", "clear", "resume"])
# After these, what was read before is no longer before the model's eyes.
_FORGETTING = frozenset(["compact", "clear"])
_WORD = re.compile(r"\w+")
_PACKAGES = 8
_FOLDERS = 3


def answer_start(event: Event) -> Answer | None:
    """Return the map; after a compaction, forget what was shown before."""
    payload, ledger = event.payload, event.ledger
    source = payload.text("source")
    if source in _FORGETTING:
        ledger.forget_shown(event.number)
    if source == "startup":
        ledger.tell(event.main, FOLLOWED)
    elif source not in _FOLLOWING:
        ledger.tell(event.main, GAP)
    if payload.text("model"):
        ledger.note_model(event.number, payload.text("model"))
    event.session.inference(whole=True)
    view = event.session.index.view()
    ledger.note_files(event.number, packed(view.files))
    sentences = [*_map_sentences(event, view.files), _USAGE]
    if view.pending:
        sentences.append(f"{counted(len(view.pending), 'file')} not indexed yet.")
    return add_context(SESSION_START, "\n".join(sentences))


def _map_sentences(event: Event, files: Iterable[str]) -> list[str]:
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
    head = f"flux-index keeps an index of this Python workspace ({counted(n_files, 'file')})."
    sentences: list[str] = []
    if modules:
        listed = ", ".join(f"{name} ({count})" for name, count in modules.most_common(_PACKAGES))
        more = len(modules) - _PACKAGES
        sentences.append(f"Packages (modules): {listed}{f' and {more} more' if more > 0 else ''}.")
    if tests:
        listed = ", ".join(f"{name}/ ({count})" for name, count in tests.most_common(_FOLDERS))
        sentences.append(f"Tests (files): {listed}.")
    return [head, *quoted(sentences)]


_USAGE = (
    "Edits of Python files are compared with it. `flux-index query exists 'a.b.C.f(keyword=)'`, "
    "`source NAME`, `references NAME` ask it; `flux-index validate` judges what has changed."
)


def answer_prompt(event: Event) -> Answer | None:
    """Return what has changed of what the agent has read."""
    changed = event.changed_outside()
    prompt = event.payload.text("prompt")
    if "@" in prompt:
        found = mentioned_lines(prompt, event.payload.text("cwd"))
        record_lines(event.session, event.ledger, event.number, found)
    _, model, _ = event.ledger.facts(event.number)
    client = client_of(event.payload.fields, event.payload.host)
    observe_prompt(event.session, event.ledger, event.payload.handle, prompt, client, model)
    sentences: list[str] = []
    if changed:
        sentences += ["flux-index: files changed since they were read.", *quoted(changed)]
    learned = _lessons(event, prompt)
    if learned:
        sentences += ["flux-index: mistakes that were made with this before.", *quoted(learned)]
    return add_context(USER_PROMPT, "\n".join(sentences)) if sentences else None


# Lessons that are told for a prompt.
_MOST_LESSONS = 5


def _lessons(event: Event, prompt: str) -> list[str]:
    """Return what lessons say about classes and functions that a prompt names."""
    book = book_of(event.session.index)
    if not book.rows:
        return []
    words = set(_WORD.findall(prompt))
    found: list[str] = []
    for row in sorted(book.rows.values(), key=lambda row: -row.seen):
        named = {part for name in (row.subject, row.anchor) for part in name.split(".")[-2:]}
        if row.state != ON or words.isdisjoint(named - {""}) or len(found) == _MOST_LESSONS:
            continue
        if is_current(event.session.inference(whole=False), row):
            found.append(sentence(row))
    return found
