"""What a workspace consists of, and the state of its index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope, page_of

# A package with more modules than this, inside of another, is told on a line of its own.
_LARGE = 25


def map(  # noqa: A001
    workspace: OpenWorkspace, *, below: str | None, limit: int, offset: int
) -> dict[str, Any]:
    """Answer the operation ``map``."""
    inference = workspace.inference(whole=True)
    start = (
        inference.snapshot.relative(below).rstrip("/") + "/" if below and below.strip("./") else ""
    )
    folders: dict[str, list[str]] = {}
    holds: dict[str, set[str]] = {}
    for each in inference.snapshot.view.files:
        if each.startswith(start) and each.endswith((".py", ".pyi")):
            folders.setdefault(_folder(each), []).append(each)
            _note_file(each, holds)
    merged = _merged(folders, holds, start.rstrip("/"))
    items = [
        _folder_item(inference, folder, paths, holds[folder]) for folder, paths in merged.items()
    ]
    items.sort(key=lambda item: (item["tests"], item["path"]))
    return envelope(inference, page_of(items, limit, offset), set())


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _note_file(path: str, holds: dict[str, set[str]]) -> None:
    """Add a file, and each folder on the way to it, to what its folder holds."""
    name, is_folder = path, False
    while True:
        folder = _folder(name)
        last = name[len(folder) + 1 :] if folder else name
        last = f"{last}/" if is_folder else last.rpartition(".")[0]
        if last != "__init__":
            holds.setdefault(folder, set()).add(last)
        holds.setdefault(folder, set())
        if not folder:
            return
        name, is_folder = folder, True


def _merged(folders: dict[str, list[str]], every: Iterable[str], top: str) -> dict[str, list[str]]:
    """Folders, small ones and those of tests as part of the one that they are in."""
    merged = dict(folders)
    for folder in sorted(every, key=lambda each: -each.count("/")):
        parent, paths = _folder(folder), merged.get(folder, [])
        if not (paths and parent) or folder == top:
            continue
        if len(paths) <= _LARGE or all(is_test_file(each) for each in paths):
            merged.setdefault(parent, []).extend(merged.pop(folder))
    return merged


def _folder_item(
    inference: Inference, folder: str, paths: list[str], holds: set[str]
) -> dict[str, Any]:
    return {
        "name": _module(inference, folder, paths),
        "path": folder,
        "files": len(paths),
        "tests": all(is_test_file(each) for each in paths),
        "holds": sorted(holds, key=lambda name: (not name.endswith("/"), name)),
    }


def _module(inference: Inference, folder: str, paths: list[str]) -> str:
    """The dotted name of a folder that is a package, "" of another."""
    initial = f"{folder}/__init__.py"
    if initial not in paths:
        return ""
    return inference.snapshot.index.workspace.module_name(initial) or ""


def status(workspace: OpenWorkspace) -> dict[str, Any]:
    """Answer the operation ``status``."""
    inference = workspace.inference(whole=True)
    return envelope(inference, dict(workspace.index.status()), set())
