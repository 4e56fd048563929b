"""Findings, and what could not be judged, as answers show them."""

from __future__ import annotations

from typing import Any

from ...indexer.inference.entities import Found
from ...indexer.inference.inference import Inference
from ..check.findings import ERROR, Finding, Fix
from ..check.limitations import Limitation
from ..check.open_ends import is_own
from ..check.rules.table import EXISTENCE
from ..source.entity_views import range_of, symbol

_START = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}


def item(inference: Inference, finding: Finding) -> dict[str, Any]:
    """Return a finding as answers show it."""
    shown: dict[str, Any] = {
        "id": finding.id,
        "rule": finding.rule,
        "severity": finding.severity,
        "evidence": finding.evidence,
        "message": finding.message,
        "path": finding.path,
        "range": range_of(inference, finding.path, finding.start, finding.end),
        "nearest": [symbol(inference, Found(entity), details=True) for entity in finding.nearest],
        "fixes": [_fix(inference, fix) for fix in finding.fixes],
    }
    if finding.rule in EXISTENCE and finding.severity == ERROR and is_own(inference, finding):
        shown["own"] = True
    return shown


def _fix(inference: Inference, fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safe": fix.safe,
        "edits": [
            {
                "path": edit.path,
                "range": range_of(inference, edit.path, edit.start, edit.end),
                "text": edit.text,
            }
            for edit in fix.edits
        ],
    }


def not_judged(inference: Inference, missing: Limitation) -> dict[str, Any]:
    """Return a limitation as answers show it, with the first place that depends on it."""
    path, start, end = missing.places[0]
    known = inference.facts(path) is not None
    return {
        "what": missing.what,
        "why": missing.why,
        "places": len(missing.places),
        "path": path,
        "range": range_of(inference, path, start, end) if known else _START,
    }
