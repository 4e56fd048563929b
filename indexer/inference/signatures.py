"""Signatures: parameters and overloads, and the arguments of a call, evaluated when needed."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from .classes import base_arguments, is_protocol, mro, own_member_names, type_parameters
from .entities import CLASS, FUNCTION, OUTSIDE, VARIABLE, Entity, name_of, owner_class
from .standard_types import standard_class
from .type_variables import upper_bound
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INFERRED,
    INSTANCE,
    NONE,
    NOWHERE,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    substitute,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type


# What a lambda is as long as nobody asks what it gives.
_LAMBDA: Type = (Value(CALLABLE, NOWHERE, (), INFERRED),)


class Arguments:
    """The arguments of a call: expressions of a file, or types of what is passed."""

    __slots__ = ("apart", "doubled", "keywords", "path", "positional", "inference", "starred")

    def __init__(self, inference: Inference, path: str, positional: list[int | Type]) -> None:
        """Take the positional arguments of a call in a file."""
        self.inference = inference
        self.path = path
        self.positional = positional
        self.keywords: dict[str, int | Type] = {}
        # True if there is a `*sequence`, and a `**mapping`: either may pass any parameter.
        self.starred = self.doubled = False
        # Row of an argument that is left out: the lambda whose parameters are inferred.
        self.apart = -1

    @classmethod
    def of(cls, inference: Inference, path: str, facts: FileFacts, expr: int) -> Arguments:
        """Return the arguments of the call in a row of expressions."""
        result = cls(inference, path, [])
        for key, _, value in facts_view.arguments(facts, expr):
            if key == f.ARG_POSITIONAL and not result.starred:
                result.positional.append(value)
            elif key >= 0:
                result.keywords[facts.names[key]] = value
            elif key == f.ARG_DOUBLE_STAR:
                result.doubled = True
            else:
                result.starred = True
        return result

    def without_first(self) -> Arguments:
        """Return the arguments without the first positional one."""
        rest = Arguments(self.inference, self.path, self.positional[1:])
        rest.keywords, rest.apart = self.keywords, self.apart
        rest.starred, rest.doubled = self.starred, self.doubled
        return rest

    def with_positional(self, type_: Type) -> Arguments:
        """Return the arguments with one more positional one behind the others."""
        more = self.without_first()
        more.positional = [*self.positional, type_]
        return more

    @property
    def is_open(self) -> bool:
        """True if ``*`` or ``**`` may pass further arguments."""
        return self.starred or self.doubled

    def given(self, index: int, name: str) -> int | Type | None:
        """Return the argument for a parameter, by keyword or position; None if there is none."""
        if name in self.keywords:
            return self.keywords[name]
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return None

    def type_of(self, index: int, name: str) -> Type:
        """Return the type of the argument for a parameter; unknown if there is none."""
        return self._evaluated(self.given(index, name))

    def _evaluated(self, given: int | Type | None) -> Type:
        if given is None or given == self.apart:
            return UNKNOWN
        if isinstance(given, int):
            return self.inference.infer_type(self.path, given)
        return given

    def shape_of(self, index: int, name: str) -> Type:
        """Return the type of an argument for choosing overloads: results of lambdas stay open."""
        given = self.given(index, name)
        if isinstance(given, int):
            facts = self.inference.need(self.path)
            if facts.expr.op[given] == f.LAMBDA:
                return _LAMBDA
        return self._evaluated(given)

    def passed(self) -> list[Type]:
        """Return the types of the positional arguments."""
        return [self._evaluated(given) for given in self.positional]


# How well arguments fit a signature: not at all, in some alternative, as far as anybody knows, in
# every alternative.
NEVER, MAYBE, OPEN, ALWAYS = range(4)
_WIDER = {"int": ("float", "complex"), "float": ("complex",), "bool": ("float", "complex")}


def overloads(inference: Inference, function: Entity) -> list[Entity]:
    """Return the overloads of a function in order; the function itself when it has none."""
    _, path, row = function
    facts = inference.need(path)
    scope = facts.definition.scope[row]
    name = facts.definition.name[row]
    rows = [
        facts.binding.ref[index]
        for index in facts.bindings_of(scope, name)
        if facts.binding.kind[index] == f.DEF_FUNCTION
    ]
    found = [
        Entity(FUNCTION, path, other)
        for other in rows
        if facts.definition.flags[other] & f.OVERLOAD
    ]
    return found or [function]


def select_overload(
    inference: Inference,
    function: Entity,
    arguments: Arguments,
    *,
    bound: bool,
    solved: dict[Entity, Type] | None = None,
) -> Entity:
    """Return the overload for the arguments of a call; ``solved`` are the receiver's variables."""
    return matching_overloads(inference, function, arguments, bound=bound, solved=solved)[0]


