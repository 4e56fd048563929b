"""Worker threads in lanes, so that what takes long does not hold up what is quick."""

from __future__ import annotations

import threading
from queue import SimpleQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Job = Callable[[], None]


class Lane:
    """A few threads that take jobs in the order in which they come. Started when first needed."""

    __slots__ = ("_jobs", "_lock", "_name", "_running", "_undone", "_workers")

    def __init__(self, name: str, workers: int) -> None:
        """At most so many jobs run at once."""
        self._name = name
        self._workers = workers
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._running = 0
        self._undone = 0
        self._lock = threading.Lock()

    def put(self, job: Job) -> None:
        """Run a job, which must not raise, in one of the threads."""
        with self._lock:
            self._undone += 1
            if self._undone > self._running < self._workers:
                self._running += 1
                threading.Thread(target=self._work, name=self._name, daemon=True).start()
        self._jobs.put(job)

    def stop(self) -> None:
        """Let the threads end when they have done what waits for them."""
        for _ in range(self._running):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            with self._lock:
                self._undone -= 1


class Clock:
    """Calls functions later, each at most once for its key. One thread, started when needed."""

    __slots__ = ("_due", "_put", "_running", "_stopped", "_wake")

    def __init__(self, put: Callable[[Job], None]) -> None:
        """``put`` runs what is due."""
        self._put = put
        self._due: dict[object, tuple[float, Job]] = {}
        self._wake = threading.Condition()
        self._running = False
        self._stopped = False

    def later(self, key: object, seconds: float, job: Job) -> None:
        """Run a job in so many seconds, in place of one with the same key that is not yet due."""
        from time import monotonic

        with self._wake:
            self._due[key] = monotonic() + seconds, job
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="flux-index-clock", daemon=True).start()
            self._wake.notify()

    def stop(self) -> None:
        """Forget what is not due yet."""
        with self._wake:
            self._stopped = True
            self._due.clear()
            self._wake.notify()

    def _run(self) -> None:
        from time import monotonic

        with self._wake:
            while not self._stopped:
                now = monotonic()
                for key in [key for key, (due, _) in self._due.items() if due <= now]:
                    self._put(self._due.pop(key)[1])
                next_due = min((due for due, _ in self._due.values()), default=None)
                self._wake.wait(None if next_due is None else max(0.0, next_due - now))
