"""All plugins, in the order in which they are asked, and the asking.

An entry says what there is to know of a plugin before any of its code runs: which hooks it has, by
which names it is concerned, and which library has to be there. So a module is only loaded when it
may have an answer.
"""

from __future__ import annotations

from importlib import import_module

from .. import facts as f
from ..paths import is_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..facts import FileFacts
    from ..heuristics.evidence import Answer, ParameterQuery
    from ..inference.entities import Entity, Found
    from ..inference.inference import Inference
    from ..inference.types import Type, Value
    from .plugin import Plugin

# How fields of a class are declared: by annotated variables; or by these and by variables that are
# assigned a field specifier, whose keywords go without leading underscores.
ANNOTATED, SPECIFIED = "annotated", "specified"


class Entry:
    """A plugin: the name of its module here, and when it is concerned."""

    __slots__ = (
        "callback_setters",
        "class_decorators",
        "base_makers",
        "class_factories",
        "closed_bases",
        "constructor_decorators",
        "copiers",
        "dynamic_classes",
        "field_bases",
        "field_calls",
        "field_decorators",
        "fillers",
        "generated_members",
        "hooks",
        "in_libraries",
        "library",
        "module",
        "module_importers",
        "name_registries",
        "opening_text",
        "opening_word",
        "plugin",
        "predefined_names",
        "test_double_files",
    )

    def __init__(
        self,
        module: str,
        hooks: Mapping[str, Sequence[str]] | None = None,
        *,
        library: str = "",
        in_libraries: bool = False,
        **known: object,
    ) -> None:
        """``hooks`` maps the names of hooks to those that they are asked about; none means any.

        With ``library``, the plugin is only asked where that module can be imported; and about
        parameters of installed code only with ``in_libraries``. ``known`` is a table below.
        """
        self.module = module
        self.hooks = hooks or {}
        self.library = library
        self.in_libraries = in_libraries
        self.plugin: Plugin | None = None
        # Functions that make a class, with the module and the name of its base.
        self.class_factories: dict[str, tuple[str, str]] = {}
        # Classes that give what is derived from them a constructor by annotated fields.
        self.field_bases: tuple[tuple[str, str], ...] = ()
        # Class decorators, by last name, that make a constructor by fields of a style.
        self.field_decorators: dict[str, str] = {}
        # Class decorators, by last name, that make a constructor by rules that are known.
        self.constructor_decorators: tuple[str, ...] = ()
        # Class decorators, by last name, that add nothing but what Python's data model names.
        self.class_decorators: tuple[str, ...] = ()
        # Members that class decorators make.
        self.generated_members: tuple[str, ...] = ()
        # Calls that declare a field of a class, as they are written up to the parenthesis.
        self.field_calls: tuple[str, ...] = ()
        # Functions that copy their first argument, or what they are methods of, but for keywords.
        self.copiers: tuple[str, ...] = ()
        # Functions that give the class or instance that they are passed further attributes.
        self.fillers: tuple[str, ...] = ()
        # Installed classes whose instances may have any attribute.
        self.dynamic_classes: tuple[str, ...] = ()
        # Library classes, by the ends of their files: what is derived from them has the members
        # that its text shows, whatever the library does to make them. Unless the text of the class,
        # or a word anywhere in the workspace, opens it.
        self.closed_bases: dict[str, tuple[str, ...]] = {}
        self.opening_text = ""
        self.opening_word = ""
        # Generic classes whose argument may be the name of a class in a string, not imported.
        self.name_registries: tuple[str, ...] = ()
        # Functions that make a base class, and the class that it is like.
        self.base_makers: dict[str, tuple[str, str]] = {}
        # Names that the program that runs a file defines in it, by the file's name.
        self.predefined_names: dict[str, tuple[str, ...]] = {}
        # Ends of the paths of files whose objects replace others in tests.
        self.test_double_files: tuple[str, ...] = ()
        # Methods that keep functions passed by keyword, and the class of what these are passed.
        self.callback_setters: dict[str, tuple[str, str]] = {}
        # Functions that import the module that they are passed the name of, and their modules.
        self.module_importers: dict[str, tuple[str, ...]] = {}
        for name, value in known.items():
            setattr(self, name, value)


