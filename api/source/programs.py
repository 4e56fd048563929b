"""Programs of others that are run: never one that a repository brings."""

from __future__ import annotations

import os
import shutil


def program_outside(name: str, folder: str) -> str | None:
    """Return the absolute path of a program on the search path; None if there is none.

    Places in the folder, and links that lead into it, are passed over: who cloned a repository has
    not installed what lies in it.
    """
    inside = tuple(
        {f"{each.rstrip(os.sep)}{os.sep}" for each in (folder, os.path.realpath(folder))}
    )

    def is_inside(path: str) -> bool:
        return any(
            f"{each}{os.sep}".startswith(inside)
            for each in (os.path.abspath(path), os.path.realpath(path))
        )

    # An empty place stands for the current folder, which is nobody's choice.
    places = [each for each in os.get_exec_path() if os.path.isabs(each) and not is_inside(each)]
    found = shutil.which(name, path=os.pathsep.join(places)) if places else None
    return None if found is None or is_inside(found) else found
