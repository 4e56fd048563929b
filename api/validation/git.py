"""What git knows of a workspace: which files changed, and what they were."""

from __future__ import annotations

import os

from ...indexer.errors import InvalidArgumentsError


class Repository:
    """The repository that a folder lies in. Git is asked, never told anything."""

    def __init__(self, folder: str) -> None:
        """Raises InvalidArgumentsError when the folder is in no repository, or git is not there."""
        self._folder = folder
        self.prefix = self._ask("rev-parse", "--show-prefix").decode().strip()
        """Path of the folder from the repository's root, with a slash at its end if not empty."""

    def changed(self, revision: str, *, staged: bool = False) -> list[str]:
        """Files that differ from a revision, new ones that are not ignored among them."""
        listed = self._ask(
            "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z",
            *(["--cached"] if staged else []), revision, "--",
        )  # fmt: skip
        names = listed.split(b"\0")
        if not staged:
            untracked = self._ask("ls-files", "--others", "--exclude-standard", "--full-name", "-z")
            names += untracked.split(b"\0")
        return sorted({os.fsdecode(name) for name in names if name})

    def content(self, revision: str, path: str) -> bytes | None:
        """A file as it was at a revision, or in git's index for an empty one; None when absent."""
        return self._run("cat-file", "blob", f"{revision}:{path}")[0]

    def _ask(self, *arguments: str) -> bytes:
        found, trouble = self._run(*arguments)
        if found is None:
            raise InvalidArgumentsError(
                f"git cannot tell what has changed in {self._folder}: "
                f"{trouble or 'it failed'}. Without git, whole files, a diff or a proposed text "
                "can be judged"
            )
        return found

    def _run(self, *arguments: str) -> tuple[bytes | None, str]:
        """What git prints, or None and the first line of what it complains of."""
        import subprocess

        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=self._folder, env=environment, check=False,
                capture_output=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            raise InvalidArgumentsError(f"git cannot be run: {error.strerror}") from error
        if done.returncode == 0:
            return done.stdout, ""
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        return None, said.removeprefix("fatal: ")
