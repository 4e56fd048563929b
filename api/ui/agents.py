"""The view of agents: sessions as lanes, tasks and their steps, figures over time."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from ...indexer.state_folders import state_dir_of
from ..operations.table import OPERATIONS
from ..rpc.messages import RpcError
from ..tasks.timeline import ledger_stamp, timeline
from .around import Item
from .questions import Questions

# An operation that tells more of agents than the ledger's rows, where there is one.
_STATS = "stats"


async def agents(questions: Questions) -> Item:
    """Return what the ledger of the workspace tells of agents."""
    answer = await asyncio.to_thread(timeline, state_dir_of(questions.root))
    if _STATS in OPERATIONS:
        with suppress(RpcError):  # the lanes are worth seeing without
            answer[_STATS] = await questions.ask(_STATS)
    return answer


def stamp(questions: Questions) -> tuple[int, ...]:
    """Return what changes when an agent has done something."""
    return ledger_stamp(state_dir_of(questions.root))
