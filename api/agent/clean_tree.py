"""Is a work tree of git clean, so that all that a run writes can be told from what was there?"""

from __future__ import annotations

import os

from ...indexer.errors import InvalidArgumentsError
from ...indexer.text import UnreadableError, read
from ..open_workspace import OpenWorkspace
from ..source.git import Repository, differs

_LARGEST = 200_000_000


def need_clean_tree(workspace: OpenWorkspace) -> None:
    """Raise InvalidArgumentsError unless git has everything of a workspace as it is now."""
    try:
        changed = changed_paths(workspace)
    except InvalidArgumentsError as error:
        raise InvalidArgumentsError(
            f"--yes writes without asking, where git can tell what was written: {error}. "
            "--here says that it may write all the same"
        ) from error
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise InvalidArgumentsError(
            f"--yes writes without asking, and {', '.join(changed[:3])}{more} changed since the "
            "last commit: commit first, or say --here"
        )


def changed_paths(workspace: OpenWorkspace) -> list[str]:
    """Return the files that are not as in the last commit: changed, staged or unknown to git."""
    root = workspace.index.workspace.root
    repository = Repository(root)
    head, staged = repository.tree("HEAD"), repository.staged()
    found = {path for path in head.keys() | staged.keys() if head.get(path) != staged.get(path)}
    for path, object_id in staged.items():
        try:
            if path not in found and differs(read(os.path.join(root, path), _LARGEST), object_id):
                found.add(path)
        except UnreadableError:
            found.add(path)
    known = workspace.inference(whole=True).snapshot.paths()
    return sorted(found.union(path for path in known if path not in staged))
