"""The settings of a workspace."""

from __future__ import annotations

_MAX_FILE_SIZE = 5 * 1024 * 1024


class Config:
    """The workspace's settings: `[tool.flux-index]` in `pyproject.toml`, or `flux-index.toml`."""

    __slots__ = (
        "exclude",
        "follow_gitignore",
        "include",
        "max_file_size",
        "problems",
        "python",
        "source_roots",
        "test_command",
    )

    exclude: tuple[str, ...]
    """Patterns, as in an ignore file, of what not to index. Stronger than `include`."""

    include: tuple[str, ...]
    """Patterns of what to index although ignore files or default rules leave it out. To be found
    inside a folder that is left out, a pattern has to name its path from the root."""

    python: str | None
    """The environment: an interpreter or the folder it is installed in, relative to the root."""

    source_roots: tuple[str, ...] | None
    """Import roots, instead of those that build settings tell."""

    max_file_size: int
    """In bytes; larger files are reported as skipped."""

    follow_gitignore: bool
    """Whether what git ignores is left out."""

    test_command: str
    """How tests are run; only proposed, since a repository must not name what is run."""

    problems: tuple[str, ...]
    """Sentences on what is wrong in settings and build files, each naming the file and reason."""

    def __init__(  # noqa: PLR0913 - all settings, by keyword
        self,
        *,
        exclude: tuple[str, ...] = (),
        include: tuple[str, ...] = (),
        python: str | None = None,
        source_roots: tuple[str, ...] | None = None,
        max_file_size: int = _MAX_FILE_SIZE,
        follow_gitignore: bool = True,
        test_command: str = "",
        problems: tuple[str, ...] = (),
    ) -> None:
        self.exclude = exclude
        self.include = include
        self.python = python
        self.source_roots = source_roots
        self.max_file_size = max_file_size
        self.follow_gitignore = follow_gitignore
        self.test_command = test_command
        self.problems = problems
