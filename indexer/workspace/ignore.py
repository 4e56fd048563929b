"""The patterns of one ignore file, in git's language.

pathspec translates them. It is expensive to import, so a cheap screen that may only err towards
"might match" is asked first: most names resemble no pattern at all.


Which entries are left out: default folders, ignore files, and the settings' own patterns.

Strongest first: `exclude`, `include`, then default folders and ignore files together.
"""

from __future__ import annotations

import os
from itertools import islice

from ..text import UnreadableError, read
from .defaults import (
    IGNORE_FILE,
    is_left_out_by_contents,
    is_left_out_by_name,
    is_source_name,
    is_text,
)
from .git_folder import git_folders
from .stamps import ABSENT, file_stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from .model import Workspace


# What people write is far below. A line that is longer, or in which `**` stands more often, is left
# out, as git leaves out what it cannot read.
_MOST_LINES, _LONGEST, _MOST_DEEP = 20_000, 1_000, 4
# Stands for one character of whatever kind in a screened part.
_WILD = "\0"


class Patterns:
    """Patterns relative to one folder, the last that matches an entry deciding about it."""

    __slots__ = ("_again", "_compiled", "_lines", "_screen")

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = [
            line
            for line in islice(lines, _MOST_LINES)
            if line.strip()
            and not line.startswith("#")
            and len(line) <= _LONGEST
            and line.count("**") <= _MOST_DEEP
        ]
        self._screen = _Screen(line for line in self._lines if line[0] != "!")
        self._again = _Screen(line[1:] for line in self._lines if line[0] == "!")
        self._compiled: list[tuple[bool, re.Pattern[str]]] | None = None

    def __bool__(self) -> bool:
        return bool(self._lines)

    def may_ignore(self, name: str, is_folder: bool) -> bool:
        """Tell, without pathspec, whether an entry of this name could be ignored by a pattern."""
        return self._screen.fits(name, is_folder)

    def decide(self, path: str, is_folder: bool) -> bool | None:
        """Tell whether the entry at `path` is ignored, None where no pattern speaks of it.

        Only patterns for this very entry count, not those for the folders above: git asks about
        these first, and never looks into a folder that is ignored.
        """
        name = path.rpartition("/")[2]
        if not self._screen.fits(name, is_folder) and not self._again.fits(name, is_folder):
            return None
        if self._compiled is None:
            self._compiled = _compile(self._lines)
        for ignores, regex in reversed(self._compiled):
            if _matches(regex, path, is_folder):
                return ignores
        return None

    def covers(self, path: str, is_folder: bool) -> bool:
        """Tell whether the entry, or a folder above it, is matched."""
        segments = path.split("/")
        verdict = False
        for end in range(1, len(segments) + 1):
            part = "/".join(segments[:end])
            decided = self.decide(part, is_folder or end < len(segments))
            verdict = verdict if decided is None else decided
        return verdict

    def literal_heads(self) -> list[str]:
        """Return, for each pattern bound to the top, the folders it names before any wildcard."""
        heads: list[str] = []
        for line in self._lines:
            segments = line.strip().rstrip("/").split("/")
            if line.startswith("!") or len(segments) == 1:
                continue
            literal: list[str] = []
            for segment in segments:
                if any(sign in segment for sign in "*?[\\"):
                    break
                literal.append(segment)
            heads.append("/".join(literal).lstrip("/"))
        return [head for head in heads if head]


class _Screen:
    """Shapes of the names that the last part of one of several patterns matches."""

    __slots__ = ("_files", "_folders", "_shapes")

    def __init__(self, lines: Iterable[str]) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._shapes: list[_Shape] = []
        for line in lines:
            line = line.rstrip()
            segment = line.rstrip("/").rpartition("/")[2]
            if any(sign in segment for sign in "*?[\\"):
                self._shapes.append(_Shape(segment, line.endswith("/")))
            else:
                self._folders.add(segment)
                if not line.endswith("/"):
                    self._files.add(segment)

    def fits(self, name: str, is_folder: bool) -> bool:
        if name in (self._folders if is_folder else self._files):
            return True
        return any(shape.fits(name, is_folder) for shape in self._shapes)


