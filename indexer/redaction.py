"""Secrets in text that is going to be kept: those of known forms, and what is called one.

A secret that looks like any other word, and is not called one, cannot be told from it.
"""

from __future__ import annotations

import re
from typing import Any, cast

REDACTED = "[redacted]"

# Forms that issuers document, each with a prefix of its own; then what is called a secret, as a
# literal or as a word that no name or type is.
_FORMS = re.compile(
    r"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----(?:.|\n)*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | \b(?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-|xox[abeoprs]-|sk-|sk_live_|rk_live_|hf_)
      [A-Za-z0-9_-]{16,}
    | \bAIza[0-9A-Za-z_-]{35}
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    | (?<=://)[^\s/:@"'\\]+:[^\s/@"'\\]+(?=@)
    | (?<=[Bb]earer\ )[A-Za-z0-9._~+/-]{8,}=*
    """,
    re.VERBOSE,
)
_CALLED = re.compile(
    r"""
    (?P<name>\b[\w-]*(?:password|passwd|passphrase|secret|api_?-?key|token|credential)[\w-]*
        \\?["']?\ *(?:=|:|\bis\b)\ *)
    (?:(?P<quote>\\?["'])(?P<literal>[^"'\\\n]{4,})(?=(?P=quote))
    | (?=[^\s"'\\,;()\[\]]*\d)[^\s"'\\,;()\[\]]{8,})
    """,
    re.VERBOSE | re.IGNORECASE,
)


def redacted(text: str) -> str:
    """Return a text without the secrets in it."""
    return _CALLED.sub(_hide_called, _FORMS.sub(REDACTED, text))


def _hide_called(found: re.Match[str]) -> str:
    return f"{found['name']}{found['quote'] or ''}{REDACTED}"


def redacted_values(value: Any) -> Any:
    """Return a value of JSON without the secrets in its texts; what keys call them is ours."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        table = cast("dict[str, Any]", value)
        return {key: redacted_values(each) for key, each in table.items()}
    if isinstance(value, list | tuple):
        return [redacted_values(each) for each in cast("list[Any]", value)]
    return value
