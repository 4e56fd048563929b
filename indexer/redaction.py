"""Secrets in text that is going to be kept: those of known forms, and what is called one.

A secret that looks like any other word, and is not called one, cannot be told from it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, cast

REDACTED = "[redacted]"

# Forms that issuers document, each with a prefix of its own; then what is called a secret, as a
# literal or as a word that no name or type is.
_FORMS = r"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----(?:.|\n)*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:AKIA|ASIA)[0-9A-Z]{16}\b
    | \b(?:gh[pousr]_|github_pat_|glpat-|npm_|pypi-|xox[abeoprs]-|sk-|sk_live_|rk_live_|hf_)
      [A-Za-z0-9_-]{16,}
    | \bAIza[0-9A-Za-z_-]{35}
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*
    | (?<=://)[^\s/:@"'\\]+:[^\s/@"'\\]+(?=@)
    | (?<=[Bb]earer\ )[A-Za-z0-9._~+/-]{8,}=*
    """
_CALLED = r"""
    (?P<name>\b[\w-]{0,40}(?:password|passwd|passphrase|secret|api_?-?key|token|credential)
        [\w-]{0,40}\\?["']?\ *(?:=|:|\bis\b)\ *)
    (?:(?P<quote>\\?["'])(?P<literal>[^"'\\\n]{4,})(?=(?P=quote))
    | (?=[^\s"'\\,;()\[\]]*\d)[^\s"'\\,;()\[\]]{8,})
    """


def redacted(text: str) -> str:
    """Return a text without the secrets in it."""
    forms, called = _patterns()
    return called.sub(_hide_called, forms.sub(REDACTED, text))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the two patterns, compiled when they are first needed: hooks load this in haste."""
    return re.compile(_FORMS, re.VERBOSE), re.compile(_CALLED, re.VERBOSE | re.IGNORECASE)


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
