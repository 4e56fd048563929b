"""Inference: what names stand for and what expressions evaluate to, asked of one snapshot.

Every question takes one. Its methods are the functions of the modules of this package,
which are layered: a module imports those below it and asks for what is above it through here.
"""

from __future__ import annotations

from ..heuristics import keywords, parameters
from . import (
    annotations,
    calls,
    classes,
    entity_types,
    exports,
    expressions,
    lazy_modules,
    modules,
    operators,
    return_types,
    stub_mapping,
    synthesized,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .entities import Entity


class Inference:
    """Inference over the files of a snapshot.

    The methods of the snapshot that are called most often are at hand here. ``conventional`` is
    true if heuristics may answer where types do not.
    """

    __slots__ = (
        "conventional",
        "exists",
        "facts",
        "files_where",
        "files_with",
        "memo",
        "need",
        "progress",
        "snapshot",
        "text",
    )

    def __init__(self, snapshot: Snapshot, *, conventional: bool = True) -> None:
        """Infer from what a snapshot shows."""
        self.snapshot = snapshot
        self.conventional = conventional
        self.memo = snapshot.memo
        self.progress = snapshot.progress
        self.facts = snapshot.facts
        self.need = snapshot.need
        self.text = snapshot.text
        self.exists = snapshot.exists
        self.files_where = snapshot.files_where
        self.files_with = snapshot.files_with

    # Expressions and names.
    infer_type = expressions.infer_type
    definitions_of = expressions.definitions_of
    annotation_type = annotations.annotation_type
    is_whole = annotations.is_whole
    special_form = annotations.special_form
    literal_members = annotations.literal_members
    entity_type = entity_types.entity_type
    # Functions and calls.
    return_type = return_types.return_type
    decorated_class = return_types.decorated_class
    decorated_type = return_types.decorated_type
    call_result = calls.call_result
    call_without_arguments = calls.call_without_arguments
    method_result = calls.method_result
    has_method = calls.has_method
    is_callable = calls.is_callable
    made_fields = synthesized.made_fields
    namedtuple_field_types = operators.namedtuple_field_types
    # Classes.
    mro = classes.mro
    metaclass = classes.metaclass
    own_member = classes.own_member
    class_member = classes.class_member
    # Modules.
    exported_names = exports.exported_names
    is_exported = exports.is_exported
    is_private_import = exports.is_private_import
    lazy_member = lazy_modules.lazy_member
    has_dynamic_members = lazy_modules.has_dynamic_members
    missing_in_stub = stub_mapping.missing_in_stub
    has_source = stub_mapping.has_source
    find_module = modules.find_module
    # Heuristics.
    parameter_type = parameters.parameter_type
    conventional_type = parameters.conventional_type
    conventional_definitions = parameters.conventional_definitions
    forwarded_to = keywords.forwarded_to

    def related_by_protocol(self, cls: Entity, name: str) -> list[Entity]:
        """Classes whose member of a name stands for that of a class, though neither derives."""
        from ..heuristics.implementers import related_by_protocol

        return related_by_protocol(self, cls, name)

    def strict(self) -> Inference:
        """The same without conventions, for answers that look at very many places."""
        return Inference(self.snapshot.strict(), conventional=False)
