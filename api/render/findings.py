"""Findings of a judgement: as lines for people and models, as records, and as annotations."""

from __future__ import annotations

from ..quoting import escaped
from .styles import BOLD, DIM, GUESS, WRONG
from .words import counted, last, mark, parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..types import Finding, Judgement, Range, Unjudged
    from .styles import CompactStyle

# More hints than these are only counted.
_MAX_HINTS = 5
_MAX_ALTERNATIVES = 3
_LEVELS = {"error": "error", "warning": "warning", "hint": "notice"}


def finding_lines(answer: Judgement, style: CompactStyle) -> list[str]:
    """Return findings with what exists instead and their fixes, and the verdict at the end."""
    lines: list[str] = []
    shows_hints = answer["counts"]["hint"] <= _MAX_HINTS
    for finding in answer["items"]:
        if finding["severity"] == "hint" and not shows_hints:
            continue
        lines.append(finding_line(finding, style))
        for each in finding["nearest"][:_MAX_ALTERNATIVES]:
            if each["path"]:
                name = escaped(each["name"] + parameters(each))
                lines.append(style.paint(f"    {style.place(each, column=False)} {name}", DIM))
        lines += [
            style.paint(f"    fix: {escaped(fix['title'])}", DIM)
            for fix in finding["fixes"][:_MAX_ALTERNATIVES]
        ]
    lines += unjudged_lines(answer)
    totals = [counted(count, name) for name, count in answer["counts"].items() if count]
    totals += _files(answer)
    return [*lines, style.paint(f"{answer['verdict']}: {', '.join(totals)}", BOLD)]


def _files(answer: Judgement) -> list[str]:
    """Return how many files were checked, and in how many others there are findings."""
    checked = answer["checked"]
    others = {finding["path"] for finding in answer["items"]}.difference(checked)
    deleted = len(answer["deleted"])
    if not checked and not others and not deleted:
        return ["no Python file has changed"]
    said = [f"{counted(len(checked), 'file')} checked"] if checked else []
    if deleted:
        said.append(f"{counted(deleted, 'file')} deleted")
    if others:
        said.append(f"{counted(len(others), 'other file' if said else 'file')} affected")
    return said


def finding_line(finding: Finding, style: CompactStyle) -> str:
    """Return where a finding is, what it says, and its rule."""
    place = style.paint(style.place(finding), BOLD)
    severity = finding["severity"]
    severity = style.paint(severity, WRONG if severity == "error" else GUESS)
    rule = f"({finding['rule']}){mark(finding['evidence'])}"
    return f"{place} {severity} {escaped(message(finding))} {rule}"


def message(finding: Finding) -> str:
    """Return the message of a finding, followed by what exists if it does not name that."""
    text = finding["message"]
    near = dict.fromkeys(last(each["name"]) for each in finding["nearest"][:_MAX_ALTERNATIVES])
    names = [f"`{name}`" for name in near if not _names(text, name)]
    return f"{text} There is {', '.join(names)}." if names else text


def _names(text: str, name: str) -> bool:
    """True if a message names something: in quotes, as a call, or as a class."""
    spelled = (f"`{name}`", f"'{name}'", f".{name}'", f"{name}(", f"class {name} ", f" {name} with")
    return any(each in text for each in spelled)


def unjudged_lines(answer: Judgement) -> list[str]:
    """Return a line for each thing that is missing for a judgement."""
    lines: list[str] = []
    for each in answer.get("unjudged", ()):
        start = each["range"]["start"]
        place = f"{each['path']}:{start['line'] + 1}:{start['character'] + 1}"
        lines.append(escaped(f"{place} cannot judge {missing(each)}"))
    return lines


def missing(unjudged: Unjudged) -> str:
    """Return what is missing, why, and how many places of the edit need it."""
    if unjudged["what"] == unjudged["path"]:
        return f"{unjudged['why']}."
    count = unjudged["places"]
    places = f" ({count} places)" if count > 1 else ""
    return f"`{unjudged['what']}`{places}: {unjudged['why']}."


def record(finding: Finding) -> dict[str, Any]:
    """Return a finding for programs: lines and columns from 1, and names of what exists instead."""
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
        "message": message(finding),
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


def github_annotations(answer: Judgement) -> str:
    """Return workflow commands of GitHub's actions, which annotate the lines of a change."""
    lines = [
        _annotation(_LEVELS[each["severity"]], each, each["rule"], escaped(message(each)))
        for each in answer["items"]
    ]
    lines += [
        _annotation("notice", each, "cannot judge", escaped(missing(each)))
        for each in answer.get("unjudged", ())
    ]
    return "".join(lines)


def _annotation(level: str, item: Finding | Unjudged, title: str, text: str) -> str:
    where: Range = item["range"]
    start, end = where["start"], where["end"]
    properties: dict[str, str | int] = {
        "file": escaped(item["path"]), "line": start["line"] + 1, "endLine": end["line"] + 1,
    }  # fmt: skip
    if start["line"] == end["line"]:
        # Columns mean something only within one line.
        properties |= {"col": start["character"] + 1, "endColumn": end["character"] + 1}
    properties["title"] = title
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{level} {listed}::{_data(text)}\n"


def _data(text: str) -> str:
    """Return text as the runner of workflows unescapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
