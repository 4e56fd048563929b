"""``flux-index validate``: what is wrong with an edit, for people, programs and platforms."""

from __future__ import annotations

import os
import sys

from ...indexer.errors import InvalidArgumentsError
from ..render.columns import BOLD, DIM, GUESS, paint
from ..render.view import View, parameters, plain
from .options import HELP, Parameter, parse
from .output import in_colour, say, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

FORMATS = ("text", "compact", "json", "sarif", "github")
PARAMETERS = (
    Parameter("stdin", "boolean", "Judge what is on standard input, as --path.", default=False),
    Parameter("path", "string", "The file that standard input is meant for."),
    Parameter("diff", "string", "Judge a unified diff: a file, or - for standard input."),
    Parameter("since", "string", "Judge what has changed since this revision; by default HEAD."),
    Parameter("staged", "boolean", "Judge what is staged, not what is on disk.", default=False),
    Parameter("all", "boolean", "Judge whole files, whoever wrote what is wrong.", default=False),
    Parameter(
        "format",
        "string",
        "`text` for people, `compact` for language models, `json` for programs, `sarif` for code "
        "scanning, `github` for annotations of its actions.",
        default="text",
        choices=FORMATS,
    ),
    Parameter("json", "boolean", "The same as `--format json`.", default=False),
    Parameter("workspace", "string", "A folder or file of the workspace."),
    HELP,
)
OK, WRONG = 0, 1
# So many hints are shown; more are only counted.
_HINTS = 5
# Code of the terminal for red.
_WRONG = "31"
_UNLIMITED = 1_000_000


def run(arguments: Sequence[str]) -> int:
    """Judge; 0 when there are no errors, 1 when there are, 2 when it could not be done."""
    values, paths = parse(arguments, PARAMETERS, "validate")
    if values.get("stdin") and not values.get("path"):
        raise InvalidArgumentsError("--stdin needs --path, the file that it is meant for")
    from ..open_workspace import Session
    from .remote import ask

    session = Session.open(start_of(values, paths))
    try:
        asked = {k: v for k, v in change_arguments(values, paths).items() if v is not None}
        answer = ask(session, "validate", {**asked, "limit": _UNLIMITED})
        root = session.index.workspace.root
    finally:
        session.close()
    shape = "json" if values.get("json") else values.get("format", "text")
    write(rendered(answer, root, shape))
    return WRONG if answer["counts"]["error"] else OK


def start_of(values: Mapping[str, Any], paths: Sequence[str]) -> str:
    """From where to look for the workspace: what is named, or the current folder."""
    for path in [values.get("workspace"), *paths, values.get("path")]:
        if path and os.path.exists(path):
            return path
    return os.getcwd()


def change_arguments(values: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """What options say about the edit, as arguments of the operation; None for what they do not."""
    return {
        "paths": [os.path.abspath(path) for path in paths] or None,
        "path": os.path.abspath(values["path"]) if values.get("path") else None,
        "text": sys.stdin.read() if values.get("stdin") else None,
        "diff": _read(values["diff"]) if values.get("diff") else None,
        "since": values.get("since"),
        "staged": bool(values.get("staged")),
        "whole": bool(values.get("all")),
    }


def _read(path: str) -> str:
    if path == "-":
        return sys.stdin.read()
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except OSError as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error.strerror}") from error


def rendered(answer: Mapping[str, Any], root: str, shape: str) -> str:
    """An answer in one of the formats."""
    if shape == "json":
        import json

        for missing in not_judged(answer):  # a list of findings has no place for what is none
            say(f"flux-index: {missing}")
        listed = [flat(finding) for finding in answer["items"]]
        return json.dumps(listed, indent=2 if sys.stdout.isatty() else None) + "\n"
    if shape == "sarif":
        from ..render.sarif import sarif

        return sarif(answer)
    if shape == "github":
        notices = [
            _command("notice", each["path"], each["range"], "cannot judge", said_of_missing(each))
            for each in answer.get("unjudged", ())
        ]
        return "".join([*map(_annotation, answer["items"]), *notices])
    for note in answer.get("notes", ()):
        say(f"flux-index: {note}")
    colour = shape == "text" and in_colour(sys.stdout)
    view = View("validate", {}, root, os.getcwd(), colour=colour)
    return "\n".join(lines(answer, view)) + "\n"


