"""Words of answers: names, signatures, evidence, counts and JSON, without control characters."""

from __future__ import annotations

from ..quoting import is_hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..types import HierarchyNode, Symbol


HERE = "workspace"
"""Layer of what need not be marked as being elsewhere."""


def kind(symbol: Symbol) -> str:
    """Return the kind of a symbol, with ``async`` in front where its signature has it."""
    head = symbol.get("signature", "").partition(" ")[0]
    return f"async {symbol['kind']}" if head == "async" else symbol["kind"]


def parameters(symbol: Symbol) -> str:
    """Return what follows a name: parameters and result, bases of a class, or a value."""
    signature = symbol.get("signature", "").removeprefix("async ")
    if signature[:1] not in ("(", "["):
        signature = signature.removeprefix("self.")
        signature = signature.removeprefix(last(symbol["name"]))
        if not signature.startswith((":", " = ", " +")):
            return ""
    return signature


def about(symbol: Symbol) -> str:
    """Return the summary of a symbol, or its text when it has no parameters, with its note."""
    summary = symbol.get("summary", "")
    if not summary and not parameters(symbol):
        summary = symbol.get("signature") or symbol.get("text", "").strip()
    note = symbol.get("note")
    if note:
        return f"{summary} ({note})" if summary else note
    return summary


def mark(evidence: str, layer: str = HERE, origin: str = "") -> str:
    """Return evidence and layer in brackets, without what is exact or in the workspace.

    ``origin`` is the other indexer that says so, if one does.
    """
    if origin:
        evidence = f"{evidence} by {origin}"
    marks = ([] if evidence == "exact" else [evidence]) + ([] if layer == HERE else [layer])
    return f" [{', '.join(marks)}]" if marks else ""


def symbol_mark(symbol: Symbol, evidence: str = "") -> str:
    """Return the mark of a symbol; ``evidence`` is that of how it was reached."""
    layer, origin = symbol.get("layer", HERE), symbol.get("origin", "")
    return mark(evidence or symbol["evidence"], layer, origin)


def last(name: str) -> str:
    """Return the last component of a dotted name."""
    return name.rpartition(".")[2]


def local(name: str, path: str) -> str:
    """Return a dotted name without the module that its file is, to stand next to its path."""
    if name.startswith(path + "."):
        return name[len(path) + 1 :]
    module = path.removesuffix("i").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    ends = [at for at, symbol in enumerate(name) if symbol == "."]
    # Below an import root, the path begins earlier than the module's name.
    for end in reversed(ends):
        if module == name[:end] or module.endswith("." + name[:end]):
            return name[end + 1 :]
    # A package whose folder is called otherwise makes the name begin earlier than the path.
    for end in ends:
        if name[:end].endswith("." + module):
            return name[end + 1 :]
    return name


def counted(n: int, noun: str) -> str:
    """Return a number with its noun in singular or plural."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun}{'es' if noun.endswith('s') else 's'}"


def counts(numbers: Mapping[str, int]) -> str:
    """Return numbers with their names, the largest first."""
    ranked = sorted(numbers.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{number:,} {name}" for name, number in ranked if number)


def n_nodes(nodes: list[HierarchyNode]) -> int:
    """Return the number of nodes of trees."""
    return sum(1 + n_nodes(node["children"]) for node in nodes)


class _Escapes(dict[int, str]):
    """Characters as JSON on a terminal has them, worked out when they are first met."""

    def __missing__(self, code: int) -> str:
        import json  # late, as below

        char = chr(code)
        self[code] = shown = json.dumps(char)[1:-1] if is_hidden(code) else char
        return shown


_ESCAPES = _Escapes({ord("\n"): "\n"})


def json_text(value: object, *, indent: int | None = None, on_terminal: bool = False) -> str:
    """Return a value as JSON that ends in a line break.

    On a terminal it is indented, and characters stay what they are but for hidden ones.
    """
    # Late, since answers in words need no JSON.
    import json

    if on_terminal:
        return json.dumps(value, indent=2, ensure_ascii=False).translate(_ESCAPES) + "\n"
    return json.dumps(value, indent=indent) + "\n"
