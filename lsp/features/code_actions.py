"""Code actions: fixes of problems, and overrides of inherited methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.check.fixes.definitions import class_fixes
from ...api.ide.diagnostics import problems
from ...api.ide.quick_fixes import missing_imports, override_fixes
from ...api.source.text_edits import edits_by_path
from . import CODE_ACTION_KINDS

if TYPE_CHECKING:
    from ...api.check.findings import Fix
    from ...api.source.text_edits import Edit
    from ..document_view import DocumentView
    from ..params import Params
    from ..requests import Request


_QUICK_FIX, _OVERRIDE, _FIX_ALL = CODE_ACTION_KINDS


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
    for fix, diagnostic in fixes:
        request.check()
        if not _is_wanted(fix.kind, only):
            continue
        action: dict[str, Any] = {
            "title": fix.title,
            "kind": fix.kind,
            "edit": _workspace_edit(view, fix.edits),
        }
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
                result.append(
                    {
                        "title": fix.title,
                        "kind": _QUICK_FIX,
                        "edit": _workspace_edit(view, fix.edits),
                        "isPreferred": fix.safe,
                    }
                )
            # Of edits that touch the same text, only the first can be made.
            if fix.safe and not any(edit.overlaps(other) for edit in fix.edits for other in safe):
                safe += fix.edits
    if safe and _is_wanted(_FIX_ALL, only):
        result.append(
            {
                "title": "Fix all that flux-index can fix safely",
                "kind": _FIX_ALL,
                "edit": _workspace_edit(view, safe),
            }
        )
    return result


def _workspace_edit(view: DocumentView, edits: list[Edit]) -> Any:
    """Return edits of files as the client takes them."""
    return view.workspace_edit(
        {
            path: [(edit.start, edit.end, edit.text) for edit in listed]
            for path, listed in edits_by_path(edits).items()
        }
    )


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
