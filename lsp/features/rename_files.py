"""Edits of imports when files are renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...api.ide.rename.files import edits
from .. import uris

if TYPE_CHECKING:
    from ..requests import Request


def will_rename_files(request: Request) -> object:
    """Answer workspace/willRenameFiles."""
    renamed = [
        (uris.to_path(file.text("oldUri")), uris.to_path(file.text("newUri")))
        for file in request.params.parts("files")
    ]
    for view in request.workspace_views():
        request.check()
        workspace = view.workspace.index.workspace
        moves: list[tuple[str, str]] = []
        for old, new in renamed:
            before = workspace.relative(old) if old else None
            after = workspace.relative(new) if new else None
            if before and after:
                moves.append((before, after))
        found = edits(view.inference, moves) if moves else {}
        if found:
            return view.workspace_edit(found)
    return None