PLUGINS = (
    Entry(
        "enums",
        {"attribute_type": ("value", "_value_"), "member_type": ()},
        class_factories={
            "Enum": ("enum", "Enum"),
            "IntEnum": ("enum", "IntEnum"),
            "StrEnum": ("enum", "StrEnum"),
            "Flag": ("enum", "Flag"),
            "IntFlag": ("enum", "IntFlag"),
        },
        class_decorators=("unique",),
    ),
    Entry(
        "named_tuples",
        class_factories={
            "namedtuple": ("typing", "NamedTuple"),
            "NamedTuple": ("typing", "NamedTuple"),
        },
        field_bases=(("typing", "NamedTuple"),),
        copiers=("_replace",),
    ),
    Entry(
        "typed_dicts",
        class_factories={"TypedDict": ("typing", "_TypedDict")},
        field_bases=(("typing", "_TypedDict"),),
    ),
    Entry(
        "attrs",
        {
            "field_style": ("s", "attrs", "attributes"),
            "field_type": ("ib", "attrib", "attr", "field"),
            "call_type": ("Factory",),
            "has_unknown_constructor": (),
        },
        constructor_decorators=("s", "attrs", "attributes", "define", "mutable", "frozen"),
        field_decorators=dict.fromkeys(("define", "mutable", "frozen"), SPECIFIED),
        class_decorators=("attrs", "define", "mutable", "frozen"),
        generated_members=("__attrs_attrs__",),
        field_calls=("attr.ib", "attrib"),
        copiers=("evolve",),
    ),
    Entry(
        "dataclasses",
        constructor_decorators=("dataclass",),
        field_decorators={"dataclass": ANNOTATED},
        class_decorators=("dataclass",),
        generated_members=("__dataclass_fields__", "__dataclass_params__"),
        field_calls=("field", "dataclasses.field"),
        copiers=("replace", "__replace__"),
    ),
    Entry(
        "pydantic",
        {
            "named_in_string": (
                "field_validator", "validator", "field_serializer", "validates", "serializer",
            )
        },
        field_decorators={"pydantic_dataclass": SPECIFIED},
        field_calls=("Field",),
        closed_bases={"/pydantic/main.py": ("BaseModel",)},
        opening_text=r"""extra["']?\s*[:=]\s*(["']allow|Extra\.allow)""",
    ),
    Entry(
        "pytest",
        {
            "parameter_type": (),
            "parameter_source": (),
            "offered_parameters": (),
            "unknown_type": ("param",),
            "unknown_call_type": ("getfixturevalue",),
            "named_in_string": ("usefixtures", "getfixturevalue", "parametrize"),
            "imports_by_base_name": (),
        },
        class_decorators=("usefixtures", "parametrize"),
        module_importers={"importorskip": ("_pytest.outcomes", "pytest")},
    ),
    Entry("pluggy", {"parameter_type": ()}),
    Entry("celery", {"parameter_type": ()}, library="celery"),
    Entry(
        "django",
        dict.fromkeys(
            ("parameter_type", "member_type", "attribute_definitions", "expression_type",
             "unknown_type", "offered_keywords"), ()
        ),
        library="django",
        in_libraries=True,
        class_decorators=("deconstructible", "python_2_unicode_compatible"),
    ),
    Entry(
        "sqlalchemy",
        fillers=("mapper", "map_imperatively"),
        closed_bases={
            "/sqlalchemy/orm/decl_api.py": (
                "DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass",
            )
        },
        opening_word="backref",  # relationship(backref="name") gives the other class an attribute
        name_registries=("Mapped", "DynamicMapped", "WriteOnlyMapped", "Relationship"),
        base_makers={"declarative_base": ("sqlalchemy.orm", "DeclarativeBase")},
    ),
    Entry(
        "argparse",
        {"is_filled": (), "declared_attributes": ("add_argument", "parse_args")},
        fillers=("parse_args", "parse_known_args"),
        dynamic_classes=("Namespace",),
        # `parser.set_defaults(func=command)`, then `args.func(args)`.
        callback_setters={"set_defaults": ("argparse", "Namespace")},
    ),
    Entry("unittest", class_decorators=("skip", "skipIf", "skipUnless")),
    Entry(
        "mock",
        {
            "is_used_as_double": (),
            "replaced_members": (),
            "named_in_string": ("patch", "object", "setattr", "delattr", "spy", "multiple"),
        },
        test_double_files=("/unittest/mock.py", "/unittest/mock.pyi", "/mock/mock.py"),
    ),
    Entry("sphinx", predefined_names={"conf.py": ("tags",)}),
)  # fmt: skip

