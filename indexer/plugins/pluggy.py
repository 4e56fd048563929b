"""pluggy: hook implementations get what the specification of their hook is annotated with."""

from __future__ import annotations

from .. import facts_view
from ..heuristics.evidence import Answer
from ..inference.access_paths import decorator_callee, last_name, nearest_files
from ..inference.annotations import annotation_type
from ..inference.entities import FUNCTION, Entity
from ..inference.modules import find_module
from ..inference.signatures import parameter_rows
from ..inference.types import UNKNOWN, without_none
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..heuristics.evidence import ParameterQuery
    from ..inference.inference import Inference
    from ..inference.types import Type

_FILES = 24


class Pluggy(Plugin):
    """pluggy, and pytest, whose hooks are found by name."""

    __slots__ = ()

    def parameter_type(self, inference: Inference, query: ParameterQuery) -> Answer | None:
        """Return what the specification of a hook says, for its implementations."""
        function = query.function
        is_pytest = query.method.startswith("pytest_")
        if not is_pytest and not _is_marked(query.facts, function.row, "hookimpl"):
            return None
        places = nearest_files(query.path, inference.files_with(query.method), _FILES)
        own = find_module(inference, "_pytest.hookspec")
        if own is not None and is_pytest:
            places = [own.path, *places]
        for path in places:
            facts = inference.facts(path)
            name = facts.name_id(query.method) if facts is not None else -1
            if facts is None or name < 0:
                continue
            for row, defined in enumerate(facts.definition.name):
                if defined != name or (path, row) == (query.path, function.row):
                    continue
                if path != (own.path if own else "") and not _is_marked(facts, row, "hookspec"):
                    continue
                type_ = _annotated(inference, facts, Entity(FUNCTION, path, row), query.name)
                if type_:
                    return Answer(type_, "hook", "the hook's specification says so")
        return None


def _is_marked(facts: FileFacts, definition: int, mark: str) -> bool:
    """True if a decorator is called so, or ends so."""
    return any(
        last_name(facts, decorator_callee(facts, expr)).endswith(mark)
        for expr in facts_view.decorators(facts, definition)
    )


def _annotated(inference: Inference, facts: FileFacts, function: Entity, name: str) -> Type:
    """Return the annotated type of a parameter by its name."""
    for row in parameter_rows(inference, function):
        if facts.names[facts.parameter.name[row]] == name:
            annotation = facts.parameter.annotation[row]
            type_ = without_none(annotation_type(inference, function.path, annotation))
            if type_:
                return type_
    return UNKNOWN


PLUGIN = Pluggy()
