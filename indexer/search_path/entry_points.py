"""Entry points of installed distributions, read from their metadata without importing anything."""

from __future__ import annotations

import os

# Modules by (site folder, its modification time, group): installing touches the folder.
_seen: dict[tuple[str, int, str], tuple[str, ...]] = {}


def modules_of(roots: tuple[str, ...], group: str) -> list[str]:
    """Dotted names of the modules that distributions register under a group, sorted."""
    found: set[str] = set()
    for root in roots:
        try:
            key = root, os.stat(root).st_mtime_ns, group
        except OSError:
            continue
        if key not in _seen:
            _seen[key] = tuple(_read(root, group))
        found.update(_seen[key])
    return sorted(found)


def _read(root: str, group: str) -> list[str]:
    try:
        names = sorted(
            name for name in os.listdir(root) if name.endswith((".dist-info", ".egg-info"))
        )
    except OSError:
        return []
    modules: list[str] = []
    for name in names:
        try:
            with open(os.path.join(root, name, "entry_points.txt"), encoding="utf-8") as file:
                text = file.read()
        except (OSError, ValueError):
            continue
        if group in text:
            modules += _modules(text, group)
    return modules


def _modules(text: str, group: str) -> list[str]:
    modules: list[str] = []
    inside = False
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and "=" in line:
            target = line.partition("=")[2].strip()
            modules.append(target.partition("[")[0].partition(":")[0].strip())
    return modules
