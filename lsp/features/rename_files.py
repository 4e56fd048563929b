"""workspace/willRenameFiles: imports follow the files; and workspace/didRenameFiles."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json, Params
    from ..requests import Request
    from ..server import Server

_FILTERS = [
    {"scheme": "file", "pattern": {"glob": "**/*.{py,pyi}", "matches": "file"}},
    {"scheme": "file", "pattern": {"glob": "**", "matches": "folder"}},
]


def register(server: Server) -> None:
    """Answer workspace/willRenameFiles, and take note of workspace/didRenameFiles."""
    operations = {"willRename": {"filters": _FILTERS}, "didRename": {"filters": _FILTERS}}
    server.answers(
        "workspace/willRenameFiles",
        _will_rename,
        {"workspace": {"fileOperations": operations}},
        feature="renameFiles",
        slow=True,
    )

    def did_rename(params: Params) -> None:
        from .. import uris

        listed = [uri for pair in _renamed(params) for uri in pair]
        paths = [uris.to_path(uri) for uri in listed]
        server.workspaces.told([path for path in paths if path is not None])

    server.takes("workspace/didRenameFiles", did_rename)


def _renamed(params: Params) -> list[tuple[str, str]]:
    """(old, new) URI of each file or folder."""
    return [(pair.text("oldUri"), pair.text("newUri")) for pair in params.parts("files")]


def _will_rename(request: Request) -> Json:
    from ...api.ide.rename.files import edits
    from .. import uris

    renamed = [(uris.to_path(old), uris.to_path(new)) for old, new in _renamed(request.params)]
    for place in request.places():
        request.check()
        workspace = place.workspace.index.workspace
        moves: list[tuple[str, str]] = []
        for old, new in renamed:
            before = workspace.relative(old) if old else None
            after = workspace.relative(new) if new else None
            if before and after:
                moves.append((before, after))
        found = edits(place.inference, moves) if moves else {}
        if found:
            return place.workspace_edit(found)
    return None
