"""A task in the hands of a model: what it may do, each call at most once, and what is kept of it.

A call that writes is claimed in the ledger before anything is done, and what it was answered is
stored in the transaction that stores that it is done. So a call that was pending when the process
ended is answered from the ledger when the run goes on, never made again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.store.task_store import (
    ACCEPTED,
    ENDED,
    HELD,
    STOPPED,
    WORKING,
    TaskRow,
    TaskStore,
)
from ...indexer.store.task_store import (
    DONE as TASK_DONE,
)
from ...indexer.text import normalize
from ..mcp.budget import shown
from ..mcp.tool_calls import Part
from ..open_workspace import OpenWorkspace
from ..operations import table
from ..sessions.read_log import open_ledger
from ..tasks.file_writes import ChangedMeanwhileError, read_file
from ..tasks.held import contents_now, difference, put_back, write_held
from ..tasks.step import held_contents
from ..tasks.task import DRIVER, need_task
from ..tasks.verify import ALLOWED
from .left import Left, what_is_left
from .stops import DONE, NO_PROGRESS, REFUSED, Stop
from .user import Reply, User

# Tokens of one answer to a model, and of what a task begins with.
_BUDGET, _FIRST_BUDGET = 3000, 4000
# The same call with the same answer, with nothing written meanwhile, leads nowhere.
_MOST_ALIKE = 3


@dataclass(slots=True)
class Leeway:
    """What a run may do without asking."""

    writes: bool = False
    """Write without asking."""
    is_dry: bool = False
    """Write nothing, and hold what would be written."""


class Work:
    """The task of one run."""

    def __init__(
        self, workspace: OpenWorkspace, handle: str, user: User, leeway: Leeway, session: str
    ) -> None:
        self.workspace = workspace
        self.handle = handle
        self.session = session
        """Under which it is remembered what the model was shown."""
        self._user = user
        self._leeway = leeway
        self._counts: dict[str, int] = {}
        self._stored: list[str] = []

    # Beginning and ending

    @classmethod
    def begin(
        cls, workspace: OpenWorkspace, text: str, model: str, user: User, leeway: Leeway
    ) -> tuple[Work, str]:
        """Open a task; return it with the first thing that the model is told."""
        session = table.call(workspace, "begin", {"client": DRIVER})["session"]
        given = {
            "text": text, "client": DRIVER, "model": model, "session": session,
            "budget": _FIRST_BUDGET,
        }  # fmt: skip
        begun = table.call(workspace, "task.begin", given)
        work = cls(workspace, begun["task"], user, leeway, session)
        lines = [text, "", "What the index says about this:", work.told("task.begin", begun)]
        asked = [each["question"] for each in begun["questions"] if each["by"] == "user"]
        answers = [(each, user.ask(each)) for each in asked]
        if answers:
            lines.append("")
        for question, answer in answers:
            said = f"The user says: {answer}" if answer else "Nobody answers: choose, and say so."
            lines.append(f"{question} {said}")
        return work, "\n".join(lines)

    @classmethod
    def resume(
        cls, workspace: OpenWorkspace, handle: str, user: User, leeway: Leeway
    ) -> tuple[Work, TaskRow]:
        """Go on with a task of an earlier run; raises InvalidArgumentsError if there is none.

        What was judged and not written when that run ended is not held any more: whoever was to be
        asked about it has not said yes.
        """
        with open_ledger(workspace) as ledger:
            store = TaskStore(ledger)
            row = _run_of(store, handle)
            with ledger.transaction():
                for step in {each.step for each in store.writes(row.id, state=HELD)}:
                    put_back(store, row.id, step, [])
                if row.state in ENDED:
                    store.set_state(row.id, WORKING)
                store.add_event(row.id, "resumed", {})
        table.call(workspace, "task.resume", {"task": row.id})
        return cls(workspace, row.id, user, leeway, row.session), row

    def finish(self) -> tuple[bool, str, str]:
        """Verify the task and end it if it is right; return so, what was found, and its key.

        Two verifications with the same key have found the same.
        """
        if self._leeway.is_dry:
            answer = self._verified()
            is_right = answer["verdict"] != "broken" and all(
                each["fulfilled"] for each in answer["items"] if is_python(each["path"])
            )
        else:
            given = {"task": self.handle, "run": _may_run_tests()}
            answer = table.call(self.workspace, "task.finish", given)
            is_right = answer["state"] == TASK_DONE
        key = json.dumps([
            [each["id"] for each in answer["items"] if not each["fulfilled"]],
            [[each["id"], each["message"]] for each in answer["findings"]],
            answer.get("run", {}).get("exit_code"),
        ])  # fmt: skip
        return is_right, self.told("task.finish", answer), key

    def stop(self, reason: str, why: str, requests: int, tokens: int) -> Left:
        """Note the end of a run and return what is left; the task can be gone on with."""
        with self._store() as store, store.ledger.transaction():
            about = {"reason": reason, "why": why, "requests": requests, "tokens": tokens}
            store.add_event(self.handle, "run ended", about)
            for step in {each.step for each in store.writes(self.handle, state=HELD)}:
                put_back(store, self.handle, step, [])
            if reason == DONE or self._leeway.is_dry:
                # It holds text of the repository, and nobody goes on with it.
                store.forget_messages(self.handle)
            if need_task(store, self.handle).state not in ENDED:
                text = "dry run" if self._leeway.is_dry and reason == DONE else reason
                store.set_state(self.handle, STOPPED, text)
            if reason == DONE:
                return Left()
            return what_is_left(store, self.handle, can_go_on=not self._leeway.is_dry)

    # History

    def history(self) -> list[str]:
        """Return the messages so far, as JSON."""
        with self._store() as store:
            self._stored = store.messages(self.handle)
        return [*self._stored]

    def remember(self, messages: list[str]) -> None:
        """Store the messages so far, as JSON, in one transaction."""
        with self._store() as store, store.ledger.transaction():
            for number, text in enumerate(messages):
                if number >= len(self._stored) or self._stored[number] != text:
                    store.put_message(self.handle, number, text)
        self._stored = messages

    # What a model may do

    def told(self, operation: str, answer: Mapping[str, Any]) -> str:
        """Return an answer as a model reads it, with text of the repository quoted."""
        part = Part(table.OPERATIONS[operation], {}, answer)
        return shown([part], _FIRST_BUDGET if operation == "task.begin" else _BUDGET).text

    def note_alike(self, name: str, given: Mapping[str, Any], text: str) -> None:
        """Raise Stop when the same call was answered the same too often, with nothing written."""
        key = json.dumps([name, given, text], sort_keys=True, default=str)
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._counts[key] >= _MOST_ALIKE:
            raise Stop(
                NO_PROGRESS, f"`{name}` was called {_MOST_ALIKE} times alike and answered the same"
            )

    def plan(self, given: Mapping[str, Any]) -> str:
        """Answer a call of `plan`."""
        answer = table.call(self.workspace, "task.plan", {**given, "task": self.handle})
        self._user.planned(answer)
        return self.told("task.plan", answer)

    def verify(self) -> str:
        """Answer a call of `verify`."""
        return self.told("task.verify", self._verified())

    def _verified(self) -> Mapping[str, Any]:
        """Return what `task.verify` answers, of a dry run over what is held."""
        given = {"task": self.handle, "run": _may_run_tests() and not self._leeway.is_dry}
        with self._store() as store:
            held = held_contents(store, self.handle)
        python = {
            path: None if content is None else normalize(content)
            for path, content in held.items()
            if is_python(path)
        }
        workspace = self.workspace.with_contents(python) if python else self.workspace
        return table.call(workspace, "task.verify", given)

    def step(self, call: str, given: Mapping[str, Any]) -> str:
        """Answer a call of `step`, which has the name ``call``."""
        return self._once(call, lambda: self._judge_and_write(call, given))

    def undo(self, call: str, given: Mapping[str, Any]) -> str:
        """Answer a call of `undo`, which has the name ``call``."""
        return self._once(call, lambda: self._undo(call, given))

    def _once(self, call: str, do: Any) -> str:
        """Answer a call by doing it, or by what the ledger has of it."""
        with self._store() as store, store.ledger.transaction():
            is_new, answered = store.claim_call(self.handle, call)
            if is_new:
                store.add_event(self.handle, "called", {"call": call})
        if answered is not None:
            return answered
        if not is_new:
            return self._answer(call, self._cut_off(call))
        try:
            return self._answer(call, do())
        except (InvalidArgumentsError, ChangedMeanwhileError) as error:
            return self._answer(call, f"nothing was done: {error}")

    def _answer(self, call: str, text: str) -> str:
        with self._store() as store:
            store.answer_call(self.handle, call, text)
        return text

    def _cut_off(self, call: str) -> str:
        """Return what became of a call in the midst of which a run ended."""
        with self._store() as store:
            events = store.events(self.handle)
        begun = max(
            each.number for each in events
            if each.kind == "called" and each.about["call"] == call
        )  # fmt: skip
        done = [
            path
            for each in events
            if each.number > begun and each.kind in ("written", "recovered")
            for path, outcome in zip(
                each.about["paths"],
                each.about.get("outcomes") or ["as after"] * len(each.about["paths"]),
                strict=True,
            )
            if outcome == "as after"
        ]
        if done:
            return f"this call was cut off, and is not made again; written: {', '.join(done)}"
        return "this call was cut off, and is not made again; nothing was written"

    def _judge_and_write(self, call: str, given: Mapping[str, Any]) -> str:
        with self._store() as store:
            before = store.writes(self.handle, state=HELD)
            held_before = held_contents(store, self.handle)
        asked = {**given, "task": self.handle, "hold": True}
        answer = dict(table.call(self.workspace, "task.step", asked))
        step: str = answer["step"]
        if "ended" in answer:
            self._user.judged(answer)
            if text := self._stuck(call, answer):
                return text
            wrong = [each["id"] for each in answer["findings"] if each["severity"] == "error"]
            asked["overrule"] = wrong
            answer = dict(table.call(self.workspace, "task.step", asked))
        if answer["verdict"] != ACCEPTED:
            self._user.judged(answer)
            return self.told("task.step", answer)
        with self._store() as store:
            doubts = self._new_doubts(store, answer)
            held = held_contents(store, self.handle)
            if doubts:
                put_back(store, self.handle, step, before)
        if doubts:
            answer["verdict"] = "doubtful"
        self._user.judged(answer)
        if doubts:
            return "\n".join([
                self.told("task.step", answer),
                "Nothing is written yet. Mend what is doubtful, or submit the same again if it is "
                "right as it is.",
            ])  # fmt: skip
        paths = [path for path in held if held[path] != held_before.get(path, b"\0")]
        diff = difference(contents_now(self.workspace, held_before, paths), contents_now(
            self.workspace, held, paths))  # fmt: skip
        self._user.show(diff)
        if self._leeway.is_dry:
            self._user.wrote([])
            answer["written"] = []
            return f"{self.told('task.step', answer)}\n(dry run: accepted, and not on disk)"
        if not self._leeway.writes:
            reply = self._user.ask_write(f"step {step}")
            if not reply.is_yes:
                with self._store() as store:
                    put_back(store, self.handle, step, before)
                return self._refused(call, f"step {step}", reply)
        return self._write(call, step, answer)

    def _stuck(self, call: str, answer: Mapping[str, Any]) -> str:
        """Ask who can decide about a step that has had its rounds; return what the model is told.

        That is nothing if the step is right as it is. Raises Stop if nobody says so.
        """
        step, text = answer["step"], self.told("task.step", answer)
        if not answer["findings"]:  # it was stuck before this round
            return text
        reply = self._user.ask_overrule(step, answer["ended"])
        if reply.is_yes:
            return ""
        if reply.instead:
            return f"{text}\nThe user says: {reply.instead}\nGive this step a new `plan` first."
        self._answer(call, text)
        raise Stop(NO_PROGRESS, f"step {step}: {answer['ended']}")

    def _new_doubts(self, store: TaskStore, answer: Mapping[str, Any]) -> list[str]:
        """Return ids of warnings of a step that the model was not told before, and note them."""
        told = {
            each for event in store.events(self.handle, "doubted") for each in event.about["ids"]
        }
        new = [
            each["id"]
            for each in answer["findings"]
            if each["severity"] == "warning" and each["id"] not in told
        ]
        if new:
            store.add_event(self.handle, "doubted", {"step": answer["step"], "ids": new})
        return new

    def _refused(self, call: str, what: str, reply: Reply) -> str:
        if reply.instead:
            return f"The user did not want this written, and says: {reply.instead}"
        self._answer(call, "The user did not want this written.")
        raise Stop(REFUSED, what)

    def _write(self, call: str, step: str, answer: dict[str, Any]) -> str:
        text = ""
        written: list[str] = []
        with self._store() as store:

            def stored(batch: str, paths: list[str]) -> None:
                nonlocal text
                answer.update({"written": paths, "token": batch} if batch else {})
                answer.pop("held", None)
                answer["next"] = "the next step, or `verify` after the last one"
                text = self.told("task.step", answer)
                written.extend(paths)
                store.answer_call(self.handle, call, text)

            try:
                write_held(self.workspace, store, self.handle, step, stored)
            except ChangedMeanwhileError:
                put_back(store, self.handle, step, [])
                raise
        self._counts.clear()
        self._user.wrote(written)
        return text

    def _undo(self, call: str, given: Mapping[str, Any]) -> str:
        token = given["token"]
        with self._store() as store:
            rows = [row for row in store.writes(batch=token) if row.task == self.handle]
            if not rows:
                raise InvalidArgumentsError(f"nothing was written under {token!r} in this task")
            files = self.workspace.index.workspace
            now = {row.path: read_file(files, row.path) for row in rows}
            then = {
                row.path: None if row.before is None else store.blob(row.before) for row in rows
            }
        if self._leeway.is_dry:
            raise InvalidArgumentsError("this is a dry run: nothing was written")
        self._user.show(difference(now, then))
        if not self._leeway.writes:
            reply = self._user.ask_write(f"undo {token}")
            if not reply.is_yes:
                return self._refused(call, f"undo {token}", reply)
        answer = table.call(self.workspace, "task.undo", {"token": token})
        self._counts.clear()
        self._user.wrote([*answer["items"]])
        return self.told("task.undo", answer)

    @contextmanager
    def _store(self) -> Generator[TaskStore, None, None]:
        with open_ledger(self.workspace) as ledger:
            yield TaskStore(ledger)


def _run_of(store: TaskStore, handle: str) -> TaskRow:
    """Return the task of an earlier run, the last one if it is called so."""
    if handle != "last":
        row = need_task(store, handle)
        if row.client != DRIVER:
            raise InvalidArgumentsError(f"task {handle} was not begun by `flux-index run`")
    else:
        row = next((each for each in store.tasks() if each.client == DRIVER), None)
        if row is None:
            raise InvalidArgumentsError("there is no run to go on with")
    if row.state == TASK_DONE:
        raise InvalidArgumentsError(f"task {row.id} is done")
    if not store.messages(row.id):
        raise InvalidArgumentsError(f"task {row.id} has not got as far as a model's first answer")
    return row


def is_python(path: str) -> bool:
    """True if a file is one that the index judges."""
    return path.endswith((".py", ".pyi"))


def _may_run_tests() -> bool:
    return bool(os.environ.get(ALLOWED, "").strip())
