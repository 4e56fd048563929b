"""Codebase rules: how to work in this workspace, for an agent's instructions.

Five rules that hold anywhere, each made specific by what the index knows: where things live, what
to extend, how errors, logging, names and tests are written, which commands check it. Short, since
an agent reads them every time. The same workspace gives the same text.
"""

from __future__ import annotations

from ...indexer.inference.entities import CLASS, OUTSIDE, name_of, qualified_name
from . import tooling
from .census import Census, census, families
from .required import required_methods

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

_BASES, _HELPERS, _FIXTURES = 6, 6, 6
_HELPFUL = ("util", "helper", "common", "compat", "tools", "functional", "text", "misc")


def rules_text(inference: Inference) -> str:
    """The rules as Markdown, at most some 60 lines."""
    made = census(inference)
    root = inference.snapshot.index.workspace.root
    run = tooling.commands(root)
    lines = ["## How to work in this code base", ""]
    lines.append("1. **Know before you write.** Read a file, and what it uses, before changing it.")
    lines += _indented(_layout(made))
    lines.append(
        "   - `flux-index query outline FILE`, `source NAME`, `references NAME` show what is there."
    )
    lines.append(
        "2. **Use only what exists.** `flux-index query exists 'pkg.Class.method(arg=)'` tells; "
        "`flux-index validate` judges an edit."
    )
    lines.append(
        "3. **Extend, do not duplicate.** `flux-index query reuse 'what it does'` before a helper; "
        "`query patterns 'a new subclass of X'` before a class."
    )
    lines += _indented([*_bases(inference, made), *_helpers(made)])
    lines.append(
        "4. **Do not break callers.** `flux-index query references NAME` before a signature "
        "changes; `flux-index validate` tells what an edit breaks elsewhere."
    )
    lines.append("5. **No stubs or placeholders; write as the code around it is written.**")
    lines += _indented([*_style(root, made), *_errors(inference, made), *_tests(made)])
    if run:
        lines.append(f"   - Run: {', '.join(f'`{each}`' for each in run[:6])}.")
    return "\n".join(lines) + "\n"


def _indented(items: list[str]) -> list[str]:
    return [f"   - {item}" for item in items]


def _files(n: int) -> str:
    return f"{n} file{'s' if n != 1 else ''}"


def _layout(made: Census) -> list[str]:
    items: list[str] = []
    if made.folders:
        told = ", ".join(f"`{name or '.'}/` ({n})" for name, n in _tops(made.folders))
        where = "most in" if made.n_files > 1 else "in"
        items.append(f"{_files(made.n_files)} of code, {where} {told}.")
    if made.test_folders:
        told = ", ".join(f"`{name or '.'}/` ({n})" for name, n in _tops(made.test_folders)[:2])
        names = made.test_names.most_common(1)
        called = f", called `{names[0][0]}`" if names and names[0][1] * 2 > made.n_tests else ""
        items.append(f"{_files(made.n_tests)} of tests in {told}{called}.")
    return items


def _tops(folders: dict[str, int]) -> list[tuple[str, int]]:
    """Folders that hold most, as deep as they still hold a good part of all."""
    whole = sum(folders.values())
    below: dict[str, int] = {}
    for folder, n in folders.items():
        parts = folder.split("/")
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            below[name] = below.get(name, 0) + n
    chosen = [
        name
        for name, n in below.items()
        if n * 8 >= whole
        and not any(
            other != name and other.startswith(f"{name}/") and m * 1.4 > n
            for other, m in below.items()
        )
    ]
    chosen.sort(key=lambda name: (-below[name], name))
    kept: list[str] = []
    for name in chosen:
        if not any(name.startswith(f"{each}/") for each in kept):
            kept.append(name)
    return [(name, below[name]) for name in kept[:4]]


def _bases(inference: Inference, made: Census) -> list[str]:
    items: list[str] = []
    for base, n in families(inference, made, _BASES):
        where = "" if base.kind == OUTSIDE or base.is_outside else f" ({base.path})"
        items.append(
            f"Derive from `{_short(inference, base)}`{where}: {n} do{_wants(inference, base)}."
        )
    return items


def _short(inference: Inference, base: Entity) -> str:
    if base.kind == CLASS and not base.is_outside:
        return name_of(inference, base)
    return qualified_name(inference, base)


def _wants(inference: Inference, base: Entity) -> str:
    if base.kind != CLASS:
        return ""
    wanted = list(required_methods(inference, base))[:3]
    return f", and define {', '.join(f'`{name}`' for name in wanted)}" if wanted else ""


def _helpers(made: Census) -> list[str]:
    """Modules of helpers that many others import."""
    ranked = [
        (name, n)
        for name, n in made.imported.most_common()
        if n > 2 and any(word in name.rpartition(".")[2] for word in _HELPFUL)
    ]
    if not ranked:
        return []
    told = ", ".join(f"`{name}` ({n})" for name, n in ranked[:_HELPERS])
    return [f"Helpers are in {told}; in brackets, how many files import them."]


def _style(root: str, made: Census) -> list[str]:
    items: list[str] = []
    said: list[str] = []
    if made.n_functions:
        share = made.n_annotated / made.n_functions
        if share > 0.8:
            said.append(f"functions are annotated ({share:.0%})")
        elif share < 0.1:
            said.append("functions are not annotated")
    if made.n_public:
        share = made.n_documented / made.n_public
        if share > 0.6:
            said.append(f"what is public has a docstring ({share:.0%})")
    style = made.doc_styles.most_common(1)
    if style and style[0][1] >= 3:
        said.append(f"docstrings are in {style[0][0]} style")
    length = tooling.line_length(root)
    if length:
        said.append(f"lines have at most {length} characters")
    if said:
        items.append(f"{_sentence(said)}.")
    whole = made.n_relative + made.n_absolute
    if whole > 10:
        share = made.n_relative / whole
        if not 0.2 < share < 0.8:
            kind = "relative" if share >= 0.8 else "absolute"
            future = made.n_future * 10 > made.n_files * 8
            tail = "; files begin with `from __future__ import annotations`" if future else ""
            items.append(f"Imports within the package are {kind}{tail}.")
    return items


def _sentence(parts: list[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _errors(inference: Inference, made: Census) -> list[str]:
    items: list[str] = []
    own = [
        (name, made.raised[name])
        for name, _ in made.raised.most_common(40)
        if name and any(
            path for path, row in inference.snapshot.symbols_named([name]) if row[4] in (5, 10)
        )
    ]  # fmt: skip
    if own:
        told = ", ".join(f"`{name}` ({n})" for name, n in own[:4] if n > 1)
        if told:
            items.append(f"Errors of its own are raised: {told}.")
    loggers = made.loggers.most_common(1)
    if loggers and loggers[0][1] > 1:
        items.append(f"Logging goes through `{loggers[0][0]}` ({_files(loggers[0][1])}).")
    elif made.n_files > 5 and not made.loggers:
        items.append("There is no logging in its modules.")
    return items


def _tests(made: Census) -> list[str]:
    whole = made.n_test_functions + made.n_test_methods
    if not whole:
        return []
    if made.n_test_functions >= made.n_test_methods:
        text = f"Tests are functions `test_*` ({made.n_test_functions} of {whole})"
    else:
        text = f"Tests are methods of classes ({made.n_test_methods} of {whole})"
    if made.fixtures:
        told = ", ".join(f"`{name}`" for name, _ in made.fixtures.most_common(_FIXTURES))
        text += f", fixtures of conftest.py are {told}"
    return [f"{text}."]
