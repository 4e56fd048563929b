"""What git says of a repository, asked so that nothing the repository names is run.

Only objects are read, and git's index: never the work tree, whose filters, file system monitors
and external diffs are programs that a repository's settings name. Contents are compared here. Names
from outside never stand where git looks for options.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from hashlib import sha1, sha256

from ...indexer.errors import InvalidArgumentsError
from ..quoting import escaped
from .git_files import refuse_foreign_files
from .programs import program_outside, run_bounded

# Seconds that anything but the log may take.
_PATIENCE = 20.0
# Bytes that are taken of contents at once.
_MOST_BYTES = 200_000_000
_OPTIONS = (
    "--no-pager", "--no-replace-objects",
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false",
    "-c", "core.attributesFile=/dev/null", "-c", "core.excludesFile=/dev/null",
    "-c", "diff.external=",
    "-c", "log.showSignature=false", "-c", "log.mailmap=false", "-c", "protocol.allow=never",
    "-c", "submodule.recurse=false", "-c", "diff.orderFile=/dev/null",
    # A repository that lies in another one as if it were files of it.
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    # What a partial clone lacks stays unknown: nothing is fetched.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EXTERNAL_DIFF": "",
    "LC_ALL": "C",
}
_OBJECT_ID = re.compile(r"[0-9a-f]{16,64}")


def is_object_id(text: str) -> bool:
    """True if a text is the hash of an object of git, perhaps abbreviated to 16 digits."""
    return _OBJECT_ID.fullmatch(text) is not None


class Repository:
    """The git repository that a folder lies in, for reading only."""

    def __init__(self, folder: str) -> None:
        """Name the folder; nothing is run yet."""
        self._folder = folder
        self._is_checked = False

    def head(self) -> str:
        """Return the hash of the commit that is checked out; empty when there is none."""
        try:
            found, _, _ = self.run("rev-parse", "--verify", "--quiet", "HEAD")
        except InvalidArgumentsError:
            return ""
        return found.decode("ascii", "replace").strip() if found else ""

    def tree(self, revision: str) -> dict[str, str]:
        """Return the object of each file of a revision below the folder, by path from it.

        Raises InvalidArgumentsError for what names no revision.
        """
        if revision.startswith("-"):
            raise InvalidArgumentsError(f"a revision does not begin with -: {revision}")
        if revision == "HEAD" and not self.head() and self._is_new():
            return {}
        found = self._ask("rev-parse", "--verify", "--end-of-options", revision + "^{commit}")
        listed = self._ask("ls-tree", "-r", "-z", found.decode("ascii", "replace").strip())
        return _objects(listed, 2)

    def _is_new(self) -> bool:
        """True if nothing has been committed yet."""
        found, _, _ = self.run("rev-list", "--all", "--max-count=1")
        return found is not None and not found.strip()

    def staged(self) -> dict[str, str]:
        """Return the object of each file of git's index below the folder, by path from it."""
        return _objects(self._ask("ls-files", "--stage", "-z"), 1)

    def contents(self, objects: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of objects by their hash; those that are not there are left out.

        So is what is too large to be anybody's source: few bytes can be inflated to any number.
        """
        asked = "\n".join([*sorted(set(objects)), ""]).encode()
        listed = self._ask("cat-file", "--batch-check", given=asked).decode("ascii", "replace")
        wanted: list[str] = []
        room = _MOST_BYTES
        for line in listed.splitlines():
            name, _, rest = line.partition(" ")
            size = rest.rpartition(" ")[2]
            if size.isdigit() and int(size) <= room:
                room -= int(size)
                wanted.append(name)
        if not wanted:
            return {}
        output = self._ask("cat-file", "--batch", given="\n".join([*wanted, ""]).encode())
        found: dict[str, bytes] = {}
        at = 0
        for name in wanted:
            end = output.find(b"\n", at)
            header = output[at:end].split(b" ")
            at = end + 1
            if len(header) == 3 and header[2].isdigit():
                size = int(header[2])
                found[name] = output[at : at + size]
                at += size + 1
        return found

    def run(
        self, *arguments: str, given: bytes = b"", seconds: float = _PATIENCE
    ) -> tuple[bytes | None, str, bool]:
        """Return what git prints, or None and the first line of its error message.

        The last part is True if time was up, and what git had printed until then is returned.
        Raises InvalidArgumentsError when git cannot be run, or must not be.
        """
        if not self._is_checked:
            refuse_foreign_files(self._folder)
            self._is_checked = True
        program = program_outside("git", self._folder)
        if program is None:
            raise InvalidArgumentsError("git cannot be run: it is not installed")
        environment = {**os.environ, **_ENVIRONMENT}
        command = [program, *_OPTIONS, *arguments]
        try:
            output, errors, status = run_bounded(
                command, given, self._folder, seconds=seconds, environment=environment
            )
        except OSError as error:
            raise InvalidArgumentsError(f"git cannot be run: {error.strerror}") from error
        except subprocess.TimeoutExpired as late:
            got: bytes = late.output or b""
            return got, "it takes too long", True
        if status == 0:
            return output, "", False
        message = errors.decode("utf-8", "replace").strip().partition("\n")[0]
        message = escaped(message.removeprefix("fatal: "))
        if message == "Needed a single revision":
            message = f"bad revision '{arguments[-1].partition('^{')[0]}'"
        return None, message, False

    def _ask(self, *arguments: str, given: bytes = b"") -> bytes:
        found, message, is_late = self.run(*arguments, given=given)
        if message.startswith("bad revision"):
            raise InvalidArgumentsError(f"there is no revision {message[13:]} in {self._folder}")
        if found is None or is_late:
            if message.startswith("detected dubious ownership"):
                # What git advises for files of another user.
                message += f"; git config --global --add safe.directory {self._folder} trusts it"
            raise InvalidArgumentsError(
                f"git cannot tell what has changed in {self._folder}: "
                f"{message or 'it failed'}. Without git, whole files, a diff or a proposed text "
                "can be judged"
            )
        return found


def differs(content: bytes, object_id: str) -> bool:
    """True if a content is not that of an object, whatever the ends of its lines are.

    No filters are applied: they are programs that a repository names.
    """
    make = sha1 if len(object_id) == 40 else sha256
    for text in (content, content.replace(b"\r\n", b"\n")):
        if make(b"blob %d\0" % len(text) + text).hexdigest() == object_id:
            return False
        if b"\r\n" not in content:
            break
    return True


def _objects(listed: bytes, column: int) -> dict[str, str]:
    """Return objects by path from entries like ``MODE TYPE HASH\\tPATH``; links are left out."""
    found: dict[str, str] = {}
    for entry in listed.split(b"\0"):
        fields, _, path = entry.partition(b"\t")
        columns = fields.decode("ascii", "replace").split(" ")
        if path and columns[0].startswith("100"):
            found[os.fsdecode(path)] = columns[column]
    return found
