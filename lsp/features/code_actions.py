"""textDocument/codeAction: fixes for what is wrong at a place."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...api.check.fixes.quick_fixes import QuickFix
    from ..document_view import Place
    from ..messages import Json, Params
    from ..requests import Request
    from ..server import Server

FIX_ALL = "source.fixAll.flux-index"
OVERRIDE = "refactor.rewrite"
_KINDS = ["quickfix", OVERRIDE, FIX_ALL]


def register(server: Server) -> None:
    """Answer textDocument/codeAction."""
    server.answers(
        "textDocument/codeAction",
        _code_actions,
        {"codeActionProvider": {"codeActionKinds": _KINDS, "resolveProvider": False}},
        feature="codeActions",
    )


def _code_actions(request: Request) -> Json:
    place = request.place()
    context = request.params.part("context")
    kinds: Json = context.get("only")
    only = list(map(str, kinds)) if kinds is not None else None
    diagnostics = context.parts("diagnostics") if context.get("diagnostics") else []
    result = _of_problems(place, request.params["range"], only)
    fixes = _fixes(place, request.params["range"], diagnostics)
    if only is not None and _is_wanted(OVERRIDE, only):
        # There are many, so they are listed when rewriting is what is asked for.
        from ...api.check.fixes.quick_fixes import override_fixes

        at, _ = place.offsets(request.params["range"])
        fixes += [(fix, None) for fix in override_fixes(place.inference, place.path, at)]
    for fix, about in fixes:
        request.check()
        if not _is_wanted(fix.kind, only):
            continue
        action: dict[str, Json] = {
            "title": fix.title,
            "kind": fix.kind,
            "edit": place.workspace_edit({place.path: fix.edits}),
        }
        if about is not None:
            action["diagnostics"] = [about]
        if fix.preferred:
            action["isPreferred"] = True
        result = [each for each in result if each["edit"] != action["edit"]]
        result.append(action)
    if not request.client.get("textDocument.codeAction.codeActionLiteralSupport"):
        return []
    return result


def _of_problems(place: Place, range_: Json, only: list[str] | None) -> list[Json]:
    """Fixes of what diagnostics show: of those in a range, and all safe ones of the file."""
    from ...api.ide.diagnostics import problems

    start, end = place.offsets(range_)
    result: list[Json] = []
    safe: dict[str, list[tuple[int, int, str]]] = {}
    for problem in problems(place.inference, place.path):
        for fix in problem.fixes:
            edits: dict[str, list[tuple[int, int, str]]] = {}
            for edit in fix.edits:
                edits.setdefault(edit.path, []).append((edit.start, edit.end, edit.text))
            if problem.start <= end and start <= problem.end and _is_wanted("quickfix", only):
                result.append(
                    {
                        "title": fix.title,
                        "kind": "quickfix",
                        "edit": place.workspace_edit(edits),
                        "isPreferred": bool(fix.safe),
                    }
                )
            if fix.safe and not _overlaps(safe, edits):
                for path, listed in edits.items():
                    safe.setdefault(path, []).extend(listed)
    if safe and _is_wanted(FIX_ALL, only):
        result.append(
            {
                "title": "Fix all that flux-index can fix safely",
                "kind": FIX_ALL,
                "edit": place.workspace_edit(safe),
            }
        )
    return result


def _overlaps(
    known: dict[str, list[tuple[int, int, str]]], more: dict[str, list[tuple[int, int, str]]]
) -> bool:
    """Whether edits touch the same text: of those, only the first can be made."""
    return any(
        (start < until and first < end) or (start, end) == (first, until)
        for path, listed in more.items()
        for start, end, _ in listed
        for first, until, _ in known.get(path, ())
    )


def _is_wanted(kind: str, only: list[str] | None) -> bool:
    """Whether a client asks for a kind, itself or by one of the kinds that it belongs to."""
    if only is None:
        return not kind.startswith("source.")
    return any(kind == each or kind.startswith(each + ".") for each in only)


def _fixes(place: Place, range_: Json, diagnostics: list[Params]) -> list[tuple[QuickFix, Json]]:
    """Fixes, each with the diagnostic that it is for, if one is known."""
    from ...api.check.fixes.quick_fixes import class_fixes, missing_imports

    inference, path = place.inference, place.path
    start, _ = place.offsets(range_)
    found: list[tuple[QuickFix, Json]] = []
    asked: set[int] = set()
    for diagnostic in diagnostics:
        at, _ = place.offsets(diagnostic["range"])
        asked.add(at)
        found += [(fix, diagnostic) for fix in missing_imports(inference, path, at)]
    if start not in asked:
        titles = {fix.title for fix, _ in found}
        more = missing_imports(inference, path, start)
        found += [(fix, None) for fix in more if fix.title not in titles]
    found += [(fix, None) for fix in class_fixes(inference, path, start)]
    return found