CLOSED_BASES = {
    (end, name): entry
    for entry in PLUGINS
    for end, names in entry.closed_bases.items()
    for name in names
}
NAME_REGISTRIES = tuple(name for entry in PLUGINS for name in entry.name_registries)
BASE_MAKERS = {name: base for entry in PLUGINS for name, base in entry.base_makers.items()}
CLASS_FACTORIES = {name: base for entry in PLUGINS for name, base in entry.class_factories.items()}
FIELD_BASES = tuple(base for entry in PLUGINS for base in entry.field_bases)
FIELD_DECORATORS = {
    name: style for entry in PLUGINS for name, style in entry.field_decorators.items()
}
FIELD_CALLS = tuple(f"{call}(" for entry in PLUGINS for call in entry.field_calls)
FIELD_SPECIFIERS = frozenset(
    name for entry in PLUGINS for name in entry.hooks.get("field_type", ())
)
# Last names of the class decorators that make a constructor by fields.
CONSTRUCTOR_DECORATORS = {name: entry for entry in PLUGINS for name in entry.constructor_decorators}
CLASS_DECORATORS = frozenset(name for entry in PLUGINS for name in entry.class_decorators)
GENERATED_MEMBERS = frozenset(name for entry in PLUGINS for name in entry.generated_members)
COPIERS = frozenset(name for entry in PLUGINS for name in entry.copiers)
FILLERS = tuple(name for entry in PLUGINS for name in entry.fillers)
DYNAMIC_CLASSES = frozenset(name for entry in PLUGINS for name in entry.dynamic_classes)
MODULE_IMPORTERS = {
    name: modules for entry in PLUGINS for name, modules in entry.module_importers.items()
}
CALLBACK_SETTERS = {name: cls for entry in PLUGINS for name, cls in entry.callback_setters.items()}
PREDEFINED_NAMES = {
    file: names for entry in PLUGINS for file, names in entry.predefined_names.items()
}
_TEST_DOUBLE_FILES = tuple(end for entry in PLUGINS for end in entry.test_double_files)
_BY_HOOK: dict[str, list[Entry]] = {}
for _entry in PLUGINS:
    for _hook in _entry.hooks:
        _BY_HOOK.setdefault(_hook, []).append(_entry)

# Expressions that are asked about although types may tell what they are.
_GENERIC = frozenset([f.CALL, f.ELEMENT, f.SUBSCRIPT])


def load(entry: Entry) -> Plugin:
    """Return the plugin of an entry, its module imported when it is first asked for."""
    plugin = entry.plugin
    if plugin is None:
        plugin = entry.plugin = import_module(f"{__package__}.{entry.module}").PLUGIN
        assert plugin is not None
    return plugin


def _concerned(inference: Inference, hook: str, name: str = "") -> Iterator[Plugin]:
    """Yield the plugins that may have an answer about a name."""
    for entry in _BY_HOOK[hook]:
        names = entry.hooks[hook]
        if names and name not in names:
            continue
        if not entry.library or inference.find_module(entry.library) is not None:
            yield load(entry)


def field_style(inference: Inference, path: str, decorator: int, name: str) -> str:
    """Return how classes under a decorator, the last name of which is given, declare fields."""
    for plugin in _concerned(inference, "field_style", name):
        style = plugin.field_style(inference, path, decorator)
        if style:
            return style
    return ""


def field_type(inference: Inference, path: str, facts: FileFacts, row: int, name: str) -> Type:
    """Return the type that a field specifier of a name declares for the field it is assigned to."""
    for plugin in _concerned(inference, "field_type", name):
        return plugin.field_type(inference, path, facts, row)
    return ()


def has_unknown_constructor(decorator: str, options: Mapping[str, int], *, has_own: bool) -> bool:
    """True if a class under a decorator has a constructor that its fields do not tell."""
    entry = CONSTRUCTOR_DECORATORS[decorator]
    return "has_unknown_constructor" in entry.hooks and load(entry).has_unknown_constructor(
        options, has_own=has_own
    )


def fillers_in(facts: FileFacts) -> list[Plugin]:
    """Return the plugins that know attributes which calls of a file declare."""
    return [
        load(entry)
        for entry in _BY_HOOK["declared_attributes"]
        if all(facts.name_id(name) >= 0 for name in entry.hooks["declared_attributes"])
    ]


def attribute_type(inference: Inference, value: Value, name: str) -> Type | None:
    """Return the type of an attribute of an instance that its class does not declare as it is."""
    for plugin in _concerned(inference, "attribute_type", name):
        type_ = plugin.attribute_type(inference, value, name)
        if type_ is not None:
            return type_
    return None


def member_type(inference: Inference, value: Value, member: Entity, name: str) -> Type | None:
    """Return what reading a variable of a class body gives, if not what the variable holds."""
    for plugin in _concerned(inference, "member_type"):
        type_ = plugin.member_type(inference, value, member, name)
        if type_ is not None:
            return type_
    return None


