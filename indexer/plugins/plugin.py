"""The hooks by which a plugin answers what types and definitions do not tell."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..facts import FileFacts
    from ..heuristics.evidence import Answer, ParameterQuery
    from ..inference.entities import Entity, Found
    from ..inference.inference import Inference
    from ..inference.types import Type, Value


class Plugin:
    """Knowledge of one framework or library.

    A plugin overrides the hooks that concern it and lists them in its entry of the registry; the
    others have no answer. Plugins are asked in the order of the registry, and the first answer
    counts.
    """

    __slots__ = ()

    # Classes.

    def field_style(self, inference: Inference, path: str, decorator: int) -> str:
        """Return how classes under a decorator declare fields: ANNOTATED, SPECIFIED, or nothing.

        ``decorator`` is the row of what is named, without the call.
        """
        del inference, path, decorator
        return ""

    def field_type(self, inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
        """Return the type that ``name = field(...)``, a row of binding, declares."""
        del inference, path, facts, row
        return ()

    def has_unknown_constructor(self, options: Mapping[str, int], *, has_own: bool) -> bool:
        """True if a decorator makes a constructor that the fields of the class do not tell.

        ``options`` are the ops of its arguments by keyword, under an empty string those without
        one; ``has_own`` says that the class defines a constructor itself.
        """
        del options, has_own
        return False

    # Attributes.

    def attribute_type(self, inference: Inference, value: Value, name: str) -> Type | None:
        """Return the type of an attribute of an instance, in place of what its class declares."""
        del inference, value, name
        return None

    def member_type(
        self, inference: Inference, value: Value, member: Entity, name: str
    ) -> Type | None:
        """Return what reading a variable of a class body gives, on the class or an instance.

        None if it gives what the variable holds.
        """
        del inference, value, member, name
        return None

    def attribute_definitions(self, inference: Inference, value: Value, name: str) -> list[Found]:
        """Return what an attribute that no class defines stands for."""
        del inference, value, name
        return []

    def is_filled(self, inference: Inference, value: Value) -> bool:
        """True if calls elsewhere declare the attributes of an instance."""
        del inference, value
        return False

    def declared_attributes(self, inference: Inference, path: str) -> set[str]:
        """Return the attributes that calls declare for what a file fills; none if unknown."""
        del inference, path
        return set()

    # Expressions.

    def expression_type(self, inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
        """Return the type of a call, subscript or iteration that declared types get wrong."""
        del inference, path, facts, expr
        return ()

    def unknown_type(self, inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
        """Return the type of an expression of the workspace that types leave unknown."""
        del inference, path, facts, expr
        return ()

    def call_type(self, inference: Inference, path: str, arguments: list[int]) -> Type | None:
        """Return the result of calling a function by its plain name, given positional arguments."""
        del inference, path, arguments
        return None

    def unknown_call_type(
        self, inference: Inference, path: str, facts: FileFacts, call: int
    ) -> Type | None:
        """Return the result of a call by a name, where types leave it unknown."""
        del inference, path, facts, call
        return None

    # Parameters.

    def parameter_type(self, inference: Inference, query: ParameterQuery) -> Answer | None:
        """Return what is passed for a parameter without annotation."""
        del inference, query
        return None

    # Strings.

    def named_in_string(
        self, inference: Inference, path: str, call: int, expr: int, prefix: str
    ) -> list[Found]:
        """Return what a word of a string names that a call is given, be it in a list.

        ``expr`` is the string, ``prefix`` what it has up to and with the word.
        """
        del inference, path, call, expr, prefix
        return []

    # Tests.

    def is_used_as_double(self, text: bytes, start: int, end: int, name: str) -> bool:
        """True if code between two positions treats what has a name as a stand-in for another."""
        del text, start, end, name
        return False

    def replaced_members(self, facts: FileFacts) -> set[tuple[str, str]]:
        """Return (class or module, name) of what a file puts something else in place of."""
        del facts
        return set()

    def imports_by_base_name(self, inference: Inference) -> bool:
        """True if files of tests outside of packages are imported under their base names."""
        del inference
        return False

    def parameter_source(self, inference: Inference, parameter: Entity) -> Entity | None:
        """Return the function that a parameter requests by its own name."""
        del inference, parameter
        return None

    def offered_parameters(
        self, inference: Inference, path: str, function: str, decorator: str
    ) -> dict[str, Entity]:
        """Return what parameters of a function may request by their names, by name.

        The function is half-written: ``decorator`` is the text of its decorators.
        """
        del inference, path, function, decorator
        return {}

    def offered_keywords(self, inference: Inference, called: Value) -> dict[str, Entity]:
        """Return keyword arguments that a call may have and no signature shows, by name."""
        del inference, called
        return {}
