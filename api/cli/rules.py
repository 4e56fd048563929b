"""``flux-index rules``: what `validate` looks for."""

from __future__ import annotations

from .output import write


def run(*, json: bool) -> int:
    """List the rules; returns the exit code."""
    from ..validation.rules import rules

    listed = [
        {"rule": rule.name, "severity": rule.severity, "summary": rule.summary} for rule in rules()
    ]
    if json:
        import json as encoder

        write(encoder.dumps(listed, indent=2) + "\n")
        return 0
    width = max(len(each["rule"]) for each in listed)
    lines = [f"{each['rule']:{width}}  {each['severity']:7}  {each['summary']}" for each in listed]
    write("\n".join(lines) + "\n")
    return 0
