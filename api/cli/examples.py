"""``flux-index examples``: pairs of bad and good code, for training and judging models."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from ...indexer.errors import InvalidArgumentsError
from ...indexer.text import UnreadableError, read
from ..examples.candidate import ORIGINS
from ..examples.export import Counts, Wanted, export
from ..examples.formats import FORMATS, lines_of
from ..examples.judge import still_fails
from ..examples.pair import Pair
from ..source.whole_file import output_file
from .opening import open_workspace
from .options import Parameter, parse
from .output import say, tell

# fmt: off
PARAMETERS = (
    Parameter("format", "string",
        "`trl-preference` (prompt, chosen, rejected), `unpaired` (prompt, completion, label), "
        "`openai-chat` (what is wrong as a question, what is right as its answer), or `plain`, "
        "which `check` reads.", default="trl-preference", choices=tuple(FORMATS)),
    Parameter("output", "string", "The file to write.", default="examples.jsonl"),
    Parameter("origins", "array",
        "Only from these: agents' mistakes in the ledger, commits that mended one, mutations.",
        choices=ORIGINS),
    Parameter("limit", "integer", "Most pairs.", default=400),
    Parameter("commits", "integer", "Commits that are looked at.", default=200),
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on
_LARGEST = 500_000_000


def run(arguments: Sequence[str]) -> int:
    """Write examples, or judge written ones again; returns the exit code."""
    values, targets = parse(arguments, PARAMETERS, "examples")
    if not targets or targets[0] not in ("export", "check") or len(targets) > 2:
        raise InvalidArgumentsError(
            "examples has two commands: flux-index examples export [DIR], "
            "flux-index examples check FILE"
        )
    if targets[0] == "check":
        return _check(targets[1:], values.get("workspace") or os.getcwd())
    folders = [*targets[1:], *filter(None, [values.get("workspace")])]
    start = folders[0] if folders else os.getcwd()
    if not os.path.exists(start):
        raise InvalidArgumentsError(f"there is no folder {start}")
    wanted = Wanted(limit=values.get("limit", 400), commits=values.get("commits", 200))
    wanted.origins = tuple(values.get("origins") or ORIGINS)
    output = os.path.abspath(values.get("output", "examples.jsonl"))
    form = values.get("format", "trl-preference")
    counts = Counts()
    session = open_workspace(start)
    try:
        pairs = export(session, wanted, counts)
        with output_file(output, session.index.workspace.root) as file:
            for pair in pairs:
                file.writelines(f"{line}\n".encode() for line in lines_of(pair, form))
    finally:
        session.close()
    kept = ", ".join(f"{count} from {origin}" for origin, count in counts.kept.items())
    tell(f"{output}: {counts.kept.total()} pairs ({kept or 'none'}), {counts.judged} judged")
    for why, count in counts.left_out.most_common():
        say(f"flux-index: left out: {count} {why}")
    if counts.is_fruitless:
        say("flux-index: left out: the rest of the code, since looking at much of it gave nothing")
    return 0


def _check(files: Sequence[str], start: str) -> int:
    """Judge pairs of the files as they are again; returns 1 if one does not hold."""
    if not files:
        raise InvalidArgumentsError("examples check needs a file that `--format plain` wrote")
    try:
        lines = read(files[0], _LARGEST).decode("utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line]
        pairs = [Pair(**{**row, "provenance": json.loads(row["provenance"])}) for row in rows]
    except (UnreadableError, ValueError, TypeError, KeyError) as error:
        raise InvalidArgumentsError(f"{files[0]} is no file of plain examples: {error}") from error
    failed = 0
    session = open_workspace(start)
    try:
        now = [each for each in pairs if each.origin == "mutation"]
        workspace = session.at_this_moment()
        for pair in now:
            why = still_fails(workspace, pair)
            if why:
                failed += 1
                tell(f"{pair.path}:{pair.line}: {why}")
    finally:
        session.close()
    tell(f"{len(now) - failed} of {len(now)} pairs hold; {len(pairs) - len(now)} are of the past")
    return 1 if failed else 0
