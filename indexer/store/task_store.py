"""Tasks in the ledger: their plans, steps, writes, findings and what happened, row by row.

What an agent was asked, planned and wrote is kept in the tables of :mod:`.ledger_schema`. Every
change of a task is one transaction of the ledger with an event that tells of it.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import compress, decompress

from ..hashing import blake2b
from ..redaction import redacted, redacted_values
from .ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

OPEN, UNDERSTOOD, PLANNED, WORKING = "open", "understood", "planned", "working"
VERIFYING, DONE, STOPPED, ABANDONED = "verifying", "done", "stopped", "abandoned"
ENDED = (DONE, STOPPED, ABANDONED)

HELD, INTENT, WRITTEN, UNDONE = "held", "intent", "done", "undone"
WITHDRAWN, LOST = "withdrawn", "lost"
"""States of a write: ``withdrawn`` was put back after a crash, ``lost`` changed by others then."""

ACCEPTED, STUCK = "accepted", "stuck"
MENDED, FIXED, OVERRULED, LEFT = "mended", "fixed", "overruled", "left"
# The client of tasks that are suggestions being applied.
SUGGESTIONS = "suggest"

# Contents from before a write are kept for undoing it as long as this, and what was said in a task
# that nobody went on with.
_BLOB_SECONDS = 30 * 86_400
_OF_OLD_TASKS = "task IN (SELECT id FROM task WHERE changed < ?)"


@dataclass(slots=True)
class TaskRow:
    """A task: where it stands, what was asked, by whom; times in seconds since the epoch."""

    id: str
    state: str
    reason: str
    text: str
    text_hash: str
    client: str
    model: str
    session: str
    origin: str
    begun: float
    changed: float
    ended: float | None
    files: bytes | None


@dataclass(slots=True)
class StepRow:
    """A step of a task: its state, and the judgements that it has had, or had when planned anew."""

    task: str
    id: str
    position: int
    state: str = OPEN
    round: int = 0
    since: int = 0


@dataclass(slots=True)
class WriteRow:
    """A file of a batch: hashes of its contents before and after, None for no file."""

    task: str
    batch: str
    path: str
    step: str
    of: str
    before: bytes | None
    after: bytes | None
    mode: int
    made: str
    state: str
    at: float


@dataclass(slots=True)
class FindingRow:
    """A finding of one round of a step, and what became of it."""

    task: str
    step: str
    id: str
    round: int
    rule: str
    severity: str
    subject: str
    evidence: str
    path: str
    message: str
    fate: str


@dataclass(slots=True)
class EventRow:
    """Something that happened to a task, with what is to be known of it."""

    task: str
    number: int
    at: float
    kind: str
    about: dict[str, Any]


class TaskStore:
    """The tasks of a workspace, in its ledger, which stays the caller's to close."""

    __slots__ = ("ledger",)

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    # Tasks

    def add_task(self, row: TaskRow) -> None:
        """Store a new task; what nobody can need any more of old ones goes."""
        with self.ledger.transaction():
            long_ago = time.time() - _BLOB_SECONDS
            self.ledger.ask("DELETE FROM blob WHERE at < ?", long_ago)
            self.ledger.ask(f"DELETE FROM call WHERE {_OF_OLD_TASKS}", long_ago)
            self.ledger.put(
                "task", row.id, row.state, row.reason, redacted(row.text), row.text_hash,
                row.client, row.model, row.session, row.origin, row.begun, row.changed, row.ended,
                row.files,
            )  # fmt: skip

    def task(self, handle: str) -> TaskRow | None:
        """Return a task; None if there is none of that handle."""
        rows = self.ledger.rows("task", "id = ?", handle)
        return TaskRow(*rows[0]) if rows else None

    def tasks(self, state: str = "", limit: int = -1) -> list[TaskRow]:
        """Return the tasks, those first that changed last; ``state`` narrows them."""
        where, values = ("state = ?", (state,)) if state else ("1", ())
        rows = self.ledger.rows(
            "task", f"{where} ORDER BY changed DESC, id LIMIT ?", *values, limit
        )
        return [TaskRow(*row) for row in rows]

    def task_of_session(self, session: str) -> TaskRow | None:
        """Return the task of a session that has not ended, the newest."""
        where = "session = ? AND ended IS NULL ORDER BY begun DESC LIMIT 1"
        rows = self.ledger.rows("task", where, session)
        return TaskRow(*rows[0]) if rows else None

    def set_state(self, handle: str, state: str, reason: str = "") -> None:
        """Give a task another state; what was only kept to go on with it goes when it ends."""
        now = time.time()
        ended = now if state in ENDED else None
        changed: dict[str, object] = {
            "state": state, "reason": redacted(reason), "changed": now, "ended": ended,
        }  # fmt: skip
        with self.ledger.transaction():
            self.ledger.update("task", changed, id=handle)
            if ended and state != STOPPED:  # which can be gone on with
                self.ledger.ask("DELETE FROM call WHERE task = ?", handle)

    # Plans and steps

    def put_plan(self, handle: str, digest: str, steps: list[dict[str, Any]]) -> int:
        """Store a plan, which replaces the one before; return its version."""
        with self.ledger.transaction():
            version = self.plan(handle)[0] + 1
            self.ledger.put("plan", handle, version, digest, json.dumps(redacted_values(steps)))
            known = {row.id: row for row in self.steps(handle)}
            for at, step in enumerate(steps):
                row = known.pop(step["id"], None) or StepRow(handle, step["id"], at)
                row.position = at
                if row.state != ACCEPTED:
                    row.state, row.since = OPEN, row.round
                self.put_step(row)
            for row in known.values():
                if row.state != ACCEPTED:
                    self.ledger.ask("DELETE FROM step WHERE task = ? AND id = ?", handle, row.id)
        return version

    def plan(self, handle: str) -> tuple[int, str, list[dict[str, Any]]]:
        """Return version, hash and steps of the plan of a task; version 0 without one."""
        where = "task = ? ORDER BY version DESC LIMIT 1"
        for _, version, digest, text in self.ledger.rows("plan", where, handle):
            return version, digest, json.loads(text)
        return 0, "", []

    def steps(self, handle: str) -> list[StepRow]:
        """Return the steps of a task in their order."""
        rows = self.ledger.rows("step", "task = ? ORDER BY position, id", handle)
        return [StepRow(*row) for row in rows]

    def step(self, handle: str, step: str) -> StepRow | None:
        """Return a step; None if there is none of that id."""
        rows = self.ledger.rows("step", "task = ? AND id = ?", handle, step)
        return StepRow(*rows[0]) if rows else None

    def put_step(self, row: StepRow) -> None:
        """Store a step."""
        values = (row.task, row.id, row.position, row.state, row.round, row.since)
        self.ledger.put("step", *values)

    # Writes

    def put_writes(self, rows: Iterable[WriteRow], contents: Iterable[bytes]) -> None:
        """Store writes, with contents that are needed to do or undo them."""
        now = time.time()
        with self.ledger.transaction():
            for content in contents:
                self.ledger.put("blob", digest_of(content), compress(content, 1), now)
            for row in rows:
                self.ledger.put(
                    "write", row.task, row.batch, row.path, row.step, row.of, row.before,
                    row.after, row.mode, row.made, row.state, row.at,
                )  # fmt: skip

    def writes(self, handle: str = "", *, batch: str = "", state: str = "") -> list[WriteRow]:
        """Return writes in the order in which they were made."""
        given = {"task": handle, "batch": batch, "state": state}
        chosen = {name: value for name, value in given.items() if value}
        where = " AND ".join(f"{name} = ?" for name in chosen) or "1"
        rows = self.ledger.rows("write", f"{where} ORDER BY at, path", *chosen.values())
        return [WriteRow(*row) for row in rows]

    def drop_held(self, handle: str) -> None:
        """Forget what was held to be written later."""
        self.ledger.ask("DELETE FROM write WHERE task = ? AND state = ?", handle, HELD)

    def set_write_state(self, row: WriteRow, state: str) -> None:
        """Give one write another state."""
        row.state = state
        key = {"task": row.task, "batch": row.batch, "path": row.path}
        self.ledger.update("write", {"state": state}, **key)

    def blob(self, digest: bytes) -> bytes | None:
        """Return a content; None if it is not kept any more."""
        rows = self.ledger.rows("blob", "hash = ?", digest)
        return decompress(rows[0][1]) if rows else None

    # What happened

    def add_event(self, handle: str, kind: str, about: Mapping[str, Any]) -> None:
        """Store what happened to a task, behind what happened before."""
        with self.ledger.transaction():
            ((last,),) = self.ledger.ask(
                "SELECT coalesce(max(number), 0) FROM event WHERE task = ?", handle
            )
            text = json.dumps(redacted_values(about), separators=(",", ":"))
            self.ledger.put("event", handle, last + 1, time.time(), kind, text)

    def events(self, handle: str, kind: str = "") -> list[EventRow]:
        """Return what happened to a task in its order."""
        where, values = (
            ("task = ? AND kind = ?", (handle, kind)) if kind else ("task = ?", (handle,))
        )
        rows = self.ledger.rows("event", f"{where} ORDER BY number", *values)
        return [
            EventRow(task, number, at, what, json.loads(text))
            for task, number, at, what, text in rows
        ]

    def put_finding(self, row: FindingRow) -> None:
        """Store a finding of a round."""
        self.ledger.put(
            "finding", row.task, row.step, row.id, row.round, row.rule, row.severity,
            redacted(row.subject), row.evidence, row.path, redacted(row.message), row.fate,
        )  # fmt: skip

    def set_fate(self, row: FindingRow, fate: str) -> None:
        """Store what became of a finding."""
        row.fate = fate
        key = {"task": row.task, "step": row.step, "id": row.id, "round": row.round}
        self.ledger.update("finding", {"fate": fate}, **key)

    def findings(self, handle: str, step: str = "") -> list[FindingRow]:
        """Return the findings of a task, or of one of its steps, round by round."""
        where, values = (
            ("task = ? AND step = ?", (handle, step)) if step else ("task = ?", (handle,))
        )
        rows = self.ledger.rows("finding", f"{where} ORDER BY step, round, id", *values)
        return [FindingRow(*row) for row in rows]

    # What a model said and was told

    def messages(self, handle: str) -> list[str]:
        """Return the messages between a model and its tools, in their order, as JSON."""
        rows = self.ledger.rows("model_message", "task = ? ORDER BY number", handle)
        return [row[2] for row in rows]

    def put_message(self, handle: str, number: int, text: str) -> None:
        """Store a message; one of the same number is replaced."""
        self.ledger.put("model_message", handle, number, text)

    def forget_messages(self, handle: str) -> None:
        """Forget what was said in a task, and in tasks that nobody has gone on with for long."""
        self.ledger.ask(
            f"DELETE FROM model_message WHERE task = ? OR {_OF_OLD_TASKS}",
            handle, time.time() - _BLOB_SECONDS,
        )  # fmt: skip

    # Calls

    def claim_call(self, handle: str, call: str) -> tuple[bool, Any]:
        """Return True if a call is new, which it is no longer then, and what it was answered.

        The answer is None where there was none yet.
        """
        with self.ledger.transaction():
            rows = self.ledger.rows("call", "task = ? AND id = ?", handle, call)
            if not rows:
                self.ledger.put("call", handle, call, None)
            return not rows, json.loads(rows[0][2]) if rows and rows[0][2] else None

    def answer_call(self, handle: str, call: str, answer: Any) -> None:
        """Keep what a call was answered, a value of JSON."""
        kept = json.dumps(redacted_values(answer))
        self.ledger.update("call", {"answer": kept}, task=handle, id=call)

    def forget_call(self, handle: str, call: str) -> None:
        """Let a call that has done nothing be made again."""
        self.ledger.ask("DELETE FROM call WHERE task = ? AND id = ?", handle, call)


def digest_of(content: bytes) -> bytes:
    """Return the hash under which a content is kept: BLAKE2b-128, as answers tell of files."""
    return blake2b(content, digest_size=16).digest()