def flat(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding with lines and columns counted from 1, and the names of what exists instead."""
    start, end = finding["range"]["start"], finding["range"]["end"]
    return {
        "path": finding["path"],
        "line": start["line"] + 1,
        "column": start["character"] + 1,
        "end_line": end["line"] + 1,
        "end_column": end["character"] + 1,
        "rule": finding["rule"],
        "severity": finding["severity"],
        "evidence": finding["evidence"],
        "message": said(finding),
        "alternatives": [
            {
                "name": each["name"],
                "signature": each.get("signature", ""),
                "path": each["path"],
                "line": each["range"]["start"]["line"] + 1,
            }
            for each in finding["nearest"]
        ],
        "fixes": finding["fixes"],
        "id": finding["id"],
    }


def said(finding: Mapping[str, Any]) -> str:
    """The message, with what exists named at its end when it does not name it."""
    message: str = finding["message"]
    near = [each["name"].rpartition(".")[2] for each in finding["nearest"][:3]]
    near = [name for name in dict.fromkeys(near) if f"`{name}`" not in message]
    if near:
        message += " There is " + ", ".join(f"`{name}`" for name in near) + "."
    return message


def lines(answer: Mapping[str, Any], view: View) -> list[str]:
    """Findings with what exists instead and how they may be mended, and the verdict at the end."""
    shown: list[str] = []
    told_hints = answer["counts"]["hint"] <= _HINTS
    for finding in answer["items"]:
        if finding["severity"] == "hint" and not told_hints:
            continue
        style = _WRONG if finding["severity"] == "error" else GUESS
        head = f"{paint(view.place(finding), BOLD, view)} {paint(finding['severity'], style, view)}"
        mark = "" if finding["evidence"] == "exact" else f" [{finding['evidence']}]"
        shown.append(f"{head} {plain(said(finding))} ({finding['rule']}){mark}")
        for each in finding["nearest"][:3]:
            if each["path"]:
                what = plain(each["name"]) + parameters(each)
                place = view.place(each, column=False)
                shown.append(paint(f"    {place} {what}", DIM, view))
        shown += [
            paint(f"    fix: {plain(fix['title'])}", DIM, view) for fix in finding["fixes"][:3]
        ]
    shown += [plain(each) for each in not_judged(answer)]
    told = [
        f"{count} {name}{'s' if count != 1 else ''}"
        for name, count in answer["counts"].items()
        if count
    ]
    files = len(answer["checked"])
    told.append(f"{files} file{'s' if files != 1 else ''} checked")
    shown.append(paint(f"{answer['verdict']}: {', '.join(told)}", BOLD, view))
    return shown


def not_judged(answer: Mapping[str, Any]) -> list[str]:
    """A line for each thing that is missing for a judgement."""
    lines: list[str] = []
    for each in answer.get("unjudged", ()):
        start = each["range"]["start"]
        place = f"{each['path']}:{start['line'] + 1}:{start['character'] + 1}"
        lines.append(f"{place} cannot judge {said_of_missing(each)}")
    return lines


def said_of_missing(missing: Mapping[str, Any]) -> str:
    """What is missing, why, and how much of the edit rests on it."""
    count = missing["places"]
    more = f" ({count} places)" if count > 1 else ""
    if missing["what"] == missing["path"]:
        return f"{missing['why']}."
    return f"`{missing['what']}`{more}: {missing['why']}."


def _annotation(finding: Mapping[str, Any]) -> str:
    kind = {"error": "error", "warning": "warning"}.get(finding["severity"], "notice")
    return _command(kind, finding["path"], finding["range"], finding["rule"], said(finding))


def _command(kind: str, path: str, range_: Mapping[str, Any], title: str, message: str) -> str:
    """A workflow command of GitHub's actions; see its documents for what has to be escaped."""
    start, end = range_["start"], range_["end"]
    properties = {
        "file": path,
        "line": start["line"] + 1,
        "endLine": end["line"] + 1,
        "col": start["character"] + 1,
        "endColumn": end["character"] + 1,
        "title": title,
    }
    if properties["line"] != properties["endLine"]:
        # Columns mean something only within one line.
        del properties["col"], properties["endColumn"]
    listed = ",".join(f"{key}={_escaped(str(value))}" for key, value in properties.items())
    return f"::{kind} {listed}::{_escaped_data(message)}\n"


def _escaped_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped(text: str) -> str:
    return _escaped_data(text).replace(":", "%3A").replace(",", "%2C")
