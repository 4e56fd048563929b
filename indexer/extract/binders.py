"""Constructs that bind names: targets, parameters, lambda, comprehensions, walrus."""

from __future__ import annotations

from .. import facts as f
from . import columns
from .annotations import Annotations
from .expressions import EXTRAS, STAR
from .grammar import field, kind, kinds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_IDENTIFIER = kind("identifier")
_ATTRIBUTE = kind("attribute")
_SUBSCRIPT = kind("subscript")
_SEQUENCES = kinds(
    "pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list"
)
_WRAPPERS = kinds("parenthesized_expression", "as_pattern_target")
_PARENTHESES = kinds("tuple_pattern", "tuple")
_STARS = kinds("list_splat_pattern", "list_splat")
_VAR_KEYWORD = kind("dictionary_splat_pattern")
_VAR_POSITIONAL = kind("list_splat_pattern")
_TYPED = kind("typed_parameter")
_DEFAULT = kinds("default_parameter", "typed_default_parameter")
_POSITIONAL_SEPARATOR = kind("positional_separator")
_KEYWORD_SEPARATOR = kind("keyword_separator")
_FOR_IN = kind("for_in_clause")
_IF_CLAUSE = kind("if_clause")
_PAIR = kind("pair")

_NAME = field("name")
_VALUE = field("value")
_KEY = field("key")
_LEFT = field("left")
_RIGHT = field("right")
_BODY = field("body")
_PARAMETERS = field("parameters")
_TYPE = field("type")


