"""Help texts, made by argparse from the tables of operations and commands."""

from __future__ import annotations

from ..operations.table import OPERATIONS, Operation, Parameter
from .options import COMMON, OptionParser, placeholder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_TARGETS = {
    "TEXT": "TEXT is what to look for; several words are looked for together.",
    "TASK": "TASK is what is to be done, in words: a sentence, an issue's text, a traceback. With "
    "- it is read from standard input.",
    "HANDLE": "HANDLE is that of a task, as `task.begin` gives it.",
    "TOKEN": "TOKEN is that of what was written, as `task.step` gives it.",
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
_OF_EVERY_OPERATION = "options of every operation"
_READING = """\
How an item is known is marked behind it: no mark means exactly, by a chain of bindings and imports;
[inferred] through types, [conventional] by how the code base speaks, [textual] by its name only.
Lines at the end tell what was left out and what is not indexed yet.

Exit codes: 0 found, 1 nothing found, 2 an error, told on standard error, 130 interrupted. For
`exists`, 1 is said of what is missing and of what cannot be known; the answer tells which and why.
With --json an error also puts {"error": {"code": ..., "message": ...}} on standard output.
"""


def operations_help() -> str:
    """Return what can be asked."""
    parser = OptionParser(
        "query",
        usage="flux-index query OPERATION [TARGET] [options]",
        epilog="`flux-index query OPERATION --help` shows the options of one.\n\n" + _READING,
    )
    parser.add_listing(
        "operations", ((operation.name, operation.doc) for operation in OPERATIONS.values())
    )
    parser.add_parameters(COMMON, _OF_EVERY_OPERATION)
    return parser.format_help()


def operation_help(operation: Operation) -> str:
    """Return all about one operation."""
    target = placeholder(operation)
    parser = OptionParser(
        operation.name,
        usage=f"flux-index query {operation.name} {target} [options]".replace("  ", " "),
        description=operation.doc,
        epilog=_examples([example(operation.name)]),
    )
    if target:
        parser.add_listing("target", [(target, _TARGETS[target])])
    parser.add_parameters(operation.parameters, "options")
    parser.add_parameters(COMMON, _OF_EVERY_OPERATION)
    return parser.format_help()


def command_help(
    usage: str, doc: str, parameters: Sequence[Parameter], examples: Sequence[str]
) -> str:
    """Return all about a command."""
    return OptionParser(
        usage, parameters, usage=usage, description=doc, epilog=_examples(examples)
    ).format_help()


_FIRST = """\
first steps, in the folder of a project:
  flux-index query exists 'Model.save(force=)'   does this API exist, with these arguments?
  flux-index query definition Model.save         where is it? by name, or FILE:LINE:COL
  flux-index query references Model.save         who uses it?
  flux-index validate                            is what I have changed right?
  flux-index doctor                              is all that it needs there?
"""
_ENDING = """\
How an answer is known: unmarked means exactly; [inferred] through types, [conventional] by how
the code base speaks, [textual] by its name only.

`flux-index COMMAND --help` tells more of one, `flux-index query` which questions there are. With
-v, any command tells on standard error what happens. Exit codes: 0 found or done, 1 nothing found
or something is wrong, 2 an error.
"""
GROUPS = {
    "ask and check": ("query", "validate", "explain", "fix", "rules"),
    "set up": ("setup", "completion", "config", "doctor", "version"),
    "the index": ("index", "status", "watch", "clean", "export", "import"),
    "servers": ("lsp", "mcp", "serve", "ps", "stop", "hook"),
}
"""Commands by what they are for; those that are in no group are listed at the end."""


def overview(usage: str, doc: str, commands: Iterable[tuple[str, str]]) -> str:
    """Return what commands there are, and what to begin with."""
    parser = OptionParser("flux-index", usage=usage, description=doc, epilog=_ENDING)
    abouts = {
        name: about.partition(". ")[0].partition(": ")[0].rstrip(".") + "."
        for name, about in commands
    }
    grouped = {name for names in GROUPS.values() for name in names}
    others = tuple(name for name in abouts if name not in grouped)
    for title, names in {**GROUPS, "more": others}.items():
        if names:
            parser.add_listing(title, ((name, abouts[name]) for name in names if name in abouts))
    head, _, listed = parser.format_help().partition("ask and check:")
    return f"{head}{_FIRST}\nask and check:{listed}"


def _examples(lines: Sequence[str]) -> str:
    title = "example" if len(lines) == 1 else "examples"
    return "\n".join([f"{title}:", *(f"  {line}" for line in lines)]) if lines else ""


EXAMPLES = {
    "patterns": "'a new subclass of click.ParamType' --into src/types.py",
    "similar": "QuerySet",
    "conventions": "",
    "reuse": "'turn a title into a slug'",
    "suggest": "--grade likely --kinds dead-code",
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
    "reasons": "--finding django/db/models/base.py:785",
    "begin": "--client aider",
    "guard": '--session s-1f0c --diff "$(cat change.patch)"',
    "task.begin": "'let the LLM answer from a cache' --client aider",
    "task.step": 't-1f0c --step 1 --edits \'{"patch": "…"}\'',
    "task.plan": """t-1f0c --steps '{"kind": "change", "path": "a.py", "symbol": "B.save"}'""",
    "task.verify": "t-1f0c",
    "task.finish": "t-1f0c",
    "tests": "Model.save",
    "task.undo": "w-77ab",
    "task.resume": "t-1f0c",
    "task.status": "t-1f0c",
    "task.list": "--state working",
    "lessons": "--state on",
    "stats": "--days 30 --client codex",
    "map": "--below django/db",
    "dependencies": "--below django/db",
    "status": "--json",
}
"""What to type behind the name of each operation."""


def example(operation: str) -> str:
    """Return a whole command line that asks an operation."""
    return f"flux-index query {operation} {EXAMPLES[operation]}"
