"""What files would be once a plan was carried out, as far as it tells: headers without bodies.

So a plan is judged as an edit is: what it takes away, and what it makes take other arguments, is
looked for in all files that use it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from ...indexer.facts_view import definition_name
from ...indexer.inference.entities import CLASS, Entity
from ..open_workspace import OpenWorkspace
from ..patterns.question import resolve_base
from ..retrieval.definitions import inner_name
from ..source.import_edits import import_edit
from ..source.text_edits import Edit, apply_to_text
from .changed import symbol_texts
from .plan import PlanStep
from .symbol_edits import reindented, removal

_SUFFIXES = (".py", ".pyi")
_LONGEST = 2_000


def overlay_of(
    workspace: OpenWorkspace, steps: Iterable[PlanStep]
) -> tuple[dict[str, bytes | None], dict[str, PlanStep]]:
    """Return the contents that a plan would give files, and by whom each new symbol is made.

    The latter are by ``path:symbol``, with a file alone as ``path:``. Steps that cannot be made
    change nothing: what is wrong about them is told elsewhere.
    """
    overlay = _Overlay(workspace)
    for step in steps:
        if step.path.endswith(_SUFFIXES):
            overlay.carry_out(step)
    return overlay.contents, overlay.made


class _Overlay:
    def __init__(self, workspace: OpenWorkspace) -> None:
        self.workspace = workspace
        self.contents: dict[str, bytes | None] = {}
        self.made: dict[str, PlanStep] = {}
        self._inference = workspace.inference(whole=True)

    def carry_out(self, step: PlanStep) -> None:
        """Change the contents as a step does."""
        match step.kind:
            case "create":
                self._create(step)
            case "change" if step.symbol and (step.signature or step.bases):
                self._change_header(step)
            case "remove" if step.symbol:
                self._remove(step)
            case "remove":
                self._put(step.path, None)
            case "move":
                self._move(step)
            case _:
                pass

    def _put(self, path: str, text: bytes | None) -> None:
        self.contents[path] = text
        self._inference = self.workspace.with_contents(self.contents).inference(whole=False)

    def _text(self, path: str) -> bytes | None:
        if path in self.contents:
            return self.contents[path]
        return self._inference.text(path) if self._inference.exists(path) else None

    def _entity(self, step: PlanStep) -> Entity | None:
        if self._text(step.path) is None:
            return None
        return symbol_texts(self._inference, step.path).get(step.symbol, (None, b""))[0]

    def _create(self, step: PlanStep) -> None:
        text = self._text(step.path)
        key = f"{step.path}:{step.symbol}"
        if text is None:
            self.made[f"{step.path}:"] = step
            text = b""
        if not step.symbol:
            self._put(step.path, text)
            return
        if f"{step.path}:{step.symbol}" in self.made or self._entity(step) is not None:
            return
        owner, _, name = step.symbol.rpartition(".")
        self._import_bases(step, text)
        text = self._text(step.path) or b""
        code = stub_of(name, step)
        if owner:
            around = symbol_texts(self._inference, step.path).get(owner, (None, b""))[0]
            if around is None or around.kind != CLASS:
                return
            self._put(step.path, self._into_class(step.path, text, around, code))
        else:
            lead = b"\n\n" if text.strip() else b""
            self._put(step.path, text.rstrip() + b"\n" + lead + code.encode() + b"\n")
        self.made[key] = step

    def _import_bases(self, step: PlanStep, text: bytes) -> None:
        """Have a file import the bases that a step names in full."""
        self._put(step.path, text)
        for base in step.bases:
            entity = resolve_base(self._inference.strict(), base, step.path)
            if entity is None or entity.kind != CLASS or "." not in base:
                continue
            module = self._inference.snapshot.index.module_name(entity.path)
            if module and entity.path != step.path:
                name = inner_name(self._inference, entity).partition(".")[0]
                edits = import_edit(self._inference, step.path, module, name)
                text = apply_to_text(self._text(step.path) or b"", edits) or text
                self._put(step.path, text)

    def _into_class(self, path: str, text: bytes, cls: Entity, code: str) -> bytes:
        """Return a text with code at the end of a class."""
        table = self._inference.need(path).definition
        start, end = table.start[cls.row], table.end[cls.row]
        line = text.rfind(b"\n", 0, start) + 1
        indentation = text[line:start].decode() if not text[line:start].strip() else ""
        added = f"\n\n{reindented(code, indentation + '    ')}"
        return text[:end] + added.encode() + text[end:]

    def _change_header(self, step: PlanStep) -> None:
        entity, text = self._entity(step), self._text(step.path)
        if entity is None or text is None:
            return
        facts = self._inference.need(step.path)
        name = definition_name(facts, entity.row)
        start = facts.definition.position[entity.row] + len(name.encode())
        end = facts.definition.header_end[entity.row]
        if entity.kind == CLASS:
            header = f"({', '.join(step.bases)})" if step.bases else ""
        else:
            header = plain_signature(step.signature or "")
        if header and (entity.kind == CLASS or is_signature(header)):
            self._put(step.path, text[:start] + header.encode() + text[end:])

    def _remove(self, step: PlanStep) -> None:
        entity, text = self._entity(step), self._text(step.path)
        if entity is None or text is None:
            return
        self._put(step.path, apply_to_text(text, [removal(self._inference, entity)]) or text)

    def _move(self, step: PlanStep) -> None:
        entity, text = self._entity(step), self._text(step.path)
        if not step.symbol:
            self._put(step.path, None)
            self._put(step.to, text or b"")
            self.made[f"{step.to}:"] = step
            return
        if entity is None or text is None or not step.to.endswith(_SUFFIXES):
            return
        table = self._inference.need(step.path).definition
        code = text[table.start[entity.row] : table.end[entity.row]]
        edits: list[Edit] = [removal(self._inference, entity)]
        into = self._text(step.to)
        if into is None:
            self.made[f"{step.to}:"] = step
        self._put(step.path, apply_to_text(text, edits) or text)
        self._put(step.to, (into or b"").rstrip() + b"\n\n\n" + code + b"\n")
        self.made[f"{step.to}:{step.symbol}"] = step


def stub_of(name: str, step: PlanStep) -> str:
    """Return a definition without a body of what a step creates."""
    if step.signature and is_signature(plain_signature(step.signature)):
        is_async = step.signature.lstrip().startswith("async")
        header = plain_signature(step.signature)
        return f"{'async ' if is_async else ''}def {name}{header}: ..."
    if step.bases or (name[:1].isupper() and not name.isupper()):
        written = [base.rpartition(".")[2] for base in step.bases]
        bases = f"({', '.join(written)})" if written else ""
        return f"class {name}{bases}:\n    ..."
    if name.isupper():
        return f"{name} = ..."
    return f"def {name}(*args, **kwargs): ..."


def plain_signature(signature: str) -> str:
    """Return parameters and result as they stand in a header: without name, ``async``, colon."""
    text = signature.strip().removeprefix("async").strip().removesuffix(":").strip()
    text = text.removeprefix("def ").strip()
    return text[text.find("(") :] if "(" in text else text


def is_signature(text: str) -> bool:
    """True if a text is what can stand behind the name in the header of a function."""
    return parsed_signature(text) is not None


def parsed_signature(text: str) -> ast.FunctionDef | None:
    """Return the function whose header a text is; None for what is none."""
    if len(text) > _LONGEST:
        return None
    try:
        tree = ast.parse(f"def _{text}: ...")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = tree.body[0] if len(tree.body) == 1 else None
    return found if isinstance(found, ast.FunctionDef) else None


def parameter_names(function: ast.FunctionDef) -> list[str]:
    """Return the names of a function's parameters, those with stars last."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [each.arg for each in (*every, *filter(None, (arguments.vararg, arguments.kwarg)))]


def breaks_calls(old: ast.FunctionDef, new: ast.FunctionDef) -> bool:
    """True if calls that fit a function's header may not fit another one."""
    was, now = old.args, new.args
    named, positional = was.args + was.kwonlyargs, [*now.posonlyargs, *now.args]
    names = [each.arg for each in (*was.posonlyargs, *was.args)]
    return (
        [each.arg for each in positional[: len(names)]] != names
        or not {each.arg for each in named} <= {each.arg for each in (*now.args, *now.kwonlyargs)}
        or (was.vararg is not None and now.vararg is None)
        or (was.kwarg is not None and now.kwarg is None)
        or not _required(new) <= _required(old)
    )


def _required(function: ast.FunctionDef) -> set[str]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    plain = positional[: len(positional) - len(arguments.defaults)]
    keywords = [
        each
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    return {each.arg for each in (*plain, *keywords)}
