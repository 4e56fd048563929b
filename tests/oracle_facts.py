"""Facts in the shapes of ``oracle_python``, and the differences between the two."""

from __future__ import annotations

from oracle_python import (
    COMPREHENSIONS_HAVE_SCOPES,
    FSTRINGS_HAVE_POSITIONS,
    PARAMETER_KINDS,
    python_sees,
)
from oracle_scopes import IMPLICIT, without_comprehensions

from flux_index.indexer import facts as f
from flux_index.indexer.extract import columns
from flux_index.indexer.extract.source import extract
from flux_index.indexer.text import normalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from oracle_python import Sections

    from flux_index.indexer.facts import FileFacts

_READS = (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES)
_ROLES = dict.fromkeys(_READS, "read") | {
    f.WRITTEN: "written",
    f.DELETED: "deleted",
    f.IMPORTED: "imported",
    f.KEYWORD: "keyword",
    f.PARAMETER_ROLE: "parameter",
    f.DEFINED: "defined",
    f.MODULE_ROLE: "module",
}
_SCOPE_KINDS = ("module", "class", "function", "lambda", "comprehension", "type")
RESULTS = ("return", "yield", "yield from", "raise")


def differences(raw: bytes) -> list[str]:
    """What facts and Python disagree on; raises SyntaxError when Python does not parse the file."""
    python = python_sees(normalize(raw))
    return compare(python, facts_say(raw, python))


def compare(python: Sections, ours: Sections) -> list[str]:
    found: list[str] = []
    if ours["errors"]:
        found.append(f"errors: facts {ours['errors']}")
    for section, expected in python.items():
        got = ours.get(section, expected)
        for key in sorted(expected.keys() | got.keys()):
            if section == "literals" and not (key in got and key in expected):
                continue  # facts keep short strings and small numbers only, and parts of sums
            if section == "annotations" and key not in expected:
                continue  # a string in it, which facts read
            before, after = expected.get(key), got.get(key)
            if section == "scopes":
                found += _scope_differences(before, after, "")
            elif before != after:
                found.append(f"{section} at {key}: Python {before!r}, facts {after!r}")
    return found


def _scope_differences(python: Any, ours: Any, path: str) -> list[str]:
    """The innermost scopes that differ."""
    if python == ours:
        return []
    path = f"{path}/{python[0]} {python[1]}"
    if python[:2] != ours[:2] or python[2] != ours[2]:
        left = [symbol for symbol in python[2] if symbol not in ours[2]]
        right = [symbol for symbol in ours[2] if symbol not in python[2]]
        return [f"scope {path}: Python {left}, facts {ours[:2]} {right}"]
    left = [scope for scope in python[3] if scope not in ours[3]]
    right = [scope for scope in ours[3] if scope not in python[3]]
    if len(left) == len(right):
        return [
            text
            for one, other in zip(left, right, strict=True)
            for text in _scope_differences(one, other, path)
        ]
    return [f"scopes in {path}: Python {left}, facts {right}"]


def facts_say(raw: bytes, python: Sections) -> Sections:
    """The sections that ``python_sees`` gives, by the facts of the same file.

    Names in quoted annotations and type comments are left out: Python sees plain strings there.
    """
    facts = extract(raw)
    quoted = python["quoted"]
    starts = sorted(quoted)
    view = View(facts, normalize(raw), {end: start for start, end in quoted.items()})
    formatted = {} if FSTRINGS_HAVE_POSITIONS else python["names in f-strings"]
    inside: dict[int, tuple[int, list[tuple[str, str]]]] = {
        start: (end, []) for start, (end, _) in formatted.items()
    }
    occurrences: dict[int, tuple[str, str]] = {}
    for name in facts.names:
        for role, position, _ in facts.occurrences(name):
            plain = role & f.ROLE_MASK
            if plain == f.EXPORTED or (
                plain in (f.ANNOTATED, f.CALLED, f.READ, f.KEYWORD)
                and _within(starts, quoted, position)
            ):
                continue
            shown = "attribute " * bool(role & f.ATTRIBUTE_ROLE) + _ROLES[plain]
            holder = next((at for at, (end, _) in inside.items() if at <= position < end), None)
            if holder is not None:
                inside[holder][1].append((name, shown))
            else:
                occurrences[position] = (name, shown)
    return {
        "occurrences": occurrences,
        "names in f-strings": {at: (end, sorted(names)) for at, (end, names) in inside.items()},
        **view.sections(lambda at: any(start < at < end for start, (end, _) in inside.items())),
    }


