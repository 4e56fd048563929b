"""Claude Code with all that `flux-index setup` puts into a workspace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from claude_code import CLAUDE, SOURCE, make_workbench, play
from scenarios import SCENARIOS

pytestmark = [
    pytest.mark.agents,
    pytest.mark.skipif(
        not (CLAUDE and SOURCE), reason="FLUX_INDEX_CLAUDE and FLUX_INDEX_FLASK name no files"
    ),
]


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, tmp_path: Path, figure: Callable[[str], None]) -> None:
    scenario = SCENARIOS[name]
    (tmp_path / "home").mkdir()
    bench = make_workbench(
        tmp_path / "flask",
        tmp_path / "home",
        index=scenario.index,
        mcp=scenario.mcp,
        client=scenario.client,
    )
    plays = {"main": lambda: scenario.play(bench)}
    plays |= {other: lambda made=made: made(bench) for other, made in scenario.others}
    play(bench, plays, scenario.prompts, scenario.arguments)
    hooks = bench.hooks()
    n_refused = sum('"deny"' in hook["out"] for hook in hooks)
    right, wrong = (n_refused, 0) if scenario.may_refuse else (0, n_refused)
    figure(
        f"Claude Code, {name:18} {len(bench.wanted):2} wants, {bench.tokens():5} tokens, "
        f"{len(hooks):2} hooks: {1000 * sum(h['wall'] for h in hooks) / len(hooks):4.0f} ms wall, "
        f"{1000 * sum(h['cpu'] for h in hooks) / len(hooks):4.0f} ms CPU each, "
        f"most {1000 * max(h['cpu'] for h in hooks):4.0f}; refused {right} rightly, {wrong} wrongly"
    )
    assert not wrong, json.dumps([hook["out"] for hook in hooks])
    assert bench.wanted
    assert [each for each in bench.wanted if not each[1]] == []