def attribute_definitions(inference: Inference, value: Value, name: str) -> list[Found]:
    """Return what an attribute that no class defines stands for."""
    for plugin in _concerned(inference, "attribute_definitions"):
        found = plugin.attribute_definitions(inference, value, name)
        if found:
            return found
    return []


def expression_type(inference: Inference, path: str, expr: int) -> Type:
    """Return the type of an expression whose declared type is known to be wrong."""
    facts = inference.facts(path)
    if facts is None or facts.expr.op[expr] not in _GENERIC or is_outside(path):
        return ()
    for plugin in _concerned(inference, "expression_type"):
        type_ = plugin.expression_type(inference, path, facts, expr)
        if type_:
            return type_
    return ()


def unknown_type(inference: Inference, path: str, facts: FileFacts, expr: int, name: str) -> Type:
    """Return the type of an expression that types leave unknown; ``name`` is its last name."""
    for plugin in _concerned(inference, "unknown_type", name):
        type_ = plugin.unknown_type(inference, path, facts, expr)
        if type_:
            return type_
    return ()


def call_type(inference: Inference, path: str, name: str, arguments: list[int]) -> Type | None:
    """Return the result of calling a function by its plain name, given positional arguments."""
    for plugin in _concerned(inference, "call_type", name):
        return plugin.call_type(inference, path, arguments)
    return None


def unknown_call_type(
    inference: Inference, path: str, facts: FileFacts, call: int, name: str
) -> Type | None:
    """Return the result of a call by a name, where types leave it unknown."""
    for plugin in _concerned(inference, "unknown_call_type", name):
        return plugin.unknown_call_type(inference, path, facts, call)
    return None


def parameter_type(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what is passed for a parameter without annotation."""
    outside = is_outside(query.path)
    for entry in _BY_HOOK["parameter_type"]:
        if outside and not entry.in_libraries:
            continue
        if not entry.library or inference.find_module(entry.library) is not None:
            answer = load(entry).parameter_type(inference, query)
            if answer is not None:
                return answer
    return None


def is_used_as_double(text: bytes, start: int, end: int, name: str) -> bool:
    """True if code between two positions treats what has a name as a stand-in for another."""
    return any(
        load(entry).is_used_as_double(text, start, end, name)
        for entry in _BY_HOOK["is_used_as_double"]
    )


def replaced_members(facts: FileFacts) -> set[tuple[str, str]]:
    """Return (class or module, name) of what a file puts something else in place of."""
    found: set[tuple[str, str]] | None = facts.memo.get("replaced members")
    if found is None:
        plugins = map(load, _BY_HOOK["replaced_members"])
        found = set[tuple[str, str]]().union(*(each.replaced_members(facts) for each in plugins))
        facts.memo["replaced members"] = found
    return found


def imports_tests_by_base_name(inference: Inference) -> bool:
    """True if files of tests outside of packages are imported under their base names."""
    return any(
        load(entry).imports_by_base_name(inference) for entry in _BY_HOOK["imports_by_base_name"]
    )


def parameter_source(inference: Inference, parameter: Entity) -> Entity | None:
    """Return the function that a parameter requests by its own name, such as a fixture."""
    for plugin in _concerned(inference, "parameter_source"):
        source = plugin.parameter_source(inference, parameter)
        if source is not None:
            return source
    return None


def offered_parameters(
    inference: Inference, path: str, function: str, decorator: str
) -> dict[str, Entity]:
    """Return what parameters of a half-written function may request by their names, by name."""
    found: dict[str, Entity] = {}
    for plugin in _concerned(inference, "offered_parameters"):
        found |= plugin.offered_parameters(inference, path, function, decorator)
    return found


def offered_keywords(inference: Inference, called: Value) -> dict[str, Entity]:
    """Return keyword arguments that a call may have and no signature shows, by name."""
    found: dict[str, Entity] = {}
    for plugin in _concerned(inference, "offered_keywords"):
        found |= plugin.offered_keywords(inference, called)
    return found


def named_in_string(
    inference: Inference, path: str, function: str, call: int, expr: int, prefix: str
) -> list[Found]:
    """Return what a word of a string names that is an argument of a call, or in a list there.

    ``function`` is the last name of what is called, ``prefix`` what the string has up to and with
    the word.
    """
    for plugin in _concerned(inference, "named_in_string", function):
        found = plugin.named_in_string(inference, path, call, expr, prefix)
        if found:
            return found
    return []


def is_test_double(entity: Entity) -> bool:
    """True if a class replaces others in tests."""
    return entity.path.endswith(_TEST_DOUBLE_FILES)
