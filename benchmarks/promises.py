"""What is promised of whole code bases, each beside the peers that are installed.

Judging all files, again, and after an edit; lines of packages, commits, references, workspaces of
20,000 files, memory of language servers. The peers are those that ``--peers`` or the path has.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import commits
import corpus
import workspace_growth
from lsp_client import LanguageServer
from process import Run, Spread, cpu, family, flux_index, interleaved, memory, quantile, run
from whole import ensure_index

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench import Bench
    from table import Table

# What is judged whole, of the corpus; and the method that is asked for.
_FOLDER = "django/core"
_METHOD, _METHOD_FILE = "django.db.models.query.QuerySet.filter", "django/db/models/query.py"
CHECKERS = {"ty": ["ty", "check", "--output-format", "concise"], "basedpyright": ["basedpyright"]}
SERVERS = {
    "flux-index": [*flux_index(), "lsp"],
    "ty": ["ty", "server"],
    "basedpyright": ["basedpyright-langserver", "--stdio"],
}
PACKAGES = ("click==8.3.0", "flask==3.1.2", "httpx==0.28.1", "requests==2.32.5", "rich==14.2.0")
_FILES = 20_000
_EDITS = 2
_COMMITS = 20
# Files that an editor has open.
_OPENED = 5


def judging(bench: Bench, table: Table) -> None:
    """All files of a folder judged: with nothing kept but facts, again, and after an edit."""
    ensure_index(bench)
    root = bench.tree.root
    files = corpus.python_files(os.path.join(root, _FOLDER))
    peers = {
        name: Spread.of(each.cpu for each in _checker_runs(bench, name, root, _FOLDER))
        for name in CHECKERS
        if bench.peer(CHECKERS[name][0])
    }
    judge = partial(run, [*flux_index(), "validate", "--all", _FOLDER], cwd=root, env=bench.env,
                    codes=(0, 1))  # fmt: skip
    judge()  # facts of stubs are known from now on
    cold: list[Run] = []
    for number in range(bench.runs):
        _forget_verdicts(root, number)
        cold.append(judge())
    again = [judge() for _ in range(bench.runs)]
    edited: list[Run] = []
    for number, path in enumerate(random.Random(1).sample(files, _EDITS)):
        content = Path(path).read_bytes()
        Path(path).write_bytes(content + b"\n\ndef added_%d():\n    return %d\n" % (number, number))
        edited.append(judge())
        Path(path).write_bytes(content)
        judge()
    what = f"`validate --all` of {len(files)} files"
    for name, spread in peers.items():
        table.add(f"{name}, the same {len(files)} files, CPU", spread.text("s"))
    for kind, runs, bar in (
        (f"{what}, facts known", cold, 5.0),
        (f"{what}, again", again, 0.3),
        (f"{what}, after an edit of one, {_EDITS} times", edited, 0.5),
    ):
        spread, wall = Spread.of(r.cpu for r in runs), Spread.of(r.wall for r in runs)
        _against_ty(table, f"{kind}, CPU", spread, peers.get("ty"), bar, f"wall {wall.text('s')}")
        table.figures[kind] = {"cpu": spread, "wall": wall}
    table.figures["checkers"] = peers


def packages(bench: Bench, table: Table) -> None:
    """CPU for 10,000 lines of released packages, judged whole with their facts known."""
    used = {"flux-index": 0.0, **{name: 0.0 for name in CHECKERS if bench.peer(name)}}
    lines = 0
    for pin in PACKAGES:
        source = corpus.fetch_sdist(pin, corpus.kept_folder())
        tree = corpus.copy(source, bench.path("packages", os.path.basename(source)))
        lines += tree.lines
        run([*flux_index(), "index", "--quiet"], cwd=tree.root, env=bench.env)
        judge = [*flux_index(), "validate", "--all"]
        used["flux-index"] += run(judge, cwd=tree.root, env=bench.env, codes=(0, 1)).cpu
        for name in used.keys() - {"flux-index"}:
            used[name] += _checker_runs(bench, name, tree.root, ".", 1)[0].cpu
    each = {name: seconds / lines * 10_000 for name, seconds in used.items()}
    beside = ", ".join(f"{name} {value:.2f} s" for name, value in each.items())
    table.add(
        f"`validate --all`, CPU for 10,000 lines of {len(PACKAGES)} packages ({lines:,} lines)",
        beside, bar="at most 1.5 s", ok=each["flux-index"] <= 1.5,
    )  # fmt: skip
    table.figures["ten thousand lines"] = each


def edits(bench: Bench, table: Table) -> None:
    """The newest commits of a repository, by default this one, judged as edits."""
    repository = bench.repository
    if not os.path.isdir(os.path.join(repository, ".git")):
        table.add("`validate` of one edit in a commit", f"{repository} has no commits")
        return
    tree = commits.clone(repository, bench.path("commits"))
    seconds: list[float] = []
    head = run(["git", "rev-parse", "HEAD"], cwd=repository).output.strip()
    for commit in commits.history(tree, head, _COMMITS):
        seconds.append(commits.judge(tree, commit, 300)["cpu"])
    middle, late = quantile(seconds, 0.5), quantile(seconds, 0.95)
    table.add(
        f"`validate` of one edit, {len(seconds)} commits of {os.path.basename(repository)}, "
        "CPU: median / p95",
        f"{middle:.2f} / {late:.2f} s", bar="0.3 / 1.0 s", ok=middle <= 0.3 and late <= 1.0,
    )  # fmt: skip
    table.figures["edits"] = seconds


def references(bench: Bench, table: Table) -> None:
    """References to a common method: whole process, nobody serving; and with nothing known."""
    ensure_index(bench)
    root = bench.tree.root
    ask = [*flux_index(), "query", "references", _METHOD]
    run(ask, cwd=root, env=bench.env)
    empty, ours = interleaved(
        max(2 * bench.runs, 3),
        partial(run, [sys.executable, "-c", "pass"], cwd=root),
        partial(run, ask, cwd=root, env=bench.env),
    )
    nothing, taken = Spread.of(r.cpu for r in empty), Spread.of(r.cpu for r in ours)
    ratio = taken.median / nothing.median
    table.add(
        f"references to `{_METHOD}`, whole process, nobody serving, CPU", taken.text("s"),
        bar="at most 12 x `pass`", ratio=f"{ratio:.1f}", ok=ratio <= 12,
    )  # fmt: skip
    unseen: list[Run] = []
    for number in range(bench.runs):
        copy = corpus.copy(root, bench.path(f"unseen-{number}", "code")).root
        env = {**bench.env, "FLUX_INDEX_CACHE_DIR": bench.fresh("unseen-cache")}
        unseen.append(run([*ask, "--limit", "10000"], cwd=copy, env=env))
    wall, used = Spread.of(r.wall for r in unseen), Spread.of(r.cpu for r in unseen)
    table.add(
        f"first references to `{_METHOD}`, workspace never seen, wall",
        f"{wall.text('s')}, CPU {used.text('s')}", bar="at most 1.5 s", ok=wall.median <= 1.5,
    )  # fmt: skip
    for name in ("ty", "basedpyright"):
        command = SERVERS[name]
        if (program := bench.peer(command[0])) is None:
            continue
        started = time.perf_counter()
        with LanguageServer([program, *command[1:]], root, bench.env) as server:
            found = _ask_references(server, root)
            wall_taken = time.perf_counter() - started
            cpu_taken = sum(map(cpu, family(server.process.pid)))
        table.add(
            f"{name}'s language server, from its start to the same, wall",
            f"{wall_taken:.2f} s, CPU {cpu_taken:.2f} s, {found} found",
        )
    table.figures["references"] = {"cpu": taken, "unseen wall": wall, "unseen cpu": used}


def large(bench: Bench, table: Table) -> None:
    """Questions on a workspace of 20,000 files, as whole processes with an index there."""
    root, cache = bench.path("large", "code"), bench.path("large", "cache")
    workspace_growth.write_workspace(root, _FILES)
    cost = partial(workspace_growth.cost, cwd=root, cache=cache)
    built = cost([*flux_index(), "index", "--quiet"])
    table.add(f"index of {_FILES:,} files, CPU", f"{built.cpu:.1f} s, {built.memory:.0f} MB")
    judged = [cost([*flux_index(), "validate", "--all", "pack0/m7.py"]) for _ in range(3)]
    seconds = Spread.of(each.cpu for each in judged[:1])
    most = max(each.memory for each in judged)
    table.add(
        f"`validate` of one file among {_FILES:,}, whole process, CPU",
        f"{seconds.median:.2f} s (again {judged[-1].cpu:.2f} s), {most:.0f} MB",
        bar="0.6 s, 150 MB", ok=seconds.median <= 0.6 and most <= 150,
    )  # fmt: skip
    if (ty := bench.peer("ty")) is not None:
        theirs = cost([ty, "check", "pack0/m7.py"])
        table.add("ty, the same file, CPU", f"{theirs.cpu:.2f} s, {theirs.memory:.0f} MB")
    ask = [*flux_index(), "query", "references", "Item7.run", "--limit"]
    env = {"FLUX_INDEX_CACHE_DIR": cache}
    page = run([*ask, "50"], cwd=root, env=env, codes=(0, 1))
    everything = run([*ask, "1000000"], cwd=root, env=env, codes=(0, 1))
    table.add(
        f"references to a method that all {_FILES:,} files have, first page / all, wall",
        f"{page.wall:.2f} / {everything.wall:.2f} s, CPU {page.cpu:.2f} / {everything.cpu:.2f} s",
        bar="1 / 10 s", ok=page.wall <= 1 and everything.wall <= 10,
    )  # fmt: skip
    table.figures["large"] = {
        "index": built, "validate": judged, "page": page[:2], "all": everything[:2],
    }  # fmt: skip


def servers(bench: Bench, table: Table) -> None:
    """Resident memory of language servers with large files open and after common references."""
    ensure_index(bench)
    root = bench.tree.root
    largest = sorted(corpus.python_files(os.path.join(root, "django")), key=os.path.getsize)
    for name, command in SERVERS.items():
        program = command[0] if name == "flux-index" else bench.peer(command[0])
        if program is None:
            continue
        with LanguageServer([program, *command[1:]], root, bench.env) as server:
            for path in largest[-_OPENED:]:
                document = {"textDocument": {"uri": server.open(path)}}
                lines = Path(path).read_text(encoding="utf-8").count("\n")
                whole = {
                    "start": {"line": 0, "character": 0},
                    "end": {"line": lines, "character": 0},
                }
                server.ask("textDocument/diagnostic", document)
                server.ask("textDocument/codeLens", document)
                server.ask("textDocument/inlayHint", {**document, "range": whole})
            opened = _resident(server)
            _ask_references(server, root)
            now = _resident(server)
        bar = {"bar": "at most 200 MB", "ok": now <= 200} if name == "flux-index" else {}
        table.add(
            f"{name}'s language server, {_OPENED} large files open, then references, resident",
            f"{opened:.0f}, {now:.0f} MB", **bar,
        )  # fmt: skip
        table.figures[f"{name}'s language server"] = {"opened": opened, "now": now}


def _resident(server: LanguageServer) -> float:
    """Return the megabytes of a server with the processes that it started."""
    return sum(memory(pid)[0] for pid in family(server.process.pid))


def _ask_references(server: LanguageServer, root: str) -> int:
    """Ask for the references of the method, and return how many there are."""
    path = os.path.join(root, _METHOD_FILE)
    text = Path(path).read_text(encoding="utf-8")
    found = re.search(rf"^    def ({_METHOD.rpartition('.')[2]})\(", text, re.MULTILINE)
    assert found is not None
    line = text.count("\n", 0, found.start(1))
    character = found.start(1) - text.rindex("\n", 0, found.start(1)) - 1
    params = {
        "textDocument": {"uri": server.open(path)},
        "position": {"line": line, "character": character},
        "context": {"includeDeclaration": False},
    }
    return len(server.ask("textDocument/references", params) or ())


def _checker_runs(
    bench: Bench, name: str, root: str, folder: str, count: int | None = None
) -> list[Run]:
    program, *rest = CHECKERS[name]
    fresh = {"XDG_CACHE_HOME": bench.fresh("peers"), "VIRTUAL_ENV": ""}
    command = [bench.peer(program) or program, *rest, folder]
    runs = count or (1 if name == "basedpyright" else min(bench.runs, 3))
    return [run(command, cwd=root, env=fresh, codes=(0, 1)) for _ in range(runs)]


def _forget_verdicts(root: str, number: int) -> None:
    """Have no kept verdict hold, and all facts: another setting, which changes no verdict."""
    table = f'[tool.flux-index]\ntest-command = "run {number}"\n'
    path = Path(root, "pyproject.toml")
    text = path.read_text(encoding="utf-8").partition("[tool.flux-index]")[0]
    path.write_text(f"{text}\n{table}", encoding="utf-8")


def _against_ty(
    table: Table, what: str, ours: Spread, ty: Spread | None, bar: float, beside: str
) -> None:
    measured = f"{ours.text('s')}, {beside}"
    if ty is None:
        table.add(what, measured, bar=f"at most {bar:g} x ty, which is not installed")
        return
    ratio = ours.median / ty.median
    table.add(what, measured, bar=f"at most {bar:g} x ty", ratio=f"{ratio:.2f}", ok=ratio <= bar)


MEASURES: dict[str, Callable[[Bench, Table], None]] = {
    "judging": judging,
    "packages": packages,
    "edits": edits,
    "references": references,
    "large": large,
    "servers": servers,
}
"""By the names that ``run.py --only`` takes."""
