"""Modules that a build makes: compiled from sources beside them, or named in its files.

Nothing is run. A build file counts where it names the module in the way of its tool.
"""

from __future__ import annotations

import os
import re

# Sources that modules are compiled or generated from, as they lie beside their modules.
_SOURCES = frozenset(
    [".c", ".cc", ".cpp", ".cxx", ".pyx", ".pxd", ".rs", ".f", ".f90", ".pyf", ".i", ".m", ".mm",
     ".cu", ".go", ".zig", ".in", ".tmpl", ".tpl", ".j2", ".mako"]
)  # fmt: skip
# Files in which a build says what it makes, and how they name a module: NAME alone, or DOTTED.
_PYTHON = rb"""["'](?:[\w.{}]*\.)?NAME["']"""
_DOTTED = rb"""(?<![\w.])DOTTED(?![\w.])"""
_FILES: dict[str, tuple[bytes, ...]] = {
    "meson.build": (
        rb"""extension_module[\s\S]*["']NAME["']|["']NAME["'][\s\S]*extension_module""",
    ),
    "CMakeLists.txt": (
        rb"\w*(?:add_library|add_module|extension_module)\w*\s*\(\s*NAME\b",
        rb"OUTPUT_NAME\s+[\"']?NAME\b",
    ),
    "Cargo.toml": (rb"""name\s*=\s*["']NAME["']""",),
    "BUILD": (rb"""name\s*=\s*["']NAME(?:\.so)?["']""",),
    "BUILD.bazel": (rb"""name\s*=\s*["']NAME(?:\.so)?["']""",),
    "pyproject.toml": (_DOTTED,),
    "setup.cfg": (_DOTTED,),
    "setup.py": (_DOTTED, rb"(?:Extension|ext_modules)[\s\S]*" + _PYTHON),
    "build.py": (_DOTTED, rb"(?:Extension|ext_modules)[\s\S]*" + _PYTHON),
    "setup_ext.py": (_DOTTED, rb"Extension[\s\S]*" + _PYTHON),
    "hatch_build.py": (_DOTTED,),
}
BUILD_FILES = frozenset(_FILES)
# What is read of one file.
_MOST_BYTES = 1 << 20


def is_built(root: str, folder: str, name: str, dotted: str) -> bool:
    """True if a build makes a module.

    ``folder`` is where it would lie, relative to the absolute ``root``; ``dotted`` its whole name.
    """
    if _has_source(os.path.join(root, folder), name):
        return True
    while True:
        for file, patterns in _FILES.items():
            for place in (file, f"rust/{file}") if file == "Cargo.toml" else (file,):
                if _names(os.path.join(root, folder, place), patterns, name, dotted):
                    return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def _has_source(folder: str, name: str) -> bool:
    """True if a source of a module lies in a folder: ``_core.c``, ``_coremodule.c``."""
    stems = {name, f"{name}module", name.removesuffix("_grpc").removesuffix("_pb2") + ".proto"}
    try:
        entries = os.listdir(folder)
    except OSError:
        return False
    for entry in entries:
        stem, suffix = os.path.splitext(entry)
        if suffix in _SOURCES and stem.partition(".")[0] in stems:
            return True
        if entry in stems and "." in entry:
            return True
    return False


def _names(path: str, patterns: tuple[bytes, ...], name: str, dotted: str) -> bool:
    try:
        with open(path, "rb") as opened:
            text = opened.read(_MOST_BYTES)
    except OSError:
        return False
    if name.encode() not in text:
        return False
    return any(
        re.search(
            pattern.replace(b"NAME", re.escape(name.encode())).replace(
                b"DOTTED", re.escape(dotted.encode())
            ),
            text,
        )
        for pattern in patterns
    )
