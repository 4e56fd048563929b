"""Explanations of answers: the chain of bindings and types behind it, as sentences.

Nothing is decided here. Each step repeats a query that inference made on the way and words its
answer, so an explanation may be longer than necessary but never disagrees with inference.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..heuristics.parameters import explain_parameter
from . import expressions, members, return_types
from .annotations import annotation_type
from .classes import mro
from .entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Entity,
    first_parameter_class,
    name_of,
    owner_class,
    position_of,
    qualified_name,
)
from .entity_types import entity_type
from .locate import entities_at
from .modules import imported_module
from .names import bindings_in_force, visible_bindings
from .types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, MODULE_OBJECT, NONE, SUPER, without_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..facts_view import Occurrence
    from .entities import Found
    from .inference import Inference
    from .types import Type, Value

# Levels of reasons below the answer, and steps in all.
_DEPTH = 12
_STEPS = 80
_HOW = {
    f.AUGMENT: "changed in place",
    f.FOR: "a loop's variable",
    f.WITH: "what a `with` enters",
    f.EXCEPT: "a caught exception",
    f.WALRUS: "assigned by `:=`",
    f.CAPTURE: "captured by a pattern",
    f.TYPE_PARAMETER: "a type parameter",
    f.TYPE_ALIAS: "a type alias",
    f.DECLARE: "declared",
}


class Step:
    """One sentence of an explanation, the place of its evidence, and its depth."""

    __slots__ = ("depth", "evidence", "path", "position", "text")

    def __init__(self, depth: int, text: str, path: str, position: int, evidence: int) -> None:
        """``path`` is empty for a step without a place; names in the text are in backquotes."""
        self.depth = depth
        self.text = text
        self.path = path
        self.position = position
        self.evidence = evidence


def explain(inference: Inference, path: str, occurrence: Occurrence) -> list[Step]:
    """Return the steps from an occurrence of a name to its definitions, the answer first."""
    explanation = Explanation(inference)
    found = entities_at(inference, path, occurrence)
    if not found:
        explanation.add(
            0, f"nothing is known of `{occurrence.name}`", path, occurrence.position, EXACT
        )
    for item in found:
        explanation.answer(occurrence.name, item)
    role = occurrence.role & f.ROLE_MASK
    if role in (f.IMPORTED, f.EXPORTED, f.MODULE_ROLE, f.KEYWORD, f.DEFINED, f.PARAMETER_ROLE):
        if role == f.IMPORTED:
            explanation.imported(1, path, occurrence.ref)
        return explanation.steps
    if role not in (f.WRITTEN, f.DELETED) or occurrence.role & f.ATTRIBUTE_ROLE:
        explanation.expression(1, path, occurrence.ref)
    return explanation.steps


class Explanation:
    """The steps so far, and the expressions and entities already explained."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.steps: list[Step] = []
        self._seen: set[object] = set()

    def add(self, depth: int, text: str, path: str, position: int, evidence: int) -> None:
        """Add a step, unless there are too many."""
        if len(self.steps) < _STEPS:
            self.steps.append(Step(depth, text, path, position, evidence))

    def _first_time(self, depth: int, what: object) -> bool:
        if depth > _DEPTH or what in self._seen or len(self.steps) >= _STEPS:
            return False
        self._seen.add(what)
        return True

    def answer(self, name: str, item: Found) -> None:
        """Add the answer itself."""
        kind = item.entity.kind
        if kind == OUTSIDE:
            where = item.entity.path
            text = f"leads to `{where}`, which is not here" if where else "leads outside"
            self.add(0, f"`{name}` {text}", "", -1, item.evidence)
            return
        self.add(0, f"`{name}` is {self.described(item.entity)}", *self._at(item))

    def _at(self, item: Found) -> tuple[str, int, int]:
        if item.entity.kind in (NAMESPACE, OUTSIDE):
            return "", -1, item.evidence
        return item.entity.path, position_of(self.inference, item.entity), item.evidence

    def described(self, entity: Entity) -> str:
        """Return an entity in words: ``the class `shop.Order` ``."""
        kinds = {
            MODULE: "the module", NAMESPACE: "the package", CLASS: "the class",
            FUNCTION: "the function", VARIABLE: "the variable", PARAMETER: "the parameter",
            ATTRIBUTE: "the attribute", OUTSIDE: "outside,",
        }  # fmt: skip
        kind = kinds[entity.kind]
        if entity.kind == FUNCTION and owner_class(self.inference.need(entity.path), entity) >= 0:
            kind = "the method"
        return f"{kind} `{qualified_name(self.inference, entity)}`"

    def expression(self, depth: int, path: str, expr: int) -> None:
        """Explain what an expression names or evaluates to."""
        if expr < 0 or not self._first_time(depth, (path, expr)):
            return
        facts = self.inference.need(path)
        op = facts.expr.op[expr]
        if op == f.NAME:
            self._name(depth, path, facts, expr)
        elif op == f.ATTRIBUTE:
            self._attribute(depth, path, facts, expr)
        elif op == f.CALL:
            self._call(depth, path, facts, expr)
        else:
            type_ = expressions.infer_type(self.inference, path, expr)
            text = f"{expression_text(facts, expr)} is {self._type(type_)}"
            self.add(depth, text, path, facts.expr.position[expr], _evidence(type_))
            if op in (f.AWAIT, f.ELEMENT, f.ENTERED, f.RAISED, f.ITEM, f.REST, f.SUBSCRIPT,
                      f.STARRED, f.NAMED):  # fmt: skip
                self.expression(depth + 1, path, facts_view.operand(facts, expr))
            elif op in (f.OR, f.AND, f.CONDITIONAL_EXPR):
                for branch in facts_view.branches(facts, expr):
                    self.expression(depth + 1, path, branch)

    def _name(self, depth: int, path: str, facts: FileFacts, expr: int) -> None:
        name, position = facts_view.plain_name(facts, expr), facts.expr.position[expr]
        scope, name_row = facts_view.name_scope(facts, expr), facts_view.name_row(facts, expr)
        rows = bindings_in_force(facts, scope, name_row, position, expr)
        for row in rows:
            self._binding(depth, path, facts, row)
        if not rows:
            for item in expressions.definitions_of(self.inference, path, expr):
                how = "comes by a star import"
                if item.entity.path.rpartition("/")[2] == "builtins.pyi":
                    how = "is built in"
                self.add(depth, f"`{name}` {how}", path, position, item.evidence)

    def _binding(self, depth: int, path: str, facts: FileFacts, row: int) -> None:
        """Explain the type of a binding."""
        if not self._first_time(depth, ("binding", path, row)):
            return
        kind, position = facts.binding.kind[row], facts.binding.position[row]
        name = facts.names[facts.binding.name[row]]
        if kind == f.IMPORT:
            self.add(depth, f"`{name}` is imported", path, position, EXACT)
            self.imported(depth + 1, path, facts.binding.ref[row])
            return
        if kind in (f.DEF_CLASS, f.DEF_FUNCTION):
            word = "class" if kind == f.DEF_CLASS else "function"
            self.add(depth, f"`{name}` is defined as a {word}", path, position, EXACT)
            return
        if kind == f.PARAMETER:
            self._parameter(depth, path, facts, row)
            return
        type_ = entity_type(self.inference, Entity(VARIABLE, path, row))
        how = _HOW.get(kind, "assigned")
        annotation = facts.binding.annotation[row]
        if annotation >= 0:
            how = "annotated"
        self.add(depth, f"`{name}` is {how}: {self._type(type_)}", path, position, _evidence(type_))
        if annotation >= 0:
            self._annotation(depth + 1, path, facts, annotation)
        else:
            self.expression(depth + 1, path, facts.binding.value[row])

    def _parameter(self, depth: int, path: str, facts: FileFacts, row: int) -> None:
        position = facts.binding.position[row]
        name = facts.names[facts.binding.name[row]]
        entity = Entity(PARAMETER, path, row)
        type_ = entity_type(self.inference, entity)
        annotation = facts.binding.annotation[row]
        cls = first_parameter_class(facts, entity)
        if annotation >= 0:
            text = f"the parameter `{name}` is annotated: {self._type(type_)}"
        elif cls >= 0:
            text = f"`{name}` is the first parameter of a method: {self._type(type_)}"
        elif not type_:
            text = f"nothing tells what the parameter `{name}` is"
        else:
            text = self._convention(path, row) or f"the parameter `{name}` is {self._type(type_)}"
        self.add(depth, text, path, position, _evidence(type_))
        if annotation >= 0:
            self._annotation(depth + 1, path, facts, annotation)

    def _convention(self, path: str, row: int) -> str:
        """Return the reason for the type of an unannotated parameter, in words."""
        reason = explain_parameter(self.inference, path, row)
        return reason.text if reason is not None else ""

    def _annotation(self, depth: int, path: str, facts: FileFacts, expr: int) -> None:
        type_ = annotation_type(self.inference, path, expr)
        for value in without_none(type_)[:4]:
            if value.entity.kind == CLASS and self._first_time(depth, ("class", value.entity)):
                text = f"{expression_text(facts, expr)} names {self.described(value.entity)}"
                position = position_of(self.inference, value.entity)
                self.add(depth, text, value.entity.path, position, EXACT)

    def _attribute(self, depth: int, path: str, facts: FileFacts, expr: int) -> None:
        attribute = facts_view.attribute(facts, expr)
        if attribute is None:
            return
        name, receiver = attribute.name, attribute.receiver
        modules = [
            item for item in expressions.definitions_of(self.inference, path, receiver)
            if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE)
        ]  # fmt: skip
        if modules:
            for item in modules:
                text = f"{expression_text(facts, receiver)} is {self.described(item.entity)}"
                self.add(depth, text, path, facts.expr.position[receiver], item.evidence)
            self.expression(depth + 1, path, receiver)
            return
        type_ = expressions.infer_type(self.inference, path, receiver)
        if not without_none(type_):
            text = f"nothing tells what {expression_text(facts, receiver)} is"
            self.add(depth, text, path, facts.expr.position[receiver], EXACT)
        for value in without_none(type_):
            for item in members.member_definitions(self.inference, value, name):
                self._member(depth, facts, receiver, value, name, item)
        if facts.expr.op[receiver] in (f.NAME, f.ATTRIBUTE, f.CALL) or without_none(type_):
            self.expression(depth + 1, path, receiver)

    def _member(
        self, depth: int, facts: FileFacts, receiver: int, value: Value, name: str, item: Found
    ) -> None:
        """Explain the class in which a member is found, and the type of the member."""
        entity = item.entity
        text = f"{expression_text(facts, receiver)} is {self._type((value,))}"
        if entity.kind == OUTSIDE:
            self.add(depth, f"{text}, which has a base that is not here", "", -1, INFERRED)
            return
        cls = owner_class(self.inference.need(entity.path), entity) if entity.kind != MODULE else -1
        owner = Entity(CLASS, entity.path, cls)
        if cls >= 0 and owner != value.entity and owner in mro(self.inference, value.entity):
            text += f", which has `{name}` from {self.described(owner)}"
        elif cls >= 0:
            text += f", which has `{name}`"
        self.add(depth, text, *self._at(item.weaker(value.evidence)))
        self._member_type(depth + 1, entity)

    def _member_type(self, depth: int, entity: Entity) -> None:
        """Explain the type of a member."""
        kind, path, row = entity
        facts = self.inference.need(path)
        if kind == ATTRIBUTE:
            table = facts.attribute_binding
            for other, name in enumerate(table.name):
                same = name == table.name[row]
                if not same or table.owner[other] != table.owner[row]:
                    continue
                if not self._first_time(depth, ("attribute", path, other)):
                    continue
                text = f"`{facts.names[name]}` is assigned"
                self.add(depth, text, path, table.position[other], EXACT)
                self.expression(depth + 1, path, table.value[other])
        elif kind == VARIABLE:
            self._binding(depth, path, facts, row)

    def _call(self, depth: int, path: str, facts: FileFacts, expr: int) -> None:
        function = facts_view.called(facts, expr)
        type_ = expressions.infer_type(self.inference, path, expr)
        text = f"{expression_text(facts, expr)} gives {self._type(type_)}"
        self.add(depth, text, path, facts.expr.position[expr], _evidence(type_))
        for value in without_none(expressions.infer_type(self.inference, path, function))[:4]:
            if value.form == CLASS_OBJECT and value.entity.kind == CLASS:
                text = f"{expression_text(facts, function)} is {self.described(value.entity)}"
                position = position_of(self.inference, value.entity)
                self.add(depth + 1, text, value.entity.path, position, value.evidence)
            elif value.form == FUNCTION_OBJECT:
                self._result(depth + 1, value.entity)
        self.expression(depth + 1, path, function)

    def _result(self, depth: int, function: Entity) -> None:
        """Explain the return type of a function."""
        if not self._first_time(depth, ("result", function)):
            return
        _, path, row = function
        facts = self.inference.need(path)
        name, position = name_of(self.inference, function), facts.definition.position[row]
        if facts.definition.returns[row] >= 0:
            annotation = facts.definition.returns[row]
            text = f"`{name}` is annotated to return {expression_text(facts, annotation)}"
            self.add(depth, text, path, position, INFERRED)
            return
        type_ = return_types.return_type(self.inference, function, None)
        text = f"`{name}` returns {self._type(type_)}, by its `return`s"
        self.add(depth, text, path, position, _evidence(type_))
        own = facts.definition.own_scope[row]
        for scope, expr in zip(facts.result.scope, facts.result.expr, strict=True):
            if scope == own and expr >= 0:
                self.expression(depth + 1, path, expr)

    def imported(self, depth: int, path: str, row: int) -> None:
        """Explain an import, through the modules that pass the name on."""
        facts = self.inference.need(path)
        spelled_module = facts.names[facts.imports.module[row]]
        name = facts.imports.name[row]
        position = facts.imports.position[row]
        module = imported_module(self.inference, path, spelled_module)
        if not self._first_time(depth, ("import", path, row)):
            return
        if module.kind == OUTSIDE:
            text = f"there is no module `{spelled_module}` here"
            self.add(depth, text, path, position, EXACT)
            return
        where = module.path if module.kind == MODULE else ""
        self.add(depth, f"`{spelled_module}` is {self.described(module)}", where, 0, EXACT)
        if name < 0 or module.kind != MODULE:
            return
        other = self.inference.facts(module.path)
        wanted = other.name_id(facts.names[name]) if other is not None else -1
        if other is None or wanted < 0:
            return
        for binding in visible_bindings(other, other.bindings_of(0, wanted), 0, -1):
            self._binding(depth + 1, module.path, other, binding)

    def _type(self, type_: Type) -> str:
        """Return a type in words."""
        words = [self.value(value) for value in type_[:4]]
        if len(type_) > 4:
            words.append("…")
        return " or ".join(dict.fromkeys(words)) if words else "unknown"

    def value(self, value: Value) -> str:
        """Return one alternative of a type in words."""
        form, entity = value.form, value.entity
        if form == NONE:
            return "None"
        if form == INSTANCE:
            return f"an instance of `{name_of(self.inference, entity)}`"
        if form in (CLASS_OBJECT, MODULE_OBJECT, FUNCTION_OBJECT):
            return self.described(entity)
        return "`super()`" if form == SUPER else "something that is called"


