"""The features of the language server, one module each.

The server is not built on pygls: importing its protocol types takes longer than the first answer
may take, and converting to and from them longer than a warm answer may. Parameters and results are
the protocol's JSON as it is: plain dictionaries and lists.

A feature's module is named in ``FEATURES`` and has ``register(server: Server) -> None``::

    def register(server: Server) -> None:
        server.answers("textDocument/hover", _hover, {"hoverProvider": True}, feature="hover")

    def _hover(request: Request) -> Json:
        from ...api.queries import hover            # what is heavy is imported when asked for
        place = request.place()                     # the document that the parameters name
        offset = place.offset(request.params["position"])
        ...
        return {"contents": ..., "range": place.range(start, end)}

- ``server.answers(method, handler, capabilities, feature=..., slow=False)``: ``capabilities`` are
  merged into those the server announces; it may be a function of the :class:`Client` instead.
  ``feature`` is the name of the setting that turns it off (then it is not announced, and answers
  null). ``slow`` methods (whole workspace) run in a lane of their own, so that they do not hold up
  a hover.
- Handlers are plain functions. They run in worker threads, never in the thread that reads, and
  return JSON, or :class:`Raw` for JSON that is already text. They may be run twice: when a file
  turns out to have changed unnoticed, the handler is called again with a fresh snapshot, so keep
  no state.
- Raise :class:`..messages.ProtocolError` ``(code, message)`` for the protocol's errors; whatever
  FluxIndexError comes up (unknown file, outside of the workspace) becomes null by itself.

:class:`..requests.Request` (one question):
  ``params``; ``server``; ``client`` (see below); ``settings``; ``check()`` raises when the client
  has cancelled: call it in long loops; ``place(uri=None)`` the :class:`Place` of
  ``params.textDocument.uri`` or of a URI, as of the moment when the request came in;
  ``places()`` one place with ``path`` "" for each workspace, for questions about all of them.

:class:`..places.Place` (one document in one snapshot):
  ``workspace`` (``.index``, ``.root``), ``session`` (for ``api.operations.call``), ``snapshot``,
  ``path`` (as snapshots name files), ``uri``, ``version`` (None when not open), ``text``
  (normalized bytes), ``facts``, ``span`` ((start, end) of the document in ``text``: a notebook's
  cell is a part of its module; leave out what is not inside);
  ``offset(position) -> int`` clamped as the protocol wants; ``offsets(range) -> (start, end)``;
  ``position(offset, path=None)``, ``range(start, end, path=None)``: of byte offsets, in the
  encoding that was negotiated; ``location(path, start, end) -> {"uri", "range"}``;
  ``uri_of(path)``; ``found(position) -> list[Found]`` what a name stands for;
  ``workspace_edit({path: [(start, end, text), ...]}) -> WorkspaceEdit`` with versions where known.
  ``place.at(uri)`` is another document seen by the same snapshot.
  To go on from one request to the next (resolve, hierarchies) put ``place.uri_of(path)`` and a
  position into ``data``, never rows or byte offsets of facts.

:class:`..client.Client` (what the client can do): ``snippets``, ``links(feature)``,
  ``markdown(feature)``, ``hierarchical_symbols``, ``resolves(feature, property)``,
  ``dynamic(method)``, ``document_changes``, ``pull_diagnostics``, ``refresh(feature)``, and
  ``get("textDocument.completion.completionItem.snippetSupport", default)`` for anything else.

:class:`..settings.Settings`: ``enabled(feature)``; ``get("diagnostics.push", default)``.

:class:`..server.Server` besides: ``notify(method, params)``; ``ask(method, params, then=None)``
  asks the client, ``then(result)`` is called in a worker; ``submit(handler, params)`` runs a
  handler in the background as if asked, its result is dropped; ``later(key, seconds, function)``
  calls a function once in a worker, a newer call with the same key replaces it (debouncing);
  ``observe(event, function)``: ``"opened"``, ``"changed"``, ``"saved"``, ``"closed"`` are called
  with the document's URI, ``"disk"`` with (workspace, paths or None when not known), ``"settings"``
  with nothing; observers run in the reading thread or a watcher's: be quick, use ``later``.
  ``documents`` (``.open_uris()``, ``.version(uri)``).
"""

from __future__ import annotations

FEATURES = (
    "definition", "declaration", "type_definition", "implementation", "references",
    "document_highlight", "document_symbol", "workspace_symbol", "call_hierarchy",
    "type_hierarchy", "folding_range", "selection_range", "semantic_tokens", "document_link",
    "hover", "signature_help", "completion", "rename", "rename_files", "inlay_hints", "code_lens",
    "code_actions", "diagnostics", "commands",
)  # fmt: skip
"""Modules of this package, in the order in which they are registered."""
