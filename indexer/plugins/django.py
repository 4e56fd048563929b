"""Django: what its models, managers and views make at run time, which no definition shows."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..heuristics import usage
from ..heuristics.evidence import Answer
from ..inference import access_paths, expressions
from ..inference.classes import members, mro
from ..inference.entities import CLASS, CONVENTIONAL, MODULE, VARIABLE, Entity, Found, name_of
from ..inference.modules import find_module
from ..inference.names import module_member
from ..inference.standard_types import builtin_instance, standard_class
from ..inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NONE_VALUE,
    UNKNOWN,
    Value,
    instance,
    union,
    without_none,
)
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..heuristics.evidence import ParameterQuery
    from ..inference.inference import Inference
    from ..inference.types import Type

_FIELDS = "django.db.models.fields"
_DESCRIPTORS = "django.db.models.fields.related_descriptors"
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
_ONE = frozenset(["get", "create", "earliest", "latest", "aget", "acreate"])
_ONE_OR_NONE = frozenset(["first", "last", "afirst", "alast"])
_PAIR = frozenset(["get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"])
_OTHER = {"values": "dict", "values_list": "tuple", "update": "int", "count": "int"}
_METHODS = _SAME | _ONE | _ONE_OR_NONE | _PAIR | _OTHER.keys()
# Methods that take fields of the model as keyword arguments.
_BY_FIELDS = frozenset(
    ["filter", "exclude", "get", "create", "update", "get_or_create", "update_or_create", "aget",
     "acreate", "aupdate", "aget_or_create", "aupdate_or_create"]
)  # fmt: skip
_FILES = 40


class Django(Plugin):
    """Django."""

    __slots__ = ()

    def member_type(
        self, inference: Inference, value: Value, member: Entity, name: str
    ) -> Type | None:
        """Return what a model has for a field or a manager."""
        del name
        return _field_or_manager(inference, value, member)

    def attribute_definitions(self, inference: Inference, value: Value, name: str) -> list[Found]:
        """Return the relation that a reverse accessor of a model goes back along."""
        if value.form != INSTANCE or not is_model(inference, value.entity):
            return []
        return [
            Found(Entity(VARIABLE, path, row), CONVENTIONAL)
            for path, _, row in _reverse(inference, value.entity, name)
        ]

    def expression_type(self, inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
        """Return what is in a query set of a known model: its own code forgets the model."""
        function = facts_view.called(facts, expr)
        if function >= 0:
            method = facts_view.attribute(facts, function)
            if method is None or method.name not in _METHODS:
                return UNKNOWN
        return self.unknown_type(inference, path, facts, expr)

    def unknown_type(self, inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
        """Return what query sets give, and attributes that models, managers and views have."""
        function = facts_view.called(facts, expr)
        if function >= 0:
            method = facts_view.attribute(facts, function)
            if method is None:
                return UNKNOWN
            receiver = expressions.infer_type(inference, path, method.receiver)
            return _called(inference, receiver, method.name)
        receiver = expressions.infer_type(inference, path, facts_view.operand(facts, expr))
        attribute = facts_view.attribute(facts, expr)
        if attribute is not None:
            values = without_none(receiver)
            return union(*(_added_attribute(inference, each, attribute.name) for each in values))
        item = facts_view.subscript(facts, expr)
        sliced = item is not None and facts.expr.op[item.key] == f.SLICE
        return _element(inference, receiver, sliced=sliced)

    def parameter_type(self, inference: Inference, query: ParameterQuery) -> Answer | None:
        """Return the request that views and middleware get as their first parameter."""
        if query.name != "request" or query.place != 0 or query.method.startswith("test"):
            return None
        if not (
            query.cls >= 0 and _is_view(inference, Entity(CLASS, query.path, query.cls))
        ) and not _imports_django(query.facts):
            return None
        type_ = _request(inference)
        return Answer(type_, "django-request", "views are called with one") if type_ else None

    def offered_keywords(self, inference: Inference, called: Value) -> dict[str, Entity]:
        """Return the fields of a model that is called, or whose query set is asked."""
        models: list[Entity] = []
        if called.form == CLASS_OBJECT:
            models = [called.entity]
        elif (
            called.form == FUNCTION_OBJECT
            and called.args
            and name_of(inference, called.entity) in _BY_FIELDS
        ):
            held = [_model_of(inference, each) for each in called.args[0]]
            models = [each.entity for type_ in held for each in type_]
        return {
            name: item.entity
            for model in models
            if is_model(inference, model)
            for name, item, _ in members(inference, model)
            if item.entity.kind == VARIABLE and _is_field(inference, item.entity)
        }


def is_model(inference: Inference, entity: Entity) -> bool:
    """True if a class is a Django model."""
    return entity.kind == CLASS and _is_derived(inference, entity, "django.db.models.base", "Model")


def _is_field(inference: Inference, member: Entity) -> bool:
    return any(
        value.form == INSTANCE and _is_derived(inference, value.entity, _FIELDS, "Field")
        for value in inference.entity_type(member)
    )


def _is_view(inference: Inference, entity: Entity) -> bool:
    return _is_derived(inference, entity, "django.views.generic.base", "View")


def _is_derived(inference: Inference, entity: Entity, module: str, name: str) -> bool:
    base = standard_class(inference, module, name)
    return base is not None and base in mro(inference, entity)


def _query_set_of(inference: Inference, model: Entity) -> Type:
    return _query_set(inference, (instance(model, (), CONVENTIONAL),))


def _query_set(inference: Inference, model: Type) -> Type:
    """Return a query set of a model's instances."""
    entity = standard_class(inference, "django.db.models.query", "QuerySet")
    return (instance(entity, (model,), CONVENTIONAL),) if entity is not None else UNKNOWN


