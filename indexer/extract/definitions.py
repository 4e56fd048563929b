"""Classes, functions, type parameters and ``type`` aliases."""

from __future__ import annotations

from .. import facts as f
from . import columns
from .expressions import EXTRAS
from .grammar import field, kind, kinds, parse_as_name
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
_PARENTHESIZED = kinds("parenthesized_expression")

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
# What is called by one of these names, and decorates by its result, is another function.
_NEVER_CALLED = frozenset(["property", "staticmethod", "classmethod"])
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
            is_called = self.expr[at] == f.CALL
            if is_called:
                at = self.expr[at + 2] * 4
            op = self.expr[at]
            if op == f.NAME:
                name = self.names[self.expr[at + 2]]
                if not is_called or name not in _NEVER_CALLED:
                    flags |= _DECORATOR_FLAGS.get(name, 0)
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
        name = self.names[self.definition[at + columns.DEF_NAME]]
        if name in _IMPLICIT_CLASSMETHODS:
            flags |= f.CLASSMETHOD if name != "__new__" else 0
        outer, outer_role = self.scope, self.role
        self.role = f.READ
        block = self.block
        type_parameters = node.child_by_field_id(_TYPE_PARAMETERS)
        if type_parameters is not None:
            self.type_scope(type_parameters, node, row)
        scope = self.open_scope(f.FUNCTION_SCOPE, node, row)
        self.definition[at + columns.DEF_OWN_SCOPE] = scope
        parameters = node.child_by_field_id(_PARAMETERS)
        first = len(self.parameter)
        header_end = node.start_byte
        if parameters is not None:
            header_end = parameters.end_byte
            self.parameters(parameters, scope)
        returned = node.child_by_field_id(_RETURN_TYPE)
        if returned is not None:
            header_end = returned.end_byte
            self.definition[at + columns.DEF_RETURNS] = self.annotation(returned)
        self.definition[at + columns.DEF_HEADER_END] = header_end
        own = self.own_parameters(first, scope)
        if parameters is not None:
            self.signature_comments(node, parameters, row, own)
        outer_self = self.self_name, self.self_class
        self.enter_method(outer, own, flags, name)
        self.scope = scope
        results = len(self.result)
        # What guards the definition of a function does not guard what it imports when it runs.
        outer_flags = self.import_flags
        self.import_flags &= ~(f.IN_TRY | f.IN_HANDLER)
        self.suite(node, row)
        self.import_flags = outer_flags
        self.scope, self.block = outer, block
        self.self_name, self.self_class = outer_self
        self.role = outer_role
        for index in range(results, len(self.result), 5):
            if self.result[index] == scope:
                kind_ = self.result[index + columns.RES_KIND]
                if kind_ in (f.YIELD, f.YIELD_FROM):
                    flags |= f.GENERATOR
                elif kind_ == f.RETURN and self.result[index + columns.RES_EXPR] >= 0:
                    flags |= f.RETURNS_VALUE
        self.definition[at + columns.DEF_FLAGS] |= flags

    def own_parameters(self, first: int, scope: int) -> list[int]:
        """Return where the cells of a function's parameters start.

        Lambdas in defaults have others.
        """
        parameter = self.parameter
        return [at for at in range(first, len(parameter), 7) if parameter[at] == scope]

    def enter_method(self, outer: int, own: list[int], flags: int, name: str) -> None:
        """Remember which name means the instance: in a method, and in functions inside it."""
        names = [self.parameter[at + columns.PAR_NAME] for at in own]
        if self.scopes[outer * 6] == f.CLASS_SCOPE:
            is_method = not flags & f.STATIC and name != "__new__" and names
            if is_method and self.parameter[own[0] + columns.PAR_KIND] <= f.POSITIONAL:
                self.self_name = names[0]
                self.self_class = self.scopes[outer * 6 + columns.SCOPE_DEFINITION]
            else:
                self.self_name = self.self_class = -1
        elif self.self_name in names:
            self.self_name = self.self_class = -1

    def enter(self, start: int, end: int) -> None:
        """Go to where a statement that was left out stands."""
        blocks = self.blocks
        self.block = 0
        for at in range(0, len(blocks), 7):
            # Of two blocks that hold the statement the inner one was opened later.
            if blocks[at + columns.BLOCK_START] <= start and end <= blocks[at + columns.BLOCK_END]:
                self.block = at // 7
        self.scope = scope = blocks[self.block * 7 + columns.BLOCK_SCOPE]
        self.self_name = self.self_class = -1
        while scope >= 0:
            kind_, parent, definition = (
                self.scopes[scope * 6 + column]
                for column in (columns.SCOPE_KIND, columns.SCOPE_PARENT, columns.SCOPE_DEFINITION)
            )
            if kind_ == f.FUNCTION_SCOPE:
                while self.scopes[parent * 6] == f.TYPE_SCOPE:
                    parent = self.scopes[parent * 6 + columns.SCOPE_PARENT]
                if self.scopes[parent * 6] == f.CLASS_SCOPE:
                    own = self.own_parameters(0, scope)
                    flags = self.definition[definition * 14 + columns.DEF_FLAGS]
                    name = self.names[self.definition[definition * 14 + columns.DEF_NAME]]
                    self.enter_method(parent, own, flags, name)
                    return
            scope = parent

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
            self.definition[row * 14 + columns.DEF_FLAGS] |= f.STUB_BODY

    def docstring(self, body: Node, at: int) -> None:
        for child in body.named_children:
            if child.kind_id in EXTRAS:
                continue
            if child.kind_id == _EXPRESSION_STATEMENT and child.named_children:
                value = child.named_children[0]
                while value.kind_id in _PARENTHESIZED and value.named_children:
                    value = value.named_children[0]
                if self.is_text(value):
                    self.definition[at + columns.DEF_DOC] = value.start_byte
                    self.definition[at + columns.DEF_SUMMARY] = self.summary(value)
            return

    def summary(self, node: Node) -> int:
        """Row of the first line of a docstring in the table of strings, or -1."""
        text = self.data[node.start_byte : node.end_byte].lstrip(b"rRuU")
        quotes = 3 if text[:3] in (b'"""', b"'''") else 1
        lines = text[quotes : len(text) - quotes].strip().split(b"\n", 1)
        line = lines[0].strip()
        if len(line) > _SUMMARY_LIMIT:
            line = line[:_SUMMARY_LIMIT].decode("utf-8", "ignore").encode()  # whole characters only
        return self.string(line) if line else -1

    def is_text(self, node: Node) -> bool:
        """True if a literal is a plain string: one with bytes or values in it documents nothing."""
        if node.kind_id not in _STRINGS:
            return False
        parts = [node] if node.type == "string" else node.named_children
        return all(
            self.data[part.start_byte : part.start_byte + 3].lstrip(b"rRuU")[:1] in (b"'", b'"')
            for part in parts
            if part.kind_id not in EXTRAS
        )

    def does_nothing(self, body: Node) -> bool:
        """True if a suite holds no more than a docstring, ``...``, ``pass`` or a refusal."""
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

    def signature_comments(self, node: Node, parameters: Node, row: int, own: list[int]) -> None:
        """PEP 484 comments: one for each parameter, and one for all under the header."""
        for child in parameters.named_children:
            if child.kind_id == _COMMENT:
                self.parameter_comment(child, own)
        for child in node.children:
            if child.kind_id == _COMMENT and child.start_byte > parameters.end_byte:
                self.signature_comment(child, row, own)

    def parameter_comment(self, comment: Node, own: list[int]) -> None:
        """``value,  # type: int`` gives the parameter before it on the line its type."""
        found = self.commented_type(comment)
        before = [at for at in own if self.parameter[at + columns.PAR_POS] < comment.start_byte]
        if found is None or not before:
            return
        at = before[-1]
        if b"\n" not in self.data[self.parameter[at + columns.PAR_END] : comment.start_byte]:
            self.annotate_parameter(at, self.spelled(*found, -1))

    def annotate_parameter(self, at: int, annotation: int) -> None:
        """Give the parameter whose cells start at ``at``, and its binding, a type."""
        if self.parameter[at + columns.PAR_ANNOTATION] >= 0:
            return
        self.parameter[at + columns.PAR_ANNOTATION] = annotation
        for binding in range(len(self.binding) - 8, -1, -8):
            kind_, ref = (
                self.binding[binding + columns.BIND_KIND],
                self.binding[binding + columns.BIND_REF],
            )
            if kind_ == f.PARAMETER and ref == at // 7:
                self.binding[binding + columns.BIND_ANNOTATION] = annotation
                return

    def signature_comment(self, comment: Node, row: int, own: list[int]) -> None:
        """``# type: (int, str) -> bool``."""
        found = self.commented_type(comment)
        if found is None:
            return
        start, stop = found
        text = self.data[start:stop]
        arrow = text.rfind(b"->")
        closing = text.rfind(b")", 0, arrow)
        if arrow < 0 or closing < 0 or text[:1] != b"(":
            return
        returns = self.spelled(start + arrow + 2, stop, -1)
        if self.definition[row * 14 + columns.DEF_RETURNS] < 0:
            self.definition[row * 14 + columns.DEF_RETURNS] = returns
        if text[1:closing].strip() in (b"", b"..."):
            return
        # Parsed as a tuple; a leading self has no type there.
        listed = self.spelled(start, start + closing + 1, -1)
        if listed < 0:
            return
        types = [listed]
        if self.expr[listed * 4] == f.TUPLE:
            begin = self.expr[listed * 4 + 2]
            types = self.extra[begin + 1 : begin + 1 + self.extra[begin]]
        missing = len(own) - len(types)
        if missing in (0, 1):
            for at, annotation in zip(own[missing:], types, strict=True):
                while self.expr[annotation * 4] == f.STARRED:
                    annotation = self.expr[annotation * 4 + 2]
                self.annotate_parameter(at, annotation)

    def class_definition(self, node: Node, whole: Node, decorators: list[int]) -> None:
        row = self.define(f.CLASS, node, whole, decorators, 0)
        at = row * 14
        outer, block = self.scope, self.block
        type_parameters = node.child_by_field_id(_TYPE_PARAMETERS)
        if type_parameters is not None:
            self.type_scope(type_parameters, node, row)
        name = node.child_by_field_id(_NAME)
        self.definition[at + columns.DEF_HEADER_END] = name.end_byte if name else node.start_byte
        superclasses = node.child_by_field_id(_SUPERCLASSES)
        if superclasses is not None:
            self.definition[at + columns.DEF_HEADER_END] = superclasses.end_byte
            listed = self.arguments(superclasses)
            self.keywords(listed, -1)
            self.definition[at + columns.DEF_ARGUMENTS] = len(self.extra)
            self.extra += listed
            for index in range(1, len(listed), 3):
                if listed[index] == f.ARG_POSITIONAL:
                    if self.expr[listed[index + 2] * 4] == f.SUBSCRIPT:
                        self.unquote(listed[index + 2])
                    self.mark(listed[index + 2], f.INHERITED)
        scope = self.open_scope(f.CLASS_SCOPE, node, row)
        self.definition[at + columns.DEF_OWN_SCOPE] = scope
        outer_self = self.self_name, self.self_class
        self.self_name = self.self_class = -1
        self.scope = scope
        self.suite(node, row)
        self.scope, self.block = outer, block
        self.self_name, self.self_class = outer_self

    def type_scope(self, parameters: Node, node: Node, definition: int) -> None:
        """Enter the scope of PEP 695 type parameters, and bind them."""
        self.scope = self.open_scope(f.TYPE_SCOPE, node, definition)
        self.open_block(f.BODY, node, parent=-1)
        for child in parameters.named_children:
            if child.kind_id not in EXTRAS:
                self.type_parameter(child)

    def type_parameter(self, node: Node) -> None:
        """``T``, ``*Ts``, ``**P``, ``T: bound``, each with or without a default."""
        todo = node
        bound = -1
        while todo.kind_id != _IDENTIFIER:
            children = [child for child in todo.named_children if child.kind_id not in EXTRAS]
            if not children:
                return
            if todo.type == "constrained_type" and len(children) > 1:
                bound = self.annotation(children[1])
            todo = children[0]
        text = self.data[todo.start_byte : todo.end_byte]
        if not text:
            return
        default = self.defaults.get(todo.start_byte)
        value = -1 if default is None else self.spelled(*default, -1)
        name = self.name(text)
        binding = self.bind(name, todo.start_byte, f.TYPE_PARAMETER, value, bound)
        self.occur(name, f.WRITTEN, todo.start_byte, binding)

    def do_type_alias_statement(self, node: Node) -> int:
        left, right = node.child_by_field_id(_LEFT), node.child_by_field_id(_RIGHT)
        if left is None or right is None:
            self.visit_other(node)
            return 0
        target = left
        while target.type in ("type", "generic_type") and target.named_children:
            target = target.named_children[0]
        start = node.start_byte
        if target.kind_id != _IDENTIFIER:  # `type(x).y = 1`
            root = parse_as_name(self.data, start, node.end_byte, len(b"type"))
            if not root.has_error:
                return self.run(root.named_children)
            self.visit_other(node)
            return 0
        name = self.name_of(target)
        outer, block = self.scope, self.block
        parts = left.named_children[0].named_children if left.named_children else []
        if len(parts) > 1:
            self.type_scope(parts[1], node, -1)
        value = self.annotation(right)
        self.scope, self.block = outer, block
        binding = self.bind(name, target.start_byte, f.TYPE_ALIAS, annotation=value)
        self.occur(name, f.WRITTEN, target.start_byte, binding)
        return 0
