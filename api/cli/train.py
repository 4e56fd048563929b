"""``flux-index train``: fit the ranker of fixes to what was taken in a workspace."""

from __future__ import annotations

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ..train.train import LEAST, Trained, about, forget, kept_text, train
from .opening import open_workspace
from .output import say, tell, write_json

_NEEDS = "training needs scikit-learn: pip install 'flux-index[train]'"
_SHOWN = 20


def run(*, workspace: str, dry_run: bool, forget_it: bool, show: bool, json: bool) -> int:
    """Fit, show and keep a ranker; returns 0, or 1 if there are too few decisions for one."""
    if sum((dry_run, forget_it, show)) > 1:
        raise InvalidArgumentsError("train takes one of --dry-run, --forget-it and --show")
    session = open_workspace(workspace)
    try:
        if forget_it:
            tell("forgotten" if forget(session) else "there is no ranker of this workspace")
            return 0
        if show:
            text = kept_text(session)
            tell(text.rstrip() or "there is no ranker of this workspace")
            return 0
        try:
            result = train(session, keep=not dry_run)
        except ModuleNotFoundError as error:
            raise FluxIndexError(_NEEDS) from error
    finally:
        session.close()
    if json:
        write_json({**about(result), "weights": result.weights, "kept": result.kept}, indent=2)
    else:
        tell(*_lines(result, dry_run=dry_run))
    if result.refused:
        say(
            f"flux-index: nothing is fitted to fewer than {LEAST} decisions; "
            f"there are {result.decisions}"
        )
    return int(result.refused)


def _lines(result: Trained, *, dry_run: bool) -> list[str]:
    lines = [
        f"{result.decisions} decisions in the ledger with several fixes, one of them right; "
        f"{result.other} with none right, {result.overruled} findings overruled"
    ]
    told = result.comparison
    if told is None:
        return lines
    lines.append(f"fitted to the older ones and to {result.mutations} mutations; weights:")
    lines += [f"  {name:<12} {weight:+.2f}" for name, weight in result.weights.items()]
    low, high = told.interval
    lines += [
        f"on the newest {told.decisions}: the first fix is right in {told.before:.1%} as rules "
        f"have them, in {told.after:.1%} as ranked",
        f"difference {told.after - told.before:+.1%}, 95 % of samples: {low:+.1%} to {high:+.1%}",
    ]
    for decision, first in told.changed[:_SHOWN]:
        outcome = "better" if decision.right == first else "worse" if not decision.right else "same"
        before, after = decision.titles[0], decision.titles[first]
        lines.append(f"  {outcome}: {decision.path}: {after} (was: {before})")
    if len(told.changed) > _SHOWN:
        lines.append(f"  and {len(told.changed) - _SHOWN} more")
    if result.kept:
        lines.append(f"kept in {result.kept}")
    elif told.is_better and dry_run:
        lines.append("not kept: --dry-run")
    else:
        lines.append("not kept: it is not better beyond chance")
    return lines
