"""The loop of a run: the model is asked, its calls are answered, and verifying says if it is done.

Every answer of the model is in the ledger before any of its calls is made. A request that fails on
the way is made again a few times; everything else ends in a stop that has a name.
"""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from pydantic_ai import Agent, AgentRun
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAPIError,
    ModelHTTPError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)
from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    ToolCallPart,
    ToolCallPartDelta,
)
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import UsageLimits

from .display import Display
from .prompt import instructions
from .stops import BUDGET, MODEL_ERROR, VERIFY_FAILED, Stop
from .toolbox import toolbox
from .work import Work

# A request that did not get through is made again after so many seconds each.
_PAUSES = (1.0, 4.0)
# However long a server would have it.
_LONGEST_PAUSE = 60.0
# Statuses of answers that are worth another request.
_TRANSIENT = (408, 409, 425, 429)
_MOST_VERIFICATIONS = 3
_RETRIES = 3
# Characters that a token has at most, on average; an answer may say how many it took, or may not.
_LONGEST_TOKEN = 8


@dataclass(slots=True)
class Budget:
    """What a run may spend, and seconds that the model may stay silent."""

    requests: int
    tokens: int
    seconds: float


async def drive(
    work: Work, model: Model, prompt: str | None, budget: Budget, display: Display
) -> None:
    """Run until the task is done, or raise Stop; ``prompt`` is None to go on with one."""
    with warnings.catch_warnings():
        # Said at the end, by the account.
        warnings.filterwarnings("ignore", message="Some responses omitted usage")
        run = _Run(work, model, budget, display)
        async with run.agent:  # its connections are closed with it
            await run.run(prompt)


class _BrokenOffError(Exception):
    """An answer whose end has not come, whatever there is of it."""


def _is_broken_off(response: ModelResponse) -> bool:
    """True if a response does not say why it ends: its stream was cut, which is no error to read.

    What is there may read like a last word, or be half a call.
    """
    return response.finish_reason is None


