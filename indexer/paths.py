"""Paths as the index writes them: relative to the root with slashes, absolute outside of it.

Test files go by the names of pytest, unittest and Django.
"""

from __future__ import annotations


def is_outside(path: str) -> bool:
    """True if a path is that of a file or folder outside of the workspace."""
    return path.startswith("/")


TEST_FOLDERS = frozenset(["test", "tests", "testing"])


def is_test_file(path: str) -> bool:
    """True if a file of the workspace is one of tests, by its name or a folder that it lies in."""
    if "test" not in path or is_outside(path):  # asked of every file that has a name
        return False
    *folders, name = path.split("/")
    return is_test_name(name) or not TEST_FOLDERS.isdisjoint(folders)


def is_test_name(name: str) -> bool:
    """True if the name of a file alone, without its folders, is that of a test or a conftest."""
    stem = name.rpartition(".")[0]
    return (
        stem in ("conftest", "tests")
        or stem.startswith("test_")
        or stem.endswith(("_test", "_tests"))
    )
