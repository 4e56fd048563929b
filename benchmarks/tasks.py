"""Real commits as questions: the message asks, the files that were changed are the answer."""

from __future__ import annotations

import os
import random
import re
import subprocess
from typing import NamedTuple

DEV = ("pallets/click", "psf/requests", "scrapy/scrapy", "celery/celery", "mkdocs/mkdocs")
"""Repositories that weights were chosen on."""

TEST = ("pallets/flask", "encode/httpx", "pytest-dev/pytest", "Textualize/rich",
        "aio-libs/aiohttp", "pydantic/pydantic", "PyCQA/pylint")  # fmt: skip
"""Repositories that nothing was chosen on."""

_SEED = 2026
_SINCE = "2016-01-01"
_MOST_FILES = 5
_LEAST_WORDS = 5

# Lines that say who and where, not what.
_TRAILER = re.compile(
    r"^\s*(?:[A-Z][a-z]+(?:-[A-Za-z]+)*-by|Change-Id|PR-URL|Reviewed|Cc|See-also|"
    r"\(cherry picked from|---+\s*$|---------).*$",
    re.MULTILINE | re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"\(?(?:\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|re|see|pr|gh|issues?|bug)\b[:\s]*)?"
    r"(?:[\w.-]+/[\w.-]+)?(?:#|\bgh-)\d+\)?|https?://\S+|\b[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)


class Commit(NamedTuple):
    """A change to find: its parent, what its message says, and the files that it changed."""

    repository: str
    sha: str
    parent: str
    order: int
    """Place in history: larger is older."""
    query: str
    truth: tuple[str, ...]


def git(repository: str, *arguments: str) -> str:
    """Output of git in a repository, bare or not."""
    done = subprocess.run(
        ["git", "-C", repository, *arguments], check=True, capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def is_test(path: str) -> bool:
    """Whether a file holds tests, by its name or folder."""
    *folders, name = path.split("/")
    return (
        any(folder in ("test", "tests", "testing") for folder in folders)
        or name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("conftest.py", "tests.py")
    )


def query_of(message: str) -> str:
    """A message without trailers, numbers of issues, links and hashes."""
    text = _REFERENCE.sub(" ", _TRAILER.sub("", message))
    lines = [" ".join(line.split()) for line in text.strip().split("\n")]
    return "\n".join(lines).strip()


def sample(repository: str, name: str, count: int) -> list[Commit]:
    """Commits of a repository, oldest first.

    Merges are left out, as are messages of fewer than five words and changes to none or more than
    five of the Python files that were there and hold no tests.
    """
    log = git(
        repository, "log", "--no-merges", f"--since={_SINCE}", "--no-renames", "--name-status",
        "--format=%x1e%H%x1f%P%x1f%B%x1f", "HEAD",
    )  # fmt: skip
    found: list[Commit] = []
    for order, entry in enumerate(log.split("\x1e")[1:]):
        sha, parent, message, names = entry.split("\x1f")
        changed = [line.split("\t") for line in names.strip().split("\n") if "\t" in line]
        truth = tuple(
            sorted(
                path
                for status, path in changed
                if status in ("M", "D") and path.endswith(".py") and not is_test(path)
            )
        )
        query = query_of(message)
        words = re.findall(r"[A-Za-z_]{2,}", query)
        if parent and 0 < len(truth) <= _MOST_FILES and len(words) >= _LEAST_WORDS:
            found.append(Commit(name, sha, parent, order, query, truth))
    chosen = random.Random(_SEED).sample(found, min(count, len(found)))
    return sorted(chosen, key=lambda commit: -commit.order)
