"""Where code comes from, and under which licence: what an example has to say of itself."""

from __future__ import annotations

import os
import re

from ...indexer.errors import InvalidArgumentsError
from ...indexer.text import UnreadableError, read
from ...indexer.workspace.settings import parse_toml, table, texts
from ..source.git import Repository

_LARGEST = 200_000
_HEADER = re.compile(rb"SPDX-License-Identifier:[ \t]*([\w.+() -]+?)[ \t]*(?:\*/|-->)?\r?$", re.M)
_FILES = re.compile(r"(?:licen[cs]e|copying)(?:[.-].*)?", re.IGNORECASE)
_CLASSIFIER = "License :: OSI Approved :: "
# What a text of a licence says of itself, most special first.
_TEXTS = (
    ("AGPL-3.0", "gnu affero general public license"),
    ("LGPL", "gnu lesser general public license"),
    ("GPL-3.0", "gnu general public license version 3"),
    ("GPL", "gnu general public license"),
    ("MPL-2.0", "mozilla public license"),
    ("Apache-2.0", "apache license"),
    ("BSD-3-Clause", "neither the name of"),
    ("BSD-2-Clause", "redistributions in binary form must reproduce"),
    ("MIT", "permission is hereby granted, free of charge"),
    ("ISC", "permission to use, copy, modify, and/or distribute"),
    ("PSF-2.0", "python software foundation license"),
)
UNKNOWN = "unknown"


class Origin:
    """A workspace as examples name it: its project or folder, the commit, its licence."""

    def __init__(self, root: str) -> None:
        """Read what the workspace says of itself."""
        self._root = root
        project = _project(root)
        name, version = project.get("name"), project.get("version")
        self.repository = name if isinstance(name, str) and name else os.path.basename(root)
        if isinstance(version, str):
            self.repository += f" {version}"
        try:
            self.commit = Repository(root).head()
        except InvalidArgumentsError:
            self.commit = ""
        self._licence = _declared(project) or _of_file(root) or UNKNOWN

    def licence_of(self, content: bytes) -> str:
        """Return the licence of a file: what its header says, else that of the project."""
        found = _HEADER.search(content[:2_000])
        return found[1].decode("ascii", "replace").strip() if found else self._licence


def _project(root: str) -> dict[str, object]:
    text = _text(os.path.join(root, "pyproject.toml"))
    return table(parse_toml(text)[0], "project") if text else {}


def _declared(project: dict[str, object]) -> str:
    licence = project.get("license")
    if isinstance(licence, str):
        return licence
    named = table(licence).get("text")
    if isinstance(named, str) and "\n" not in named:
        return named
    for each in texts(project.get("classifiers")):
        if each.startswith(_CLASSIFIER):
            return each.removeprefix(_CLASSIFIER)
    return ""


def _of_file(root: str) -> str:
    for name in sorted(os.listdir(root)):
        if _FILES.fullmatch(name):
            text = " ".join(_text(os.path.join(root, name)).decode("utf-8", "replace").split())
            lowered = text.lower()
            for licence, said in _TEXTS:
                if said in lowered:
                    return licence
    return ""


def _text(path: str) -> bytes:
    try:
        return read(path, _LARGEST)
    except UnreadableError:
        return b""
