"""Findings as SARIF 2.1.0, the OASIS standard for results of static analysis."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..check.rules.table import rules
from ..types import Finding, Fix, Judgement, Range, Unjudged
from ..version import version
from .findings import message, missing

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "hint": "note"}


def sarif(answer: Judgement) -> str:
    """Return one run with all findings. Columns are in UTF-16 code units, as the answer's."""
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
        "results": [_result(finding, names) for finding in answer["items"]],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _notification(unjudged: Unjudged) -> dict[str, Any]:
    """Return a message about the run, since what could not be judged is no result."""
    return {
        "level": "note",
        "message": {"text": f"Cannot judge {missing(unjudged)}"},
        "descriptor": {"id": "cannot-judge"},
        "locations": [_location(unjudged)],
    }


def _result(finding: Finding, names: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding["rule"],
        "ruleIndex": names.index(finding["rule"]),
        "level": _LEVELS[finding["severity"]],
        "message": {"text": message(finding)},
        "locations": [_location(finding)],
        "partialFingerprints": {"fluxIndex/v1": finding["id"]},
        "properties": {"evidence": finding["evidence"]},
    }
    fixes = [_fix(fix) for fix in finding["fixes"]]
    if fixes:
        result["fixes"] = fixes
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    """Return a fix, with its changes to each file."""
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
            {"artifactLocation": {"uri": quote(path)}, "replacements": replacements}
            for path, replacements in by_path.items()
        ],
    }


def _location(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(item["path"])},
            "region": _region(item["range"]),
        }
    }


def _region(range_: Range) -> dict[str, int]:
    start, end = range_["start"], range_["end"]
    return {
        "startLine": start["line"] + 1,
        "startColumn": start["character"] + 1,
        "endLine": end["line"] + 1,
        "endColumn": end["character"] + 1,
    }
