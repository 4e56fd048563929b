"""Forms of examples: those of the libraries that train on them, a JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from .pair import Pair

SYSTEM = (
    "You write Python code for an existing code base. Use only what exists there, as it is defined."
)
_METADATA = (
    "id", "rule", "message", "path", "symbol", "line", "origin", "licence", "provenance",
    "structure",
)  # fmt: skip

Message = dict[str, str]


def _task(pair: Pair) -> list[Message]:
    what = f"`{pair.symbol}`" if pair.symbol else "the lines that follow here"
    place = f"Write {what} of `{pair.path}`."
    header = f" It begins with `{pair.header}`." if pair.header else ""
    summary = f" {pair.summary}" if pair.summary else ""
    text = f"{place}{header}{summary}\n\n{fenced(pair.context)}"
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": text}]


def _answer(code: str) -> list[Message]:
    return [{"role": "assistant", "content": fenced(code)}]


def fenced(code: str) -> str:
    """Return code as a block of Markdown, whatever is in it."""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}python\n{code.rstrip()}\n{fence}"


def _preference(pair: Pair) -> Iterator[dict[str, Any]]:
    yield {"prompt": _task(pair), "chosen": _answer(pair.good), "rejected": _answer(pair.bad)}


def _unpaired(pair: Pair) -> Iterator[dict[str, Any]]:
    for code, is_good in ((pair.good, True), (pair.bad, False)):
        yield {"prompt": _task(pair), "completion": _answer(code), "label": is_good}


def _chat(pair: Pair) -> Iterator[dict[str, Any]]:
    """Yield what is wrong as a question, and what is right as its answer."""
    wrong = (
        f"This code of `{pair.path}` is wrong: {pair.message} ({pair.rule}). Write it right."
        f"\n\n{fenced(pair.bad)}\n\nContext:\n\n{fenced(pair.context)}"
    )
    user = {"role": "user", "content": wrong}
    yield {"messages": [{"role": "system", "content": SYSTEM}, user, *_answer(pair.good)]}


def _plain(pair: Pair) -> Iterator[dict[str, Any]]:
    yield asdict(pair)


FORMATS: dict[str, Callable[[Pair], Iterator[dict[str, Any]]]] = {
    "trl-preference": _preference, "unpaired": _unpaired, "openai-chat": _chat, "plain": _plain,
}  # fmt: skip


def lines_of(pair: Pair, form: str) -> Iterator[str]:
    """Yield the lines of a pair in a form; all but `openai-chat` tell where it is from."""
    told = asdict(pair)
    metadata = {key: told[key] for key in _METADATA}
    metadata["provenance"] = json.dumps(pair.provenance, sort_keys=True)
    for row in FORMATS[form](pair):
        if form == "plain":
            row["provenance"] = metadata["provenance"]
        elif form != "openai-chat":  # whose endpoint refuses what it does not know
            row["metadata"] = metadata
        yield json.dumps(row, ensure_ascii=False)
