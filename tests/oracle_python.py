"""What Python's own parser and symbol table see in a file, in the shapes that facts are put into.

:func:`python_sees` gives sections by name; each is a dictionary, mostly by byte offset in the
normalized text. ``oracle_facts.facts_say`` gives the same from facts, so a test compares them.
Only the standard library is used here, so it can also be run by an interpreter that has nothing
else installed.
"""

from __future__ import annotations

import ast
import io
import symtable
import sys
import token
import tokenize
from bisect import bisect_left

from oracle_notation import OPERATORS, canonical, keyword_value
from oracle_scopes import scope_of, without_comprehensions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Sections = dict[str, dict[Any, Any]]

# Before 3.12 nodes inside f-strings have no usable positions: only their names are compared.
FSTRINGS_HAVE_POSITIONS = sys.version_info >= (3, 12)
# From 3.12 on the symbols of most comprehensions are mixed into those of the scope around them.
COMPREHENSIONS_HAVE_SCOPES = sys.version_info < (3, 12)
PARAMETER_KINDS = ("positional only", "positional", "*", "keyword only", "**")


def python_sees(text: bytes) -> Sections:
    """Sections of a normalized source; raises SyntaxError when Python does not parse it."""
    source = text.decode()
    tree = ast.parse(source)
    seen = _Seen(text, source)
    seen.visit(tree)
    scope = scope_of(symtable.symtable(source, "module", "exec"))
    if not COMPREHENSIONS_HAVE_SCOPES:
        scope = without_comprehensions(scope, seen.bound_in_comprehensions)
    return {**seen.sections, "scopes": {0: scope}}