def _within(starts: list[int], ends: dict[int, int], position: int) -> bool:
    from bisect import bisect_right

    at = bisect_right(starts, position) - 1
    return at >= 0 and position < ends[starts[at]]


class View:
    """Reads facts back as the notation of ``oracle_python.canonical``."""

    def __init__(self, facts: FileFacts, text: bytes, quoted: dict[int, int]) -> None:
        self.facts = facts
        self.text = text
        self.quoted = quoted
        self.ops, self.positions, self.a, self.b = facts.expr
        (self.extra,) = facts.extra

    def sections(self, skip: Any) -> Sections:
        found = {
            "functions": self.functions(),
            "classes": self.classes(),
            "imports": self.imports(),
            "values": self.values(),
            "annotations": self.annotations(),
            "attributes": self.attributes(),
            "items": self.items(),
            "results": self.results(),
            "calls": self.calls(),
            "literals": self.literals(),
            "errors": {row[0]: row[1:] for row in zip(*self.facts.errors, strict=True)},
        }
        for section in found.values():
            for key in [key for key in section if skip(key)]:
                del section[key]
        scope = self.scope(0)
        if not COMPREHENSIONS_HAVE_SCOPES:
            scope = without_comprehensions(scope, self.bound_in_comprehensions())
        return {**found, "scopes": {0: scope}}

    def bound_in_comprehensions(self) -> set[str]:
        facts = self.facts
        kinds = facts.scope[columns.SCOPE_KIND]
        return {
            facts.names[name]
            for name, scope in zip(*facts.binding[:2], strict=True)
            if kinds[scope] == f.COMPREHENSION_SCOPE
        }

    # Tables

    def functions(self) -> dict[int, Any]:
        facts = self.facts
        found: dict[int, Any] = {}
        for row, kind in enumerate(facts.scope[columns.SCOPE_KIND]):
            if kind == f.LAMBDA_SCOPE:
                at = facts.scope[columns.SCOPE_START][row]
                found[at] = {"parameters": self.parameters(row)}
        for row, kind in enumerate(facts.definition[columns.DEF_KIND]):
            cells = [column[row] for column in facts.definition]
            if kind == f.FUNCTION:
                found[cells[columns.DEF_POS]] = {
                    "name": facts.names[cells[columns.DEF_NAME]],
                    "async": bool(cells[columns.DEF_FLAGS] & f.ASYNC),
                    "generator": bool(cells[columns.DEF_FLAGS] & f.GENERATOR),
                    "returns a value": bool(cells[columns.DEF_FLAGS] & f.RETURNS_VALUE),
                    "parameters": self.parameters(cells[columns.DEF_OWN_SCOPE]),
                    "decorators": self.listed(cells[columns.DEF_DECORATORS]),
                    "doc": cells[columns.DEF_DOC],
                    "start": cells[columns.DEF_START],
                    "end": self.end(cells[columns.DEF_END]),
                }
        return found

    def end(self, position: int) -> int:
        """An end without the comments before it, which facts count as part of a body."""
        while True:
            position = len(self.text[:position].rstrip())
            start = self.quoted.get(position, position)
            if self.text[start : start + 1] == b"#":
                position = start
            elif self.text[position - 1 : position] in (b";", b"\\"):
                position -= 1
            else:
                return position

    def parameters(self, scope: int) -> list[tuple[str, str, int, str]]:
        table = self.facts.parameter
        return [
            (
                self.facts.names[table[columns.PAR_NAME][row]],
                PARAMETER_KINDS[table[columns.PAR_KIND][row]],
                table[columns.PAR_POS][row],
                self.canonical(table[columns.PAR_DEFAULT][row]),
            )
            for row, owner in enumerate(table[columns.PAR_SCOPE])
            if owner == scope
        ]

    def classes(self) -> dict[int, Any]:
        facts = self.facts
        found: dict[int, Any] = {}
        for row, kind in enumerate(facts.definition[columns.DEF_KIND]):
            cells = [column[row] for column in facts.definition]
            if kind == f.CLASS:
                listed = cells[columns.DEF_ARGUMENTS]
                found[cells[columns.DEF_POS]] = {
                    "name": facts.names[cells[columns.DEF_NAME]],
                    "arguments": [
                        (facts.names[key] if key >= 0 else "", self.canonical(value))
                        for key, _, value in self.triples(listed)
                    ],
                    "decorators": self.listed(cells[columns.DEF_DECORATORS]),
                    "doc": cells[columns.DEF_DOC],
                    "end": self.end(cells[columns.DEF_END]),
                }
        return found

    def imports(self) -> dict[int, Any]:
        names = self.facts.names
        found: dict[int, Any] = {}
        for module, name, bound, position, at, _, _ in zip(*self.facts.imports, strict=True):
            spelled = names[name] if name >= 0 else "*" if name == f.STAR else None
            found[position] = (names[module], spelled, names[bound] if bound >= 0 else None, at)
        return found

    def values(self) -> dict[int, str]:
        found: dict[int, str] = {}
        shown = (f.ASSIGN, f.DECLARE, f.AUGMENT, f.FOR, f.WITH, f.EXCEPT, f.WALRUS)
        for name, _, at, kind, value, _, _, _ in zip(*self.facts.binding, strict=True):
            if kind in shown:
                found[at] = self.canonical(value)
            del name
        return found

    def annotations(self) -> dict[int, str]:
        facts = self.facts
        found: dict[int, str] = {}
        for _, _, at, kind, _, annotation, _, _ in zip(*facts.binding, strict=True):
            if annotation >= 0 and kind not in (f.TYPE_PARAMETER, f.TYPE_ALIAS):
                found[at] = self.canonical(annotation)
        for at, annotation in zip(
            facts.definition[columns.DEF_POS], facts.definition[columns.DEF_RETURNS], strict=True
        ):
            if annotation >= 0:
                found[at] = self.canonical(annotation)
        return found

    def attributes(self) -> dict[int, Any]:
        facts = self.facts
        return {
            at: (
                self.canonical(receiver),
                self.canonical(value),
                facts.definition[columns.DEF_POS][owner] if owner >= 0 else -1,
            )
            for _, receiver, at, _, value, _, owner, _ in zip(*facts.attribute_binding, strict=True)
        }

    def items(self) -> dict[int, Any]:
        """By the position of the target, which only its expression has."""
        places = {
            (self.a[row], self.b[row]): self.positions[row]
            for row, op in enumerate(self.ops)
            if op == f.SUBSCRIPT
        }
        return {
            places[container, index]: (
                self.canonical(container),
                self.canonical(index),
                self.canonical(value),
            )
            for container, index, value, _, _ in zip(*self.facts.item_binding, strict=True)
        }

    def results(self) -> dict[int, Any]:
        return {
            at: (RESULTS[kind], self.canonical(value))
            for _, value, kind, _, at in zip(*self.facts.result, strict=True)
        }

    def calls(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for op, at, listed in zip(self.ops, self.positions, self.b, strict=True):
            if op == f.CALL:
                keys = [key for key, _, _ in self.triples(listed)]
                named = [self.facts.names[key] for key in keys if key >= 0]
                named += ["**"] * keys.count(f.ARG_DOUBLE_STAR)
                shape = (keys.count(f.ARG_POSITIONAL), keys.count(f.ARG_STAR), sorted(named))
                found.setdefault(at, []).append(shape)
                found[at].sort()
        return found

    def literals(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for op, at, a, b in zip(self.ops, self.positions, self.a, self.b, strict=True):
            if op == f.STRING and a >= 0:
                found[at] = self.facts.strings[a]
            elif op == f.INTEGER and b == 1:
                found[at] = a
        return found

    # Expressions

    def triples(self, at: int) -> list[tuple[int, int, int]]:
        if at < 0:
            return []
        cells = self.extra[at + 1 : at + 1 + 3 * self.extra[at]]
        return list(zip(cells[::3], cells[1::3], cells[2::3], strict=True))

    def rows(self, at: int) -> list[int]:
        return list(self.extra[at + 1 : at + 1 + self.extra[at]]) if at >= 0 else []

    def listed(self, at: int) -> list[str]:
        return [self.canonical(row) for row in self.rows(at)]

    def canonical(self, row: int) -> str:
        if row < 0:
            return ""
        facts, a, b = self.facts, self.a[row], self.b[row]
        op = self.ops[row]
        if op in _LEAVES:
            return _LEAVES[op]
        if op == f.NAME:
            return facts.names[a]
        if op == f.ATTRIBUTE:
            return f"{self.canonical(a)}.{facts.names[b]}"
        if op == f.CALL:
            listed = [
                f"{facts.names[key]}={self.canonical(value)}" if key >= 0 else self.canonical(value)
                for key, _, value in self.triples(b)
            ]
            return f"{self.canonical(a)}({', '.join(listed)})"
        if op == f.SUBSCRIPT:
            return f"{self.canonical(a)}[{self.canonical(b)}]"
        if op in _DISPLAYS:
            opening, closing = _DISPLAYS[op]
            return f"{opening}{', '.join(self.listed(a))}{closing}"
        if op == f.DICT:
            rows = self.rows(a)
            pairs = [
                f"{self.canonical(key)}: {self.canonical(value)}"
                if key >= 0
                else self.canonical(value)
                for key, value in zip(rows[::2], rows[1::2], strict=True)
            ]
            return "{" + ", ".join(pairs) + ",}"
        if op in _WRAPPED:
            return f"{_WRAPPED[op]}({self.canonical(a)})"
        if op == f.YIELDED:
            return f"{'yield from' if b else 'yield'}({self.canonical(a)})"
        if op == f.STARRED:
            return f"{'*' * b}{self.canonical(a)}"
        if op == f.NAMED:
            return f"(:= {self.canonical(a)})"
        if op in _PAIRS:
            return f"({self.canonical(a)} {_PAIRS[op]} {self.canonical(b)})"
        if op == f.NOT:
            return f"(not {self.canonical(a)})"
        if op == f.COMPARE:
            rows = self.rows(b)
            parts = [
                f" {f.OPERATORS[operator]} {self.canonical(part)}"
                for operator, part in zip(rows[::2], rows[1::2], strict=True)
            ]
            return f"({self.canonical(a)}{''.join(parts)})"
        if op == f.UNARY:
            if f.OPERATORS[b] == "-" and self.ops[a] == f.INTEGER and not self.b[a]:
                return "int"
            return f"({f.OPERATORS[b]}{self.canonical(a)})"
        if op == f.BINARY:
            operator = f.OPERATORS[self.extra[b]]
            both = f"{self.canonical(a)} {operator} {self.canonical(self.extra[b + 1])}"
            return both if operator == "|" else f"({both})"
        if op == f.AUGMENTED:
            operator = f.OPERATORS[self.extra[b]]
            return f"({self.canonical(a)} {operator}= {self.canonical(self.extra[b + 1])})"
        if op == f.ITEM:
            return f"item({self.canonical(a)}, {b})"
        return self.pattern(op, a, b)

    def pattern(self, op: int, a: int, b: int) -> str:
        """What Python's side has no notation for: patterns, and what they give to names."""
        if op == f.MATCHED:
            return f"{self.canonical(a)} as {self.canonical(b) or 'subject'}"
        if op == f.PATTERN_CLASS:
            listed = [
                f"{self.facts.names[key]}={self.canonical(value)}"
                if key >= 0
                else self.canonical(value)
                for key, _, value in self.triples(b)
            ]
            return f"{self.canonical(a)}({', '.join(listed)})"
        if op == f.PATTERN_OR:
            return f"({' | '.join(self.listed(a))})"
        if op == f.PATTERN_VALUE:
            return self.canonical(a)
        if op == f.PATTERN_SEQUENCE:
            return f"[{', '.join(self.listed(a))}]"
        if op == f.PATTERN_MAPPING:
            rows = self.rows(a)
            pairs = zip(rows[::2], rows[1::2], strict=True)
            listed = [f"{self.canonical(key)}: {self.canonical(value)}" for key, value in pairs]
            return "{" + ", ".join(listed) + "}"
        return {f.PATTERN_ANY: "_", f.UNKNOWN: "unknown"}[op]

    # Scopes

    def scope(self, row: int, class_name: str = "") -> tuple[Any, ...]:
        facts = self.facts
        kind = _SCOPE_KINDS[facts.scope[columns.SCOPE_KIND][row]]
        definition = facts.scope[columns.SCOPE_DEFINITION][row]
        name = "top" if kind == "module" else ""
        if kind in ("class", "function"):
            name = facts.names[facts.definition[columns.DEF_NAME][definition]]
        inner_class = name if kind == "class" else class_name
        bound: dict[str, set[str]] = {}
        for at, scope, _, binding_kind, _, _, _, _ in zip(*facts.binding, strict=True):
            if scope == row:
                spelled = facts.names[at]
                if inner_class and spelled.startswith("__") and not spelled.endswith("__"):
                    spelled = f"_{inner_class.lstrip('_')}{spelled}"
                flag = {f.PARAMETER: "p", f.IMPORT: "i", f.GLOBAL: "g", f.NONLOCAL: "n"}
                bound.setdefault(spelled, set()).add(flag.get(binding_kind, "b"))
        inner = [
            self.scope(child, inner_class)
            for child, parent in enumerate(facts.scope[columns.SCOPE_PARENT])
            if parent == row
        ]
        shown = sorted(
            (spelled, "".join(flag for flag in "pibgn" if flag in flags))
            for spelled, flags in bound.items()
            if spelled not in IMPLICIT
        )
        name = "" if kind == "module" else name
        return kind, name, shown, sorted(inner, key=repr)


_LEAVES = {
    f.STRING: "str",
    f.BYTES: "bytes",
    f.FORMATTED: "formatted",
    f.INTEGER: "int",
    f.FLOAT: "float",
    f.COMPLEX: "complex",
    f.TRUE: "True",
    f.FALSE: "False",
    f.NONE: "None",
    f.ELLIPSIS: "...",
    f.SLICE: "slice",
}
_DISPLAYS = {f.LIST: ("[", "]"), f.TUPLE: ("(", ",)"), f.SET: ("{", "}")}
_WRAPPED = {
    f.LIST_COMPREHENSION: "ListComp",
    f.SET_COMPREHENSION: "SetComp",
    f.DICT_COMPREHENSION: "DictComp",
    f.GENERATOR_EXPRESSION: "GeneratorExp",
    f.LAMBDA: "lambda",
    f.AWAIT: "await",
    f.ELEMENT: "element",
    f.ENTERED: "entered",
    f.RAISED: "raised",
    f.REST: "rest",
}
_PAIRS = {f.CONDITIONAL_EXPR: "else", f.AND: "and", f.OR: "or"}
