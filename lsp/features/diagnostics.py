"""Diagnostics: pulled, for a document and for all; and pushed to clients that cannot pull.

What is pushed carries the version of the text that it is about, and is for the newest text: what
has become older on the way is not sent.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.snapshot import Snapshot
    from ..client import Client
    from ..messages import Json
    from ..places import Place
    from ..requests import Request
    from ..server import Server

SOURCE = "flux-index"
_QUIET_SECONDS = 0.15
_KEPT = 20_000
# Problems of files of the workspace that are not open, by content: ranges and messages.
_known: dict[tuple[bytes, str], list[Json]] = {}


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

    server.answers("textDocument/diagnostic", _pull, capabilities, feature="diagnostics")
    server.answers("workspace/diagnostic", _pull_all, feature="diagnostics", slow=True)

    def changed(uri: str) -> None:
        if _pushes(server):
            server.later(
                ("diagnostics", uri),
                _QUIET_SECONDS,
                lambda: server.submit(_push, {"textDocument": {"uri": uri}}),
            )

    def closed(uri: str) -> None:
        if _pushes(server):
            server.notify("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})

    server.observe("opened", changed)
    server.observe("changed", changed)
    server.observe("saved", changed)
    server.observe("closed", closed)


def _pushes(server: Server) -> bool:
    wanted: bool = server.settings.get("diagnostics.push", not server.client.pull_diagnostics)
    return wanted and server.settings.enabled("diagnostics")


def _push(request: Request) -> Json:
    place = request.place()
    listed = _diagnostics(place)
    server, version = request.server, place.version
    if version is None or server.documents.version(place.uri) != version:
        return None  # the text has changed: what is about the new one is on its way
    params: dict[str, Json] = {"uri": place.uri, "diagnostics": listed}
    if request.client.get("textDocument.publishDiagnostics.versionSupport"):
        params["version"] = version
    server.notify("textDocument/publishDiagnostics", params)
    return None


def _pull(request: Request) -> Json:
    listed = _diagnostics(request.place())
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
    for place in request.places():
        for path, row in place.snapshot.view.files.items():
            request.check()
            if path in place.snapshot.overlaid():
                continue
            uri = place.uri_of(path)
            listed = _of_file(place, path, row[3])
            if listed or uri in earlier:
                seen.add(uri)
                reports.append({"uri": uri, "version": None, **_report(listed, earlier.get(uri))})
    for uri in request.server.documents.open_uris():
        request.check()
        place = _open_place(request, uri)
        if place is not None:
            seen.add(uri)
            listed = _diagnostics(place)
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


def _of_file(place: Place, path: str, digest: bytes) -> list[Json]:
    """Diagnostics of a file on disk. Only one that does not parse is shown to the compiler."""
    key = digest, place.encoding
    known = _known.get(key)
    if known is None:
        facts = place.snapshot.facts(path)
        known = []
        if facts is not None and len(facts.errors[0]):
            known = _shown(place, place.snapshot, path)
        if len(_known) >= _KEPT:
            _known.clear()
        _known[key] = known
    return known


def _diagnostics(place: Place) -> list[Json]:
    first, last = place.span
    return _shown(place, place.snapshot, place.path, first, last)


def _shown(
    place: Place, snapshot: Snapshot, path: str, first: int = 0, last: int | None = None
) -> list[Json]:
    from ...api.queries.diagnostics import problems

    result: list[Json] = []
    for problem in problems(snapshot, path):
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
