"""Edits of code: code actions, renames, and the operations as commands.

A command ``flux-index.<operation>`` takes one argument, an object with the operation's arguments.
Its ``workspace``, the URI of a folder, or else its ``path`` chooses the workspace; without either
it is the first open one.
"""

from __future__ import annotations

import os
from typing import Any

from ...api.check.findings import Fix
from ...api.check.fixes.definitions import class_fixes
from ...api.ide.diagnostics import missing_imports, override_fixes, problems
from ...api.ide.rename import prepare_rename as prepare_at
from ...api.ide.rename import rename as rename_at
from ...api.ide.rename_files import file_rename_edits, module_moves
from ...api.ide.rename_search import Change
from ...api.operations.table import OPERATIONS, call
from ...api.source.mentions import Mention, places_text
from ...api.source.text_edits import Edit, edits_by_path
from ...api.suggest.known import removal_at
from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ...indexer.inference.locate import identifier_at
from ...indexer.snapshot import StaleError
from ..document_view import DocumentView
from ..params import Params, failed, invalid, path_of_uri
from ..requests import Request
from . import CODE_ACTION_KINDS, COMMAND_PREFIX

_QUICK_FIX, _OVERRIDE, _FIX_ALL = CODE_ACTION_KINDS
_REMOVAL = _OVERRIDE
_ANNOTATION = "flux-index-convention"


def code_actions(request: Request) -> object:
    """Answer textDocument/codeAction."""
    view = request.view()
    context = request.params.part("context")
    kinds: Any = context.get("only")
    only = list(map(str, kinds)) if kinds is not None else None
    diagnostics = context.parts("diagnostics") if context.get("diagnostics") else []
    result = _problem_fixes(view, request.params["range"], only)
    fixes = _other_fixes(view, request.params["range"], diagnostics)
    if only is not None and _is_wanted(_OVERRIDE, only):
        # There are many, so they are listed when the client asks for refactorings.
        at, _ = view.offsets(request.params["range"])
        fixes += [(fix, None) for fix in override_fixes(view.inference, view.path, at)]
    if _is_wanted(_REMOVAL, only):
        found = removal_at(
            view.inference.strict(), view.path, *view.offsets(request.params["range"])
        )
        if found is not None:
            result.append(_action(view, found.title, _REMOVAL, found.edits))
    for fix, diagnostic in fixes:
        request.check()
        if not _is_wanted(fix.kind, only):
            continue
        action = _action(view, fix.title, fix.kind, fix.edits)
        if diagnostic is not None:
            action["diagnostics"] = [diagnostic]
        if fix.safe:
            action["isPreferred"] = True
        result = [each for each in result if each["edit"] != action["edit"]]
        result.append(action)
    if not request.client.get("textDocument.codeAction.codeActionLiteralSupport"):
        return []
    return result


def _problem_fixes(view: DocumentView, range_: Any, only: list[str] | None) -> list[Any]:
    """Return fixes of the problems in a range, and one action for all safe ones of the file."""
    start, end = view.offsets(range_)
    result: list[Any] = []
    safe: list[Edit] = []
    for problem in problems(view.inference, view.path):
        for fix in problem.fixes:
            if problem.start <= end and start <= problem.end and _is_wanted(_QUICK_FIX, only):
                action = _action(view, fix.title, _QUICK_FIX, fix.edits)
                result.append({**action, "isPreferred": fix.safe})
            # Of edits that touch the same text, only the first can be made.
            if fix.safe and not any(edit.overlaps(other) for edit in fix.edits for other in safe):
                safe += fix.edits
    if safe and _is_wanted(_FIX_ALL, only):
        result.append(_action(view, "Fix all that flux-index can fix safely", _FIX_ALL, safe))
    return result


def _action(view: DocumentView, title: str, kind: str, edits: list[Edit]) -> dict[str, Any]:
    """Return a code action."""
    spans = {
        path: [(edit.start, edit.end, edit.text) for edit in listed]
        for path, listed in edits_by_path(edits).items()
    }
    return {"title": title, "kind": kind, "edit": view.workspace_edit(spans)}


def _is_wanted(kind: str, only: list[str] | None) -> bool:
    """True if a client asks for a kind, by its name or by one of the kinds that contain it."""
    if only is None:
        return not kind.startswith("source.")
    return any(kind == each or kind.startswith(each + ".") for each in only)


def _other_fixes(
    view: DocumentView, range_: Any, diagnostics: list[Params]
) -> list[tuple[Fix, Any]]:
    """Return fixes, each with the diagnostic that it is for, if one is known."""
    inference, path = view.inference, view.path
    start, _ = view.offsets(range_)
    found: list[tuple[Fix, Any]] = []
    starts: set[int] = set()
    for diagnostic in diagnostics:
        at, _ = view.offsets(diagnostic["range"])
        starts.add(at)
        found += [(fix, diagnostic) for fix in missing_imports(inference, path, at)]
    if start not in starts:
        titles = {fix.title for fix, _ in found}
        more = missing_imports(inference, path, start)
        found += [(fix, None) for fix in more if fix.title not in titles]
    found += [(fix, None) for fix in class_fixes(inference, path, start)]
    return found