class _Run:
    def __init__(self, work: Work, model: Model, budget: Budget, display: Display) -> None:
        self.work, self.display, self.budget = work, display, budget
        self.agent: Agent[Work, str] = Agent(
            model,
            deps_type=Work,
            instructions=instructions(work.workspace),
            tools=toolbox(),
            model_settings=ModelSettings(timeout=budget.seconds, max_retries=0),
            retries=_RETRIES,
        )
        self.limits = UsageLimits(request_limit=budget.requests, total_tokens_limit=budget.tokens)
        self.usage = display.usage
        self.history = _parsed(work.history())
        self.failures = 0

    async def run(self, prompt: str | None) -> None:
        """Ask, verify, and ask again until it is right."""
        known: set[str] = set()
        while True:
            try:
                text = await self._ask(prompt)
            except Stop:
                raise
            except UsageLimitExceeded as error:
                raise Stop(BUDGET, str(error)) from error
            except (UnexpectedModelBehavior, AgentRunError) as error:
                raise Stop(MODEL_ERROR, _words(error)) from error
            self.display.said(text)
            is_right, found, key = self.work.finish()
            if is_right:
                return
            self.display.verified(found)
            if key in known or len(known) + 1 >= _MOST_VERIFICATIONS:
                raise Stop(VERIFY_FAILED, "it is not what the plan says, or something is wrong")
            known.add(key)
            prompt = f"This is what is left, as it was verified:\n{found}\nMend it."

    async def _ask(self, prompt: str | None) -> str:
        """Return what the model says when it makes no more calls."""
        while True:
            run: AgentRun[Work, str] | None = None
            try:
                async with self.agent.iter(
                    prompt,
                    message_history=self.history,
                    deps=self.work,
                    usage_limits=self.limits,
                    usage=self.usage,
                ) as run:
                    await self._follow(run)
                    assert run.result is not None
                    self._keep(run)
                    return run.result.output
            except (ModelAPIError, _BrokenOffError) as error:
                await self._again(error)
            known = run.all_messages() if run is not None else []
            if known and isinstance(known[-1], ModelResponse) and _is_broken_off(known[-1]):
                known.pop()
            if known:
                self.history, prompt = known, None

    async def _follow(self, run: AgentRun[Work, str]) -> None:
        """Go from node to node, showing what happens."""
        async for node in run:
            if Agent.is_model_request_node(node):
                with self.display.waiting():
                    async with self._unless_silent() as spoken, node.stream(run.ctx) as stream:
                        async for event in stream:
                            spoken(event)
                            self.display.event(event)
            elif Agent.is_call_tools_node(node):
                if _is_broken_off(node.model_response):
                    raise _BrokenOffError("the answer broke off")
                self.failures = 0
                self._keep(run)
                async with node.stream(run.ctx) as stream:
                    async for event in stream:
                        self.display.event(event)

    @asynccontextmanager
    async def _unless_silent(self) -> AsyncGenerator[Callable[[object], None]]:
        """Yield what takes note of the parts of an answer; raise when none comes, or no end.

        An endpoint may send what is no part of an answer for ever, which no limit on reading ends.
        """
        loop = asyncio.get_running_loop()
        characters = 0

        def spoken(event: object) -> None:
            nonlocal characters
            limit.reschedule(loop.time() + self.budget.seconds)
            characters += len(_text_of(event))
            if characters > self.budget.tokens * _LONGEST_TOKEN:
                raise Stop(BUDGET, f"an answer of more than {characters:,} characters")

        try:
            async with asyncio.timeout(self.budget.seconds) as limit:
                yield spoken
        except TimeoutError as error:
            raise _BrokenOffError(f"timed out: nothing for {self.budget.seconds:g} s") from error

    def _keep(self, run: AgentRun[Work, str]) -> None:
        self.history = run.all_messages()
        self.work.remember(_texts(self.history))

    async def _again(self, error: Exception) -> None:
        """Wait before a request is made again; raise Stop if that leads nowhere."""
        status = error.status_code if isinstance(error, ModelHTTPError) else 0
        is_transient = not status or status >= 500 or status in _TRANSIENT
        if not is_transient or self.failures >= len(_PAUSES):
            raise Stop(MODEL_ERROR, _words(error)) from error
        told = getattr(error, "retry_after", None)
        pause = min(told, _LONGEST_PAUSE) if told else _PAUSES[self.failures]
        self.display.note(f"{_words(error)}: asking again in {pause:.0f} s")
        await asyncio.sleep(pause)
        self.failures += 1


def _text_of(event: object) -> str:
    """Return what an event of an answer that is coming brings of text or of a call."""
    match event:
        case PartStartEvent(part=TextPart(content=text) | ThinkingPart(content=text)):
            return text
        case PartDeltaEvent(
            delta=TextPartDelta(content_delta=text) | ThinkingPartDelta(content_delta=text)
        ):
            return text or ""
        case PartStartEvent(part=ToolCallPart(args=given)):
            return str(given or "")
        case PartDeltaEvent(delta=ToolCallPartDelta(args_delta=given)):
            return str(given or "")
        case _:
            return ""


def _texts(messages: list[ModelMessage]) -> list[str]:
    """Return messages as JSON; instructions are made anew when a run goes on."""
    plain = [
        replace(each, instructions=None) if isinstance(each, ModelRequest) else each
        for each in messages
    ]
    listed: list[Any] = json.loads(ModelMessagesTypeAdapter.dump_json(plain))
    return [json.dumps(each, separators=(",", ":"), ensure_ascii=False) for each in listed]


def _parsed(texts: list[str]) -> list[ModelMessage]:
    return ModelMessagesTypeAdapter.validate_json(f"[{','.join(texts)}]")


def _words(error: Exception) -> str:
    """Return what an error of the model says, on one line that is not too long."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 300 else f"{text[:300]}…"
