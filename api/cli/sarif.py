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
    from ..validation.rules import rules
    from .validate import said
    from .version import version

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
        "results": [_result(finding, names, said(finding)) for finding in answer["items"]],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _result(finding: Mapping[str, Any], names: list[str], message: str) -> dict[str, Any]:
    start, end = finding["range"]["start"], finding["range"]["end"]
    return {
        "ruleId": finding["rule"],
        "ruleIndex": names.index(finding["rule"]),
        "level": _LEVELS[finding["severity"]],
        "message": {"text": message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(finding["path"])},
                    "region": {
                        "startLine": start["line"] + 1,
                        "startColumn": start["character"] + 1,
                        "endLine": end["line"] + 1,
                        "endColumn": end["character"] + 1,
                    },
                }
            }
        ],
        "partialFingerprints": {"fluxIndex/v1": finding["id"]},
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path)