class _Seen(ast.NodeVisitor):
    """Collects sections; everything is keyed by where a name is written."""

    def __init__(self, text: bytes, source: str) -> None:
        self.text = text
        self.starts = [0]
        for line in text.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.tokens = list(self.read_tokens(source))
        self.token_starts = [start for start, *_ in self.tokens]
        self.by_end = {end: index for index, (_, end, *_) in enumerate(self.tokens)}
        self.sections: Sections = {
            name: {}
            for name in (
                "occurrences", "names in f-strings", "quoted", "functions", "classes", "imports",
                "values", "annotations", "attributes", "items", "results", "calls", "literals",
            )
        }  # fmt: skip
        for start, end, kind, spelled in self.tokens:
            if kind == tokenize.COMMENT or (
                kind == token.STRING and "f" not in spelled[: spelled.index(spelled[-1])].lower()
            ):
                self.sections["quoted"][start] = end
        self.self_names: list[tuple[str, int]] = [("", -1)]
        self.class_name = -1
        self.bound_in_comprehensions: set[str] = set()

    def read_tokens(self, source: str) -> Iterator[tuple[int, int, int, str]]:
        lines = source.split("\n")
        ascii_only = source.isascii()
        layout = (token.NEWLINE, token.INDENT, token.DEDENT, tokenize.NL, token.ENDMARKER)
        for found in tokenize.generate_tokens(io.StringIO(source).readline):
            if found.type in layout:
                continue
            places: list[int] = []
            for line, column in (found.start, found.end):
                if not ascii_only:
                    column = len(lines[line - 1][:column].encode())
                places.append(self.starts[line - 1] + column)
            yield places[0], places[1], found.type, found.string

    # Places

    def start(self, node: Any) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: Any) -> int:
        end = self.starts[node.end_lineno - 1] + node.end_col_offset
        return len(self.text[:end].rstrip(b"; \t"))

    def names_from(self, position: int, stop: str = "") -> Iterator[tuple[int, str]]:
        """Name tokens from a position on, up to the first one spelled ``stop``."""
        index = bisect_left(self.token_starts, position)
        for at, _, kind, spelled in self.tokens[index:]:
            if stop and spelled == stop:
                return
            if kind == token.NAME:
                yield at, spelled

    def name_ending_at(self, node: Any, name: str = "") -> int:
        end = self.end(node)
        begin = end - len(name.encode())
        if name and self.text[begin:end] == name.encode():
            return begin  # the tokenizer does not know every letter
        return self.tokens[self.by_end[end]][0]

    def occur(self, position: int, name: str, role: str) -> None:
        self.sections["occurrences"][position] = (name, role)

    # Names

    def visit_Name(self, node: ast.Name) -> None:
        self.occur(self.start(node), node.id, _context(node))

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.visit(node.value)
        self.occur(self.name_ending_at(node, node.attr), node.attr, f"attribute {_context(node)}")

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg is not None:
            self.occur(self.start(node), node.arg, "keyword")
        self.visit(node.value)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        found = self.names_from(self.start(node))
        next(found)
        for name in node.names:
            self.occur(next(found)[0], name, "read")

    visit_Nonlocal = visit_Global  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
            if node.name is not None:
                found = self.names_from(self.end(node.type))
                next(found)
                at = next(found)[0]
                self.occur(at, node.name, "written")
                self.sections["values"][at] = f"raised({canonical(node.type)})"
        for statement in node.body:
            self.visit(statement)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name is not None:
            self.occur(self.name_ending_at(node), node.name, "written")

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self.occur(self.name_ending_at(node), node.name, "written")

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.generic_visit(node)
        if node.rest is not None:
            index = self.by_end[self.end(node)]
            while self.tokens[index][2] != token.NAME:
                index -= 1
            self.occur(self.tokens[index][0], node.rest, "written")

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        self.generic_visit(node)
        for name, pattern in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
            index = bisect_left(self.token_starts, self.start(pattern))
            while self.tokens[index][3] != "=":
                index -= 1
            self.occur(self.tokens[index - 1][0], name, "attribute keyword")

    def visit_TypeVar(self, node: Any) -> None:
        at, name = next(self.names_from(self.start(node)))
        self.occur(at, name, "written")
        self.generic_visit(node)

    visit_ParamSpec = visit_TypeVarTuple = visit_TypeVar  # noqa: N815

    def visit_JoinedStr(self, node: Any) -> None:
        if FSTRINGS_HAVE_POSITIONS:
            self.generic_visit(node)
            return
        inner = _NamesOnly()
        inner.generic_visit(node)
        self.sections["names in f-strings"][self.start(node)] = (
            self.end(node),
            sorted(inner.found),
        )

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            start = self.start(alias)
            bound = alias.asname or alias.name.partition(".")[0]
            at = self.name_ending_at(alias) if alias.asname else start
            if alias.asname:
                self.occur(at, bound, "imported")
            found = self.names_from(start)
            for name in alias.name.split("."):
                self.occur(next(found)[0], name, "module")
            self.sections["imports"][start] = (alias.name, None, bound, at)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        if module != "__future__":
            found = self.names_from(self.start(node), stop="import")
            next(found)
            for at, name in found:
                self.occur(at, name, "module")
        for alias in node.names:
            start = self.start(alias)
            if alias.name == "*":
                self.sections["imports"][start] = (module, "*", None, start)
                continue
            self.occur(start, alias.name, "imported")
            at = self.name_ending_at(alias)
            if alias.asname:
                self.occur(at, alias.asname, "imported")
            self.sections["imports"][start] = (module, alias.name, alias.asname or alias.name, at)

    # Definitions

    def visit_FunctionDef(self, node: Any) -> None:
        found = self.names_from(self.start(node))
        while next(found)[1] != "def":
            pass
        at = next(found)[0]
        self.occur(at, node.name, "defined")
        own = list(_own_nodes(node.body))
        self.sections["functions"][at] = {
            "name": node.name,
            "async": isinstance(node, ast.AsyncFunctionDef),
            "generator": any(isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in own),
            "returns a value": any(
                isinstance(inner, ast.Return) and inner.value is not None for inner in own
            ),
            "parameters": self.parameters(node.args),
            "decorators": [canonical(decorator) for decorator in node.decorator_list],
            "doc": self.doc(node),
            "start": min(map(self.start, [node, *node.decorator_list])) - bool(node.decorator_list),
            "end": self.end(node),
        }
        self.annotate(at, node.returns)
        for decorator in node.decorator_list:
            self.visit(decorator)
        for parameter in getattr(node, "type_params", []):
            self.visit(parameter)
        self.visit(node.args)
        if node.returns is not None:
            self.visit(node.returns)
        self.self_names.append(self.receiver(node))
        outer, self.class_name = self.class_name, -1
        for statement in node.body:
            self.visit(statement)
        self.class_name = outer
        self.self_names.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def receiver(self, node: Any) -> tuple[str, int]:
        """The name that means an instance inside a function, and where its class is named."""
        every = [*node.args.posonlyargs, *node.args.args]
        extra = [node.args.vararg, *node.args.kwonlyargs, node.args.kwarg]
        names = [parameter.arg for parameter in (*every, *filter(None, extra))]
        if self.class_name < 0:
            name, owner = self.self_names[-1]
            return ("", -1) if name in names else (name, owner)
        decorators = {canonical(decorator).rpartition(".")[2] for decorator in node.decorator_list}
        if not every or node.name == "__new__" or "staticmethod" in decorators:
            return "", -1
        return every[0].arg, self.class_name

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.sections["functions"][self.start(node)] = {"parameters": self.parameters(node.args)}
        self.visit(node.args)
        self.self_names.append(("", -1) if self.shadowed(node.args) else self.self_names[-1])
        self.visit(node.body)
        self.self_names.pop()

    def shadowed(self, arguments: ast.arguments) -> bool:
        return any(name == self.self_names[-1][0] for name, *_ in self.parameters(arguments))

    def parameters(self, node: ast.arguments) -> list[tuple[str, str, int, str]]:
        """(name, kind, position, default) of each parameter, in order of the text."""
        listed: list[tuple[str, str, int, str]] = []
        plain = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(plain) - len(node.defaults)) + node.defaults
        for index, (parameter, default) in enumerate(zip(plain, defaults, strict=True)):
            kind = PARAMETER_KINDS[index >= len(node.posonlyargs)]
            listed.append((parameter.arg, kind, self.start(parameter), canonical(default)))
        for parameter, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
            listed.append(
                (parameter.arg, "keyword only", self.start(parameter), canonical(default))
            )
        for parameter, kind in ((node.vararg, "*"), (node.kwarg, "**")):
            if parameter is not None:
                listed.append((parameter.arg, kind, self.start(parameter), ""))
        return sorted(listed, key=lambda parameter: parameter[2])

    def visit_arg(self, node: ast.arg) -> None:
        self.occur(self.start(node), node.arg, "parameter")
        self.annotate(self.start(node), node.annotation)
        if node.annotation is not None:
            self.visit(node.annotation)

    def doc(self, node: Any) -> int:
        """Where the docstring starts, or -1."""
        match node.body[0]:
            case ast.Expr(value=ast.Constant(value=str()) as value):
                return self.start(value)
        return -1

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        found = self.names_from(self.start(node))
        next(found)
        at = next(found)[0]
        self.occur(at, node.name, "defined")
        listed = [(self.start(base), "", canonical(base)) for base in node.bases]
        listed += [
            (self.start(word), word.arg or "", keyword_value(word)) for word in node.keywords
        ]
        self.sections["classes"][at] = {
            "name": node.name,
            "arguments": [part[1:] for part in sorted(listed)],
            "decorators": [canonical(decorator) for decorator in node.decorator_list],
            "doc": self.doc(node),
            "end": self.end(node),
        }
        for part in (*node.decorator_list, *getattr(node, "type_params", [])):
            self.visit(part)
        for part in (*node.bases, *node.keywords):
            self.visit(part)
        outer, self.class_name = self.class_name, at
        self.self_names.append(("", -1))
        for statement in node.body:
            self.visit(statement)
        self.self_names.pop()
        self.class_name = outer

    # Values

    def annotate(self, position: int, annotation: ast.expr | None) -> None:
        """Remember an annotation, unless a string in it is read as what it spells."""
        if annotation is None or any(
            isinstance(inner, ast.Constant) and isinstance(inner.value, str)
            for inner in ast.walk(annotation)
        ):
            return
        self.sections["annotations"][position] = canonical(annotation)

    def give(self, target: ast.expr, value: str) -> None:
        """Remember what a target receives."""
        if isinstance(target, ast.Name):
            self.sections["values"][self.start(target)] = value
        elif isinstance(target, ast.Attribute):
            name, owner = self.self_names[-1]
            is_own = isinstance(target.value, ast.Name) and target.value.id == name
            self.sections["attributes"][self.name_ending_at(target, target.attr)] = (
                canonical(target.value),
                value,
                owner if is_own else -1,
            )
        elif isinstance(target, ast.Starred):
            self.give(target.value, f"rest({value})" if value else "")
        elif isinstance(target, ast.Subscript):
            container, index = canonical(target.value), canonical(target.slice)
            if value:
                self.sections["items"][self.start(target)] = (container, index, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            stars = [isinstance(part, ast.Starred) for part in target.elts]
            for index, part in enumerate(target.elts):
                if isinstance(part, ast.Starred):
                    self.give(part, value)
                else:
                    place = index - len(stars) if True in stars[:index] else index
                    self.give(part, f"item({value}, {place})" if value else "")

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        value = canonical(node.value)
        for target in node.targets:
            self.give(target, value)
            self.visit(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        self.give(node.target, canonical(node.value))
        if isinstance(node.target, ast.Name):
            self.annotate(self.start(node.target), node.annotation)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            operator = OPERATORS[type(node.op)]
            self.give(node.target, f"({node.target.id} {operator}= {canonical(node.value)})")

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        self.give(node.target, canonical(node.value))

    def visit_For(self, node: Any) -> None:
        self.generic_visit(node)
        self.give(node.target, f"element({canonical(node.iter)})")

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.visit_For(node)
        for target in ast.walk(node.target):
            if isinstance(target, ast.Name):
                self.bound_in_comprehensions.add(target.id)

    def visit_withitem(self, node: ast.withitem) -> None:
        self.generic_visit(node)
        if node.optional_vars is not None:
            self.give(node.optional_vars, f"entered({canonical(node.context_expr)})")

    def result(self, node: Any, kind: str, value: ast.expr | None) -> None:
        self.generic_visit(node)
        self.sections["results"][self.start(node)] = (kind, canonical(value))

    def visit_Return(self, node: ast.Return) -> None:
        self.result(node, "return", node.value)

    def visit_Yield(self, node: ast.Yield) -> None:
        self.result(node, "yield", node.value)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        self.result(node, "yield from", node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.result(node, "raise", node.exc)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        stars = [isinstance(part, ast.Starred) for part in node.args]
        # Chained calls start at one place.
        keywords = sorted(word.arg or "**" for word in node.keywords)
        shapes = self.sections["calls"].setdefault(self.start(node), [])
        shapes.append((stars.count(False), stars.count(True), keywords))
        shapes.sort()

    def visit_Constant(self, node: ast.Constant) -> None:
        start = self.start(node)
        index = bisect_left(self.token_starts, start)
        single = self.tokens[index][1] == self.end(node)
        if single and isinstance(node.value, (str, int)) and not isinstance(node.value, bool):
            self.sections["literals"][start] = node.value


for _name in ("TemplateStr",):
    setattr(_Seen, f"visit_{_name}", _Seen.visit_JoinedStr)


class _NamesOnly(_Seen):
    """The names inside an f-string, where positions mean nothing."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []

    def generic_visit(self, node: ast.AST) -> None:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                self.found.append((inner.id, _context(inner)))
            elif isinstance(inner, ast.Attribute):
                self.found.append((inner.attr, f"attribute {_context(inner)}"))
            elif isinstance(inner, ast.keyword) and inner.arg is not None:
                self.found.append((inner.arg, "keyword"))
            elif isinstance(inner, ast.arg):
                self.found.append((inner.arg, "parameter"))


def _context(node: Any) -> str:
    return {ast.Load: "read", ast.Store: "written", ast.Del: "deleted"}[type(node.ctx)]


def _own_nodes(body: list[Any]) -> Iterator[ast.AST]:
    """Nodes that run as part of a function: not those of functions inside it."""
    todo: list[Any] = list(body)
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = node.args
            todo += [*node.decorator_list, *arguments.defaults]
            todo += [default for default in arguments.kw_defaults if default is not None]
        elif isinstance(node, ast.Lambda):
            todo += [*node.args.defaults]
        else:
            todo += ast.iter_child_nodes(node)
