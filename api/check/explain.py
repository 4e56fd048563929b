"""Explanations of findings: the chain of knowledge behind one, and the excuses that do not apply.

Nothing is decided here, and judging records nothing for it: each link repeats a question that the
rule asked, and words its answer. Links have depth 0, in the order of the chain; below each stands
why it holds.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.dynamic_attributes import has_dynamic_attributes
from ...indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    EVIDENCE_NAMES,
    EXACT,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    name_of,
    position_of,
)
from ...indexer.inference.explain import Explanation, Step, expression_text
from ...indexer.inference.has_member import ABSENT, has_member, module_has_member
from ...indexer.inference.modules import imported_module
from ...indexer.inference.type_variables import concrete
from ...indexer.scope_map import scope_at
from .api_diff.surface import signature_of
from .arguments import (
    DUPLICATE_ARGUMENT,
    MISSING_ARGUMENT,
    TOO_MANY_ARGUMENTS,
    UNKNOWN_KEYWORD,
    CallArguments,
)
from .callees import Callee
from .context import CheckContext
from .excuses import EXCUSES, TEST_DATA, Excuse
from .findings import Finding
from .rules.table import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from ...indexer.inference.types import Type

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Considered:
    """An excuse that was considered for a finding: if it applies, and why or why not."""

    excuse: Excuse
    applies: bool
    why: str


def explain(inference: Inference, finding: Finding) -> tuple[list[Step], list[Considered]]:
    """Return the links of the chain behind a finding, and the excuses that were considered.

    Raises UnknownFileError if the file of the finding cannot be read.
    """
    context = CheckContext(inference, finding.path)
    chain = _Chain(context, finding)
    _LINKS.get(finding.rule, _Chain.of_other_rule)(chain)
    return chain.steps, list(_considered(chain))


class _Chain:
    """The links of the chain behind one finding, in the order in which they were asked for."""

    def __init__(self, context: CheckContext, finding: Finding) -> None:
        self.context = context
        self.finding = finding
        self.path = finding.path
        # Conventions are behind what is not certain only.
        certain = finding.evidence in EVIDENCE_NAMES[:CONVENTIONAL]
        self.inference = context.strict if certain else context.inference
        self.explanation = Explanation(self.inference)
        self.attribute = self._attribute()
        self.receiver = self.attribute[1] if self.attribute is not None else -1
        self.name = self.attribute[2] if self.attribute is not None else ""
        self.type: Type = ()
        if self.receiver >= 0:
            self.type = concrete(self.inference, context.complete_type(self.receiver))

    @property
    def steps(self) -> list[Step]:
        return self.explanation.steps

    def link(self, text: str, path: str = "", position: int = -1, evidence: int = EXACT) -> None:
        self.explanation.add(0, text, path, position, evidence)

    def reason(self, text: str, path: str = "", position: int = -1, evidence: int = EXACT) -> None:
        self.explanation.add(1, text, path, position, evidence)

    def _attribute(self) -> tuple[int, int, str] | None:
        """Return the expression, the receiver and the name of an attribute at the finding."""
        facts = self.context.facts
        for row in self.context.expressions(f.ATTRIBUTE):
            parts = facts_view.attribute(facts, row)
            if parts is not None and parts.position == self.finding.start:
                return row, parts.receiver, parts.name
        return None

    # Attributes.

    def of_attribute(self) -> None:
        facts, receiver, name = self.context.facts, self.receiver, self.name
        if self.attribute is None:
            self.of_other_rule()
            return
        text = expression_text(facts, receiver)
        position = facts.expr.position[receiver]
        modules = [
            item
            for item in self.inference.definitions_of(self.path, receiver)
            if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE)
        ]
        for item in modules:
            described = self.explanation.described(item.entity)
            self.link(f"{text} is {described}", self.path, position, item.evidence)
            self.explanation.expression(1, self.path, receiver)
            self._module_lacks(item.entity, name)
        if modules:
            return
        type_ = self.type or self.inference.infer_type(self.path, receiver)
        words = " or ".join(dict.fromkeys(map(self.explanation.value, type_[:_SHOWN])))
        evidence = max((value.evidence for value in type_), default=CONVENTIONAL)
        if not type_:
            self.link(f"nothing tells what {text} is", self.path, position, CONVENTIONAL)
            self.explanation.expression(1, self.path, receiver)
            self.link(f"nothing in the code base gives such a value a member `{name}`",
                      evidence=CONVENTIONAL)  # fmt: skip
            return
        whole = "" if self.type else ", as far as is known"
        self.link(f"{text} is {words}{whole}", self.path, position, evidence)
        self.explanation.expression(1, self.path, receiver)
        if self.type and len(type_) > 1:
            self.link("that is all that it may be")
        for value in dict.fromkeys(type_):
            if value.entity.kind == CLASS:
                self._class_lacks(value.entity, name)
            if has_member(self.context.strict, value, name) != ABSENT:
                self.link(f"nothing that is known of {self.explanation.value(value)} has `{name}`",
                          evidence=CONVENTIONAL)  # fmt: skip

    def _class_lacks(self, cls: Entity, name: str) -> None:
        """Add that a class shows all of its members, and that none has a name."""
        inference = self.context.strict
        at = cls.path, position_of(inference, cls)
        order = inference.mro(cls)
        own = f"`{name_of(inference, cls)}`"
        if has_dynamic_attributes(inference, cls):
            self.link(f"{own} may have members that its text does not show", *at, CONVENTIONAL)
        else:
            self.link(f"{own} is whole: all of its members are known", *at)
        bases = [each for each in order if each != cls and each.kind == CLASS]
        for base in bases[:_SHOWN]:
            where = base.path, position_of(inference, base)
            self.reason(f"its base {self.explanation.described(base)} is known", *where)
        if len(bases) > _SHOWN:
            self.reason(f"{len(bases) - _SHOWN} more bases are known as well")
        self.reason(
            "neither `__getattr__`, a metaclass, a decorator nor `setattr` with a computed name "
            "gives it others"
        )
        among = ", ".join(f"`{name_of(inference, each)}`" for each in [cls, *bases][:_SHOWN])
        more = ", …" if len(bases) >= _SHOWN else ""
        self.link(f"none of {among}{more} has a member `{name}`", *at)
        self.reason("and no class that derives from it has one either")

    def _module_lacks(self, module: Entity, name: str) -> None:
        """Add that a module shows all of its names, and lacks one."""
        described = self.explanation.described(module)
        if module_has_member(self.context.strict, module, name) != ABSENT:
            self.link(f"nothing that is known of {described} is called `{name}`",
                      evidence=CONVENTIONAL)  # fmt: skip
            return
        where = (module.path, 0) if module.kind == MODULE else ("", -1)
        self.link(f"{described} is whole: all of its names are known", *where)
        self.reason("it has no `__getattr__`, and fills its names by no computed ones")
        self.link(f"it binds no `{name}`, and has no submodule of that name", *where)

    # Names and imports.

    def of_name(self) -> None:
        facts, start = self.context.facts, self.finding.start
        name = self.context.text[start : self.finding.end].decode("utf-8", "replace")
        scope = scope_at(facts, start)
        while scope >= 0:
            kind, definition = facts.scope.kind[scope], _definition_of_scope(self.context, scope)
            if kind == f.MODULE_SCOPE:
                self.link(f"the module binds no `{name}`", self.path, 0)
            elif definition >= 0:
                own = facts.names[facts.definition.name[definition]]
                at = self.path, facts.definition.position[definition]
                self.link(f"`{own}` binds no `{name}`", *at)
            scope = facts.scope.parent[scope]
        for row, bound in enumerate(facts.imports.name):
            if bound == f.STAR:
                spelled = facts.names[facts.imports.module[row]]
                star = f"`from {spelled} import *` does not bring it: all of its names are known"
                self.link(star, self.path, facts.imports.position[row])
        self.link(f"`{name}` is not built in")

    def of_imported_name(self) -> None:
        facts, table = self.context.facts, self.context.facts.imports
        for row, position in enumerate(table.position):
            if position <= self.finding.start <= table.bound_position[row] and table.name[row] >= 0:
                name = facts.names[table.name[row]]
                if f"{facts.names[table.module[row]]}:{name}" != self.finding.subject:
                    continue
                spelled = facts.names[table.module[row]]
                module = imported_module(self.inference, self.path, spelled)
                where = (module.path, 0) if module.kind == MODULE else ("", -1)
                self.link(f"`{spelled}` is {self.explanation.described(module)}", *where)
                self._module_lacks(module, name)
                return
        self.of_other_rule()

    def of_module(self) -> None:
        search_path = self.inference.snapshot.index.search_path
        spelled = self.context.absolute_module(self.finding.subject)
        package, _, last = spelled.rpartition(".")
        module = imported_module(self.inference, self.path, package) if package else None
        if module is not None and module.kind != OUTSIDE:
            where = (module.path, 0) if module.kind == MODULE else ("", -1)
            self.link(f"`{package}` is {self.explanation.described(module)}", *where)
            self.link(f"nothing in it is a module `{last}`")
        else:
            self.link(f"no source root of the workspace has a module `{spelled}`")
        for root in search_path.roots:
            self.reason(f"nor has `{root}`")
        if not search_path.is_known:
            self.reason("which packages are installed is not known", evidence=INFERRED)

    # Calls.

    def of_call(self) -> None:
        facts, start = self.context.facts, self.finding.start
        call = next(
            (
                each.row
                for each in facts_view.calls(facts)
                if facts.expr.position[each.function] == start
                or any(arg.position == start for arg in facts_view.arguments(facts, each.row))
            ),
            -1,
        )
        callee = self.finding.nearest[-1] if self.finding.nearest else None
        if call < 0 or callee is None or callee.kind == OUTSIDE:
            self.of_other_rule()
            return
        function = facts_view.called(facts, call)
        position = facts.expr.position[function]
        text = expression_text(facts, function)
        found = self.inference.definitions_of(self.path, function)
        evidence = max((item.evidence for item in found), default=INFERRED)
        described = self.explanation.described(callee)
        self.link(f"{text} is {described}", self.path, position, evidence)
        self.explanation.expression(1, self.path, function)
        signature = signature_of(self.inference, callee)
        takes = signature.shown() if signature is not None else "what its definition shows"
        at = callee.path, position_of(self.inference, callee)
        self.link(f"it takes `{takes}`", *at)
        self.reason("neither a decorator nor an override that may be meant changes that")
        given = CallArguments(facts, call)
        parts = [f"{len(given.positional)} by position"]
        parts += [f"`{keyword}=`" for keyword in given.keywords]
        self.link(f"the call gives {', '.join(parts)}", self.path, position)
        if not given.has_star:
            self.reason("no `*` or `**` passes others")

    # All the others.

    def of_other_rule(self) -> None:
        """Say what the rule looks for, and what stands at the place."""
        rule = self.finding.rule.partition(":")[0]
        summary = next((each.summary for each in rules() if each.name == rule), "")
        if summary:
            self.link(f"`{rule}` looks for this: {summary}", self.path, self.finding.start)
        for entity in self.finding.nearest[:_SHOWN]:
            if entity.path:
                at = entity.path, position_of(self.inference, entity)
                self.link(f"it is about {self.explanation.described(entity)}", *at)
        facts = self.context.facts
        for row, position in enumerate(facts.expr.position):
            if position == self.finding.start and facts.expr.op[row] in (f.NAME, f.CALL):
                self.explanation.expression(1, self.path, row)


def _definition_of_scope(context: CheckContext, scope: int) -> int:
    """Return the row of the definition whose body a scope is, or -1."""
    table = context.facts.definition
    return next((row for row, own in enumerate(table.own_scope) if own == scope), -1)


_CALLS = (UNKNOWN_KEYWORD, MISSING_ARGUMENT, TOO_MANY_ARGUMENTS, DUPLICATE_ARGUMENT)
_LINKS: dict[str, Callable[[_Chain], None]] = {
    "unresolved-attribute": _Chain.of_attribute,
    "removed-member": _Chain.of_attribute,
    "undefined-name": _Chain.of_name,
    "unresolved-name": _Chain.of_imported_name,
    "unresolved-import": _Chain.of_module,
    "not-installed": _Chain.of_module,
    **dict.fromkeys(_CALLS, _Chain.of_call),
}


# Excuses.

# What a rule's fault raises, so that a handler of it is an excuse; and the excuses that the rule
# asks for. Those of attributes are all that can be asked.
_RAISED = {
    "unresolved-attribute": ("AttributeError",),
    "undefined-name": ("NameError",),
    "used-before-definition": ("NameError", "UnboundLocalError"),
    "possibly-unbound": ("NameError", "UnboundLocalError"),
    "unresolved-import": ("ImportError", "ModuleNotFoundError"),
    "unresolved-name": ("ImportError", "ModuleNotFoundError"),
    "not-installed": ("ImportError", "ModuleNotFoundError"),
    **dict.fromkeys(_CALLS, ("TypeError",)),
}
_ASKED = {
    **dict.fromkeys(_RAISED, ("test-data", "dead-code", "guarded")),
    **dict.fromkeys(
        _CALLS, ("test-data", "dead-code", "expected-failure", "other-version", "replaced")
    ),
}
# Why an excuse does not apply; and why one that does is not enough.
_NOT = {
    "test-data": "the file is no input of tests",
    "expected-failure": "nothing around it expects a failure",
    "other-version": "no constant that is named after a version guards it",
    "fallback": "no handler around is for what lacks something newer",
    "alternative": "no handler around is for what lacks another attribute of the same object",
    "replaced": "no test replaces it",
    "outer-class": "no class around the class has the member",
    "derived-elsewhere": "no subclass in the package of the class has the member",
    "tested-class": "no test says what it is derived from, or no class that derives so has it",
    "mixin": "the class is not mixed into others",
    "base-in-call": "no call of `type` makes a class of it and others",
    "part-of-test": "it is no part of test cases",
    "named-tuple": "it is no tuple of any length",
    "returned-by-body": "no function here returns more than it is annotated to",
    "implementation": "no class with the members of a protocol has it",
    "abstract-stub": "the class is not an abstract one of a stub",
    "concrete-class": "no concrete class that may be meant has the member",
    "mock": "the function around does not use it as a mock",
    "dead-code": "no test says that it does not run here",
    "guarded": "no handler around catches what it raises",
    "attribute-test": "no test around asks for the attribute",
}
_NOT_ENOUGH = {
    "test-data": "it holds: so this is a hint only",
    "mixin": "it holds, but nothing in the code base is called so",
    "abstract-stub": "it holds: so this is less certain",
    "concrete-class": "it holds, but only for abstract classes of stubs",
}


def _considered(chain: _Chain) -> Iterator[Considered]:
    """Yield the excuses that the rule of a finding asks for."""
    rule = chain.finding.rule
    asked = None if rule == "unresolved-attribute" else _ASKED.get(rule, (TEST_DATA.name,))
    for excuse in EXCUSES:
        arguments = _arguments(excuse, chain)
        if arguments is None or (asked is not None and excuse.name not in asked):
            continue
        applies = excuse.applies(*arguments)
        words, otherwise = (_NOT_ENOUGH, "it holds") if applies else (_NOT, "it does not hold here")
        yield Considered(excuse, applies, words.get(excuse.name, otherwise))


def _arguments(excuse: Excuse, chain: _Chain) -> list[object] | None:
    """Return what the test of an excuse is called with; None if the finding has no such thing."""
    known: dict[str, object] = {
        "self": chain.context,
        "context": chain.context,
        "inference": chain.inference,
        "path": chain.path,
        "position": chain.finding.start,
    }
    if chain.receiver >= 0:
        known |= {"receiver": chain.receiver, "name": chain.name}
    if chain.type:
        known["type_"] = chain.type
    if chain.finding.rule in _CALLS and chain.finding.nearest:
        known["callee"] = Callee(chain.finding.nearest[-1], [])
    found: list[object] = []
    for each in inspect.signature(excuse.applies).parameters.values():
        if each.kind == each.VAR_POSITIONAL:
            found += _RAISED.get(chain.finding.rule, ())
        elif each.name in known:
            found.append(known[each.name])
        else:
            return None
    return found
