"""``flux-index run``: a model works on a task in this workspace, each step judged and shown."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ..open_workspace import OpenWorkspace
from .clean_tree import need_clean_tree
from .stops import DONE, EXIT_CODES, INTERRUPTED, Stop

_MISSING = "flux-index run needs more packages: pip install 'flux-index[agent]'"
MODEL = "FLUX_INDEX_MODEL"
"""The variable with the model of runs that are not told another one."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line of a run."""

    text: str
    model: str
    base_url: str
    resume: str
    workspace: str
    is_dry: bool
    writes: bool
    is_here: bool
    requests: int
    tokens: int
    seconds: float


def run(options: Options) -> int:
    """Run until a stop; returns its exit code. Raises FluxIndexError before anything is asked."""
    # It would say on a terminal what else its makers offer.
    os.environ.setdefault("PYDANTIC_AI_NO_BANNER", "1")
    try:
        from .display import Display
        from .drive import Budget, drive
        from .models import model_of
        from .work import Leeway, Work
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("pydantic_ai", "openai", "anthropic"):
            raise
        raise FluxIndexError(_MISSING) from error
    from rich.console import Console

    name = options.model or os.environ.get(MODEL, "")
    workspace = OpenWorkspace.open(options.workspace)
    try:
        if options.writes and not options.is_dry and not options.is_here:
            need_clean_tree(workspace)
        leeway = Leeway(writes=options.writes, is_dry=options.is_dry)
        display = Display(Console(highlight=False), is_asked=not (options.writes or options.is_dry))
        prompt: str | None = None
        if options.resume:
            work, row = Work.resume(workspace, options.resume, display, leeway)
            text, name = row.text, name or row.model
        else:
            text = options.text
            if not name:
                raise InvalidArgumentsError(
                    f"which model? --model openai:NAME or anthropic:NAME, or {MODEL}"
                )
            model_of(name, options.base_url)  # before anything is noted
            work, prompt = Work.begin(workspace, text, name, display, leeway)
        model = model_of(name, options.base_url)
        display.began(text, name, work.handle)
        budget = Budget(options.requests, options.tokens, options.seconds)
        try:
            asyncio.run(drive(work, model, prompt, budget, display))
            stop = Stop(DONE)
        except Stop as found:
            stop = found
        except KeyboardInterrupt:
            stop = Stop(INTERRUPTED)
        usage = display.usage
        left = work.stop(stop.reason, stop.why, usage.requests, usage.total_tokens)
        display.ended(stop, left)
        return EXIT_CODES[stop.reason]
    finally:
        workspace.close()
        sys.stdout.flush()
