"""Judge files on other machines, which are given copies of what judging looks at.

A task names the parts that it needs by content, and a worker that lacks some of them says so and is
given them once. What comes back are verdicts as machines share them: they count where all that they
rest on is the same here. Where a worker was not given all that it looked at, it is given that and
asked again. All else is judged on this machine.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from threading import Lock

from ...indexer.errors import OtherVersionError
from ...indexer.inference.inference import Inference
from ...indexer.mirror import Layout, Mirror
from ...indexer.replica import Replica
from ...indexer.text import UnreadableError, read
from ..check.fixes.ranking_model import NAME as RANKER
from ..open_workspace import OpenWorkspace
from .kept_verdicts import KeptVerdicts
from .portable_verdicts import PortableVerdicts, program_key
from .whole_files import Judged, judge_here

# Files beside one another share much of what they rest on, but the last worker should end in time.
_CHUNKS_OF_WORKER, _LARGEST_CHUNK = 6, 12
_SECONDS_BETWEEN_LOOKS = 0.1
# A chunk takes some seconds. When none is done for so long, nobody works any more.
_SILENT_SECONDS = 120.0
# So often a chunk is judged again with more of what it rests on.
_MOST_ROUNDS = 8
_LARGEST_RANKER = 256_000


@dataclass(frozen=True, slots=True)
class Task:
    """What workers are told of a workspace, with each chunk of its files."""

    program: str
    """What judges where the task comes from, see :func:`program_key`."""

    workspace: str
    """Which workspace and environment it is: for others, a worker begins anew."""

    layout: Layout
    manifest: dict[str, bytes]
    """Hash of the part of each folder."""


@dataclass(slots=True)
class Answer:
    """What a worker says: the parts that it lacks, or verdicts."""

    lacking: list[bytes] = field(default_factory=list[bytes])
    verdicts: bytes = b""


def judge_on_cluster(
    inference: Inference, kept: KeptVerdicts, cluster: Executor, paths: Sequence[str]
) -> dict[str, Judged]:
    """Return the verdicts on some files that workers elsewhere found, and that hold here.

    Raises OtherVersionError where another program would judge.
    """
    index = inference.snapshot.index
    portable = PortableVerdicts(index)
    if not portable.key:
        index.note(
            "nothing was judged on other machines: a package of the environment is installed from "
            "a folder outside of the workspace"
        )
        return {}
    work = _Distribution(inference, kept, portable, cluster)
    judged = work.run(paths)
    for sentence in work.notes:
        index.note(sentence)
    return judged


class _Distribution:
    """Chunks of files on their way to workers and back."""

    def __init__(
        self,
        inference: Inference,
        kept: KeptVerdicts,
        portable: PortableVerdicts,
        cluster: Executor,
    ) -> None:
        index = inference.snapshot.index
        self._inference = inference
        self._kept = kept
        self._portable = portable
        self._cluster = cluster
        self._width = getattr(cluster, "width", 1)
        self._replica = Replica(index, portable.paths, kept.paths)
        state: dict[str, bytes] = {}
        try:
            state[RANKER] = read(os.path.join(index.workspace.state_dir, RANKER), _LARGEST_RANKER)
        except UnreadableError:
            pass
        self._task = Task(
            program_key(index.workspace.root),
            f"{index.workspace.root} {portable.key.hex()}",
            Layout.of(index.workspace, state),
            {},
        )
        self._pending: deque[tuple[list[str], int]] = deque()
        # Each with the files, how often they were asked for, and what had been added by then.
        self._running: dict[Future[Answer], tuple[list[str], int, int]] = {}
        self._judged: dict[str, Judged] = {}
        self.notes: list[str] = []

    def run(self, paths: Sequence[str]) -> dict[str, Judged]:
        """Judge files there; returns what came of it."""
        size = min(max(len(paths) // (self._width * _CHUNKS_OF_WORKER), 1), _LARGEST_CHUNK)
        for first in range(0, len(paths), size):
            self._pending.append((list(paths[first : first + size]), 0))
        heard = time.monotonic()
        try:
            while self._pending or self._running:
                while self._pending and len(self._running) < 2 * self._width:
                    self._submit(*self._pending.popleft())
                done, _ = wait(self._running, _SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
                self._inference.snapshot.work.look()  # whoever asked may have called it off
                for future in done:
                    self._take_in(future)
                if done:
                    heard = time.monotonic()
                elif time.monotonic() - heard > _SILENT_SECONDS:
                    self.notes.append("the cluster was not waited for: it says nothing")
                    break
        finally:
            for future in self._running:
                future.cancel()
        return self._judged

    def _submit(self, paths: list[str], rounds: int, lacking: Sequence[bytes] = ()) -> None:
        parts = {digest: self._replica.part(digest) for digest in lacking}
        task = replace(self._task, manifest=dict(self._replica.manifest))
        try:
            future: Future[Answer] = self._cluster.submit(judge_elsewhere, task, parts, paths)
        except Exception as error:  # each library has errors of its own
            self._lose(error)
            return
        self._running[future] = paths, rounds, self._replica.additions

    def _take_in(self, future: Future[Answer]) -> None:
        """Take in an answer, and ask again where it was none."""
        paths, rounds, additions = self._running.pop(future)
        try:
            answer = future.result()
        except OtherVersionError:
            raise
        except Exception as error:  # workers that died too often, a scheduler that is gone
            self._lose(error)
            return
        if answer.lacking:
            if rounds < _MOST_ROUNDS:
                self._submit(paths, rounds + 1, answer.lacking)
            return
        unpacked = self._portable.unpack(answer.verdicts)
        if unpacked is None:
            self.notes.append("verdicts of another machine were not used: it sees other files")
        elif not unpacked.differing:
            held = self._kept.holding(unpacked.files, unpacked.verdicts)
            self._judged.update({path: held[path] for path in paths if path in held})
            self._kept.note_outside(unpacked.outside)
        elif rounds < _MOST_ROUNDS and (
            self._replica.add(unpacked.differing) or self._replica.additions > additions
        ):
            self._pending.appendleft((paths, rounds + 1))

    def _lose(self, error: Exception) -> None:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        self.notes.append(f"what the cluster gave up was judged on this machine: {reason}")


_mirrors: dict[str, Mirror] = {}
# What was inferred for one chunk serves the next.
_inference: list[Inference] = []
# A worker may have several threads: they judge one after the other.
_judging = Lock()


def leave() -> None:
    """Remove the workspace that this worker has."""
    _inference.clear()
    while _mirrors:
        _mirrors.popitem()[1].close()


def judge_elsewhere(task: Task, parts: dict[bytes, bytes], paths: list[str]) -> Answer:
    """Judge files of a workspace on a machine that has none of its files; runs in a worker.

    Raises OtherVersionError where other verdicts would come of it than where the task comes from.
    """
    with _judging:
        if task.program != program_key(task.layout.root):
            raise OtherVersionError(
                "another version of flux-index, of Python or of ruff judges there: install the same"
            )
        if task.workspace not in _mirrors:
            leave()  # one workspace at a time
            _mirrors[task.workspace] = Mirror(task.layout)
        mirror = _mirrors[task.workspace]
        lacking = [digest for digest in mirror.lacking(task.manifest) if digest not in parts]
        if lacking:
            return Answer(lacking=lacking)
        index = mirror.index(task.manifest, parts)
        if not _inference or _inference[0].snapshot.index is not index:
            _inference[:] = [OpenWorkspace(index, "touch").inference(whole=False)]
        [inference] = _inference
        judged = judge_here(inference, paths, mirror.files)
        index.facts_provider.save()
        files = {path: row[3].hex() for path, row in index.view().files.items()}
        blob, _ = PortableVerdicts(index).pack(files, judged, is_still=True)
        return Answer(verdicts=blob)
