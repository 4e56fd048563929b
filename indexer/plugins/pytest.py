"""pytest: parameters that are fixtures by name, and what ``request.param`` is.

The nearest fixture of a name wins: the class's, the module's, those of ``conftest.py`` files from
the folder upwards and of the modules that these name in ``pytest_plugins``, then those of installed
plugins and pytest's own.


pytest's ``parametrize``: parameters of tests by the values that decorators list for them.
"""

from __future__ import annotations

from .. import facts as f
from ..heuristics.evidence import Answer
from ..inference import access_paths, expressions, operators, return_types
from ..inference.entities import CLASS, CONVENTIONAL, FUNCTION, Entity, owner_class
from ..inference.modules import find_module
from ..inference.query_cache import cached
from ..inference.types import INSTANCE, UNKNOWN, Value, union, without_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..heuristics.evidence import ParameterQuery
    from ..inference.entities import Entity
    from ..inference.inference import Inference
    from ..inference.types import Type


# Modules with pytest's own fixtures, as far as its version has them.
_OWN_MODULES = tuple(
    f"_pytest.{name}"
    for name in (
        "monkeypatch", "tmpdir", "capture", "logging", "recwarn", "fixtures", "pytester",
        "cacheprovider", "doctest", "legacypath", "subtests",
    )
)  # fmt: skip
_DECORATORS = frozenset(["fixture", "yield_fixture", "async_fixture"])
# Plugins that fixtures are looked for in when their module has none of that name itself.
_SUBMODULES = ("plugin", "fixtures", "pytest_plugin")


def fixture(inference: Inference, asked: ParameterQuery) -> Answer | None:
    """The pytest fixture that a parameter of a test or of another fixture names."""
    row = asked.function.row
    facts = asked.facts
    is_test = asked.method.startswith("test") and access_paths.is_test_file(asked.path)
    if not is_test and not is_fixture(facts, row):
        return None
    if asked.name == "request":
        return _request(inference)
    found = fixtures_named(inference, asked.path, asked.name, asked.function)
    if not found:
        return None
    type_ = fixture_value(inference, found[0])
    if not type_:
        return None
    where = found[0].path.rpartition("/")[2]
    return Answer(type_, "fixture", f"the fixture in {where}")


def _request(inference: Inference) -> Answer | None:
    module = find_module(inference, "_pytest.fixtures")
    if module is None:
        return None
    facts = inference.facts(module.path)
    if facts is None:
        return None
    for row, kind in enumerate(facts.definition.kind):
        if kind == f.CLASS and facts.names[facts.definition.name[row]] == "FixtureRequest":
            type_ = (Value(INSTANCE, Entity(CLASS, module.path, row), (), CONVENTIONAL),)
            return Answer(type_, "fixture", "pytest's own fixture")
    return None


def fixture_value(inference: Inference, function: Entity) -> Type:
    """What a test is given for a fixture: what its function returns, yields or gives to await."""
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    type_ = return_types.return_type(inference, function, None)
    if not flags & (f.GENERATOR | f.ASYNC):
        return type_
    parts: list[Type] = []
    for value in type_:
        args = value.args if value.form == INSTANCE else ()
        if flags & f.GENERATOR:
            parts.append(args[0] if args else UNKNOWN)
        else:  # a coroutine
            parts.append(args[2] if len(args) == 3 else UNKNOWN)
    return union(*parts)


def fixtures_named(
    inference: Inference, path: str, name: str, asking: Entity | None = None
) -> list[Entity]:
    """The fixture that a name means in a test file, nearest first; at most one.

    A fixture that asks for its own name means the next one.
    """
    facts = inference.facts(path)
    if facts is not None:
        own = asking.row if asking is not None else -1
        cls = owner_class(facts, asking) if asking is not None else -1
        found = _in_module(facts, name, cls, own)
        if found >= 0:
            return [Entity(FUNCTION, path, found)]
    for place in [*_conftests(inference, path), *_installed(inference)]:
        if place == path:
            continue
        other = inference.facts(place) if inference.exists(place) else None
        found = _in_module(other, name, -1, -1) if other is not None else -1
        if found >= 0:
            return [Entity(FUNCTION, place, found)]
    return []


