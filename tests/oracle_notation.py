"""The notation for expressions that both sides of the comparison with Python are put into."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FORMATTED: tuple[type[ast.AST], ...] = tuple(
    getattr(ast, name) for name in ("JoinedStr", "TemplateStr") if hasattr(ast, name)
)
OPERATORS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
    ast.LShift: "<<", ast.RShift: ">>", ast.Invert: "~", ast.Eq: "==", ast.NotEq: "!=",
    ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">=", ast.In: "in", ast.Is: "is",
    ast.NotIn: "not-in", ast.IsNot: "is-not", ast.UAdd: "+", ast.USub: "-",
}  # fmt: skip
_CONSTANTS = {True: "True", False: "False", None: "None", ...: "..."}
_PLAIN = frozenset(["int", "float", "complex", "bytes"])


def keyword_value(node: ast.keyword) -> str:
    return canonical(node.value) if node.arg else f"**{canonical(node.value)}"


def canonical(node: ast.AST | None) -> str:  # noqa: PLR0912 - one case for each kind
    """An expression in the notation that both sides share; empty for none."""
    match node:
        case None:
            return ""
        case ast.Name():
            return node.id
        case ast.Attribute():
            return f"{canonical(node.value)}.{node.attr}"
        case ast.Call():
            listed = [(_place(part), canonical(part)) for part in node.args]
            listed += [
                (
                    _place(word),
                    f"{word.arg}={canonical(word.value)}" if word.arg else keyword_value(word),
                )
                for word in node.keywords
            ]
            listed.sort()
            return f"{canonical(node.func)}({', '.join(text for _, text in listed)})"
        case ast.Subscript():
            return f"{canonical(node.value)}[{canonical(node.slice)}]"
        case ast.Constant(value=str()):
            return "str"
        case ast.Constant():
            shown = type(node.value).__name__
            return shown if shown in _PLAIN else str(_CONSTANTS[node.value])
        case ast.List():
            return f"[{_listed(node.elts)}]"
        case ast.Tuple():
            return f"({_listed(node.elts)},)"
        case ast.Set():
            return "{" + _listed(node.elts) + "}"
        case ast.Dict():
            pairs = [
                f"{canonical(key)}: {canonical(value)}" if key else f"**{canonical(value)}"
                for key, value in zip(node.keys, node.values, strict=True)
            ]
            return "{" + ", ".join(pairs) + ",}"
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            return f"{type(node).__name__}({canonical(node.elt)})"
        case ast.DictComp():
            return f"DictComp({canonical(node.value)})"
        case ast.Lambda():
            return f"lambda({canonical(node.body)})"
        case ast.Await():
            return f"await({canonical(node.value)})"
        case ast.Yield():
            return f"yield({canonical(node.value)})"
        case ast.YieldFrom():
            return f"yield from({canonical(node.value)})"
        case ast.Starred():
            return f"*{canonical(node.value)}"
        case ast.NamedExpr():
            return f"(:= {canonical(node.value)})"
        case ast.IfExp():
            return f"({canonical(node.body)} else {canonical(node.orelse)})"
        case ast.BoolOp():
            operator = "and" if isinstance(node.op, ast.And) else "or"
            first, *others = map(canonical, node.values)
            for other in others:
                first = f"({first} {operator} {other})"
            return first
        case ast.Compare():
            parts = [
                f" {OPERATORS[type(operator)]} {canonical(part)}"
                for operator, part in zip(node.ops, node.comparators, strict=True)
            ]
            return f"({canonical(node.left)}{''.join(parts)})"
        case ast.UnaryOp(op=ast.Not()):
            return f"(not {canonical(node.operand)})"
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int())) if not isinstance(
            node.operand.value,
            bool,  # type: ignore[attr-defined] # it is a constant
        ):
            return "int"
        case ast.UnaryOp():
            return f"({OPERATORS[type(node.op)]}{canonical(node.operand)})"
        case ast.BinOp(op=ast.BitOr()):
            # Which of the unions in a long one is made first means nothing, and grammars differ.
            return f"{canonical(node.left)} | {canonical(node.right)}"
        case ast.BinOp():
            operator = OPERATORS[type(node.op)]
            return f"({canonical(node.left)} {operator} {canonical(node.right)})"
        case ast.Slice():
            return "slice"
        case _ if isinstance(node, _FORMATTED):
            return "formatted"
    return f"?{type(node).__name__}"


def _place(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _listed(nodes: list[ast.expr]) -> str:
    return ", ".join(map(canonical, nodes))
