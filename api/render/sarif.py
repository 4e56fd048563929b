"""Findings as SARIF 2.1.0, the OASIS standard for results of static analysis."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}


def sarif(answer: Mapping[str, Any]) -> str:
    """One run with all findings. Columns are in UTF-16 code units, as the answer's."""
    from ..check.rules import rules
    from ..cli.validate import said
    from ..cli.version import version

    known = rules()
    names = [rule.name for rule in known]
    found = [finding["rule"] for finding in answer["items"]]
    names += [name for name in dict.fromkeys(found) if name not in names]
    summaries = {rule.name: rule.summary for rule in known}
    run = {
        "tool": {
            "driver": {
                "name": "flux-index",
                "version": version(),
                "rules": [
                    {"id": name, "shortDescription": {"text": summaries.get(name, name)}}
                    for name in names
                ],
            }
        },
        "columnKind": "utf16CodeUnits",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    _notification(each) for each in answer.get("unjudged", ())
                ],
            }
        ],
        "results": [_result(finding, names, said(finding)) for finding in answer["items"]],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _notification(missing: Mapping[str, Any]) -> dict[str, Any]:
    """What could not be judged is no result: the tool tells of it as of its run."""
    from ..cli.validate import said_of_missing

    return {
        "level": "note",
        "message": {"text": f"Cannot judge {said_of_missing(missing)}"},
        "descriptor": {"id": "cannot-judge"},
        "locations": [_location(missing)],
    }


def _result(finding: Mapping[str, Any], names: list[str], message: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding["rule"],
        "ruleIndex": names.index(finding["rule"]),
        "level": _LEVELS[finding["severity"]],
        "message": {"text": message},
        "locations": [_location(finding)],
        "partialFingerprints": {"fluxIndex/v1": finding["id"]},
        "properties": {"evidence": finding["evidence"]},
    }
    fixes = [_fix(fix) for fix in finding["fixes"]]
    if fixes:
        result["fixes"] = fixes
    return result


def _fix(fix: Mapping[str, Any]) -> dict[str, Any]:
    """A fix, with what it changes in each file."""
    by_path: dict[str, list[dict[str, Any]]] = {}
    for edit in fix["edits"]:
        replacement = {
            "deletedRegion": _region(edit["range"]),
            "insertedContent": {"text": edit["text"]},
        }
        by_path.setdefault(edit["path"], []).append(replacement)
    return {
        "description": {"text": fix["title"]},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}
            for path, replacements in by_path.items()
        ],
    }


def _location(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(item["path"])},
            "region": _region(item["range"]),
        }
    }


def _region(range_: Mapping[str, Any]) -> dict[str, int]:
    start, end = range_["start"], range_["end"]
    return {
        "startLine": start["line"] + 1,
        "startColumn": start["character"] + 1,
        "endLine": end["line"] + 1,
        "endColumn": end["character"] + 1,
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path)