def _conftests(inference: Inference, path: str) -> list[str]:
    places: list[str] = []
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        conftest = f"{folder}/conftest.py".lstrip("/")
        if not inference.exists(conftest):
            continue
        places.append(conftest)
        facts = inference.facts(conftest)
        for module in _plugins_of(facts) if facts is not None else []:
            found = find_module(inference, module, conftest)
            if found is not None and found.path.endswith(".py"):
                places.append(found.path)
    return places


def _plugins_of(facts: FileFacts) -> list[str]:
    """Modules that ``pytest_plugins`` of a file lists."""
    name = facts.name_id("pytest_plugins")
    rows = facts.bindings_of(0, name) if name >= 0 else []
    values = [facts.binding.value[row] for row in rows]
    texts = [access_paths.string_value(facts, value) for value in values]
    for value in values:
        texts += [
            access_paths.string_value(facts, each)
            for each in access_paths.display_elements(facts, value)
        ]
    return [text for text in texts if text]


def _installed(inference: Inference) -> list[str]:
    """Files of installed plugins, and of pytest's own fixtures."""
    return cached(inference, ("pytest plugins",), lambda: _plugins(inference), list[str]())


def _plugins(inference: Inference) -> list[str]:
    from ..search_path.entry_points import modules_of

    named = list(_OWN_MODULES)
    for module in modules_of(inference.snapshot.index.layers.roots, "pytest11"):
        named += [module, *(f"{module}.{name}" for name in _SUBMODULES)]
    modules = [find_module(inference, module) for module in named]
    found = [each.path for each in modules if each is not None]
    return [path for path in dict.fromkeys(found) if path.endswith(".py")]


def _in_module(facts: FileFacts, name: str, cls: int, asking: int) -> int:
    """Definition row of the fixture of a name at the top of a module or in a class, or -1."""
    if facts.name_id("fixture") < 0 and not any(facts.name_id(each) >= 0 for each in _DECORATORS):
        return -1
    scopes = [0]
    while cls >= 0:
        scopes.insert(-1, facts.definition.own_scope[cls])
        cls = owner_class(facts, Entity(CLASS, "", cls))
    for scope in scopes:
        for row, where in enumerate(facts.definition.scope):
            if where != scope or row == asking or facts.definition.kind[row] != f.FUNCTION:
                continue
            if is_fixture(facts, row) and fixture_name(facts, row) == name:
                return row
    return -1


def is_fixture(facts: FileFacts, definition: int) -> bool:
    """Whether a function is decorated as a fixture, be it called or not."""
    return any(
        access_paths.last_name(facts, access_paths.decorator_callee(facts, expr)) in _DECORATORS
        for expr in access_paths.decorator_expressions(facts, definition)
    )


def fixture_name(facts: FileFacts, definition: int) -> str:
    """Name of a fixture: what ``name=`` says, else its function's."""
    for expr in access_paths.decorator_expressions(facts, definition):
        if facts.expr.op[expr] == f.CALL:
            given = access_paths.keyword_argument(facts, expr, "name")
            if given >= 0:
                return access_paths.string_value(facts, given)
    return facts.names[facts.definition.name[definition]]


def request_param(inference: Inference, path: str, facts: FileFacts, definition: int) -> Type:
    """Type of ``request.param`` in a fixture: what ``params=`` lists, or tests give indirectly."""
    for expr in access_paths.decorator_expressions(facts, definition):
        if facts.expr.op[expr] == f.CALL:
            given = access_paths.keyword_argument(facts, expr, "params")
            if given >= 0:
                return listed(inference, path, facts, given, -1)
    return UNKNOWN


# Values that are looked at; lists of them are mostly of one kind.
_VALUES = 16


def parametrize(inference: Inference, asked: ParameterQuery) -> Answer | None:
    """What ``parametrize`` of the test, its class or its module lists for a parameter."""
    if not asked.method.startswith("test"):
        return None
    for call in _marks(asked.facts, asked.function.row):
        if access_paths.last_name(asked.facts, asked.facts.expr.a[call]) != "parametrize":
            continue
        names, values = _lists(asked.facts, call)
        if asked.name not in names or _is_indirect(asked.facts, call):
            continue
        place = names.index(asked.name) if len(names) > 1 or _is_list(asked.facts, call) else -1
        type_ = listed(inference, asked.path, asked.facts, values, place)
        if type_:
            return Answer(type_, "parametrize", "the values that parametrize lists")
    return None


