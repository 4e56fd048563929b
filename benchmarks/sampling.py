"""Questions to ask of a code base, drawn from its own index so that they fit any."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.index import Index

if TYPE_CHECKING:
    Question = tuple[str, dict[str, Any]]

_CLASSES, _POSITIONS = ("class", "enum"), 10
MOST_HITS = 1_000


class Sample(NamedTuple):
    """Questions by operation."""

    definitions: list[Question]
    symbols: list[Question]
    members: list[Question]
    references: list[Question]
    hits: list[int]
    """How many references each of ``references`` has."""


def draw(root: str, cache_dir: str, seed: int) -> Sample:
    """Draw questions from an index that is there; the same ones for the same files and seed."""
    rng = random.Random(seed)
    index = Index.open(root, cache_dir=cache_dir)
    session = OpenWorkspace(index)
    paths = rng.sample(sorted(index.view().files), min(120, len(index.view().files)))
    items = [
        item
        for path in paths
        for top in call(session, "outline", {"path": path})["items"]
        for item in (top, *top.get("children", ()))
    ]
    rng.shuffle(items)
    classes = [item["name"] for item in items if item["kind"] in _CLASSES]
    references, hits = _references(session, rng, [item["name"] for item in items])
    sample = Sample(
        _definitions(session, rng, items, paths, references),
        _searches(items),
        [("members", {"name": name}) for name in classes[:30]],
        references,
        hits,
    )
    session.close()
    return sample


def _definitions(
    session: OpenWorkspace,
    rng: random.Random,
    items: list[dict[str, Any]],
    paths: list[str],
    references: list[Question],
) -> list[Question]:
    """100 by name, 100 at imported names, 100 at uses of drawn symbols."""
    questions: list[Question] = [("definition", {"name": item["name"]}) for item in items[:100]]
    imported = [
        {"path": path, **item["range"]["start"]}
        for path in paths
        for item in call(session, "imports", {"path": path})["items"]
    ]
    used = [
        {"path": group["path"], **reference["range"]["start"]}
        for _, arguments in references
        for group in call(session, "references", arguments)["items"]
        for reference in group["references"][:_POSITIONS]
    ]
    for positions in (imported, used):
        chosen = rng.sample(positions, min(100, len(positions)))
        questions += [("definition", position) for position in chosen]
    return questions


def _references(
    session: OpenWorkspace, rng: random.Random, names: list[str]
) -> tuple[list[Question], list[int]]:
    """30 symbols, from those used once to those used about ``MOST_HITS`` times."""
    counted: dict[str, int] = {}
    store = session.index.reader()
    assert store is not None
    # One symbol for each name: a name that is everywhere would be drawn again and again.
    alone = {_last(name): name for name in names}
    by_files = sorted(alone.values(), key=lambda name: len(store.files_of_name(_last(name))))
    # Most names occur in a few files only: take as many from the common end as from the rest.
    common = by_files[-100:]
    for name in [*rng.sample(by_files[:-100], min(50, len(by_files) // 2)), *common]:
        arguments = {"name": name, "limit": MOST_HITS}
        total = call(session, "references", arguments)["total"]
        if 0 < total <= MOST_HITS:
            counted[name] = total
    ordered = sorted(counted, key=counted.__getitem__)
    # As many with about 4 hits as with about 40 and 400.
    chosen: list[str] = []
    for at in range(30):
        wanted = MOST_HITS ** (at / 29)
        rest = [name for name in ordered if name not in chosen]
        if rest:
            chosen.append(min(rest, key=lambda name: abs(counted[name] - wanted)))
    chosen.sort(key=counted.__getitem__)
    questions: list[Question] = [
        ("references", {"name": name, "limit": MOST_HITS}) for name in chosen
    ]
    return questions, [counted[name] for name in chosen]


def _searches(items: list[dict[str, Any]]) -> list[Question]:
    """5 searches of each kind: exact, prefix, humps, dotted suffix, fuzzy, words."""
    names = [item["name"] for item in items if len(_last(item["name"])) > 5]
    camel = [name for name in names if len(re.findall("[A-Z]", _last(name))) > 1]
    documented = [item["summary"] for item in items if len(item.get("summary", "").split()) > 3]
    queries = [
        *(_last(name) for name in names[:5]),
        *(_last(name)[:4] for name in names[5:10]),
        *("".join(re.findall("[A-Z]", _last(name))) for name in camel[:5]),
        *(".".join(name.split(".")[-2:]) for name in names[10:15]),
        *(_last(name)[:2] + _last(name)[3:] for name in names[15:20]),
        *(" ".join(re.findall(r"\w+", summary)[:3]) for summary in documented[:5]),
    ]
    return [("symbols", {"query": query}) for query in queries]


def _last(name: str) -> str:
    return name.rpartition(".")[2]
