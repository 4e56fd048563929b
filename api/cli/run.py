"""``flux-index run``: the command line of the driver, which has packages of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module

from ...indexer.errors import InvalidArgumentsError
from .options import Parameter, parse

# fmt: off
PARAMETERS = (
    Parameter("model", "string",
        "`openai:NAME` for any endpoint that speaks OpenAI's chat completions, or "
        "`anthropic:NAME`; by default FLUX_INDEX_MODEL. The key is OPENAI_API_KEY or "
        "ANTHROPIC_API_KEY."),
    Parameter("base_url", "string", "Address of the endpoint, such as http://127.0.0.1:8000/v1."),
    Parameter("dry_run", "boolean", "Write nothing, and show what would be written.",
        default=False),
    Parameter("yes", "boolean",
        "Write what is accepted without asking; only where git has everything as it is, or with "
        "--here.", default=False),
    Parameter("here", "boolean", "With --yes: also over changes that git does not have.",
        default=False),
    Parameter("budget_requests", "integer", "Most requests to the model.", default=60),
    Parameter("budget_tokens", "integer", "Most tokens, told and said.", default=1_000_000),
    Parameter("timeout", "number", "Seconds that the model may stay silent.", default=180.0),
    Parameter("resume", "string", "Go on with a task: its handle, or `last`."),
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on


def run(arguments: Sequence[str]) -> int:
    """Run a model on a task; returns 0 when it is done, else a code for why it has stopped."""
    values, rest = parse(arguments, PARAMETERS, "run")
    values = {each.name: values.get(each.name, each.default) for each in PARAMETERS}
    resume = values["resume"] or ""
    if resume and rest:
        raise InvalidArgumentsError("run takes a task or --resume, not both")
    if not resume and (len(rest) != 1 or not rest[0].strip()):
        raise InvalidArgumentsError('run takes one task, in quotes: flux-index run "…"')
    # By its name, as faces do not depend on one another.
    agent = import_module("...agent.run", __name__)
    options = agent.Options(
        text=rest[0] if rest else "",
        model=values["model"] or "",
        base_url=values["base_url"] or "",
        resume=resume,
        workspace=values["workspace"] or os.getcwd(),
        is_dry=values["dry_run"],
        writes=values["yes"],
        is_here=values["here"],
        requests=values["budget_requests"],
        tokens=values["budget_tokens"],
        seconds=values["timeout"],
    )
    return agent.run(options)
