"""Modules that are not there yet: a build, or a tool, is told to write them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .file import File

# Files of the root that say what is written: `write_to = "src/shop/_version.py"`, and what git is
# not to keep.
_TOLD_IN = ("pyproject.toml", "setup.cfg", "setup.py", "meson.build", ".gitignore")


def is_generated(file: File, spelled: str) -> bool:
    """Whether the workspace says that a file is written where a module would be.

    ``spelled`` is the dotted name as it is imported, relative or not.
    """
    import re

    rest = spelled.lstrip(".")
    level = len(spelled) - len(rest)
    inside = rest.replace(".", "/")
    if level:
        folders = file.path.split("/")[:-level]
        inside = "/".join([*folders[-1:], inside])
    if "/" not in inside:
        return False  # of a module at the top, any word would do
    told = re.compile(rb"(?<![\w.-])" + re.escape(inside.encode()) + rb"\.py(?![\w.-])")
    for name in _TOLD_IN:
        try:
            with open(file.strict.absolute(name), "rb") as opened:
                if told.search(opened.read()):
                    return True
        except OSError:
            continue
    return False
