"""Ways to mend a call whose arguments do not fit."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import FUNCTION, PARAMETER, Entity
from ....indexer.plugins.synthesized import last_name
from ...source.ranges import end_of_argument, end_of_call
from ..arguments import DUPLICATE_ARGUMENT, MISSING_ARGUMENT, TOO_MANY_ARGUMENTS, UNKNOWN_KEYWORD
from ..findings import Edit, Fix
from ..suggestions import closest, similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..arguments import CallArguments, Mismatch
    from ..context import CheckContext
    from ..signatures import Parameter, Signature

# Names this much alike are one name, misspelled.
_SURE = 0.8


def nearest_parameters(
    inference: Inference, signature: Signature, mismatch: Mismatch
) -> list[Entity]:
    """Parameters that may have been meant; else what is called."""
    found: list[Entity] = []
    if mismatch.rule in (UNKNOWN_KEYWORD, MISSING_ARGUMENT):
        named = {each.name: each for each in signature.parameters if each.kind in _NAMED}
        wanted = mismatch.names
        if mismatch.rule == UNKNOWN_KEYWORD:
            wanted = closest(mismatch.names[0], named)
        found = [_entity(inference, named[name]) for name in wanted if name in named]
    own = signature.entity
    return [entity for entity in [*found, own] if entity.path]


_NAMED = (f.POSITIONAL, f.KEYWORD_ONLY)


def _entity(inference: Inference, parameter: Parameter) -> Entity:
    """A parameter as the binding that answers show."""
    kind, path, row = parameter.entity
    if kind != FUNCTION:
        return parameter.entity
    facts = inference.need(path)
    for binding, ref in enumerate(facts.binding.ref):
        if ref == row and facts.binding.kind[binding] == f.PARAMETER:
            return Entity(PARAMETER, path, binding)
    return parameter.entity


def call_fixes(
    context: CheckContext,
    inference: Inference,
    call: int,
    written: CallArguments,
    signature: Signature,
    wrong: list[Mismatch],
) -> list[Fix]:
    """Fixes for the first mismatch of a call, the likeliest first."""
    first = wrong[0]
    if first.rule == UNKNOWN_KEYWORD:
        renamed = _renamed(context, written, signature, first)
        dropped = _dropped(context, first.names[0], first.position)
        return [*renamed, dropped]
    if first.rule == DUPLICATE_ARGUMENT:
        return [_dropped(context, first.names[0], first.position)]
    if first.rule == TOO_MANY_ARGUMENTS:
        return [_dropped(context, "", first.position)]
    return _given(context, inference, call, signature, first)


def _renamed(
    context: CheckContext, written: CallArguments, signature: Signature, mismatch: Mismatch
) -> list[Fix]:
    """The keyword as a parameter that is like it and has no argument yet."""
    (name,) = mismatch.names
    by_place = [each for each in signature.parameters if each.kind <= f.POSITIONAL]
    taken = {each.name for each in by_place[: len(written.positional)]} | written.keywords.keys()
    free = [each for each in signature.parameters if each.kind in _NAMED and each.name not in taken]
    listed = closest(name, [each.name for each in free])
    required = [each.name for each in free if each.required]
    if len(required) == 1 and required[0] not in listed:
        listed.insert(0, required[0])  # the one that nothing else can be for
    end = mismatch.position + len(name.encode())
    alike = [each for each in listed if similarity(name, each) >= _SURE]
    return [
        Fix(
            f"Use the keyword `{each}`",
            [Edit(context.path, mismatch.position, end, each)],
            safe=alike == [each],
        )
        for each in listed[:3]
    ]


def _dropped(context: CheckContext, name: str, position: int) -> Fix:
    """The call without one of its arguments."""
    text = context.text
    start, end = position, end_of_argument(text, position)
    before = start
    while before and text[before - 1 : before].isspace():
        before -= 1
    if text[before - 1 : before] == b",":
        start = before - 1
    else:
        after = end
        while after < len(text) and text[after : after + 1].isspace():
            after += 1
        if text[after : after + 1] == b",":
            end = after + 1
            while text[end : end + 1] == b" ":
                end += 1
    title = f"Leave out `{name}`" if name else "Leave out the argument that is too much"
    return Fix(title, [Edit(context.path, start, end, "")])


def _given(
    context: CheckContext, inference: Inference, call: int, signature: Signature, mismatch: Mismatch
) -> list[Fix]:
    """The call with an argument for the first parameter that gets none: a name that is in sight."""
    function = context.facts.expr.a[call]
    name = last_name(context.facts, function)
    start = context.facts.expr.position[function]
    if not name:
        return []
    end = end_of_call(context.text, start + len(name.encode()))
    if end < 0 or len(mismatch.names) != 1:
        return []
    wanted = next(each for each in signature.parameters if each.name == mismatch.names[0])
    inside = context.text[start + len(name.encode()) : end - 1].partition(b"(")[2]
    result: list[Fix] = []
    for value in _in_sight(context, inference, call, wanted):
        place = sum(each.kind <= f.POSITIONAL for each in signature.parameters)
        at = [each.name for each in signature.parameters].index(wanted.name)
        written = value
        count = _count(context, call)
        if wanted.kind == f.KEYWORD_ONLY or at > count or at >= place:
            written = f"{wanted.name}={value}"
        edit = _inserted(context, call, end, inside, written, at)
        result.append(Fix(f"Give `{value}` for `{wanted.name}`", [edit]))
    return result[:3]


def _count(context: CheckContext, call: int) -> int:
    """How many arguments a call gives by place."""
    (extra,) = context.facts.extra
    at = context.facts.expr.b[call]
    return sum(
        extra[index] == f.ARG_POSITIONAL for index in range(at + 1, at + 1 + 3 * extra[at], 3)
    )


def _inserted(
    context: CheckContext, call: int, end: int, inside: bytes, written: str, at: int
) -> Edit:
    """The edit that puts an argument where it belongs: before the first one that follows it."""
    (extra,) = context.facts.extra
    listed = context.facts.expr.b[call]
    positions = [extra[listed + 2 + 3 * place] for place in range(extra[listed])]
    if "=" not in written and at < len(positions):
        return Edit(context.path, positions[at], positions[at], f"{written}, ")
    stripped = inside.rstrip()
    place = end - 1 - (len(inside) - len(stripped))
    if not stripped:
        return Edit(context.path, end - 1, end - 1, written)
    return Edit(
        context.path, place, place, f" {written}" if stripped[-1:] == b"," else f", {written}"
    )


def _in_sight(
    context: CheckContext, inference: Inference, call: int, wanted: Parameter
) -> list[str]:
    """Local names that may be meant for a parameter: by their name, else by their type."""
    facts = context.facts
    scope = context.scope_of(call)
    position = facts.expr.position[call]
    names: dict[str, int] = {}
    while scope >= 0 and facts.scope.kind[scope] != f.MODULE_SCOPE:
        for row, where in enumerate(facts.binding.scope):
            if where == scope and facts.binding.position[row] < position:
                names.setdefault(facts.names[facts.binding.name[row]], row)
        scope = facts.scope.parent[scope]
    found = [name for name in names if name == wanted.name]
    fitting = _of_type(context, inference, names, wanted)
    alike = closest(wanted.name, names)
    return list(dict.fromkeys([*found, *fitting, *alike]))


def _of_type(
    context: CheckContext, inference: Inference, names: dict[str, int], wanted: Parameter
) -> list[str]:
    """Names whose type is the one that a parameter is annotated with."""
    from ....indexer.inference.entities import entity_of_binding

    kind, path, row = wanted.entity
    if kind != FUNCTION:
        return []
    annotation = inference.need(path).parameter.annotation[row]
    if annotation < 0:
        return []
    classes = {value.head for value in inference.annotation_type(path, annotation)}
    found: list[str] = []
    for name, binding in names.items():
        entity = entity_of_binding(context.path, context.facts, binding)
        type_ = context.strict.entity_type(entity)
        if type_ and any(value.head in classes for value in type_):
            found.append(name)
    return found
