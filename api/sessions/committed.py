"""What files were when a session began, where git still has it."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ..source.git import Repository
from .read_log import is_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..open_workspace import OpenWorkspace


def committed_contents(
    workspace: OpenWorkspace, changed: Mapping[str, bytes]
) -> dict[str, bytes | None]:
    """Return contents before files changed, None for new ones; those that git lacks are left out.

    ``changed`` has the stored start of the hash of each, empty for a new file.
    """
    found: dict[str, bytes | None] = {path: None for path, kept in changed.items() if not kept}
    if len(found) == len(changed):
        return found  # there is nothing to ask git for
    repository = Repository(workspace.index.workspace.root)
    try:
        tree = repository.tree("HEAD")
        contents = repository.contents(tree[path] for path in changed if path in tree)
    except InvalidArgumentsError:
        return found
    for path, kept in changed.items():
        content = contents.get(tree.get(path, "")) if kept else None
        if content is not None and is_of(content, kept):
            found[path] = content
    return found