def prepare_rename(request: Request) -> object:
    """Answer textDocument/prepareRename."""
    view = request.view()
    offset = view.offset(request.params["position"])
    try:
        if _renames_files(request) and module_moves(view.inference, view.path, offset, "_"):
            start, name = identifier_at(view.text, offset) or (offset, "")
            return {"range": view.range(start, start + len(name.encode())), "placeholder": name}
        start, end, name = prepare_at(view.inference, view.path, offset)
    except InvalidArgumentsError as error:
        raise failed(str(error)) from error
    return {"range": view.range(start, end), "placeholder": name}


def rename(request: Request) -> object:
    """Answer textDocument/rename."""
    view = request.view()
    offset = view.offset(request.params["position"])
    new = request.params.text("newName")
    try:
        moves = module_moves(view.inference, view.path, offset, new)
        if moves and _renames_files(request):
            return _module_edit(request, view, moves)
        found = rename_at(view.inference, view.path, offset, new)
    except InvalidArgumentsError as error:
        raise failed(str(error)) from error
    request.check()
    client = request.client
    support = client.get("workspace.workspaceEdit.changeAnnotationSupport")
    annotates = client.document_changes and support is not None
    unsure = [change for change in found.changes if change.note]
    if unsure and not annotates:
        # Half a rename breaks a program; where nobody can be asked, all is done and told.
        lines = [
            Mention(change.path, view.inference.need(change.path).line_of(change.start))
            for change in unsure
        ]
        request.server.show(f"Renamed by convention only: {places_text(lines)}")
    if found.left:
        request.server.show(
            f"Left as they are, for it is not known what they mean: {places_text(found.left)}"
        )
    return _rename_edit(view, found.changes, new)


def _renames_files(request: Request) -> bool:
    """True if a client can rename files as a part of an edit."""
    operations = request.client.get("workspace.workspaceEdit.resourceOperations")
    return (
        request.client.document_changes and isinstance(operations, list) and "rename" in operations
    )


def _module_edit(request: Request, view: DocumentView, moves: list[tuple[str, str]]) -> Any:
    """Return the edit that renames the file of a module, or the folder of a package."""
    found = file_rename_edits(view.inference, moves)
    if found.left:
        request.server.show(f"The move leaves these as they are: {places_text(found.left)}")
    edit = view.workspace_edit(found.edits)
    uri_of = view.workspace.uri_of
    for old, new in moves:
        edit["documentChanges"].append(
            {"kind": "rename", "oldUri": uri_of(old), "newUri": uri_of(new)}
        )
    return edit


def _rename_edit(view: DocumentView, changes: list[Change], new: str) -> Any:
    by_path: dict[str, list[tuple[int, int, str]]] = {}
    for change in changes:
        by_path.setdefault(change.path, []).append((change.start, change.end, new))
    edit = view.workspace_edit(by_path)
    noted = [change for change in changes if change.note]
    if noted and "documentChanges" in edit:
        edit["changeAnnotations"] = {
            _ANNOTATION: {
                "label": "By convention",
                "description": noted[0].note,
                "needsConfirmation": True,
            }
        }
        marked = {
            (view.uri_of(change.path, change.start), _start_of(view, change)) for change in noted
        }
        for document in edit["documentChanges"]:
            uri = document["textDocument"]["uri"]
            for each in document["edits"]:
                start = each["range"]["start"]
                if (uri, (start["line"], start["character"])) in marked:
                    each["annotationId"] = _ANNOTATION
    return edit


def _start_of(view: DocumentView, change: Change) -> tuple[int, int]:
    start = view.range(change.start, change.end, change.path)["start"]
    return start["line"], start["character"]


def will_rename_files(request: Request) -> object:
    """Answer workspace/willRenameFiles."""
    renamed = [
        (path_of_uri(file.text("oldUri")), path_of_uri(file.text("newUri")))
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
        if not moves:
            continue
        try:
            found = file_rename_edits(view.inference, moves)
        except InvalidArgumentsError as error:
            raise failed(str(error)) from error
        if found.left:
            request.server.show(f"The move leaves these as they are: {places_text(found.left)}")
        if found.edits:
            return view.workspace_edit(found.edits)
    return None


def execute_command(request: Request) -> object:
    """Answer workspace/executeCommand."""
    command = request.params.text("command")
    name = command.removeprefix(COMMAND_PREFIX)
    if name == command or name not in OPERATIONS:
        raise invalid(f"there is no command {command!r}")
    listed = request.params.get("arguments")
    arguments = request.params.parts("arguments")[0] if listed else Params()
    views = request.workspace_views()
    if not views:
        raise failed("no workspace is open")
    view = views[0]
    folder = arguments.pop("workspace", None)
    path = path_of_uri(folder) if isinstance(folder, str) else arguments.get("path")
    if isinstance(path, str) and os.path.isabs(path):
        inside = [
            each for each in views if each.workspace.index.workspace.relative(path) is not None
        ]
        if folder is not None and not inside:
            raise failed(f"{folder} is not open")
        view = max(inside, key=lambda each: len(each.workspace.root), default=view)
    try:
        return dict(call(view.session, name, arguments))
    except StaleError:
        raise
    except FluxIndexError as error:
        raise failed(str(error)) from error
