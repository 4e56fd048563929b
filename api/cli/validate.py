"""``flux-index validate``: what is wrong with an edit, for people, programs and platforms."""

from __future__ import annotations

import os
import sys
from typing import Any, cast

from ...indexer.errors import InvalidArgumentsError
from ..operations.table import call
from ..render.findings import finding_lines, github_annotations, record, unjudged_lines
from ..render.styles import CompactStyle
from ..render.words import json_text
from .opening import open_workspace
from .options import AS_JSON, Parameter, parse, read_named
from .output import in_colour, is_terminal, say, write
from .query import answer_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..open_workspace import OpenWorkspace
    from ..types import Judgement

FORMATS = ("text", "compact", "json", "sarif", "github")
# fmt: off
PARAMETERS = (
    Parameter("stdin", "boolean", "Check what is on standard input, as --path.", default=False),
    Parameter("path", "string", "The file that standard input is meant for."),
    Parameter("diff", "string", "Check a unified diff: a file, or - for standard input."),
    Parameter("since", "string", "Check what has changed since this revision; by default HEAD."),
    Parameter("staged", "boolean", "Check what is staged, not what is on disk.", default=False),
    Parameter("all", "boolean", "Check whole files, not only what was edited.", default=False),
    Parameter("strict", "boolean",
        "With --all: as strictly as an edit, for linters that run after each edit.", default=False),
    Parameter("executor", "string",
        "With --all: judge on other machines: dask://HOST:PORT or ray://HOST:PORT, a cluster that "
        "you trust and that has the same flux-index installed."),
    Parameter("findings", "boolean",
        "Tell what is wrong only, not what could not be judged.", default=False),
    Parameter("format", "string",
        "`text` for people, `compact` for language models, `json` for programs, `sarif` for code "
        "scanning, `github` for annotations of its actions.", default="text", choices=FORMATS),
    AS_JSON,
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on
OK, WRONG = 0, 1
_UNLIMITED = 1_000_000


def run(arguments: Sequence[str]) -> int:
    """Check an edit; returns 0 without errors, 1 with errors."""
    values, paths = parse(arguments, PARAMETERS, "validate")
    if values.get("stdin") and not values.get("path"):
        raise InvalidArgumentsError("--stdin needs --path, the file that it is meant for")
    if values.get("executor") and not values.get("all"):
        raise InvalidArgumentsError("--executor is for whole files: it goes with --all")
    if values.get("executor") and values.get("strict"):
        raise InvalidArgumentsError("--strict does not go with --executor")
    session = open_workspace(start_of(values, paths))
    try:
        change = {k: v for k, v in change_arguments(values, paths).items() if v is not None}
        asked = {**change, "limit": _UNLIMITED}
        if values.get("executor"):
            answer = _answer_of_cluster(session, asked, values["executor"])
        else:
            answer = answer_of(session, "validate", asked)
        root = session.index.workspace.root
    finally:
        session.close()
    if values.get("findings"):
        answer = dict[str, Any](answer, unjudged=[], notes=[])
    shape = "json" if values.get("json") else values.get("format", "text")
    write(rendered(cast("Judgement", answer), root, shape))
    return WRONG if answer["counts"]["error"] else OK


def _answer_of_cluster(
    session: OpenWorkspace, arguments: Mapping[str, Any], address: str
) -> Mapping[str, Any]:
    """Answer with the help of other machines; raises FluxIndexError when there are none."""
    # Late: its library is an extra and loads a lot.
    from ...indexer.cluster import connect

    session.executor = connect(address)
    try:
        answer = call(session, "validate", arguments)
    finally:
        session.executor.shutdown()
    for note in session.index.notes:
        say(f"flux-index: {note}")
    return answer


def start_of(values: Mapping[str, Any], paths: Sequence[str]) -> str:
    """Return where to look for the workspace: the first path that exists; empty for none."""
    for path in [values.get("workspace"), *paths, values.get("path")]:
        if path and os.path.exists(path):
            return path
    return ""


def change_arguments(values: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return the edit that options describe, as arguments of the operation; None for the rest."""
    return {
        "paths": [os.path.abspath(path) for path in paths] or None,
        "path": os.path.abspath(values["path"]) if values.get("path") else None,
        "text": sys.stdin.read() if values.get("stdin") else None,
        "diff": _read(values["diff"]) if values.get("diff") else None,
        "since": values.get("since"),
        "staged": bool(values.get("staged")),
        "whole": bool(values.get("all")),
        "strict": True if values.get("strict") else None,
    }


def _read(path: str) -> str:
    if path == "-":
        return sys.stdin.read()
    return read_named(path).decode("utf-8", "surrogateescape")


def rendered(answer: Judgement, root: str, shape: str) -> str:
    """Return an answer in one of the formats."""
    if shape == "json":
        for line in unjudged_lines(answer):  # a list of findings has no place for what is none
            say(f"flux-index: {line}")
        findings = [record(finding) for finding in answer["items"]]
        return json_text(findings, on_terminal=is_terminal(sys.stdout))
    if shape == "sarif":
        # Late, since it reads metadata of packages.
        from ..render.sarif import sarif

        return sarif(answer)
    if shape == "github":
        return github_annotations(answer)
    for note in answer.get("notes", ()):
        say(f"flux-index: {note}")
    colour = shape == "text" and in_colour(sys.stdout)
    style = CompactStyle("validate", {}, root, os.getcwd(), colour=colour)
    lines = finding_lines(answer, style)
    first = next((each for each in answer["items"] if each["severity"] == "error"), None)
    if shape == "text" and first is not None:
        place = style.place(first, column=False)
        lines.insert(-1, style.note(f"flux-index explain {place} shows why an error is certain"))
    return "\n".join(lines) + "\n"