def _field_or_manager(inference: Inference, value: Value, member: Entity) -> Type | None:
    """Return what an instance of a model holds for a field, and a model class for a manager."""
    held = inference.entity_type(member)
    for inner in held:
        if inner.form != INSTANCE or inner.entity.kind != CLASS:
            continue
        if value.form == INSTANCE and _is_derived(inference, inner.entity, _FIELDS, "Field"):
            if not is_model(inference, value.entity):
                return None
            if not inference.conventional:
                return UNKNOWN
            return _of_field(inference, value.entity, member, inner.entity)
        if value.form == CLASS_OBJECT and inference.conventional:
            manager = any(
                _is_derived(inference, inner.entity, "django.db.models.manager", name)
                for name in ("Manager", "BaseManager")  # the first has bases that a call makes
            )
            if manager and is_model(inference, value.entity):
                return union(held, _query_set_of(inference, value.entity))
    return None


def _of_field(inference: Inference, owner: Entity, member: Entity, field: Entity) -> Type:
    if _is_derived(inference, field, _RELATED, "RelatedField"):
        target = _target(inference, owner, member)
        if target is None:
            return UNKNOWN
        one = (instance(target, (), CONVENTIONAL),)
        many = _is_derived(inference, field, _RELATED, "ManyToManyField")
        return union(_query_set(inference, one), _manager(inference, many=True)) if many else one
    for base in mro(inference, field):
        if base.kind != CLASS:
            break
        found = _HELD.get(name_of(inference, base))
        if found is not None:
            entity = standard_class(inference, *found)
            return (instance(entity, (), CONVENTIONAL),) if entity is not None else UNKNOWN
    return UNKNOWN


def _target(inference: Inference, owner: Entity, member: Entity) -> Entity | None:
    """Return the model of a relation: a class, or spelled as ``"app.Model"`` or ``"self"``."""
    path = member.path
    facts = inference.need(path)
    call = facts.binding.value[member.row]
    if facts_view.called(facts, call) < 0:
        return None
    expr = access_paths.argument_for(facts, call, 0, "to")
    text = access_paths.string_value(facts, expr)
    if text == "self":
        return owner
    if text:
        return _model_named(inference, path, text)
    if expr < 0 or facts.expr.op[expr] not in (f.NAME, f.ATTRIBUTE):
        return None
    for item in expressions.definitions_of(inference, path, expr):
        if item.entity.kind == CLASS:
            return item.entity
    return None


def _model_named(inference: Inference, path: str, text: str) -> Entity | None:
    app, _, name = text.rpartition(".")
    for item in module_member(inference, path, name):
        if item.entity.kind == CLASS:
            return item.entity
    found: list[Entity] = []
    for where in usage.files_defining(inference, name):
        if app and f"/{app}/" not in f"/{where}":
            continue
        found += [
            item.entity
            for item in module_member(inference, where, name)
            if item.entity.kind == CLASS and item.entity.path == where
        ]
    models = [entity for entity in found if is_model(inference, entity)]
    return models[0] if len(models) == 1 else None


def _added_attribute(inference: Inference, value: Value, name: str) -> Type:
    """Return the type of an attribute that Django adds to a model, a manager or a view."""
    if value.entity.kind != CLASS:
        return UNKNOWN
    if value.form == CLASS_OBJECT:
        if name in ("objects", "_default_manager", "_base_manager"):
            if is_model(inference, value.entity):
                return _query_set_of(inference, value.entity)
        elif name == "DoesNotExist" and is_model(inference, value.entity):
            base = standard_class(inference, "django.core.exceptions", "ObjectDoesNotExist")
            return (Value(CLASS_OBJECT, base, (), CONVENTIONAL),) if base is not None else UNKNOWN
        return UNKNOWN
    if value.form != INSTANCE:
        return UNKNOWN
    if name == "request" and _is_view(inference, value.entity):
        return _request(inference)
    if is_model(inference, value.entity):
        return union(
            *(
                union(
                    _query_set_of(inference, Entity(CLASS, path, owner)),
                    _manager(inference, many=_is_many(inference.need(path), row)),
                )
                for path, owner, row in _reverse(inference, value.entity, name)
            )
        )
    return UNKNOWN


