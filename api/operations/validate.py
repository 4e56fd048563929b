"""What an edit gets wrong, what it breaks elsewhere, and what fixes would make of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.inference import Inference
from ...indexer.workspace.ignore import leads_outside
from ..check import edits
from ..check.check import check_change, check_users, verdict
from ..check.edits import Change
from ..check.findings import ERROR, HINT, WARNING, Finding
from ..check.limitations import limitations
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope
from .finding_views import item, not_judged
from .whole_files import FileVerdict, joined, judge_strictly

_SUFFIXES = (".py", ".pyi")


class EditArguments(TypedDict, total=False):
    """Arguments that describe an edit; by default it is what git says has changed."""

    paths: list[str] | None
    path: str | None
    text: str | None
    diff: str | None
    since: str | None
    staged: bool
    whole: bool
    strict: bool


def validate(
    session: OpenWorkspace, *, limit: int, **arguments: Unpack[EditArguments]
) -> dict[str, Any]:
    """Answer the operation ``validate``."""
    if arguments.get("strict") and not arguments.get("whole"):
        raise InvalidArgumentsError(
            "'strict' goes with 'whole' (--all): an edit is judged so anyway"
        )
    change = change_of(session, **arguments)
    if arguments.get("strict"):
        return _whole_answer(change, judge_strictly(change.after, change.paths), limit)
    if arguments.get("whole"):
        from .judge_processes import judge_files  # an edit needs no worker processes

        verdicts = judge_files(session, change.paths)
        return _whole_answer(change, verdicts.values(), limit)
    return judgement(change, check_change(change), limit)


def _whole_answer(change: Change, verdicts: Iterable[FileVerdict], limit: int) -> dict[str, Any]:
    """Return the answer that shows all that is wrong in whole files."""
    found = joined(verdicts)
    for sentence in found["left_out"]:
        change.after.snapshot.work.leave_out(sentence)
    return _answer(change, found["items"], found["unjudged"], limit)


def judgement(change: Change, found: list[Finding], limit: int) -> dict[str, Any]:
    """Return the answer that shows findings of an edit."""
    inference = change.after
    missing = [not_judged(inference, each) for each in limitations(change)]
    return _answer(change, [item(inference, finding) for finding in found], missing, limit)


def _answer(
    change: Change, items: list[dict[str, Any]], missing: list[dict[str, Any]], limit: int
) -> dict[str, Any]:
    inference = change.after
    counts = {
        severity: sum(each["severity"] == severity for each in items)
        for severity in (ERROR, WARNING, HINT)
    }
    shown = items[:limit]
    answer: dict[str, Any] = {
        "verdict": verdict_with(
            verdict([name for name, count in counts.items() if count]),
            missing or inference.snapshot.work.left_out,
        ),
        "total": len(items),
        "counts": counts,
        "items": shown,
        "truncated": len(shown) < len(items),
    }
    checked = sorted(path for path in change.paths if inference.exists(path))
    answer["checked"] = checked
    answer["deleted"] = sorted(change.removed())
    answer["unjudged"] = missing
    notes = missing_knowledge(inference)
    if not change.paths:
        notes += [
            f"{folder} is a repository of its own: what changed in it is judged there"
            for folder in change.repositories
        ]
    if notes:
        answer["notes"] = notes
    return envelope(inference, answer, {*checked, *(each["path"] for each in shown)})


def verdict_with(verdict: str, missing: Sequence[object]) -> str:
    """Return the verdict, ``cannot judge`` if nothing was found and something was missing."""
    return "cannot judge" if verdict == "ok" and missing else verdict


def change_of(session: OpenWorkspace, **arguments: Unpack[EditArguments]) -> Change:
    """Return the edit that arguments describe; raises InvalidArgumentsError for two."""
    names = [
        name
        for name in ("text", "diff", "since", "staged", "whole")
        if arguments.get(name) not in (None, False)
    ]
    if len(names) > 1:
        raise InvalidArgumentsError(f"validate takes one of {' and '.join(names)}, not both")
    path, text, diff = arguments.get("path"), arguments.get("text"), arguments.get("diff")
    if text is not None:
        if path is None:
            raise InvalidArgumentsError("'text' needs the 'path' that it is meant for")
        relative = path_inside(session, path)
        return edits.proposed(session, {relative: text.encode("utf-8", "surrogatepass")})
    if diff is not None:
        return edits.patched_files(session, diff)
    wanted = [*(arguments.get("paths") or []), *([path] if path is not None else [])]
    if arguments.get("whole"):
        return edits.unchanged(session, _files(session, wanted))
    revision, staged = arguments.get("since") or "HEAD", arguments.get("staged", False)
    change = edits.changed_since(session, revision, staged=staged)
    if wanted:
        change.paths &= set(_files(session, wanted))
    return change


def _files(session: OpenWorkspace, wanted: list[str]) -> list[str]:
    """Return files of the workspace that are, or lie in, some paths; all for no path."""
    inference = session.inference(whole=True)
    everything = list(inference.snapshot.paths())
    found: list[str] = []
    for each in wanted:
        relative = path_inside(session, each, may_be_root=True)
        inside = [
            path
            for path in everything
            if not relative or path == relative or path.startswith(f"{relative}/")
        ]
        if (
            not inside
            and relative.endswith(_SUFFIXES)
            and os.path.isfile(inference.snapshot.absolute(relative))
        ):
            inside = [relative]  # a file that is too large to be read
        if not inside:
            raise InvalidArgumentsError(f"{each} is no Python file of this workspace, nor a folder")
        found += inside
    return found if wanted else everything


def path_inside(session: OpenWorkspace, path: str, *, may_be_root: bool = False) -> str:
    """Return a path relative to the workspace; raises InvalidArgumentsError if it is outside.

    So does the root itself, which is empty, unless ``may_be_root``.
    """
    workspace = session.index.workspace
    full = path if os.path.isabs(path) else workspace.absolute(path)
    inside = workspace.relative(full)
    if inside is None or leads_outside(workspace, inside):
        raise InvalidArgumentsError(f"{path} is not inside the workspace {workspace.root}")
    if not inside and not (may_be_root and path):
        raise InvalidArgumentsError(f"{path or 'an empty path'} is a folder: a file is needed")
    return inside


def missing_knowledge(inference: Inference) -> list[str]:
    """Return sentences on what could not be checked at all."""
    if inference.snapshot.index.search_path.is_known:
        return []
    return [
        "no Python environment was found (`python` under [tool.flux-index] names one): nothing is "
        "said about what is not installed"
    ]


def breakage(
    session: OpenWorkspace, *, limit: int, **arguments: Unpack[EditArguments]
) -> dict[str, Any]:
    """Answer the operation ``breakage``."""
    change = change_of(session, **arguments)
    # Certain findings come first.
    found = sorted(check_users(change), key=lambda finding: finding.severity != ERROR)
    return judgement(change, found, limit)


def fix(
    session: OpenWorkspace, *, unsafe: bool, **arguments: Unpack[EditArguments]
) -> dict[str, Any]:
    """Answer the operation ``fix``."""
    # Late, since hooks load this module, and never apply fixes.
    from ..check.fixes.apply import apply_fixes

    whole = arguments.get("whole", False)
    change = change_of(session, **arguments)
    done = apply_fixes(session, change, whole=whole, unsafe=unsafe)
    after = session.with_contents(dict(done.contents)).inference(whole=False)
    answer: dict[str, Any] = {
        "verdict": verdict_with(
            verdict({finding.severity for finding in done.left}), limitations(change, whole=whole)
        ),
        "total": len(done.applied),
        "applied": [
            {"path": finding.path, "rule": finding.rule, "title": chosen.title}
            for finding, chosen in done.applied
        ],
        "contents": {
            where: content.decode("utf-8", "replace") for where, content in done.contents.items()
        },
        "left": [item(after, finding) for finding in done.left],
    }
    return envelope(after, answer, {*change.paths, *done.contents})
