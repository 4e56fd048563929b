"""What the text formats share: how places, names, evidence and what is left out are told."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..types import HierarchyNode, Symbol


class View:
    """From where an answer is looked at: an operation and its arguments, a folder, a terminal.

    ``width`` is 0 where lines may be of any length. Files are named as they are called in the
    current folder, so that a terminal can open them; from outside of the workspace by their
    absolute path.
    """

    __slots__ = ("_prefix", "_within", "arguments", "colour", "operation", "width")

    def __init__(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        root: str = "",
        folder: str = "",
        *,
        width: int = 0,
        colour: bool = False,
    ) -> None:
        """Look at an answer from ``folder``; without it, files are named from the root."""
        self.operation = operation
        self.arguments = arguments
        self.width = width
        self.colour = colour
        self._prefix = ""
        self._within = ""
        folder, root = folder.replace(os.sep, "/"), root.rstrip("/")
        if not folder or folder == root:
            return
        if folder.startswith(root + "/"):
            self._within = folder[len(root) + 1 :] + "/"
        else:
            self._prefix = root + "/"

    def path(self, path: str) -> str:
        """A file of the workspace as it is called from here."""
        within = self._within
        if self._prefix and not os.path.isabs(path):
            path = self._prefix + path
        elif within and not os.path.isabs(path):
            if path.startswith(within):
                path = path[len(within) :]
            else:
                path = os.path.relpath("/" + path, "/" + within).replace(os.sep, "/")
        return plain(path)

    def place(self, item: Mapping[str, Any], *, column: bool = True) -> str:
        """File, line and column of a symbol, reference or import, counted from 1."""
        path: str = item["path"]
        if not path:
            return ""
        start = item["range"]["start"]
        place = f"{self.path(path)}:{start['line'] + 1}"
        return f"{place}:{start['character'] + 1}" if column else place

    def nothing(self, answer: Mapping[str, Any]) -> str:
        """What to say when nothing was found."""
        if "symbol" in answer:
            return f"no {self.operation} found"
        name = self.arguments.get("name")
        if answer.get("notes"):
            return "nothing found"  # and they say why
        path, line = self.arguments.get("path"), self.arguments.get("line")
        if path is not None and line is not None:
            place = f"{plain(path)}:{line + 1}:{self.arguments.get('character', 0) + 1}"
            return f"nothing found; flux-index query explain {place} tells what is there"
        if not name:
            return "nothing found"
        return f"nothing found; flux-index query exists {plain(name)} tells what is nearest"

    def notes(self, answer: Mapping[str, Any], shown: int) -> list[str]:
        """What an answer leaves out and what it does not know; ``shown`` counts its items."""
        lines: list[str] = []
        total: int = answer["total"]
        if answer.get("truncated"):
            more = f"{total - shown:,} more of {total:,}" if total > shown else "more"
            lines.append(f"… {more}{self.how_to_get_more(shown)}")
        elif total and not shown and self.arguments.get("offset"):
            lines.append(f"nothing from offset {self.arguments['offset']} on, there are {total:,}")
        pending: int = answer["pending"]
        if pending:
            lines.append(f"pending: {counted(pending, 'file')} not indexed yet, there may be more")
        # The number of pending files stands in the notes as well.
        said = f"{pending} files are not indexed yet"
        lines += [f"note: {plain(note)}" for note in answer.get("notes", ()) if note != said]
        return lines

    def more_lines(self, answer: Mapping[str, Any], shown: int) -> list[str]:
        """How many lines of a text come after those that are shown, if any do."""
        left = answer.get("lines", 0) - self.arguments.get("offset", 0) - shown
        return [f"… {counted(left, 'more line')}{self.how_to_get_more(shown)}"] if left > 0 else []

    def how_to_get_more(self, shown: int) -> str:
        """What to ask for to see what is left out, after a colon; nothing if there is no way."""
        from ..operations.table import OPERATIONS

        names = [parameter.name for parameter in OPERATIONS[self.operation].parameters]
        if "offset" in names:
            return f": --offset {self.arguments.get('offset', 0) + shown}"
        return f": --limit {2 * shown}" if "limit" in names else ""


def plain(text: str) -> str:
    """Text without what would steer a terminal: a file name or a line of code may hold anything."""
    if text.isprintable():
        return text
    return "".join(
        " " if symbol == "\t" else "\ufffd" if _steers(symbol) else symbol for symbol in text
    )


def kind(symbol: Symbol) -> str:
    """Kind of a symbol, with what a signature says before its parameters."""
    head = symbol.get("signature", "").partition(" ")[0]
    return f"async {symbol['kind']}" if head == "async" else symbol["kind"]


def parameters(symbol: Symbol) -> str:
    """What is written behind a name: parameters and result, bases of a class, a value."""
    signature = symbol.get("signature", "").removeprefix("async ")
    if signature[:1] not in ("(", "["):
        signature = signature.removeprefix("self.")
        signature = signature.removeprefix(last(symbol["name"]))
        if not signature.startswith((":", " = ", " +")):
            return ""
    return plain(signature)


def about(symbol: Symbol) -> str:
    """A line on what a symbol is for, or how it is written when it takes no parameters."""
    told = symbol.get("summary", "")
    if not told and not parameters(symbol):
        told = symbol.get("signature") or symbol.get("text", "").strip()
    note = symbol.get("note")
    if note:
        told = f"{told} ({note})" if told else note
    return plain(told)


def mark(evidence: str, layer: str = "workspace") -> str:
    """How an item is known and where it lives, unless exactly and in the workspace."""
    marks = ([] if evidence == "exact" else [evidence]) + ([] if layer == "workspace" else [layer])
    return f" [{', '.join(marks)}]" if marks else ""


def symbol_mark(symbol: Symbol) -> str:
    """The mark of a symbol."""
    return mark(symbol["evidence"], symbol.get("layer", "workspace"))


def last(name: str) -> str:
    """Last component of a dotted name."""
    return name.rpartition(".")[2]


def local(name: str, path: str) -> str:
    """A dotted name without the module that its file is, to be told next to its path."""
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
    """A number with its noun."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun}{'es' if noun.endswith('s') else 's'}"


def counts(numbers: Mapping[str, int]) -> str:
    """Numbers by name, the largest first."""
    ranked = sorted(numbers.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{number:,} {name}" for name, number in ranked if number)


def heading(answer: Mapping[str, Any], noun: str) -> str:
    """A count of references with its parts: by role, and by evidence if any is not exact."""
    head = counted(answer["total"], noun)
    roles = counts(answer["counts"])
    known: Mapping[str, int] = answer["evidence_counts"]
    if roles:
        head += f": {roles}"
    if any(number for evidence, number in known.items() if evidence != "exact"):
        head += f" ({counts(known)})"
    return head


def pages(groups: Sequence[Mapping[str, Any]]) -> int:
    """Number of references in groups by file."""
    return sum(len(group["references"]) for group in groups)


def count(nodes: list[HierarchyNode]) -> int:
    """Number of nodes with all those below them."""
    return sum(1 + count(node["children"]) for node in nodes)


# Controls, delete, and the marks that make text run the other way.
_STEERING = ("\0\x1f", "\x7f\x9f", "\u202a\u202e", "\u2066\u2069")


def _steers(symbol: str) -> bool:
    return any(first <= symbol <= end for first, end in _STEERING)