class _Shape:
    """Return how a name must begin and end to be matched by a pattern with wildcards."""

    __slots__ = ("_folders_only", "_has_star", "_head", "_tail")

    def __init__(self, segment: str, folders_only: bool) -> None:
        self._folders_only = folders_only
        head, self._has_star, tail = segment.partition("*")
        if "\\" in segment or segment == "**":
            head, self._has_star, tail = "", "*", ""
        elif "*" in tail:
            tail = tail.rpartition("*")[2]
        self._head = _units(head)
        self._tail = _units(tail)

    def fits(self, name: str, is_folder: bool) -> bool:
        if self._folders_only and not is_folder:
            return False
        head, tail = self._head, self._tail
        if head is None or tail is None:
            return True
        if not self._has_star and len(name) != len(head):
            return False
        return (not head or _fits(head, name[: len(head)])) and (
            not tail or _fits(tail, name[max(len(name) - len(tail), 0) :])
        )


def _units(part: str) -> str | None:
    """Return the part with one `_WILD` for each `?` and set, None if it is not that simple."""
    part = part.replace("?", _WILD)
    while "[" in part:
        before, _, after = part.partition("[")
        # "[]a]" and "[!]a]" hold a bracket as a member.
        first = after.find("]", 2 if after[:1] in ("!", "^") else 1)
        if first < 0 or "[:" in part:
            return None
        part = before + _WILD + after[first + 1 :]
    return part


def _fits(units: str, text: str) -> bool:
    if _WILD not in units:
        return units == text
    return len(units) == len(text) and all(
        unit in (_WILD, letter) for unit, letter in zip(units, text, strict=True)
    )


# As translated, a star, what follows it up to the next one, and that. Where the rest of a name can
# match behind some place where the middle fits, it can behind the first: no other one is tried.
# Otherwise `*a*a*a*b` would be tried in as many ways as there are of choosing places.
_STAR = r"\[\^/\]\*((?:\\.|\[\^?\]?[^\]]*\](?!\*)|[^/\\\[\]()*+?{}|])+)(?=\[\^/\]\*)"
_ATOM = r"(?>[^/]*?\1)"


def _compile(lines: list[str]) -> list[tuple[bool, re.Pattern[str]]]:
    import re

    from pathspec import GitIgnoreSpec

    compiled: list[tuple[bool, re.Pattern[str]]] = []
    for line in lines:
        if line.rstrip().endswith("/**/"):
            # git means the folders within; pathspec takes it for the folder before the stars.
            line = line.rstrip() + "*/"
        try:
            patterns = GitIgnoreSpec.from_lines([line]).patterns
        except (ValueError, re.error):
            continue  # git, too, goes on without a pattern that it cannot read.
        for pattern in patterns:
            regex: re.Pattern[str] | None = getattr(pattern, "regex", None)
            if pattern.include is not None and regex is not None:
                compiled.append((pattern.include, re.compile(re.sub(_STAR, _ATOM, regex.pattern))))
    return compiled


def _matches(regex: re.Pattern[str], path: str, is_folder: bool) -> bool:
    """Tell whether a translated pattern matches this entry rather than a folder above it.

    pathspec marks the slash behind a matched folder by a group; for the entry itself that slash is
    the last character.
    """
    if "ps_d" not in regex.groupindex:
        # `*`, or `docs/**`, which is translated to "begins with docs/".
        return regex.search(path) is not None
    subject = path + "/" if is_folder else path
    found = regex.search(subject)
    if found is None:
        return False
    if found.group() == "/":
        return is_folder  # `*/` is every folder.
    return found.end("ps_d") in (-1, len(subject))


