"""Which files of a workspace are tests, by the names of pytest, unittest and Django."""

from __future__ import annotations

from .paths import is_outside

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