def _marks(facts: FileFacts, definition: int) -> Iterator[int]:
    """Calls of marks that hold for a test: of its decorators, its classes', and ``pytestmark``."""
    row = definition
    while row >= 0:
        yield from (
            expr
            for expr in access_paths.decorator_expressions(facts, row)
            if facts.expr.op[expr] == f.CALL
        )
        if facts.definition.kind[row] == f.CLASS:
            yield from _pytestmark(facts, facts.definition.own_scope[row])
        row = owner_class(facts, Entity(CLASS, "", row))
    yield from _pytestmark(facts, 0)


def _pytestmark(facts: FileFacts, scope: int) -> Iterator[int]:
    name = facts.name_id("pytestmark")
    for row in facts.bindings_of(scope, name) if name >= 0 else []:
        value = facts.binding.value[row]
        for expr in access_paths.display_elements(facts, value) or [value]:
            if expr >= 0 and facts.expr.op[expr] == f.CALL:
                yield expr


def _lists(facts: FileFacts, call: int) -> tuple[list[str], int]:
    """(names, expression of the values) of a call of ``parametrize``."""
    names = access_paths.argument_for(facts, call, 0, "argnames")
    values = access_paths.argument_for(facts, call, 1, "argvalues")
    if _is_list(facts, call):
        return [
            access_paths.string_value(facts, each)
            for each in access_paths.display_elements(facts, names)
        ], values
    return [part.strip() for part in access_paths.string_value(facts, names).split(",")], values


def _is_list(facts: FileFacts, call: int) -> bool:
    names = access_paths.argument_for(facts, call, 0, "argnames")
    return names >= 0 and facts.expr.op[names] in (f.LIST, f.TUPLE)


def _is_indirect(facts: FileFacts, call: int) -> bool:
    given = access_paths.keyword_argument(facts, call, "indirect")
    return given >= 0 and facts.expr.op[given] != f.FALSE


def listed(inference: Inference, path: str, facts: FileFacts, values: int, place: int) -> Type:
    """Type of what a list of values gives one parameter; ``place`` is -1 for a single one."""
    if values < 0:
        return UNKNOWN
    rows = access_paths.display_elements(facts, values)
    if not rows:
        element = operators.iterated_type(
            inference, expressions.infer_type(inference, path, values)
        )
        return without_none(
            element if place < 0 else operators.unpacked_type(inference, element, place)
        )
    parts: list[Type] = []
    for row in rows[:_VALUES]:
        parts.append(_value(inference, path, facts, row, place))
    return union(*parts)


def _value(inference: Inference, path: str, facts: FileFacts, row: int, place: int) -> Type:
    """What one set of values gives a parameter: a display, ``pytest.param(…)``, or anything."""
    is_param = facts.expr.op[row] == f.CALL and (
        access_paths.last_name(facts, facts.expr.a[row]) == "param"
    )
    call = row
    if is_param:
        first = access_paths.argument_for(facts, row, 0, "")
        row = access_paths.argument_for(facts, row, max(place, 0), "")
        if row < 0 and first < 0:
            return _spread(inference, path, facts, call, max(place, 0))
        return without_none(expressions.infer_type(inference, path, row)) if row >= 0 else UNKNOWN
    if place < 0:
        return without_none(expressions.infer_type(inference, path, row))
    inner = access_paths.display_elements(facts, row)
    if inner:
        return (
            without_none(expressions.infer_type(inference, path, inner[place]))
            if place < len(inner)
            else UNKNOWN
        )
    return without_none(
        operators.unpacked_type(inference, expressions.infer_type(inference, path, row), place)
    )


def _spread(inference: Inference, path: str, facts: FileFacts, call: int, place: int) -> Type:
    """``pytest.param(*VALUES)``: one place of what is spread."""
    for key, value in access_paths.call_arguments(facts, call):
        if key == f.ARG_STAR and facts.expr.op[value] == f.STARRED:
            spread = expressions.infer_type(inference, path, facts.expr.a[value])
            return without_none(operators.unpacked_type(inference, spread, place))
    return UNKNOWN
