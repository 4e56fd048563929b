"""Paths as the index writes them: relative to the root with slashes, absolute outside of it.

Test files go by the names of pytest, unittest and Django. A file's version tells whether it is
still the one that was read.
"""

from __future__ import annotations

import os
import sys
from functools import lru_cache


def is_outside(path: str) -> bool:
    """True if a path is that of a file or folder outside of the workspace."""
    return path.startswith("/")


TEST_FOLDERS = frozenset(["test", "tests", "testing"])


@lru_cache(20_000)  # asked of every file that has a name, again and again
def is_test_file(path: str) -> bool:
    """True if a file of the workspace is one of tests, by its name or a folder that it lies in."""
    if "test" not in path or is_outside(path):
        return False
    *folders, name = path.split("/")
    return is_test_name(name) or not TEST_FOLDERS.isdisjoint(folders)


EXAMPLE_FOLDERS = frozenset(
    ["doc", "docs", "example", "examples", "sample", "samples", "demo", "demos", "tutorial",
     "tutorials", "benchmark", "benchmarks"]
)  # fmt: skip


def is_supporting_file(path: str) -> bool:
    """True if a file of the workspace is one of tests, documentation, examples or benchmarks.

    What it defines stands in for the real thing, or shows how to derive from it.
    """
    if is_outside(path):
        return False
    return is_test_file(path) or not EXAMPLE_FOLDERS.isdisjoint(path.split("/")[:-1])


def is_test_name(name: str) -> bool:
    """True if the name of a file alone, without its folders, is that of a test or a conftest."""
    stem = name.rpartition(".")[0]
    return (
        stem in ("conftest", "tests")
        or stem.startswith("test_")
        or stem.endswith(("_test", "_tests"))
    )


def file_version(status: os.stat_result) -> int:
    """Return a number that changes whenever a file or folder does, whatever is done to hide it.

    The time of the last change of any kind, which nobody can set back, mixed with the inode: two
    files that were written in one tick of the clock may change places.
    """
    return (changed_ns(status) + status.st_ino * _MIXED) & _POSITIVE


if sys.platform == "win32":  # what is called the change time is that of creation there

    def changed_ns(status: os.stat_result) -> int:
        """Return when a file was last changed, in ns since the epoch."""
        return status.st_mtime_ns
else:

    def changed_ns(status: os.stat_result) -> int:
        """Return when a file or its status was last changed, in ns since the epoch."""
        return status.st_ctime_ns


# An odd number without pattern, and 63 bits, which is what a column holds.
_MIXED = 0x9E3779B97F4A7C15
_POSITIVE = (1 << 63) - 1
