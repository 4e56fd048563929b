"""Items of lists, tuples and dictionaries that are written out, by keys that are constants.

    sizes = [1, "large"]
    sizes[1].upper()

Containers may change between being written and read, so this is how code is shown, and no proof.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view as view
from .container_contents import has_additions, variable_container
from .names import bindings_of_name
from .signatures import Arguments
from .types import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type

# Names and subscripts that one item is followed through.
_DEPTH = 6


def written_item(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of ``container[key]``, or of a part of an unpacked container, as written."""
    if not inference.conventional:
        return UNKNOWN
    row = _written(facts, expr, _DEPTH)
    return inference.infer_type(path, row) if row not in (-1, expr) else UNKNOWN


def written_text(inference: Inference, facts: FileFacts, expr: int) -> str | None:
    """Return the text that an expression stands for, as written."""
    if not inference.conventional:
        return view.string(facts, expr)
    text = _constant(facts, expr, _DEPTH)
    return text if isinstance(text, str) else None


def call_arguments(inference: Inference, path: str, facts: FileFacts, call: int) -> Arguments:
    """Return the arguments of a call, with those unpacked that are written out: ``f(*[1, 2])``."""
    given = Arguments.of(inference, path, facts, call)
    if not given.is_open or not inference.conventional:
        return given
    known = Arguments(inference, path, [])
    for key, _, value in view.arguments(facts, call):
        inside = view.operand(facts, value) if view.op(facts, value) == f.STARRED else value
        if key == f.ARG_POSITIONAL:
            known.positional.append(value)
        elif key >= 0:
            known.keywords[facts.names[key]] = value
        elif key == f.ARG_DOUBLE_STAR:
            items = _unpacked_items(facts, inside)
            if items is None:
                return given
            known.keywords |= items
        else:
            elements = _unpacked_elements(facts, inside)
            if elements is None:
                return given
            known.positional += elements
    return known


def _unpacked_elements(facts: FileFacts, expr: int) -> list[int] | None:
    """Return the rows of what ``*expr`` passes, None if that is not written out."""
    display = _written(facts, expr, _DEPTH)
    if view.op(facts, display) not in (f.LIST, f.TUPLE) or display < 0:
        return None
    parts = list(view.elements(facts, display))
    return None if any(view.op(facts, part) == f.STARRED for part in parts) else parts


def _unpacked_items(facts: FileFacts, expr: int) -> dict[str, int] | None:
    """Return the rows of what ``**expr`` passes, None if that is not written out."""
    display = _written(facts, expr, _DEPTH)
    if display < 0 or view.op(facts, display) != f.DICT:
        return None
    found: dict[str, int] = {}
    for each, value in view.items(facts, display):
        key = _constant(facts, each, _DEPTH) if each >= 0 else None
        if not isinstance(key, str):
            return None
        found[key] = value
    return found


def _written(facts: FileFacts, expr: int, depth: int) -> int:
    """Return the row of the expression that gives an expression its value, -1 if unknown."""
    kind = view.op(facts, expr)
    if not depth:
        return -1
    if kind == f.NAME:
        row = _only_binding(facts, expr)
        if row < 0 or has_additions(facts, variable_container(facts, row)):
            return -1
        return _written(facts, facts.binding.value[row], depth - 1)
    if kind == f.SUBSCRIPT:
        item = view.subscript(facts, expr)
        assert item is not None
        return _item(facts, item.value, _constant(facts, item.key, depth - 1), depth)
    if kind == f.ITEM:
        return _item(facts, view.operand(facts, expr), view.item_place(facts, expr), depth)
    return expr


