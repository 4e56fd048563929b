"""The files of a repository that git reads, looked at before git is asked.

Git opens whatever has the right name: a pipe, for which it waits, a link to a file of the user's,
or the repository of somebody else.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from itertools import chain

from ...indexer.errors import InvalidArgumentsError
from ...indexer.text import UnreadableError, read
from ...indexer.workspace.git_folder import first_line, git_folders

# Bytes of the settings of a repository.
_LARGEST_SETTINGS = 1_000_000


def refuse_foreign_files(folder: str) -> None:
    """Raise InvalidArgumentsError where git would read what is not of a folder's own repository.

    That is, where a ``.git`` leads to a repository that does not know it: work trees and
    submodules have a file of that name, and their repository names them in turn, but an unpacked
    archive may have one that leads to any repository of the user's. And where links, pipes and
    devices lie among the repository's files.
    """
    here = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return
        here = above
    there = os.path.join(here, ".git")
    repository, shared = git_folders(there)
    if not os.path.islink(there) and repository == there:
        is_known = shared == there
    elif shared != repository:  # a work tree: `.git/worktrees/NAME` of its repository
        back = os.path.realpath(os.path.join(repository, first_line(f"{repository}/gitdir")))
        place = os.path.join(os.path.realpath(shared), "worktrees", os.path.basename(repository))
        is_known = back == there and os.path.realpath(repository) == place
    else:  # a submodule
        place = _config_value(os.path.join(repository, "config"), "worktree")
        is_known = bool(place) and os.path.realpath(os.path.join(repository, place)) == here
    if not is_known:
        raise InvalidArgumentsError(
            f"{there} leads to a repository that does not name {here} as a work tree of its own: "
            "git is not asked"
        )
    for odd in chain.from_iterable(map(_odd_files, {repository, shared})):
        raise InvalidArgumentsError(f"{odd} is no plain file of its repository: git is not asked")
    for settings in (f"{shared}/config", f"{repository}/config.worktree"):
        for path in (settings, *_included(settings)):
            if os.path.lexists(path) and (
                not _is_plain_in(path, here, shared) or (path != settings and _included(path))
            ):
                raise InvalidArgumentsError(
                    f"{settings} is, or includes, what is no plain file of {here}: git is not asked"
                )


# Folders of a repository that git reads with all below them. It may have `hooks` of any kind.
_FOLDERS = ("info", "logs", "refs", "reftable")
# Git, too, follows no longer chain of repositories that borrow objects.
_MOST_BORROWED = 6


def _odd_files(repository: str) -> Iterator[str]:
    """Yield what is neither a plain file nor a folder of a repository, where git would read it."""
    for entry in _entries(repository):
        is_read = entry.name not in (*_FOLDERS, "objects", "hooks")
        if is_read and not _is_harmless(entry) and not _is_link_within(entry, repository):
            yield entry.path
    folders = [os.path.join(repository, name) for name in _FOLDERS]
    for folder in folders:  # which grows
        yield from _odd_entries(folder)
        folders += [each.path for each in _entries(folder) if each.is_dir(follow_symlinks=False)]
    for objects in _objects_folders(repository):
        yield from _odd_entries(objects)
        for entry in _entries(objects):
            if entry.name in ("info", "pack") or len(entry.name) == len("ab"):
                yield from _odd_entries(entry.path)
        yield from _odd_entries(f"{objects}/info/commit-graphs")


def _odd_entries(folder: str) -> Iterator[str]:
    if os.path.islink(folder):
        yield folder
    yield from (entry.path for entry in _entries(folder) if not _is_harmless(entry))


def _objects_folders(repository: str) -> list[str]:
    """Return the folder of objects, and those of others that it names."""
    found = [os.path.join(repository, "objects")]
    for folder in found:  # which grows
        lines = _settings(f"{folder}/info/alternates").splitlines()[:_MOST_BORROWED]
        found += [os.path.join(folder, line) for line in lines if len(found) < _MOST_BORROWED]
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_harmless(entry: os.DirEntry[str]) -> bool:
    """True for a plain file, a folder, or a socket, which opening does not wait for."""
    if entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False):
        return True
    try:
        return stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode)
    except OSError:  # it is gone
        return True


def _is_link_within(entry: os.DirEntry[str], repository: str) -> bool:
    """True for a link to a plain file of the repository, or to one that is not there yet."""
    real = os.path.realpath(entry.path)
    within = real.startswith(os.path.realpath(repository) + os.sep)
    return entry.is_symlink() and within and (os.path.isfile(real) or not os.path.lexists(real))


_INCLUDES = re.compile(r"^[ \t]*\[[ \t]*include", re.MULTILINE | re.IGNORECASE)
_PATH = re.compile(r"^[^#;\n]*?\bpath[ \t]*=([^#;\n]*)", re.MULTILINE | re.IGNORECASE)


def _included(settings: str) -> list[str]:
    """Return the files that a file of settings includes, which git reads as well."""
    folder, text = os.path.dirname(settings), _settings(settings)
    if not _INCLUDES.search(text):
        return []
    found = [path.strip().strip('"') for path in _PATH.findall(text)]
    # What goes on in the next line, or is escaped, leads nowhere that is allowed.
    return [
        "/" if "\\" in path else os.path.join(folder, os.path.expanduser(path)) for path in found
    ]


def _is_plain_in(path: str, *folders: str) -> bool:
    """True if a path leads to a plain file below one of some folders."""
    real = os.path.realpath(path)
    return os.path.isfile(real) and any(
        real.startswith(os.path.realpath(folder) + os.sep) for folder in folders
    )


def _settings(path: str) -> str:
    try:
        return read(path, _LARGEST_SETTINGS).decode("utf-8", "replace")
    except UnreadableError:
        return ""


def _config_value(path: str, key: str) -> str:
    """Return the last value of a key in a file of settings, whatever section it is in."""
    found = re.findall(rf"^[ \t]*{key}[ \t]*=[ \t]*([^\n]*)$", _settings(path), re.MULTILINE)
    return found[-1].strip().strip('"') if found else ""