def is_included(workspace: Workspace, rel: str) -> bool:
    """Tell whether a sweep would take a Python file at this path, if there is one.

    For single paths that a watcher reports. Reads the ignore files that speak of it.
    """
    if not is_source_name(rel.rpartition("/")[2]) or not is_text(rel):
        return False
    rules = Rules(workspace)
    end = rel.find("/")
    while end >= 0:
        folder = rel[:end]
        if rules.leaves_out(folder, is_folder=True):
            return False
        path = workspace.absolute(folder)
        # A file behind a link that leads inside has another name, under which it is indexed.
        if os.path.islink(path) and (
            _leads_inside(workspace, path) or not rules.may_lead_outside(folder)
        ):
            return False
        names = {name for name in _TELLING if os.path.exists(f"{path}/{name}")}
        if folder.rpartition("/")[2] in ("build", "dist"):
            names.update(_names(path))
        if is_left_out_by_contents(path, names) and not rules.leads_to_included(folder):
            return False
        end = rel.find("/", end + 1)
    if rules.leaves_out(rel, is_folder=False):
        return False
    path = workspace.absolute(rel)
    return not os.path.islink(path) or _leads_inside(workspace, path) or rules.may_lead_outside(rel)


def leads_outside(workspace: Workspace, rel: str) -> bool:
    """Tell whether a path of the workspace leads out of it by a link that no setting includes."""
    path = workspace.absolute(rel)
    return (
        not _leads_inside(workspace, path)
        and os.path.realpath(path) != workspace.root
        and not Rules(workspace).may_lead_outside(rel)
    )


