"""The code base that is measured: a pinned source distribution, fetched once and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from tempfile import TemporaryDirectory
from typing import NamedTuple

NAME = "django-5.2.8"
_PIN = "django==5.2.8"
_HASH = "sha256:23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f"

DEFINITION = "django.db.models.Model.save"
"""A method that is reached through two packages that only import it."""

REFERENCES = ("django.db.models.Model.save", "django.utils.functional.cached_property")
"""A method whose name is everywhere, and a decorator that is imported by name."""


class Tree(NamedTuple):
    """Python files below a folder."""

    root: str
    files: int
    bytes: int
    lines: int


def fetch() -> str:
    """Folder of the unpacked source distribution; it is not to be written into."""
    return fetch_pinned(_PIN, _HASH)


def fetch_pinned(pin: str, digest: str) -> str:
    """Folder of the source distribution ``name==version`` with this hash, fetched once."""
    return fetch_sdist(f"{pin} --hash={digest}", kept_folder())


def fetch_sdist(requirement: str, kept: str) -> str:
    """Folder of a source distribution, unpacked in ``kept``; fetched by pip unless it is there.

    The requirement is ``name==version``, a hash may follow, or a name, for the newest version.
    """
    pin = requirement.partition(" ")[0]
    name = pin.partition("=")[0]
    folder = os.path.join(kept, pin.replace("==", "-"))
    if pin != name and os.path.isdir(folder):
        return folder
    os.makedirs(kept, exist_ok=True)
    print(f"fetching {pin} into {kept}", file=sys.stderr)
    with TemporaryDirectory(dir=kept) as work:
        wanted = os.path.join(work, "wanted.txt")
        with open(wanted, "w", encoding="utf-8") as file:
            file.write(f"{requirement}\n")
        subprocess.run(
            [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet",
             "--no-deps", "--no-binary", name, "--dest", work, "-r", wanted],
            check=True,
        )  # fmt: skip
        archive = next(each for each in os.listdir(work) if each.endswith(".tar.gz"))
        with tarfile.open(os.path.join(work, archive)) as opened:
            opened.extractall(os.path.join(work, "unpacked"), filter="data")
        if pin == name:
            version = archive.removesuffix(".tar.gz").rpartition("-")[2]
            folder = os.path.join(kept, f"{name}-{version}")
        if not os.path.isdir(folder):
            (top,) = os.listdir(os.path.join(work, "unpacked"))
            os.rename(os.path.join(work, "unpacked", top), folder)
    return folder


def copy(source: str, target: str) -> Tree:
    """Copy a code base, files with new times as a checkout makes them, and read it all once.

    The copy has no index: what is measured must not find any.
    """
    ignored = shutil.ignore_patterns(".flux-index", ".git", "__pycache__")
    shutil.copytree(source, target, copy_function=shutil.copyfile, ignore=ignored, symlinks=True)
    return measure(target)


def python_files(root: str) -> list[str]:
    """Absolute paths of the Python files below a folder, in order."""
    found: list[str] = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(folder, name) for name in names if name.endswith((".py", ".pyi"))]
    return sorted(found)


def measure(root: str) -> Tree:
    """How much code is there."""
    paths = python_files(root)
    size = lines = 0
    for path in paths:
        with open(path, "rb") as file:
            content = file.read()
        size += len(content)
        lines += content.count(b"\n")
    return Tree(root, len(paths), size, lines)


def kept_folder() -> str:
    """Folder of the user's cache where what was fetched is kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(cache, "flux-index-bench")
