"""Django: what its models, managers and views make at run time, which no definition shows."""

from __future__ import annotations

from ... import facts as f
from .. import evaluate
from ..classes import mro
from ..entities import CLASS, CONVENTIONAL, VARIABLE, Found, name_of
from ..names import module_member
from ..types import CLASS_OBJECT, INSTANCE, UNKNOWN, builtin, instance, known, named, union
from . import syntax, usage
from .asked import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...facts import FileFacts
    from ...snapshot import Snapshot
    from ..entities import Entity
    from ..types import Type, Value
    from .asked import Parameter

_FIELDS = "django.db.models.fields"
_RELATED = "django.db.models.fields.related"
# What an instance of a model holds for a field, by the first of these classes that it is of.
_HELD = {
    "BooleanField": ("builtins", "bool"), "CharField": ("builtins", "str"),
    "TextField": ("builtins", "str"), "FilePathField": ("builtins", "str"),
    "IPAddressField": ("builtins", "str"), "GenericIPAddressField": ("builtins", "str"),
    "IntegerField": ("builtins", "int"), "FloatField": ("builtins", "float"),
    "DateTimeField": ("datetime", "datetime"), "DateField": ("datetime", "date"),
    "TimeField": ("datetime", "time"), "DurationField": ("datetime", "timedelta"),
    "DecimalField": ("decimal", "Decimal"), "UUIDField": ("uuid", "UUID"),
    "BinaryField": ("builtins", "bytes"),
    "ImageField": ("django.db.models.fields.files", "ImageFieldFile"),
    "FileField": ("django.db.models.fields.files", "FieldFile"),
}  # fmt: skip
_SAME = frozenset(
    ["all", "filter", "exclude", "order_by", "select_related", "prefetch_related", "distinct",
     "annotate", "alias", "defer", "only", "using", "reverse", "none", "select_for_update", "union",
     "intersection", "difference", "complex_filter", "extra", "raw", "get_queryset", "_chain",
     "_clone", "iterator", "aiterator"]
)  # fmt: skip
_ONE = frozenset(
    ["get", "first", "last", "create", "earliest", "latest", "aget", "afirst", "alast", "acreate"]
)
_PAIR = frozenset(["get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"])
_FILES = 40