def _item(facts: FileFacts, container: int, key: int | str | None, depth: int) -> int:
    """Return the row of an item of a container, -1 if it is not written."""
    display = _written(facts, container, depth - 1)
    kind = view.op(facts, display) if display >= 0 else f.UNKNOWN
    if kind in (f.LIST, f.TUPLE) and isinstance(key, int):
        parts = view.elements(facts, display)
        if any(view.op(facts, part) == f.STARRED for part in parts):
            return -1
        found = parts[key] if -len(parts) <= key < len(parts) else -1
    elif kind == f.CALL and isinstance(key, str):
        found = _item_of_made(facts, display, key, depth)
    elif kind == f.DICT and key is not None:
        pairs = [(_constant(facts, each, 1) if each >= 0 else None, value)
                 for each, value in view.items(facts, display)]  # fmt: skip
        if any(each is None for each, _ in pairs):
            return -1
        found = next((value for each, value in reversed(pairs) if each == key), -1)
    else:
        return -1
    return _written(facts, found, depth - 1) if found >= 0 else -1


def _item_of_made(facts: FileFacts, call: int, key: str, depth: int) -> int:
    """Return the row of an item of ``dict(x=1)``, or of what a function returns of its keywords."""
    function = view.called(facts, call)
    if view.plain_name(facts, function) != "dict" and not _gives_keywords(facts, function):
        return -1
    for argument, _, value in reversed(list(view.arguments(facts, call))):
        if argument >= 0 and facts.names[argument] == key:
            return value
        if argument < 0:
            inside = view.operand(facts, value) if view.op(facts, value) == f.STARRED else value
            found = _item(facts, inside, key, depth - 1)
            if found >= 0:
                return found
            if _unpacked_items(facts, inside) is None:
                return -1
    return -1


def _gives_keywords(facts: FileFacts, function: int) -> bool:
    """True for the name of a function of the file that takes keywords only, and returns them."""
    bound = bindings_of_name(facts, function) if view.op(facts, function) == f.NAME else []
    if len(bound) != 1 or facts.binding.kind[bound[0]] != f.DEF_FUNCTION:
        return False
    definition = facts.binding.ref[bound[0]]
    scope = facts.definition.own_scope[definition]
    taken = list(view.parameters(facts, scope))
    given = list(view.returned(facts, scope))
    return (
        facts.definition.decorators[definition] < 0
        and len(taken) == len(given) == 1
        and facts.parameter.kind[taken[0]] == f.VAR_KEYWORD
        and view.op(facts, given[0]) == f.NAME
        and view.name_row(facts, given[0]) == facts.parameter.name[taken[0]]
        and len(facts.bindings_of(scope, facts.parameter.name[taken[0]])) == 1
        and not has_additions(facts, (scope, facts.parameter.name[taken[0]]))
    )


def _only_binding(facts: FileFacts, name: int) -> int:
    """Return the row of the one assignment that a plain name may have its value from, or -1."""
    rows, table = bindings_of_name(facts, name), facts.binding
    if len(rows) != 1 or table.kind[rows[0]] != f.ASSIGN or table.annotation[rows[0]] >= 0:
        return -1
    bound = facts.bindings_of(table.scope[rows[0]], table.name[rows[0]])
    if any(table.kind[row] == f.AUGMENT for row in bound):
        return -1
    return rows[0] if table.value[rows[0]] >= 0 else -1


def _constant(facts: FileFacts, expr: int, depth: int) -> int | str | None:
    """Return the number or text that an expression stands for."""
    number = view.signed_integer(facts, expr)
    if number is not None:
        return number
    kind = view.op(facts, expr)
    if kind == f.NAME and depth:
        row = _only_binding(facts, expr)
        return _constant(facts, facts.binding.value[row], depth - 1) if row >= 0 else None
    if kind == f.BINARY and depth:
        sides = view.binary(facts, expr)
        left = _constant(facts, sides.left, depth - 1)
        right = _constant(facts, sides.right, depth - 1)
        return _calculated(left, sides.operator, right)
    return view.string(facts, expr)


def _calculated(left: int | str | None, operator: str, right: int | str | None) -> int | str | None:
    if isinstance(left, str) and isinstance(right, str):
        return left + right if operator == "+" else None
    if isinstance(left, int) and isinstance(right, int):
        return {"+": left + right, "-": left - right, "*": left * right}.get(operator)
    return None
