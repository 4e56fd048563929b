"""Judge whole files, each by itself."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from typing import Any, TypedDict

from ...indexer.errors import FluxIndexError, OutOfTimeError, UnknownFileError
from ...indexer.inference.inference import Inference
from ...indexer.snapshot.recording import Recording
from ..check.check import check_whole_file
from ..check.findings import Finding
from ..check.limitations import Limitation, limitations_of_file
from ..check.rules.ruff import run_ruff
from .finding_views import item, not_judged

# Files that one process of ruff is given.
_AT_ONCE = 32


class FileVerdict(TypedDict):
    """What was found out about a file: findings and limitations as answers show them."""

    items: list[dict[str, Any]]
    unjudged: list[dict[str, Any]]
    left_out: list[str]
    """Sentences on what was left out."""


class Judged(TypedDict):
    """A verdict, and what it rests on in the workspace."""

    verdict: FileVerdict
    files: int
    """Bits of the files that were looked at, by their places in the list of all."""
    names: int
    """Bits of the names whose places were asked for."""


def judge_here(inference: Inference, paths: Iterable[str], every: list[str]) -> dict[str, Judged]:
    """Return the verdict on each of some files, found out in this process.

    ``every`` are the files among which is told which were looked at.
    """
    judged: dict[str, Judged] = {}
    todo = list(paths)
    for first in range(0, len(todo), _AT_ONCE):
        few = todo[first : first + _AT_ONCE]
        run_ruff(inference, few)
        for path in few:
            inference.snapshot.relax()
            with Recording(inference.snapshot) as recording:
                verdict = judge_file(inference, path)
            judged[path] = Judged(
                verdict=verdict, files=recording.files(every), names=recording.names
            )
    return judged


# What ends the judgement of other files as well: the disk, damage, and that it was called off.
_NO_BUGS = (FluxIndexError, OutOfTimeError, OSError, MemoryError)


def _bug(error: Exception) -> str:
    """Return what a report of a bug should say: the error, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (line {frames[-1].lineno} of {os.path.basename(frames[-1].filename)})"
    return f"internal error: {type(error).__name__}: {error}{place}"


def judge_strictly(inference: Inference, paths: Iterable[str]) -> list[FileVerdict]:
    """Return the verdict on each of some files, as strict as on an edit that wrote them."""
    ordered = sorted(paths)
    run_ruff(inference, ordered)
    return [judge_file(inference, path, is_standing=False) for path in ordered]


def judge_file(inference: Inference, path: str, *, is_standing: bool = True) -> FileVerdict:
    """Return the verdict on a file."""
    work = inference.snapshot.work
    before, work.left_out = work.left_out, []
    found: list[Finding] = []
    missing: list[Limitation] = []
    try:
        if inference.exists(path):
            found = check_whole_file(inference, path, is_standing=is_standing)
        missing = limitations_of_file(inference, path)
    except Exception as error:
        if isinstance(error, _NO_BUGS) and not isinstance(error, UnknownFileError):
            raise
        work.leave_out(f"{path} was not judged: {_bug(error)}")
    verdict = FileVerdict(
        items=[item(inference, finding) for finding in found],
        unjudged=[not_judged(inference, each) for each in missing],
        left_out=work.left_out,
    )
    work.left_out = before
    return verdict


def joined(verdicts: Iterable[FileVerdict]) -> FileVerdict:
    """Return verdicts on several files as one; what is missing in several of them is told once."""
    items: list[dict[str, Any]] = []
    unjudged: dict[str, dict[str, Any]] = {}
    left_out: dict[str, None] = {}
    for verdict in verdicts:
        items += verdict["items"]
        for each in verdict["unjudged"]:
            known = unjudged.get(each["what"])
            if known is None:
                unjudged[each["what"]] = dict(each)
            else:
                known["places"] += each["places"]
        left_out.update(dict.fromkeys(verdict["left_out"]))
    return FileVerdict(items=items, unjudged=list(unjudged.values()), left_out=list(left_out))
