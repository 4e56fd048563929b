"""Rule files of agents: the codebase rules put into them, and taken out again.

``AGENTS.md`` and most others are plain Markdown. Claude Code does not read ``AGENTS.md`` but what
``CLAUDE.md`` includes, so there the block is that inclusion where the rules are in ``AGENTS.md``
already. Rules of Cursor (``.mdc``) need a head, which is written with a new file only.
"""

from __future__ import annotations

import os

from .marked_block import block_of, has_block, with_block, without_block

_CURSOR_HEAD = "---\ndescription: How to work in this code base\nglobs:\nalwaysApply: true\n---\n\n"


def put(path: str, rules: str) -> bool:
    """Write rules into a file's block; True if that changed it. Raises OSError, BlockError.

    The file and its folder are made where they are not there.
    """
    before = _read(path)
    body = rules
    if os.path.basename(path) == "CLAUDE.md":
        beside = _read(os.path.join(os.path.dirname(path), "AGENTS.md"))
        if beside is not None and block_of(beside) is not None:
            if _includes(without_block(before or "")):
                return take(path)  # it includes the rules already
            body = "@AGENTS.md"
    start = before
    if start is None:
        start = _CURSOR_HEAD if path.endswith(".mdc") else ""
    after = start + _block(body) if before is None and start else with_block(start, body)
    if after == before:
        return False
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    _write(path, after)
    return True


def take(path: str) -> bool:
    """Remove the block of a file, or a file with nothing else; True if there was one."""
    before = _read(path)
    if before is None or not has_block(before):
        return False
    after = without_block(before)
    if not after.strip() or after.strip() == _CURSOR_HEAD.strip():
        os.unlink(path)
        remove_empty_folders(os.path.dirname(path))
    else:
        _write(path, after)
    return True


def remove_empty_folders(folder: str) -> None:
    """Remove a folder of a client, such as ``.codex`` or ``.cursor/rules``, with nothing in it."""
    while os.path.basename(folder).startswith(".") or os.path.basename(folder) == "rules":
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)


def _block(body: str) -> str:
    return with_block("", body)


def _includes(text: str) -> bool:
    return any(line.strip() == "@AGENTS.md" for line in text.splitlines())


def _read(path: str) -> str | None:
    """Return the text of a file with its line endings, or None."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _write(path: str, text: str) -> None:
    """Replace a file atomically."""
    target = os.path.realpath(path)
    partial = f"{target}.flux-index-partial"
    with open(partial, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    if os.path.exists(target):
        os.chmod(partial, os.stat(target).st_mode & 0o7777)
    os.replace(partial, target)