class Rules:
    """The rules of one workspace, reading each ignore file when it is first needed."""

    __slots__ = (
        "_above",
        "_cache",
        "_chains",
        "_exclude",
        "_include",
        "_passages",
        "_present",
        "_root",
        "stamps",
    )

    stamps: dict[str, str]
    """Path of every file whose being there, or contents, the rules rest on, to its stamp."""

    def __init__(self, workspace: Workspace, present: set[str] | None = None) -> None:
        """Take the rules of a workspace.

        `present` names its ignore files, and is added to by a caller that finds more while it
        walks; without it each folder is asked.
        """
        config = workspace.config
        self._root = workspace.root
        self._cache = workspace.ignore_cache
        self._exclude = self._setting(config.exclude)
        self._include = self._setting(config.include)
        self._above: tuple[tuple[str, Patterns], ...] | None = None
        self._chains: dict[str, tuple[tuple[str, Patterns], ...]] = {}
        self._passages: dict[str, bool] = {"": False}
        self._present: set[str] | None = present
        self.stamps = {}
        if not config.follow_gitignore:
            self._present, self._above = set(), ()

    def leaves_out(self, rel: str, is_folder: bool) -> bool:
        """Tell whether an entry is left out; the folders above it are taken to be walked."""
        if self._exclude and self._exclude.decide(rel, is_folder):
            return True
        if self._include:
            if self._include.covers(rel, is_folder):
                return False
            if self._is_passage(rel.rpartition("/")[0]):
                # Walked only because something further down is to be included.
                return not (is_folder and self.leads_to_included(rel))
        left_out = (is_folder and is_left_out_by_name(rel.rpartition("/")[2])) or self._ignored(
            rel, is_folder
        )
        return left_out and not (is_folder and self.leads_to_included(rel))

    def consult(self, folder: str) -> dict[str, str]:
        """Read what speaks of a folder's entries, if it was not read yet. Return `stamps`."""
        self._chain(folder)
        return self.stamps

    def may_lead_outside(self, path: str) -> bool:
        """Tell whether a link may lead out of the workspace.

        The settings, which come with the workspace, have to include it, and the user has to allow
        that with ``FLUX_INDEX_FOLLOW_LINKS``.
        """
        return bool(os.environ.get("FLUX_INDEX_FOLLOW_LINKS")) and self.leads_to_included(path)

    def leads_to_included(self, folder: str) -> bool:
        """Tell whether the settings include the folder, or may include something below it."""
        if not self._include:
            return False
        below = folder + "/"
        return self._include.covers(folder, is_folder=True) or any(
            (head + "/").startswith(below) or below.startswith(head + "/")
            for head in self._include.literal_heads()
        )

    def _is_passage(self, folder: str) -> bool:
        known = self._passages.get(folder)
        if known is None:
            known = self._is_passage(folder.rpartition("/")[0])
            if self._include.covers(folder, is_folder=True):
                known = False
            elif not known:
                path = f"{self._root}/{folder}"
                known = (
                    is_left_out_by_name(folder.rpartition("/")[2])
                    or self._ignored(folder, is_folder=True)
                    or is_left_out_by_contents(path, _names(path))
                    or os.path.islink(path)  # and leads outside: others are not walked
                )
            self._passages[folder] = known
        return known

    def _ignored(self, rel: str, is_folder: bool) -> bool:
        folder, _, name = rel.rpartition("/")
        chain = self._chain(folder)
        if not any(patterns.may_ignore(name, is_folder) for _, patterns in chain):
            return False
        for base, patterns in chain:
            decided = patterns.decide(_below(base, rel), is_folder)
            if decided is not None:
                return decided
        return False

    def _chain(self, folder: str) -> tuple[tuple[str, Patterns], ...]:
        """Return the ignore files that speak of entries in `folder`, the strongest first.

        Each with where it lies: a folder of the workspace, or '../' for each folder above it.
        """
        chain = self._chains.get(folder)
        if chain is None:
            above = self._chain(folder.rpartition("/")[0]) if folder else self._from_above()
            base = f"{folder}/" if folder else ""
            path = f"{self._root}/{base}{IGNORE_FILE}"
            if self._present is None or path in self._present:
                patterns = self._load(path)
                above = ((base, patterns), *above) if patterns else above
            chain = self._chains[folder] = above
        return chain

    def _from_above(self) -> tuple[tuple[str, Patterns], ...]:
        """Return the ignore files outside the workspace: those up to the top of the repository."""
        if self._above is not None:
            return self._above
        chain: list[tuple[str, Patterns]] = []
        top, climbed = self._root, ""
        while not os.path.exists(top + "/.git"):
            self.stamps[top.rstrip("/") + "/.git"] = ABSENT
            parent = os.path.dirname(top)
            if parent == top:
                # No repository. The workspace's own ignore files still say what is generated.
                self._above = ()
                return ()
            climbed = f"{top.rpartition('/')[2]}/{climbed}"
            top = parent
            patterns = self._load(f"{top}/{IGNORE_FILE}")
            chain.append((f"../{climbed}", patterns))
        patterns = self._load(git_folders(top + "/.git")[1] + "/info/exclude")
        chain.append((f"../{climbed}", patterns))
        chain = [(base, patterns) for base, patterns in chain if patterns]
        # A workspace that its repository ignores was still chosen as one.
        if any(
            p.covers(base[3:].rstrip("/"), is_folder=True) for base, p in chain if base != "../"
        ):
            chain = []
        self._above = tuple(chain)
        return self._above

    def _load(self, path: str) -> Patterns:
        stamp = self.stamps[path] = file_stamp(path)
        cached = self._cache.get(path)
        if cached is not None and cached[0] == stamp:
            return cached[1]
        lines: list[str] = []
        if stamp != ABSENT:
            try:
                raw = read(path, _MAX_READ).decode("utf-8-sig", "surrogateescape")
                lines = [line.rstrip("\r\n") for line in raw.split("\n")]
            except UnreadableError:
                pass  # git ignores what it cannot read, too.
        patterns = Patterns(lines)
        self._cache[path] = (stamp, patterns)
        return patterns

    def _setting(self, lines: tuple[str, ...]) -> Patterns:
        key = "\n".join(("", *lines))
        cached = self._cache.get(key)
        if cached is None:
            cached = self._cache[key] = ("", Patterns(lines))
        return cached[1]


_MAX_READ = 1_000_000
_TELLING = ("pyvenv.cfg", "conda-meta", "__init__.py", ".git")


def _below(base: str, rel: str) -> str:
    """Return a workspace path as seen from where an ignore file lies."""
    return base[3:] + rel if base.startswith("../") else rel[len(base) :]


def _leads_inside(workspace: Workspace, path: str) -> bool:
    real = os.path.realpath(path).replace(os.sep, "/") + "/"
    return real.startswith(workspace.root.rstrip("/") + "/")


def _names(path: str) -> set[str]:
    try:
        return set(os.listdir(path))
    except OSError:
        return set()