def is_model(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether a class is a Django model."""
    return entity[0] == CLASS and _is_derived(snapshot, entity, "django.db.models.base", "Model")


def _is_derived(snapshot: Snapshot, entity: Entity, module: str, name: str) -> bool:
    base = named(snapshot, module, name)
    return base is not None and base in mro(snapshot, entity)


def is_used(snapshot: Snapshot) -> bool:
    """Whether Django is there at all."""
    return named(snapshot, "django.db.models.query", "QuerySet") is not None


def is_method(name: str) -> bool:
    """Whether query sets have a method of this name that gives one, or what is in one."""
    return name in _SAME or name in _ONE or name in _PAIR


def queryset(snapshot: Snapshot, model: Type) -> Type:
    """A query set of a model's instances."""
    entity = named(snapshot, "django.db.models.query", "QuerySet")
    return (instance(entity, (model,), CONVENTIONAL),) if entity is not None else UNKNOWN


def held(snapshot: Snapshot, value: Value, member: Entity, type_: Type) -> Type | None:
    """What an instance or a class of a model gives for a class attribute; None when it is itself.

    ``type_`` is the type of what the class body binds: a field, a manager.
    """
    if member[0] != VARIABLE or value[1][0] != CLASS or value[0] not in (INSTANCE, CLASS_OBJECT):
        return None
    for inner in type_:
        if inner[0] != INSTANCE or inner[1][0] != CLASS:
            continue
        if value[0] == INSTANCE and _is_derived(snapshot, inner[1], _FIELDS, "Field"):
            if not is_model(snapshot, value[1]):
                return None
            return _of_field(snapshot, value[1], member, inner[1]) if snapshot.conventional else ()
        if value[0] == CLASS_OBJECT and snapshot.conventional:
            manager = any(
                _is_derived(snapshot, inner[1], "django.db.models.manager", name)
                for name in ("Manager", "BaseManager")  # the first has bases that a call makes
            )
            if manager and is_model(snapshot, value[1]):
                return union(type_, queryset(snapshot, (instance(value[1], (), CONVENTIONAL),)))
    return None


def _of_field(snapshot: Snapshot, owner: Entity, member: Entity, field: Entity) -> Type:
    if _is_derived(snapshot, field, _RELATED, "RelatedField"):
        target = _target(snapshot, owner, member)
        if target is None:
            return UNKNOWN
        one = (instance(target, (), CONVENTIONAL),)
        many = _is_derived(snapshot, field, _RELATED, "ManyToManyField")
        return queryset(snapshot, one) if many else one
    for base in mro(snapshot, field):
        if base[0] != CLASS:
            break
        found = _HELD.get(name_of(snapshot, base))
        if found is not None:
            entity = named(snapshot, *found)
            return (instance(entity, (), CONVENTIONAL),) if entity is not None else UNKNOWN
    return UNKNOWN


def _target(snapshot: Snapshot, owner: Entity, member: Entity) -> Entity | None:
    """The model that a relation leads to: named, or spelled as ``"app.Model"`` or ``"self"``."""
    path = member[1]
    facts = snapshot.need(path)
    call = facts.binding[f.BIND_VALUE][member[2]]
    if call < 0 or facts.expr[f.EXPR_OP][call] != f.CALL:
        return None
    expr = syntax.given(facts, call, 0, "to")
    text = syntax.text_of(facts, expr)
    if text == "self":
        return owner
    if text:
        return _model_named(snapshot, path, text)
    if expr < 0 or facts.expr[f.EXPR_OP][expr] not in (f.NAME, f.ATTRIBUTE):
        return None
    for item in evaluate.objects(snapshot, path, expr):
        if item.entity[0] == CLASS:
            return item.entity
    return None


def _model_named(snapshot: Snapshot, path: str, text: str) -> Entity | None:
    app, _, name = text.rpartition(".")
    for item in module_member(snapshot, path, name):
        if item.entity[0] == CLASS:
            return item.entity
    found: list[Entity] = []
    for where in usage.files_defining(snapshot, name):
        if app and f"/{app}/" not in f"/{where}":
            continue
        found += [
            item.entity
            for item in module_member(snapshot, where, name)
            if item.entity[0] == CLASS and item.entity[1] == where
        ]
    models = [entity for entity in found if is_model(snapshot, entity)]
    return models[0] if len(models) == 1 else None


def attribute_value(snapshot: Snapshot, value: Value, name: str) -> Type:
    """Type of an attribute that Django adds to a model, a manager or a view."""
    if value[1][0] != CLASS:
        return UNKNOWN
    if value[0] == CLASS_OBJECT:
        if name in ("objects", "_default_manager", "_base_manager"):
            if is_model(snapshot, value[1]):
                return queryset(snapshot, (instance(value[1], (), CONVENTIONAL),))
        elif name == "DoesNotExist" and is_model(snapshot, value[1]):
            base = named(snapshot, "django.core.exceptions", "ObjectDoesNotExist")
            return ((CLASS_OBJECT, base, (), CONVENTIONAL),) if base is not None else UNKNOWN
        return UNKNOWN
    if value[0] != INSTANCE:
        return UNKNOWN
    if name == "request" and _is_derived(snapshot, value[1], "django.views.generic.base", "View"):
        return _request(snapshot)
    if is_model(snapshot, value[1]):
        return union(
            *(
                queryset(snapshot, (instance((CLASS, path, owner), (), CONVENTIONAL),))
                for path, owner, _ in _reverse(snapshot, value[1], name)
            )
        )
    return UNKNOWN


def attribute_found(snapshot: Snapshot, value: Value, name: str) -> list[Found]:
    """The relation that a reverse accessor of a model goes back along."""
    if value[0] != INSTANCE or not is_model(snapshot, value[1]):
        return []
    return [
        Found((VARIABLE, path, row), CONVENTIONAL)
        for path, _, row in _reverse(snapshot, value[1], name)
    ]


def _reverse(snapshot: Snapshot, model: Entity, name: str) -> list[tuple[str, int, int]]:
    """(file, class, binding) of the relations to a model that this name goes back along."""
    found: list[tuple[str, int, int]] = []
    accessor = name.removesuffix("_set") if name.endswith("_set") else ""
    wanted = {base for base in mro(snapshot, model) if is_model(snapshot, base)}
    files = syntax.nearest(model[1], snapshot.files_with(name_of(snapshot, model)), _FILES)
    for path in dict.fromkeys([model[1], *files]):
        facts = snapshot.facts(path)
        if facts is None or not (accessor or name in facts.strings):
            continue
        for row, owner, call in _relations(facts):
            related = syntax.text_of(facts, syntax.keyword(facts, call, "related_name"))
            if related:
                if related != name:
                    continue
            elif accessor != facts.names[facts.definition[f.DEF_NAME][owner]].lower():
                continue
            target = _target(snapshot, (CLASS, path, owner), (VARIABLE, path, row))
            if target in wanted:
                found.append((path, owner, row))
    return found[:3]


def _relations(facts: FileFacts) -> Iterator[tuple[int, int, int]]:
    """(binding, class, call) of what looks like a relation in the classes of a file."""
    ops, _, lefts, _ = facts.expr
    for row, value in enumerate(facts.binding[f.BIND_VALUE]):
        scope = facts.binding[f.BIND_SCOPE][row]
        if value < 0 or ops[value] != f.CALL or facts.scope[f.SCOPE_KIND][scope] != f.CLASS_SCOPE:
            continue
        name = syntax.last_name(facts, lefts[value])
        if name.endswith(("ForeignKey", "OneToOneField", "ManyToManyField")):
            yield row, facts.scope[f.SCOPE_DEFINITION][scope], value


def _model_of(snapshot: Snapshot, value: Value) -> Type:
    """What a query set holds."""
    is_set = value[0] == INSTANCE and value[1][0] == CLASS and value[2]
    if is_set and value[1] == named(snapshot, "django.db.models.query", "QuerySet"):
        return value[2][0]
    return UNKNOWN


def called(snapshot: Snapshot, receiver: Type, name: str) -> Type:
    """What calling a method of a query set gives."""
    parts: list[Type] = []
    for value in known(receiver):
        model = _model_of(snapshot, value)
        if not model:
            continue
        if name in _SAME:
            parts.append((value,))
        elif name in _ONE:
            parts.append(model)
        elif name in _PAIR:
            truth = builtin(snapshot, "bool")
            parts.append(builtin(snapshot, "tuple", union(model, truth), model, truth))
    return union(*parts)


def element(snapshot: Snapshot, receiver: Type, *, sliced: bool = False) -> Type:
    """What iterating over or indexing a query set gives."""
    parts = [
        (value,) if sliced else _model_of(snapshot, value)
        for value in receiver
        if _model_of(snapshot, value)
    ]
    return union(*parts)


def request(snapshot: Snapshot, asked: Parameter) -> Answer | None:
    """The request that views and middleware get as their first parameter."""
    if asked.name != "request" or asked.place != 0 or asked.method.startswith("test"):
        return None
    view = asked.cls >= 0 and _is_derived(
        snapshot, (CLASS, asked.path, asked.cls), "django.views.generic.base", "View"
    )
    if not view and not _imports_django(asked.facts):
        return None
    type_ = _request(snapshot)
    return Answer(type_, "django-request", "views are called with one") if type_ else None


def _imports_django(facts: FileFacts) -> bool:
    table = facts.imports
    return any(
        facts.names[module].startswith("django.") or facts.names[module] == "django"
        for module in table[f.IMP_MODULE]
    )


def _request(snapshot: Snapshot) -> Type:
    entity = named(snapshot, "django.http.request", "HttpRequest")
    return (instance(entity, (), CONVENTIONAL),) if entity is not None else UNKNOWN
