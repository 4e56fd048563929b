"""Diagnostics, pulled for a document and for all, or pushed to clients that cannot pull."""

from __future__ import annotations

import json
from bisect import bisect_right
from hashlib import blake2b
from typing import Any

from ...api.ide.diagnostics import Problem, problems
from ...api.quoting import escaped
from ...api.rpc.messages import RpcError
from ...indexer.errors import FluxIndexError
from ..client import DiagnosticFilter
from ..document_view import DocumentView
from ..requests import Request
from . import SOURCE

_CACHE_SIZE = 20_000
# Diagnostics of files that are not open, by content, encoding and filter.
_cache: dict[tuple[bytes, str, DiagnosticFilter], list[Any]] = {}


def push(request: Request) -> None:
    """Push the diagnostics of a document, unless its text has changed meanwhile."""
    view = request.view()
    params: dict[str, Any] = {"uri": view.uri, "diagnostics": _diagnostics(request, view)}
    server, version = request.server, view.version
    if version is None or server.documents.version(view.uri) != version:
        return
    if request.client.get("textDocument.publishDiagnostics.versionSupport"):
        params["version"] = version
    server.notify("textDocument/publishDiagnostics", params)


def document_diagnostic(request: Request) -> object:
    """Answer textDocument/diagnostic."""
    listed = _diagnostics(request, request.view())
    return _report(listed, request.params.get("previousResultId"))


def _report(listed: list[Any], previous: object) -> dict[str, Any]:
    """Return a full report, or that nothing has changed: a result's id is a hash of it."""
    id_ = blake2b(json.dumps(listed, sort_keys=True).encode(), digest_size=8).hexdigest()
    if previous == id_:
        return {"kind": "unchanged", "resultId": id_}
    return {"kind": "full", "resultId": id_, "items": listed}


def workspace_diagnostic(request: Request) -> object:
    """Answer workspace/diagnostic.

    There is a report for every file that has diagnostics, or had some in the earlier answer.
    """
    earlier: dict[str, str] = {}
    if request.params.get("previousResultIds"):
        for result in request.params.parts("previousResultIds"):
            earlier[result.text("uri")] = result.text("value")
    reports: list[Any] = []
    reported: set[str] = set()
    hidden = _filter(request)
    for view in request.workspace_views():
        for path, row in view.inference.snapshot.view.files.items():
            request.check()
            if path in view.inference.snapshot.overlaid():
                continue
            uri = view.uri_of(path)
            listed = _file_diagnostics(view, path, row[3], hidden)
            if listed or uri in earlier:
                reported.add(uri)
                reports.append({"uri": uri, "version": None, **_report(listed, earlier.get(uri))})
    for uri in request.server.documents.open_uris():
        request.check()
        try:
            view = request.view(uri)
        except (FluxIndexError, RpcError):
            continue
        reported.add(uri)
        report = _report(_diagnostics(request, view), earlier.get(uri))
        reports.append({"uri": uri, "version": view.version, **report})
    for uri, id_ in earlier.items():
        if uri not in reported:
            reports.append({"uri": uri, "version": None, **_report([], id_)})
    return {"items": reports}


def _file_diagnostics(
    view: DocumentView, path: str, digest: bytes, hidden: DiagnosticFilter
) -> list[Any]:
    """Return diagnostics of a file on disk, which is checked only when it does not parse."""
    key = digest, view.encoding, hidden
    known = _cache.get(key)
    if known is None:
        facts = view.inference.facts(path)
        is_broken = facts is not None and len(facts.errors[0]) > 0
        known = _format(view, path, hidden) if is_broken else []
        if len(_cache) >= _CACHE_SIZE:
            _cache.clear()
        _cache[key] = known
    return known


def _filter(request: Request) -> DiagnosticFilter:
    return DiagnosticFilter(frozenset(map(str, request.settings.get("diagnostics.leaveOut", []))))


def _diagnostics(request: Request, view: DocumentView) -> list[Any]:
    first, last = view.span
    # Hidden is only what can be shown a moment later.
    cursor = view.cursor if request.server.updates.shows_later else None
    return _format(view, view.path, _filter(request), first, last, cursor)


def _is_unfinished(view: DocumentView, problem: Problem, cursor: int | None) -> bool:
    """True if a problem is what somebody types just now, who knows that there is more to come."""
    if cursor is None:
        return False
    if problem.start <= cursor <= problem.end:
        return True
    if problem.code != "syntax-error":
        return False
    starts = view.facts.line_starts
    line = bisect_right(starts, cursor)
    return bisect_right(starts, problem.start) in (line, line + 1)


def _format(
    view: DocumentView, path: str, hidden: DiagnosticFilter, first: int = 0,
    last: int | None = None, cursor: int | None = None,
) -> list[Any]:  # fmt: skip
    return [
        {
            "range": view.range(problem.start, problem.end, path),
            "severity": problem.severity,
            "code": problem.code,
            "source": SOURCE,
            "message": escaped(problem.message),
        }
        for problem in problems(view.inference, path)
        if not hidden.hides(problem.code, problem.severity)
        and first <= problem.start
        and (last is None or problem.start <= last)
        and not _is_unfinished(view, problem, cursor)
    ]
