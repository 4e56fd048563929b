"""Classes, functions, type parameters and ``type`` aliases."""

from __future__ import annotations

from .. import facts as f
from .expressions import EXTRAS
from .grammar import field, kind, kinds
from .imports import Imports
from .patterns import Patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENT = kind("comment")
_DECORATOR = kind("decorator")
_IDENTIFIER = kind("identifier")
_EXPRESSION_STATEMENT = kind("expression_statement")
_STRINGS = kinds("string", "concatenated_string")
_PASSIVE = kinds("pass_statement", "comment")
_ERROR = 65535

_NAME = field("name")
_BODY = field("body")
_PARAMETERS = field("parameters")
_RETURN_TYPE = field("return_type")
_SUPERCLASSES = field("superclasses")
_TYPE_PARAMETERS = field("type_parameters")
_DEFINITION = field("definition")
_LEFT = field("left")
_RIGHT = field("right")

_DECORATOR_FLAGS = {
    "property": f.PROPERTY,
    "cached_property": f.PROPERTY,
    "abstractproperty": f.PROPERTY | f.ABSTRACT,
    "staticmethod": f.STATIC,
    "abstractstaticmethod": f.STATIC | f.ABSTRACT,
    "classmethod": f.CLASSMETHOD,
    "abstractclassmethod": f.CLASSMETHOD | f.ABSTRACT,
    "overload": f.OVERLOAD,
    "abstractmethod": f.ABSTRACT,
    "setter": f.PROPERTY | f.ACCESSOR,
    "deleter": f.PROPERTY | f.ACCESSOR,
    "getter": f.PROPERTY | f.ACCESSOR,
}
_IMPLICIT_CLASSMETHODS = frozenset(["__new__", "__init_subclass__", "__class_getitem__"])
_SUMMARY_LIMIT = 160


