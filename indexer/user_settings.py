"""Settings of the user, for all workspaces: a file of theirs and the environment.

What a repository brings is never asked for these. They say whom to trust.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from .text import UnreadableError, read
from .workspace.settings import parse_toml, table

_LARGEST = 100_000
# A shorter secret can be guessed by whoever sees an entry that was signed with it.
_SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class SharedCacheSettings:
    """Where facts are shared, and the secret that all who share them know."""

    url: str
    secret: str
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    """Arguments for the file system of fsspec, such as ``endpoint_url``."""


def settings_path() -> str:
    """Return the file of the user's settings, which need not be there."""
    chosen = os.environ.get("FLUX_INDEX_CONFIG")
    if chosen:
        return chosen
    folder = os.environ.get("XDG_CONFIG_HOME")
    if not folder or not os.path.isabs(folder):
        folder = os.path.expanduser("~/.config")
    return os.path.join(folder, "flux-index", "config.toml")


def shared_cache_settings() -> tuple[SharedCacheSettings | None, str]:
    """Return where the user shares facts, None for nowhere, and what is wrong with it or ''."""
    path = settings_path()
    tables, wrong = _tables(path)
    if wrong:
        return None, f"{path} is not read: {wrong}"
    url = os.environ.get("FLUX_INDEX_CACHE") or tables.get("cache")
    if not url:
        return None, ""
    secret = os.environ.get("FLUX_INDEX_CACHE_SECRET") or tables.get("cache-secret")
    options = table(tables, "cache-options")
    if not isinstance(url, str):
        return None, f"{path}: `cache` is an address, such as s3://bucket/folder"
    if not isinstance(secret, str) or len(secret) < _SHORTEST_SECRET:
        return None, (
            f"the cache at {url} is not used: without a `cache-secret` of {_SHORTEST_SECRET} "
            "characters or more, anybody who can write there could put words into answers"
        )
    return SharedCacheSettings(url, secret, options), ""


def semantic_model() -> str:
    """Return the embedding model that the user names: a path or OWNER/NAME; empty for none."""
    chosen = os.environ.get("FLUX_INDEX_SEMANTIC_MODEL")
    if chosen is None:
        chosen = _tables(settings_path())[0].get("semantic-model", "")
    return chosen if isinstance(chosen, str) else ""


def _tables(path: str) -> tuple[dict[str, Any], str]:
    if not os.path.exists(path):
        return {}, ""
    try:
        return parse_toml(read(path, _LARGEST))
    except UnreadableError as error:
        return {}, str(error)