def matching_overloads(
    inference: Inference,
    function: Entity,
    arguments: Arguments,
    *,
    bound: bool,
    solved: dict[Entity, Type] | None = None,
) -> list[Entity]:
    """Return the overloads for the arguments of a call; several if unknown types decide.

    If none fits, it is not known what is called, or with what: all of them, or for navigation any.
    """
    listed = overloads(inference, function)
    if len(listed) == 1:
        return listed
    best, how_well = [function] if inference.conventional else listed, NEVER
    deciding: list[Type] = []
    for candidate in listed:
        undecided: list[Type] = []
        verdict = match_score(
            inference, candidate, arguments, bound=bound, solved=solved, undecided=undecided
        )
        if how_well == OPEN and verdict >= OPEN:
            if undecided != deciding:
                best.append(candidate)
        elif verdict > how_well:
            best, how_well, deciding = [candidate], verdict, undecided
        if verdict == ALWAYS:
            break
    return best


def parameter_rows(inference: Inference, function: Entity) -> list[int]:
    """Return the rows of a function's parameters."""
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    table: dict[int, list[int]] | None = facts.memo.get("parameters")
    if table is None:
        table = facts.memo["parameters"] = {}
        for row, owner in enumerate(facts.parameter.scope):
            table.setdefault(owner, []).append(row)
    return table.get(scope, [])


def _other_receiver(inference: Inference, function: Entity, row: int) -> Type:
    """Return the type that a method declares for ``self`` if that is of another class than its own.

    Of ``def get(self: Sync) -> int`` and ``def get(self: Async) -> Awaitable[int]`` the receiver
    decides, which is not known here.
    """
    facts = inference.need(function.path)
    annotation = facts.parameter.annotation[row]
    cls = owner_class(facts, function)
    if annotation < 0 or cls < 0:
        return ()
    type_ = inference.annotation_type(function.path, annotation)
    own = mro(inference, Entity(CLASS, function.path, cls))
    is_other = any(
        value.form == INSTANCE and value.entity.kind == CLASS and value.entity not in own
        for value in type_
    )
    return type_ if is_other else ()


def match_score(
    inference: Inference,
    function: Entity,
    arguments: Arguments,
    *,
    bound: bool,
    solved: dict[Entity, Type] | None = None,
    undecided: list[Type] | None = None,
) -> int:
    """Return how well a call's arguments fit a function's parameters by number, name and type.

    What parameters want that get an unknown argument is added to ``undecided``.
    """
    path = function.path
    facts = inference.need(path)
    table = facts.parameter
    every = parameter_rows(inference, function)
    rows = every[1 if bound else 0 :]
    positional = [row for row in rows if table.kind[row] <= f.POSITIONAL]
    kinds = {table.kind[row] for row in rows}
    if len(arguments.positional) > len(positional) and f.VAR_POSITIONAL not in kinds:
        return NEVER
    names = {facts.names[table.name[row]] for row in rows}
    if f.VAR_KEYWORD not in kinds and any(key not in names for key in arguments.keywords):
        return NEVER
    verdict = ALWAYS
    if bound and every and (wanted := _other_receiver(inference, function, every[0])):
        verdict = OPEN
        if undecided is not None:
            undecided.append(wanted)
    for index, row in enumerate(rows):
        kind = table.kind[row]
        if kind in (f.VAR_POSITIONAL, f.VAR_KEYWORD):
            continue
        name = facts.names[table.name[row]]
        place = index if kind <= f.POSITIONAL else -1
        if arguments.given(place, name) is None:
            if table.default[row] < 0 and not arguments.is_open:
                return NEVER
            by_name = arguments.doubled and kind != f.POSITIONAL_ONLY
            by_place = arguments.starred and kind <= f.POSITIONAL
            if (by_name or by_place) and not inference.conventional:
                # `Popen(command, **options)`: what is in there decides, and nobody knows.
                verdict = min(verdict, OPEN)
                if undecided is not None:
                    undecided.append(inference.annotation_type(path, table.annotation[row]))
            continue
        annotation = table.annotation[row]
        if annotation < 0:
            continue
        given = _literally_fits(inference, path, annotation, arguments, place, name)
        if given == OPEN and undecided is not None:
            undecided.append(inference.annotation_type(path, annotation))
        if given is None:
            wanted = inference.annotation_type(path, annotation)
            if solved:
                wanted = substitute(wanted, solved, keep=True)
            if not inference.is_whole(path, annotation):
                wanted = ()
            given = takes_all(inference, wanted, arguments.shape_of(place, name))
            if given == OPEN and undecided is not None:
                undecided.append(wanted)
        verdict = min(verdict, given)
        if verdict == NEVER:
            return NEVER
    return verdict


def _literally_fits(
    inference: Inference, path: str, annotation: int, arguments: Arguments, place: int, name: str
) -> int | None:
    """Return how well an argument fits ``Literal``; None when the annotation is of another kind."""
    wanted = inference.literal_members(path, annotation)
    if wanted is None:
        return None
    given = arguments.given(place, name)
    value = None
    if isinstance(given, int):
        value = literal_value(inference, arguments.path, given)
    if value is not None:
        return ALWAYS if value in wanted else NEVER
    type_ = arguments.shape_of(place, name)
    if not type_:
        return OPEN
    return takes_all(inference, inference.annotation_type(path, annotation), type_) and MAYBE


