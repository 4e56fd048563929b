"""Writing a file completely or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from tempfile import NamedTemporaryFile
from typing import IO

from ...indexer import platforms
from ...indexer.errors import InvalidArgumentsError
from ..inside import refuse_link_outside


@contextmanager
def output_file(path: str, root: str) -> Generator[IO[bytes]]:
    """Open a file that a command writes its answer to; it is complete or not there.

    Raises InvalidArgumentsError if it cannot be written, or is a link that leads out of the
    workspace or the folder where the command was called: a repository may have put one there.
    """
    for folder in (os.getcwd(), root):
        refuse_link_outside(folder, path)
    try:
        with whole_file(path) as file:
            yield file
    except OSError as error:
        raise InvalidArgumentsError(f"{path} cannot be written: {error}") from error


@contextmanager
def whole_file(path: str) -> Generator[IO[bytes]]:
    """Open a file that takes the place of ``path`` when all of it is written.

    Until then it lies beside it, under a name that nobody can know before: a repository cannot have
    put a link there. Links to ``path`` and its mode are kept.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    with NamedTemporaryFile(dir=folder, prefix=".flux-index-", delete=False) as file:
        try:
            yield file
            file.close()
            if os.path.exists(target):
                shutil.copymode(target, file.name)
            else:
                os.chmod(file.name, 0o644)
            platforms.replace(file.name, target)
        except BaseException:
            file.close()
            with suppress(OSError):
                platforms.remove(file.name)
            raise