def expression_text(facts: FileFacts, expr: int, depth: int = 0) -> str:
    """Return an expression in short, in backquotes: ``a.b(…)[…]``."""
    return f"`{_shortened(facts, expr, depth)}`"


def _shortened(facts: FileFacts, expr: int, depth: int) -> str:
    if depth > 8 or expr < 0:
        return "…"
    op = facts.expr.op[expr]
    if op == f.NAME:
        return facts_view.plain_name(facts, expr)
    attribute = facts_view.attribute(facts, expr)
    if attribute is not None:
        return f"{_shortened(facts, attribute.receiver, depth + 1)}.{attribute.name}"
    if op == f.CALL:
        arguments = "…" if any(True for _ in facts_view.arguments(facts, expr)) else ""
        return f"{_shortened(facts, facts_view.called(facts, expr), depth + 1)}({arguments})"
    item = facts_view.subscript(facts, expr)
    if item is not None:
        return f"{_shortened(facts, item.value, depth + 1)}[{_shortened(facts, item.key, 8)}]"
    if op == f.AWAIT:
        return f"await {_shortened(facts, facts_view.operand(facts, expr), depth + 1)}"
    if op == f.NONE:
        return "None"
    inner = {f.ELEMENT: "an element of", f.ENTERED: "entering", f.RAISED: "catching",
             f.ITEM: "a part of", f.REST: "the rest of"}.get(op)  # fmt: skip
    if not inner:
        return "…"
    return f"{inner} {_shortened(facts, facts_view.operand(facts, expr), depth + 1)}"


def _evidence(type_: Type) -> int:
    return min((value.evidence for value in type_), default=EXACT)
