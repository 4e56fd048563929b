"""Secrets: text that looks like a key or a password, which no example may carry away."""

from __future__ import annotations

import re
from math import log2

# Forms that issuers publish so that scanners know them.
_FORMS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"  # Amazon
    r"|\bgh[pousr]_[0-9A-Za-z]{30,}|\bgithub_pat_\w{30,}|\bglpat-[\w-]{20}"  # GitHub, GitLab
    r"|\bxox[abeoprs]-[\w-]{10,}"  # Slack
    r"|\b[rs]k_(?:live|test)_\w{16,}"  # Stripe
    r"|\bsk-[\w-]{20,}"  # OpenAI, Anthropic
    r"|\bAIza[\w-]{35}"  # Google
    r"|\bpypi-[\w-]{40,}|\bnpm_\w{36}"
    r"|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"  # JSON Web Tokens
    r"|[a-z][a-z0-9+.-]*://[^/\s:@'\"{}]+:[^/\s:@'\"{}]{3,}@"  # a password in an address
)
_NAMED = re.compile(
    r"(?i)\b\w*(?:passw(?:or)?d|secret|token|api_?key|private_?key|credential)\w*['\"]?\]?\s*"
    r"(?::\s*\w+\s*)?[=:]\s*[rbuf]*['\"]([^'\"\n]{8,})['\"]"
)
_LONG = re.compile(r"['\"]([A-Za-z0-9+/=_-]{32,})['\"]")
_RANDOM = 4.2  # bits of a character: hexadecimal digits have at most 4, words of English fewer
_LEAST = 3.0


def has_secret(text: str) -> bool:
    """True if a text has what may be a key, a token or a password in it."""
    return bool(
        _FORMS.search(text)
        or any(_entropy(found[1]) >= _LEAST for found in _NAMED.finditer(text))
        or any(_entropy(found[1]) >= _RANDOM for found in _LONG.finditer(text))
    )


def _entropy(text: str) -> float:
    return -sum(
        share * log2(share) for share in (text.count(each) / len(text) for each in set(text))
    )