def literal_value(inference: Inference, path: str, expr: int, depth: int = 0) -> object:
    """Return the value of a literal, for comparing; None for any other expression.

    A constant has the value that it is assigned.
    """
    facts = inference.need(path)
    op = facts.expr.op[expr]
    text, number = facts_view.string(facts, expr), facts_view.integer(facts, expr)
    if text is not None:
        return text
    if number is not None:
        return op, number
    if op in (f.TRUE, f.FALSE, f.NONE):
        return op, 0
    if op in (f.NAME, f.ATTRIBUTE) and depth < 2:
        found = inference.definitions_of(path, expr)
        if len(found) == 1 and found[0].entity.kind == VARIABLE:
            _, where, row = found[0].entity
            other = inference.need(where)
            value = other.binding.value[row]
            if value >= 0 and other.binding.kind[row] == f.ASSIGN:
                return literal_value(inference, where, value, depth + 1)
    return None


def takes_all(inference: Inference, wanted: Type, given: Type) -> int:
    """Return how well a value of one type fits a parameter of another."""
    if not wanted:
        return ALWAYS
    if not given:
        return OPEN
    taken = [any(_takes(inference, want, value) for want in wanted) for value in given]
    return ALWAYS if all(taken) else MAYBE if any(taken) else NEVER


def _takes(inference: Inference, want: Value, value: Value) -> bool:
    """True if a value may go where another is wanted."""
    form, entity, _, _ = want
    if form == VARIABLE_TYPE:
        if entity.path.startswith("type:"):
            return value.form in (CLASS_OBJECT, VARIABLE_TYPE)
        return _bound_takes(inference, entity, value)
    if value.form == VARIABLE_TYPE:
        return True
    if NONE in (form, value.form):
        if form == INSTANCE and name_of(inference, entity) in ("object", "Hashable"):
            return True
        return form == value.form
    if form == CALLABLE:
        return _callable_takes(inference, want, value)
    if form == CLASS_OBJECT:
        return value.form == CLASS_OBJECT and _derived(inference, value.entity, entity)
    if form != INSTANCE:
        return True
    if value.form == INSTANCE:
        if _derived(inference, value.entity, entity):
            return _arguments_agree(inference, want, value)
        name = name_of(inference, entity)
        if name == "object" or name in _WIDER.get(name_of(inference, value.entity), ()):
            return True
        return is_protocol(inference, entity) and _has_all(inference, entity, value)
    if value.form == CLASS_OBJECT:
        if entity == standard_class(inference, "builtins", "type"):
            return True
        return is_protocol(inference, entity) and _has_all(inference, entity, value)
    if value.form in (FUNCTION_OBJECT, CALLABLE):
        return is_protocol(inference, entity) and _has_all(inference, entity, value)
    return True


def _callable_takes(inference: Inference, want: Value, value: Value) -> bool:
    """True if a value can be called, and is a type guard where one is wanted."""
    result = want.args[0] if want.args else ()
    is_guard = any(
        each.args and each.entity == standard_class(inference, "builtins", "bool")
        for each in result
    )
    if value.form != FUNCTION_OBJECT:
        return not is_guard and inference.is_callable(value)

    given = inference.return_type(value.entity, None)
    if is_guard:
        return any(
            each.args and each.entity == standard_class(inference, "builtins", "bool")
            for each in given
        )
    return takes_all(inference, result, given) != NEVER


def _arguments_agree(inference: Inference, want: Value, value: Value) -> bool:
    """True if type arguments, where both are known, have anything in common."""
    if not want.args or not value.args:
        return True
    base = base_arguments(inference, value, want.entity)
    for parameter, wanted in zip(type_parameters(inference, want.entity), want.args, strict=False):
        given = base.get(parameter)
        if (
            given
            and wanted
            and not any(_takes(inference, each, inner) for each in wanted for inner in given)
        ):
            return False
    return True


def _bound_takes(inference: Inference, variable: Entity, value: Value) -> bool:
    """True if a type variable's bound takes a value."""
    limits = upper_bound(inference, variable)
    return not limits or any(
        limit.form == VARIABLE_TYPE or _takes(inference, limit, value) for limit in limits
    )


def _derived(inference: Inference, cls: Entity, base: Entity) -> bool:
    order = mro(inference, cls)
    return base in order or any(each.kind == OUTSIDE for each in order)


def _has_all(inference: Inference, protocol: Entity, value: Value) -> bool:
    """True if a value has the methods of a protocol."""
    for cls in mro(inference, protocol):
        if cls.kind == CLASS and is_protocol(inference, cls):
            for name in own_member_names(inference, cls):
                if name.startswith("__") and name.endswith("__"):
                    if name not in ("__slots__", "__hash__") and not inference.has_method(
                        value, name
                    ):
                        return False
                elif value.form == INSTANCE and not inference.has_method(value, name):
                    return False
    return True