def _reverse(inference: Inference, model: Entity, name: str) -> list[tuple[str, int, int]]:
    """Return (file, class, binding) of the relations to a model with this reverse accessor."""
    found: list[tuple[str, int, int]] = []
    accessor = name.removesuffix("_set") if name.endswith("_set") else ""
    wanted = {base for base in mro(inference, model) if is_model(inference, base)}
    files = access_paths.nearest_files(
        model.path, inference.files_with(name_of(inference, model)), _FILES
    )
    for path in dict.fromkeys([model.path, *files]):
        facts = inference.facts(path)
        if facts is None or not (accessor or name in facts.strings):
            continue
        for row, owner, call in _relations(facts):
            related = access_paths.string_value(
                facts, access_paths.keyword_argument(facts, call, "related_name")
            )
            if related:
                if related != name:
                    continue
            elif accessor != facts_view.definition_name(facts, owner).lower():
                continue
            target = _target(inference, Entity(CLASS, path, owner), Entity(VARIABLE, path, row))
            if target in wanted:
                found.append((path, owner, row))
    return found[:3]


def _is_many(facts: FileFacts, binding: int) -> bool:
    """True if a relation is one of many to many."""
    function = facts_view.called(facts, facts.binding.value[binding])
    return access_paths.last_name(facts, function).endswith("ManyToManyField")


def _manager(inference: Inference, *, many: bool) -> Type:
    """Return the manager of related instances, which has what adds and removes them.

    Django makes its class in a function.
    """
    module = find_module(inference, _DESCRIPTORS)
    facts = inference.facts(module.path) if module is not None and module.kind == MODULE else None
    if module is None or facts is None:
        return UNKNOWN
    wanted = "ManyRelatedManager" if many else "RelatedManager"
    return tuple(
        instance(Entity(CLASS, module.path, row), (), CONVENTIONAL)
        for row in facts_view.definitions(facts, f.CLASS)
        if facts_view.definition_name(facts, row) == wanted
    )


def _relations(facts: FileFacts) -> Iterator[tuple[int, int, int]]:
    """Yield (binding, class, call) of what looks like a relation in the classes of a file."""
    for row, value in enumerate(facts.binding.value):
        scope = facts.binding.scope[row]
        if facts.scope.kind[scope] != f.CLASS_SCOPE:
            continue
        name = access_paths.last_name(facts, facts_view.called(facts, value))
        if name.endswith(("ForeignKey", "OneToOneField", "ManyToManyField")):
            yield row, facts.scope.definition[scope], value


def _model_of(inference: Inference, value: Value) -> Type:
    """Return what a query set holds."""
    is_set = value.form == INSTANCE and value.entity.kind == CLASS and value.args
    if is_set and value.entity == standard_class(inference, "django.db.models.query", "QuerySet"):
        return value.args[0]
    return UNKNOWN


def _called(inference: Inference, receiver: Type, name: str) -> Type:
    """Return what calling a method of a query set gives."""
    parts: list[Type] = []
    for value in without_none(receiver):
        model = _model_of(inference, value)
        if not model:
            continue
        if name in _SAME:
            parts.append((value,))
        elif name in _ONE:
            parts.append(model)
        elif name in _ONE_OR_NONE:
            parts.append(union(model, (NONE_VALUE,)))
        elif name in _OTHER:
            other = builtin_instance(inference, _OTHER[name])
            parts.append(other if _OTHER[name] == "int" else _query_set(inference, other))
        elif name in _PAIR:
            truth = builtin_instance(inference, "bool")
            parts.append(builtin_instance(inference, "tuple", union(model, truth), model, truth))
    return union(*parts)


def _element(inference: Inference, receiver: Type, *, sliced: bool = False) -> Type:
    """Return what iterating over, indexing or slicing a query set gives."""
    parts = [
        (value,) if sliced else _model_of(inference, value)
        for value in receiver
        if _model_of(inference, value)
    ]
    return union(*parts)


def _imports_django(facts: FileFacts) -> bool:
    table = facts.imports
    return any(
        facts.names[module].startswith("django.") or facts.names[module] == "django"
        for module in table.module
    )


def _request(inference: Inference) -> Type:
    entity = standard_class(inference, "django.http.request", "HttpRequest")
    return (instance(entity, (), CONVENTIONAL),) if entity is not None else UNKNOWN


PLUGIN = Django()
