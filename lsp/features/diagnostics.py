"""Diagnostics: pulled, for a document and for all; and pushed to clients that cannot pull.

What is pushed carries the version of the text that it is about, and is for the newest text: what
has become older on the way is not sent.
"""

from __future__ import annotations

from ..diagnostic_filter import LeftOut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..client import Client
    from ..document_view import Place
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

SOURCE = "flux-index"
_QUIET_SECONDS = 0.15
# What other files mean for those that are open is said when these have settled.
_SETTLED_SECONDS = 1.0
_KEPT = 20_000
# Problems of files of the workspace that are not open, by content, encoding and what is left out.
_known: dict[tuple[bytes, str, LeftOut], list[Json]] = {}


def register(server: Server) -> None:
    """Answer textDocument/diagnostic and workspace/diagnostic; push to clients without these."""

    def capabilities(client: Client) -> dict[str, Json]:
        if not client.pull_diagnostics:
            return {}
        options = {
            "identifier": SOURCE,
            "interFileDependencies": True,
            "workspaceDiagnostics": True,
        }
        return {"diagnosticProvider": options}

    server.answers(
        "textDocument/diagnostic", _pull, capabilities, feature="diagnostics", patient=True
    )
    server.answers("workspace/diagnostic", _pull_all, feature="diagnostics", slow=True)

    def changed(uri: str, seconds: float = _QUIET_SECONDS) -> None:
        if _pushes(server):
            server.later(
                ("diagnostics", uri),
                seconds,
                lambda: server.submit(_push, {"textDocument": {"uri": uri}}),
            )

    def changed_elsewhere(*_: object) -> None:
        for uri in server.documents.open_uris():
            changed(uri, _SETTLED_SECONDS)
        if server.client.refresh("diagnostics"):
            server.later(
                "diagnostics",
                _SETTLED_SECONDS,
                lambda: server.ask("workspace/diagnostic/refresh", None),
            )

    def closed(uri: str) -> None:
        if _pushes(server):
            server.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})

    server.observe("opened", changed)
    server.observe("changed", changed)
    server.observe("saved", changed)
    server.observe("closed", closed)
    server.observe("disk", changed_elsewhere)
    server.observe("settings", changed_elsewhere)


def _pushes(server: Server) -> bool:
    wanted: bool = server.settings.get("diagnostics.push", not server.client.pull_diagnostics)
    return wanted and server.settings.enabled("diagnostics")


def _push(request: Request) -> Json:
    place = request.place()
    listed = _diagnostics(request, place)
    server, version = request.server, place.version
    if version is None or server.documents.version(place.uri) != version:
        return None  # the text has changed: what is about the new one is on its way
    params: dict[str, Json] = {"uri": place.uri, "diagnostics": listed}
    if request.client.get("textDocument.publishDiagnostics.versionSupport"):
        params["version"] = version
    server.notify("textDocument/publishDiagnostics", params)
    return None


def _pull(request: Request) -> Json:
    listed = _diagnostics(request, request.place())
    return _report(listed, request.params.get("previousResultId"))


def _report(listed: list[Json], previous: object) -> dict[str, Json]:
    """A full report, or that nothing has changed: a result's id says what is in it."""
    import json
    from hashlib import blake2b

    id_ = blake2b(json.dumps(listed, sort_keys=True).encode(), digest_size=8).hexdigest()
    if previous == id_:
        return {"kind": "unchanged", "resultId": id_}
    return {"kind": "full", "resultId": id_, "items": listed}


def _pull_all(request: Request) -> Json:
    """Reports of every file that has problems, or had some when the client asked before."""
    earlier: dict[str, str] = {}
    if request.params.get("previousResultIds"):
        for each in request.params.parts("previousResultIds"):
            earlier[each.text("uri")] = each.text("value")
    reports: list[Json] = []
    seen: set[str] = set()
    left_out = _left_out(request)
    for place in request.places():
        for path, row in place.inference.snapshot.view.files.items():
            request.check()
            if path in place.inference.snapshot.overlaid():
                continue
            uri = place.uri_of(path)
            listed = _of_file(place, path, row[3], left_out)
            if listed or uri in earlier:
                seen.add(uri)
                reports.append({"uri": uri, "version": None, **_report(listed, earlier.get(uri))})
    for uri in request.server.documents.open_uris():
        request.check()
        place = _open_place(request, uri)
        if place is not None:
            seen.add(uri)
            listed = _diagnostics(request, place)
            report = _report(listed, earlier.get(uri))
            reports.append({"uri": uri, "version": place.version, **report})
    for uri, id_ in earlier.items():
        if uri not in seen:  # gone
            reports.append({"uri": uri, "version": None, **_report([], id_)})
    return {"items": reports}


def _open_place(request: Request, uri: str) -> Place | None:
    from ...indexer.errors import FluxIndexError
    from ..messages import ProtocolError

    try:
        return request.place(uri)
    except (FluxIndexError, ProtocolError):
        return None


def _of_file(place: Place, path: str, digest: bytes, left_out: LeftOut) -> list[Json]:
    """Diagnostics of a file on disk. Only one that does not parse is shown to the compiler."""
    key = digest, place.encoding, left_out
    known = _known.get(key)
    if known is None:
        facts = place.inference.facts(path)
        known = []
        if facts is not None and len(facts.errors[0]):
            known = _shown(place, path, left_out)
        if len(_known) >= _KEPT:
            _known.clear()
        _known[key] = known
    return known


def _left_out(request: Request) -> LeftOut:
    return LeftOut(request.settings.get("diagnostics.leaveOut", []))


def _diagnostics(request: Request, place: Place) -> list[Json]:
    first, last = place.span
    return _shown(place, place.path, _left_out(request), first, last)


def _shown(
    place: Place, path: str, left_out: LeftOut, first: int = 0, last: int | None = None
) -> list[Json]:
    from ...api.ide.diagnostics import problems

    result: list[Json] = []
    for problem in problems(place.inference, path):
        if left_out.has(problem.code, problem.severity):
            continue
        if problem.start < first or (last is not None and problem.start > last):
            continue
        shown: dict[str, Json] = {
            "range": place.range(problem.start, problem.end, path),
            "severity": problem.severity,
            "code": problem.code,
            "source": SOURCE,
            "message": problem.message,
        }
        if problem.tags:
            shown["tags"] = problem.tags
        result.append(shown)
    return result
