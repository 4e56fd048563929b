"""Types of parameters by their names: annotated elsewhere, or named like a class.

The weakest conventions. Both ask for support: the class must have every attribute that the function
uses on the parameter, and at least one has to be used.
"""

from __future__ import annotations

from .. import facts as f
from ..inference import access_paths
from ..inference.annotations import annotation_type
from ..inference.entities import CLASS, Entity
from ..inference.types import INSTANCE, UNKNOWN, instance, without_none
from ..name_uses import is_parameter
from ..paths import is_test_file
from . import usage
from .evidence import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..inference.inference import Inference
    from ..inference.types import Type
    from .evidence import ParameterQuery

# Names that parameters of any type have.
_SAYS_NOTHING = frozenset(
    ["args", "data", "func", "item", "key", "kwargs", "name", "obj", "path", "value", "other",
     "self", "cls", "node", "arg", "val", "result", "expr", "element", "instance", "object"]
)  # fmt: skip
_FILES = (60, 12, 4)


def annotated_elsewhere(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what parameters of this name are annotated with elsewhere, if it fits the use."""
    name = query.name
    if len(name) < 3 or name in _SAYS_NOTHING:
        return None
    used = usage.attributes_used_on_parameter(query)
    if not used:
        return None
    level = min(max(inference.progress.conventions - 1, 0), len(_FILES) - 1)
    seen: dict[Entity, int] = {}
    total = 0
    for where in access_paths.nearest_files(query.path, inference.files_with(name), _FILES[level]):
        if not inference.snapshot.uses(where, name, is_parameter):
            continue
        other = inference.need(where)
        row_of_name = other.name_id(name)
        table = other.parameter
        for parameter, named_ in enumerate(table.name):
            annotation = table.annotation[parameter]
            if named_ != row_of_name or annotation < 0:
                continue
            total += 1
            for value in without_none(annotation_type(inference, where, annotation)):
                if value.form == INSTANCE and value.entity.kind == CLASS:
                    seen[value.entity] = seen.get(value.entity, 0) + 1
    fitting = [entity for entity in seen if usage.has_all_members(inference, entity, used)]
    if len(fitting) != 1 or 2 * seen[fitting[0]] < total:
        return None
    count = seen[fitting[0]]
    noun = "parameter" if count == 1 else "parameters"
    because = f"{count} {noun} of this name {'is' if count == 1 else 'are'} annotated so"
    return Answer((instance(fitting[0]),), "same-name", because)


def spelled_like(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return the class of the workspace whose name is the parameter's."""
    type_ = class_like(inference, query.name, usage.attributes_used_on_parameter(query))
    return Answer(type_, "class-name", "the class of this name") if type_ else None


def class_like(inference: Inference, name: str, used: set[str]) -> Type:
    """Return an instance of the class named like a variable, if it has all that is used on it."""
    stripped = name.strip("_")
    if len(stripped) < 3 or stripped in _SAYS_NOTHING or not used:
        return UNKNOWN
    camel = "".join(part.capitalize() for part in stripped.split("_"))
    entity = class_named(inference, camel)
    if entity is None or not usage.has_all_members(inference, entity, used):
        return UNKNOWN
    return (instance(entity),)


def class_named(inference: Inference, name: str) -> Entity | None:
    """Return the only class with a name; classes of tests count only if there is no other."""
    classes: list[Entity] = []
    for path in usage.files_defining(inference, name):
        facts = inference.facts(path)
        row_of_name = facts.name_id(name) if facts is not None else -1
        if facts is None or row_of_name < 0:
            continue
        classes += [
            Entity(CLASS, path, row)
            for row, kind in enumerate(facts.definition.kind)
            if kind == f.CLASS and facts.definition.name[row] == row_of_name
        ]
    if len(classes) > 1:
        classes = [entity for entity in classes if not is_test_file(entity.path)]
    return classes[0] if len(classes) == 1 else None
