"""A workspace as an index of SCIP: documents with occurrences, and what each symbol is.

Only what is known is told: exact and inferred. The format has no place to say that something is
known by convention or by its name alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...indexer import facts as f
from ...indexer.inference.classes import bases
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    name_of,
    owner_class,
    scope_of,
)
from ...indexer.inference.inference import Inference
from ..source.docstrings import docstring
from ..source.entity_views import kind_of, signature
from ..version import version
from . import scip_pb2 as scip
from .occurrences import occurrences_of
from .symbol_names import SymbolNames

_KINDS = {
    "class": scip.SymbolInformation.Class,
    "enum": scip.SymbolInformation.Enum,
    "function": scip.SymbolInformation.Function,
    "method": scip.SymbolInformation.Method,
    "property": scip.SymbolInformation.Property,
    "field": scip.SymbolInformation.Field,
    "constant": scip.SymbolInformation.Constant,
    "variable": scip.SymbolInformation.Variable,
    "parameter": scip.SymbolInformation.Parameter,
    "module": scip.SymbolInformation.Module,
}


class Export:
    """An index of SCIP in parts, which follow each other in its file.

    ``files``, ``occurrences`` and ``symbols`` count what was told so far.
    """

    def __init__(self, inference: Inference) -> None:
        """Tell of a workspace as the inference sees it; conventions are left out."""
        self._inference = inference.strict()
        self._names = SymbolNames(self._inference)
        # The entity of each symbol that occurs, in the order in which they were met.
        self._used: dict[str, Entity] = {}
        self._told: set[str] = set()
        self._related: set[tuple[str, str]] = set()
        self.files = self.occurrences = self.symbols = 0

    def parts(self, below: str = "") -> Iterator[bytes]:
        """Yield messages that, one after the other, are one message of the type ``Index``.

        ``below`` is what the paths of documents start with.
        """
        snapshot = self._inference.snapshot
        root = Path(snapshot.index.workspace.root)
        tool = scip.ToolInfo(name="flux-index", version=version())
        metadata = scip.Metadata(
            tool_info=tool, project_root=root.as_uri(), text_document_encoding=scip.UTF8
        )
        yield scip.Index(metadata=metadata).SerializeToString()
        for path in sorted({*snapshot.view.files, *snapshot.view.pending}):
            if path.startswith(below) and self._inference.facts(path) is not None:
                yield scip.Index(documents=[self._document(path)]).SerializeToString()
        # What is told of a base of something outside leads on to its bases.
        while missing := [symbol for symbol in self._used if symbol not in self._told]:
            infos = [self._information(symbol, self._used[symbol]) for symbol in missing]
            yield scip.Index(external_symbols=infos).SerializeToString()

    def _document(self, path: str) -> scip.Document:
        found = occurrences_of(self._inference, self._names, path)
        for symbol, entity in found.elsewhere.items():
            self._used.setdefault(symbol, entity)
        found.document.symbols.extend(
            self._information(symbol, entity) for symbol, entity in found.own.items()
        )
        self.files += 1
        self.occurrences += len(found.document.occurrences)
        self._names.forget(path)
        return found.document

    def _information(self, symbol: str, entity: Entity) -> scip.SymbolInformation:
        """Return what is known of a symbol, which is told once for each file that defines it."""
        is_first = symbol not in self._told
        self._told.add(symbol)
        self.symbols += is_first
        inference, kind = self._inference, entity.kind
        information = scip.SymbolInformation(
            symbol=symbol,
            kind=_KINDS.get(kind_of(inference, entity), scip.SymbolInformation.UnspecifiedKind),
            display_name=name_of(inference, entity),
        )
        if kind in (OUTSIDE, NAMESPACE):
            return information
        text = docstring(inference, entity) if kind in (CLASS, FUNCTION, MODULE) else ""
        if text:
            information.documentation.append(text)
        if kind in (CLASS, FUNCTION):
            word = "class " if kind == CLASS else "def "
            header = signature(inference, entity)
            if header.startswith("async "):
                word, header = "async def ", header[6:]
            code = f"{word}{information.display_name}{header}"
            information.signature_documentation.language = "python"
            information.signature_documentation.text = code
            for base, is_reference in self._related_to(entity):
                self._relate(information, base, is_reference=is_reference)
        elif symbol.startswith("local "):
            information.enclosing_symbol = self._around(entity)
        return information

    def _around(self, entity: Entity) -> str:
        """Return the symbol of the class, function or module that a local name is inside of."""
        facts = self._inference.need(entity.path)
        scope = scope_of(facts, entity)
        while scope >= 0:
            if facts.scope.kind[scope] in (f.FUNCTION_SCOPE, f.CLASS_SCOPE):
                row = facts.scope.definition[scope]
                kind = CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION
                return self._names.symbol(Entity(kind, entity.path, row))
            scope = facts.scope.parent[scope]
        return self._names.symbol(Entity(MODULE, entity.path, -1))

    def _relate(
        self, information: scip.SymbolInformation, entity: Entity, *, is_reference: bool
    ) -> None:
        symbol = self._names.symbol(entity)
        pair = information.symbol, symbol
        if not symbol or symbol == information.symbol or pair in self._related:
            return
        self._related.add(pair)
        self._used.setdefault(symbol, entity)
        information.relationships.add(
            symbol=symbol, is_implementation=True, is_reference=is_reference
        )

    def _related_to(self, entity: Entity) -> Iterator[tuple[Entity, bool]]:
        """Yield the bases of a class; of a method, what it overrides, whose uses may mean it."""
        inference = self._inference
        if entity.kind == CLASS:
            yield from ((base, False) for base in bases(inference, entity) if base.path)
            return
        cls = owner_class(inference.need(entity.path), entity)
        if cls < 0:
            return
        name = name_of(inference, entity)
        for base in inference.mro(Entity(CLASS, entity.path, cls))[1:]:
            if base.kind != CLASS:
                return
            found = inference.own_member(base, name)
            if found:
                yield from ((each.entity, True) for each in found if each.entity.kind == FUNCTION)
                return