class Definitions(Patterns, Imports):
    """The complete visitor."""

    __slots__ = ()

    def do_decorated_definition(self, node: Node) -> int:
        definition = node.child_by_field_id(_DEFINITION)
        decorators: list[int] = []
        for child in node.named_children:
            if child.kind_id == _DECORATOR:
                row = self.inner(child)
                self.mark(row, f.DECORATES)
                decorators.append(row)
        if definition is None:
            return 0
        if definition.type == "class_definition":
            self.class_definition(definition, node, decorators)
        else:
            self.function_definition(definition, node, decorators)
        return 0

    def do_decorator(self, node: Node) -> int:
        """A decorator without anything to decorate, as half-written code has it."""
        self.mark(self.inner(node), f.DECORATES)
        return 0

    def do_function_definition(self, node: Node) -> int:
        self.function_definition(node, node, [])
        return 0

    def do_class_definition(self, node: Node) -> int:
        self.class_definition(node, node, [])
        return 0

    def decorator_flags(self, decorators: list[int]) -> int:
        flags = 0
        for row in decorators:
            at = row * 4
            if self.expr[at] == f.CALL:
                at = self.expr[at + 2] * 4
            op = self.expr[at]
            if op == f.NAME:
                flags |= _DECORATOR_FLAGS.get(self.names[self.expr[at + 2]], 0)
            elif op == f.ATTRIBUTE:
                flags |= _DECORATOR_FLAGS.get(self.names[self.expr[at + 3]], 0)
        return flags

    def define(self, kind_: int, node: Node, whole: Node, decorators: list[int], flags: int) -> int:
        """Append the definition's row and the binding of its name; returns the row."""
        identifier = node.child_by_field_id(_NAME)
        position = node.start_byte if identifier is None else identifier.start_byte
        text = b"" if identifier is None else self.data[position : identifier.end_byte]
        name = self.name(text)
        row = len(self.definition) // 14
        if self.block >= 0 and self.blocks[self.block * 7] != f.BODY:
            flags |= f.CONDITIONAL
        listed = self.emit_list(decorators) if decorators else -1
        self.definition += (kind_, name, position, whole.start_byte, whole.end_byte, self.scope)
        self.definition += (-1, listed, -1, -1, -1, -1, -1, flags)
        if text:
            self.occurrences[name] += (f.DEFINED, position, row)
            bound = f.DEF_FUNCTION if kind_ == f.FUNCTION else f.DEF_CLASS
            self.bind(name, position, bound, ref=row)
        return row

    def function_definition(self, node: Node, whole: Node, decorators: list[int]) -> None:
        flags = self.decorator_flags(decorators)
        if node.children[0].type == "async":
            flags |= f.ASYNC
        row = self.define(f.FUNCTION, node, whole, decorators, flags)
        at = row * 14
        name = self.names[self.definition[at + f.DEF_NAME]]
        if name in _IMPLICIT_CLASSMETHODS:
            flags |= f.CLASSMETHOD if name != "__new__" else 0
        outer, outer_role = self.scope, self.role
        self.role = f.READ
        type_parameters = node.child_by_field_id(_TYPE_PARAMETERS)
        if type_parameters is not None:
            self.scope = self.type_scope(type_parameters, node, row)
        scope = self.open_scope(f.FUNCTION_SCOPE, node, row)
        self.definition[at + f.DEF_OWN_SCOPE] = scope
        parameters = node.child_by_field_id(_PARAMETERS)
        first = len(self.parameter)
        header_end = node.start_byte
        if parameters is not None:
            header_end = parameters.end_byte
            self.parameters(parameters, scope)
        returned = node.child_by_field_id(_RETURN_TYPE)
        if returned is not None:
            header_end = returned.end_byte
            self.definition[at + f.DEF_RETURNS] = self.annotation(returned)
        self.definition[at + f.DEF_HEADER_END] = header_end
        self.signature_comment(node, row, first)
        outer_self = self.self_name, self.self_class
        self.enter_method(outer, first, flags, name)
        self.scope = scope
        results = len(self.result)
        self.suite(node, row)
        self.scope = outer
        self.self_name, self.self_class = outer_self
        self.role = outer_role
        for index in range(results, len(self.result), 5):
            if self.result[index] == scope:
                kind_ = self.result[index + f.RES_KIND]
                if kind_ in (f.YIELD, f.YIELD_FROM):
                    flags |= f.GENERATOR
                elif kind_ == f.RETURN and self.result[index + f.RES_EXPR] >= 0:
                    flags |= f.RETURNS_VALUE
        self.definition[at + f.DEF_FLAGS] |= flags

    def enter_method(self, outer: int, first: int, flags: int, name: str) -> None:
        """Remember which name means the instance, when this is a method."""
        if self.scopes[outer * 6] != f.CLASS_SCOPE:
            return
        if flags & f.STATIC or name == "__new__" or len(self.parameter) == first:
            self.self_name = self.self_class = -1
            return
        self.self_name = self.parameter[first + f.PAR_NAME]
        self.self_class = self.scopes[outer * 6 + f.SCOPE_DEFINITION]

    def suite(self, node: Node, row: int) -> None:
        """Docstring and statements of a class or function, in the scope just entered."""
        body = node.child_by_field_id(_BODY)
        if body is None:
            return
        block = self.block
        opened = self.open_block(f.BODY, body, parent=-1)
        self.docstring(body, row * 14)
        leaves = self.run(body.named_children)
        self.close_block(opened, leaves)
        self.block = block
        if self.does_nothing(body):
            self.definition[row * 14 + f.DEF_FLAGS] |= f.STUB_BODY

    def docstring(self, body: Node, at: int) -> None:
        for child in body.named_children:
            if child.kind_id in EXTRAS:
                continue
            if child.kind_id == _EXPRESSION_STATEMENT and child.named_children:
                value = child.named_children[0]
                if value.kind_id in _STRINGS:
                    self.definition[at + f.DEF_DOC] = value.start_byte
                    self.definition[at + f.DEF_SUMMARY] = self.summary(value)
            return

    def summary(self, node: Node) -> int:
        """Row of the first line of a docstring in the table of strings, or -1."""
        text = self.data[node.start_byte : node.end_byte].lstrip(b"rRbBuUfF")
        quotes = 3 if text[:3] in (b'"""', b"'''") else 1
        lines = text[quotes : len(text) - quotes].strip().split(b"\n", 1)
        line = lines[0].strip()[:_SUMMARY_LIMIT]
        return self.string(line) if line else -1

    def does_nothing(self, body: Node) -> bool:
        """Whether a suite holds no more than a docstring, ``...``, ``pass`` or a refusal."""
        for child in body.named_children:
            if child.kind_id in _PASSIVE:
                continue
            if child.kind_id == _EXPRESSION_STATEMENT:
                inner = child.named_children
                if inner and (inner[0].kind_id in _STRINGS or inner[0].type == "ellipsis"):
                    continue
            elif (
                child.type == "raise_statement"
                and b"NotImplementedError" in (self.data[child.start_byte : child.end_byte])
            ):
                continue
            return False
        return True

    def signature_comment(self, node: Node, row: int, first: int) -> None:
        """PEP 484 signature comment: ``# type: (int, str) -> bool`` under the header."""
        comment: Node | None = None
        for child in node.children:
            if child.kind_id == _COMMENT:
                comment = child
        if comment is None:
            return
        start = comment.start_byte
        text = self.data[start : comment.end_byte]
        arrow = text.rfind(b"->")
        if not text.startswith(b"# type:") or arrow < 0:
            return
        returns = self.spelled(start + arrow + 2, comment.end_byte, -1)
        if self.definition[row * 14 + f.DEF_RETURNS] < 0:
            self.definition[row * 14 + f.DEF_RETURNS] = returns
        opening, closing = text.find(b"("), text.rfind(b")", 0, arrow)
        if opening < 0 or closing <= opening + 1 or text[opening + 1 : closing] == b"...":
            return
        # Parsed as a tuple; a leading self has no type there.
        listed = self.spelled(start + opening, start + closing + 1, -1)
        if listed < 0:
            return
        types = [listed]
        if self.expr[listed * 4] == f.TUPLE:
            begin = self.expr[listed * 4 + 2]
            types = self.extra[begin + 1 : begin + 1 + self.extra[begin]]
        missing = (len(self.parameter) - first) // 7 - len(types)
        if missing in (0, 1):
            for index, type_row in enumerate(types):
                at = first + (index + missing) * 7 + f.PAR_ANNOTATION
                if self.parameter[at] < 0:
                    self.parameter[at] = type_row

    def class_definition(self, node: Node, whole: Node, decorators: list[int]) -> None:
        row = self.define(f.CLASS, node, whole, decorators, 0)
        at = row * 14
        outer = self.scope
        type_parameters = node.child_by_field_id(_TYPE_PARAMETERS)
        if type_parameters is not None:
            self.scope = self.type_scope(type_parameters, node, row)
        name = node.child_by_field_id(_NAME)
        self.definition[at + f.DEF_HEADER_END] = name.end_byte if name else node.start_byte
        superclasses = node.child_by_field_id(_SUPERCLASSES)
        if superclasses is not None:
            self.definition[at + f.DEF_HEADER_END] = superclasses.end_byte
            listed = self.arguments(superclasses)
            self.keywords(listed, -1)
            self.definition[at + f.DEF_ARGUMENTS] = len(self.extra)
            self.extra += listed
            for index in range(1, len(listed), 3):
                if listed[index] == f.ARG_POSITIONAL:
                    self.mark(listed[index + 2], f.INHERITED)
        scope = self.open_scope(f.CLASS_SCOPE, node, row)
        self.definition[at + f.DEF_OWN_SCOPE] = scope
        outer_self = self.self_name, self.self_class
        self.self_name = self.self_class = -1
        self.scope = scope
        self.suite(node, row)
        self.scope = outer
        self.self_name, self.self_class = outer_self

    def type_scope(self, parameters: Node, node: Node, definition: int) -> int:
        """Open the scope of PEP 695 type parameters and bind them; returns its row."""
        scope = self.open_scope(f.TYPE_SCOPE, node, definition)
        outer, self.scope = self.scope, scope
        for child in parameters.named_children:
            if child.kind_id not in EXTRAS:
                self.type_parameter(child)
        self.scope = outer
        return scope

    def type_parameter(self, node: Node) -> None:
        """``T``, ``*Ts``, ``**P``, ``T: bound``; a PEP 696 default is an error to the grammar."""
        todo = node
        bound = -1
        while todo.kind_id != _IDENTIFIER:
            children = [child for child in todo.named_children if child.kind_id not in EXTRAS]
            if not children:
                return
            if todo.type == "constrained_type" and len(children) > 1:
                bound = self.annotation(children[1])
            todo = children[0]
        name = self.name_of(todo)
        if self.names[name]:
            binding = self.bind(name, todo.start_byte, f.TYPE_PARAMETER, annotation=bound)
            self.occur(name, f.WRITTEN, todo.start_byte, binding)

    def do_type_alias_statement(self, node: Node) -> int:
        left, right = node.child_by_field_id(_LEFT), node.child_by_field_id(_RIGHT)
        if left is None or right is None:
            self.visit_other(node)
            return 0
        target = left
        while target.type in ("type", "generic_type"):
            target = target.named_children[0]
        name = self.name_of(target)
        outer = self.scope
        parts = left.named_children[0].named_children if left.named_children else []
        if len(parts) > 1:
            self.scope = self.type_scope(parts[1], node, -1)
        value = self.annotation(right)
        self.scope = outer
        binding = self.bind(name, target.start_byte, f.TYPE_ALIAS, annotation=value)
        self.occur(name, f.WRITTEN, target.start_byte, binding)
        return 0
