"""Help texts, drawn from the tables of operations and commands."""

from __future__ import annotations

import sys

from ..operations.table import OPERATIONS
from .options import flags, short_flag
from .output import width
from .target import placeholder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..operations.table import Operation, Parameter

EXAMPLES = {
    "patterns": "'a new subclass of click.ParamType' --into src/types.py",
    "similar": "QuerySet",
    "conventions": "",
    "reuse": "'turn a title into a slug'",
    "symbols": "QuerySet --kind class",
    "outline": "django/db/models/base.py",
    "definition": "django.db.models.Model.save",
    "references": "Model.save --roles call,read --limit 20",
    "members": "Model --no-private",
    "hierarchy": "Model --depth 1",
    "callers": "django/db/models/base.py:785",
    "callees": "Model.save",
    "imports": "django/db/models/base.py",
    "importers": "django.db.models",
    "exists": "'Model.save(force_insert=)'",
    "source": "Model.save --context 2",
    "context": "'add a cache to the LLM' --budget 2000",
    "validate": "--whole",
    "breakage": "--since HEAD~1",
    "fix": "--whole --unsafe",
    "explain": "django/db/models/base.py:785:14",
    "begin": "--client aider",
    "guard": '--session s-1f0c --diff "$(cat change.patch)"',
    "map": "--below django/db",
    "status": "--json",
}
"""For each operation what to type behind its name."""

_TARGETS = {
    "TEXT": "TEXT is what to look for; several words are looked for together.",
    "TASK": "TASK is what is to be done, in words: a sentence, an issue's text, a traceback. With "
    "- it is read from standard input.",
    "NAME": "NAME is a dotted name, with a call's arguments if they matter.",
    "FILE|NAME": "FILE is a path, as seen from the current folder or from the workspace's root, "
    "NAME a dotted name.",
    "FILE:LINE[:COL]": "FILE:LINE:COL is a place as editors write it, counted from 1; "
    "without a column it means what the line defines, or else its first name.",
    "NAME|FILE:LINE[:COL]": "NAME is a dotted name, as fully or as loosely as known: "
    "`django.db.models.Model.save`, `Model.save` or `save`. FILE:LINE:COL is a place as editors "
    "and compilers write it, counted from 1; without a column it means what the line defines, or "
    "else its first name.",
}
_FORMS = {"string": "TEXT", "integer": "N", "number": "X", "array": "A,B"}
_LISTING = 12

_READING = """\
How an item is known is marked behind it: no mark means exactly, by a chain of bindings and imports;
[inferred] through types, [conventional] by how the code base speaks, [textual] by its name only.
Lines at the end tell what was left out and what is not indexed yet.

Exit codes: 0 found, 1 nothing found, 2 an error, told on standard error, 130 interrupted. For
`exists`, 1 is said of what is missing and of what cannot be known; the answer tells which and why.
With --json an error also puts {"error": {"code": ..., "message": ...}} on standard output.
"""


def example(operation: str) -> str:
    """A whole command line that asks an operation."""
    return f"flux-index query {operation} {EXAMPLES[operation]}"


def operations_help() -> str:
    """What can be asked."""
    from .query import COMMON

    lines = ["flux-index query OPERATION [TARGET] [options]", ""]
    lines += _two_columns([(operation.name, operation.doc) for operation in OPERATIONS.values()])
    lines += ["", "Every operation takes", *_options(COMMON), ""]
    lines.append("`flux-index query OPERATION --help` shows the options of one.")
    return "\n".join(lines) + "\n\n" + _READING


def operation_help(operation: Operation) -> str:
    """All about one operation."""
    from .query import COMMON

    target = placeholder(operation)
    lines = [f"flux-index query {operation.name} {target} [options]".replace("  ", " "), ""]
    lines += _wrapped(operation.doc)
    if target:
        lines += ["", *_wrapped(_TARGETS[target])]
    if operation.parameters:
        lines += ["", "Options", *_options(operation.parameters)]
    lines += ["", "Every operation takes", *_options(COMMON)]
    lines += ["", "Example", f"  {example(operation.name)}"]
    return "\n".join(lines) + "\n"


def command_help(
    usage: str, doc: str, parameters: Sequence[Parameter], examples: Sequence[str]
) -> str:
    """All about a command."""
    lines = [usage, "", *_wrapped(doc), "", "Options", *_options(parameters)]
    if examples:
        lines += ["", "Example" if len(examples) == 1 else "Examples"]
        lines += [f"  {line}" for line in examples]
    return "\n".join(lines) + "\n"


def overview(usage: str, doc: str, commands: Iterable[tuple[str, str]]) -> str:
    """What commands there are."""
    first = [(name, about.partition(". ")[0].rstrip(".") + ".") for name, about in commands]
    lines = [usage, "", *_wrapped(doc), "", *_two_columns(first), ""]
    lines.append("`flux-index COMMAND --help` tells more of one.")
    return "\n".join(lines) + "\n"


def _options(parameters: Iterable[Parameter]) -> list[str]:
    rows: list[tuple[str, str]] = []
    for parameter in parameters:
        usual, *others = flags(parameter)
        shown = ", ".join(filter(None, (short_flag(usual), usual)))
        if parameter.type == "boolean":
            rows.append((shown, _switch_doc(parameter)))
            continue
        form = _FORMS[parameter.type]
        doc = parameter.doc
        if parameter.choices:
            doc += f" One of {', '.join(parameter.choices)}."
        if parameter.default is not None:
            doc += f" By default {parameter.default}."
        if others:
            doc += f" {others[0]} is the same, and both can be repeated."
        rows.append((f"{shown} {form}", doc))
    return _two_columns(rows, max((len(name) for name, _ in rows), default=0))


def _switch_doc(parameter: Parameter) -> str:
    return f"Not: {parameter.doc.lower()}" if parameter.default is True else parameter.doc


def _two_columns(rows: Sequence[tuple[str, str]], wide: int = _LISTING) -> list[str]:
    lines: list[str] = []
    for name, doc in rows:
        first, *others = _wrapped(doc, wide + 4)
        lines.append(f"  {name.ljust(wide)}  {first}")
        lines += [f"{' ' * (wide + 4)}{line}" for line in others]
    return lines


def _wrapped(text: str, indent: int = 0) -> list[str]:
    from textwrap import wrap

    columns = min(width(sys.stdout) or 100, 100)
    return wrap(text, max(columns - indent, 30), break_on_hyphens=False) or [""]
