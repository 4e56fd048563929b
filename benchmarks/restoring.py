"""Fixes: how often they give back what a mutation of right code took away.

    python restoring.py MUTATIONS.jsonl --root NAME=FOLDER… [--env FOLDER] [--json FILE]

A line of the mutations is an object with `id`, `kind`, `corpus` (a NAME), `edits` (`file`, byte
offsets `start` and `end`, `text`) and `accept` (`file` and `lines`, or null for any, of the places
where a finding is right; `mention`, words of which one has to be near). Each mutation is judged as
an edit of the folder, alone and in memory. A fix restores when the files are what they were, but
for layout, comments and the order of imports. The folders are copied, so they stay as they are.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import proposed
from flux_index.api.check.fixes.apply import apply_edits
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.indexer.index import Index

if TYPE_CHECKING:
    from flux_index.api.check.edits import Change
    from flux_index.api.check.findings import Finding

FIRST = 3


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("mutations", type=Path)
    parser.add_argument("--root", action="append", default=[], help="NAME=FOLDER")
    parser.add_argument("--env", default="", help="the environment that the code runs in")
    parser.add_argument("--kinds", default="", help="only these, separated by commas")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", action="store_true", help="say what was not restored")
    chosen = parser.parse_args()
    if chosen.env:
        os.environ["VIRTUAL_ENV"] = chosen.env
    rows = [json.loads(line) for line in chosen.mutations.read_text().splitlines()]
    kinds = {kind for kind in chosen.kinds.split(",") if kind}
    results: list[dict[str, Any]] = []
    for given in chosen.root:
        name, _, folder = given.partition("=")
        wanted = [
            row for row in rows if row["corpus"] == name and row["kind"] in (kinds or {row["kind"]})
        ]
        results += _measured(name, Path(folder), wanted, show=chosen.show)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=1))
    _print(results)


def _measured(
    name: str, folder: Path, rows: list[dict[str, Any]], *, show: bool
) -> list[dict[str, Any]]:
    with TemporaryDirectory() as scratch:
        root = Path(scratch) / "w"
        root.mkdir()
        shutil.copytree(folder, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        (root / ".git").mkdir()
        index = Index.open(str(root), cache_dir=str(Path(scratch) / "cache"))
        results: list[dict[str, Any]] = []
        try:
            session = OpenWorkspace(index, "touch")
            for row in rows:
                results.append(_restored(session, row, show=show))
        finally:
            index.close()
    return results


def _restored(session: OpenWorkspace, row: dict[str, Any], *, show: bool) -> dict[str, Any]:
    root = session.index.workspace.root
    before = {edit["file"]: Path(root, edit["file"]).read_bytes() for edit in row["edits"]}
    after: dict[str, bytes | None] = {
        path: _mutated(text, path, row) for path, text in before.items()
    }
    change = proposed(session, after)
    found = [each for each in check_change(change) if each.severity != "hint"]
    found = [each for each in found if _is_accepted(row, each, change)]
    ranks = [_rank(change, each, before) for each in found]
    # What a reader meets first: the best of the findings on the fault, as they are in order.
    best = min((rank for rank in ranks if rank >= 0), default=-1)
    result = {
        "id": row["id"],
        "kind": row["kind"],
        "found": bool(found),
        "rank": ranks[0] if ranks else -1,
        "best": best,
    }
    if show and (not ranks or not 0 <= ranks[0] < 1):
        what = f"{row['original']!r} became {row['mutated']!r}"
        sys.stderr.write(f"{row['id']} {row['kind']} rank {result['rank']} of {what}\n")
        for each in found[:2]:
            line = change.after.need(each.path).line_of(each.start) + 1
            sys.stderr.write(f"    {each.path}:{line} {each.rule} {each.message}\n")
            sys.stderr.writelines(f"        {fix.title}\n" for fix in each.fixes)
    return result


def _mutated(text: bytes, path: str, row: dict[str, Any]) -> bytes:
    for edit in sorted(row["edits"], key=lambda edit: -edit["start"]):
        if edit["file"] == path:
            text = text[: edit["start"]] + edit["text"].encode() + text[edit["end"] :]
    return text


def _is_accepted(row: dict[str, Any], finding: Finding, change: Change) -> bool:
    facts = change.after.need(finding.path)
    line = facts.line_of(finding.start) + 1
    text = change.after.text(finding.path).split(b"\n")[line - 1].decode("utf-8", "replace")
    return any(
        each["file"] == finding.path
        and (not each["lines"] or each["lines"][0] <= line <= each["lines"][1])
        and (not each["mention"] or any(w in finding.message or w in text for w in each["mention"]))
        for each in row["accept"]
    )


def _rank(change: Change, finding: Finding, before: dict[str, bytes]) -> int:
    """Place of the first fix that restores, or -1."""
    for rank, fix in enumerate(finding.fixes):
        contents = apply_edits(change, {}, fix)
        if contents is None:
            continue
        whole = {path: contents.get(path, change.after.text(path)) for path in {*before, *contents}}
        wanted = {path: before.get(path, change.before.text(path)) for path in whole}
        if all(_meaning(whole[path]) == _meaning(wanted[path]) for path in whole):
            return rank
    return -1


def _meaning(text: bytes) -> str:
    """A text without layout, comments and the order of its imports."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text.decode("utf-8", "replace")
    imports: list[str] = []
    kept: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            module = (
                ast.dump(ast.ImportFrom(statement.module, [], statement.level))
                if isinstance(statement, ast.ImportFrom)
                else ""
            )
            imports += [f"{module} {ast.dump(alias)}" for alias in statement.names]
        else:
            kept.append(statement)
    tree.body = kept
    return "\n".join([*sorted(imports), ast.dump(tree)])


def _print(results: list[dict[str, Any]]) -> None:
    kinds = Counter(result["kind"] for result in results)
    sys.stdout.write(f"{'kind':24} {'n':>4} {'found':>6} {'first':>6} {'in 3':>6} {'any':>6}\n")
    for kind in [*sorted(kinds), ""]:
        own = [result for result in results if result["kind"] == kind or not kind]
        n = len(own)
        if not n:
            continue
        counts = (
            sum(each["found"] for each in own),
            sum(each["rank"] == 0 for each in own),
            sum(0 <= each["rank"] < FIRST for each in own),
            sum(each["best"] >= 0 for each in own),
        )
        shown = " ".join(f"{100 * count / n:5.0f}%" for count in counts)
        sys.stdout.write(f"{kind or 'all':24} {n:4} {shown}\n")


if __name__ == "__main__":
    main()
