"""Classes that implement a protocol without naming it: those that code passes for it.

``def shut(thing: Closing)`` and ``shut(File())``: ``File.close`` is what ``Closing.close`` means.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference.annotations import annotation_type
from ..inference.classes import is_protocol, mro, own_member
from ..inference.entities import CLASS, Entity, name_of
from ..inference.expressions import infer_type
from ..inference.query_cache import cached
from ..inference.types import INSTANCE
from .call_sites import argument_sites
from .evidence import ParameterQuery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type

_FILES = 64


def related_by_protocol(inference: Inference, cls: Entity, name: str) -> list[Entity]:
    """Return the classes whose member of a name stands for that of a class, or it for theirs."""
    if is_protocol(inference, cls):
        return implementers(inference, cls)
    return [
        protocol
        for protocol in cached(
            inference, "protocols", lambda: _protocols(inference), list[Entity]()
        )
        if own_member(inference, protocol, name) and cls in implementers(inference, protocol)
    ]


def _protocols(inference: Inference) -> list[Entity]:
    return [
        protocol
        for path in inference.snapshot.files_inheriting("Protocol")[:_FILES]
        if (facts := inference.facts(path)) is not None
        for row in facts_view.definitions(facts, f.CLASS)
        if is_protocol(inference, protocol := Entity(CLASS, path, row))
    ]


def implementers(inference: Inference, protocol: Entity) -> list[Entity]:
    """Return the classes of what is passed or assigned where a protocol is declared."""
    key = "implementers", protocol
    return cached(inference, key, lambda: _implementers(inference, protocol), list[Entity]())


def _implementers(inference: Inference, protocol: Entity) -> list[Entity]:
    found: dict[Entity, None] = {}
    for path in inference.files_with(name_of(inference, protocol))[:_FILES]:
        facts = inference.facts(path)
        for type_ in _given(inference, path, facts, protocol) if facts is not None else ():
            for value in type_:
                order = mro(inference, value.entity) if value.form == INSTANCE else []
                if value.entity.kind == CLASS and protocol not in order:
                    found.update(dict.fromkeys(cls for cls in order if not cls.is_outside))
    return list(found)


def _given(inference: Inference, path: str, facts: FileFacts, protocol: Entity) -> Iterator[Type]:
    """Yield what a file gives its parameters, variables and results that are of a protocol."""
    table = facts.binding
    for row, annotation in enumerate(table.annotation):
        if annotation < 0 or not _means(inference, path, annotation, protocol):
            continue
        scope = table.scope[row]
        if table.kind[row] != f.PARAMETER:
            yield infer_type(inference, path, table.value[row])
        elif facts.scope.kind[scope] == f.FUNCTION_SCOPE and facts.scope.definition[scope] >= 0:
            query = ParameterQuery(inference, path, facts, row)
            for site in argument_sites(inference, query):
                yield site.value(inference)
    for row in facts_view.definitions(facts, f.FUNCTION):
        annotation = facts.definition.returns[row]
        if annotation >= 0 and _means(inference, path, annotation, protocol):
            for result in facts_view.returned(facts, facts.definition.own_scope[row]):
                yield infer_type(inference, path, result)


def _means(inference: Inference, path: str, annotation: int, protocol: Entity) -> bool:
    """True if an annotation is of a protocol, or of a collection of it."""
    todo = list(annotation_type(inference, path, annotation))
    for value in todo:
        if value.form == INSTANCE and value.entity == protocol:
            return True
        todo += [inner for arg in value.args for inner in arg if inner not in todo]
    return False