class Binders(Annotations):
    """Adds to expressions everything that gives a name a value."""

    __slots__ = ()

    def target(self, node: Node, binding_kind: int, value: int, annotation: int = -1) -> None:
        """Bind a target, of any shape, to the expression in row ``value`` (-1: none written)."""
        number = node.kind_id
        position = node.start_byte
        if number == _IDENTIFIER:
            text = self.data[position : node.end_byte]
            if not text:
                return
            name = self.name(text)
            binding = self.bind(name, position, binding_kind, value, annotation)
            role = f.DELETED if binding_kind == f.DELETE else f.WRITTEN
            self.occurrences[name] += (role, position, binding)
        elif number == _ATTRIBUTE:
            self.attribute_target(node, binding_kind, value, annotation)
        elif number in _SEQUENCES:
            self.unpack(node, binding_kind, value, annotation)
        elif number == _SUBSCRIPT:
            row = self.visit(node) * 4
            if binding_kind not in (f.DELETE, f.DECLARE):
                self.item_binding += (
                    self.expr[row + 2],
                    self.expr[row + 3],
                    value,
                    self.scope,
                    self.block,
                )
        elif number in _STARS:
            self.starred_target(node, binding_kind, value)
        elif number in _WRAPPERS:
            for child in node.named_children:
                self.target(child, binding_kind, value, annotation)
        else:
            self.visit(node)

    def attribute_target(self, node: Node, binding_kind: int, value: int, annotation: int) -> None:
        row = self.visit(node)
        at = row * 4
        if self.expr[at] != f.ATTRIBUTE:
            return
        receiver, name = self.expr[at + 2], self.expr[at + 3]
        role = f.DELETED if binding_kind == f.DELETE else f.WRITTEN
        self.occurrences[name][-3] = role | f.ATTRIBUTE_ROLE
        owner = -1
        if self.expr[receiver * 4] == f.NAME and self.expr[receiver * 4 + 2] == self.self_name:
            owner = self.self_class
        if binding_kind != f.DELETE:
            self.attribute_binding += (
                name,
                receiver,
                self.expr[at + 1],
                self.scope,
                value,
                annotation,
                owner,
                self.block,
            )

    def unpack(self, node: Node, binding_kind: int, value: int, annotation: int) -> None:
        inner = self.without_parentheses(node)
        if inner.id != node.id:
            self.target(inner, binding_kind, value, annotation)
            return
        children = [child for child in node.named_children if child.kind_id not in EXTRAS]
        starred = False
        for index, child in enumerate(children):
            if self.data[child.start_byte] == STAR:
                starred = True
                self.starred_target(child, binding_kind, value)
                continue
            place = index - len(children) if starred else index
            item = -1 if value < 0 else self.emit(f.ITEM, child.start_byte, value, place)
            self.target(child, binding_kind, item)

    def without_parentheses(self, node: Node) -> Node:
        """``a`` of ``(a)``, which the grammar takes for a tuple where it is a target."""
        while node.kind_id in _PARENTHESES:
            children = [child for child in node.named_children if child.kind_id not in EXTRAS]
            if len(children) != 1 or self.has_comma(node):
                break
            (node,) = children
        return node

    def starred_target(self, node: Node, binding_kind: int, value: int) -> None:
        start = node.start_byte
        rest = self.emit(f.REST, start, value)
        if node.kind_id in _STARS:
            for child in node.named_children:
                self.target(child, binding_kind, rest)
        else:  # `*a.b`, where the grammar has the star bind tighter: `(*a).b`
            outer, self.star = self.star, start
            first = len(self.expr)
            self.target(node, binding_kind, rest)
            self.star = outer
            self.behind_star(first, start)

    def parameters(self, node: Node, scope: int) -> None:
        """Record the parameters of a function or lambda whose own scope is ``scope``.

        Annotations and defaults belong to the scope around the function, which is the present one.
        """
        kind_ = f.POSITIONAL
        first = len(self.parameter)
        for child in node.named_children:
            number = child.kind_id
            if number in EXTRAS:
                continue
            if number == _POSITIONAL_SEPARATOR:
                for at in range(first, len(self.parameter), 7):
                    if self.parameter[at] == scope:  # not of a lambda among the defaults
                        self.parameter[at + columns.PAR_KIND] = f.POSITIONAL_ONLY
            elif number == _KEYWORD_SEPARATOR:
                kind_ = f.KEYWORD_ONLY
            else:
                name, star = child, 0
                annotation = default = -1
                if number == _TYPED:
                    name = child.named_children[0]
                    annotated = child.child_by_field_id(_TYPE)
                    annotation = self.annotation(annotated) if annotated is not None else -1
                elif number in _DEFAULT:
                    name = child.child_by_field_id(_NAME) or child
                    annotated = child.child_by_field_id(_TYPE)
                    annotation = self.annotation(annotated) if annotated is not None else -1
                    written = child.child_by_field_id(_VALUE)
                    default = self.visit(written) if written is not None else -1
                if name.kind_id == _VAR_POSITIONAL:
                    star = f.VAR_POSITIONAL
                elif name.kind_id == _VAR_KEYWORD:
                    star = f.VAR_KEYWORD
                if star:
                    name = name.named_children[0] if name.named_children else name
                end = child.end_byte
                if name.kind_id == _IDENTIFIER:
                    self.one_parameter(name, star or kind_, scope, annotation, default, end)
                if star == f.VAR_POSITIONAL:
                    kind_ = f.KEYWORD_ONLY

    def one_parameter(
        self, node: Node, kind_: int, scope: int, annotation: int, default: int, end: int
    ) -> None:
        position = node.start_byte
        text = self.data[position : node.end_byte]
        if not text:
            return
        name = self.name(text)
        row = len(self.parameter) // 7
        self.parameter += (scope, name, position, kind_, annotation, default, end)
        binding = self.bind(name, position, f.PARAMETER, default, annotation, row, scope)
        self.binding[binding * 8 + columns.BIND_BLOCK] = -1
        self.occurrences[name] += (f.PARAMETER_ROLE, position, binding)

    def visit_named_expression(self, node: Node) -> int:
        name = node.child_by_field_id(_NAME)
        value = node.child_by_field_id(_VALUE)
        if name is None or value is None:
            return self.visit_other(node)
        row = self.visit(value)
        # PEP 572: the target belongs to the scope that holds the comprehensions.
        scope = self.scope
        while self.scopes[scope * 6] == f.COMPREHENSION_SCOPE:
            scope = self.scopes[scope * 6 + columns.SCOPE_PARENT]
        text = self.name_of(name)
        binding = self.bind(text, name.start_byte, f.WALRUS, row, scope=scope)
        self.occur(text, f.WRITTEN, name.start_byte, binding)
        return self.emit(f.NAMED, node.start_byte, row, binding)

    def visit_lambda(self, node: Node) -> int:
        scope = self.open_scope(f.LAMBDA_SCOPE, node)
        parameters = node.child_by_field_id(_PARAMETERS)
        outer, block = self.scope, self.block
        if parameters is not None:
            self.parameters(parameters, scope)
        self.scope = scope
        body = node.child_by_field_id(_BODY)
        value = -1
        if body is not None:
            opened = self.open_block(f.BODY, body, parent=-1)
            role, self.role = self.role, f.READ
            value = self.visit(body)
            self.role = role
            self.close_block(opened, 0)
        self.scope, self.block = outer, block
        return self.emit(f.LAMBDA, node.start_byte, value, scope)

    def comprehension(self, node: Node, op: int) -> int:
        scope = self.open_scope(f.COMPREHENSION_SCOPE, node)
        outer, block = self.scope, self.block
        body: Node | None = None
        opened = -1
        tests: list[int] = []
        for child in node.named_children:
            number = child.kind_id
            if number in EXTRAS:
                continue
            if number == _FOR_IN:
                if opened < 0:
                    # Only the first iterable is evaluated outside of the comprehension.
                    iterable = self.iterable(child, f.ITERABLE)
                    self.scope = scope
                    opened = self.open_block(f.BODY, node, parent=-1)
                else:
                    iterable = self.iterable(child)
                is_async = child.children[0].type == "async"
                element = self.emit(f.ELEMENT, child.start_byte, iterable, int(is_async))
                left = child.child_by_field_id(_LEFT)
                if left is not None:
                    self.target(left, f.FOR, element)
            elif number == _IF_CLAUSE:
                # The condition holds behind it and, by another block, for the element before it.
                tests.append(self.inner(child))
                self.open_block(f.IF_TRUE, node, tests[-1], start=child.end_byte)
            elif body is None:
                body = child
        self.scope = scope
        value = -1
        if body is not None:
            self.block = opened
            for test in tests:
                self.open_block(f.IF_TRUE, body, test)
            value = self.comprehension_value(body)
        self.scope, self.block = outer, block
        return self.emit(op, node.start_byte, value, scope)

    def iterable(self, clause: Node, block_kind: int = -1) -> int:
        """Row of what a ``for`` clause runs over, in a block of its own if a kind is given."""
        rights = clause.children_by_field_id(_RIGHT)
        block = self.block
        if block_kind >= 0 and rights:
            row = self.open_block(block_kind, rights[0])
            self.blocks[row * 7 + columns.BLOCK_END] = rights[-1].end_byte
        values = [self.visit(right) for right in rights]
        self.block = block
        if len(values) == 1:
            return values[0]
        return self.emit(f.TUPLE, clause.start_byte, self.emit_list(values), clause.end_byte)

    def comprehension_value(self, body: Node) -> int:
        if body.kind_id == _PAIR:
            key = body.child_by_field_id(_KEY)
            value = body.child_by_field_id(_VALUE)
            if key is not None:
                self.visit(key)
            return self.visit(value) if value is not None else -1
        return self.visit(body)

    def visit_list_comprehension(self, node: Node) -> int:
        return self.comprehension(node, f.LIST_COMPREHENSION)

    def visit_set_comprehension(self, node: Node) -> int:
        return self.comprehension(node, f.SET_COMPREHENSION)

    def visit_dictionary_comprehension(self, node: Node) -> int:
        return self.comprehension(node, f.DICT_COMPREHENSION)

    def visit_generator_expression(self, node: Node) -> int:
        return self.comprehension(node, f.GENERATOR_EXPRESSION)
