"""Which versions of Python a project says that it is for."""

from __future__ import annotations

import re

# Minor versions of Python 3 that a declaration is read for.
_MINORS = range(16)
_SPECIFIER = re.compile(r"\s*(>=|<=|==|~=|!=|>|<|\^|~|)\s*(\d+)(?:\.(\d+|\*))?(\.\d+)?\S*\s*")


def versions_allowed(requires: str) -> tuple[tuple[int, int], ...]:
    """Return the versions that ``requires-python`` allows, in order; none if it is not understood.

    Also as poetry writes it: ``^3.11``.
    """
    found = [(3, minor) for minor in _MINORS]
    for part in requires.split(",") if requires.strip() else ():
        match = _SPECIFIER.fullmatch(part)
        if match is None:
            return ()
        sign, major, minor, rest = match.groups()
        version = int(major), int(minor) if minor and minor != "*" else 0
        is_whole = minor in (None, "*")
        found = [each for each in found if _allows(sign, each, version, is_whole, bool(rest))]
    return tuple(found) if requires.strip() else ()


def _allows(
    sign: str, each: tuple[int, int], version: tuple[int, int], is_whole: bool, has_patch: bool
) -> bool:
    """True if some patch of a minor version is allowed by one specifier."""
    if sign == ">=":
        return each >= version
    if sign == ">":
        return each > version or (has_patch and each == version)
    if sign == "<":
        return each < version or (has_patch and each == version)
    if sign == "<=":
        return each <= version
    if sign == "!=":
        return each != version or has_patch
    if sign == "^" or (sign == "~=" and not has_patch):
        return each >= version and each[0] == version[0]
    return each[0] == version[0] if is_whole else each == version
